//! What machines ask.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::Server;
use crate::sinks::HttpSink;

#[tokio::test]
async fn health_and_readiness() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    for path in ["/health", "/ready"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"ok"}"#), "{path}");
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
    }
}

/// The keys of an object with those below them, and what kind of value they have.
fn shape(value: &Value, prefix: &str, into: &mut Vec<String>) {
    for (key, value) in value.as_object().unwrap() {
        let key = format!("{prefix}{key}");
        match value {
            Value::Object(_) => shape(value, &format!("{key}."), into),
            Value::String(_) => into.push(format!("{key}: text")),
            Value::Number(_) => into.push(format!("{key}: number")),
            other => into.push(format!("{key}: {other}")),
        }
    }
}

#[tokio::test]
async fn the_status() {
    let dir = tempdir().unwrap();
    let off = ["disk-io", "cgroup", "systemd", "gpu"].map(|name| format!("--collect-{name}-interval=0"));
    let flags: Vec<&str> =
        ["--collect-interval", "100ms"].into_iter().chain(off.iter().map(String::as_str)).collect();
    let server = Server::start(dir.path(), &flags);
    let status = eventually("both collectors' first samples", async || {
        let status = server.get("/status").await.json();
        let ran = |name: &str| status["collectors"][name]["runs"].as_u64() > Some(0);
        (ran("host") && ran("watchfire")).then_some(status)
    })
    .await;
    let mut lines = Vec::new();
    shape(&status, "", &mut lines);
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r"
    collectors.host.failures: number
    collectors.host.last_duration_seconds: number
    collectors.host.mean_duration_seconds: number
    collectors.host.missed: number
    collectors.host.runs: number
    collectors.host.samples: number
    collectors.watchfire.failures: number
    collectors.watchfire.last_duration_seconds: number
    collectors.watchfire.mean_duration_seconds: number
    collectors.watchfire.missed: number
    collectors.watchfire.runs: number
    collectors.watchfire.samples: number
    connections.skipped: number
    connections.streams: number
    connections.subscriptions: number
    connections.websockets: number
    interface: text
    storage.appended_samples: number
    storage.disk_bytes: number
    storage.head_samples: number
    storage.head_series: number
    storage.journal_bytes: number
    storage.newest_timestamp_ms: number
    storage.oldest_timestamp_ms: number
    storage.partitions: number
    storage.quarantined_blocks: number
    storage.refused_samples: number
    uptime_seconds: number
    version: text
    ");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));

    let number = |status: &Value, key: &str| status["storage"][key].as_u64().unwrap();
    eventually("more samples", async || {
        let later = server.get("/status").await.json();
        let rises = |key: &str| number(&later, key) > number(&status, key);
        (rises("appended_samples") && rises("newest_timestamp_ms")).then_some(())
    })
    .await;
}

#[derive(Debug, Default)]
struct Exposition {
    kinds: BTreeMap<String, String>,
    described: BTreeSet<String>,
    /// Values by the series as it is written.
    values: BTreeMap<String, f64>,
}

impl Exposition {
    /// Reads Prometheus' text format, each line of which must be one of the three that there are.
    fn parse(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                assert!(help.ends_with('.'), "{line}");
                assert!(found.described.insert(name.to_owned()), "{name} is described twice");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                assert!(found.described.contains(name), "{line}");
                assert!(found.kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} comes twice");
            } else {
                let (series, value) = line.rsplit_once(' ').unwrap();
                let name = series.split('{').next().unwrap();
                let known =
                    |suffix| name.strip_suffix(suffix).is_some_and(|name| found.kinds.contains_key(name));
                assert!(["", "_bucket", "_sum", "_count"].into_iter().any(known), "{line} has no type");
                assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
                assert_eq!(series.contains('{'), series.ends_with("\"}"), "{line}");
                let value = value.parse().unwrap();
                assert!(found.values.insert(series.to_owned(), value).is_none(), "{series} comes twice");
            }
        }
        assert_eq!(found.described, found.kinds.keys().cloned().collect());
        found
    }

    /// The values of all series with this name together.
    fn sum(&self, name: &str) -> f64 {
        let named = |series: &str| series.split('{').next() == Some(name);
        self.values.iter().filter(|(series, _)| named(series)).map(|(_, value)| value).sum()
    }
}

/// Names and kinds in the table of docs/API.md, where `_b` behind `watchfire_x_a` stands for `watchfire_x_b`.
fn documented() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for row in include_str!("../../../docs/API.md").lines().filter(|line| line.starts_with("| `watchfire_")) {
        let columns: Vec<_> = row.split('|').map(str::trim).collect();
        let names = columns[1].split('`').skip(1).step_by(2).map(|name| name.split('{').next().unwrap());
        let mut subsystem = String::new();
        for name in names {
            if !name.starts_with('_') {
                subsystem = name.split('_').take(2).collect::<Vec<_>>().join("_");
            }
            let name = if name.starts_with('_') { format!("{subsystem}{name}") } else { name.to_owned() };
            assert!(
                found.insert(name.clone(), columns[2].to_owned()).is_none(),
                "{name} is documented twice"
            );
        }
    }
    found
}

#[tokio::test]
async fn metrics() {
    let dir = tempdir().unwrap();
    let rules = "groups: [{name: a, interval: 100ms, rules: [{record: b, expr: vector(1)}]}]\n";
    std::fs::write(dir.path().join("rules.yml"), rules).unwrap();
    // A notification that goes out: some metrics are there once they are told of something.
    let sink = HttpSink::good();
    let notify = format!(
        "route: {{receiver: a, group_wait: 0s}}\nreceivers: [{{name: a, webhook_configs: [{{url: '{}'}}]}}]\n",
        sink.url("/")
    );
    std::fs::write(dir.path().join("notify.yml"), notify).unwrap();
    let flags =
        ["--collect-interval", "100ms", "--rules-files", "rules.yml", "--notify-config", "notify.yml"];
    let server = Server::start(dir.path(), &flags);
    let alert = br#"[{"labels": {"alertname": "Fire"}}]"#.to_vec();
    server.post("/api/v2/alerts", &[("content-type", "application/json")], alert).await;
    let read = async || {
        let answer = server.get("/metrics").await;
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        Exposition::parse(&answer.body)
    };
    // CPU use takes two readings, and a request's time is known when the request is over.
    let late = [
        "watchfire_process_cpu_usage_percent",
        "watchfire_http_request_duration_seconds",
        "watchfire_rule_group_last_evaluation_samples",
        "watchfire_notification_delay_seconds",
    ];
    let first = eventually("the collector's first run and all metrics", async || {
        let found = read().await;
        let complete = late.iter().all(|name| found.kinds.contains_key(*name));
        (complete && found.sum("watchfire_collector_runs_total") > 0.0).then_some(found)
    })
    .await;
    assert_eq!(first.kinds, documented(), "docs/API.md on the right");

    let rising = [
        "watchfire_collector_runs_total",
        "watchfire_storage_appended_samples_total",
        "watchfire_process_cpu_seconds_total",
        "watchfire_http_request_duration_seconds_count",
    ];
    eventually("counters to rise", async || {
        let later = read().await;
        for (name, _) in first.kinds.iter().filter(|(_, kind)| *kind == "counter") {
            assert!(later.sum(name) >= first.sum(name), "{name} fell");
        }
        rising.iter().all(|name| later.sum(name) > first.sum(name)).then_some(())
    })
    .await;
}
