use std::fmt;

/// Why a sample was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Older than the retention, or before 1970.
    TooOld,
    /// Too far ahead of the server's clock.
    InFuture,
    /// Further behind the newest sample of its series than the window for late samples.
    OutOfOrder,
    /// Another value for a timestamp that has one.
    Duplicate,
    /// A label set that breaks a rule.
    InvalidLabels,
    /// More labels than a series may have.
    TooManyLabels,
    /// A label's name or value that is too long.
    LabelTooLong,
    /// One new series more than there may be.
    SeriesLimit,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::TooOld,
        Self::InFuture,
        Self::OutOfOrder,
        Self::Duplicate,
        Self::InvalidLabels,
        Self::TooManyLabels,
        Self::LabelTooLong,
        Self::SeriesLimit,
    ];

    /// As the label `reason` of `watchfire_ingest_rejected_total` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooOld => "too_old",
            Self::InFuture => "in_future",
            Self::OutOfOrder => "out_of_order",
            Self::Duplicate => "duplicate",
            Self::InvalidLabels => "invalid_labels",
            Self::TooManyLabels => "too_many_labels",
            Self::LabelTooLong => "label_too_long",
            Self::SeriesLimit => "series_limit",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The samples of a batch that were not taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    counts: [u64; Reason::ALL.len()],
    /// The first one, in words: which series and timestamp, and what to do.
    pub first: Option<String>,
}

impl Refusals {
    pub(crate) fn add(&mut self, reason: Reason, samples: usize, words: impl FnOnce() -> String) {
        if samples > 0 {
            self.counts[reason as usize] += samples as u64;
            self.first.get_or_insert_with(words);
        }
    }

    /// How many there are for a reason.
    pub fn count(&self, reason: Reason) -> u64 {
        self.counts[reason as usize]
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Samples that are stored now, those included that were there already with the same value.
    pub stored: usize,
    /// Exemplars that are stored now.
    pub exemplars: usize,
    /// The least timestamp of the samples that are new: milliseconds since the epoch. Answers about times before it are as
    /// they were.
    pub least: Option<i64>,
    /// Samples that were not taken.
    pub refused: Refusals,
}
