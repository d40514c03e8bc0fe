//! `dev`: runs a quick build and keeps it up to date. The page reloads itself when it sees another server.

use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::project::{Profile, Project};
use crate::server;
use crate::site;
use crate::step::{Failure, Result, Steps};
use crate::watch::{Rebuild, Snapshot};

/// How often the files are looked at.
const POLL: Duration = Duration::from_millis(300);

/// A server that has not ended by then is killed; by its own promise it needs under 2 s.
const PATIENCE: Duration = Duration::from_secs(5);

/// Builds, runs and rebuilds until the person stops it. `options` go to the server.
pub(crate) fn dev(options: &[String], project: &Project) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|error| Failure::new(format!("cannot listen for signal {signal}: {error}")))?;
    }
    let mut server = Server { command: server_command(options, project), running: None };
    let mut seen = Snapshot::take(&project.root);
    let mut due = Rebuild::ALL;
    while !stop.load(Ordering::Relaxed) {
        match rebuild(due, project) {
            Ok(()) => {
                due = Rebuild::NOTHING;
                server.restart()?;
            }
            // Ctrl-C reaches cargo as well; that it failed then is no news.
            Err(_) if stop.load(Ordering::Relaxed) => break,
            Err(failure) => eprintln!("\n{failure}\n==> waiting for a change"),
        }
        // What failed stays due: the change that mends it may be in a file that asks for less.
        due = due | wait_for_change(&stop, &mut seen, &mut server, project);
    }
    server.stop()
}

fn server_command(options: &[String], project: &Project) -> Command {
    let mut command = Command::new(project.server(Profile::Dev));
    command.args(options).arg("--site-dir").arg(project.site(Profile::Dev)).arg("--dev-reload");
    command
}

fn rebuild(due: Rebuild, project: &Project) -> Result<()> {
    let mut steps = Steps::new();
    let outcome = (|| {
        if due.wasm {
            site::build(project, Profile::Dev, &mut steps)?;
        } else if due.assets {
            site::assemble(project, Profile::Dev, &mut steps)?;
        }
        if due.server {
            server::build(project, Profile::Dev, &mut steps)?;
        }
        Ok(())
    })();
    steps.print_summary();
    outcome
}

/// Returns what has to be built for the next change, or nothing when told to stop. Files that are written in
/// one go (a checkout, a formatter) count as one change: it waits until two looks in a row are the same.
fn wait_for_change(
    stop: &AtomicBool,
    seen: &mut Snapshot,
    server: &mut Server,
    project: &Project,
) -> Rebuild {
    let mut due = Rebuild::NOTHING;
    loop {
        sleep(POLL);
        if stop.load(Ordering::Relaxed) {
            return Rebuild::NOTHING;
        }
        server.notice_end();
        let now = Snapshot::take(&project.root);
        let changes = seen.changes_to(&now);
        if changes.is_empty() && due != Rebuild::NOTHING {
            return due;
        }
        for path in changes {
            let asks_for = Rebuild::for_path(path);
            if asks_for != Rebuild::NOTHING {
                eprintln!("==> {} changed", path.display());
            }
            due = due | asks_for;
        }
        *seen = now;
    }
}

struct Server {
    command: Command,
    running: Option<Child>,
}

impl Server {
    fn restart(&mut self) -> Result<()> {
        self.stop()?;
        let child = self.command.spawn();
        let program = self.command.get_program().display();
        self.running =
            Some(child.map_err(|error| Failure::new(format!("{program} did not start: {error}")))?);
        Ok(())
    }

    /// Says so when the server ended by itself: a port that is taken, a panic.
    fn notice_end(&mut self) {
        let ended = self.running.as_mut().and_then(|child| child.try_wait().ok().flatten());
        if let Some(status) = ended {
            self.running = None;
            eprintln!("==> the server ended ({status}); it starts again with the next change");
        }
    }

    /// Asks the server to end, so that it stores what it holds, and waits until it has.
    fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.running.take() else { return Ok(()) };
        let failed = |error| Failure::new(format!("cannot stop the server: {error}"));
        // After Ctrl-C in a terminal it knows already; the second signal does no harm.
        if child.try_wait().map_err(failed)?.is_none() {
            kill_process(Pid::from_child(&child), Signal::TERM).map_err(|error| failed(error.into()))?;
        }
        let asked = Instant::now();
        while child.try_wait().map_err(failed)?.is_none() {
            if asked.elapsed() > PATIENCE {
                eprintln!("==> the server does not end; killing it");
                child.kill().and_then(|()| child.wait()).map_err(failed)?;
                break;
            }
            sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(script: &str) -> Server {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Server { command, running: None }
    }

    #[test]
    fn a_restart_lets_the_old_server_finish_its_work() {
        let folder = tempfile::TempDir::new().unwrap();
        let (ready, stored) = (folder.path().join("ready"), folder.path().join("stored"));
        let script = format!(
            "trap 'echo >> {}; exit 0' TERM; touch {}; while :; do sleep 0.01; done",
            stored.display(),
            ready.display()
        );
        let mut server = server(&script);
        for times in 1..=2 {
            server.restart().unwrap();
            while !ready.exists() {
                sleep(Duration::from_millis(5));
            }
            std::fs::remove_file(&ready).unwrap();
            server.stop().unwrap();
            assert_eq!(std::fs::read(&stored).unwrap().len(), times);
        }
        assert!(server.running.is_none());
    }

    #[test]
    fn a_server_that_ended_by_itself_is_noticed() {
        let mut server = server("exit 1");
        server.restart().unwrap();
        server.running.as_mut().unwrap().wait().unwrap();
        server.notice_end();
        assert!(server.running.is_none());
        server.stop().unwrap();
    }
}
