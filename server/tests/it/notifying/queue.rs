//! What waits in the queue: it is sent at once or dropped when somebody wants it so, and left out where something newer tells it.

use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::tempdir;

use super::{ask, config, deliveries, delivery, fire, start, webhook};
use crate::answer::eventually;
use crate::server::{Server, now};
use crate::sinks::{HttpSink, Reply, free_port};

/// All alerts of one group, which is told of news each second.
fn one_group(sink: &HttpSink) -> String {
    webhook(sink).replace("group_by: ['...']", "group_by: [severity]")
}

/// Says that an alert of [`fire`] is over.
pub(super) async fn resolve(server: &Server, name: &str) {
    let end = jiff::Timestamp::from_millisecond(now()).unwrap().to_string();
    let alert = json!([{"labels": {"alertname": name, "severity": "critical"}, "endsAt": end}]);
    let body = serde_json::to_vec(&alert).unwrap();
    let answer = server.post("/api/v2/alerts", &[("content-type", "application/json")], body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn names(server: &Server, state: &str) -> Vec<Vec<String>> {
    let name = |alert: &Value| alert["labels"]["alertname"].as_str().unwrap().to_owned();
    let all = deliveries(server, &format!("state={state}")).await;
    all.iter().map(|one| one["alerts"].as_array().unwrap().iter().map(name).collect()).collect()
}

#[tokio::test]
async fn after_an_outage_only_the_newest_state_is_told() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(503, ""));
    let server = start(dir.path(), &one_group(&sink), &[]);
    fire(&server, &["One"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    fire(&server, &["Two"]).await;
    // When it is due again, there is something newer that tells of both.
    let old = delivery(&server, "state=superseded", |_| true).await;
    let newer = delivery(&server, "state=waiting", |one| one["alert_count"] == 2).await;
    assert_eq!(old["superseded_by"], newer["id"], "{old}");
    assert!(old["failure"].as_str().unwrap().contains("superseded by"), "{old}");
    let before = sink.requests().len();
    sink.answer(|_| Reply::Status(200, ""));
    let done = delivery(&server, "state=done", |_| true).await;
    assert_eq!(done["id"], newer["id"]);
    let since = sink.requests().split_off(before);
    assert!(since.iter().all(|one| one.json()["alerts"].as_array().map(Vec::len) == Some(2)), "{since:?}");
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_deliveries_superseded_total{why=\"newer\"} 1"), "{metrics}");
    // The channel has heard that they fire, and hears of the end.
    sink.answer(|_| Reply::Status(503, ""));
    resolve(&server, "One").await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    resolve(&server, "Two").await;
    eventually("two that wait, or the newer of them", async || {
        names(&server, "waiting").await.iter().any(|told| told == &["Two"]).then_some(())
    })
    .await;
    sink.answer(|_| Reply::Status(200, ""));
    eventually("both ends", async || {
        let all = sink.requests();
        let is_over = |name: &str| {
            all.iter().any(|one| {
                let alerts = one.json()["alerts"].clone();
                let mut alerts = alerts.as_array().unwrap().iter();
                alerts.any(|alert| alert["labels"]["alertname"] == name && alert["status"] == "resolved")
            })
        };
        (is_over("One") && is_over("Two")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_came_and_went_unheard_is_not_told() {
    let dir = tempdir().unwrap();
    // The service itself says that it does not take it.
    let sink = HttpSink::start(|_| Reply::Status(429, ""));
    let server = start(dir.path(), &one_group(&sink), &[]);
    fire(&server, &["One"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    resolve(&server, "One").await;
    let left = eventually("both to be left out", async || {
        Some(deliveries(&server, "state=superseded").await).filter(|left| left.len() == 2)
    })
    .await;
    for one in &left {
        assert_eq!(one["superseded_by"], Value::Null, "{one}");
        assert!(one["failure"].as_str().unwrap().contains("before the channel heard"), "{one}");
    }
    let ends = eventually("both in the history", async || {
        Some(delivery_events(&server).await).filter(|ends| ends.len() == 2)
    })
    .await;
    for end in &ends {
        assert_eq!(end["to"], "not sent", "{end}");
        assert!(end["reason"].as_str().unwrap().contains("before the channel heard"), "{end}");
    }
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_deliveries_superseded_total{why=\"over\"} 2"), "{metrics}");
    // The end alone was never asked to be told.
    assert!(sink.requests().iter().all(|one| one.json()["status"] == "firing"));
}

/// A connection that does not come about has told nobody anything.
#[tokio::test]
async fn where_nobody_listens_nobody_has_heard() {
    let dir = tempdir().unwrap();
    let nobody = config(&format!("webhook_configs: [{{url: 'http://{}/'}}]", free_port()));
    let server = start(dir.path(), &nobody, &[]);
    fire(&server, &["One"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    resolve(&server, "One").await;
    eventually("both to be left out", async || {
        (deliveries(&server, "state=superseded").await.len() == 2).then_some(())
    })
    .await;
}

/// Nobody knows whether a service heard that an alert fires: it hears of the end.
#[tokio::test]
async fn the_end_is_told_of_what_may_have_been_heard() {
    for reply in [Reply::Hangup, Reply::Status(502, "")] {
        let (dir, answer) = (tempdir().unwrap(), reply.clone());
        let sink = HttpSink::start(move |_| answer.clone());
        let server = start(dir.path(), &one_group(&sink), &[]);
        fire(&server, &["One"]).await;
        delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
        resolve(&server, "One").await;
        eventually("the end", async || (deliveries(&server, "").await.len() == 2).then_some(())).await;
        sink.answer(|_| Reply::Status(200, ""));
        delivery(&server, "state=done", |one| one["intent"] == "resolve").await;
        let last = sink.requests().pop().unwrap();
        assert_eq!(last.json()["status"], "resolved", "{reply:?}");
    }
}

#[tokio::test]
async fn what_is_being_sent_is_not_dropped() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Held);
    let server = start(dir.path(), &webhook(&sink), &["--notify-timeout", "10m"]);
    fire(&server, &["One"]).await;
    eventually("the request", async || (sink.waiting().0 == 1).then_some(())).await;
    let one = delivery(&server, "state=waiting", |_| true).await;
    let refused = ask(&server, "POST", &format!("deliveries/{}/drop", one["id"]), &Value::Null).await;
    assert_eq!((refused.status, &refused.json()["errorType"]), (409, &json!("refused")));
    assert!(refused.body.contains("is being sent"), "{}", refused.body);
    sink.open();
    let done = delivery(&server, "state=done", |_| true).await;
    assert_eq!(done["id"], one["id"]);
    let ends = eventually("the history", async || {
        Some(delivery_events(&server).await).filter(|ends| !ends.is_empty())
    })
    .await;
    assert_eq!((ends.len(), &ends[0]["to"]), (1, &json!("sent")), "{ends:?}");
}

/// As where a newer version has written it.
#[tokio::test]
async fn one_that_cannot_be_read_holds_up_no_other() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &one_group(&sink), &[]);
    fire(&server, &["One"]).await;
    delivery(&server, "state=done", |_| true).await;
    let file = dir.path().join("watchfire-data/control.db");
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::query("UPDATE delivery SET state = 'odd' WHERE state = 'done'").execute(&mut other).await.unwrap();
    sink.answer(|_| Reply::Status(503, ""));
    fire(&server, &["Two"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    fire(&server, &["Three"]).await;
    eventually("both", async || (deliveries(&server, "state=waiting").await.len() == 2).then_some(())).await;
    sink.answer(|_| Reply::Status(200, ""));
    eventually("both", async || (deliveries(&server, "state=done").await.len() == 2).then_some(())).await;
}

/// How notifications ended, in the history of their alerts.
async fn delivery_events(server: &Server) -> Vec<Value> {
    let answer = ask(server, "GET", "rules/history?deliveries=true", &Value::Null).await.json();
    answer["data"].as_array().unwrap().clone()
}

/// The end of a notification that was not sent.
async fn delivery_event(server: &Server) -> Value {
    eventually("the history", async || {
        delivery_events(server).await.into_iter().find(|event| event["to"] == "not sent")
    })
    .await
}

#[tokio::test]
async fn what_waits_is_sent_at_once_or_dropped() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(429, "retry-after: 3000\r\n"));
    let seldom = webhook(&sink).replace("group_interval: 1s", "group_interval: 1h");
    let server = start(dir.path(), &seldom, &[]);
    fire(&server, &["One"]).await;
    let one = delivery(&server, "state=waiting", |one| one["attempts"] == 1).await;
    fire(&server, &["Two"]).await;
    let two = delivery(&server, "state=waiting", |two| two["id"] != one["id"]).await;
    sink.answer(|_| Reply::Status(200, ""));
    let act = async |one: &Value, what: &str| {
        ask(&server, "POST", &format!("deliveries/{}/{what}", one["id"]), &Value::Null).await
    };
    // Neither what it waits for itself nor what its channel asked for keeps it.
    assert_eq!(act(&one, "try").await.status, 204);
    delivery(&server, "state=done", |done| done["id"] == one["id"]).await;
    assert_eq!(deliveries(&server, "state=waiting").await.len(), 1, "the other one waits still");

    assert_eq!(act(&two, "drop?by=ann").await.status, 204);
    let dropped = delivery(&server, "state=dropped", |_| true).await;
    assert_eq!((&dropped["id"], &dropped["failure"]), (&two["id"], &json!("dropped by ann")));
    assert!(dropped["ended_at"].is_i64(), "{dropped}");
    let end = delivery_event(&server).await;
    assert_eq!((&end["reason"], &end["labels"]["alertname"]), (&json!("dropped by ann"), &json!("Two")));
    for (one, what) in [(&one, "try"), (&two, "try"), (&one, "drop"), (&two, "drop")] {
        let refused = act(one, what).await;
        assert_eq!((refused.status, &refused.json()["errorType"]), (409, &json!("refused")), "{what}");
    }
    assert_eq!(act(&json!({"id": 99}), "try").await.status, 404);
    let long = act(&two, &format!("drop?by={}", "x".repeat(101))).await;
    assert!(long.status == 400 && long.body.contains("by:"), "{}", long.body);
    assert_eq!(sink.requests().len(), 2);
}
