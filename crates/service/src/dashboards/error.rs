use std::path::PathBuf;

use watchfire_dashboard::ReadError;
use watchfire_storage::{ControlError, StorageError};

use super::Found;
use crate::ServiceError;

/// Why something about dashboards was not done.
#[derive(Debug, thiserror::Error)]
pub enum DashboardError {
    /// The service was made without a control store.
    #[error("this server keeps no dashboards")]
    Absent,
    /// It is not there.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// Of what kind: `dashboard`.
        what: &'static str,
        /// Its uid or number.
        name: String,
    },
    /// Somebody else saved meanwhile. Holds what is there now, so that both can be compared.
    #[error("the dashboard {:?} was changed meanwhile and is at version {}; compare, then save as the next version", .0.dashboard.uid, .0.version)]
    Changed(Box<Found>),
    /// The same of what is no dashboard.
    #[error(
        "the {what} {name:?} was changed meanwhile and is at version {current}; read it again, then save as the next version"
    )]
    Conflict {
        /// Of what kind.
        what: &'static str,
        /// Its uid.
        name: String,
        /// The version that is there.
        current: u64,
    },
    /// There is one with that uid already.
    #[error("there is a {what} {name:?} already; choose another uid, or save over it")]
    Exists {
        /// Of what kind.
        what: &'static str,
        /// Its uid.
        name: String,
    },
    /// The dashboard makes no sense, by line and field.
    #[error(transparent)]
    Invalid(#[from] ReadError),
    /// A value is wrong; the text says which and why.
    #[error("{0}")]
    BadInput(String),
    /// More bytes than are taken.
    #[error("the {what} has {bytes} bytes, {most} are allowed ({setting})")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
        /// The setting that says so.
        setting: &'static str,
    },
    /// It is not allowed as things are; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// A file could not be read or written.
    #[error("cannot write {}: {reason}", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The control store could not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A query could not be answered.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<ControlError> for DashboardError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Conflict { kind, uid, current: None } => {
                Self::NotFound { what: kind.words(), name: uid }
            }
            ControlError::Conflict { kind, uid, current: Some(current) } => {
                Self::Conflict { what: kind.words(), name: uid, current }
            }
            ControlError::Storage(error) => Self::Storage(error),
        }
    }
}

impl DashboardError {
    pub(super) fn bad(text: impl Into<String>) -> Self {
        Self::BadInput(text.into())
    }

    pub(super) fn no_dashboard(uid: &str) -> Self {
        Self::NotFound { what: "dashboard", name: uid.to_owned() }
    }

    /// Of something new: that the uid is taken is no conflict of versions.
    pub(super) fn of_new(error: ControlError) -> Self {
        match error {
            ControlError::Conflict { kind, uid, current: Some(_) } => {
                Self::Exists { what: kind.words(), name: uid }
            }
            other => other.into(),
        }
    }
}
