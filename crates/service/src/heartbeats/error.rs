use watchfire_storage::{ControlError, StorageError};

/// Why something about heartbeats was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HeartbeatError {
    /// It is not there.
    #[error("there is no heartbeat {0:?}")]
    NotFound(String),
    /// There is one already.
    #[error("there is a heartbeat {0:?} already; choose another uid, or save over it")]
    Exists(String),
    /// No address has this token.
    #[error(
        "there is no heartbeat with this address; take the whole of it from GET /api/v1/watchfire/heartbeats"
    )]
    UnknownToken,
    /// Fields are wrong: each with what is wrong and what mends it. There is one at least.
    #[error("{}", words(.0))]
    Invalid(Vec<HeartbeatFlaw>),
    /// A limit refuses it.
    #[error("there are {most} heartbeats, and no more are allowed (rules.max_heartbeats)")]
    Limit {
        /// So many there may be.
        most: usize,
    },
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] ControlError),
}

/// A field that is wrong, and what mends it.
pub type HeartbeatFlaw = (&'static str, String);

fn words(flaws: &[HeartbeatFlaw]) -> String {
    flaws.iter().map(|(field, text)| format!("{field}: {text}")).collect::<Vec<_>>().join("; ")
}

impl From<StorageError> for HeartbeatError {
    fn from(error: StorageError) -> Self {
        Self::Store(error.into())
    }
}
