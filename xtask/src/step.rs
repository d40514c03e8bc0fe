//! Steps: each is announced, timed and, where it fails, tells how to go on.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a command of this program could not finish: a text for the person who typed it.
#[derive(Debug)]
pub(crate) struct Failure {
    text: String,
    exit_code: u8,
}

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), exit_code: 1 }
    }

    /// The command line was wrong: exit code 2, as is the custom.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self { text: text.into(), exit_code: 2 }
    }

    /// For `map_err`: an error of the file system, with the path that it is about.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::new(format!("{}: {error}", path.display()))
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The steps done so far, with the time that each took.
pub(crate) struct Steps {
    started: Instant,
    done: Vec<Done>,
}

struct Done {
    name: String,
    took: Duration,
    failed: bool,
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), done: Vec::new() }
    }

    /// Does one step: says its name, then the time that it took.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("==> {name}");
        let started = Instant::now();
        let outcome = work();
        let took = started.elapsed();
        let failed = outcome.is_err();
        eprintln!("    {name}: {}{}", human(took), if failed { ", FAILED" } else { "" });
        self.done.push(Done { name: name.to_owned(), took, failed });
        outcome
    }

    /// Does one step that is another program. `go_on` says what to do when it fails.
    pub(crate) fn command(&mut self, name: &str, command: &mut Command, go_on: &str) -> Result<()> {
        let line = shell_line(command);
        self.step(name, || {
            eprintln!("    {line}");
            let status = command.status().map_err(|error| {
                Failure::new(format!("Step \"{name}\": {} did not start: {error}", program(command)))
            })?;
            if status.success() {
                return Ok(());
            }
            Err(Failure::new(format!(
                "Step \"{name}\" failed ({status}).\n  command: {line}\n  go on:   {go_on}"
            )))
        })
    }

    /// The table of all steps, to standard error; nothing where no step was done.
    pub(crate) fn print_summary(&self) {
        if !self.done.is_empty() {
            eprint!("\n{}", self.summary(self.started.elapsed()));
        }
    }

    fn summary(&self, total: Duration) -> String {
        let line = |done: &Done| {
            let mark = if done.failed { "  FAILED" } else { "" };
            format!("{:>13}  {}{mark}\n", human(done.took), done.name)
        };
        let lines: Vec<String> = self.done.iter().map(line).collect();
        lines.concat() + &format!("{:>13}  in all\n", human(total))
    }
}

/// `12.3 s`, from a minute on `2 min 05 s`.
fn human(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.round() as u64;
    format!("{} min {:02} s", whole / 60, whole % 60)
}

/// The program's path; of cargo only the name, for that path leads into a toolchain.
fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    if path.ends_with("cargo") { "cargo".to_owned() } else { quoted(&path.to_string_lossy()) }
}

/// The command as one would type it in a shell, with the folder that it runs in, if that is another one, and the
/// environment variables that are set for it.
pub(crate) fn shell_line(command: &Command) -> String {
    let mut words = Vec::new();
    let here = std::env::current_dir().ok();
    if let Some(folder) = command.get_current_dir().filter(|folder| here.as_deref() != Some(*folder)) {
        words.push(format!("cd {} &&", quoted(&folder.to_string_lossy())));
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())));
        }
    }
    words.push(program(command));
    words.extend(command.get_args().map(|argument| quoted(&argument.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        for (milliseconds, expected) in [
            (40, "0.0 s"),
            (12_340, "12.3 s"),
            (59_960, "1 min 00 s"),
            (125_400, "2 min 05 s"),
            (3_600_000, "60 min 00 s"),
        ] {
            assert_eq!(human(Duration::from_millis(milliseconds)), expected);
        }
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("npx");
        command.args(["playwright", "test", "-g", "it's live", ""]).env("CHROMIUM", "/opt/my browser/c");
        command.env_remove("HOME").current_dir("/w/end2end");
        let expected =
            r"cd /w/end2end && CHROMIUM='/opt/my browser/c' npx playwright test -g 'it'\''s live' ''";
        assert_eq!(shell_line(&command), expected);
    }

    #[test]
    fn a_failing_program_is_named_with_its_command_and_the_way_on() {
        let mut steps = Steps::new();
        let mut command = Command::new("sh");
        let failure = steps.command("shell", command.args(["-c", "exit 3"]), "look above").unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("Step \"shell\" failed (exit status: 3)"), "{text}");
        assert!(text.contains("command: sh -c 'exit 3'"), "{text}");
        assert!(text.contains("go on:   look above"), "{text}");
        assert_eq!(failure.exit_code(), 1);
    }

    #[test]
    fn the_summary_has_a_line_a_step_and_marks_the_failed_one() {
        let mut steps = Steps::new();
        steps.done.push(Done { name: "format".into(), took: Duration::from_millis(800), failed: false });
        steps.done.push(Done { name: "tests".into(), took: Duration::from_secs(65), failed: true });
        let expected = "        0.8 s  format\n   1 min 05 s  tests  FAILED\n   1 min 06 s  in all\n";
        assert_eq!(steps.summary(Duration::from_secs(66)), expected);
    }
}
