//! The project's own commands: `cargo xtask COMMAND`. They need nothing installed but rustup; the tools that
//! build the site (wasm-bindgen, Sass, brotli) are libraries of this program. For Linux and macOS.

mod alerts;
mod bench;
mod browser;
mod checks;
mod dev;
mod ingest;
mod live;
mod load;
mod names;
mod peers;
mod project;
mod rules;
mod server;
mod site;
mod step;
mod wasm;
mod watch;

use std::process::ExitCode;

use project::{Profile, Project};
use step::{Failure, Result, Steps};

const USAGE: &str = "\
Usage: cargo xtask COMMAND [OPTIONS]

  run [--dev] [SERVER OPTIONS]   Build Watchfire and start it. --dev compiles faster and runs slower.
                                 Options of the server are passed on; those of the same name after `--`:
                                 cargo xtask run -- --help
  test [PLAYWRIGHT OPTIONS]      Everything that CI checks: format, lints, tests, the site, browser tests.
       --no-browser              all but the browser tests
       --only-browser            only the browser tests and what they need
  dev [SERVER OPTIONS]           Run a quick build, rebuild and reload the page whenever a file changes.
  lint                           Format, lints and (with cargo-deny installed) licences and advisories.
  site                           Build the site alone, and print how large what a browser loads is.
  bench [NAME] [OPTIONS]         Measure; without a name: list what can be measured.
  dist                           One self-contained program: target/dist/watchfire.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let mut steps = Steps::new();
    let outcome = dispatch(&command, &rest, &mut steps);
    steps.print_summary();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(command: &str, arguments: &[String], steps: &mut Steps) -> Result<()> {
    let (own, passed_on) = split_arguments(arguments, own_options(command));
    let asks_for_help = own.iter().any(|option| option == "--help" || option == "-h");
    if asks_for_help || matches!(command, "help" | "--help" | "-h") {
        print!("{}", help_for(command, &passed_on));
        return Ok(());
    }
    let has = |option: &str| own.iter().any(|it| it == option);
    match command {
        "run" => {
            let profile = if has("--dev") { Profile::Dev } else { Profile::Release };
            server::run(profile, &passed_on, &Project::find()?, steps)
        }
        "test" => {
            let part = checks::Part::from_options(has("--no-browser"), has("--only-browser"), &passed_on)?;
            checks::test(part, &passed_on, &Project::find()?, steps)
        }
        "dev" => dev::dev(&passed_on, &Project::find()?),
        "lint" => {
            expect_nothing(command, &passed_on)?;
            checks::lint(&Project::find()?, steps)
        }
        "site" => {
            expect_nothing(command, &passed_on)?;
            site::build(&Project::find()?, Profile::Release, steps)
        }
        "bench" => bench::bench(&passed_on, &Project::find()?, steps),
        "dist" => {
            expect_nothing(command, &passed_on)?;
            server::dist(&Project::find()?, steps)
        }
        "" => Err(Failure::usage(USAGE)),
        unknown => Err(Failure::usage(format!("There is no command {unknown:?}.\n\n{USAGE}"))),
    }
}

/// A bench with options of its own has a text of its own.
fn help_for(command: &str, arguments: &[String]) -> &'static str {
    match (command, arguments.first().map(String::as_str)) {
        ("bench", Some("peers")) => peers::HELP,
        ("bench", Some(ingest::NAME)) => ingest::HELP,
        ("bench", Some(live::NAME)) => live::HELP,
        ("bench", Some(rules::NAME)) => rules::HELP,
        ("bench", Some(alerts::NAME)) => alerts::HELP,
        _ => USAGE,
    }
}

/// The options of a command that this program acts on itself.
fn own_options(command: &str) -> &'static [&'static str] {
    match command {
        "run" => &["--dev", "--help", "-h"],
        "test" => &["--no-browser", "--only-browser", "--help", "-h"],
        _ => &["--help", "-h"],
    }
}

/// Parts the arguments into those that are ours and those that are passed on. What follows the first `--` is
/// always passed on; the `--` itself is not.
fn split_arguments(arguments: &[String], ours: &[&str]) -> (Vec<String>, Vec<String>) {
    let end = arguments.iter().position(|argument| argument == "--");
    let (before, after) = match end {
        Some(index) => (&arguments[..index], &arguments[index + 1..]),
        None => (arguments, &[][..]),
    };
    let (own, mut passed_on): (Vec<String>, Vec<String>) =
        before.iter().cloned().partition(|argument| ours.contains(&argument.as_str()));
    passed_on.extend_from_slice(after);
    (own, passed_on)
}

fn expect_nothing(command: &str, arguments: &[String]) -> Result<()> {
    match arguments.first() {
        None => Ok(()),
        Some(first) => Err(Failure::usage(format!("`{command}` does not know {first:?}.\n\n{USAGE}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> (String, String) {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let (own, passed_on) = split_arguments(&arguments, own_options("run"));
        (own.join(" "), passed_on.join(" "))
    }

    #[test]
    fn unknown_arguments_go_to_the_server_in_their_order() {
        for (line, own, passed_on) in [
            ("", "", ""),
            ("--dev", "--dev", ""),
            ("--listen [::1]:80 --dev --data-dir d", "--dev", "--listen [::1]:80 --data-dir d"),
            ("config show --dev", "--dev", "config show"),
            ("--dev -- --dev --help", "--dev", "--dev --help"),
            ("-- a -- b", "", "a -- b"),
        ] {
            assert_eq!(split(line), (own.to_owned(), passed_on.to_owned()), "for {line:?}");
        }
    }

    #[test]
    fn help_is_that_of_the_bench_that_was_named() {
        for (command, argument, expected) in [
            ("bench", "peers", peers::HELP),
            ("bench", "ingest", ingest::HELP),
            ("bench", "live", live::HELP),
            ("bench", "alerts", alerts::HELP),
            ("bench", "idle", USAGE),
            ("test", "peers", USAGE),
        ] {
            assert_eq!(help_for(command, &[argument.to_owned()]), expected, "for {command} {argument}");
        }
    }

    #[test]
    fn a_command_that_takes_nothing_names_what_it_does_not_know() {
        assert!(expect_nothing("dist", &[]).is_ok());
        let failure = expect_nothing("dist", &["--fast".to_owned()]).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(failure.to_string().contains("`dist` does not know \"--fast\""));
    }
}
