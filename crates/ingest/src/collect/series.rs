use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use watchfire_model::{Batch, Labels, MetricDescription};

/// How many label sets are kept before the cache starts afresh: far more than a host has at one time, and few enough
/// that names that come and go (programs, interfaces) cannot fill the memory.
const MOST_KNOWN: usize = 10_000;

/// The label sets of a collector's series, kept from one reading to the next: a collection then clones shared sets
/// where it would otherwise build, sort and allocate each of them again.
pub(super) struct SeriesCache {
    host: String,
    hasher: RandomState,
    known: HashMap<u64, Labels>,
}

/// Writes the samples of one reading.
pub(super) struct Writer<'a> {
    cache: &'a mut SeriesCache,
    at: i64,
    into: &'a mut Batch,
}

impl SeriesCache {
    /// A cache whose label sets all carry `host`, or the system's own name where it is blank or missing.
    pub(super) fn new(host: Option<String>) -> Self {
        let host = host
            .filter(|name| !name.trim().is_empty())
            .or_else(|| sysinfo::System::host_name().ok())
            .unwrap_or_else(|| "localhost".to_owned());
        Self { host, hasher: RandomState::new(), known: HashMap::new() }
    }

    /// Starts a reading at `at`, milliseconds since the epoch.
    pub(super) fn writer<'a>(&'a mut self, at: i64, into: &'a mut Batch) -> Writer<'a> {
        Writer { cache: self, at, into }
    }

    fn labels(&mut self, metric: &'static str, others: &[(&'static str, &str)]) -> Labels {
        let hash = self.hasher.hash_one((metric, others));
        if let Some(labels) = self.known.get(&hash)
            && labels.metric() == metric
            && others.iter().all(|(name, value)| labels.get(name).unwrap_or_default() == *value)
        {
            return labels.clone();
        }
        let host = [("host", self.host.as_str())];
        #[expect(
            clippy::expect_used,
            reason = "names are literals of this crate, none empty or twice; the tests send every metric"
        )]
        let labels = Labels::of(metric, host.into_iter().chain(others.iter().copied())).expect("a label set");
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(hash, labels.clone());
        labels
    }
}

impl Writer<'_> {
    /// Adds a sample of `metric`; a value that is not a number stands for "not known" and is left out.
    pub(super) fn push(&mut self, metric: MetricDescription, others: &[(&'static str, &str)], value: f64) {
        if value.is_finite() {
            let labels = self.cache.labels(metric.name, others);
            self.into.push(&labels, self.at, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use watchfire_model::{MetricKind, Unit};

    use super::*;

    const METRIC: MetricDescription =
        MetricDescription { name: "m", kind: MetricKind::Gauge, unit: Unit::Number, help: "Test." };

    #[test]
    fn the_same_series_shares_its_labels() {
        let mut cache = SeriesCache::new(Some("a".to_owned()));
        let mut batch = Batch::default();
        for at in [1, 2] {
            cache.writer(at, &mut batch).push(METRIC, &[("core", "0")], 5.0);
            cache.writer(at, &mut batch).push(METRIC, &[("core", "1")], f64::NAN);
        }
        let told: Vec<_> =
            batch.iter().map(|(labels, s)| (labels.unwrap().to_string(), s.timestamp)).collect();
        let series = r#"m{core="0",host="a"}"#.to_owned();
        assert_eq!(told, [(series.clone(), 1), (series, 2)]);
        assert_eq!(cache.known.len(), 1);
    }

    #[test]
    fn two_series_are_never_mixed_up() {
        let mut cache = SeriesCache::new(Some("a".to_owned()));
        let first = cache.labels("m", &[("x", "1")]);
        // As if both sets had the same hash.
        let hash = cache.hasher.hash_one(("m", [("x", "2")].as_slice()));
        cache.known.insert(hash, first);
        assert_eq!(cache.labels("m", &[("x", "2")]).get("x"), Some("2"));
    }

    #[test]
    fn names_that_come_and_go_do_not_fill_the_memory() {
        let mut cache = SeriesCache::new(Some("a".to_owned()));
        for number in 0..MOST_KNOWN + 10 {
            cache.labels("m", &[("process", &number.to_string())]);
        }
        assert_eq!(cache.known.len(), 10);
    }
}
