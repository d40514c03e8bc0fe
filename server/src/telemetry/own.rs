use std::collections::HashMap;
use std::sync::Arc;

use watchfire_ingest::collect::{CollectError, Collector};
use watchfire_model::{Batch, Labels, MetricDescription};

use super::Telemetry;
use super::reader::FamilyPoint;

/// Puts Watchfire's own metrics into its own storage, so that it can be watched like everything else.
pub(crate) struct OwnCollector {
    telemetry: Arc<Telemetry>,
    host: String,
    /// The label sets by name and labels, so that they are made once.
    known: HashMap<(String, Vec<(String, String)>), Labels>,
}

impl OwnCollector {
    /// A collector whose samples bear `host`.
    pub(crate) fn new(telemetry: Arc<Telemetry>, host: String) -> Self {
        Self { telemetry, host, known: HashMap::new() }
    }

    fn labels(&mut self, family: &str, point: &FamilyPoint) -> Option<Labels> {
        let key = (format!("{family}{}", point.suffix), point.labels.clone());
        if let Some(labels) = self.known.get(&key) {
            return Some(labels.clone());
        }
        let others = point.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let labels = Labels::of(&key.0, others.chain([("host", self.host.as_str())])).ok()?;
        self.known.insert(key, labels.clone());
        Some(labels)
    }
}

impl Collector for OwnCollector {
    fn name(&self) -> &'static str {
        "watchfire"
    }

    /// `/metrics` describes them.
    fn metrics(&self) -> &'static [MetricDescription] {
        &[]
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        for family in self.telemetry.gather() {
            // Buckets are many and nothing here draws them yet; sums and counts tell the mean.
            for point in
                family.points.iter().filter(|point| point.suffix != "_bucket" && point.value.is_finite())
            {
                if let Some(labels) = self.labels(&family.name, point) {
                    into.push(&labels, at, point.value);
                }
            }
        }
        Ok(())
    }
}
