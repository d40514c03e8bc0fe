//! Samples from scripts: JSON over HTTP, and StatsD over UDP.

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::{Server, now};

/// Headers and body of a request, status and words of the answer.
type Refused<'a> = (&'a [(&'a str, &'a str)], Vec<u8>, u16, &'a str);

/// The value of the only series that `query` finds now.
async fn value(server: &Server, query: &str) -> Option<String> {
    let query: String = url_encoded(query);
    let data = server.get(&format!("/api/v1/query?query={query}")).await.json();
    Some(data["data"]["result"].as_array()?.first()?["value"][1].as_str()?.to_owned())
}

fn url_encoded(text: &str) -> String {
    text.replace('{', "%7B").replace('}', "%7D").replace('"', "%22").replace('=', "%3D")
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn json_is_stored_and_what_is_wrong_is_named() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--ingest-max-body-bytes", "4KiB"]);
    let body = br#"[{"name": "jobs_done", "labels": {"queue": "mail"}, "kind": "counter", "value": 17, "help": "Jobs."}]"#;
    for (headers, body) in [(&[][..], body.to_vec()), (&[("content-encoding", "gzip")], gzip(body))] {
        let answer = server.post("/api/v1/push", headers, body).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
    assert_eq!(value(&server, r#"jobs_done{queue="mail"}"#).await.as_deref(), Some("17"));
    let metadata = server.get("/api/v1/metadata?metric=jobs_done").await.json();
    assert_eq!(metadata["data"]["jobs_done"][0]["type"], "counter");

    let half = br#"[{"name": "good", "value": 1}, {"name": "bad", "value": "x"}, {"name": "worse"}]"#;
    let answer = server.post("/api/v1/push", &[], half.to_vec()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        "metrics[1]: value must be a number (2 metrics of this request were not taken)\n"
    );
    assert_eq!(value(&server, "good").await.as_deref(), Some("1"));

    let both = br#"[{"name": "bad"}, {"name": "old", "value": 1, "timestamp": 5}, {"name": "old", "value": 2, "timestamp": 6}]"#;
    let answer = server.post("/api/v1/push", &[], both.to_vec()).await;
    assert_eq!(
        answer.body,
        "metrics[0]: value is missing (of this request 1 metrics were not taken, 2 samples were not stored)\n"
    );

    let old = format!(r#"{{"name": "old", "value": 1, "timestamp": {}}}"#, now() - 30 * 86_400_000);
    let bomb = gzip(&vec![b' '; 1 << 20]);
    let seconds = format!(r#"{{"name": "s", "value": 1, "timestamp": {}}}"#, now() / 1000);
    let table: [Refused<'_>; 7] = [
        (&[], b"{".to_vec(), 400, "broken JSON: EOF while parsing an object at line 1 column 1"),
        (&[], old.into_bytes(), 400, "older than the retention"),
        (&[], seconds.into_bytes(), 400, "looks like seconds; send milliseconds"),
        (&[], vec![b' '; 5000], 413, "more than 4096 bytes (ingest.max_body_bytes)"),
        (&[("content-encoding", "gzip")], bomb, 413, "more than 4096 bytes (ingest.max_body_bytes)"),
        (&[("content-encoding", "gzip")], b"no gzip".to_vec(), 400, "the body is no gzip"),
        (&[("content-encoding", "br")], b"[]".to_vec(), 415, "send gzip, deflate or zstd, or none"),
    ];
    for (headers, body, status, words) in table {
        let answer = server.post("/api/v1/push", headers, body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(words), "{}", answer.body);
    }
    let metrics = server.get("/metrics").await.body;
    for line in [
        r#"watchfire_ingest_rejected_total{reason="undecodable"} 5"#,
        r#"watchfire_ingest_rejected_total{reason="too_large"} 2"#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
}

#[tokio::test]
async fn who_sends_slowly_keeps_nobody_out() {
    let dir = tempdir().unwrap();
    let flags = ["--no-collect", "--ingest-max-in-flight", "1", "--http-request-timeout", "300ms"];
    let server = Server::start(dir.path(), &flags);
    let mut slow: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).unwrap();
            let head = format!(
                "POST /api/v1/push HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000\r\n\r\n[",
                server.address()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let answer = server.post("/api/v1/push", &[], br#"{"name": "fast", "value": 1}"#.to_vec()).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    for stream in &mut slow {
        let mut answer = [0; 4096];
        let length = stream.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("http.request_timeout"), "{answer}");
    }
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains(r#"watchfire_ingest_rejected_total{reason="too_slow"} 8"#), "{metrics}");
}

#[tokio::test]
async fn exposition_text_is_stored_and_bad_lines_are_named() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let text = "# TYPE jobs_total counter\njobs_total{queue=\"mail\"} 7\nbad line\nother 3\n";
    let answer = server.post("/api/v1/import/prometheus", &[], text.into()).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.starts_with("line 3, column 5: "), "{}", answer.body);
    assert_eq!(value(&server, r#"jobs_total{queue="mail"}"#).await.as_deref(), Some("7"));
    assert_eq!(value(&server, "other").await.as_deref(), Some("3"));

    let open = "# TYPE hits counter\nhits_total 4 # {trace_id=\"t\"} 1\n# EOF\n";
    let kind = ("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8");
    for (headers, body) in
        [(&[kind][..], open.into()), (&[kind, ("content-encoding", "gzip")], gzip(open.as_bytes()))]
    {
        let answer = server.post("/api/v1/import/prometheus", headers, body).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
    assert_eq!(value(&server, "hits_total").await.as_deref(), Some("4"));
    let unknown =
        server.post("/api/v1/import/prometheus", &[("content-type", "text/html")], b"x".to_vec()).await;
    assert_eq!(unknown.status, 415, "{}", unknown.body);
}

#[tokio::test]
async fn statsd_is_counted_and_stored() {
    let dir = tempdir().unwrap();
    let flags = [
        "--no-collect",
        "--statsd-listen",
        "127.0.0.1:0",
        "--statsd-flush",
        "1s",
        "--statsd-max-series",
        "3",
    ];
    let server = Server::start(dir.path(), &flags);
    let address = server.logged_address("StatsD is taken");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(b"api.hits:3|c|#env:prod\nload:7|g\nquery:40|ms", address).unwrap();
    let hits = r#"api_hits_total{env="prod"}"#;
    eventually("the counter is stored", async || value(&server, hits).await.filter(|value| value == "3"))
        .await;
    assert_eq!(value(&server, "load").await.as_deref(), Some("7"));
    assert_eq!(value(&server, "query_seconds_sum").await.as_deref(), Some("0.04"));

    socket.send_to(b"api.hits:2|c|#env:prod\nmore:1|c\nbroken", address).unwrap();
    eventually("the counter goes on", async || value(&server, hits).await.filter(|value| value == "5")).await;
    let metrics = server.get("/metrics").await.body;
    for line in [
        r#"watchfire_ingest_rejected_total{reason="undecodable"} 1"#,
        r#"watchfire_ingest_rejected_total{reason="statsd_series"} 1"#,
    ] {
        assert!(metrics.contains(line), "{line}");
    }
    // What was counted last is stored when the server stops.
    socket.send_to(b"api.hits:1|c|#env:prod", address).unwrap();
    server.stop().await;
}
