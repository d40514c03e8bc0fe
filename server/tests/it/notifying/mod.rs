//! Notifications from the real program to real sockets.

mod bounds;
mod calendars;
mod charts;
mod crash;
mod failures;
mod handling;
mod heartbeats;
mod mail;
mod notify_config;
mod on_call;
mod programs;
mod queue;
mod receivers;
mod routing;
mod rule_errors;
mod webpush;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::answer::{Answer, eventually};
use crate::server::Server;
use crate::sinks::HttpSink;

/// A configuration that tells a receiver `team` at once of each alert; `channels` is YAML.
fn config(channels: &str) -> String {
    format!(
        "route: {{receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}\n\
         receivers: [{{name: team, {channels}}}]\n"
    )
}

fn webhook(sink: &HttpSink) -> String {
    config(&format!("webhook_configs: [{{url: '{}'}}]", sink.url("/hook")))
}

fn start(dir: &Path, config: &str, flags: &[&str]) -> Server {
    fs::write(dir.join("alertmanager.yml"), config).unwrap();
    Server::start(dir, &[&["--no-collect", "--notify-config", "alertmanager.yml"], flags].concat())
}

/// Sends alerts with these names.
async fn fire(server: &Server, names: &[&str]) {
    let alerts: Vec<Value> = names
        .iter()
        .map(|name| json!({"labels": {"alertname": name, "severity": "critical"}, "annotations": {"summary": "it burns"}}))
        .collect();
    let body = serde_json::to_vec(&alerts).unwrap();
    let answer = server.post("/api/v2/alerts", &[("content-type", "application/json")], body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn ask(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    server.send(method, &format!("/api/v1/watchfire/{path}"), &[], body).await
}

/// The deliveries that a query finds.
async fn deliveries(server: &Server, query: &str) -> Vec<Value> {
    let answer = ask(server, "GET", &format!("deliveries?{query}"), &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"]["deliveries"].as_array().unwrap().clone()
}

/// The first delivery of a query, once there is one that fits.
async fn delivery(server: &Server, query: &str, fits: impl Fn(&Value) -> bool) -> Value {
    eventually("the delivery", async || deliveries(server, query).await.into_iter().find(|one| fits(one)))
        .await
}
