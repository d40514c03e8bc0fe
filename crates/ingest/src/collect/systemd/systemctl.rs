use std::io::{self, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::units::TYPES;

/// More than systemctl prints for ten thousand units.
const MOST_OUTPUT: u64 = 4 << 20;

/// How much of its complaint is kept.
const MOST_COMPLAINT: u64 = 1 << 10;

/// The program that tells about the units.
pub(super) struct Systemctl {
    pub(super) program: PathBuf,
    /// How long it may take.
    pub(super) limit: Duration,
}

/// Why there is no list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There is no such program.
    Missing,
    /// What the program did instead.
    Failed(String),
}

impl Systemctl {
    /// The units, a line each: UNIT, LOAD, ACTIVE, SUB and a description.
    pub(super) fn list(&self) -> Result<String, Failure> {
        let deadline = Instant::now() + self.limit;
        let mut command = Command::new(&self.program);
        command
            .args(["list-units", "--all", "--full", "--plain", "--no-legend", "--no-pager", "--type"])
            .arg(TYPES.join(","))
            // The states are the words to be read here, not those of the user's language.
            .envs([("LC_ALL", "C"), ("SYSTEMD_COLORS", "0")])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::Missing,
            _ => Failure::Failed(format!("could not be started: {error}")),
        })?;
        let answer = answer(&mut child, deadline);
        if answer.is_err() {
            // One that has just ended is no loss.
            let _ = child.kill();
        }
        let status = child.wait();
        let (output, complaint) = answer.map_err(|why| {
            Failure::Failed(
                why.unwrap_or_else(|| format!("took longer than {:?} and was stopped", self.limit)),
            )
        })?;
        match status {
            Ok(status) if status.success() => Ok(output),
            Ok(status) => Err(Failure::Failed(refusal(status, &complaint))),
            Err(error) => Err(Failure::Failed(format!("could not be waited for: {error}"))),
        }
    }
}

fn refusal(status: ExitStatus, complaint: &str) -> String {
    let complaint = complaint.trim();
    let words = if complaint.is_empty() { "without a word" } else { complaint };
    format!("ended with {status}: {words}")
}

/// What the child wrote to its output and as its complaint until it ended; an error without words where it did not end
/// in time.
fn answer(child: &mut Child, deadline: Instant) -> Result<(String, String), Option<String>> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (tell, told) = mpsc::channel();
    // A read of a pipe cannot be given a time limit. The thread ends with the child, or with whoever else holds the
    // pipe, and so is not waited for.
    let read = move || {
        let mut output = Vec::new();
        let mut complaint = Vec::new();
        let result =
            stdout.map_or(Ok(0), |stdout| stdout.take(MOST_OUTPUT).read_to_end(&mut output)).and_then(|_| {
                stderr.map_or(Ok(0), |stderr| stderr.take(MOST_COMPLAINT).read_to_end(&mut complaint))
            });
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        // Nobody waits any longer when the time is up.
        let _ = tell.send(result.map(|_| (text(output), text(complaint))));
    };
    let unread = |error: io::Error| Some(format!("could not be read: {error}"));
    thread::Builder::new().name("systemctl".to_owned()).spawn(read).map_err(unread)?;
    let left = deadline.saturating_duration_since(Instant::now());
    let answer = told.recv_timeout(left).map_err(|_| None)?.map_err(unread)?;
    // It closed its output, but must not be trusted to end.
    while child.try_wait().map_err(unread)?.is_none() {
        if Instant::now() >= deadline {
            return Err(None);
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(answer)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_program_that_does_not_answer_is_stopped() {
        let directory = tempfile::tempdir().unwrap();
        let (long, short) = (Duration::from_mins(1), Duration::from_millis(100));
        // The script, how long it may take, and what comes of it.
        let table: [(&str, Duration, Result<&str, &str>); 6] = [
            ("echo $LC_ALL $SYSTEMD_COLORS $1 $8", long, Ok("C 0 list-units service,socket,timer,mount\n")),
            ("exec sleep 600", short, Err("took longer than 100ms and was stopped")),
            // It ends its output, but not itself.
            ("exec sleep 600 >&- 2>&-", short, Err("took longer than 100ms and was stopped")),
            ("echo some; echo no bus >&2; exit 1", long, Err("ended with exit status: 1: no bus")),
            ("exit 3", long, Err("ended with exit status: 3: without a word")),
            ("exec yes", long, Err("ended with signal: 13 (SIGPIPE): without a word")),
        ];
        let source = directory.path().join("source");
        let program = directory.path().join("systemctl");
        for (script, limit, expected) in table {
            fs::write(&source, format!("#!/bin/sh\n{script}\n")).unwrap();
            // Another process writes the program: one that this process had open could be so still in a child that
            // another test starts at the moment, and the kernel runs no file that is being written.
            let installed = Command::new("install").args(["-m", "755"]).args([&source, &program]).status();
            assert!(installed.unwrap().success());
            let started = Instant::now();
            let told = Systemctl { program: program.clone(), limit }.list();
            let expected = expected.map(str::to_owned).map_err(|why| Failure::Failed(why.to_owned()));
            assert_eq!(told, expected, "{script}");
            assert!(started.elapsed() < long, "{script}");
        }
    }

    #[test]
    fn a_missing_program_is_told_apart() {
        let program = PathBuf::from("/nowhere/systemctl");
        assert_eq!(Systemctl { program, limit: Duration::from_secs(1) }.list(), Err(Failure::Missing));
    }
}
