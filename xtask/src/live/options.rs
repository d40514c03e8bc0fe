//! The command line of `bench live`.

use std::path::PathBuf;

use crate::load::arguments::Arguments;
use crate::step::Result;

/// What the bench is called.
pub(crate) const NAME: &str = "live";

/// What `cargo xtask bench live --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask bench live [OPTIONS]

Many viewers, each with a WebSocket and panels with a query in PromQL over the last 15 minutes, watch one server that
gets a sample of each series a second. Measured are the time from the answer to the request that stored a sample to the
moment at which a viewer has it, and what that costs the server; the figures are written into docs/PERFORMANCE.md. For
Linux with two cores or more, one for the server, one for all viewers; nothing else should run meanwhile. What it needs
and leaves lies in target/peers.

  --viewers N        WebSockets (1000).
  --panels N         Panels of each (20).
  --refresh TIME     From one look to the next, such as 1s or 2500ms (1s).
  --seconds N        How long to measure (60).
  --watchfire PATH   Measure this program; without: build a release with the site inside.
  --print-only       Print the table, leave docs/PERFORMANCE.md as it is.
";

/// What the person asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) viewers: u32,
    pub(super) panels: u32,
    /// In milliseconds.
    pub(super) refresh: u32,
    pub(super) seconds: u32,
    pub(super) watchfire: Option<PathBuf>,
    pub(super) print_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { viewers: 1000, panels: 20, refresh: 1000, seconds: 60, watchfire: None, print_only: false }
    }
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = Arguments::new(NAME, HELP, arguments);
        while let Some(name) = arguments.next() {
            match name {
                "--viewers" => options.viewers = arguments.count()?,
                "--panels" => options.panels = arguments.count()?,
                "--seconds" => options.seconds = arguments.count()?,
                "--refresh" => {
                    let text = arguments.value()?;
                    options.refresh = millis(text).ok_or_else(|| {
                        arguments
                            .usage(&format!("--refresh needs a time of 1s or more, such as 1s, not {text:?}"))
                    })?;
                }
                "--watchfire" => options.watchfire = Some(arguments.path()?),
                _ if arguments.has_value() => return Err(arguments.unknown()),
                "--print-only" => options.print_only = true,
                _ => return Err(arguments.unknown()),
            }
        }
        Ok(options)
    }

    /// The command line for the document: what changes the figures. The path of a program is of one machine, so it is left
    /// out; the head of the table says the version.
    pub(super) fn shown(&self) -> String {
        let Self { viewers, panels, refresh, seconds, .. } = self;
        format!(
            "cargo xtask bench live --viewers {viewers} --panels {panels} --refresh {refresh}ms --seconds {seconds}"
        )
    }
}

/// `1s` or `1500ms` in milliseconds; at least a second, as the protocol has it.
fn millis(text: &str) -> Option<u32> {
    let number = |text: &str| text.parse::<u32>().ok();
    let millis = match text.strip_suffix("ms") {
        Some(millis) => number(millis)?,
        None => number(text.strip_suffix('s')?)?.checked_mul(1000)?,
    };
    (millis >= 1000).then_some(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_change_what_they_name() {
        assert_eq!(parse("").unwrap(), Options::default());
        let options = parse("--viewers 5 --panels=2 --refresh 2s --seconds 9 --print-only").unwrap();
        assert_eq!(
            options,
            Options {
                viewers: 5,
                panels: 2,
                refresh: 2000,
                seconds: 9,
                print_only: true,
                ..Options::default()
            }
        );
        let shown = "cargo xtask bench live --viewers 5 --panels 2 --refresh 2000ms --seconds 9";
        assert_eq!(options.shown(), shown);
    }

    #[test]
    fn mistakes_are_told_with_the_help() {
        for (line, expected) in [
            ("--viewers 0", "--viewers needs a whole number"),
            ("--refresh 1", "--refresh needs a time"),
            ("--refresh 999ms", "--refresh needs a time"),
            ("--fast", "there is no option \"--fast\""),
            ("--print-only=yes", "there is no option \"--print-only=yes\" with a value"),
        ] {
            let failure = parse(line).unwrap_err().to_string();
            assert!(failure.contains(expected) && failure.contains("Usage"), "{line}: {failure}");
        }
    }
}
