//! CPU time and memory, as the system counts them.

use std::time::Duration;

/// CPU time of this thread so far, where the system tells it.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd"))]
#[inline]
pub(crate) fn thread_cpu() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

/// CPU time of this thread so far, where the system tells it.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd")))]
pub(crate) fn thread_cpu() -> Option<Duration> {
    None
}

/// The most memory that the process had resident so far, in bytes: `VmHWM` of
/// [proc_pid_status(5)](https://man7.org/linux/man-pages/man5/proc_pid_status.5.html). Linux alone tells it without
/// unsafe code.
pub(crate) fn most_resident() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    // The file is about 1.5 KB: one read takes it as it is at one time.
    let mut text = [0; 4096];
    let mut file = std::fs::File::open("/proc/self/status").ok()?;
    let length = std::io::Read::read(&mut file, &mut text).ok()?;
    high_water_mark(&text[..length])
}

fn high_water_mark(status: &[u8]) -> Option<u64> {
    let line = status.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"VmHWM:"))?;
    let kibibytes = std::str::from_utf8(line).ok()?.trim().strip_suffix("kB")?;
    kibibytes.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The name of this machine.
pub(crate) fn host() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_found() {
        let rows: [(&[u8], Option<u64>); 5] = [
            (b"VmPeak:\t  99 kB\nVmHWM:\t    3456 kB\nVmRSS:\t 1 kB\n", Some(3456 * 1024)),
            (b"VmPeak:\t  99 kB\n", None),
            (b"VmHWM:\tmuch kB\n", None),
            (b"VmHWM:\t18446744073709551615 kB\n", None),
            (b"", None),
        ];
        for (status, bytes) in rows {
            assert_eq!(high_water_mark(status), bytes, "{}", String::from_utf8_lossy(status));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_that_is_touched_raises_it() {
        let before = most_resident().expect("Linux tells it");
        let touched = std::hint::black_box(vec![1_u8; 64 << 20]);
        let after = most_resident().expect("Linux tells it");
        assert!(after >= 64 << 20 && after > before, "{before} to {after}");
        drop(touched);
    }
}
