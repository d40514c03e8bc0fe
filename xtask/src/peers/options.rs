//! The command line of `bench peers`.

use std::path::PathBuf;

use crate::load::arguments::Arguments;
use crate::load::servers::Kind;
use crate::step::Result;

/// What `cargo xtask bench peers --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench peers [OPTIONS]

Runs Watchfire, Prometheus and VictoriaMetrics one after the other, each on a core of its own, under the load of
bench/telegen, and writes what they cost into docs/PERFORMANCE.md. For Linux with two cores or more. Nothing
else should run meanwhile. What it needs and leaves lies in target/peers.

  --watchfire PATH             Measure this program; without: build a release with the site inside.
  --prometheus PATH            Measure this program; may be given several times, each becomes a column. Without:
                               the one in PATH, or else Debian's package, downloaded and unpacked, not installed.
  --victoria-metrics PATH      The same for VictoriaMetrics.
  --without-watchfire, --without-prometheus, --without-victoria-metrics
                               Leave this one out.
  --hosts N                    Simulated hosts, 507 series each (200).
  --rounds N                   Scrapes of each host, 15 s apart (240).
  --repeat N                   Times that each query is asked (9).
  --print-only                 Print the table, leave docs/PERFORMANCE.md as it is.
";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) watchfire: Option<PathBuf>,
    pub(super) prometheus: Vec<PathBuf>,
    pub(super) victoria_metrics: Vec<PathBuf>,
    pub(super) without: Vec<Kind>,
    pub(super) hosts: u32,
    pub(super) rounds: u32,
    pub(super) repeat: u32,
    pub(super) print_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            watchfire: None,
            prometheus: Vec::new(),
            victoria_metrics: Vec::new(),
            without: Vec::new(),
            hosts: 200,
            rounds: 240,
            repeat: 9,
            print_only: false,
        }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = Arguments::new("peers", HELP, arguments);
        while let Some(name) = arguments.next() {
            match name {
                "--watchfire" => options.watchfire = Some(arguments.path()?),
                "--prometheus" => options.prometheus.push(arguments.path()?),
                "--victoria-metrics" => options.victoria_metrics.push(arguments.path()?),
                "--hosts" => options.hosts = arguments.count()?,
                "--rounds" => options.rounds = arguments.count()?,
                "--repeat" => options.repeat = arguments.count()?,
                _ if arguments.has_value() => return Err(arguments.unknown()),
                "--without-watchfire" => options.without.push(Kind::Watchfire),
                "--without-prometheus" => options.without.push(Kind::Prometheus),
                "--without-victoria-metrics" => options.without.push(Kind::VictoriaMetrics),
                "--print-only" => options.print_only = true,
                _ => return Err(arguments.unknown()),
            }
        }
        Ok(options)
    }

    /// The programs that were given for a kind of peer.
    pub(super) fn programs(&self, kind: Kind) -> &[PathBuf] {
        match kind {
            Kind::Watchfire => self.watchfire.as_slice(),
            Kind::Prometheus => &self.prometheus,
            Kind::VictoriaMetrics => &self.victoria_metrics,
        }
    }

    /// The command line for the document: what changes the figures. Paths are of one machine, so they are left
    /// out; the heads of the columns say the versions.
    pub(super) fn shown(&self) -> String {
        let default = Self::default();
        let mut words = vec!["cargo xtask bench peers".to_owned()];
        words.extend(self.without.iter().map(|kind| format!("--without-{}", kind.program())));
        for kind in [Kind::Watchfire, Kind::Prometheus, Kind::VictoriaMetrics] {
            words.extend(self.programs(kind).iter().map(|_| format!("--{} PATH", kind.program())));
        }
        for (name, value, default) in [
            ("hosts", self.hosts, default.hosts),
            ("rounds", self.rounds, default.rounds),
            ("repeat", self.repeat, default.repeat),
        ] {
            if value != default {
                words.push(format!("--{name} {value}"));
            }
        }
        words.join(" ")
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
        let options = parse(
            "--prometheus /new/p --hosts 20 --prometheus=/old/p --rounds=40 --without-watchfire --print-only",
        )
        .unwrap();
        assert_eq!(options.programs(Kind::Prometheus), ["/new/p", "/old/p"].map(PathBuf::from));
        assert_eq!((options.hosts, options.rounds, options.repeat), (20, 40, 9));
        assert_eq!(options.without, [Kind::Watchfire]);
        assert!(options.print_only);
        assert_eq!(
            options.shown(),
            "cargo xtask bench peers --without-watchfire --prometheus PATH --prometheus PATH --hosts 20 --rounds 40"
        );
    }

    #[test]
    fn a_wrong_command_line_is_named() {
        for (line, expected) in [
            ("--victoria-metrics", "--victoria-metrics needs a value"),
            ("--hosts 0", "--hosts needs a whole number from 1 on, not \"0\""),
            ("--repeat many", "--repeat needs a whole number from 1 on, not \"many\""),
            ("--print-only=yes", "there is no option \"--print-only=yes\" with a value"),
            ("fast", "there is no option \"fast\""),
        ] {
            let failure = parse(line).unwrap_err();
            assert!(failure.to_string().contains(expected), "for {line:?}: {failure}");
            assert_eq!(failure.exit_code(), 2);
        }
    }
}
