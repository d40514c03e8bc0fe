//! Trials of receivers.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, config, deliveries, start};
use crate::sinks::{HttpSink, Reply, SmtpSink, free_port};

#[tokio::test]
async fn a_test_notification_goes_all_the_way() {
    let dir = tempdir().unwrap();
    let (good, bad, mail) = (HttpSink::good(), HttpSink::start(|_| Reply::Status(403, "")), free_port());
    let smtp = SmtpSink::start(mail);
    let channels = format!(
        "webhook_configs: [{{url: '{}'}}, {{url: '{}'}}], \
         email_configs: [{{to: 'a@example.org', from: 'b@example.org', smarthost: '{mail}', require_tls: false}}]",
        good.url("/good"),
        bad.url("/bad"),
    );
    let server = start(dir.path(), &config(&channels), &[]);
    let body = json!({"labels": {"team": "web"}, "annotations": {"summary": "just a try"}});
    let answer = ask(&server, "POST", "receivers/team/test", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told = answer.json()["data"].clone();
    assert_eq!(told["delivered"], false);
    let outcome = |at: usize| {
        let one = &told["integrations"][at];
        (one["integration"].as_str().unwrap().to_owned(), one["delivered"].clone(), one["may_pass"].clone())
    };
    assert_eq!(outcome(0), ("webhook[0]".to_owned(), json!(true), json!(false)));
    assert_eq!(outcome(1), ("webhook[1]".to_owned(), json!(false), json!(false)));
    assert_eq!(outcome(2), ("email[0]".to_owned(), json!(true), json!(false)));
    assert!(told["integrations"][1]["failure"].as_str().unwrap().contains("403"), "{told}");
    assert_eq!(good.requests()[0].path, "/good");
    let sent = good.requests()[0].json()["alerts"][0].clone();
    assert_eq!(sent["labels"], json!({"alertname": "TestNotification", "severity": "info", "team": "web"}));
    assert_eq!(sent["annotations"]["summary"], "just a try");
    assert!(sent["annotations"]["test"].as_str().unwrap().contains("nothing is wrong"), "{sent}");
    assert!(smtp.mails()[0].contains("TestNotification"));
    assert!(deliveries(&server, "").await.is_empty(), "it is not in the queue");
    let nobody = ask(&server, "POST", "receivers/nobody/test", &json!({})).await;
    assert_eq!((nobody.status, &nobody.json()["errorType"]), (404, &json!("not_found")));
    let empty = ask(&server, "POST", "receivers/team/test", &json!({"labels": {"a b": ""}})).await;
    assert_eq!(empty.status, 200, "{}", empty.body);
    assert_eq!(empty.json()["data"]["integrations"].as_array().map(Vec::len), Some(3), "{}", Value::Null);
}

#[tokio::test]
async fn a_mail_is_shown_before_it_is_sent() {
    let dir = tempdir().unwrap();
    let mail = free_port();
    let smtp = SmtpSink::start(mail);
    let channel = |more: &str| {
        format!(
            "webhook_configs: [], email_configs: [{{to: 'a@example.org', from: 'b@example.org', smarthost: '{mail}', \
             require_tls: false{more}}}]"
        )
    };
    let server = start(dir.path(), &config(&channel("")), &[]);
    let preview = async |body: Value| ask(&server, "POST", "receivers/team/preview", &body).await;
    let usual = preview(json!({"annotations": {"summary": "a < b"}})).await;
    assert_eq!(usual.status, 200, "{}", usual.body);
    let told = usual.json()["data"].clone();
    let text = |name: &str| told[name].as_str().unwrap().to_owned();
    assert!(text("subject").starts_with("[FIRING:1] TestNotification"), "{told}");
    assert!(text("html").contains("a &lt; b") && text("text").contains("a < b"), "{told}");
    assert!(!text("html").contains("cid:chart"), "there is no chart of a test");

    let templates = ", headers: {subject: '{{ .Status }} of {{ .Receiver }}'}, \
                     html: '<b>{{ .CommonLabels.team }}</b>', text: 'T'";
    let draft = json!({"draft": {"yaml": config(&channel(templates))}, "labels": {"team": "<web>"}});
    let edited = preview(draft).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(
        edited.json()["data"],
        json!({"subject": "firing of team", "text": "T", "html": "<b>&lt;web&gt;</b>"})
    );

    for (field, template) in [
        ("html", ", html: '{{ template \"no.such.one\" . }}'"),
        ("text", ", text: '{{ template \"no.such.one\" . }}'"),
        ("subject", ", headers: {Subject: '{{ template \"no.such.one\" . }}'}"),
    ] {
        let failed = preview(json!({"draft": {"yaml": config(&channel(template))}})).await;
        assert_eq!(failed.status, 422, "{}", failed.body);
        assert_eq!(failed.json()["field"], field, "{}", failed.body);
        assert!(failed.json()["error"].as_str().unwrap().contains("no.such.one"), "{}", failed.body);
    }
    let second = preview(json!({"index": 1})).await;
    assert!(second.status == 404 && second.body.contains("email_configs[1]"), "{}", second.body);
    assert_eq!(ask(&server, "POST", "receivers/nobody/preview", &json!({})).await.status, 404);
    assert!(smtp.mails().is_empty() && deliveries(&server, "").await.is_empty(), "nothing is sent");
}
