use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use watchfire_alerting::channel::{Answer, Cause, Program};

/// Bytes of what a program says in errors that are kept.
const SAID: u64 = 2048;

/// How often it is looked whether a program has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

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
    let reader = thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(errors) = errors {
            let mut errors = errors.take(SAID);
            let _ = errors.read_to_end(&mut said);
            // What is beyond is read, too, so that the program does not wait for it.
            let _ = std::io::copy(&mut errors.into_inner(), &mut std::io::sink());
        }
        String::from_utf8_lossy(&said).trim().to_owned()
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
        Ok(status) => Answer::Exited { status: status.code(), words: reader.join().unwrap_or_default() },
        Err(error) => Answer::Nothing { cause: Cause::Other, words: error.to_string() },
    }
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
