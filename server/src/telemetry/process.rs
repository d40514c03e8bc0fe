use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// What this process uses; cloning shares it.
#[derive(Clone)]
pub(crate) struct ProcessUsage(Arc<Mutex<State>>);

struct State {
    /// `None` where the system does not tell.
    system: Option<System>,
    pid: Option<Pid>,
    read: Option<(Instant, Usage)>,
}

/// One reading.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Usage {
    /// CPU time since the start, user and system together.
    pub(super) cpu: Duration,
    /// CPU time as a share of one core since the reading before, in per cent; `None` at first.
    pub(super) cpu_percent: Option<f64>,
    /// Resident memory in bytes.
    pub(super) resident: u64,
}

/// Readings closer together than this would tell more of chance than of use.
const LEAST: Duration = Duration::from_millis(500);

impl ProcessUsage {
    pub(crate) fn new() -> Self {
        let state = State { system: System::new().ok(), pid: sysinfo::get_current_pid().ok(), read: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// What this process uses; at most half a second old. `None` where the system does not tell.
    pub(super) fn read(&self) -> Option<Usage> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((_, usage)) = state.read.filter(|(at, _)| now - *at < LEAST) {
            return Some(usage);
        }
        let pid = state.pid?;
        let kind = ProcessRefreshKind::nothing().with_memory().without_tasks();
        let system = state.system.as_mut()?;
        system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, kind);
        let process = system.process(pid)?;
        // Nanoseconds, where the process table of most systems counts in hundredths of a second.
        let cpu: Duration = clock_gettime(ClockId::ProcessCPUTime).try_into().ok()?;
        let resident = process.memory();
        let cpu_percent = state.read.map(|(at, before)| {
            cpu.saturating_sub(before.cpu).as_secs_f64() / (now - at).as_secs_f64() * 100.0
        });
        let usage = Usage { cpu, cpu_percent, resident };
        state.read = Some((now, usage));
        Some(usage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let usage = ProcessUsage::new();
        let first = usage.read().unwrap();
        assert!(first.resident > 1 << 20, "{first:?}");
        assert_eq!(first.cpu_percent, None);
        assert_eq!(usage.read().unwrap(), first, "a second reading at once is the first");
    }
}
