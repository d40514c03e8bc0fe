//! Samples of an evaluation that are not stored yet. Rules that read none of them need not wait until they are.

use std::collections::HashSet;

use watchfire_model::{Batch, Labels};

use crate::prepared::Reads;

#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) batch: Batch,
    metrics: HashSet<String>,
    /// The rules that they come from, by their places.
    pub(super) rules: Vec<usize>,
}

impl Pending {
    pub(super) fn push(&mut self, labels: &Labels, timestamp: i64, value: f64) {
        let metric = labels.metric();
        if !self.metrics.contains(metric) {
            self.metrics.insert(metric.to_owned());
        }
        self.batch.push(labels, timestamp, value);
    }

    /// Whether a query may read one of them.
    pub(super) fn is_read_by(&self, reads: &Reads) -> bool {
        match reads {
            _ if self.metrics.is_empty() => false,
            Reads::Any => true,
            Reads::Metrics(metrics) => metrics.iter().any(|metric| self.metrics.contains(metric)),
        }
    }
}
