//! The demo from outside and from inside, and what the shipped dashboards show of it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;

use serde_json::Value;
use tempfile::tempdir;
use watchfire_dashboard::{Choice, Clock, Values, VariableKind, read};
use watchfire_service::dashboards::shipped;

use crate::answer::eventually;
use crate::server::{DEADLINE, Server, now, program};

/// Killed when it goes out of scope.
struct Feed(Child);

impl Drop for Feed {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `watchfire demo` and returns when it has said this.
fn feed(dir: &Path, server: &Server, flags: &[&str], said: &'static str) -> Feed {
    let mut child = program(dir)
        .args(["demo", "--target", &format!("http://{}", server.address())])
        .args(flags)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    let feed = Feed(child);
    let (sender, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.lines() {
            let Ok(line) = line else { return };
            if line.contains(said) {
                // The test may be over.
                let _ = sender.send(());
            }
        }
    });
    heard.recv_timeout(DEADLINE * 4).unwrap();
    feed
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

async fn series_of_demo(server: &Server) -> usize {
    let path = format!("/api/v1/series?match[]={}", encoded(r#"{demo="true"}"#));
    server.get(&path).await.json()["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn every_panel_has_something_to_show() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let flags = ["--history", "70m", "--hosts", "2"];
    let feed = feed(dir.path(), &server, &flags, "The past is there");

    // All protocols brought some.
    let status = server.get("/api/v1/ingest/status").await.body;
    for metric in [
        r#"http_requests_total{job="demo-shop"}"#,
        r#"mesh_peer_count{job="demo-mesh"}"#,
        r#"aet_tasks_total{job="demo-agents", instance="scheduler-1"}"#,
    ] {
        let path =
            format!("/api/v1/query?query={}", encoded(&format!(r#"count({metric} and {{demo="true"}})"#)));
        let answer = server.get(&path).await.json();
        assert!(!answer["data"]["result"].as_array().unwrap().is_empty(), "{metric}: {status}");
    }

    let at = now();
    let clock = Clock { from: at - 3_600_000, to: at, step: 15_000, scrape_interval: 15_000 };
    let mut asked = 0;
    for (name, text) in shipped().filter(|(name, _)| !["host", "overview", "watchfire"].contains(name)) {
        let (dashboard, _) = read(text).unwrap();
        let mut values = Values::default();
        for variable in &dashboard.variables {
            if variable.kind == VariableKind::Query {
                // It has choices, and all of them are chosen.
                let mut all = variable.clone();
                all.all_value = Some(".*".to_owned());
                values.set_all(&all, Vec::new());
            } else {
                values.set(variable, vec![Choice::plain(variable.choices[0].value.clone())]);
            }
        }
        for panel in &dashboard.panels {
            for query in panel.queries.iter().filter(|query| !query.expr.is_empty()) {
                let expr = values.in_query(&query.expr, &clock);
                let answer = server.get(&format!("/api/v1/query?query={}", encoded(&expr))).await;
                assert_eq!(answer.status, 200, "{name}: {}: {}\n{expr}", panel.title, answer.body);
                let found = answer.json()["data"]["result"].as_array().unwrap().clone();
                assert!(!found.is_empty(), "{name}: {} has nothing to show\n{expr}", panel.title);
                let numbers = found.iter().filter(|series| series["value"][1] != "NaN");
                assert!(numbers.count() > 0, "{name}: {} has no number to show\n{expr}", panel.title);
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");

    // A second one goes on, and does not tell the past anew.
    drop(feed);
    let feed = self::feed(dir.path(), &server, &flags, "There is demo data already");
    drop(feed);
    let deleted = program(dir.path())
        .args(["demo", "--delete", "--target", &format!("http://{}", server.address())])
        .status()
        .unwrap();
    assert!(deleted.success());
    assert_eq!(series_of_demo(&server).await, 0);
}

#[tokio::test]
async fn the_server_has_one_of_its_own() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let post = async |path: &str, status: u16| {
        let answer = server.post(path, &[], Vec::new()).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        answer.json()
    };
    let status = async || server.get("/api/v1/demo").await.json()["data"].clone();
    assert_eq!(status().await["running"], false);
    let refused = post("/api/v1/demo?interval=1ms", 400).await;
    assert_eq!(refused["error"], "interval: 1ms is out of range; give 100ms to 1h");

    let started = post("/api/v1/demo?interval=100ms&hosts=1&history=2m", 201).await;
    assert_eq!(started["data"]["running"], true);
    post("/api/v1/demo", 409).await;
    let sent = eventually("samples", async || {
        let status = status().await;
        assert_eq!(status["problem"], Value::Null);
        status["samples"].as_u64().filter(|samples| *samples > 5000)
    })
    .await;
    assert!(series_of_demo(&server).await > 100, "{sent}");

    let answer = server.send("DELETE", "/api/v1/demo", &[], Vec::new()).await;
    assert_eq!((answer.status, &answer.json()["data"]["running"]), (200, &Value::Bool(false)));
    assert_eq!(series_of_demo(&server).await, 0);
    // It can be had again.
    post("/api/v1/demo?interval=1s&hosts=1", 201).await;
    assert!(server.stop().await.status.success());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_and_tried_again() {
    let dir = tempdir().unwrap();
    let mut child = program(dir.path())
        .args(["demo", "--target", "http://127.0.0.1:1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let _feed = Feed(child);
    lines.read_line(&mut line).unwrap();
    assert!(line.starts_with("no server answers at http://127.0.0.1:1"), "{line}");
    assert!(line.trim_end().ends_with("it is tried again, at most every 30s"), "{line}");
}
