//! Operations of the disks and the time that they took, from /proc/diskstats.
//! Documentation/admin-guide/iostats.rst of the kernel describes the file.

use std::path::{Path, PathBuf};
use std::time::Instant;

use watchfire_model::{Batch, MetricDescription};

use super::block_devices::BlockDevices;
use super::describe::metrics;
use super::kernel_file::{self, FirstError, Place};
use super::series::{SeriesCache, Writer};
use super::{CollectError, Collector};

metrics! {
    READS = counter("system_disk_reads_total", Number, "Reads that the device finished.");
    WRITES = counter("system_disk_writes_total", Number, "Writes that the device finished.");
    READ_SECONDS = counter("system_disk_read_seconds_total", Seconds, "Time that all reads took together; divided by their number, the mean time of one.");
    WRITE_SECONDS = counter("system_disk_write_seconds_total", Seconds, "Time that all writes took together; divided by their number, the mean time of one.");
    IO_SECONDS = counter("system_disk_io_seconds_total", Seconds, "Time in which the device had anything to do: its rate is the busy share, 1 at most.");
    IO_WEIGHTED_SECONDS = counter("system_disk_io_weighted_seconds_total", Seconds, "Time in which the device had anything to do, times the operations in progress: its rate is the mean length of the queue.");
    IN_PROGRESS = gauge("system_disk_io_in_progress", Count, "Reads and writes that the device has not finished.");
}

/// Reads the counters of whole disks; partitions, RAM disks, loop devices and disks that were never used are left out.
/// A volume of the device mapper is a disk of its own, beside the one that it lies on.
///
/// The label `device` is the path below /dev. Where there is no /proc/diskstats, there are no series.
pub struct DiskIoCollector {
    series: SeriesCache,
    path: PathBuf,
    devices: BlockDevices,
    there: bool,
}

impl DiskIoCollector {
    /// `host` takes the place of the system's own name; a blank one counts as none.
    pub fn new(host: Option<String>) -> Self {
        Self::at_root(host, Path::new("/"))
    }

    /// Reads /proc and /sys below `root`, such as that of the host which a container has mounted.
    pub fn at_root(host: Option<String>, root: &Path) -> Self {
        Self {
            series: SeriesCache::new(host),
            path: root.join("proc/diskstats"),
            devices: BlockDevices::new(root),
            there: true,
        }
    }
}

impl Collector for DiskIoCollector {
    fn name(&self) -> &'static str {
        "disk_io"
    }

    fn metrics(&self) -> &'static [MetricDescription] {
        ALL
    }

    fn unavailable(&self) -> Option<&str> {
        (!self.there).then_some("the system has no /proc/diskstats")
    }

    fn collect(&mut self, at: i64, into: &mut Batch) -> Result<(), CollectError> {
        let text = kernel_file::read(&self.path)?;
        self.there = text.is_some();
        let Some(text) = text else { return Ok(()) };
        self.devices.start(Instant::now());
        let mut writer = self.series.writer(at, into);
        let mut errors = FirstError::default();
        let mut whole = "";
        for (index, line) in text.lines().enumerate() {
            let place = Place { path: &self.path, line: index + 1 };
            let Some(device) = errors.keep(Device::parse(line, place).map(Some)) else { continue };
            if is_partition(device.name, whole) {
                continue;
            }
            whole = device.name;
            if device.was_used()
                && let Some(label) = self.devices.by_name(device.name)
            {
                device.write(label, &mut writer);
            }
        }
        errors.into_result()
    }
}

/// A device's line, its times in milliseconds.
struct Device<'a> {
    name: &'a str,
    reads: f64,
    read_time: f64,
    writes: f64,
    write_time: f64,
    in_progress: f64,
    io_time: f64,
    weighted_time: f64,
}

impl<'a> Device<'a> {
    fn parse(line: &'a str, place: Place<'_>) -> Result<Self, CollectError> {
        let mut fields = line.split_ascii_whitespace();
        let name = fields.nth(2).ok_or_else(|| place.error("no device name in the third column", line))?;
        // Reads and writes have four columns each: finished, merged, sectors and time.
        let mut counters = [0.0; 11];
        for counter in &mut counters {
            let field = fields.next().ok_or_else(|| place.error("fewer than 14 columns", line))?;
            *counter = place.number(field)?;
        }
        let [reads, _, _, read_time, writes, _, _, write_time, in_progress, io_time, weighted_time] =
            counters;
        Ok(Self { name, reads, read_time, writes, write_time, in_progress, io_time, weighted_time })
    }

    /// Drives without a medium and places for network disks are listed by the dozen.
    fn was_used(&self) -> bool {
        self.reads + self.writes + self.in_progress > 0.0
    }

    fn write(&self, label: &str, writer: &mut Writer<'_>) {
        let labels = [("device", label)];
        writer.push(READS, &labels, self.reads);
        writer.push(WRITES, &labels, self.writes);
        writer.push(READ_SECONDS, &labels, self.read_time / 1000.0);
        writer.push(WRITE_SECONDS, &labels, self.write_time / 1000.0);
        writer.push(IO_SECONDS, &labels, self.io_time / 1000.0);
        writer.push(IO_WEIGHTED_SECONDS, &labels, self.weighted_time / 1000.0);
        writer.push(IN_PROGRESS, &labels, self.in_progress);
    }
}

/// Whether `name` is a partition of the disk `whole`, which the kernel lists before its partitions. It names them by
/// number, after a `p` where the disk's own name ends in one, so no look into /sys is needed.
fn is_partition(name: &str, whole: &str) -> bool {
    let Some(rest) = name.strip_prefix(whole) else { return false };
    let number = match whole.chars().next_back() {
        None => return false,
        Some(last) if last.is_ascii_digit() => rest.strip_prefix('p').unwrap_or_default(),
        Some(_) => rest,
    };
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_partition;

    #[test]
    fn partitions_are_told_by_their_disk() {
        let table = [
            ("sda1", "sda", true),
            ("sda12", "sda", true),
            ("sdaa", "sda", false),
            ("sdb1", "sda", false),
            ("nvme0n1p2", "nvme0n1", true),
            ("nvme0n10", "nvme0n1", false),
            ("mmcblk0boot0", "mmcblk0", false),
            ("dm-10", "dm-1", false),
            // A whole disk of a virtual machine that has only this one.
            ("xvda1", "", false),
            ("sda", "sda", false),
        ];
        for (name, whole, expected) in table {
            assert_eq!(is_partition(name, whole), expected, "{name} {whole}");
        }
    }
}
