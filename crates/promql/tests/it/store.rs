//! Series in memory, for the evaluation to read.

use regex::Regex;
use watchfire_model::{Labels, MatchOp, Matcher, TimeRange};
use watchfire_promql::SelectedSeries;

/// The bits of the NaN that marks a series as gone, as Prometheus has it.
pub(crate) const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Series in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Store {
    series: Vec<Stored>,
}

/// A series with all its samples.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) labels: Labels,
    pub(crate) timestamps: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

impl Store {
    /// Adds samples behind those that the series has.
    pub(crate) fn append(&mut self, labels: &Labels, samples: impl IntoIterator<Item = (i64, f64)>) {
        let index = self.series.iter().position(|series| series.labels == *labels).unwrap_or_else(|| {
            self.series.push(Stored { labels: labels.clone(), timestamps: Vec::new(), values: Vec::new() });
            self.series.len() - 1
        });
        let series = &mut self.series[index];
        for (timestamp, value) in samples {
            assert!(
                series.timestamps.last().is_none_or(|last| *last < timestamp),
                "{labels} goes back in time"
            );
            series.timestamps.push(timestamp);
            series.values.push(value);
        }
    }

    /// The series that fit all matchers and have a sample in `range`.
    pub(crate) fn select(&self, matchers: &[Matcher], range: TimeRange) -> Vec<Stored> {
        let conditions: Vec<(&Matcher, Option<Regex>)> =
            matchers.iter().map(|matcher| (matcher, pattern(matcher))).collect();
        let fits = |series: &&Stored| {
            conditions.iter().all(|(matcher, pattern)| {
                let value = series.labels.get(&matcher.name).unwrap_or_default();
                let same = pattern.as_ref().map_or(value == matcher.value, |pattern| pattern.is_match(value));
                same == matches!(matcher.op, MatchOp::Equal | MatchOp::Regex)
            })
        };
        let filled = |series: &&Stored| series.timestamps.iter().any(|timestamp| range.contains(*timestamp));
        self.series.iter().filter(fits).filter(filled).cloned().collect()
    }
}

fn pattern(matcher: &Matcher) -> Option<Regex> {
    let regex = matches!(matcher.op, MatchOp::Regex | MatchOp::NotRegex);
    regex.then(|| Regex::new(&format!("^(?s:{})$", matcher.value)).unwrap())
}

impl SelectedSeries for Stored {
    fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Three samples at a time, so that the seams between blocks are met, too.
    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        let start = self.timestamps.partition_point(|timestamp| *timestamp < range.start);
        let end = self.timestamps.partition_point(|timestamp| *timestamp <= range.end).max(start);
        let blocks = self.timestamps[start..end].chunks(3).zip(self.values[start..end].chunks(3));
        blocks.for_each(|(timestamps, values)| each(timestamps, values));
    }
}
