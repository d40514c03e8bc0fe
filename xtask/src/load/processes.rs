//! Programs that run during a measurement: none of them outlives it, whatever happens.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::load::http;
use crate::step::{Failure, Result};

/// A server that takes longer to be ready, or to end, has failed. Some write all that they hold when they end.
const PATIENCE: Duration = Duration::from_mins(3);

/// Between two questions whether a server is ready: the resolution of start-up times.
const READY_POLL: Duration = Duration::from_millis(2);

/// Between two looks whether a program has ended; rare, so as not to disturb it.
const END_POLL: Duration = Duration::from_millis(50);

/// Whether the person wants it to end.
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on Ctrl-C and SIGTERM do not end this program but are told by [`Stop::check`].
    pub(crate) fn listen() -> Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&flag))
                .map_err(|error| Failure::new(format!("cannot listen for signal {signal}: {error}")))?;
        }
        Ok(Self(flag))
    }

    /// Fails once a signal has come.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(Failure::new("Stopped; nothing was written, and what was started has ended."));
        }
        Ok(())
    }

    /// Waits for so long, unless a signal comes.
    pub(crate) fn wait(&self, time: Duration) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < time {
            self.check()?;
            sleep(END_POLL);
        }
        Ok(())
    }
}

/// A child that is killed when it is dropped.
struct Owned(Child);

impl Owned {
    fn spawn(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn();
        Ok(Self(child.map_err(|error| Failure::new(format!("{program} did not start: {error}")))?))
    }

    fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        self.0.try_wait().map_err(|error| Failure::new(format!("process {}: {error}", self.0.id())))
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            // If it ended in between there is nothing left to do.
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// What a program printed, and whether it said that all is well.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) errors: String,
    pub(crate) success: bool,
}

/// Runs a program to its end; what it prints also stays in `log` with the endings `.out` and `.err`.
pub(crate) fn run(command: &mut Command, log: &Path, stop: &Stop) -> Result<Printed> {
    let (out, err) = (log.with_added_extension("out"), log.with_added_extension("err"));
    command.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&err)?);
    let mut child = Owned::spawn(command)?;
    let status = loop {
        if let Some(status) = child.ended()? {
            break status;
        }
        stop.check()?;
        sleep(END_POLL);
    };
    let read = |path: &Path| fs::read_to_string(path).map_err(Failure::at(path));
    Ok(Printed { text: read(&out)?, errors: read(&err)?, success: status.success() })
}

fn create(path: &Path) -> Result<File> {
    File::create(path).map_err(Failure::at(path))
}

/// A free port of this machine, as `127.0.0.1:PORT`.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map_err(|error| Failure::new(format!("no free port on 127.0.0.1: {error}")))
}

/// A server that is ready.
pub(crate) struct Running {
    child: Owned,
    /// From the start to the first answer that says ready, in seconds.
    pub(crate) start_seconds: f64,
}

impl Running {
    /// Starts the server and waits until `ready_path` at `address` answers 200.
    pub(crate) fn start(
        command: &mut Command,
        address: SocketAddr,
        ready_path: &str,
        log: &Path,
        stop: &Stop,
    ) -> Result<Self> {
        let (out, err) = (log.with_added_extension("out"), log.with_added_extension("err"));
        command.stdin(Stdio::null()).stdout(create(&out)?).stderr(create(&err)?);
        let started = Instant::now();
        let mut child = Owned::spawn(command)?;
        while !http::is_ready(address, ready_path) {
            stop.check()?;
            if let Some(status) = child.ended()? {
                return Err(Failure::new(format!(
                    "it ended before it was ready ({status}); see {}",
                    err.display()
                )));
            }
            if started.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "it is not ready after {} s; see {}",
                    PATIENCE.as_secs(),
                    err.display()
                )));
            }
            sleep(READY_POLL);
        }
        Ok(Self { child, start_seconds: started.elapsed().as_secs_f64() })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// Memory in bytes: `VmRSS:` is what it has now, `VmHWM:` the most that it had.
    pub(crate) fn memory(&self, row: &str) -> Result<f64> {
        let path = PathBuf::from(format!("/proc/{}/status", self.id()));
        let status = fs::read_to_string(&path).map_err(Failure::at(&path))?;
        memory_in(&status, row).ok_or_else(|| Failure::new(format!("{} has no {row}", path.display())))
    }

    /// Asks it to end with SIGTERM and waits until all that it writes then is on the disk.
    pub(crate) fn stop(mut self, stop: &Stop) -> Result<()> {
        if let Some(status) = self.child.ended()? {
            return Err(Failure::new(format!("it had ended by itself ({status})")));
        }
        kill_process(Pid::from_child(&self.child.0), Signal::TERM)
            .map_err(|error| Failure::new(format!("SIGTERM: {error}")))?;
        let asked = Instant::now();
        loop {
            stop.check()?;
            match self.child.ended()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => {
                    return Err(Failure::new(format!("it did not end well after SIGTERM ({status})")));
                }
                None if asked.elapsed() > PATIENCE => {
                    return Err(Failure::new(format!("it runs {} s after SIGTERM", PATIENCE.as_secs())));
                }
                None => sleep(END_POLL),
            }
        }
    }
}

/// A row of `/proc/PID/status`, which is in kB of 1024 bytes, in bytes.
fn memory_in(status: &str, row: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(row))?;
    let kb: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kb * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Stop {
        Stop(Arc::new(AtomicBool::new(false)))
    }

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn memory_is_in_bytes() {
        let status = "VmPeak:\t  300 kB\nVmHWM:\t  200 kB\nVmRSS:\t  100 kB\n";
        assert_eq!(memory_in(status, "VmHWM:"), Some(204_800.0));
        assert_eq!(memory_in(status, "VmSwap:"), None);
    }

    #[test]
    fn a_program_is_read_and_its_failure_is_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let printed =
            run(&mut sh("echo out; echo err >&2; exit 1"), &folder.path().join("a"), &never()).unwrap();
        assert_eq!(
            (printed.text.as_str(), printed.errors.as_str(), printed.success),
            ("out\n", "err\n", false)
        );
        assert!(run(&mut sh("true"), &folder.path().join("b.1"), &never()).unwrap().success);
        assert!(folder.path().join("b.1.out").exists());
    }

    #[test]
    fn stop_ends_what_runs() {
        let folder = tempfile::TempDir::new().unwrap();
        let stop = Stop(Arc::new(AtomicBool::new(true)));
        let asked = Instant::now();
        let failure = run(&mut sh("exec sleep 60"), &folder.path().join("a"), &stop).err().unwrap();
        assert!(failure.to_string().starts_with("Stopped"), "{failure}");
        assert!(asked.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_server_that_ends_early_is_told_with_its_log() {
        let folder = tempfile::TempDir::new().unwrap();
        let log = folder.path().join("server");
        let address = free_address().unwrap();
        let failure = Running::start(&mut sh("exit 7"), address, "/ready", &log, &never()).err().unwrap();
        let text = failure.to_string();
        assert!(text.contains("exit status: 7") && text.ends_with("server.err"), "{text}");
    }
}
