use std::time::Instant;

use sysinfo::{Cpu, MINIMUM_CPU_UPDATE_INTERVAL, System as Source};

use super::metrics;
use crate::collect::CollectError;
use crate::collect::series::Writer;

/// Processor, load, memory, uptime and the facts about the host.
pub(super) struct System {
    source: Source,
    facts: Facts,
    /// When the CPU's times were last read, and whether the usage is real: a difference of two readings.
    cpu_read_at: Option<Instant>,
    cpu_is_real: bool,
}

/// What stays the same while the server runs; empty where the system does not tell.
struct Facts {
    os: String,
    os_version: String,
    kernel: String,
    arch: String,
    boot_time: Option<u64>,
}

impl System {
    pub(super) fn new() -> Result<Self, CollectError> {
        let source = Source::new().map_err(|source| CollectError::Unavailable {
            collector: super::NAME,
            what: "its CPU and memory use",
            source,
        })?;
        let facts = Facts {
            os: Source::name().unwrap_or_default(),
            os_version: Source::os_version().unwrap_or_default(),
            kernel: Source::kernel_version().unwrap_or_default(),
            arch: Source::cpu_arch(),
            boot_time: Source::boot_time().ok(),
        };
        Ok(Self { source, facts, cpu_read_at: None, cpu_is_real: false })
    }

    /// The number of cores, at least 1.
    pub(super) fn cores(&self) -> usize {
        self.source.cpus().len().max(1)
    }

    pub(super) fn collect(&mut self, now: Instant, writer: &mut Writer<'_>) {
        self.cpu(now, writer);
        self.memory(writer);
        if let Ok(load) = Source::load_average() {
            writer.push(metrics::LOAD_1, &[], load.one);
            writer.push(metrics::LOAD_5, &[], load.five);
            writer.push(metrics::LOAD_15, &[], load.fifteen);
        }
        if let Ok(uptime) = Source::uptime() {
            writer.push(metrics::UPTIME, &[], uptime as f64);
        }
        if let Some(boot_time) = self.facts.boot_time {
            writer.push(metrics::BOOT_TIME, &[], boot_time as f64);
        }
        let info = [
            ("os", self.facts.os.as_str()),
            ("os_version", &self.facts.os_version),
            ("kernel", &self.facts.kernel),
            ("arch", &self.facts.arch),
            ("cpu", self.source.cpus().first().map_or("", Cpu::brand)),
            ("cores", &self.cores().to_string()),
        ];
        writer.push(metrics::HOST_INFO, &info, 1.0);
    }

    fn cpu(&mut self, now: Instant, writer: &mut Writer<'_>) {
        // A refresh within this interval would be ignored, and must not count as the second reading.
        let elapsed = self.cpu_read_at.map(|last| now.saturating_duration_since(last));
        if elapsed.is_none_or(|elapsed| elapsed >= MINIMUM_CPU_UPDATE_INTERVAL) {
            self.source.refresh_cpu_usage();
            self.cpu_is_real = self.cpu_read_at.is_some();
            self.cpu_read_at = Some(Instant::now());
        }
        if !self.cpu_is_real {
            return;
        }
        writer.push(metrics::CPU_USAGE, &[], self.source.global_cpu_usage().into());
        for cpu in self.source.cpus() {
            writer.push(metrics::CPU_CORE_USAGE, &[("core", core_label(cpu.name()))], cpu.usage().into());
        }
    }

    fn memory(&mut self, writer: &mut Writer<'_>) {
        self.source.refresh_memory();
        let memory = &self.source;
        if memory.total_memory() > 0 {
            writer.push(metrics::MEMORY_USAGE, &[], memory.used_memory() as f64);
            writer.push(metrics::MEMORY_TOTAL, &[], memory.total_memory() as f64);
            writer.push(metrics::MEMORY_AVAILABLE, &[], memory.available_memory() as f64);
            writer.push(metrics::MEMORY_FREE, &[], memory.free_memory() as f64);
        }
        if memory.total_swap() > 0 {
            writer.push(metrics::SWAP_USAGE, &[], memory.used_swap() as f64);
            writer.push(metrics::SWAP_TOTAL, &[], memory.total_swap() as f64);
        }
    }
}

/// `cpu3` on Linux, `CPU 3` elsewhere: the number alone, or the whole name where it has another form.
fn core_label(name: &str) -> &str {
    let rest = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    if rest.is_empty() { name } else { rest }
}

#[cfg(test)]
mod tests {
    use super::core_label;

    #[test]
    fn cores_are_named_by_their_number() {
        for (name, label) in [("cpu0", "0"), ("cpu12", "12"), ("CPU 3", "3"), ("3", "3"), ("big", "big")] {
            assert_eq!(core_label(name), label);
        }
    }
}
