//! One reading of a collector.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::spawn_blocking;
use watchfire_ingest::collect::Collector;
use watchfire_model::Batch;
use watchfire_probe::{Settings, labels};

/// Milliseconds since the epoch of the readings here.
pub(crate) const AT: i64 = 1_700_000_000_000;

/// A name that has no address, which the system knows without asking anyone: its first part is longer than the 63
/// bytes that DNS has for one.
pub(crate) fn nobody() -> String {
    format!("{}.invalid", "n".repeat(64))
}

/// Settings that no machine is too slow for.
pub(crate) fn patient() -> Settings {
    Settings { host: Some("here".to_owned()), timeout: Duration::from_mins(1), ..Settings::default() }
}

/// The samples of one reading by target and metric, with the labels beside host, probe and target.
#[derive(Debug, Default)]
pub(crate) struct Reading(BTreeMap<(String, String), (f64, BTreeMap<String, String>)>);

impl Reading {
    /// Takes a reading on this thread and checks that its samples are what the collector says they are.
    pub(crate) fn of(collector: &mut dyn Collector) -> Self {
        let mut batch = Batch::default();
        collector.collect(AT, &mut batch).unwrap();
        let mut reading = Self::default();
        for (series, sample) in batch.iter() {
            let series = series.unwrap();
            assert_eq!(sample.timestamp, AT);
            assert_eq!(series.get("host"), Some("here"), "{series}");
            let metric = series.metric().to_owned();
            assert!(collector.metrics().iter().any(|known| known.name == metric), "{series}");
            let others: BTreeMap<String, String> = series
                .iter()
                .filter(|label| !matches!(label.name, "__name__" | "host"))
                .map(|label| (label.name.to_owned(), label.value.to_owned()))
                .collect();
            for name in others.keys() {
                assert!(labels(&metric).contains(&name.as_str()), "{series}");
            }
            let before = reading.0.insert((others["target"].clone(), metric), (sample.value, others));
            assert_eq!(before, None, "{series} came twice");
        }
        reading
    }

    /// As the server takes it: on a thread for blocking work. Gives the collector back.
    pub(crate) async fn blocking<C: Collector>(mut collector: C) -> (Self, C) {
        spawn_blocking(move || (Self::of(&mut collector), collector)).await.unwrap()
    }

    /// The value of a target's metric, if it was sent.
    pub(crate) fn value(&self, target: &str, metric: &str) -> Option<f64> {
        self.0.get(&(target.to_owned(), metric.to_owned())).map(|(value, _)| *value)
    }

    /// A label of a target's metric.
    pub(crate) fn label(&self, target: &str, metric: &str, name: &str) -> Option<&str> {
        let (_, labels) = self.0.get(&(target.to_owned(), metric.to_owned()))?;
        labels.get(name).map(String::as_str)
    }

    /// The metrics that were sent for a target, by name.
    pub(crate) fn metrics(&self, target: &str) -> Vec<&str> {
        self.0.keys().filter(|(of, _)| of == target).map(|(_, metric)| metric.as_str()).collect()
    }
}
