//! The command line of `bench alerts`.

use std::path::PathBuf;

use crate::load::arguments::Arguments;
use crate::step::Result;

/// What the bench is called.
pub(crate) const NAME: &str = "alerts";

/// What `cargo xtask bench alerts --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench alerts [OPTIONS]

Alerts of one rule begin to fire in one evaluation, each is a group of its own, and a webhook is told of each: how long
that takes from the evaluation to the last byte of the request. Watchfire has a core for itself. The figures are written
into docs/PERFORMANCE.md. For Linux with two cores or more; nothing else should run meanwhile. What it needs and leaves
lies in target/peers.

  --alerts N            Alerts that fire at once (100).
  --rounds N            How often, each time others (20).
  --watchfire PATH      Measure this program; without: build a release with the site inside.
  --print-only          Print the table, leave docs/PERFORMANCE.md as it is.
";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) alerts: u32,
    pub(super) rounds: u32,
    pub(super) watchfire: Option<PathBuf>,
    pub(super) print_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { alerts: 100, rounds: 20, watchfire: None, print_only: false }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = Arguments::new(NAME, HELP, arguments);
        while let Some(name) = arguments.next() {
            match name {
                "--alerts" => options.alerts = arguments.count()?,
                "--rounds" => options.rounds = arguments.count()?,
                "--watchfire" => options.watchfire = Some(arguments.path()?),
                _ if arguments.has_value() => return Err(arguments.unknown()),
                "--print-only" => options.print_only = true,
                _ => return Err(arguments.unknown()),
            }
        }
        Ok(options)
    }

    /// The command line for the document: what changes the figures.
    pub(super) fn shown(&self) -> String {
        format!("cargo xtask bench alerts --alerts {} --rounds {}", self.alerts, self.rounds)
    }
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
        let options = parse("--alerts 7 --rounds=2 --watchfire /w --print-only").unwrap();
        assert_eq!((options.alerts, options.rounds, options.print_only), (7, 2, true));
        assert_eq!(options.watchfire, Some("/w".into()));
        assert_eq!(options.shown(), "cargo xtask bench alerts --alerts 7 --rounds 2");
        for (line, expected) in
            [("--alerts 0", "--alerts needs a whole number"), ("--print-only=1", "no option")]
        {
            let failure = parse(line).unwrap_err();
            assert!(failure.to_string().contains(expected), "{line}: {failure}");
        }
    }
}
