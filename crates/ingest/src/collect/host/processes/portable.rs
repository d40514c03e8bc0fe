//! Reads the processes by `sysinfo`, on systems where that is the cheapest way.

use std::time::Instant;

use sysinfo::{MINIMUM_CPU_UPDATE_INTERVAL, ProcessRefreshKind, ProcessesToUpdate, System, ThreadKind};

use super::Process;
use crate::collect::CollectError;

/// Reads the processes and, from the second reading on, how much CPU they used since the one before.
pub(in super::super) struct Reader {
    source: System,
    last: Option<Instant>,
}

impl Reader {
    pub(in super::super) fn new() -> Result<Self, CollectError> {
        let source = System::new().map_err(|source| CollectError::Unavailable {
            collector: super::super::NAME,
            what: "its processes",
            source,
        })?;
        Ok(Self { source, last: None })
    }

    /// All processes, threads not among them.
    #[expect(clippy::unnecessary_wraps, reason = "the reader for Linux can fail here")]
    pub(in super::super) fn read(&mut self, now: Instant) -> Result<Vec<Process>, CollectError> {
        let interval = self.last.map(|last| now.saturating_duration_since(last));
        let has_cpu = interval.is_some_and(|interval| interval >= MINIMUM_CPU_UPDATE_INTERVAL);
        let mut kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        if has_cpu || interval.is_none() {
            kind = kind.with_cpu();
            self.last = Some(now);
        }
        self.source.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let processes = self.source.processes().values();
        Ok(processes
            .filter(|process| process.thread_kind() != Some(ThreadKind::Userland))
            .map(|process| Process {
                pid: process.pid().as_u32(),
                name: process.name().to_string_lossy().into_owned(),
                cpu: has_cpu.then(|| f64::from(process.cpu_usage())),
                memory: process.memory(),
            })
            .collect())
    }
}
