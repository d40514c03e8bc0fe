use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::every::Every;
use super::kernel_file;

/// Names of block devices as `system_disk_read_bytes_total` has them: the path below /dev, by which it is mounted.
///
/// Kept for a minute, since the numbers of volumes that go are given to others.
pub(super) struct BlockDevices {
    sys: PathBuf,
    /// By the kernel's name or by number (`8:0`), which no name looks like; `None` for what is no disk.
    known: HashMap<String, Option<String>>,
    forget: Every,
}

impl BlockDevices {
    /// `root` is the root of the file system in which /sys is looked for.
    pub(super) fn new(root: &Path) -> Self {
        Self { sys: root.join("sys"), known: HashMap::new(), forget: Every::new(Duration::from_mins(1)) }
    }

    /// To be called before each reading.
    pub(super) fn start(&mut self, now: Instant) {
        if self.forget.due(now) {
            self.known.clear();
        }
    }

    /// The label of the device that the kernel calls `name`; `None` for what is no disk.
    pub(super) fn by_name(&mut self, name: &str) -> Option<&str> {
        let sys = &self.sys;
        remember(&mut self.known, name, || label(sys, name))
    }

    /// The label of the device with this number, such as `8:0`: the number itself where /sys does not tell its name.
    pub(super) fn by_number(&mut self, number: &str) -> Option<&str> {
        let sys = &self.sys;
        remember(&mut self.known, number, || {
            let uevent = kernel_file::read(&sys.join("dev/block").join(number).join("uevent"));
            let uevent = uevent.ok().flatten().unwrap_or_default();
            let name = uevent.lines().find_map(|line| line.strip_prefix("DEVNAME="));
            name.map_or_else(|| Some(number.to_owned()), |name| label(sys, name))
        })
    }
}

fn remember<'a>(
    known: &'a mut HashMap<String, Option<String>>,
    key: &str,
    find: impl FnOnce() -> Option<String>,
) -> Option<&'a str> {
    // Looked up twice, as `entry` would need an owned key each time.
    if !known.contains_key(key) {
        known.insert(key.to_owned(), find());
    }
    known.get(key)?.as_deref()
}

fn label(sys: &Path, name: &str) -> Option<String> {
    if !is_disk(name) {
        return None;
    }
    // Volumes are mounted by the names that people gave them, and the kernel calls them dm-0, dm-1 and so on.
    if name.starts_with("dm-")
        && let Ok(Some(volume)) = kernel_file::read(&sys.join("block").join(name).join("dm/name"))
        && !volume.trim().is_empty()
    {
        return Some(format!("mapper/{}", volume.trim()));
    }
    // A `/` in a device's name is a `!` in the kernel's.
    Some(name.replace('!', "/"))
}

/// Memory in the shape of a disk, images of disks that lie on another one, and diskettes.
fn is_disk(name: &str) -> bool {
    !matches!(name.trim_end_matches(|c: char| c.is_ascii_digit()), "ram" | "zram" | "loop" | "fd")
}
