//! A configuration with every channel, and notifications to tell by them.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use watchfire_alerting::channel::{
    self, Draft, ENTROPY_BYTES, Entropy, Mail, Outgoing, Picture, Progress, Request, SecretError, Secrets,
    Surroundings, Unsendable, default_templates,
};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::Integration;
use watchfire_alerting::dispatch::{Notified, Reason};
use watchfire_alerting::{Alert, Config, Notification};
use watchfire_model::Labels;
use watchfire_template::{Env, Set, Time};

/// 2026-01-02 03:04:05 UTC.
pub(crate) const NOW: i64 = 1_767_323_045_000;

/// Files hold their own name.
pub(crate) struct Files;

impl Secrets for Files {
    fn file(&self, path: &Path) -> Result<String, SecretError> {
        match path.to_str() {
            Some("/missing") => {
                Err(SecretError { path: "/missing".to_owned(), reason: "there is no such file".to_owned() })
            }
            path => Ok(path.unwrap().trim_start_matches('/').to_owned()),
        }
    }
}

/// The receiver `all` of a file in `tests/it/configs`.
pub(crate) fn receiver(file: &str) -> Receiver {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/configs").join(file);
    one(&std::fs::read_to_string(path).unwrap())
}

/// The first receiver of a configuration.
pub(crate) fn one(text: &str) -> Receiver {
    Config::parse("a.yml", text).unwrap().receivers.swap_remove(0)
}

pub(crate) fn alert(name: &str, labels: &[(&str, &str)], annotations: &[(&str, &str)]) -> Alert {
    let labels = labels.iter().copied().chain([("alertname", name)]);
    Alert {
        labels: Labels::new(labels).unwrap(),
        annotations: Labels::new(annotations.iter().copied()).unwrap(),
        starts_at: NOW - 600_000,
        ends_at: NOW - 1000,
        generator_url: "http://localhost:3473/rules/1?a=b&c=d".to_owned(),
        updated_at: NOW,
        timeout: false,
    }
}

/// A notification of these alerts, each with whether it is resolved.
pub(crate) fn notification(alerts: Vec<(Alert, bool)>) -> Notification {
    let name = alerts[0].0.labels.get("alertname").unwrap_or_default().to_owned();
    Notification {
        group_key: format!("{{}}:{{alertname=\"{name}\"}}"),
        group_labels: Labels::new([("alertname", name)]).unwrap(),
        route: "{}".to_owned(),
        receiver: "all".to_owned(),
        integration: Integration {
            channel: watchfire_alerting::config::receiver::Channel::Webhook,
            index: 0,
        },
        at: NOW,
        reason: Reason::First,
        alerts: alerts
            .into_iter()
            .map(|(alert, resolved)| Notified { alert: Arc::new(alert), resolved })
            .collect(),
        incident: None,
    }
}

/// Notifications by name: one that fires, all resolved, both, texts of many writings, texts that are too long.
pub(crate) fn table() -> Vec<(&'static str, Notification)> {
    let disk = |host: &str| {
        let labels = [("instance", host), ("job", "node"), ("severity", "critical")];
        alert("DiskFull", &labels, &[("summary", "The disk is full"), ("runbook_url", "https://wiki/disk")])
    };
    let text = "Größe < 5 & \"ünïcode\" 火事だ 🔥 *b* _i_ `c`";
    let wide = alert("Brand", &[("instance", "höst"), ("severity", "high")], &[("summary", text)]);
    let long = "lang ".repeat(40_000);
    let long = alert(&"N".repeat(2000), &[("severity", "warning")], &[("description", &long)]);
    vec![
        ("firing", notification(vec![(disk("a:9100"), false), (disk("b:9100"), false)])),
        ("resolved", notification(vec![(disk("a:9100"), true)])),
        ("mixed", notification(vec![(disk("a:9100"), false), (disk("b:9100"), true)])),
        ("unicode", notification(vec![(wide, false)])),
        ("long", notification(vec![(long, false)])),
    ]
}

pub(crate) fn drafted(
    notification: &Notification,
    receiver: &Receiver,
    integration: Integration,
    set: &Set,
) -> Result<Draft, Unsendable> {
    let mut env = Env::at(Time::from_millis(NOW).unwrap());
    env.external_url = "http://localhost:3473";
    let pictures = [Picture {
        name: "chart".to_owned(),
        media_type: "image/png".to_owned(),
        base64: "iVBORw0KGgo=".to_owned(),
    }];
    let entropy = Entropy([7; ENTROPY_BYTES]);
    let around = Surroundings { set, env, pictures: &pictures, links: None, entropy };
    let mut notification = notification.clone();
    notification.integration = integration;
    channel::draft(&notification, receiver, &around)
}

pub(crate) fn draft(notification: &Notification, receiver: &Receiver, integration: Integration) -> Draft {
    drafted(notification, receiver, integration, &default_templates()).unwrap()
}

pub(crate) fn next(draft: &Draft, receiver: &Receiver, progress: &Progress) -> Option<Outgoing> {
    channel::outgoing(draft, receiver, progress, &Files, NOW).unwrap()
}

/// What is sent, in words; long texts by their length and end.
pub(crate) fn told(outgoing: Option<&Outgoing>) -> String {
    match outgoing {
        None => "nothing\n".to_owned(),
        Some(Outgoing::Http(request)) => request_told(request),
        Some(Outgoing::Mail(mail)) => mail_told(mail),
        Some(Outgoing::Program(program)) => {
            let input = String::from_utf8(program.input.clone()).unwrap();
            format!("{:?} within {} ms\n{}\n", program.command, program.timeout, shortened(&input))
        }
    }
}

fn request_told(request: &Request) -> String {
    let mut text = format!("{} {}\n", request.method.as_str(), shortened(request.url.expose()));
    for header in &request.headers {
        // A token that is signed differs each time.
        let value = header.value.expose();
        let value = value.split_once("vapid t=").map_or(value, |_| "vapid t=..., k=...");
        writeln!(text, "{}: {value}", header.name).unwrap();
    }
    let body = match std::str::from_utf8(&request.body) {
        Ok(body) => body.to_owned(),
        Err(_) => format!("{} bytes", request.body.len()),
    };
    match serde_json::from_str::<serde_json::Value>(&body) {
        Ok(mut json) => {
            shorten(&mut json);
            writeln!(text, "{}", serde_json::to_string_pretty(&json).unwrap()).unwrap();
        }
        Err(_) => writeln!(text, "{}", shortened(&body)).unwrap(),
    }
    text
}

fn mail_told(mail: &Mail) -> String {
    let mut text =
        format!("{:?}\nFrom: {}\nTo: {}\nMessage-Id: {}\n", mail.server, mail.from, mail.to, mail.message_id);
    for (name, value) in &mail.headers {
        writeln!(text, "{name}: {}", shortened(value)).unwrap();
    }
    for (kind, body) in [("text", &mail.text), ("html", &mail.html)] {
        if let Some(body) = body {
            writeln!(text, "-- {kind}\n{}", shortened(body)).unwrap();
        }
    }
    for picture in &mail.pictures {
        writeln!(text, "-- {} {}", picture.name, picture.media_type).unwrap();
    }
    text
}

fn shorten(json: &mut serde_json::Value) {
    match json {
        serde_json::Value::String(text) => *text = shortened(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(shorten),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= 3000 && !text.contains("NNNNNNNNNN") && !text.contains("lang lang") {
        return text.to_owned();
    }
    let end: String = text.chars().skip(count.saturating_sub(20)).collect();
    let start: String = text.chars().take(20).collect();
    format!("({count} characters, {} bytes) {start} ... {end}", text.len())
}
