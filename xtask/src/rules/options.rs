//! The command line of `bench rules`.

use std::path::PathBuf;

use crate::load::arguments::Arguments;
use crate::step::Result;

/// What the bench is called.
pub(crate) const NAME: &str = "rules";

/// What `cargo xtask bench rules --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench rules [OPTIONS]

Watchfire and Prometheus, one after the other, each on a core of its own, scrape the same series and evaluate the same
alerting rules, each rule over the series of one metric in one rack. The CPU of the rules is what each uses with them
less what it uses without. The figures are written into docs/PERFORMANCE.md. For Linux with two cores or more, one for
the server, one for who is scraped; nothing else should run meanwhile. What it needs and leaves lies in target/peers.

  --metrics N           Metrics, each with a group of rules (100).
  --racks N             Racks: rules of a group (100).
  --hosts N             Hosts in a rack: series of a rule (10).
  --rounds N            Rounds of evaluation, 15 s each, that are measured, and as many without rules (8).
  --watchfire PATH      Measure this program; without: build a release with the site inside.
  --prometheus PATH     Measure this program; without: the one in PATH, or else Debian's package, downloaded and
                        unpacked, not installed.
  --without-prometheus  Leave it out.
  --print-only          Print the table, leave docs/PERFORMANCE.md as it is.
";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) metrics: u32,
    pub(super) racks: u32,
    pub(super) hosts: u32,
    pub(super) rounds: u32,
    pub(super) watchfire: Option<PathBuf>,
    pub(super) prometheus: Option<PathBuf>,
    pub(super) without_prometheus: bool,
    pub(super) print_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            metrics: 100,
            racks: 100,
            hosts: 10,
            rounds: 8,
            watchfire: None,
            prometheus: None,
            without_prometheus: false,
            print_only: false,
        }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = Arguments::new(NAME, HELP, arguments);
        while let Some(name) = arguments.next() {
            match name {
                "--metrics" => options.metrics = arguments.count()?,
                "--racks" => options.racks = arguments.count()?,
                "--hosts" => options.hosts = arguments.count()?,
                "--rounds" => options.rounds = arguments.count()?,
                "--watchfire" => options.watchfire = Some(arguments.path()?),
                "--prometheus" => options.prometheus = Some(arguments.path()?),
                _ if arguments.has_value() => return Err(arguments.unknown()),
                "--without-prometheus" => options.without_prometheus = true,
                "--print-only" => options.print_only = true,
                _ => return Err(arguments.unknown()),
            }
        }
        Ok(options)
    }

    /// How many rules there are.
    pub(super) fn rules(&self) -> u32 {
        self.metrics * self.racks
    }

    /// How many series there are.
    pub(super) fn series(&self) -> u32 {
        self.rules() * self.hosts
    }

    /// The command line for the document: what changes the figures. Paths are of one machine, so they are left out; the heads of the
    /// columns say the versions.
    pub(super) fn shown(&self) -> String {
        let Self { metrics, racks, hosts, rounds, .. } = self;
        format!(
            "cargo xtask bench rules --metrics {metrics} --racks {racks} --hosts {hosts} --rounds {rounds}"
        )
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
        let default = parse("").unwrap();
        assert_eq!((default.rules(), default.series()), (10_000, 100_000));
        let options =
            parse("--metrics 2 --racks=3 --hosts 4 --rounds 1 --prometheus /p --print-only").unwrap();
        assert_eq!((options.rules(), options.series(), options.rounds), (6, 24, 1));
        assert_eq!(options.prometheus, Some("/p".into()));
        assert_eq!(options.shown(), "cargo xtask bench rules --metrics 2 --racks 3 --hosts 4 --rounds 1");
        for (line, expected) in
            [("--racks 0", "--racks needs a whole number"), ("--print-only=1", "no option")]
        {
            let failure = parse(line).unwrap_err();
            assert!(failure.to_string().contains(expected), "{line}: {failure}");
        }
    }
}
