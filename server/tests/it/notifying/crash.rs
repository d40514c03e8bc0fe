//! The program is killed between the evaluation of a rule and the delivery of what it says; and how fast that goes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use tempfile::tempdir;

use super::{config, delivery, start, webhook};
use crate::answer::eventually;
use crate::server::now;
use crate::sinks::{HttpSink, Reply, free_port};

const RULES: &str = "
groups:
  - name: a
    interval: 200ms
    rules:
      - alert: Hot
        expr: temp > 50 or vector(100)
";

#[tokio::test]
async fn nothing_is_lost_while_a_request_is_under_way() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let sink = HttpSink::start(|_| Reply::Never);
    let flags = ["--rules-files", "rules.yml"];
    let server = start(dir.path(), &webhook(&sink), &flags);
    // It was sent, and nobody knows what the answer would have been.
    eventually("the request", async || sink.requests().pop()).await;
    server.kill();
    sink.answer(|_| Reply::Status(200, ""));
    let server = start(dir.path(), &webhook(&sink), &flags);
    let done = delivery(&server, "state=done", |_| true).await;
    let requests = sink.requests();
    assert_eq!(requests.len(), 2, "one duplicate");
    assert!(requests.iter().all(|request| request.key() == done["idempotency_key"]), "{requests:?}");
    assert_eq!(requests[1].json()["alerts"][0]["labels"]["alertname"], "Hot");
}

#[tokio::test]
async fn nothing_is_lost_before_a_request() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let nobody = config(&format!("webhook_configs: [{{url: 'http://{}/'}}]", free_port()));
    let flags = ["--rules-files", "rules.yml"];
    for round in 0..5 {
        let server = start(dir.path(), &nobody, &flags);
        // Stored, and tried in vain.
        let waiting = delivery(&server, "state=waiting", |_| true).await;
        assert_eq!(waiting["alerts"][0]["labels"]["alertname"], "Hot", "{round}");
        server.kill();
    }
    let sink = HttpSink::good();
    let server = start(dir.path(), &webhook(&sink), &flags);
    delivery(&server, "state=done", |_| true).await;
    assert_eq!(sink.requests().len(), 1, "{:?}", sink.requests());
}

#[tokio::test]
async fn a_hundred_alerts_at_once() {
    const ALERTS: usize = 100;
    let dir = tempdir().unwrap();
    let rules = "groups: [{name: a, interval: 1s, rules: [{alert: Hot, expr: temp > 50}]}]\n";
    fs::write(dir.path().join("rules.yml"), rules).unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &webhook(&sink), &["--rules-files", "rules.yml"]);
    let mut lines = String::new();
    for host in 0..ALERTS {
        writeln!(lines, "temp{{host=\"{host}\"}} 60 {}", now()).unwrap();
    }
    server.post("/api/v1/import/prometheus", &[], lines.into_bytes()).await;
    let (mut hosts, mut began) = (BTreeSet::new(), BTreeMap::new());
    eventually("all of them", async || {
        for request in sink.requests() {
            let alert = request.json()["alerts"][0].clone();
            hosts.insert(alert["labels"]["host"].as_str().unwrap().to_owned());
            let started: jiff::Timestamp = alert["startsAt"].as_str().unwrap().parse().unwrap();
            began.insert(request.key().to_owned(), (started.as_millisecond(), request.at));
        }
        (hosts.len() == ALERTS).then_some(())
    })
    .await;
    let at = now();
    let late = |(started, arrived): &(i64, Instant)| {
        at - i64::try_from(arrived.elapsed().as_millis()).unwrap() - started
    };
    let mut took: Vec<i64> = began.values().map(late).collect();
    took.sort_unstable();
    let share = |percent: usize| took[(took.len() * percent).div_ceil(100) - 1];
    println!(
        "{ALERTS} alerts at once, from the evaluation to the delivery: half within {} ms, 99 % within {} ms, the last after {} ms",
        share(50),
        share(99),
        share(100),
    );
    assert_eq!(began.len(), ALERTS, "each once");
    // What comes a second time would wait, or be under way still.
    let counts = eventually("an empty queue", async || {
        let told = server.get("/api/v1/watchfire/deliveries").await.json();
        Some(told["data"]["counts"].clone()).filter(|counts| counts["waiting"] == 0)
    })
    .await;
    assert_eq!((counts["done"].as_u64(), counts["dead"].as_u64()), (Some(ALERTS as u64), Some(0)));
    assert_eq!(sink.requests().len(), ALERTS, "each once");
    assert_eq!(hosts, (0..ALERTS).map(|host| host.to_string()).collect::<BTreeSet<_>>());
}
