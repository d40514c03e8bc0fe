use watchfire_alerting::silence::SilenceError;
use watchfire_storage::ControlError;

/// Why something was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AlertmanagerError {
    /// A silence cannot be what it was asked to be.
    #[error(transparent)]
    Silence(#[from] SilenceError),
    /// What was asked for makes no sense.
    #[error("{0}")]
    BadInput(String),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] ControlError),
}
