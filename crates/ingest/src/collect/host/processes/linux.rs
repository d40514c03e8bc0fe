//! Reads /proc itself. `sysinfo` reads three files of each process (status, stat and statm: 33 µs a process, 5 ms for
//! 150); all that is wanted here stands in stat, which takes 10 µs, 1.5 ms for 150. `cargo bench` repeats the
//! comparison (benches/host.rs).

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sysinfo::MINIMUM_CPU_UPDATE_INTERVAL;

use super::Process;
use crate::collect::CollectError;

/// The flag of a thread of the kernel in a process's flags (`PF_KTHREAD` in include/linux/sched.h).
const KERNEL_THREAD: u64 = 0x0020_0000;

/// ESRCH: the process ended between opening its file and reading it.
const NO_SUCH_PROCESS: i32 = 3;

/// Reads the processes and, from the second reading on, how much CPU they used since the one before.
pub(in super::super) struct Reader {
    page_size: u64,
    ticks_per_second: u64,
    /// When the reading was taken that CPU times are compared with, and what it found, by pid.
    compared: Option<(Instant, HashMap<u32, CpuTime>)>,
}

/// The CPU time that a process has used since it started.
#[derive(Clone, Copy)]
struct CpuTime {
    /// When it started, in ticks since the host's start; tells a process from a later one with its pid.
    started: u64,
    ticks: u64,
}

impl Reader {
    #[expect(clippy::unnecessary_wraps, reason = "the reader for other systems can fail here")]
    pub(in super::super) fn new() -> Result<Self, CollectError> {
        Ok(Self {
            page_size: rustix::param::page_size() as u64,
            ticks_per_second: rustix::param::clock_ticks_per_second(),
            compared: None,
        })
    }

    /// All processes, threads not among them: /proc lists only processes.
    pub(in super::super) fn read(&mut self, now: Instant) -> Result<Vec<Process>, CollectError> {
        let error = |path: &str| {
            let path = PathBuf::from(path);
            |source| CollectError::Read { path, source }
        };
        // A shorter interval holds too few ticks to tell a percentage.
        let interval = self
            .compared
            .as_ref()
            .map(|(last, _)| now.saturating_duration_since(*last))
            .filter(|interval| *interval >= MINIMUM_CPU_UPDATE_INTERVAL);

        let mut processes = Vec::new();
        let mut times = HashMap::new();
        for entry in fs::read_dir("/proc").map_err(error("/proc"))? {
            let name = entry.map_err(error("/proc"))?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            let path = format!("/proc/{pid}/stat");
            let mut buffer = [0; 1024];
            let length = match File::open(&path).and_then(|mut file| file.read(&mut buffer)) {
                Ok(length) => length,
                Err(source) if is_gone_or_hidden(&source) => continue,
                // To go on would take the process for a new one at the next reading.
                Err(source) => return Err(error(&path)(source)),
            };
            let Some(stat) = Stat::parse(&buffer[..length]) else { continue };
            let cpu = interval.map(|interval| self.percent(pid, stat.time, interval));
            times.insert(pid, stat.time);
            processes.push(Process {
                pid,
                name: stat.program(),
                cpu,
                memory: stat.resident_pages * self.page_size,
            });
        }
        if interval.is_some() || self.compared.is_none() {
            self.compared = Some((now, times));
        }
        Ok(processes)
    }

    /// Per cent of one core. A process that the last reading did not have started after it, so all that it ever used
    /// falls into the interval.
    fn percent(&self, pid: u32, time: CpuTime, interval: Duration) -> f64 {
        let before = self.compared.as_ref().and_then(|(_, times)| times.get(&pid));
        let before = before.filter(|before| before.started == time.started).map_or(0, |before| before.ticks);
        let seconds = time.ticks.saturating_sub(before) as f64 / self.ticks_per_second as f64;
        100.0 * seconds / interval.as_secs_f64()
    }
}

/// A process may end while it is read, and /proc may be mounted so that those of others are hidden (`hidepid`).
fn is_gone_or_hidden(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied)
        || error.raw_os_error() == Some(NO_SUCH_PROCESS)
}

/// What is wanted of /proc/PID/stat; `proc_pid_stat(5)` describes the file.
struct Stat<'a> {
    name: &'a [u8],
    is_kernel_thread: bool,
    time: CpuTime,
    resident_pages: u64,
}

impl<'a> Stat<'a> {
    /// `None` where the text is no such file.
    fn parse(text: &'a [u8]) -> Option<Self> {
        // The name stands in parentheses and may itself hold blanks and parentheses.
        let start = text.iter().position(|byte| *byte == b'(')? + 1;
        let end = text.iter().rposition(|byte| *byte == b')')?;
        let name = text.get(start..end)?;
        let rest = str::from_utf8(&text[end + 1..]).ok()?;
        // The first field after the name is the third of the file; each call goes on where the last one stopped.
        let mut fields = rest.split_ascii_whitespace();
        let mut skip = |count: usize| fields.nth(count)?.parse::<u64>().ok();
        let flags = skip(6)?;
        let user = skip(4)?;
        let system = skip(0)?;
        let started = skip(6)?;
        let resident_pages = skip(1)?;
        Some(Self {
            name,
            is_kernel_thread: flags & KERNEL_THREAD != 0,
            time: CpuTime { started, ticks: user.saturating_add(system) },
            resident_pages,
        })
    }

    /// The program's name. A thread of the kernel is named by its kind: `kworker/1:2-events` says what it works on at
    /// the moment, and would make a new series of each task.
    fn program(&self) -> String {
        let name = String::from_utf8_lossy(self.name);
        let end = if self.is_kernel_thread { name.find('/') } else { None };
        name[..end.unwrap_or(name.len())].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_of_stat() {
        // The text, and what it tells: name, ticks, start and pages.
        type Row = (String, Option<(&'static str, u64, u64, u64)>);
        let tail =
            "S 1 2 3 0 -1 4194560 11 12 13 14 150 50 17 18 20 0 3 0 777 99999 42 18446744073709551615 1";
        let kernel = "I 2 0 0 0 -1 69238880 0 0 0 0 0 8 0 0 20 0 1 0 21 0 0 18446744073709551615 0";
        let table: [Row; 7] = [
            (format!("12 (bash) {tail}"), Some(("bash", 200, 777, 42))),
            (format!("12 (a b (c) d) {tail}"), Some(("a b (c) d", 200, 777, 42))),
            (format!("12 (user/land) {tail}"), Some(("user/land", 200, 777, 42))),
            (format!("12 (kworker/1:2-events) {kernel}"), Some(("kworker", 8, 21, 0))),
            (format!("12 (bash {tail}"), None),
            ("12 (bash) S 1 2 3".to_owned(), None),
            (String::new(), None),
        ];
        for (text, expected) in &table {
            let stat = Stat::parse(text.as_bytes());
            let name = stat.as_ref().map(Stat::program).unwrap_or_default();
            let told = stat.map(|s| (name.as_str(), s.time.ticks, s.time.started, s.resident_pages));
            assert_eq!(told, *expected, "{text}");
        }
    }

    #[test]
    fn percent_is_of_one_core_and_of_this_process() {
        let last = HashMap::from([(5, CpuTime { started: 10, ticks: 1000 })]);
        let compared = Some((Instant::now(), last));
        let reader = Reader { page_size: 4096, ticks_per_second: 100, compared };
        // Pid, start and ticks now; what 2 s make of it.
        let table = [
            (5, 10, 1100, 50.0),
            (5, 10, 1000, 0.0),
            // Another process has the pid; and one that was not there.
            (5, 900, 50, 25.0),
            (6, 950, 400, 200.0),
            // Time never runs backwards.
            (5, 10, 900, 0.0),
        ];
        for (pid, started, ticks, expected) in table {
            let percent = reader.percent(pid, CpuTime { started, ticks }, Duration::from_secs(2));
            assert!((percent - expected).abs() < 1e-9, "{pid} {ticks}: {percent}");
        }
    }

    #[test]
    fn threads_are_not_processes() {
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(fs::read_link("/proc/thread-self").unwrap()).unwrap();
            // Ends with an error when the test has seen enough.
            let _ = stopped.recv();
        });
        let thread_id: u32 = told.recv().unwrap().file_name().unwrap().to_str().unwrap().parse().unwrap();
        let processes = Reader::new().unwrap().read(Instant::now()).unwrap();
        drop(stop);
        thread.join().unwrap();
        assert!(processes.iter().any(|process| process.pid == std::process::id()));
        assert!(processes.iter().all(|process| process.pid != thread_id));
    }

    #[test]
    fn cpu_is_told_once_there_is_an_interval() {
        let mut reader = Reader::new().unwrap();
        let start = Instant::now();
        // When the reading is taken, in milliseconds, and whether it can tell CPU.
        for (millis, tells) in [(0, false), (100, false), (200, true), (300, false), (1200, true)] {
            let processes = reader.read(start + Duration::from_millis(millis)).unwrap();
            assert!(processes.iter().all(|process| process.cpu.is_some() == tells), "{millis}");
        }
    }
}
