//! Trials of receivers.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{ask, config, deliveries, delivery, fire, start, webhook};
use crate::answer::eventually;
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
    assert_eq!(told["way"], "queue");
    // They go by the queue, are shown there as what they are, and count nowhere.
    let queued = deliveries(&server, "").await;
    assert_eq!(queued.len(), 3, "{queued:?}");
    assert!(queued.iter().all(|one| one["test"] == true && one["attempts"] == 1), "{queued:?}");
    let refused = queued.iter().find(|one| one["integration"] == "webhook[1]").unwrap();
    assert_eq!((&refused["state"], &refused["id"]), (&json!("dead"), &told["integrations"][1]["delivery"]));
    assert_eq!(deliveries(&server, "test=true").await.len(), 3);
    assert!(deliveries(&server, "test=false").await.is_empty());
    let wrong = ask(&server, "GET", "deliveries?test=maybe", &Value::Null).await;
    assert!(wrong.status == 400 && wrong.body.contains("test:"), "{}", wrong.body);
    // What it opens nobody would close.
    let again = ask(&server, "POST", &format!("deliveries/{}/resend", refused["id"]), &Value::Null).await;
    assert!(again.status == 409 && again.body.contains("test its receiver again"), "{}", again.body);
    let answer = ask(&server, "GET", "deliveries", &Value::Null).await.json();
    let none = json!({"waiting": 0, "done": 0, "dead": 0, "superseded": 0, "dropped": 0});
    assert_eq!(answer["data"]["counts"], none);
    let history = ask(&server, "GET", "rules/history", &Value::Null).await.json();
    assert_eq!(history["data"], json!([]), "no alert was told of");
    // What is not saved can't go by the queue.
    let draft = json!({"draft": {"yaml": config(&channels)}});
    let direct = ask(&server, "POST", "receivers/team/test", &draft).await.json();
    assert_eq!(direct["data"]["way"], "direct", "{direct}");
    assert_eq!(direct["data"]["integrations"][0]["delivery"], Value::Null);
    assert_eq!(deliveries(&server, "").await.len(), 3);
    let nobody = ask(&server, "POST", "receivers/nobody/test", &json!({})).await;
    assert_eq!((nobody.status, &nobody.json()["errorType"]), (404, &json!("not_found")));
    let empty = ask(&server, "POST", "receivers/team/test", &json!({"labels": {"a b": ""}})).await;
    assert_eq!(empty.status, 200, "{}", empty.body);
    assert_eq!(empty.json()["data"]["integrations"].as_array().map(Vec::len), Some(3), "{}", Value::Null);
}

#[tokio::test]
async fn a_test_is_tried_once_and_says_that_it_waits() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(503, ""));
    let server = start(dir.path(), &webhook(&sink), &["--notify-channel-concurrency", "1"]);
    let failed = ask(&server, "POST", "receivers/team/test", &json!({})).await.json();
    let told = &failed["data"]["integrations"][0];
    assert_eq!(
        (&told["delivered"], &told["may_pass"], &told["waiting"]),
        (&json!(false), &json!(true), &json!(false))
    );
    assert!(told["failure"].as_str().unwrap().contains("503"), "{failed}");
    assert_eq!((sink.requests().len(), deliveries(&server, "state=dead").await.len()), (1, 1));
    // The only place of its lane is taken by one that nobody answers.
    sink.answer(|_| Reply::Held);
    fire(&server, &["Fire"]).await;
    eventually("the request", async || (sink.waiting().0 == 1).then_some(())).await;
    let waits = ask(&server, "POST", "receivers/team/test", &json!({"wait": "200ms"})).await.json();
    assert_eq!(waits["data"]["delivered"], false, "{waits}");
    let told = &waits["data"]["integrations"][0];
    assert_eq!(
        (&told["waiting"], &told["waits_behind"], &told["failure"]),
        (&json!(true), &json!(1), &Value::Null)
    );
    sink.open();
    let id = told["delivery"].clone();
    delivery(&server, "state=done", |one| one["id"] == id).await;
    let wrong = ask(&server, "POST", "receivers/team/test", &json!({"wait": "soon"})).await;
    assert!(wrong.status == 400 && wrong.body.contains("wait:"), "{}", wrong.body);
}

#[tokio::test]
async fn a_test_is_waited_for_no_longer_than_a_request_may_take() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Held);
    let flags = ["--http-request-timeout", "8s", "--notify-timeout", "1m"];
    let server = start(dir.path(), &webhook(&sink), &flags);
    let told = ask(&server, "POST", "receivers/team/test", &json!({})).await;
    assert_eq!(told.status, 200, "{}", told.body);
    assert_eq!(told.json()["data"]["delivered"], false, "{}", told.body);
    sink.open();
}

#[tokio::test]
async fn a_test_of_an_alert_goes_where_the_routing_leads() {
    let dir = tempdir().unwrap();
    let (web, boss, other) = (HttpSink::good(), HttpSink::good(), HttpSink::good());
    let hook = |name: &str, sink: &HttpSink, more: &str| {
        format!("  - {{name: {name}, webhook_configs: [{{url: '{}'}}]{more}}}\n", sink.url("/"))
    };
    let routes = "route: {receiver: other, routes: [{matchers: [team=web], receiver: web, group_by: [team, alertname]}]}\n";
    let escalation = ", escalation_configs: [{after: 1h, receiver: boss}]";
    let receivers =
        [hook("web", &web, escalation), hook("boss", &boss, ""), hook("other", &other, "")].concat();
    let server = start(dir.path(), &format!("{routes}receivers:\n{receivers}"), &[]);
    let body = json!({"labels": {"alertname": "Slow", "team": "web"}, "annotations": {"summary": "Test: it is slow"}});
    let tried = ask(&server, "POST", "routing/test", &body).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    let told = tried.json()["data"].clone();
    assert_eq!((&told["delivered"], &told["way"]), (&json!(true), &json!("queue")));
    let name = |at: usize| told["receivers"][at]["receiver"].clone();
    assert_eq!((name(0), name(1), name(2)), (json!("web"), json!("boss"), Value::Null));
    assert_eq!(told["receivers"][0]["integrations"][0]["delivered"], true, "{told}");
    let sent = web.requests()[0].json();
    assert_eq!(sent["groupLabels"], json!({"alertname": "Slow (test)", "team": "web"}));
    assert_eq!(sent["alerts"][0]["annotations"]["summary"], "Test: it is slow");
    assert_eq!((boss.requests().len(), other.requests().len()), (1, 0));
    assert!(deliveries(&server, "").await.iter().all(|one| one["test"] == true));
}

#[tokio::test]
async fn a_service_that_keeps_things_open_is_told_that_a_test_is_over() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Status(202, ""));
    let pager = config(&format!("pagerduty_configs: [{{routing_key: k, url: '{}'}}]", sink.url("/enqueue")));
    let server = start(dir.path(), &pager, &[]);
    let tried = ask(&server, "POST", "receivers/team/test", &json!({})).await.json();
    assert_eq!(tried["data"]["delivered"], true, "{tried}");
    let actions: Vec<Value> = sink.requests().iter().map(|one| one.json()["event_action"].clone()).collect();
    assert_eq!(actions, [json!("trigger"), json!("resolve")]);
    // What was not opened is not closed.
    sink.answer(|_| Reply::Status(400, ""));
    let tried = ask(&server, "POST", "receivers/team/test", &json!({})).await.json();
    assert_eq!(tried["data"]["delivered"], false, "{tried}");
    assert_eq!(sink.requests().len(), 3);
    assert_eq!(deliveries(&server, "state=dropped").await.len(), 1);
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
    // As a mail of a rule, with a sample in place of the chart of one, and an address that leads nowhere.
    assert!(text("html").contains("src=\"data:image/png;base64,iVBOR"), "{told}");
    assert!(!text("html").contains("cid:chart"), "{told}");
    assert!(text("html").contains("href=\"#preview\" title=\"A preview"), "{told}");
    assert!(text("text").contains("Acknowledge, snooze or resolve TestNotification: #preview"), "{told}");
    let no_rule = preview(json!({"rule": "none"})).await;
    assert!(no_rule.status == 400 && no_rule.body.contains("rule:"), "{}", no_rule.body);
    let made = json!({"uid": "hot", "rule": {"name": "Hot", "query": "temp", "condition": {"is": "above", "threshold": 80}}});
    let made = ask(&server, "POST", "rules", &made).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let of_rule = eventually("the rule", async || {
        Some(preview(json!({"rule": "hot"})).await).filter(|answer| answer.status == 200)
    })
    .await;
    let html = of_rule.json()["data"]["html"].as_str().unwrap().to_owned();
    let chart =
        |html: &str| html.split("base64,").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
    let (of_rule, sample) = (chart(&html), chart(&text("html")));
    assert!(of_rule.is_some() && of_rule != sample, "the chart of the rule is its own");

    let templates = ", headers: {subject: '{{ .Status }} of {{ .Receiver }}'}, \
                     html: '<b>{{ .CommonLabels.team }}</b>', text: 'T'";
    let mut draft = json!({"draft": {"yaml": config(&channel(templates))}, "labels": {"team": "<web>"}});
    let edited = preview(draft.clone()).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(
        edited.json()["data"],
        json!({"subject": "firing of team", "text": "T", "html": "<b>&lt;web&gt;</b>"})
    );
    draft["rule"] = json!("none");
    assert_eq!(preview(draft).await.status, 400, "no such rule, though the mail has no chart");

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
