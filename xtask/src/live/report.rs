//! What the viewers print, as a table.

use serde::Deserialize;

use super::options::Options;
use crate::load::markdown::{figure, megabytes};
use crate::step::{Failure, Result};

/// What bench/viewers prints.
#[derive(Debug, Deserialize)]
pub(super) struct Figures {
    /// Samples that reached viewers, and how many were to.
    latencies: u64,
    expected: u64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    max_ms: Option<f64>,
    /// The server's CPU.
    cores: f64,
    peak_bytes: f64,
    /// Of all viewers together.
    messages_per_second: f64,
    bytes_per_second: f64,
    evaluations_per_second: f64,
    skipped: f64,
    cache_hit_rate: f64,
}

impl Figures {
    pub(super) fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text)
            .map_err(|error| Failure::new(format!("the viewers printed {text:?}: {error}")))
    }
}

/// What is to be reached with the default options.
const CORES: f64 = 1.0;
const PEAK_MEGABYTES: f64 = 400.0;
const P99_MS: f64 = 1200.0;

/// The table with the line of the machine above.
pub(super) fn table(figures: &Figures, options: &Options, server: &str, machine: &str) -> String {
    let Options { viewers, panels, .. } = options;
    let goal = |limit: f64, value: Option<f64>| {
        let word = if value.is_some_and(|value| value <= limit) { "met" } else { "missed" };
        format!("≤ {}, {word}", figure(limit))
    };
    let millis = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), figure);
    let peak = megabytes(figures.peak_bytes);
    let none = || "–".to_owned();
    let arrived = figures.latencies as f64 / (figures.expected as f64).max(1.0) * 100.0;
    let rows = [
        ("Latency, median, ms", millis(figures.p50_ms), none()),
        ("Latency, 99th percentile, ms", millis(figures.p99_ms), goal(P99_MS, figures.p99_ms)),
        ("Latency, longest, ms", millis(figures.max_ms), none()),
        ("Samples that arrived, % of viewers × panels × seconds", figure(arrived), none()),
        ("CPU of the server, cores", figure(figures.cores), goal(CORES, Some(figures.cores))),
        ("Peak memory, MB", figure(peak), goal(PEAK_MEGABYTES, Some(peak))),
        ("Messages a second", figure(figures.messages_per_second), none()),
        ("Kilobytes a second", figure(figures.bytes_per_second / 1000.0), none()),
        ("Evaluations a second", figure(figures.evaluations_per_second), none()),
        ("Range queries answered from the cache, %", figure(figures.cache_hit_rate * 100.0), none()),
        ("Viewers that read too slowly, times", figure(figures.skipped), none()),
    ];
    let mut text = format!(
        "{machine}\n\n| {server}, {viewers} viewers of {panels} panels | | Goal |\n| --- | ---: | ---: |\n"
    );
    for (name, value, goal) in rows {
        text.extend(["| ", name, " | ", &value, " | ", &goal, " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_was_met() {
        let text = r#"{"latencies":9,"expected":10,"p50_ms":30.0,"p99_ms":1300.0,"max_ms":1400.0,"cores":0.5,
            "peak_bytes":2e8,"messages_per_second":1000.0,"bytes_per_second":250000.0,"evaluations_per_second":20.0,
            "skipped":0.0,"cache_hit_rate":0.995,"cache_hits_per_second":40.0}"#;
        let figures = Figures::read(text).unwrap();
        let table = table(&figures, &Options::default(), "Watchfire 1", "`command`.");
        for line in [
            "| Watchfire 1, 1000 viewers of 20 panels | | Goal |",
            "| Latency, median, ms | 30.0 | – |",
            "| Latency, 99th percentile, ms | 1,300 | ≤ 1,200, missed |",
            "| CPU of the server, cores | 0.500 | ≤ 1.00, met |",
            "| Peak memory, MB | 200 | ≤ 400, met |",
            "| Kilobytes a second | 250 | – |",
        ] {
            assert!(table.contains(line), "{line} is not in\n{table}");
        }
        assert!(Figures::read("{}").is_err());
    }
}
