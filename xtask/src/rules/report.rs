//! The table: a column a server, a row a figure.

use super::fleet::INTERVAL;
use super::measure::Measured;
use super::options::Options;
use crate::load::markdown::{figure, megabytes};

/// CPU-seconds of Watchfire's round that are to be enough with the default options: half a core over the interval.
const CPU_GOAL: f64 = INTERVAL as f64 / 2.0;

/// A figure of a server.
type Figure = fn(&Measured) -> f64;

/// The table with the line of the machine above.
pub(super) fn table(all: &[Measured], options: &Options, machine: &str) -> String {
    let titles: Vec<&str> = all.iter().map(|it| it.title.as_str()).collect();
    let mut text = format!(
        "{machine}\n\n| {} rules over {} series each {INTERVAL} s | {} | Watchfire / Prometheus | Goal |\n| --- |{}\n",
        options.rules(),
        options.series(),
        titles.join(" | "),
        " ---: |".repeat(all.len() + 2)
    );
    let rows: [(&str, Figure, Option<f64>); 9] = [
        ("CPU-seconds of the rules a round", |it| it.cpu_per_round, Some(CPU_GOAL)),
        ("CPU-seconds of the same time without rules", |it| it.cpu_without, None),
        ("Last evaluation of all groups together, s", |it| it.duration, None),
        ("Longest last evaluation of a group, s", |it| it.longest, None),
        ("Evaluations", |it| it.evaluations, None),
        ("Evaluations that failed", |it| it.failures, Some(0.0)),
        ("Rounds of groups that were missed", |it| it.missed, Some(0.0)),
        ("Alerts that fire at the end", |it| it.firing, None),
        ("Peak memory, MB", |it| megabytes(it.peak_memory), None),
    ];
    for (name, value, goal) in rows {
        let cells: Vec<String> = all.iter().map(|it| figure(value(it))).collect();
        let of = |watchfire: bool| all.iter().find(|it| it.is_watchfire == watchfire).map(value);
        let ratio = of(true).zip(of(false)).map(|(one, other)| one / other).filter(|ratio| ratio.is_finite());
        let ratio = ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let goal = goal.zip(of(true)).map_or_else(
            || "–".to_owned(),
            |(goal, value)| {
                let word = if value <= goal { "met" } else { "missed" };
                format!("≤ {goal}, {word}")
            },
        );
        text.extend(["| ", name, " | ", &cells.join(" | "), " | ", &ratio, " | ", &goal, " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_ratios_and_says_what_was_met() {
        let measured = |title: &str, cpu: f64| Measured {
            title: title.to_owned(),
            is_watchfire: title.starts_with('W'),
            cpu_per_round: cpu,
            cpu_without: 0.5,
            duration: 2.0,
            longest: 0.1,
            evaluations: 80_000.0,
            failures: 0.0,
            missed: 0.0,
            firing: 90.0,
            peak_memory: 3e8,
        };
        let all = [measured("Watchfire 1", 2.0), measured("Prometheus 3", 4.0)];
        let table = table(&all, &Options::default(), "`command`.");
        for line in [
            "| 10000 rules over 100000 series each 15 s | Watchfire 1 | Prometheus 3 | Watchfire / Prometheus | Goal |",
            "| CPU-seconds of the rules a round | 2.00 | 4.00 | 0.50 | ≤ 7.5, met |",
            "| Rounds of groups that were missed | 0.000 | 0.000 | – | ≤ 0, met |",
            "| Evaluations | 80,000 | 80,000 | 1.00 | – |",
        ] {
            assert!(table.contains(line), "{line} is not in\n{table}");
        }
    }
}
