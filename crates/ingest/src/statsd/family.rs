use std::collections::HashMap;

use watchfire_model::{Metadata, MetadataKind};

use super::line::{LineError, StatsdKind};

/// What a histogram's name is written with.
pub(super) const HISTOGRAM_SUFFIXES: [&str; 3] = ["_bucket", "_sum", "_count"];

/// The metrics that there are series of, by the name that is stored: each is of one kind, that of its first series, since
/// a counter and a gauge in one series are neither.
#[derive(Debug, Default)]
pub(super) struct Families(HashMap<String, Family>);

#[derive(Debug)]
struct Family {
    kind: StatsdKind,
    /// How many series it has, at least one.
    series: usize,
}

impl Families {
    /// Whether a series of the kind may have the name. It may not where another kind has it, or one of the names that a
    /// histogram is written with.
    pub(super) fn admit(&self, metric: &str, second: StatsdKind) -> Result<(), LineError> {
        let taken = match self.0.get(metric) {
            Some(family) if family.kind == second => None,
            Some(family) => Some((metric.to_owned(), family.kind)),
            None => self.written_by_another(metric, second),
        };
        taken.map_or(Ok(()), |(metric, first)| Err(LineError::OtherKind { metric, first, second }))
    }

    /// Adds a series to a metric that admits it.
    pub(super) fn join(&mut self, metric: &str, kind: StatsdKind) {
        match self.0.get_mut(metric) {
            Some(family) => family.series += 1,
            None => _ = self.0.insert(metric.to_owned(), Family { kind, series: 1 }),
        }
    }

    /// A name that a metric of kind `second` would be written with and another one already is, and that one's kind.
    fn written_by_another(&self, metric: &str, second: StatsdKind) -> Option<(String, StatsdKind)> {
        HISTOGRAM_SUFFIXES.iter().find_map(|suffix| {
            let (written, other) = if second.is_histogram() {
                let written = format!("{metric}{suffix}");
                let other = self.0.get(&written).filter(|other| !other.kind.is_histogram())?;
                (written, other)
            } else {
                let other = self.0.get(metric.strip_suffix(suffix)?)?;
                (metric.to_owned(), Some(other).filter(|other| other.kind.is_histogram())?)
            };
            Some((written, other.kind))
        })
    }

    /// Takes a series away from its metric; the name is free again after the last one.
    pub(super) fn leave(&mut self, metric: &str) {
        if let Some(family) = self.0.get_mut(metric) {
            family.series -= 1;
            if family.series == 0 {
                self.0.remove(metric);
            }
        }
    }

    /// What is known of each metric.
    pub(super) fn metadata(&self) -> impl Iterator<Item = Metadata> {
        self.0.iter().map(|(metric, family)| Metadata {
            metric: metric.clone(),
            kind: family.kind.metadata(),
            ..Metadata::default()
        })
    }
}

impl StatsdKind {
    /// Whether it is stored as a histogram.
    pub(super) fn is_histogram(self) -> bool {
        self.metadata() == MetadataKind::Histogram
    }

    /// What it is stored as.
    fn metadata(self) -> MetadataKind {
        match self {
            Self::Counter => MetadataKind::Counter,
            Self::Gauge | Self::Set => MetadataKind::Gauge,
            Self::Timing | Self::Distribution => MetadataKind::Histogram,
        }
    }
}
