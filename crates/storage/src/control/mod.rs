//! What people make, as against what machines measure: dashboards, folders, library panels, playlists, shares, snapshots,
//! annotations, favourites; and what has to reach them: deliveries. [`ControlStore`] and [`DeliveryStore`] are all that the
//! others see of it; [`SqliteControl`] keeps it in `control.db`, which is opened, locked and copied with the data directory.

use async_trait::async_trait;

use crate::StorageError;

mod alerts;
mod annotations;
mod deliveries;
mod delivery;
mod delivery_ends;
mod document;
mod documents;
mod key_file;
mod marks;
mod random;
mod rows;
mod sqlite;

pub use alerts::{AlertEvent, AlertEventFilter, AlertRow, AlertStore, AlertWrites, NOT_SENT, SENT};
pub use annotations::{Annotation, AnnotationFilter};
pub use delivery::{
    DeadLetters, Delivery, DeliveryCounts, DeliveryFilter, DeliveryState, DeliveryStore, Due, NewDelivery,
    Settled, Settlement, Superseded,
};
pub use document::{Document, DocumentHead, DocumentKind, NewVersion, VersionHead};
pub use marks::Uses;
pub use random::random_bytes;
pub use rows::{RowChange, RowStore};
pub(crate) use sqlite::CONTROL;
pub use sqlite::SqliteControl;

/// Why the control store did not do what was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ControlError {
    /// Somebody else was faster, or it is not there (any more); nothing was changed.
    #[error("the {} {uid} {}", .kind.words(), conflict(*.current))]
    Conflict {
        /// Of what.
        kind: DocumentKind,
        /// Which.
        uid: String,
        /// The version that is there; `None`: it is not there.
        current: Option<u64>,
    },
    /// The file could not be read or written.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn conflict(current: Option<u64>) -> String {
    current.map_or_else(|| "is not there".to_owned(), |version| format!("is at version {version}"))
}

/// Keeps what people make. All times are milliseconds since the epoch.
#[async_trait]
pub trait ControlStore: Send + Sync {
    /// Everything of a kind without the bodies, in the order of uids.
    async fn list(&self, kind: DocumentKind) -> Result<Vec<DocumentHead>, ControlError>;

    /// The current version.
    async fn get(&self, kind: DocumentKind, uid: &str) -> Result<Option<Document>, ControlError>;

    /// Stores a version and returns its number: one more than `expected`, which must be the current one, or for what is new
    /// (`None`) 1, or one more than what was deleted under that uid had. Of kinds with a history the version before is kept.
    ///
    /// # Errors
    ///
    /// [`ControlError::Conflict`] when `expected` is not what is there; that is decided in the same transaction.
    async fn put(&self, new: NewVersion) -> Result<u64, ControlError>;

    /// Deletes a document with its history. With `expected`, only that version.
    ///
    /// # Errors
    ///
    /// [`ControlError::Conflict`] when it is not there, or another version.
    async fn delete(&self, kind: DocumentKind, uid: &str, expected: Option<u64>) -> Result<(), ControlError>;

    /// The versions that are kept, the newest (current) first; empty when it is not there.
    async fn versions(&self, kind: DocumentKind, uid: &str) -> Result<Vec<VersionHead>, ControlError>;

    /// One version; `None` when it is not kept.
    async fn version(
        &self,
        kind: DocumentKind,
        uid: &str,
        version: u64,
    ) -> Result<Option<Document>, ControlError>;

    /// Stores an annotation and returns the number that it got; [`Annotation::id`] does not count.
    async fn add_annotation(&self, annotation: Annotation) -> Result<i64, ControlError>;

    /// Writes an annotation over the one with its number; whether there was one.
    async fn put_annotation(&self, annotation: Annotation) -> Result<bool, ControlError>;

    /// Deletes an annotation; whether there was one.
    async fn delete_annotation(&self, id: i64) -> Result<bool, ControlError>;

    /// The annotation with a number.
    async fn annotation(&self, id: i64) -> Result<Option<Annotation>, ControlError>;

    /// Annotations that meet a filter, the newest first.
    async fn annotations(&self, filter: &AnnotationFilter) -> Result<Vec<Annotation>, ControlError>;

    /// How many annotations there are.
    async fn count_annotations(&self) -> Result<u64, ControlError>;

    /// The uids that a principal marked, sorted.
    async fn favourites(&self, principal: &str) -> Result<Vec<String>, ControlError>;

    /// Marks a uid for a principal, or takes the mark away.
    async fn set_favourite(&self, principal: &str, uid: &str, marked: bool) -> Result<(), ControlError>;

    /// How often each share was used.
    async fn uses(&self) -> Result<Vec<(String, Uses)>, ControlError>;

    /// Adds to how often shares were used, all in one transaction.
    async fn add_uses(&self, uses: &[(String, Uses)]) -> Result<(), ControlError>;

    /// The key that signs tokens; made at the first start, and the same ever since.
    async fn secret(&self) -> Result<[u8; 32], ControlError>;

    /// The key by which secrets are encrypted that people keep here. It lies in a file of its own beside the store, for its owner alone,
    /// and in no copy of the store. `make`: one is made where there is none; else that is `None`.
    async fn sealing_key(&self, make: bool) -> Result<Option<[u8; 32]>, ControlError>;
}
