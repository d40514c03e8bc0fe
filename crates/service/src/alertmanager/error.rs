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
    /// An incident cannot be what it was asked to be.
    #[error(transparent)]
    Incident(watchfire_alerting::incident::IncidentError),
    /// There is none with this id.
    #[error("there is no maintenance window {0:?}")]
    NoWindow(String),
    /// A limit refuses it.
    #[error("maintenance windows: {found}, {most} are allowed (notify.max_windows)")]
    TooManyWindows {
        /// So many there would be.
        found: usize,
        /// So many there may be.
        most: usize,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    BadInput(String),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] ControlError),
}
