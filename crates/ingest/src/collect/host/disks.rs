use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sysinfo::{Disk, DiskRefreshKind};

use super::metrics;
use crate::collect::every::Every;
use crate::collect::series::Writer;

/// Space of the file systems and traffic of their devices.
///
/// The mounts are listed once a minute and their space is asked every 10 s, since neither changes faster than that
/// tells anything; the counters of traffic are read each time.
pub(super) struct Disks {
    /// `None` on a system that does not tell its disks.
    source: Option<sysinfo::Disks>,
    /// The places in `source` of the disks that are reported, with their labels.
    reported: Vec<(usize, Mount)>,
    list: Every,
    space: Every,
}

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mount {
    device: String,
    mountpoint: String,
    fstype: String,
}

impl Disks {
    pub(super) fn new() -> Self {
        Self {
            source: sysinfo::Disks::new().ok(),
            reported: Vec::new(),
            list: Every::new(Duration::from_mins(1)),
            space: Every::new(Duration::from_secs(10)),
        }
    }

    pub(super) fn collect(&mut self, now: Instant, writer: &mut Writer<'_>) {
        let Some(source) = &mut self.source else { return };
        let listed = self.list.due(now);
        if listed {
            // Nothing but the list: asking a dead network or FUSE mount for its space would hang.
            source.refresh_specifics(true, DiskRefreshKind::nothing());
            self.reported = reported(source.iter().map(Mount::of));
        }
        let mut kind = DiskRefreshKind::nothing().with_io_usage();
        if self.space.due(now) || listed {
            kind = kind.with_storage();
        }
        for (index, mount) in &self.reported {
            let disk = &mut source[*index];
            disk.refresh_specifics(kind);
            write(disk, mount, writer);
        }
    }
}

fn write(disk: &Disk, mount: &Mount, writer: &mut Writer<'_>) {
    let total = disk.total_space();
    if total > 0 {
        let labels =
            [("device", mount.device.as_str()), ("mountpoint", &mount.mountpoint), ("fstype", &mount.fstype)];
        let available = disk.available_space().min(total);
        writer.push(metrics::DISK_USAGE, &labels, (total - available) as f64);
        writer.push(metrics::DISK_TOTAL, &labels, total as f64);
        writer.push(metrics::DISK_AVAILABLE, &labels, available as f64);
    }
    let usage = disk.usage();
    // Both are 0 where the system has no counters for the device: to be mounted, it had to be read.
    if usage.total_read_bytes > 0 || usage.total_written_bytes > 0 {
        let labels = [("device", mount.device.as_str())];
        writer.push(metrics::DISK_READ, &labels, usage.total_read_bytes as f64);
        writer.push(metrics::DISK_WRITTEN, &labels, usage.total_written_bytes as f64);
    }
}

impl Mount {
    fn of(disk: &Disk) -> Self {
        Self {
            device: disk.name().to_string_lossy().into_owned(),
            mountpoint: disk.mount_point().to_string_lossy().into_owned(),
            fstype: disk.file_system().to_string_lossy().into_owned(),
        }
    }
}

/// Which of the mounts are reported, by their place in the list, ordered by device: those of real file systems, each
/// device once, at its shortest path. `/dev/` is cut off the device's name.
fn reported(mounts: impl Iterator<Item = Mount>) -> Vec<(usize, Mount)> {
    let mut by_device: BTreeMap<String, (usize, Mount)> = BTreeMap::new();
    for (index, mut mount) in mounts.enumerate().filter(|(_, mount)| is_real(mount)) {
        if let Some(short) = mount.device.strip_prefix("/dev/") {
            mount.device = String::from(short);
        } else if mount.device.is_empty() || cfg!(windows) {
            // The name is only a label that people give, often none; the drive tells more.
            mount.device.clone_from(&mount.mountpoint);
        }
        let length = |mount: &Mount| mount.mountpoint.len();
        match by_device.get(&mount.device) {
            Some((_, other)) if length(other) <= length(&mount) => {}
            _ => drop(by_device.insert(mount.device.clone(), (index, mount))),
        }
    }
    by_device.into_values().collect()
}

/// Where container engines keep mounts of their own: one a container or a pod, so without bound.
const ENGINE_MOUNTS: [&str; 3] = ["/var/lib/docker/", "/var/lib/containers/storage/", "/var/lib/kubelet/"];

/// Files that a container engine mounts into a container from the host's disk.
const ENGINE_FILES: [&str; 3] = ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf"];

/// Whether people would call it a disk: a file system on a block device or in a ZFS pool, or whatever is at `/`, which
/// in a container is an overlay. Loop devices are images (snaps), and what the rest lists is made up by the kernel.
fn is_real(mount: &Mount) -> bool {
    if !cfg!(target_os = "linux") {
        // Elsewhere only volumes are listed in the first place.
        return true;
    }
    let Mount { device, mountpoint, fstype } = mount;
    let is_image = matches!(fstype.as_str(), "squashfs" | "erofs" | "iso9660" | "udf");
    let is_block = device.starts_with("/dev/")
        && !device.starts_with("/dev/loop")
        && device != "/dev/fuse"
        && fstype != "overlay"
        && !is_image;
    let is_engines = ENGINE_MOUNTS.iter().any(|place| mountpoint.starts_with(place))
        || ENGINE_FILES.contains(&mountpoint.as_str());
    mountpoint == "/" || (is_block || fstype == "zfs") && !is_engines
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// The mounts that remain of lines as /proc/mounts has them.
    fn remain(lines: &[&str]) -> Vec<(usize, String)> {
        let mount = |line: &&str| {
            let mut fields = line.split(' ').map(str::to_owned);
            let mut next = || fields.next().unwrap();
            Mount { device: next(), mountpoint: next(), fstype: next() }
        };
        let told = |(index, mount): (usize, Mount)| (index, format!("{} {}", mount.device, mount.mountpoint));
        reported(lines.iter().map(mount)).into_iter().map(told).collect()
    }

    #[test]
    fn a_device_counts_once_at_its_shortest_path() {
        let lines = [
            "/dev/sda1 /srv/export/bound ext4",
            "/dev/sda1 / ext4",
            "/dev/sda1 /srv ext4",
            "/dev/mapper/vg-data /data xfs",
            "/dev/sdb1 /mnt/usb fuseblk",
            "tank/home /home zfs",
        ];
        let expected =
            [(3, "mapper/vg-data /data"), (1, "sda1 /"), (4, "sdb1 /mnt/usb"), (5, "tank/home /home")];
        assert_eq!(remain(&lines), expected.map(|(index, told)| (index, told.to_owned())));
    }

    #[test]
    fn what_is_no_disk_is_left_out() {
        let lines = [
            "tmpfs /tmp tmpfs",
            "/dev/loop3 /snap/core/1 squashfs",
            "/dev/loop4 /mnt/image ext4",
            "/dev/sr0 /media/cd iso9660",
            "/dev/fuse /run/user/1000/doc fuse",
            "overlay /var/lib/docker/overlay2/ab/merged overlay",
            "/dev/sdc1 /var/lib/kubelet/pods/x/volumes/y ext4",
            "host:/share /mnt/share nfs4",
            "me@host:/ /mnt/ssh fuse.sshfs",
        ];
        assert_eq!(remain(&lines), []);
    }

    #[test]
    fn a_container_shows_its_root() {
        let lines = ["overlay / overlay", "/dev/sda1 /etc/hosts ext4", "/dev/sda1 /data ext4"];
        assert_eq!(remain(&lines), [(0, "overlay /".to_owned()), (2, "sda1 /data".to_owned())]);
    }
}
