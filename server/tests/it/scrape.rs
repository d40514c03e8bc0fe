//! Scraping by the real program: its targets, a configuration that changes, and one that cannot be read.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::{Server, run};

/// A target that answers every request with the same page, until the test ends.
fn target(page: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // A request of a scrape fits into one packet.
            let _ = stream.read(&mut [0; 4096]);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", page.len());
            let _ = stream.write_all(format!("{head}{page}").as_bytes());
        }
    });
    address
}

fn write_config(path: &Path, job: &str, target: SocketAddr) {
    let text = format!(
        "global: {{scrape_interval: 100ms, scrape_timeout: 100ms}}\nscrape_configs:\n- job_name: {job}\n  static_configs:\n  - targets: ['{target}']\n"
    );
    fs::write(path, text).unwrap();
}

/// The value of the only series that `query` finds now.
async fn value(server: &Server, query: &str) -> Option<String> {
    let data = server.get(&format!("/api/v1/query?query={query}")).await.json();
    Some(data["data"]["result"].as_array()?.first()?["value"][1].as_str()?.to_owned())
}

#[tokio::test]
async fn targets_are_scraped_and_a_changed_file_is_followed() {
    let dir = tempdir().unwrap();
    let (one, other) = (target("jobs_total{queue=\"mail\"} 7\n"), target("lines_total 3\n"));
    let path = dir.path().join("prometheus.yml");
    write_config(&path, "one", one);
    let server = Server::start(dir.path(), &["--no-collect", "--scrape-config", "prometheus.yml"]);
    eventually("the target is up", async || value(&server, "up{job=\"one\"}").await.filter(|up| up == "1"))
        .await;
    assert_eq!(value(&server, "jobs_total{queue=\"mail\",job=\"one\"}").await.as_deref(), Some("7"));
    assert_eq!(value(&server, "scrape_samples_scraped").await.as_deref(), Some("1"));
    let targets = server.get("/api/v1/targets?state=active").await.json();
    let target = &targets["data"]["activeTargets"][0];
    assert_eq!((&target["health"], &target["scrapePool"]), (&"up".into(), &"one".into()), "{targets}");
    assert_eq!(target["scrapeUrl"], format!("http://{one}/metrics"));
    assert_eq!(target["scrapeInterval"], "100ms");
    assert_eq!(server.get("/api/v1/scrape_pools").await.json()["data"]["scrapePools"][0], "one");

    // A file that cannot be read is refused, and the one before goes on.
    fs::write(&path, "scrape_configs:\n- job_nam: x\n").unwrap();
    let refused = server.post("/-/reload", &[], Vec::new()).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("prometheus.yml:2") && refused.body.contains("job_name"),
        "{}",
        refused.body
    );
    assert_eq!(value(&server, "up{job=\"one\"}").await.as_deref(), Some("1"));

    write_config(&path, "other", other);
    let answer = server.post("/-/reload", &[], Vec::new()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    eventually("the new target is there", async || value(&server, "lines_total{job=\"other\"}").await).await;
    // The series of the one that went ended with a marker.
    eventually("the old one is gone", async || {
        value(&server, "up{job=\"one\"}").await.is_none().then_some(())
    })
    .await;
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_ingest_received_samples_total{protocol=\"scrape\"}"), "{metrics}");
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.log);
}

#[tokio::test]
async fn what_is_not_stored_is_counted_and_said_once() {
    let dir = tempdir().unwrap();
    // One series twice, one far in the future; and a target with more than it may have.
    let (odd, many) = (target("a 1\na 2\nb 1 99999999999999\n"), target("a 1\nb 1\nc 1\n"));
    let text = format!(
        "global: {{scrape_interval: 100ms, scrape_timeout: 100ms}}\nscrape_configs:\n\
         - {{job_name: odd, static_configs: [{{targets: ['{odd}']}}]}}\n\
         - {{job_name: many, sample_limit: 1, static_configs: [{{targets: ['{many}']}}]}}\n"
    );
    fs::write(dir.path().join("prometheus.yml"), text).unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--scrape-config", "prometheus.yml"]);
    let rejected = async |reason: &str, least: f64| {
        let label = format!("reason=\"{reason}\"");
        eventually(reason, async || {
            let metrics = server.get("/metrics").await.body;
            let mut lines =
                metrics.lines().filter(|line| line.starts_with("watchfire_ingest_rejected_total{"));
            let line = lines.find(|line| line.contains(&label))?;
            line.rsplit(' ').next()?.parse().ok().filter(|count: &f64| *count >= least)
        })
        .await
    };
    rejected("repeated", 4.0).await;
    rejected("in_future", 4.0).await;
    // Two samples are read of each scrape before it ends.
    rejected("sample_limit", 8.0).await;
    let log = server.stop().await.log;
    for words in ["samples left out with each scrape", "samples of a scrape not stored", "scrape failed"] {
        assert_eq!(log.matches(words).count(), 1, "{words}\n{log}");
    }
}

#[tokio::test]
async fn a_restart_leaves_no_hole() {
    let dir = tempdir().unwrap();
    write_config(&dir.path().join("prometheus.yml"), "one", target("a 1\n"));
    let server = Server::start(dir.path(), &["--no-collect", "--scrape-config", "prometheus.yml"]);
    eventually("a sample", async || value(&server, "a").await).await;
    let stopped = server.stop().await;
    assert!(stopped.status.success() && !stopped.log.contains("left behind"), "{}", stopped.log);
    // Nothing is scraped now: what is found is from before.
    let server = Server::start(dir.path(), &["--no-collect"]);
    for query in ["a", "up"] {
        assert_eq!(value(&server, query).await.as_deref(), Some("1"), "{query}");
    }
}

#[tokio::test]
async fn the_last_reading_is_told_as_prometheus_tells_it() {
    let dir = tempdir().unwrap();
    let (path, target) = (dir.path().join("prometheus.yml"), target("a 1\n"));
    write_config(&path, "one", target);
    let server = Server::start(dir.path(), &["--no-collect", "--scrape-config", "prometheus.yml"]);
    let told = async || {
        let runtime = server.get("/api/v1/status/runtimeinfo").await.json()["data"].clone();
        (
            runtime["reloadConfigSuccess"].as_bool().unwrap(),
            runtime["lastConfigTime"].as_str().unwrap().to_owned(),
        )
    };
    let (well, first) = told().await;
    assert!(well);
    fs::write(&path, "scrape_configs:\n- job_nam: x\n").unwrap();
    server.post("/-/reload", &[], Vec::new()).await;
    assert_eq!(told().await, (false, first.clone()));
    write_config(&path, "two", target);
    server.post("/-/reload", &[], Vec::new()).await;
    let (well, second) = told().await;
    assert!(well && second > first, "{first} {second}");
    server.stop().await;

    let server = Server::start(dir.path(), &["--no-collect"]);
    let runtime = server.get("/api/v1/status/runtimeinfo").await.json()["data"].clone();
    assert_eq!(runtime["reloadConfigSuccess"], true);
    assert_eq!(runtime["lastConfigTime"], runtime["startTime"]);
}

#[test]
fn a_file_that_cannot_be_read_ends_the_start() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("prometheus.yml"), "scrape_configs:\n- job_name: x\n  scrape_intervall: 5s\n")
        .unwrap();
    let ended = run(dir.path(), &["serve", "--listen", "127.0.0.1:0", "--scrape-config", "prometheus.yml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("prometheus.yml:3"), "{}", ended.stderr);
}

#[tokio::test]
async fn without_a_file_there_is_nothing_to_read_again() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let answer = server.post("/-/reload", &[], Vec::new()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("scrape.config"), "{}", answer.body);
}
