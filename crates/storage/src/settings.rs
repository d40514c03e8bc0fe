use std::path::PathBuf;

use watchfire_model::BatchSample;

use crate::clock::DAY;
use crate::stats::Refused;

/// What an acknowledged batch survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process at any moment, `kill -9` included. After a power loss the last commits may be missing.
    #[default]
    Process,
    /// A power loss too: the disk confirms each commit, which costs time.
    PowerLoss,
}

/// How an [`Engine`](crate::Engine) keeps its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The data directory; made when it is not there.
    pub dir: PathBuf,
    /// Milliseconds after which samples are deleted, in whole UTC days; `None` or 0 keeps them for ever.
    pub retention: Option<i64>,
    /// Milliseconds of samples in one block, and how often the head is flushed; from a second to a day.
    pub block_window: i64,
    /// What an acknowledged batch survives.
    pub durability: Durability,
    /// Bytes that are left free on the disk; with less, appends are refused.
    pub min_free_bytes: u64,
    /// The number of samples in memory at which the head is flushed before its window ends.
    pub max_head_samples: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("watchfire-data"),
            retention: Some(7 * DAY),
            block_window: 30 * 60 * 1000,
            durability: Durability::Process,
            min_free_bytes: 64 << 20,
            max_head_samples: 4_000_000,
        }
    }
}

/// How far ahead of this machine's clock a sample may be, in milliseconds.
const MOST_AHEAD: i64 = 10 * 60 * 1000;

impl Settings {
    /// The window within its bounds.
    pub(crate) fn window(&self) -> i64 {
        self.block_window.clamp(1000, DAY)
    }

    /// The oldest timestamp that is kept at `now`. Nothing is older than the epoch.
    pub(crate) fn oldest(&self, now: i64) -> i64 {
        match self.retention {
            Some(retention) if retention > 0 => now.saturating_sub(retention).max(0),
            _ => 0,
        }
    }

    /// Removes what cannot be stored at `now` from `samples` and counts it by reason.
    pub(crate) fn refuse(&self, samples: &mut Vec<BatchSample>, now: i64) -> Refused {
        let (oldest, newest) = (self.oldest(now), now.saturating_add(MOST_AHEAD));
        let mut refused = Refused::default();
        samples.retain(|sample| {
            let timestamp = sample.sample.timestamp;
            refused.too_old += u64::from(timestamp < oldest);
            refused.in_future += u64::from(timestamp > newest);
            (oldest..=newest).contains(&timestamp)
        });
        refused
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::{Batch, Labels};

    use super::*;

    #[test]
    fn refuses_by_reason() {
        let now = 30 * DAY;
        let up = Labels::of("up", []).unwrap();
        let timestamps = [-1, now - 7 * DAY - 1, now - 7 * DAY, now, now + MOST_AHEAD, now + MOST_AHEAD + 1];
        let batch = || {
            let mut batch = Batch::default();
            for timestamp in timestamps {
                batch.push(up.clone(), timestamp, 1.0);
            }
            batch.samples
        };

        let mut samples = batch();
        let refused = Settings::default().refuse(&mut samples, now);
        assert_eq!((refused.too_old, refused.in_future, samples.len()), (2, 1, 3));

        for for_ever in [None, Some(0)] {
            let settings = Settings { retention: for_ever, ..Settings::default() };
            let mut samples = batch();
            let refused = settings.refuse(&mut samples, now);
            assert_eq!((refused.too_old, refused.in_future, samples.len()), (1, 1, 4));
        }
    }
}
