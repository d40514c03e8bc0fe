//! Where samples are kept: the only crate that knows SQL and files.
//!
//! Everything above it speaks to two traits, [`Appender`] and [`Querier`]. [`Engine`] implements both in one data
//! directory:
//!
//! - The **journal** (`metrics/journal.db`) has what was acknowledged lately, one row for each group commit. An append
//!   is answered when its row is committed, so a killed process loses nothing that it acknowledged.
//! - The **head** has the same samples in memory, as sorted columns for each series, and answers queries about the
//!   last minutes without the disk.
//! - A **partition** (`metrics/2026-11-21.db`) has the compressed blocks of one UTC day. With each window the head is
//!   flushed into its partitions; then the journal's rows are deleted. Retention deletes whole files.
//!
//! A sample that arrives later wins over one with the same series and timestamp, wherever the two lie.

use async_trait::async_trait;
use watchfire_model::{Batch, Matcher, TimeRange};

mod block;
mod clock;
mod columns;
mod cut;
mod database;
mod disk;
mod engine;
mod entry;
mod error;
mod filter;
mod flush;
mod head;
mod journal;
mod lock;
mod partition;
mod partitions;
mod quarantine;
mod selected;
mod settings;
mod shared;
mod stats;
mod writer;

// For the benches, which measure the codec alone; no part of the interface.
#[doc(hidden)]
pub use block::Packed;
#[doc(hidden)]
pub use columns::Chunk;
pub use engine::Engine;
pub use error::StorageError;
pub use selected::SelectedSeries;
pub use settings::{Durability, Settings};
pub use stats::{Refused, StorageStats};

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Samples that are stored now.
    pub stored: usize,
    /// Samples that were not taken: too old for the retention, or too far in the future.
    pub refused: usize,
}

/// Takes samples in.
#[async_trait]
pub trait Appender: Send + Sync {
    /// Stores a batch. Returns when it survives the end of the process and queries see it. After an error nothing of
    /// it is visible, and [`StorageError::is_retryable`] says whether to send it again.
    async fn append(&self, batch: Batch) -> Result<Appended, StorageError>;
}

/// Gives samples out.
#[async_trait]
pub trait Querier: Send + Sync {
    /// The series that meet all `matchers` and may have samples in `range` (milliseconds since the epoch, both ends
    /// included), sorted by their labels. No matcher selects every series.
    async fn select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<SelectedSeries>, StorageError>;

    /// Whether the database answers.
    async fn check(&self) -> Result<(), StorageError>;

    /// How storage is doing. Cheap: it reads memory only.
    fn stats(&self) -> StorageStats;
}
