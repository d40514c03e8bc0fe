//! What becomes of a notification whose receiver is down, slow, or says no.

use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::tempdir;

use super::{ask, config, deliveries, delivery, fire, start, webhook};
use crate::answer::eventually;
use crate::server::now;
use crate::sinks::{HttpSink, Reply, SmtpSink, free_port};

fn any(_: &Value) -> bool {
    true
}

/// A sink whose first `count` answers are bad.
fn bad_at_first(count: usize, bad: Reply) -> HttpSink {
    let mut left = count;
    HttpSink::start(move |_| {
        if left == 0 {
            return Reply::Status(200, "");
        }
        left -= 1;
        bad.clone()
    })
}

#[tokio::test]
async fn a_mail_waits_for_its_server() {
    let dir = tempdir().unwrap();
    let address = free_port();
    let mail = format!(
        "email_configs: [{{to: 'ann@example.org', from: 'fire@example.org', smarthost: '{address}', require_tls: false}}]"
    );
    let server = start(dir.path(), &config(&mail), &[]);
    fire(&server, &["Fire"]).await;
    let waiting = delivery(&server, "state=waiting", |one| one["attempts"].as_u64() > Some(0)).await;
    assert_eq!(
        (&waiting["receiver"], &waiting["integration"], &waiting["kind"]),
        (&json!("team"), &json!("email[0]"), &json!("email"))
    );
    assert!(waiting["failure"].is_string() && waiting["next_at"].is_i64(), "{waiting}");
    assert_eq!(waiting["alerts"][0]["labels"]["alertname"], "Fire", "{waiting}");
    let sink = SmtpSink::start(address);
    let mail = eventually("the mail", async || sink.mails().pop()).await;
    assert!(mail.contains("Subject: [FIRING:1] Fire") && mail.contains("it burns"), "{mail}");
    let done = delivery(&server, "state=done&receiver=team", any).await;
    assert_eq!((&done["id"], &done["failure"]), (&waiting["id"], &Value::Null));
    assert!(deliveries(&server, "receiver=others").await.is_empty());
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn a_failing_service_is_asked_again_with_the_same_key() {
    let dir = tempdir().unwrap();
    let sink = bad_at_first(2, Reply::Status(500, ""));
    let server = start(dir.path(), &webhook(&sink), &[]);
    fire(&server, &["Fire"]).await;
    let done = delivery(&server, "state=done", any).await;
    let requests = sink.requests();
    assert_eq!((requests.len(), &done["attempts"]), (3, &json!(3)));
    assert!(requests.iter().all(|request| request.key() == done["idempotency_key"]), "{requests:?}");
    assert_eq!(requests[0].json()["alerts"][0]["labels"]["alertname"], "Fire");
}

#[tokio::test]
async fn retry_after_is_kept() {
    let dir = tempdir().unwrap();
    let sink = bad_at_first(1, Reply::Status(429, "retry-after: 3\r\n"));
    let server = start(dir.path(), &webhook(&sink), &[]);
    fire(&server, &["Fire"]).await;
    delivery(&server, "state=done", any).await;
    let requests = sink.requests();
    assert_eq!(requests.len(), 2);
    let waited = requests[1].at - requests[0].at;
    // The first wait of its own would be a second; clocks of requests are read on both sides.
    assert!(waited >= Duration::from_millis(2900), "{waited:?}");
}

#[tokio::test]
async fn what_a_service_asks_to_wait_counts_for_all_that_goes_the_same_way() {
    let dir = tempdir().unwrap();
    let sink = bad_at_first(1, Reply::Status(429, "retry-after: 3\r\n"));
    let server = start(dir.path(), &webhook(&sink), &[]);
    fire(&server, &["One"]).await;
    delivery(&server, "state=waiting", |one| one["attempts"] == 1).await;
    fire(&server, &["Other"]).await;
    eventually("both", async || (deliveries(&server, "state=done").await.len() == 2).then_some(())).await;
    let requests = sink.requests();
    assert_eq!(requests.len(), 3);
    for later in &requests[1..] {
        let waited = later.at - requests[0].at;
        assert!(waited >= Duration::from_millis(2900), "{waited:?}");
    }
}

#[tokio::test]
async fn a_channel_sends_no_more_often_than_it_is_set() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    // A hundredth of what webhooks may: one at once, and one in two seconds.
    let server = start(dir.path(), &webhook(&sink), &["--notify-rate", "1"]);
    fire(&server, &["One", "Other"]).await;
    eventually("both", async || (deliveries(&server, "state=done").await.len() == 2).then_some(())).await;
    let requests = sink.requests();
    let waited = requests[1].at - requests[0].at;
    assert!(waited >= Duration::from_millis(1900), "{waited:?}");
    let metrics = server.get("/metrics").await;
    assert!(metrics.body.contains("watchfire_deliveries_held_back_total 1"), "{}", metrics.body);
}

#[tokio::test]
async fn what_is_refused_is_a_dead_letter_that_can_be_sent_again() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(400, ""));
    // So seldom that neither is told anew meanwhile.
    let seldom = webhook(&sink).replace("group_interval: 1s", "group_interval: 1h");
    let server = start(dir.path(), &seldom, &[]);
    fire(&server, &["One", "Other"]).await;
    eventually("two dead letters", async || {
        (deliveries(&server, "state=dead").await.len() == 2).then_some(())
    })
    .await;
    let dead = deliveries(&server, "state=dead").await;
    assert_eq!((&dead[0]["attempts"], sink.requests().len()), (&json!(1), 2));
    assert!(dead[0]["failure"].as_str().unwrap().contains("400"), "{dead:?}");
    assert_eq!(dead[0]["next_at"], Value::Null);
    let (older, newer) = (&dead[1]["id"], &dead[0]["id"]);
    assert_eq!(deliveries(&server, &format!("before={newer}&limit=1")).await[0]["id"], *older);

    sink.answer(|_| Reply::Status(204, ""));
    let path = format!("deliveries/{newer}");
    let resent = ask(&server, "POST", &format!("{path}/resend"), &Value::Null).await;
    assert_eq!(resent.status, 204, "{}", resent.body);
    let done = delivery(&server, "state=done", any).await;
    assert_eq!(done["id"], *newer);
    for (method, path) in [("DELETE", path.clone()), ("POST", format!("{path}/resend"))] {
        let refused = ask(&server, method, &path, &Value::Null).await;
        assert_eq!((refused.status, &refused.json()["errorType"]), (409, &json!("refused")));
    }
    let path = format!("deliveries/{older}");
    assert_eq!(ask(&server, "DELETE", &path, &Value::Null).await.status, 204);
    assert_eq!(ask(&server, "DELETE", &path, &Value::Null).await.status, 404);
    assert!(deliveries(&server, "state=dead").await.is_empty());
    let wrong = ask(&server, "GET", "deliveries?state=lost", &Value::Null).await;
    assert!(
        wrong.status == 400 && wrong.body.contains("waiting, done, dead, superseded and dropped"),
        "{}",
        wrong.body
    );
}

#[tokio::test]
async fn the_history_of_an_alert_has_what_was_sent_and_how_it_ended() {
    let dir = tempdir().unwrap();
    let (good, bad) = (HttpSink::good(), HttpSink::start(|_| Reply::Status(400, "")));
    let two = format!(
        "webhook_configs: [{{url: '{}'}}, {{url: '{}'}}]",
        good.url("/good"),
        bad.url("/a-secret-of-the-address")
    );
    // So seldom that neither is told anew meanwhile.
    let seldom = config(&two).replace("group_interval: 1s", "group_interval: 1h");
    let server = start(dir.path(), &seldom, &[]);
    fire(&server, &["Fire"]).await;
    let events = async |query: &str| {
        let answer = ask(&server, "GET", &format!("rules/history{query}"), &Value::Null).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["data"].as_array().unwrap().clone()
    };
    let ended =
        eventually("both ends", async || Some(events("").await).filter(|events| events.len() == 2)).await;
    let of = |integration: &str| {
        ended.iter().find(|event| event["integration"] == integration).cloned().unwrap_or_default()
    };
    let (sent, dead) = (of("webhook[0]"), of("webhook[1]"));
    assert_eq!(
        (&sent["from"], &sent["to"], &sent["receiver"], &sent["reason"]),
        (&json!("firing"), &json!("sent"), &json!("team"), &json!(""))
    );
    assert_eq!((&sent["labels"]["alertname"], &sent["rule"]), (&json!("Fire"), &json!("received")));
    assert_eq!((&dead["to"], &dead["receiver"]), (&json!("not sent"), &json!("team")));
    let reason = dead["reason"].as_str().unwrap();
    assert!(reason.contains("400") && !reason.contains("secret"), "{reason}");
    assert_eq!(events("?deliveries=true").await.len(), 2);
    assert!(events("?deliveries=false").await.is_empty());
    let wrong = ask(&server, "GET", "rules/history?deliveries=some", &Value::Null).await;
    assert!(wrong.status == 400 && wrong.body.contains("deliveries:"), "{}", wrong.body);
    // What the one that said no could take now is sent, and that is noted, too.
    bad.answer(|_| Reply::Status(200, ""));
    let id = deliveries(&server, "state=dead").await[0]["id"].clone();
    assert_eq!(ask(&server, "POST", &format!("deliveries/{id}/resend"), &Value::Null).await.status, 204);
    let last = eventually("the end of the second try", async || {
        Some(events("").await).filter(|events| events.len() == 3)
    })
    .await;
    assert_eq!((&last[0]["to"], &last[0]["integration"]), (&json!("sent"), &json!("webhook[1]")));
}

#[tokio::test]
async fn what_was_given_up_is_told_anew_while_it_fires() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(401, ""));
    let server = start(dir.path(), &webhook(&sink), &[]);
    fire(&server, &["Fire"]).await;
    eventually("more than one attempt", async || (sink.requests().len() > 2).then_some(())).await;
    // One dead letter says it for all that failed for the same reason.
    assert!(deliveries(&server, "state=dead").await.len() <= 1);
    sink.answer(|_| Reply::Status(200, ""));
    let done = delivery(&server, "state=done", any).await;
    assert_eq!(done["alerts"][0]["labels"]["alertname"], "Fire");
    let first = sink.requests().swap_remove(0);
    assert_ne!(first.key(), done["idempotency_key"], "another notification has another key");
}

#[tokio::test]
async fn what_was_sent_is_not_sent_again_while_that_cannot_be_written_down() {
    let dir = tempdir().unwrap();
    let ((tell, arrived), (go, wait)) = (mpsc::channel(), mpsc::channel::<()>());
    let sink = HttpSink::start(move |_| {
        tell.send(()).unwrap();
        // The test goes on, or has failed.
        let _ = wait.recv_timeout(Duration::from_secs(30));
        Reply::Status(200, "")
    });
    let server = start(dir.path(), &webhook(&sink), &[]);
    fire(&server, &["Fire"]).await;
    eventually("the request", async || arrived.try_recv().ok()).await;
    let file = dir.path().join("watchfire-data/control.db");
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    go.send(()).unwrap();
    eventually("the trouble", async || server.log().contains("can't be written down").then_some(())).await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    delivery(&server, "state=done", any).await;
    assert_eq!(sink.requests().len(), 1);
}

#[tokio::test]
async fn one_that_never_answers_holds_up_nobody_else() {
    let dir = tempdir().unwrap();
    let (mute, good) = (HttpSink::start(|_| Reply::Never), HttpSink::good());
    let two =
        format!("webhook_configs: [{{url: '{}'}}, {{url: '{}'}}]", mute.url("/mute"), good.url("/good"));
    let server = start(dir.path(), &config(&two), &["--notify-timeout", "5s"]);
    let names: Vec<String> = (0..20).map(|at| format!("Fire{at}")).collect();
    fire(&server, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    eventually("all of the other channel", async || (good.requests().len() == 20).then_some(())).await;
    // What was received is noted as done a moment later.
    let waiting = eventually("those of the one that nobody has heard", async || {
        let waiting = deliveries(&server, "state=waiting").await;
        (waiting.len() == 20).then_some(waiting)
    })
    .await;
    assert!(waiting.iter().all(|one| one["integration"] == "webhook[0]"), "{waiting:?}");
    let late = delivery(&server, "state=waiting", |one| one["failure"].is_string()).await;
    assert!(late["failure"].as_str().unwrap().contains("no complete answer within 5s"), "{late}");
}

#[tokio::test]
async fn the_configuration_is_read_again_when_somebody_asks() {
    let dir = tempdir().unwrap();
    let (one, other) = (HttpSink::good(), HttpSink::good());
    let server = start(dir.path(), &webhook(&one), &["--notify-reload-interval=1h"]);
    let reload = async |config: &str| {
        std::fs::write(dir.path().join("alertmanager.yml"), config).unwrap();
        server.post("/-/reload", &[], Vec::new()).await
    };
    let refused = reload("route: {receiver: nobody}\nreceivers: []\n").await;
    assert!(refused.status == 400 && refused.body.contains("nobody"), "{}", refused.body);
    // Only the address differs, which nobody is shown.
    assert_eq!(reload(&webhook(&other)).await.status, 200);
    fire(&server, &["Fire"]).await;
    eventually("the notification", async || other.requests().pop()).await;
    assert!(one.requests().is_empty());
}

#[tokio::test]
async fn dead_letters_are_metrics_by_receiver_and_channel() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(400, ""));
    let server = start(dir.path(), &webhook(&sink), &[]);
    let value = async |name: &str| {
        let metrics = server.get("/metrics").await.body;
        let labels = ["integration=\"webhook\"", "receiver=\"team\""];
        let is_it = |line: &&str| {
            line.starts_with(&format!("{name}{{")) && labels.iter().all(|label| line.contains(label))
        };
        let line = metrics.lines().find(is_it).unwrap_or_else(|| panic!("{name}: {metrics}"));
        line.rsplit_once(' ').unwrap().1.parse::<f64>().unwrap()
    };
    assert_eq!(value("watchfire_dead_letters").await.to_bits(), 0.0_f64.to_bits());
    fire(&server, &["One", "Other"]).await;
    // Each is told anew every second, in vain, and is one dead letter.
    eventually("what is tried again", async || (sink.requests().len() > 4).then_some(())).await;
    eventually("two dead letters", async || {
        (value("watchfire_dead_letters").await.to_bits() == 2.0_f64.to_bits()).then_some(())
    })
    .await;
    let newest = value("watchfire_dead_letters_newest_timestamp_seconds").await;
    assert!((now() as f64 / 1000.0 - newest).abs() < 60.0, "{newest}");
}
