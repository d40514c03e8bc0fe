use std::time::Duration;

use watchfire_demo::{MOST_HOSTS, Settings};
use watchfire_model::parse_duration;

/// What is sent, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What is made up.
    pub(crate) settings: Settings,
    /// The time between two samples of a series.
    pub(crate) interval: Duration,
    /// How much of the past is sent first.
    pub(crate) history: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self { settings: Settings::default(), interval: Duration::from_secs(1), history: Duration::ZERO }
    }
}

impl Plan {
    /// Reads `interval`, `history`, `hosts` and `seed`; what is not given is as in the default.
    pub(crate) fn read<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        let mut plan = Self::default();
        if let Some(text) = given("interval") {
            plan.interval = duration("interval", text, 100, 3_600_000, "100ms to 1h")?;
        }
        if let Some(text) = given("history") {
            plan.history = duration("history", text, 0, 86_400_000, "0s to 1d")?;
        }
        if let Some(text) = given("hosts") {
            let hosts = text.parse().ok().filter(|hosts| (1..=MOST_HOSTS).contains(hosts));
            plan.settings.hosts =
                hosts.ok_or_else(|| format!("hosts: {text:?} is not a number from 1 to {MOST_HOSTS}"))?;
        }
        if let Some(text) = given("seed") {
            plan.settings.seed =
                text.parse().map_err(|_| format!("seed: {text:?} is not a whole number from 0"))?;
        }
        Ok(plan)
    }
}

/// A duration between two bounds in milliseconds, which `range` tells in words.
fn duration(name: &str, text: &str, least: i64, most: i64, range: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(millis) if (least..=most).contains(&millis) => Ok(Duration::from_millis(millis.unsigned_abs())),
        Ok(_) => Err(format!("{name}: {text} is out of range; give {range}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_bounded() {
        let read = |name: &'static str, text: &'static str| {
            Plan::read(move |wanted| (wanted == name).then_some(text))
        };
        assert_eq!(Plan::read(|_| None), Ok(Plan::default()));
        assert_eq!(read("interval", "5s").unwrap().interval, Duration::from_secs(5));
        assert_eq!(read("history", "1h").unwrap().history, Duration::from_secs(3600));
        assert_eq!(read("hosts", "3").unwrap().settings.hosts, 3);
        for (name, text, error) in [
            ("interval", "1ms", "interval: 1ms is out of range; give 100ms to 1h"),
            ("history", "2d", "history: 2d is out of range; give 0s to 1d"),
            ("hosts", "0", "hosts: \"0\" is not a number from 1 to 500"),
            ("hosts", "many", "hosts: \"many\" is not a number from 1 to 500"),
            ("seed", "-1", "seed: \"-1\" is not a whole number from 0"),
        ] {
            assert_eq!(read(name, text), Err(error.to_owned()));
        }
    }
}
