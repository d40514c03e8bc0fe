use watchfire_alerting::Fingerprint;
use watchfire_alerting::silence::SilenceError;
use watchfire_storage::ControlError;

/// Why something was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AlertmanagerError {
    /// A silence cannot be what it was asked to be.
    #[error(transparent)]
    Silence(#[from] SilenceError),
    /// No such alert fires.
    #[error("no alert with the fingerprint {0} fires; GET /api/v1/watchfire/alerts lists those that do")]
    NoAlert(Fingerprint),
    /// What was asked for makes no sense.
    #[error("{0}")]
    BadInput(String),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] ControlError),
}
