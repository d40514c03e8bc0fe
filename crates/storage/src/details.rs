use std::collections::{BTreeMap, VecDeque};

use watchfire_model::{Exemplar, Labels, Metadata, TimeRange};

use crate::filter::Filter;

/// Exemplars that memory keeps.
const EXEMPLARS: usize = 100_000;

/// What there is beside samples: exemplars, and what senders say of metrics.
#[derive(Default)]
pub(crate) struct Details {
    metadata: BTreeMap<String, Metadata>,
    /// In the order of arrival.
    exemplars: VecDeque<(Labels, Exemplar)>,
    /// So many of the last exemplars are in no partition yet.
    unflushed: usize,
}

impl Details {
    /// Whether this says something new.
    pub(crate) fn is_news(&self, metadata: &Metadata) -> bool {
        self.metadata.get(&metadata.metric) != Some(metadata)
    }

    pub(crate) fn note(&mut self, metadata: Metadata) {
        self.metadata.insert(metadata.metric.clone(), metadata);
    }

    pub(crate) fn push(&mut self, labels: Labels, exemplar: Exemplar) {
        // A scrape gives the same one until a new one comes.
        let known = self.exemplars.iter().rev().take(self.unflushed.min(1000));
        if known.into_iter().any(|(series, one)| *series == labels && *one == exemplar) {
            return;
        }
        if self.exemplars.len() == EXEMPLARS {
            self.exemplars.pop_front();
        }
        self.exemplars.push_back((labels, exemplar));
        self.unflushed = (self.unflushed + 1).min(EXEMPLARS);
    }

    /// What a flush has to write.
    pub(crate) fn freeze(&mut self) -> (Vec<(Labels, Exemplar)>, Vec<Metadata>) {
        let new = self.exemplars.iter().skip(self.exemplars.len() - self.unflushed).cloned().collect();
        self.unflushed = 0;
        (new, self.metadata.values().cloned().collect())
    }

    /// Removes the exemplars of `range` of matching series.
    pub(crate) fn delete(&mut self, filter: &Filter, range: TimeRange) {
        let gone = |(labels, one): &(Labels, Exemplar)| {
            (range.start..=range.end).contains(&one.timestamp) && filter.matches(labels)
        };
        let flushed = self.exemplars.len() - self.unflushed;
        self.unflushed = self.exemplars.iter().skip(flushed).filter(|one| !gone(one)).count();
        self.exemplars.retain(|one| !gone(one));
    }

    /// What is said of metrics.
    pub(crate) fn metadata(&self, metric: Option<&str>) -> Vec<Metadata> {
        match metric {
            Some(metric) => self.metadata.get(metric).cloned().into_iter().collect(),
            None => self.metadata.values().cloned().collect(),
        }
    }

    /// The exemplars of matching series, oldest first.
    pub(crate) fn exemplars(&self, filter: &Filter, range: TimeRange) -> Vec<(Labels, Exemplar)> {
        let inside = |at: i64| (range.start..=range.end).contains(&at);
        let all = self.exemplars.iter();
        all.filter(|(labels, one)| inside(one.timestamp) && filter.matches(labels)).cloned().collect()
    }
}
