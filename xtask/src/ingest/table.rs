//! The table: a row a protocol, and below it what a reader has to know about it.

use crate::ingest::measure::Measured;
use crate::load::markdown::{figure, megabytes, thousands};
use crate::load::protocol::Protocol;

/// CPU-seconds per million samples that OTLP may take, on one core, storage included.
const GOAL: f64 = 2.0;

/// What a protocol is called in the table.
pub(super) fn title(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::RemoteWrite => "Remote write 1.0",
        Protocol::OtlpHttp => "OTLP/HTTP, protobuf",
        Protocol::OtlpGrpc => "OTLP/gRPC",
    }
}

/// The whole report in Markdown: `line` about the machine, the table with `server` as its head, what failed.
pub(super) fn report(all: &[Measured], server: &str, line: &str) -> String {
    let mut lines = vec![
        line.to_owned(),
        String::new(),
        format!(
            "| {server} | Samples | Samples a second | CPU-seconds per million samples | Goal | Peak memory, MB |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    lines.extend(all.iter().map(row));
    let problems: Vec<String> = all
        .iter()
        .flat_map(|it| it.problems.iter().map(|problem| format!("- {}: {problem}", title(it.protocol))))
        .collect();
    if !problems.is_empty() {
        lines.push(String::new());
    }
    lines.extend(problems);
    lines.join("\n") + "\n"
}

fn row(measured: &Measured) -> String {
    let shown = |value: Option<String>| value.unwrap_or_else(|| "failed".to_owned());
    let load = measured.load.as_ref();
    format!(
        "| {} | {} | {} | {} | {} | {} |",
        title(measured.protocol),
        shown(load.map(|load| thousands(&format!("{:.0}", load.samples)))),
        shown(load.map(|load| figure(load.samples_per_second))),
        shown(load.map(|load| figure(load.cpu_seconds_per_million))),
        goal(measured),
        shown(measured.peak_memory.map(|bytes| figure(megabytes(bytes)))),
    )
}

/// The goal and whether it is met. A cost with a problem meets none: what was refused was not stored.
fn goal(measured: &Measured) -> String {
    if measured.protocol == Protocol::RemoteWrite {
        return "–".to_owned();
    }
    let cost = measured.load.as_ref().map(|load| load.cpu_seconds_per_million);
    let is_met = cost.is_some_and(|cost| cost <= GOAL) && measured.problems.is_empty();
    format!("≤ {GOAL:.1}, {}", if is_met { "met" } else { "not met" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::telegen::Load;

    fn measured(protocol: Protocol, cost: f64) -> Measured {
        let load = Load {
            samples: 24_336_000.0,
            samples_per_second: 1e6 / cost,
            cpu_seconds_per_million: cost,
            refused_requests: 0.0,
        };
        Measured { protocol, load: Some(load), peak_memory: Some(211e6), problems: Vec::new() }
    }

    #[test]
    fn the_table_has_a_row_a_protocol_and_otlp_has_a_goal() {
        let all = [
            measured(Protocol::RemoteWrite, 0.5),
            measured(Protocol::OtlpHttp, 2.0),
            measured(Protocol::OtlpGrpc, 2.5),
        ];
        let expected = "\
The line.

| Watchfire 0.1.0 | Samples | Samples a second | CPU-seconds per million samples | Goal | Peak memory, MB |
| --- | ---: | ---: | ---: | ---: | ---: |
| Remote write 1.0 | 24,336,000 | 2,000,000 | 0.500 | – | 211 |
| OTLP/HTTP, protobuf | 24,336,000 | 500,000 | 2.00 | ≤ 2.0, met | 211 |
| OTLP/gRPC | 24,336,000 | 400,000 | 2.50 | ≤ 2.0, not met | 211 |
";
        assert_eq!(report(&all, "Watchfire 0.1.0", "The line."), expected);
    }

    #[test]
    fn what_failed_is_told_below_and_meets_no_goal() {
        let mut refused = measured(Protocol::OtlpHttp, 0.5);
        refused.problems.push("3 requests were refused; first refusal: too old".into());
        let mut failed = measured(Protocol::OtlpGrpc, 0.5);
        (failed.load, failed.peak_memory) = (None, None);
        failed.problems.push("it ended before it was ready".into());
        let text = report(&[refused, failed], "Watchfire", "");
        for expected in [
            "| 0.500 | ≤ 2.0, not met | 211 |\n",
            "| OTLP/gRPC | failed | failed | failed | ≤ 2.0, not met | failed |\n",
            "\n\n- OTLP/HTTP, protobuf: 3 requests were refused; first refusal: too old\n",
            "\n- OTLP/gRPC: it ended before it was ready\n",
        ] {
            assert!(text.contains(expected), "{expected:?} is not in\n{text}");
        }
    }
}
