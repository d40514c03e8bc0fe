//! The command line of `bench ingest`.

use std::path::PathBuf;

use crate::load::arguments::Arguments;
use crate::step::Result;

/// What `cargo xtask bench ingest --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench ingest [OPTIONS]

First the criterion benches of watchfire-ingest: decoding alone. Then the protocols, storage included: the server
takes the same samples of bench/telegen by remote write, by OTLP/HTTP and by OTLP/gRPC, each time with a fresh data
directory, and what that cost is written into docs/PERFORMANCE.md. The protocols are for Linux with two cores or
more; nothing else should run meanwhile. What they need and leave lies in target/peers.

  --only-criterion [OPTIONS]   Only the criterion benches; other options go to `cargo bench`.
  --only-protocols             Only the protocols.
  --watchfire PATH             Measure this program; without: build a release with the site inside.
  --hosts N                    Simulated hosts, 507 series each (200).
  --rounds N                   Scrapes of each host, 15 s apart (240).
  --print-only                 Print the table, leave docs/PERFORMANCE.md as it is.
";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) parts: Parts,
    pub(super) watchfire: Option<PathBuf>,
    pub(super) hosts: u32,
    pub(super) rounds: u32,
    pub(super) print_only: bool,
}

/// Which parts of the bench are run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parts {
    Both,
    /// With options for `cargo bench`.
    Criterion(Vec<String>),
    Protocols,
}

impl Default for Options {
    fn default() -> Self {
        Self { parts: Parts::Both, watchfire: None, hosts: 200, rounds: 240, print_only: false }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        if let Some(criterion) = only_criterion(arguments) {
            return Ok(Self { parts: Parts::Criterion(criterion), ..Self::default() });
        }
        let mut options = Self::default();
        let mut arguments = Arguments::new("ingest", HELP, arguments);
        while let Some(name) = arguments.next() {
            match name {
                "--watchfire" => options.watchfire = Some(arguments.path()?),
                "--hosts" => options.hosts = arguments.count()?,
                "--rounds" => options.rounds = arguments.count()?,
                _ if arguments.has_value() => return Err(arguments.unknown()),
                "--only-protocols" => options.parts = Parts::Protocols,
                "--print-only" => options.print_only = true,
                _ => return Err(arguments.unknown()),
            }
        }
        Ok(options)
    }

    /// The command line for the document: what changes the figures of the protocols. The path of a program is of one
    /// machine, so it is left out; the head of the table says the version.
    pub(super) fn shown(&self) -> String {
        let default = Self::default();
        let mut words = vec!["cargo xtask bench ingest".to_owned()];
        if self.watchfire.is_some() {
            words.push("--watchfire PATH".to_owned());
        }
        for (name, value, default) in
            [("hosts", self.hosts, default.hosts), ("rounds", self.rounds, default.rounds)]
        {
            if value != default {
                words.push(format!("--{name} {value}"));
            }
        }
        words.join(" ")
    }
}

/// All other arguments, where only the criterion benches are asked for: cargo complains of those that it does not
/// know.
fn only_criterion(arguments: &[String]) -> Option<Vec<String>> {
    let (own, rest): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|argument| *argument == "--only-criterion");
    (!own.is_empty()).then(|| rest.into_iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<String>>())
    }

    #[test]
    fn options_are_read_with_their_values() {
        assert_eq!(parse("").unwrap(), Options::default());
        let options = parse("--only-protocols --hosts=20 --rounds 40 --watchfire /w --print-only").unwrap();
        let expected = Options {
            parts: Parts::Protocols,
            watchfire: Some("/w".into()),
            hosts: 20,
            rounds: 40,
            print_only: true,
        };
        assert_eq!(options, expected);
        assert_eq!(options.shown(), "cargo xtask bench ingest --watchfire PATH --hosts 20 --rounds 40");
        assert_eq!(Options::default().shown(), "cargo xtask bench ingest");
    }

    #[test]
    fn cargo_gets_what_is_beside_only_criterion() {
        for (line, expected) in [
            ("--only-criterion", ""),
            ("--only-criterion --bench otlp", "--bench otlp"),
            ("--bench=otlp --only-criterion -- sum", "--bench=otlp -- sum"),
        ] {
            let Parts::Criterion(options) = parse(line).unwrap().parts else { panic!("for {line:?}") };
            assert_eq!(options.join(" "), expected);
        }
    }

    #[test]
    fn a_wrong_command_line_is_named() {
        for (line, expected) in [
            ("--bench otlp", "bench ingest: there is no option \"--bench\"."),
            ("--hosts 0", "--hosts needs a whole number from 1 on, not \"0\""),
            ("--only-protocols=yes", "there is no option \"--only-protocols=yes\" with a value"),
        ] {
            let failure = parse(line).unwrap_err();
            assert!(failure.to_string().contains(expected), "for {line:?}: {failure}");
            assert_eq!(failure.exit_code(), 2);
        }
    }
}
