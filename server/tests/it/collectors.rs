//! Collectors beyond the host's, as the real program runs them.

use std::net::TcpListener;

use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::{Server, run};

/// The value of the only series that `query` finds now.
async fn value(server: &Server, query: &str) -> Option<String> {
    let data = server.get(&format!("/api/v1/query?query={query}")).await.json();
    Some(data["data"]["result"].as_array()?.first()?["value"][1].as_str()?.to_owned())
}

#[tokio::test]
async fn each_collector_has_its_interval_and_can_be_turned_off() {
    let dir = tempdir().unwrap();
    let flags = [
        "--collect-interval=0",
        "--collect-disk-io-interval=100ms",
        "--collect-cgroup-interval=200ms",
        "--collect-gpu-interval=0",
        "--collect-systemd-interval=150ms",
    ];
    let server = Server::start(dir.path(), &flags);
    let collectors = eventually("the first runs", async || {
        let collectors = server.get("/status").await.json()["collectors"].clone();
        let ran = |name: &str| collectors[name]["runs"].as_u64() > Some(1);
        ["disk_io", "cgroup", "systemd"].into_iter().all(ran).then_some(collectors)
    })
    .await;
    let names: Vec<_> = collectors.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["cgroup", "disk_io", "systemd", "watchfire"]);
    assert_eq!(value(&server, "system_load1").await, None);
}

#[tokio::test]
async fn addresses_are_probed_and_passwords_are_not_told() {
    let dir = tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let url = format!("http://watcher:hunter2@{address}/");
    let flags = [
        "--probe-tcp",
        &address,
        "--probe-tcp-interval",
        "100ms",
        "--probe-http",
        &url,
        "--probe-http-interval",
        "100ms",
        "--probe-timeout",
        "100ms",
    ];
    let server = Server::start(dir.path(), &flags);
    let tcp = format!("probe_success{{probe=\"tcp\",target=\"{address}\"}}");
    let http = format!("probe_success{{probe=\"http\",target=\"http://{address}/\"}}");
    eventually("a connection", async || value(&server, &tcp).await.filter(|up| up == "1")).await;
    // Nobody answers there, though the connection stands.
    eventually("no answer", async || value(&server, &http).await.filter(|up| up == "0")).await;
    drop(listener);
    eventually("nobody listens", async || value(&server, &tcp).await.filter(|up| up == "0")).await;
    for path in ["/api/v1/status/flags", "/api/v1/status/config", "/api/v1/series?match[]=probe_success"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.body.contains(&address) && !answer.body.contains("hunter2"),
            "{path}: {}",
            answer.body
        );
    }
    let log = server.stop().await.log;
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn what_cannot_be_probed_is_told_at_the_start() {
    let dir = tempdir().unwrap();
    for (flag, list, told) in [
        ("--probe-http", "http://a, b.example", "entry 2"),
        ("--probe-tcp", "db", "no port"),
        ("--probe-icmp", "http://a", "http"),
        ("--probe-certificates", "a:x", "\"x\""),
    ] {
        let ended = run(dir.path(), &["serve", "--listen", "127.0.0.1:0", flag, list]);
        assert_eq!(ended.code, Some(2), "{flag}: {}", ended.stderr);
        assert!(ended.stderr.contains(flag) && ended.stderr.contains(told), "{}", ended.stderr);
    }
}
