//! The configuration that is kept, over the API.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, fire, start};
use crate::answer::eventually;
use crate::server::Server;
use crate::sinks::HttpSink;

const TIMES: &str = "group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h";

fn yaml(sink: &HttpSink, receiver: &str) -> String {
    format!(
        "# who hears of it\nroute: {{receiver: {receiver}, {TIMES}}}\nreceivers:\n  - name: {receiver}\n    webhook_configs:\n      - url: {}\n",
        sink.url("/hidden-path")
    )
}

async fn shown(server: &Server) -> Value {
    let answer = ask(server, "GET", "notify-config", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(!answer.body.contains("hidden-path"), "{}", answer.body);
    answer.json()["data"].clone()
}

async fn told(sink: &HttpSink, what: &str) {
    eventually(what, async || {
        sink.requests().iter().any(|request| request.body.contains(what)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn it_is_saved_followed_at_once_and_kept() {
    let dir = tempdir().unwrap();
    let (first, second) = (HttpSink::good(), HttpSink::good());
    let server = Server::start(dir.path(), &["--no-collect"]);
    let begin = shown(&server).await;
    assert_eq!(
        (&begin["source"], &begin["version"], &begin["editable"]),
        (&json!("default"), &json!(0), &json!(true))
    );

    let body = json!({"yaml": yaml(&first, "first"), "version": 0, "author": "Ann", "message": "begin"});
    let saved = ask(&server, "PUT", "notify-config", &body).await;
    assert_eq!((saved.status, &saved.json()["data"]["version"]), (200, &json!(1)), "{}", saved.body);
    fire(&server, &["One"]).await;
    told(&first, "One").await;

    // Somebody who has not seen it is refused, with the version that is there.
    let late = ask(&server, "PUT", "notify-config", &body).await;
    assert_eq!((late.status, &late.json()["version"]), (409, &json!(1)), "{}", late.body);

    // What is wrong is told with its place, and what was goes on.
    let wrong = json!({"yaml": "route: {receiver: none}\nreceivers:\n  - {name: a, webhook_config: []}\n", "version": 1});
    let refused = ask(&server, "PUT", "notify-config", &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let flaw = &refused.json()["problems"][0];
    assert_eq!((&flaw["line"], &flaw["path"]), (&json!(3), &json!("receivers[0].webhook_config")));
    let checked = ask(&server, "POST", "notify-config/check", &json!({"yaml": wrong["yaml"]})).await;
    assert_eq!(&checked.json()["data"]["problems"][0], flaw);

    // It comes as it was written, but for the secret; a form's document with the mask keeps that.
    let now = shown(&server).await;
    assert!(now["yaml"].as_str().unwrap().starts_with("# who hears of it\n"), "{now}");
    assert_eq!(
        (&now["source"], &now["author"], &now["message"]),
        (&json!("kept"), &json!("Ann"), &json!("begin"))
    );
    let mut document = now["document"].clone();
    assert_eq!(document["receivers"][0]["webhook_configs"][0]["url"], "<secret:1>");
    document["receivers"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "second", "webhook_configs": [{"url": second.url("/hidden-path")}]}));
    document["route"]["routes"] = json!([{"receiver": "second", "matchers": ["alertname=Two"]}]);

    // Before it is saved, it can be asked and tried.
    let draft = json!({"document": document});
    let question = json!({"labels": {"alertname": "Two"}, "draft": draft});
    let explained = ask(&server, "POST", "routing/explain", &question).await.json();
    assert_eq!(explained["data"]["taken"][0]["receiver"], "second", "{explained}");
    let tried = ask(&server, "POST", "receivers/second/test", &json!({"draft": draft})).await.json();
    assert_eq!(tried["data"]["delivered"], true, "{tried}");
    assert_eq!(ask(&server, "POST", "receivers/second/test", &json!({})).await.status, 404);

    // A group that is there survives, and the new receiver hears of what comes.
    let next = json!({"document": document, "version": 1, "message": "second"});
    assert_eq!(ask(&server, "PUT", "notify-config", &next).await.status, 200);
    fire(&server, &["One", "Two"]).await;
    told(&second, "Two").await;
    fire(&server, &["Three"]).await;
    told(&first, "Three").await;
    let once = first.requests().iter().filter(|request| request.body.contains("\"One\"")).count();
    assert_eq!(once, 1, "nobody is told twice");

    // Its versions, and the way back.
    let versions = ask(&server, "GET", "notify-config/versions", &Value::Null).await.json()["data"].clone();
    let numbers: Vec<&Value> =
        versions.as_array().unwrap().iter().map(|version| &version["version"]).collect();
    assert_eq!(numbers, [2, 1]);
    let old = ask(&server, "GET", "notify-config/versions/1", &Value::Null).await;
    assert!(old.body.contains("<secret:1>") && !old.body.contains("hidden-path"), "{}", old.body);
    let changed = ask(&server, "GET", "notify-config/diff?from=1&to=2", &Value::Null).await;
    let lines = changed.json()["data"].as_array().unwrap().clone();
    assert!(
        lines.iter().any(|line| line["text"] == "# who hears of it" && line["after"].is_null()),
        "{lines:?}"
    );
    assert!(!changed.body.contains("hidden-path"), "{}", changed.body);
    let same = ask(&server, "GET", "notify-config/diff?from=2", &Value::Null).await;
    assert_eq!(same.json()["data"], json!([]));
    assert_eq!(ask(&server, "GET", "notify-config/diff?from=7", &Value::Null).await.status, 404);
    assert_eq!(ask(&server, "GET", "notify-config/diff", &Value::Null).await.status, 400);
    let export = ask(&server, "GET", "notify-config/export", &Value::Null).await;
    assert!(export.header("content-disposition").contains("alertmanager.yml"));
    assert!(!export.body.contains("hidden-path"), "{}", export.body);
    assert_eq!(ask(&server, "GET", "notify-config/versions/7", &Value::Null).await.status, 404);
    let back = ask(&server, "POST", "notify-config/restore", &json!({"restore": 1, "version": 2})).await;
    assert_eq!(back.json()["data"]["version"], 3, "{}", back.body);
    fire(&server, &["Four"]).await;
    told(&first, "Four").await;
    server.stop().await;

    // No file of the data has a secret as it is.
    let database = fs::read(dir.path().join("watchfire-data/control.db")).unwrap();
    assert!(!database.windows(11).any(|part| part == b"hidden-path".as_slice()));
    let server = Server::start(dir.path(), &["--no-collect"]);
    assert_eq!(shown(&server).await["version"], 3);
    fire(&server, &["Five"]).await;
    told(&first, "Five").await;
}

#[tokio::test]
async fn a_file_is_the_source_where_there_is_one() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let server = start(dir.path(), &yaml(&sink, "team"), &[]);
    let now = shown(&server).await;
    assert_eq!(
        (&now["source"], &now["editable"], &now["file"]),
        (&json!("file"), &json!(false), &json!("alertmanager.yml"))
    );
    assert!(now["yaml"].as_str().unwrap().starts_with("# who hears of it\n"), "{now}");
    let body = json!({"yaml": yaml(&sink, "other"), "version": 0});
    let refused = ask(&server, "PUT", "notify-config", &body).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json()["error"].as_str().unwrap().contains("alertmanager.yml"), "{}", refused.body);
    let neither = ask(&server, "POST", "notify-config/check", &json!({})).await;
    assert_eq!(neither.status, 400, "{}", neither.body);
}
