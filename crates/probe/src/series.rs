//! The label sets of a target, built once.

use watchfire_model::{Batch, Labels, MetricDescription};

/// The series of one target: a label set for each metric.
#[derive(Debug)]
pub(crate) struct Series(Vec<(&'static str, Labels)>);

impl Series {
    /// A series for each of `metrics`, all with these labels.
    pub(crate) fn new(metrics: &[MetricDescription], labels: &[(&str, &str)]) -> Self {
        Self(metrics.iter().map(|metric| (metric.name, label_set(metric.name, labels))).collect())
    }

    /// Adds a sample of `metric`, which must be one that the series were made for.
    pub(crate) fn push(&self, metric: MetricDescription, at: i64, value: f64, into: &mut Batch) {
        let found = self.0.iter().find(|(name, _)| *name == metric.name);
        debug_assert!(found.is_some(), "{} is no metric of this collector", metric.name);
        if let Some((_, labels)) = found {
            into.push(labels, at, value);
        }
    }
}

/// The label set of one series.
pub(crate) fn label_set(metric: &str, labels: &[(&str, &str)]) -> Labels {
    #[expect(
        clippy::expect_used,
        reason = "names are literals of this crate, none empty or twice; the tests send every metric"
    )]
    Labels::of(metric, labels.iter().copied()).expect("a label set")
}
