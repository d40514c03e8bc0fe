//! The host: processor, load, memory, disks, network, temperatures and processes of this machine.

use std::time::Instant;

use watchfire_model::{Batch, MetricDescription};

use super::series::SeriesCache;
use super::{CollectError, Collector};

mod disks;
mod metrics;
mod network;
mod processes;
mod system;
mod temperatures;

const NAME: &str = "host";

/// Reads this machine, by `sysinfo` where that is cheap enough. All series carry the label `host`.
///
/// Percentages of CPU need two readings at least 200 ms apart and are left out until there are two.
pub struct HostCollector {
    series: SeriesCache,
    system: system::System,
    disks: disks::Disks,
    network: network::Network,
    temperatures: temperatures::Temperatures,
    processes: processes::Reader,
}

impl HostCollector {
    /// `host` takes the place of the system's own name; a blank one counts as none.
    pub fn new(host: Option<String>) -> Result<Self, CollectError> {
        Ok(Self {
            series: SeriesCache::new(host),
            system: system::System::new()?,
            disks: disks::Disks::new(),
            network: network::Network::new(),
            temperatures: temperatures::Temperatures::new(),
            processes: processes::Reader::new()?,
        })
    }
}

impl Collector for HostCollector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        metrics::ALL
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let now = Instant::now();
        let mut writer = self.series.writer(at, into);
        self.system.collect(now, &mut writer);
        self.disks.collect(now, &mut writer);
        self.network.collect(&mut writer);
        self.temperatures.collect(now, &mut writer);
        // Last, since it alone can fail: what the others read is then kept.
        let processes = self.processes.read(now)?;
        processes::write(processes, self.system.cores(), &mut writer);
        Ok(())
    }
}
