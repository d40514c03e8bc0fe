//! From what discovery found to a target.

use std::path::Path;

use watchfire_scrape::config::{Config, Discovery};
use watchfire_scrape::target::{Found, targets};

/// The URL and labels of the first target of a job with these keys.
fn first(keys: &str) -> String {
    let text = format!("scrape_configs: [{{job_name: j, {keys}}}]");
    let config = Config::parse(Path::new("t.yml"), &text).unwrap();
    let job = &config.jobs[0];
    let Discovery::Static(groups) = &job.discovery[0] else { panic!("static") };
    match targets(job, &groups[0]).next().unwrap() {
        Found::Target(target) => {
            let (interval, timeout) = (target.interval.as_secs(), target.timeout.as_secs());
            format!("{} {} {interval}/{timeout}", target.url, target.labels)
        }
        Found::Dropped(labels) => format!("dropped {}", labels["__address__"]),
        Found::Refused { reason, .. } => reason,
    }
}

#[test]
fn labels_and_urls() {
    let at = |address: &str, rest: &str| first(&format!("static_configs: [{{targets: ['{address}'{rest}"));
    for (found, expected) in [
        (at("h:1", "]}]"), r#"http://h:1/metrics {instance="h:1",job="j"} 60/10"#),
        // No port is added.
        (at("h", "]}]"), r#"http://h/metrics {instance="h",job="j"} 60/10"#),
        (at("h", "]}], scheme: https"), r#"https://h/metrics {instance="h",job="j"} 60/10"#),
        (at("[::1]:9", "]}]"), r#"http://[::1]:9/metrics {instance="[::1]:9",job="j"} 60/10"#),
        (
            at("h:1", "], labels: {job: k, instance: i, zone: z}}]"),
            r#"http://h:1/metrics {instance="i",job="k",zone="z"} 60/10"#,
        ),
        (
            at(
                "h:1",
                "]}], params: {q: [a, b]}, relabel_configs: [{target_label: __param_q, replacement: c}, {target_label: __param_r, replacement: d}]",
            ),
            r#"http://h:1/metrics?q=c&q=b&r=d {instance="h:1",job="j"} 60/10"#,
        ),
        // The way to a blackbox exporter.
        (
            at(
                "site",
                "]}], metrics_path: /probe, relabel_configs: [{source_labels: [__address__], target_label: __param_target}, {source_labels: [__param_target], target_label: instance}, {target_label: __address__, replacement: 'exporter:9115'}]",
            ),
            r#"http://exporter:9115/probe?target=site {instance="site",job="j"} 60/10"#,
        ),
        (
            at(
                "h:1",
                "]}], relabel_configs: [{target_label: __scrape_interval__, replacement: 20s}, {target_label: __scrape_timeout__, replacement: 5s}, {target_label: __metrics_path__, replacement: /m}, {target_label: __scheme__, replacement: https}]",
            ),
            r#"https://h:1/m {instance="h:1",job="j"} 20/5"#,
        ),
        (at("h:1", "]}], relabel_configs: [{action: drop}]"), "dropped h:1"),
        (
            at("h:1", "]}], relabel_configs: [{target_label: __address__, replacement: ''}]"),
            "there is no address: __address__ is empty after relabelling",
        ),
        (
            at("h:1", "]}], relabel_configs: [{target_label: __address__, replacement: 'a/b'}]"),
            r#""a/b" is not a valid hostname; write host:port"#,
        ),
        (
            at("h:1", "]}], relabel_configs: [{target_label: __scrape_interval__, replacement: 1s}]"),
            "the scrape timeout is greater than the scrape interval",
        ),
        (
            at("h:1", "]}], relabel_configs: [{target_label: __scheme__, replacement: ftp}]"),
            r#"__scheme__ must be http or https, not "ftp""#,
        ),
    ] {
        assert_eq!(found, expected);
    }
}
