//! Where samples are kept: the only crate that knows SQL and files.
//!
//! Everything above it speaks to two traits, [`Appender`] and [`Querier`]. [`Engine`] implements both in one data
//! directory:
//!
//! - The **journal** (`metrics/journal.db`) has what was acknowledged lately, one row for each group commit. An append
//!   is answered when its row is committed, so a killed process loses nothing that it acknowledged.
//! - The **head** has the same samples in memory, as compressed chunks of each series, with an index of labels, and
//!   answers queries about the last hour without the disk.
//! - A **partition** (`metrics/2026-11-21.db`) has the compressed blocks of one UTC day. With each window the head is
//!   flushed into its partitions; then the journal's rows are deleted. Retention deletes whole files.
//! - A finished day is **sealed**: its blocks are merged, its postings written, and its **rollups** (`metrics/5m`, `1h`,
//!   `1d`), which stay when its samples go, and which long ranges read where the answer stays the same.
//!
//! Beside the metrics lies what people make (`control.db`): [`ControlStore`] keeps dashboards and what belongs to them.
//!
//! The first sample with a series and a timestamp stays; another value for it is refused, or left out where it was not seen.

use std::path::Path;

use async_trait::async_trait;
use watchfire_model::{Batch, Exemplar, Labels, Matcher, Metadata, TimeRange};

mod admit;
mod append;
mod block;
mod catalogue;
mod chunk;
mod clock;
mod compressed;
mod control;
mod database;
mod delete;
mod details;
mod disk;
mod engine;
mod entry;
mod error;
mod filter;
mod flush;
mod head;
mod index;
mod journal;
mod keys;
mod listing;
mod lock;
mod partition;
mod partitions;
mod piece;
mod quarantine;
mod replay;
mod retention;
mod rollup;
mod salvage;
mod seal;
mod selected;
mod series;
mod settings;
mod shared;
mod snapshot;
mod sources;
mod stats;
mod wal;
mod writer;

pub use append::{Appended, Reason, Refusals};
/// For benches.
#[doc(hidden)]
pub use chunk::{decode_chunk, encode_chunk};
pub use control::{
    AlertEvent, AlertEventFilter, AlertRow, AlertStore, AlertWrites, Annotation, AnnotationFilter,
    ControlError, ControlStore, DeadLetters, Delivery, DeliveryCounts, DeliveryFilter, DeliveryState,
    DeliveryStore, Document, DocumentHead, DocumentKind, Due, NOT_SENT, NewDelivery, NewVersion, RowChange,
    RowStore, SENT, Settled, Settlement, SqliteControl, Superseded, Uses, VersionHead, random_bytes,
};
pub use engine::Engine;
pub use error::StorageError;
pub use selected::SelectedSeries;
pub use settings::{Durability, RetentionRule, Settings};
pub use snapshot::{copy as backup, restore};
pub use stats::{Cardinality, StorageStats};

/// How a select is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectOptions {
    /// Series that it may find.
    pub max_series: usize,
    /// Samples that it may read from the disk.
    pub max_samples: usize,
    /// Rollups of buckets of this width, in milliseconds, or a narrower one may stand for samples that are there.
    pub buckets: Option<i64>,
}

impl SelectOptions {
    /// All samples, without a limit: for tests and other callers that know how much there is.
    pub const ALL: Self = Self { max_series: usize::MAX, max_samples: usize::MAX, buckets: None };
}

/// Takes samples in.
#[async_trait]
pub trait Appender: Send + Sync {
    /// Stores the good part of a batch. Returns when it survives the end of the process and queries see it. After an error
    /// nothing of it is visible, and [`StorageError::is_retryable`] says whether to send it again.
    async fn append(&self, batch: Batch) -> Result<Appended, StorageError>;
}

/// Gives samples out.
#[async_trait]
pub trait Querier: Send + Sync {
    /// The series that meet all `matchers` and may have samples in `range` (milliseconds since the epoch, both ends
    /// included), in no particular order. No matcher selects every series. Where samples are gone and rollups are left, the
    /// series give those ([`SelectedSeries::widths`]).
    async fn select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
        options: SelectOptions,
    ) -> Result<Vec<SelectedSeries>, StorageError>;

    /// The series that meet all matchers of one of the sets and may have samples in `range`, sorted.
    async fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, StorageError>;

    /// The names of all labels of series that may have samples in `range`, sorted.
    async fn label_names(&self, range: TimeRange) -> Result<Vec<String>, StorageError>;

    /// The values of one label of series that may have samples in `range`, sorted.
    async fn label_values(&self, name: &str, range: TimeRange) -> Result<Vec<String>, StorageError>;

    /// What senders said of one metric, or of all.
    async fn metadata(&self, metric: Option<&str>) -> Result<Vec<Metadata>, StorageError>;

    /// The exemplars in `range` of the series that meet all matchers, by series and time.
    async fn exemplars(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<(Labels, Exemplar)>, StorageError>;

    /// How many series there are in memory, and what they are made of: lists of up to `most` entries.
    async fn cardinality(&self, most: usize) -> Result<Cardinality, StorageError>;

    /// Deletes the samples of `range` of the series that meet all matchers.
    async fn delete(&self, matchers: Vec<Matcher>, range: TimeRange) -> Result<(), StorageError>;

    /// Copies everything that was acknowledged before to the directory `dir`, which must not exist.
    async fn snapshot(&self, dir: &Path) -> Result<(), StorageError>;

    /// Whether the database answers.
    async fn check(&self) -> Result<(), StorageError>;

    /// How storage is doing. Cheap: it reads memory only.
    fn stats(&self) -> StorageStats;
}
