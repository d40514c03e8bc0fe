//! The other two forms of rules, a list and a map: where they fire, and where they do not.

use std::fs;

use serde_json::json;
use tempfile::tempdir;

use super::alerts;
use super::conditions::{MINUTE, Samples, evaluated, store, until};
use crate::server::{Server, now};

/// A threshold between two hosts, of which one fires by what the end of the path says; by another one it would be another host, or
/// both, or none.
const LIST: &str = "
alert_rules:
  - {name: Last, metric_path: l_last, condition: greater_than, threshold: 50, severity: critical, evaluation_window: 600}
  - {name: Score, metric_path: l_score.score, condition: less_than, threshold: 0.8, evaluation_window: 600}
  - {name: Rate, metric_path: l_rate.rate, condition: greater_than, threshold: 0.10, evaluation_window: 600}
  - {name: Avg, metric_path: l_avg.avg, condition: greater_than, threshold: 50, evaluation_window: 10m}
  - {name: Max, metric_path: l_max.max, condition: greater_or_equal, threshold: 90, evaluation_window: 600}
  - {name: Min, metric_path: l_min.min, condition: less_or_equal, threshold: 10, evaluation_window: 600}
  - {name: Sum, metric_path: l_sum.sum, condition: greater_than, threshold: 250, evaluation_window: 600}
  - {name: Count, metric_path: l_count.count, condition: equal, threshold: 5, evaluation_window: 600}
  - {name: P95, metric_path: l_p95.p95, condition: greater_than, threshold: 90, evaluation_window: 600}
  - {name: Other, metric_path: l_other, condition: not_equal, threshold: 1}
";

/// Of each metric above what the host that fires sent in the last four minutes, and what the other one did.
const SENT: [(&str, &[f64], &[f64]); 10] = [
    ("l_last", &[0.0, 0.0, 0.0, 0.0, 100.0], &[100.0, 100.0, 100.0, 100.0, 0.0]),
    ("l_score", &[0.9, 0.9, 0.9, 0.9, 0.7], &[0.7, 0.7, 0.7, 0.7, 0.9]),
    ("l_rate", &[0.0, 60.0, 120.0, 180.0, 240.0], &[1000.0, 1002.0, 1004.0, 1006.0, 1008.0]),
    ("l_avg", &[100.0, 100.0, 100.0, 100.0, 0.0], &[0.0, 0.0, 0.0, 0.0, 100.0]),
    ("l_max", &[0.0, 90.0, 0.0, 0.0, 0.0], &[89.0, 89.0, 89.0, 89.0, 89.0]),
    ("l_min", &[100.0, 10.0, 100.0, 100.0, 100.0], &[11.0, 11.0, 11.0, 11.0, 11.0]),
    ("l_sum", &[100.0, 100.0, 100.0, 0.0, 0.0], &[100.0, 100.0, 0.0, 0.0, 0.0]),
    ("l_count", &[1.0, 1.0, 1.0, 1.0, 1.0], &[5.0, 5.0, 5.0, 5.0]),
    ("l_p95", &[0.0, 0.0, 100.0, 100.0, 100.0], &[0.0, 0.0, 0.0, 0.0, 100.0]),
    ("l_other", &[0.0], &[1.0]),
];

const MAP: &str = "
alert_rules:
  high_cpu_usage: {metric: m_cpu, threshold: 85, duration: 1s, severity: critical, channels: [email, slack]}
  high_share: {metric: 'm_used / m_size * 100', threshold: 90}
";

#[tokio::test]
async fn the_other_two_forms_of_rules_fire_where_they_should_and_nowhere_else() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("rules")).unwrap();
    fs::write(dir.path().join("rules/list.yml"), LIST).unwrap();
    fs::write(dir.path().join("rules/map.yml"), MAP).unwrap();
    let flags = ["--no-collect", "--rules-interval=200ms", "--rules-files", "rules/*.yml"];
    let server = Server::start(dir.path(), &flags);
    for (metric, fires, other) in SENT {
        for (host, values) in [("fires", fires), ("other", other)] {
            let first = now() - MINUTE * (values.len() as i64 - 1);
            let points = (0..).zip(values).map(|(at, value)| (first + at * MINUTE, *value));
            let samples: Samples = points.collect();
            store(&server, metric, host, &samples).await;
        }
    }
    for (metric, fires, other) in [("m_cpu", 85.5, 85.0), ("m_used", 91.0, 90.0), ("m_size", 100.0, 100.0)] {
        store(&server, metric, "fires", &[(now(), fires)]).await;
        store(&server, metric, "other", &[(now(), other)]).await;
    }
    let listed = ["Last", "Score", "Rate", "Avg", "Max", "Min", "Sum", "Count", "P95", "Other"];
    let names = [&listed[..], &["high_cpu_usage", "high_share"]].concat();
    let expected = names.iter().map(|name| format!("{name} fires")).collect();
    until(&server, &expected).await;
    evaluated(&server, &names).await;
    until(&server, &expected).await;

    let all = alerts(&server).await;
    let labels = |name: &str| {
        let found = all.iter().find(|alert| alert["labels"]["alertname"] == name).unwrap();
        found["labels"].clone()
    };
    assert_eq!(labels("Last"), json!({"alertname": "Last", "host": "fires", "severity": "critical"}));
    assert_eq!(
        labels("high_cpu_usage"),
        json!({"alertname": "high_cpu_usage", "host": "fires", "severity": "critical", "channels": "email,slack"})
    );
    let told = server.get("/api/v1/rules?rule_name[]=high_cpu_usage").await.json();
    assert_eq!(told["data"]["groups"][0]["rules"][0]["duration"], 1, "{told}");
}
