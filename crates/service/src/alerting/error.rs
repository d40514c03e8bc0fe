use watchfire_rules::Flaws;
use watchfire_storage::{ControlError, StorageError};

use crate::ServiceError;

/// Why something about rules was not done.
#[derive(Debug, thiserror::Error)]
pub enum AlertingError {
    /// The service was made without a store.
    #[error("this server keeps no rules")]
    Absent,
    /// It is not there.
    #[error("there is no rule {0:?}")]
    NotFound(String),
    /// There is one already.
    #[error("there is a rule {0:?} already; choose another uid, or save over it")]
    Exists(String),
    /// Somebody else saved meanwhile.
    #[error(
        "the rule {uid:?} was changed meanwhile and is at version {current}; read it again, then save as the next version"
    )]
    Conflict {
        /// Which.
        uid: String,
        /// The version that is there.
        current: u64,
    },
    /// What is wrong with it, by field.
    #[error(transparent)]
    Invalid(#[from] Flaws),
    /// A value is wrong; the text says which and why.
    #[error("{0}")]
    BadInput(String),
    /// A limit refuses it.
    #[error("{what}: {found}, {most} are allowed ({setting})")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// So much there is.
        found: usize,
        /// So much there may be.
        most: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// The store could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A query failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<ControlError> for AlertingError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Conflict { uid, current: Some(current), .. } => Self::Conflict { uid, current },
            ControlError::Conflict { uid, current: None, .. } => Self::NotFound(uid),
            ControlError::Storage(error) => Self::Storage(error),
        }
    }
}
