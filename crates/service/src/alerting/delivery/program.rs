use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use watchfire_alerting::channel::{Answer, Cause, Program};

/// Bytes of what a program says in errors that are kept.
const SAID: usize = 2048;

/// How often it is looked whether a program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long what a program said is waited for after its end: what it has started may hold its pipe for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Runs programs of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProgramTransport;

impl ProgramTransport {
    pub(super) async fn run(&self, program: Program) -> Answer {
        let wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let seen = wanted.0.clone();
        let ended = tokio::task::spawn_blocking(move || ended(&program, &seen)).await;
        ended.unwrap_or_else(|error| Answer::Nothing { cause: Cause::Other, words: error.to_string() })
    }
}

/// Says when it goes that nobody waits for a program any more.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Runs a program to its end or its timeout, or until it is not `wanted`. Blocks.
fn ended(program: &Program, wanted: &AtomicBool) -> Answer {
    let Some((name, arguments)) = program.command.split_first() else {
        return Answer::Impossible { words: "the command is empty".to_owned() };
    };
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    // What it starts is stopped with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Answer::Impossible { words: format!("{name} can't be run: {error}") },
    };
    let (input, errors) = (child.stdin.take(), child.stderr.take());
    let limit = Duration::from_millis(u64::try_from(program.timeout).unwrap_or(0));
    let bytes = program.input.clone();
    // Threads of their own: a program may write before it reads, or never read. They end with its pipes.
    thread::spawn(move || input.map(|mut input| input.write_all(&bytes)));
    let (tell, said) = mpsc::channel();
    thread::spawn(move || {
        let mut errors = errors?;
        let (mut told, mut bytes) = (0, [0; SAID]);
        loop {
            match errors.read(&mut bytes) {
                Ok(0) | Err(_) => return Some(()),
                // What is beyond is read, too, so that the program does not wait for it.
                Ok(count) => {
                    let new = &bytes[..count.min(SAID - told)];
                    told += new.len();
                    // Nobody listens any more after the program's end.
                    let _ = tell.send(new.to_vec());
                }
            }
        }
    });
    let Some(status) = wait(&mut child, limit, wanted) else {
        stop(&mut child);
        return Answer::Nothing {
            cause: Cause::ContextDeadlineExceeded,
            words: format!("the program did not end within {limit:?} and was stopped; raise its timeout"),
        };
    };
    match status {
        Ok(status) if status.success() => Answer::Taken,
        Ok(status) => Answer::Exited { status: status.code(), words: last_words(&said) },
        Err(error) => Answer::Nothing { cause: Cause::Other, words: error.to_string() },
    }
}

/// What was said until the pipe was closed, or as long as it is waited for.
fn last_words(said: &mpsc::Receiver<Vec<u8>>) -> String {
    let until = Instant::now() + LAST_WORDS;
    let mut words = Vec::new();
    while let Ok(more) = said.recv_timeout(until.saturating_duration_since(Instant::now())) {
        words.extend(more);
    }
    String::from_utf8_lossy(&words).trim().to_owned()
}

/// Ends a child at once, and what it has started. It is there still, or unburied: its number is no other's.
fn stop(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// How a child ended; `None` where it did not within `limit`, or as long as it was `wanted`.
fn wait(
    child: &mut Child,
    limit: Duration,
    wanted: &AtomicBool,
) -> Option<std::io::Result<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(Ok(status)),
            Ok(None) if start.elapsed() >= limit || !wanted.load(Ordering::Relaxed) => return None,
            Ok(None) => thread::sleep(LOOK_EVERY),
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> Answer {
        run_for(script, 20_000, &AtomicBool::new(true))
    }

    fn run_for(script: &str, timeout: i64, wanted: &AtomicBool) -> Answer {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        ended(&Program { command, input: b"{}".to_vec(), timeout }, wanted)
    }

    /// Whether the process whose number stands in a file runs.
    #[cfg(target_os = "linux")]
    fn runs(file: &std::path::Path) -> bool {
        let number = std::fs::read_to_string(file).unwrap();
        let state = std::fs::read_to_string(format!("/proc/{}/stat", number.trim()));
        // One that nobody has buried yet runs no more.
        state.is_ok_and(|state| !state.contains(") Z "))
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_a_program_has_started_is_stopped_with_it() {
        let folder = tempfile::tempdir().unwrap();
        for (timeout, wanted) in [(300, true), (20_000, false)] {
            let file = folder.path().join(timeout.to_string());
            let script = format!("sleep 60 & echo $! > {0}.new; mv {0}.new {0}; wait", file.display());
            let wanted = AtomicBool::new(wanted);
            let start = Instant::now();
            let answer = run_for(&script, timeout, &wanted);
            assert!(matches!(answer, Answer::Nothing { .. }), "{answer:?}");
            assert!(start.elapsed() < Duration::from_secs(10), "{timeout}");
            // It may have been stopped before it had started anything.
            while file.exists() && runs(&file) {
                assert!(start.elapsed() < Duration::from_secs(10), "what it started goes on");
                thread::sleep(LOOK_EVERY);
            }
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_leaves_a_child_behind_has_ended_all_the_same() {
        let start = Instant::now();
        let answer = run("echo no >&2; sleep 15 & exit 3");
        assert_eq!(answer, Answer::Exited { status: Some(3), words: "no".to_owned() });
        assert!(start.elapsed() < Duration::from_secs(10), "it waited for the child");
        assert_eq!(run("cat > /dev/null"), Answer::Taken);
    }
}
