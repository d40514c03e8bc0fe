use std::fmt::Write as _;
use std::{env, fs};

use watchfire_ingest::collect::collectors;
use watchfire_model::{MetricDescription, MetricKind, Unit};

// The tests of the collectors check each sample against it.
#[path = "../../../crates/ingest/tests/it/labels.rs"]
mod labels;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/METRICS.md");

const HEAD: &str = "\
# Metrics that Watchfire collects itself

Each collector asks its source at an interval and sends what it could read; a metric that the machine lacks is left out,
never sent as 0. Every series carries the label `host`. Counters start again from zero with the host or the device, as
`rate()` expects.

This page is written by a test from the collectors' own descriptions. After a change, write it again:

    WATCHFIRE_BLESS=1 cargo test -p watchfire --test it metrics_page
";

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Number => "",
        Unit::Count => "count",
        Unit::Percent => "per cent",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes per second",
        Unit::PerSecond => "per second",
        Unit::Seconds => "seconds",
        Unit::Celsius => "°C",
    }
}

fn section(page: &mut String, collector: &str, metrics: &[MetricDescription]) {
    write!(page, "\n## {collector}\n\n").unwrap();
    page.push_str("| Metric | Kind | Unit | Labels | What it says |\n|---|---|---|---|---|\n");
    for metric in metrics {
        let kind = match metric.kind {
            MetricKind::Gauge => "gauge",
            MetricKind::Counter => "counter",
        };
        let labels = labels::of(metric.name).iter().chain(watchfire_probe::labels(metric.name));
        let labels: Vec<String> = labels.map(|name| format!("`{name}`")).collect();
        let (name, unit, labels) = (metric.name, unit(metric.unit), labels.join(" "));
        writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {} |", metric.help).unwrap();
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for collector in collectors(None).unwrap() {
        section(&mut page, collector.name(), collector.metrics());
    }
    for (collector, metrics) in watchfire_probe::metrics() {
        section(&mut page, collector, metrics);
    }
    page
}

#[test]
fn the_page_lists_every_metric() {
    let page = page();
    if env::var_os("WATCHFIRE_BLESS").is_some_and(|value| value == "1") {
        fs::write(PATH, &page).unwrap();
    }
    let stored = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        stored == page,
        "docs/METRICS.md is not what the collectors describe; write it again with\n\n    \
         WATCHFIRE_BLESS=1 cargo test -p watchfire --test it metrics_page\n"
    );
}
