use std::path::{Component, Path, PathBuf};

/// Where the control group of this process lies in the tree of those that it can see.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where the tree is mounted.
    pub(super) mount: PathBuf,
    /// The group's path below `mount`; empty for the topmost one that can be seen, as a container's is.
    pub(super) below: PathBuf,
}

impl Place {
    /// The group's directory and those of its ancestors, itself first, in the file system at `root`.
    pub(super) fn directories(&self, root: &Path) -> Vec<PathBuf> {
        let mount = root.join(self.mount.strip_prefix("/").unwrap_or(&self.mount));
        self.below.ancestors().map(|below| mount.join(below)).collect()
    }
}

/// Finds the group by the texts of /proc/self/cgroup (`cgroups(7)`) and /proc/self/mountinfo
/// (`proc_pid_mountinfo(5)`), or says why there is none.
pub(super) fn find(cgroup: &str, mountinfo: &str) -> Result<Place, &'static str> {
    let group = cgroup.lines().find_map(|line| line.strip_prefix("0::"));
    let group = Path::new(group.ok_or("this process is in no control group of version 2")?);
    // `..` leads out of what the process's namespace shows.
    if group.components().any(|part| part == Component::ParentDir) {
        return Err("the control group of this process lies outside of its cgroup namespace");
    }
    let mut mounts: Vec<(&Path, PathBuf)> = mountinfo.lines().filter_map(mount).collect();
    if mounts.is_empty() {
        return Err("no file system of type cgroup2 is mounted");
    }
    // A tree can be mounted in several places and in part; the part that begins next to the group tells its path.
    mounts.sort_by_key(|(shown, _)| std::cmp::Reverse(shown.components().count()));
    mounts
        .into_iter()
        .find_map(|(shown, mount)| Some(Place { mount, below: group.strip_prefix(shown).ok()?.to_owned() }))
        .ok_or("the mounted part of the cgroup2 file system does not hold this process's control group")
}

/// What part of the tree is mounted where, if the line is that of a cgroup2.
fn mount(line: &str) -> Option<(&Path, PathBuf)> {
    // Optional fields stand before the dash, their number differs.
    let (place, source) = line.split_once(" - ")?;
    if source.split(' ').next() != Some("cgroup2") {
        return None;
    }
    let mut fields = place.split(' ');
    let shown = fields.nth(3)?;
    Some((Path::new(shown), PathBuf::from(unescape(fields.next()?))))
}

/// The kernel writes blanks, tabs, line ends and backslashes as three octal digits after a backslash.
fn unescape(text: &str) -> String {
    let escapes = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    // The backslash comes last, so that what it gives is not taken for another escape.
    escapes.iter().fold(text.to_owned(), |text, (code, character)| text.replace(code, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIFIED: &str = "\
22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
25 22 0:22 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
26 22 0:23 / /sys/fs/pstore rw,nosuid,nodev,noexec,relatime shared:10 - pstore pstore rw
";
    const HYBRID: &str = "\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
";
    const HOST_NAMESPACE: &str = "\
1411 1405 0:26 /system.slice/docker-4a1f.scope /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw
1412 1405 0:26 / /host/sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw
";
    const SPACED: &str = "25 22 0:22 / /mnt/control\\040groups\\1340 rw - cgroup2 cgroup2 rw\n";
    const FOREIGN: &str = "25 22 0:22 /kubepods/pod1 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n";

    #[test]
    fn finds_the_group_of_this_process() {
        let table = [
            ("0::/\n", UNIFIED, Ok(("/sys/fs/cgroup", ""))),
            (
                "0::/system.slice/watchfire.service\n",
                UNIFIED,
                Ok(("/sys/fs/cgroup", "system.slice/watchfire.service")),
            ),
            ("4:memory:/user\n1:cpu:/\n0::/x\n", HYBRID, Ok(("/sys/fs/cgroup/unified", "x"))),
            ("0::/system.slice/docker-4a1f.scope\n", HOST_NAMESPACE, Ok(("/sys/fs/cgroup", ""))),
            ("0::/system.slice/docker-4a1f.scope/app\n", HOST_NAMESPACE, Ok(("/sys/fs/cgroup", "app"))),
            // Only a part of a name is the same.
            (
                "0::/system.slice/docker-4a1f.scope2\n",
                HOST_NAMESPACE,
                Ok(("/host/sys/fs/cgroup", "system.slice/docker-4a1f.scope2")),
            ),
            ("0::/a b\n", SPACED, Ok(("/mnt/control groups\\0", "a b"))),
            ("4:memory:/\n", HYBRID, Err("this process is in no control group of version 2")),
            ("", UNIFIED, Err("this process is in no control group of version 2")),
            ("0::/\n", "", Err("no file system of type cgroup2 is mounted")),
            (
                "0::/../outside\n",
                UNIFIED,
                Err("the control group of this process lies outside of its cgroup namespace"),
            ),
            (
                "0::/system.slice\n",
                FOREIGN,
                Err("the mounted part of the cgroup2 file system does not hold this process's control group"),
            ),
        ];
        for (cgroup, mountinfo, expected) in table {
            let place = |(mount, below)| Place { mount: PathBuf::from(mount), below: PathBuf::from(below) };
            assert_eq!(find(cgroup, mountinfo), expected.map(place), "{cgroup:?}");
        }
    }

    #[test]
    fn limits_are_looked_for_up_to_the_mount() {
        let place = Place { mount: "/sys/fs/cgroup".into(), below: "a/b".into() };
        let expected = ["/r/sys/fs/cgroup/a/b", "/r/sys/fs/cgroup/a", "/r/sys/fs/cgroup/"];
        assert_eq!(place.directories(Path::new("/r")), expected.map(PathBuf::from));
    }
}
