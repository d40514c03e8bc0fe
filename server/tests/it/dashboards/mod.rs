//! The API of dashboards.

mod beside;
mod files;
mod kept;
mod yardstick;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::answer::Answer;
use crate::server::Server;

fn started(flags: &[&str]) -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &[&["--no-collect", "--no-dashboards-shipped"], flags].concat());
    (dir, server)
}

/// A dashboard with one panel.
fn dashboard(uid: &str, title: &str) -> Value {
    json!({"uid": uid, "title": title, "panels": [{"id": 1, "kind": "stat", "title": "Up", "queries": [{"id": "A", "expr": "up"}]}]})
}

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    server.send(method, path, &[], body).await
}

/// Does it, and checks the status.
async fn done(server: &Server, method: &str, path: &str, body: &Value, status: u16) -> Value {
    let answer = send(server, method, path, body).await;
    assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// An answer without what differs each time.
fn told(answer: &Value) -> String {
    fn tidy(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    if ["updated_at", "created_at", "looked_at"].contains(&key.as_str()) && value.is_number()
                    {
                        *value = json!("WHEN");
                    }
                    tidy(value);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(tidy),
            _ => {}
        }
    }
    let mut answer = answer.clone();
    tidy(&mut answer);
    serde_json::to_string_pretty(&answer).unwrap()
}
