//! The table: a row a figure.

use super::measure::Measured;
use super::options::Options;
use crate::load::markdown::figure;

/// Within so many milliseconds a notification is to be out: 99 of 100.
const GOAL: f64 = 5000.0;

/// The table with the line of the machine above.
pub(super) fn table(measured: &Measured, options: &Options, title: &str, machine: &str) -> String {
    let mut text = format!(
        "{machine}\n\n| {} alerts at once, {} times | {title} | Goal |\n| --- | ---: | ---: |\n",
        options.alerts, options.rounds
    );
    let time = |percent: usize| (measured.within(percent), figure(measured.within(percent)));
    // A count is whole.
    let repeated = (measured.repeated as f64, measured.repeated.to_string());
    for (name, (value, shown), goal) in [
        ("Half of them within, ms", time(50), None),
        ("99 % within, ms", time(99), Some(GOAL)),
        ("The last within, ms", time(100), None),
        ("Alerts told besides once each", repeated, Some(0.0)),
    ] {
        let goal = goal.map_or_else(
            || "–".to_owned(),
            |goal| format!("≤ {goal}, {}", if value <= goal { "met" } else { "missed" }),
        );
        text.extend(["| ", name, " | ", &shown, " | ", &goal, " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_was_met() {
        let measured = Measured { took: vec![120.0, 250.0, 6000.0], repeated: 0 };
        let table = table(&measured, &Options::default(), "Watchfire 1", "`command`.");
        for line in [
            "`command`.\n\n| 100 alerts at once, 20 times | Watchfire 1 | Goal |",
            "| Half of them within, ms | 250 | – |",
            "| 99 % within, ms | 6,000 | ≤ 5000, missed |",
            "| Alerts told besides once each | 0 | ≤ 0, met |",
        ] {
            assert!(table.contains(line), "{line} is not in\n{table}");
        }
    }
}
