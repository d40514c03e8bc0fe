//! Rollups: what is left of finished days when their samples go, and what long ranges read before that.
//!
//! Each tier has a directory of files like those of samples, with a catalogue of series and blocks; a chunk there is one
//! column of a series' buckets ([`columns`]). [`seal`](crate::seal) writes them, [`sources`](crate::sources) chooses among them.

pub(crate) mod columns;
mod piece;

use std::path::Path;

pub(crate) use piece::Rolled;

use crate::clock::{DAY, Period};
use crate::partitions::Partitions;
use crate::{Settings, StorageError};

/// The rollups of one width.
pub(crate) struct Tier {
    /// How long a bucket is, in milliseconds.
    pub(crate) width: i64,
    /// How long they are kept, in milliseconds; `None` for ever.
    pub(crate) keep: Option<i64>,
    pub(crate) partitions: Partitions,
}

/// Widths, directories below that of the samples, and what one of their files holds; the narrowest first.
pub(crate) const TIERS: [(i64, &str, Period); 3] =
    [(300_000, "5m", Period::Day), (3_600_000, "1h", Period::Day), (DAY, "1d", Period::Month)];

impl Tier {
    /// Finds the files of all tiers below the directory of the samples. Also where none are to be made any more: what is there is
    /// read, and deleted when its time has come.
    pub(crate) fn find_all(metrics: &Path, settings: &Settings) -> Result<Vec<Self>, StorageError> {
        let keeps = [settings.retention_5m, settings.retention_hourly, settings.retention_daily];
        let tiers = TIERS.iter().zip(keeps).map(|((width, name, period), keep)| {
            let dir = metrics.join(name);
            let failed = |error| StorageError::not_writable(&dir, &error);
            if settings.rollups {
                std::fs::create_dir_all(&dir).map_err(failed)?;
            }
            let partitions = Partitions::find(&dir, *period, settings.durability).map_err(failed)?;
            Ok(Self { width: *width, keep: keep.filter(|keep| *keep > 0), partitions })
        });
        tiers.collect()
    }

    /// The oldest timestamp that is kept at `now`.
    pub(crate) fn oldest(&self, now: i64) -> i64 {
        self.keep.map_or(i64::MIN, |keep| now.saturating_sub(keep))
    }
}
