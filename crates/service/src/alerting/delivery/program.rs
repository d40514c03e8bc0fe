use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
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
        let ended = tokio::task::spawn_blocking(move || ended(&program)).await;
        ended.unwrap_or_else(|error| Answer::Nothing { cause: Cause::Other, words: error.to_string() })
    }
}

/// Runs a program to its end or its timeout. Blocks.
fn ended(program: &Program) -> Answer {
    let Some((name, arguments)) = program.command.split_first() else {
        return Answer::Impossible { words: "the command is empty".to_owned() };
    };
    let started = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
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
    let Some(status) = wait(&mut child, limit) else {
        let _ = child.kill();
        let _ = child.wait();
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

/// How a child ended; `None` where it did not within `limit`.
fn wait(child: &mut Child, limit: Duration) -> Option<std::io::Result<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(Ok(status)),
            Ok(None) if start.elapsed() >= limit => return None,
            Ok(None) => thread::sleep(LOOK_EVERY),
            Err(error) => return Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str) -> Answer {
        let command = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
        ended(&Program { command, input: b"{}".to_vec(), timeout: 20_000 })
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
