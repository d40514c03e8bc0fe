//! Charts in mails.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::tempdir;

use super::{config, fire, start};
use crate::answer::eventually;
use crate::server::{Server, now};
use crate::sinks::{SmtpSink, free_port};

/// A server that sends mails to a sink.
fn mailing(dir: &Path, flags: &[&str]) -> (Server, SmtpSink) {
    let at = free_port();
    let sink = SmtpSink::start(at);
    let mail = format!(
        "email_configs: [{{to: 'a@example.org', from: 'b@example.org', smarthost: '{at}', require_tls: false}}]"
    );
    fs::write(dir.join("rules.yml"), RULES).unwrap();
    (start(dir, &config(&mail), &[&["--rules-files", "rules.yml"], flags].concat()), sink)
}

const RULES: &str = "
groups:
  - name: a
    interval: 200ms
    rules:
      - alert: Hot
        expr: temp > 50
        labels: {severity: critical}
";

async fn heat(server: &Server) {
    let at = now();
    let lines: String = ["a", "b"]
        .iter()
        .flat_map(|host| {
            (0..60).map(move |minute| format!("temp{{host=\"{host}\"}} 60 {}\n", at - minute * 10_000))
        })
        .collect();
    server.post("/api/v1/import/prometheus", &[], lines.into_bytes()).await;
}

/// The pictures of a mail.
fn pictures(mail: &str) -> Vec<Vec<u8>> {
    let parts = mail.split("Content-Type: image/png").skip(1);
    let decoded = parts.map(|part| {
        let body = part.split_once("\r\n\r\n").unwrap().1;
        let text: String = body.split("\r\n--").next().unwrap().split_whitespace().collect();
        STANDARD.decode(text).unwrap()
    });
    decoded.collect()
}

/// A count of `/metrics`.
async fn count(server: &Server, name: &str) -> usize {
    let metrics = server.get("/metrics").await.body;
    let line = metrics.lines().find(|line| line.starts_with(name)).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_mail_shows_what_its_rule_sees() {
    let dir = tempdir().unwrap();
    let (server, sink) = mailing(dir.path(), &[]);
    heat(&server).await;
    let mail = eventually("the mail", async || sink.mails().pop()).await;
    let pictures = pictures(&mail);
    assert_eq!(pictures.len(), 1, "{mail}");
    assert!(pictures[0].starts_with(b"\x89PNG") && pictures[0].len() > 2000, "{}", pictures[0].len());
    assert!(mail.contains("Content-ID: <chart>") && mail.contains("cid:chart"), "{mail}");
    assert!(count(&server, "watchfire_notification_charts_total ").await > 0);
}

#[tokio::test]
async fn one_without_a_rule_here_or_without_time_goes_out_without() {
    let dir = tempdir().unwrap();
    let (server, sink) = mailing(dir.path(), &["--notify-chart-timeout", "1ms"]);
    fire(&server, &["Elsewhere"]).await;
    let mail = eventually("the mail", async || sink.mails().pop()).await;
    assert!(!mail.contains("cid:chart") && pictures(&mail).is_empty(), "{mail}");
    heat(&server).await;
    let mail = eventually("the mail of the rule", async || {
        sink.mails().into_iter().find(|mail| mail.contains("Hot"))
    })
    .await;
    // A millisecond is hardly ever enough.
    let drawn = pictures(&mail).len();
    assert_eq!(mail.contains("cid:chart"), drawn == 1);
    let drawn_or_not = count(&server, "watchfire_notification_charts_total ").await
        + count(&server, "watchfire_notification_charts_failed_total ").await;
    assert!(drawn_or_not > 0);
}
