use super::*;
use crate::load::telegen::{Load, Query};

fn server(title: &str, factor: f64) -> Measured {
    let answer = Answer { milliseconds: 1.5 * factor, series: 10, points: 2410 };
    Measured {
        title: title.to_owned(),
        is_watchfire: title.starts_with("Watchfire"),
        load: Some(Load {
            samples: 24e6,
            samples_per_second: 1_200_000.0 / factor,
            cpu_seconds_per_million: 0.8 * factor,
            refused_requests: 0.0,
        }),
        queries: vec![Query { name: "one-host-cpu".into(), answer: Ok(answer) }],
        peak_memory: Some(150e6 * factor),
        bytes_per_sample: Some(0.5 * factor),
        start_seconds: Some(0.04 * factor),
        memory_after_start: Some(20e6 * factor),
        problems: Vec::new(),
    }
}

fn queries() -> Vec<String> {
    vec!["one-host-cpu".to_owned(), "new-query".to_owned()]
}

#[test]
fn the_table_has_a_column_a_server_and_the_ratio_to_the_best_peer() {
    let all = [
        server("Watchfire 0.1.0", 1.0),
        server("Prometheus 3.5.3", 4.0),
        server("VictoriaMetrics 1.145", 2.0),
    ];
    let expected = "\
The line.

| | Watchfire 0.1.0 | Prometheus 3.5.3 | VictoriaMetrics 1.145 | Watchfire / best peer | Goal |
| --- | ---: | ---: | ---: | ---: | ---: |
| CPU-seconds per million samples | 0.800 | 3.20 | 1.60 | 0.50 | ≤ 1 |
| Samples a second | 1,200,000 | 300,000 | 600,000 | 2.00 | ≥ 1,000,000 |
| Peak memory, MB | 150 | 600 | 300 | 0.50 | ≤ 200 |
| Bytes a sample on disk | 0.500 | 2.00 | 1.00 | 0.50 | ≤ 1 |
| Start on that data until ready, s | 0.040 | 0.160 | 0.080 | 0.50 | – |
| Memory after that start, MB | 20.0 | 80.0 | 40.0 | 0.50 | – |
| `one-host-cpu`, ms | 1.50 | 6.00 | 3.00 | 0.50 | ≤ 2 |
";
    assert_eq!(report(&all, &queries()[..1], "The line."), expected);
}

#[test]
fn what_failed_and_what_differs_is_told_below() {
    let mut watchfire = server("Watchfire 0.1.0", 1.0);
    let mut prometheus = server("Prometheus 3.5.3", 2.0);
    watchfire.queries.push(Query { name: "new-query".into(), answer: Err("no such function".into()) });
    prometheus.queries[0].answer = Ok(Answer { milliseconds: 3.0, series: 9, points: 2169 });
    prometheus.start_seconds = None;
    prometheus.problems.push("it ended before it was ready".into());
    let text = report(&[watchfire, prometheus], &queries(), "The line.");
    for expected in [
        "| Start on that data until ready, s | 0.040 | failed | – | – |\n",
        "| `new-query`, ms | failed | failed | – | – |\n",
        "\n- `one-host-cpu` was answered differently: Watchfire 0.1.0 10 series, 2410 points; \
         Prometheus 3.5.3 9 series, 2169 points.\n",
        "\n- Watchfire 0.1.0: `new-query`: no such function\n",
        "\n- Prometheus 3.5.3: it ended before it was ready\n",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
}

#[test]
fn without_watchfire_there_is_no_ratio() {
    let text = report(&[server("Prometheus 3.5.3", 1.0)], &queries()[..1], "");
    assert!(text.contains("| Peak memory, MB | 150 | – | ≤ 200 |\n"), "{text}");
}
