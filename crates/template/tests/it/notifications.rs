//! Whole templates of notifications. What is expected is what Alertmanager 0.33.1 made of them (`amtool template render`).

use std::path::Path;

use watchfire_template::{Alert, Data, Dialect, Env, Kv, Mode, Set, Time};

use crate::data;

fn read(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/notifications");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// A text with the templates of the file, about one of the groups.
fn said(text: &str, group: &str, mode: Mode) -> String {
    let mut set = Set::new(Dialect::Notifications);
    set.add("own.tmpl", &read("own.tmpl")).unwrap();
    let data = data::notification(&serde_json::from_str(&read(&format!("{group}.json"))).unwrap());
    let env = Env::at(Time::parse("2026-01-02T05:00:00Z").unwrap());
    set.expand(text, &data.to_value(), &env, mode).unwrap()
}

#[test]
fn templates_of_a_file() {
    for group in ["firing", "mixed", "resolved"] {
        let title = said(r#"{{ template "own.title" . }}"#, group, Mode::Text);
        let text = said(r#"{{ template "own.text" . }}"#, group, Mode::Text);
        assert_eq!(format!("{title}\n{text}"), read(&format!("{group}.txt")), "{group}");
        let html = said(r#"{{ template "own.html" . }}"#, group, Mode::Html);
        assert_eq!(html, read(&format!("{group}.html")), "{group}");
    }
}

#[test]
fn json_is_that_of_webhooks() {
    let json = said("{{ toJson . }}", "mixed", Mode::Text);
    assert_eq!(json, read("mixed.min.json"));
}

#[test]
fn a_summary_has_what_all_alerts_have() {
    let alert = |status: &str, labels: &[(&str, &str)]| Alert {
        status: status.into(),
        labels: Kv::new(labels.iter().copied()),
        annotations: Kv::new([("summary", "same")]),
        starts_at: Time::zero(),
        ends_at: Time::zero(),
        generator_url: String::new(),
        fingerprint: String::new(),
        action_url: String::new(),
    };
    let mut data = Data {
        receiver: "team".into(),
        status: String::new(),
        alerts: vec![
            alert("resolved", &[("alertname", "A"), ("job", "x"), ("instance", "1")]),
            alert("firing", &[("alertname", "A"), ("job", "x"), ("instance", "2")]),
            alert("firing", &[("alertname", "A"), ("instance", "3")]),
        ],
        notification_reason: String::new(),
        group_labels: Kv::new([("alertname", "A")]),
        common_labels: Kv::default(),
        common_annotations: Kv::default(),
        external_url: String::new(),
        incident: None,
    };
    data.summarize();
    assert_eq!(data.status, "firing");
    assert_eq!(data.common_labels.iter().collect::<Vec<_>>(), [("alertname", "A")]);
    assert_eq!(data.common_annotations.get("summary"), Some("same"));
    data.alerts.truncate(1);
    data.summarize();
    assert_eq!((data.status.as_str(), data.common_labels.iter().count()), ("resolved", 3));
    data.alerts.clear();
    data.summarize();
    assert_eq!((data.status.as_str(), data.common_labels.iter().count()), ("resolved", 0));
}
