//! The control group that the server itself runs in: what a container, or a service of systemd, may use and uses.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use watchfire_model::{Batch, MetricDescription};

use super::block_devices::BlockDevices;
use super::describe::metrics;
use super::every::Every;
use super::kernel_file::{self, FirstError};
use super::series::SeriesCache;
use super::{CollectError, Collector};

mod files;
mod place;

metrics! {
    CPU_USAGE = counter("cgroup_cpu_usage_seconds_total", Seconds, "CPU time used by the server's control group: by its container or service.");
    CPU_THROTTLED = counter("cgroup_cpu_throttled_seconds_total", Seconds, "Time for which the limit of CPU held the group's tasks back.");
    CPU_THROTTLED_PERIODS = counter("cgroup_cpu_throttled_periods_total", Number, "Periods in which the group used up its limit of CPU and was held back.");
    CPU_PERIODS = counter("cgroup_cpu_periods_total", Number, "Periods of the limit of CPU in which the group ran.");
    CPU_LIMIT = gauge("cgroup_cpu_limit_cores", Number, "Cores that the group may use, the smallest limit of it and its ancestors; left out where there is none.");
    MEMORY_USAGE = gauge("cgroup_memory_usage_bytes", Bytes, "Memory of the group, caches of files included.");
    MEMORY_LIMIT = gauge("cgroup_memory_limit_bytes", Bytes, "Memory that the group may use, the smallest limit of it and its ancestors; left out where there is none.");
    MEMORY_SWAP_USAGE = gauge("cgroup_memory_swap_usage_bytes", Bytes, "Swap space in use by the group.");
    MEMORY_OOM_KILLS = counter("cgroup_memory_oom_kills_total", Number, "Processes of the group that the kernel killed because memory ran out.");
    PROCESSES = gauge("cgroup_processes", Count, "Processes and threads in the group.");
    PROCESSES_LIMIT = gauge("cgroup_processes_limit", Count, "Processes and threads that the group may have, the smallest limit of it and its ancestors; left out where there is none.");
    IO_READ = counter("cgroup_io_read_bytes_total", Bytes, "Bytes that the group read from the device.");
    IO_WRITTEN = counter("cgroup_io_written_bytes_total", Bytes, "Bytes that the group wrote to the device.");
    PRESSURE = counter("cgroup_pressure_seconds_total", Seconds, "Time in which at least one task of the group waited for the resource: cpu, memory or io.");
}

/// How often the group is looked for and its limits are read; neither changes faster than a person changes it.
const LOOK: Duration = Duration::from_secs(10);

/// Reads the control group of version 2 that this process is in, which needs no rights. In a container it is the
/// container's own; where no container has any, on a host's root, only what the kernel counts there comes.
///
/// Without such a group (another system, or control groups of version 1 only) there are no series.
pub struct CgroupCollector {
    series: SeriesCache,
    root: PathBuf,
    devices: BlockDevices,
    look: Every,
    /// Nothing before the first look.
    found: Result<Option<Group>, &'static str>,
}

/// A group and what was read of it when it was last looked for.
struct Group {
    directory: PathBuf,
    cpu_limit: Option<f64>,
    memory_limit: Option<f64>,
    processes_limit: Option<f64>,
}

impl CgroupCollector {
    /// `host` takes the place of the system's own name; a blank one counts as none.
    pub fn new(host: Option<String>) -> Self {
        Self::at_root(host, Path::new("/"))
    }

    /// Reads /proc and /sys below `root` instead of those of this system.
    pub fn at_root(host: Option<String>, root: &Path) -> Self {
        Self {
            series: SeriesCache::new(host),
            root: root.to_owned(),
            devices: BlockDevices::new(root),
            look: Every::new(LOOK),
            found: Ok(None),
        }
    }

    fn find(&self, errors: &mut FirstError) -> Result<Group, &'static str> {
        let mut read = |file: &str| errors.keep(kernel_file::read(&self.root.join(file)));
        let cgroup = read("proc/self/cgroup").ok_or("the system has no control groups")?;
        let mountinfo = read("proc/self/mountinfo").ok_or("the system has no /proc/self/mountinfo")?;
        let directories = place::find(&cgroup, &mountinfo)?.directories(&self.root);
        let directory = directories.first().filter(|directory| directory.is_dir());
        let directory = directory.ok_or("the directory of this process's control group is not there")?;
        let mut smallest = |limit: &dyn Fn(&Path) -> Result<Option<f64>, CollectError>| {
            directories.iter().filter_map(|directory| errors.keep(limit(directory))).reduce(f64::min)
        };
        Ok(Group {
            directory: directory.clone(),
            cpu_limit: smallest(&files::cpu_limit),
            memory_limit: smallest(&|directory| files::value(directory, "memory.max")),
            processes_limit: smallest(&|directory| files::value(directory, "pids.max")),
        })
    }
}

impl Collector for CgroupCollector {
    fn name(&self) -> &'static str {
        "cgroup"
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        ALL
    }

    fn unavailable(&self) -> Option<&str> {
        self.found.as_ref().err().copied()
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let now = Instant::now();
        let mut errors = FirstError::default();
        if self.look.due(now) {
            self.found = self.find(&mut errors).map(Some);
        }
        let Ok(Some(Group { directory, cpu_limit, memory_limit, processes_limit })) = &self.found else {
            return errors.into_result();
        };
        let mut writer = self.series.writer(at, into);
        let mut push = |metric: MetricDescription, value: Option<f64>| {
            if let Some(value) = value {
                writer.push(metric, &[], value);
            }
        };
        let seconds = |micros: Option<f64>| micros.map(|micros| micros / 1e6);

        let keys = ["usage_usec", "nr_periods", "nr_throttled", "throttled_usec"];
        let [usage, periods, throttled_periods, throttled] =
            files::keyed(directory, "cpu.stat", keys, &mut errors);
        push(CPU_USAGE, seconds(usage));
        push(CPU_PERIODS, periods);
        push(CPU_THROTTLED_PERIODS, throttled_periods);
        push(CPU_THROTTLED, seconds(throttled));
        push(CPU_LIMIT, *cpu_limit);

        push(MEMORY_USAGE, errors.keep(files::value(directory, "memory.current")));
        push(MEMORY_LIMIT, *memory_limit);
        push(MEMORY_SWAP_USAGE, errors.keep(files::value(directory, "memory.swap.current")));
        let [kills] = files::keyed(directory, "memory.events", ["oom_kill"], &mut errors);
        push(MEMORY_OOM_KILLS, kills);

        push(PROCESSES, errors.keep(files::value(directory, "pids.current")));
        push(PROCESSES_LIMIT, *processes_limit);

        self.devices.start(now);
        files::io(directory, &mut errors, |number, read, written| {
            if let Some(device) = self.devices.by_number(number) {
                writer.push(IO_READ, &[("device", device)], read);
                writer.push(IO_WRITTEN, &[("device", device)], written);
            }
        });
        for (resource, file) in
            [("cpu", "cpu.pressure"), ("memory", "memory.pressure"), ("io", "io.pressure")]
        {
            if let Some(waited) = seconds(errors.keep(files::pressure(directory, file))) {
                writer.push(PRESSURE, &[("resource", resource)], waited);
            }
        }
        errors.into_result()
    }
}
