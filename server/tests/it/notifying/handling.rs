//! People say something of alerts: over the API, and by the address in a mail.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, config, fire, start, webhook};
use crate::answer::eventually;
use crate::server::{Server, now};
use crate::sinks::{HttpSink, SmtpSink, free_port};

/// The history without what was sent.
const SAID: &str = "rules/history?deliveries=false";

async fn alerts(server: &Server) -> Vec<Value> {
    ask(server, "GET", "alerts", &Value::Null).await.json()["data"]["alerts"].as_array().unwrap().clone()
}

async fn alert(server: &Server, name: &str) -> Value {
    eventually("the alert", async || {
        alerts(server).await.into_iter().find(|alert| alert["labels"]["alertname"] == name)
    })
    .await
}

async fn fingerprint(server: &Server, name: &str) -> String {
    alert(server, name).await["fingerprint"].as_str().unwrap().to_owned()
}

/// What a webhook was told of an alert: its states in order.
fn told(sink: &HttpSink, name: &str) -> Vec<String> {
    let requests = sink.requests();
    let alerts = requests.iter().map(|request| request.json()["alerts"][0].clone());
    let named = alerts.filter(|alert| alert["labels"]["alertname"] == name);
    named.map(|alert| alert["status"].as_str().unwrap().to_owned()).collect()
}

/// One that tells the same again each second.
fn repeating(dir: &Path, sink: &HttpSink) -> Server {
    start(dir, &webhook(sink).replace("repeat_interval: 1h", "repeat_interval: 1s"), &[])
}

#[tokio::test]
async fn what_somebody_looks_after_is_not_told_again() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let server = repeating(dir.path(), &sink);
    fire(&server, &["Known", "Unknown"]).await;
    let known = fingerprint(&server, "Known").await;
    eventually("the first word", async || (told(&sink, "Known").len() == 1).then_some(())).await;
    let path = format!("alerts/{known}/acknowledge");
    let until = now() + 3_600_000;
    let said = ask(&server, "POST", &path, &json!({"by": "ann", "comment": "on it", "until": until})).await;
    assert_eq!(said.status, 200, "{}", said.body);
    let seen = alert(&server, "Known").await;
    assert_eq!(seen["state"], "acknowledged");
    assert_eq!((&seen["acknowledged"]["by"], &seen["acknowledged"]["until"]), (&json!("ann"), &json!(until)));
    assert_eq!(alert(&server, "Unknown").await["acknowledged"], Value::Null);
    let history = ask(&server, "GET", SAID, &Value::Null).await.json()["data"][0].clone();
    assert_eq!((&history["to"], &history["reason"]), (&json!("acknowledged"), &json!("ann: on it")));
    assert_eq!(history["labels"]["alertname"], "Known");
    drop(server);
    // It is known after a restart, too.
    let server = repeating(dir.path(), &sink);
    // Their source goes on; until then nobody knows whether they are over.
    fire(&server, &["Known", "Unknown"]).await;
    let (before, others) = (told(&sink, "Known").len(), told(&sink, "Unknown").len());
    eventually("repetitions of the other", async || {
        (told(&sink, "Unknown").len() >= others + 3).then_some(())
    })
    .await;
    assert_eq!(told(&sink, "Known").len(), before);
    assert_eq!(ask(&server, "DELETE", &path, &Value::Null).await.status, 204);
    eventually("it to be told again", async || (told(&sink, "Known").len() > before).then_some(())).await;
    assert_eq!(ask(&server, "DELETE", &path, &Value::Null).await.status, 400);
    let nobody = ask(&server, "POST", "alerts/0000000000000001/acknowledge", &json!({})).await;
    assert_eq!((nobody.status, &nobody.json()["errorType"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn a_snooze_is_a_silence_for_one_alert() {
    let dir = tempdir().unwrap();
    let server = start(dir.path(), &webhook(&HttpSink::good()), &[]);
    fire(&server, &["Fire", "Smoke"]).await;
    let path = format!("alerts/{}/snooze", fingerprint(&server, "Fire").await);
    for (body, words) in [
        (json!({"by": "ann"}), "until:"),
        (json!({"for": "soon"}), "for:"),
        (json!({"for": "1h", "until": 1}), "give one"),
        (json!({"until": 1}), "past"),
    ] {
        let wrong = ask(&server, "POST", &path, &body).await;
        assert!(wrong.status == 400 && wrong.body.contains(words), "{body}: {}", wrong.body);
    }
    let body = json!({"by": "ann", "for": "2h", "comment": "it is known"});
    let snoozed = ask(&server, "POST", &path, &body).await.json()["data"].clone();
    let silence = server.get("/api/v2/silences").await.json()[0].clone();
    assert_eq!((&silence["id"], &silence["createdBy"]), (&snoozed["silence"], &json!("ann")));
    assert_eq!(silence["comment"], "snoozed: it is known", "which tells it from other silences");
    assert_eq!(silence["matchers"].as_array().unwrap().len(), 2, "{silence}");
    assert_eq!(alert(&server, "Fire").await["state"], "suppressed");
    assert_eq!(alert(&server, "Smoke").await["state"], "active");
}

#[tokio::test]
async fn what_somebody_resolved_is_over_until_it_begins_anew() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &webhook(&sink), &[]);
    let began = now() - 60_000;
    let say = async |starts_at: i64| {
        let starts_at = watchfire_model::format_utc(starts_at, 0, "%Y-%m-%dT%H:%M:%S%.3fZ");
        let body = json!([{"labels": {"alertname": "Fire"}, "startsAt": starts_at}]);
        let headers = [("content-type", "application/json")];
        server.post("/api/v2/alerts", &headers, serde_json::to_vec(&body).unwrap()).await
    };
    say(began).await;
    eventually("the alert to be told", async || (told(&sink, "Fire") == ["firing"]).then_some(())).await;
    let path = format!("alerts/{}/resolve", fingerprint(&server, "Fire").await);
    assert_eq!(ask(&server, "POST", &path, &json!({"by": "ann"})).await.status, 200);
    // Its source goes on.
    say(began).await;
    eventually("its end to be told", async || (told(&sink, "Fire") == ["firing", "resolved"]).then_some(()))
        .await;
    say(began).await;
    let listed = ask(&server, "GET", "alerts", &Value::Null).await.json()["data"].clone();
    assert_eq!(listed["alerts"], json!([]));
    assert_eq!(listed["resolved_by_hand"][0]["resolved"]["by"], "ann");
    assert_eq!(ask(&server, "POST", &path, &json!({})).await.status, 404, "it does not fire");
    // Taken back, its source's next word counts.
    assert_eq!(ask(&server, "DELETE", &format!("{path}?by=bob"), &Value::Null).await.status, 204);
    assert_eq!(ask(&server, "DELETE", &path, &Value::Null).await.status, 400, "nothing to take back");
    let history = ask(&server, "GET", SAID, &Value::Null).await.json()["data"][0].clone();
    assert_eq!(
        (&history["from"], &history["to"], &history["reason"]),
        (&json!("resolved"), &json!("reopened"), &json!("bob"))
    );
    say(began).await;
    eventually("the alert again", async || {
        (told(&sink, "Fire") == ["firing", "resolved", "firing"]).then_some(())
    })
    .await;
    assert_eq!(ask(&server, "POST", &path, &json!({"by": "ann"})).await.status, 200);
    eventually("its second end", async || (told(&sink, "Fire").len() == 4).then_some(())).await;
    say(now() + 1).await;
    eventually("the new alert", async || {
        (told(&sink, "Fire") == ["firing", "resolved", "firing", "resolved", "firing"]).then_some(())
    })
    .await;
}

/// The first address of this server in a mail; its lines are cut by quoted-printable.
fn address(mail: &str, server: &Server) -> Option<String> {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let prefix = format!("http://{}/act/", server.address());
    let start = text.find(&prefix)? + prefix.len() - "/act/".len();
    let end = text[start..].find(['"', '\r', '<', ' '])? + start;
    Some(text[start..end].to_owned())
}

#[tokio::test]
async fn the_address_in_a_mail_leads_to_a_page_whose_buttons_do_it() {
    let dir = tempdir().unwrap();
    let at = free_port();
    let sink = SmtpSink::start(at);
    let mail = format!(
        "email_configs: [{{to: 'a@example.org', from: 'b@example.org', smarthost: '{at}', require_tls: false}}]"
    );
    let server = start(dir.path(), &config(&mail), &[]);
    fire(&server, &["<Fire>"]).await;
    let path =
        eventually("the mail", async || sink.mails().pop().and_then(|mail| address(&mail, &server))).await;
    for _ in 0..2 {
        let page = server.get(&path).await;
        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        assert!(page.body.contains("&lt;Fire&gt;") && !page.body.contains("<Fire>"), "{}", page.body);
    }
    assert_eq!(alert(&server, "<Fire>").await["acknowledged"], Value::Null, "to look changes nothing");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let elsewhere = [form[0], ("origin", "http://evil.example")];
    let press = async |path: &str, headers: &[(&str, &str)], body: &str| {
        server.post(path, headers, body.as_bytes().to_vec()).await
    };
    assert_eq!(press(&path, &elsewhere, "act=acknowledge").await.status, 403);
    assert_eq!(press(&path, &form, "act=explode").await.status, 400);
    let mut forged = path.clone();
    let last = if forged.pop() == Some('A') { 'Q' } else { 'A' };
    forged.push(last);
    for (method, body) in [("GET", ""), ("POST", "act=resolve")] {
        let refused = server.send(method, &forged, &form, body.as_bytes().to_vec()).await;
        assert_eq!(refused.status, 404, "{}", refused.body);
    }
    assert_eq!(press(&path, &form, "act=acknowledge&by=Ann+B&comment=mine").await.status, 200);
    let seen = alert(&server, "<Fire>").await;
    assert_eq!(
        (&seen["acknowledged"]["by"], &seen["acknowledged"]["comment"]),
        (&json!("Ann B"), &json!("mine"))
    );
    let handled = server.get(&path).await.body;
    assert!(
        handled.contains("Ann B looks after it since") && !handled.contains("value=\"acknowledge\""),
        "{handled}"
    );
    // What was done says the way back, and there it can be taken back.
    let back = press(&path, &form, "act=take_back&by=Ann+B").await;
    assert!(back.status == 200 && back.body.contains(&format!("href=\"{path}\"")), "{}", back.body);
    assert!(back.body.contains("/alerts\">All alerts"), "{}", back.body);
    assert_eq!(alert(&server, "<Fire>").await["acknowledged"], Value::Null);
    assert_eq!(press(&path, &form, "act=take_back").await.status, 400, "there is nothing to take back");
    assert!(sink.mails()[0].contains("text/plain"), "{}", sink.mails()[0]);
    assert_eq!(press(&path, &form, "act=4").await.status, 200);
    assert_eq!(alert(&server, "<Fire>").await["state"], "suppressed");
    assert_eq!(press(&path, &form, "act=resolve").await.status, 200);
    assert!(alerts(&server).await.is_empty());
    assert_eq!(server.get(&path).await.status, 409);
}

#[tokio::test]
async fn without_a_lifetime_there_are_no_addresses() {
    let dir = tempdir().unwrap();
    let at = free_port();
    let sink = SmtpSink::start(at);
    let mail = format!(
        "email_configs: [{{to: 'a@example.org', from: 'b@example.org', smarthost: '{at}', require_tls: false}}]"
    );
    let server = start(dir.path(), &config(&mail), &["--notify-link-lifetime", "0"]);
    fire(&server, &["Fire"]).await;
    let mail = eventually("the mail", async || sink.mails().pop()).await;
    assert!(!mail.contains("/act/"), "{mail}");
}
