//! Traces and metrics go to an OpenTelemetry collector when the environment names one.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::answer::eventually;
use crate::server::Server;

/// A collector that notes who sent what: the path, the content type, and whether the body names the service and the
/// metric or span that it should.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<BTreeSet<String>>>);

impl Collector {
    fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let collector = self.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let collector = collector.clone();
                std::thread::spawn(move || collector.serve(stream.unwrap()));
            }
        });
        address
    }

    /// Takes requests until the connection ends.
    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return;
                }
                if line == "\r\n" {
                    break;
                }
                head.push(line.trim().to_ascii_lowercase());
            }
            let header = |name: &str| head.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let mut body = vec![0; header("content-length:").unwrap().parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let body = String::from_utf8_lossy(&body);
            let mut seen = self.0.lock().unwrap();
            for what in ["watchfire_process_cpu_seconds_total", "http request", "service.name"] {
                if body.contains(what) {
                    seen.insert(format!("{} {} {what}", head[0], header("content-type:").unwrap()));
                }
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    }
}

#[tokio::test]
async fn an_endpoint_in_the_environment_is_sent_traces_and_metrics() {
    let dir = tempfile::tempdir().unwrap();
    let collector = Collector::default();
    let endpoint = format!("http://{}", collector.start());
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let server = Server::start_with(dir.path(), &["--no-collect"], &variables);
    server.get("/health").await;
    let expected: BTreeSet<String> = [
        "post /v1/metrics http/1.1 application/x-protobuf service.name",
        "post /v1/metrics http/1.1 application/x-protobuf watchfire_process_cpu_seconds_total",
        "post /v1/traces http/1.1 application/x-protobuf http request",
        "post /v1/traces http/1.1 application/x-protobuf service.name",
    ]
    .map(str::to_owned)
    .into();
    eventually("traces and metrics", async || {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let seen = collector.0.lock().unwrap();
        assert!(seen.is_subset(&expected), "{seen:?}");
        (*seen == expected).then_some(())
    })
    .await;
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.log);
}

#[tokio::test]
async fn a_collector_that_is_away_harms_nothing() {
    let dir = tempfile::tempdir().unwrap();
    // A port that was free a moment ago, and where nobody listens.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{nobody}");
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let server = Server::start_with(dir.path(), &["--no-collect"], &variables);
    for _ in 0..20 {
        assert_eq!(server.get("/health").await.status, 200);
    }
    let stopped = server.stop().await;
    assert!(stopped.status.success(), "{}", stopped.log);
}
