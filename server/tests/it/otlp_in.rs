//! OTLP metrics to the real program: over HTTP as JSON and protobuf, over gRPC, at its own address and at the ports of OTLP.
//! What SDKs send was tried with them; here are bodies written by hand.

use std::net::SocketAddr;

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::server::{Server, now};

/// Path, type and body of a request, status and words of the answer.
type Refused<'a> = (&'a str, (&'a str, &'a str), Vec<u8>, u16, &'a str);

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");

fn request(points: &Value) -> Vec<u8> {
    let attribute = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let body = json!({"resourceMetrics": [{
        "resource": {"attributes": [attribute("service.name", "shop"), attribute("service.instance.id", "a"), attribute("host.name", "h")]},
        "scopeMetrics": [{"metrics": [{
            "name": "orders", "unit": "1", "description": "Orders.",
            "sum": {"isMonotonic": true, "aggregationTemporality": 2, "dataPoints": points}
        }]}]
    }]});
    body.to_string().into_bytes()
}

fn point(value: i64) -> Value {
    json!({"timeUnixNano": (now() * 1_000_000).to_string(), "asInt": value.to_string()})
}

/// The only value of `query` now.
async fn value(server: &Server, query: &str) -> Option<String> {
    let answer = server.get(&format!("/api/v1/query?query={query}")).await.json();
    Some(answer["data"]["result"].as_array()?.first()?["value"][1].as_str()?.to_owned())
}

/// A message of protobuf with one field of bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 128, "one byte of length is enough here");
    [&[number << 3 | 2, bytes.len() as u8], bytes].concat()
}

/// A gauge `level` of 2.5, as `ExportMetricsServiceRequest`.
fn gauge() -> Vec<u8> {
    let time = (now() as u64 * 1_000_000).to_le_bytes();
    let point = [&[3 << 3 | 1][..], &time, &[4 << 3 | 1], &2.5_f64.to_le_bytes()].concat();
    let metric = [field(1, b"level"), field(5, &field(1, &point))].concat();
    field(1, &field(2, &field(2, &metric)))
}

#[tokio::test]
async fn json_and_protobuf_are_stored() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    for (path, total) in [("/v1/metrics", 3), ("/api/v1/otlp/v1/metrics", 4)] {
        let answer = server.post(path, &[JSON], request(&json!([point(total)]))).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
        let found = value(&server, "orders_total{job=\"shop\",instance=\"a\"}").await;
        assert_eq!(found, Some(total.to_string()));
    }
    assert_eq!(value(&server, "target_info{host_name=\"h\"}").await.as_deref(), Some("1"));
    let metadata = server.get("/api/v1/metadata?metric=orders_total").await.json();
    assert_eq!(metadata["data"]["orders_total"][0]["help"], "Orders.", "{metadata}");

    let answer = server.post("/v1/metrics", &[PROTOBUF], gauge()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-type"), "application/x-protobuf");
    assert_eq!(value(&server, "level").await.as_deref(), Some("2.5"));
}

#[tokio::test]
async fn deltas_are_added_up_as_far_as_they_may_and_resources_give_labels() {
    let dir = tempdir().unwrap();
    let flags = ["--no-collect", "--otlp-promote", "host.name, k8s.pod.name", "--otlp-max-deltas", "1"];
    let server = Server::start(dir.path(), &flags);
    let delta = |name: &str, value: i64| {
        let body = String::from_utf8(request(&json!([point(value)]))).unwrap();
        body.replace("\"aggregationTemporality\":2", "\"aggregationTemporality\":1").replace("orders", name)
    };
    for (value, total) in [(3, "3"), (4, "7")] {
        // A delta ends later than the one before.
        let answer = crate::answer::eventually("another millisecond", async || {
            let answer = server.post("/v1/metrics", &[JSON], delta("orders", value).into_bytes()).await;
            (answer.body == "{}").then_some(answer)
        })
        .await;
        assert_eq!(answer.status, 200);
        let query = "orders_total{host_name=\"h\"}";
        assert_eq!(self::value(&server, query).await.as_deref(), Some(total), "{}", answer.body);
    }
    let answer = server.post("/v1/metrics", &[JSON], delta("returns", 1).into_bytes()).await;
    assert_eq!(answer.json()["partialSuccess"]["rejectedDataPoints"], "1", "{}", answer.body);
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_ingest_rejected_total{reason=\"undecodable\"} 1"), "{metrics}");
}

#[tokio::test]
async fn what_is_not_taken_is_told() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--ingest-max-body-bytes", "4KiB"]);
    // A point without a number, beside a good one.
    let half = request(&json!([point(7), {"timeUnixNano": "1"}]));
    let answer = server.post("/v1/metrics", &[JSON], half).await;
    assert_eq!(answer.status, 200);
    let partial = &answer.json()["partialSuccess"];
    assert_eq!(partial["rejectedDataPoints"], "1", "{partial}");
    let message = partial["errorMessage"].as_str().unwrap();
    assert!(message.contains("neither asDouble nor asInt") && message.contains("orders"), "{message}");
    assert_eq!(value(&server, "orders_total").await.as_deref(), Some("7"));

    let table: [Refused<'_>; 5] = [
        ("/v1/metrics", JSON, b"{".to_vec(), 400, "broken JSON"),
        ("/v1/metrics", PROTOBUF, vec![0x0a, 0x7f, 1], 400, "broken protobuf at byte"),
        ("/v1/metrics", PROTOBUF, vec![0; 5000], 413, "more than 4096 bytes (ingest.max_body_bytes)"),
        (
            "/v1/metrics",
            ("content-type", "text/plain"),
            vec![],
            415,
            "send application/x-protobuf or application/json",
        ),
        ("/v1/traces", JSON, b"{}".to_vec(), 501, "traces and logs are not taken yet"),
    ];
    for (path, kind, body, status, words) in table {
        let answer = server.post(path, &[kind], body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.body.contains(words), "{}", answer.body);
    }
}

#[tokio::test]
async fn grpc_is_answered_at_the_own_address_and_its_port() {
    let dir = tempdir().unwrap();
    let server = Server::start(
        dir.path(),
        &["--no-collect", "--otlp-grpc-listen", "127.0.0.1:0", "--otlp-http-listen", ""],
    );
    let client = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let port = server.logged_address("OTLP is taken");
    assert_ne!(port, server.address());
    let call_at = async |address: SocketAddr, service: &str, frame: Vec<u8>| {
        let url = format!("http://{address}/opentelemetry.proto.collector.{service}/Export");
        client.post(url).header("content-type", "application/grpc").body(frame).send().await.unwrap()
    };
    let call = async |service: &str, frame: Vec<u8>| call_at(port, service, frame).await;
    let framed = |message: &[u8]| [&[0][..], &(message.len() as u32).to_be_bytes(), message].concat();

    let answer = call("metrics.v1.MetricsService", framed(&gauge())).await;
    assert_eq!(answer.headers()["content-type"], "application/grpc");
    assert!(!answer.headers().contains_key("grpc-status"), "it comes in the trailers");
    assert_eq!(answer.bytes().await.unwrap(), [0; 5][..], "a frame with an empty message");
    assert_eq!(value(&server, "level").await.as_deref(), Some("2.5"));
    // In a network of containers this machine has another name; pages of browsers tell where they are from.
    let named = |origin: &[(&'static str, &'static str)]| {
        let url = format!("http://{port}/opentelemetry.proto.collector.metrics.v1.MetricsService/Export");
        let request =
            client.post(url).header("host", "watchfire:4317").header("content-type", "application/grpc");
        let request = origin.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.body(framed(&gauge())).send()
    };
    assert_eq!(named(&[]).await.unwrap().status(), 200);
    assert_eq!(named(&[("origin", "http://watchfire:4317")]).await.unwrap().status(), 421);
    let own = call_at(server.address(), "metrics.v1.MetricsService", framed(&gauge())).await;
    assert_eq!(own.bytes().await.unwrap(), [0; 5][..]);

    let table = [
        ("metrics.v1.MetricsService", vec![0, 0, 0, 0, 9], "3", "its length is another than it says"),
        ("metrics.v1.MetricsService", framed(&[0x0a, 0x7f, 1]), "3", "broken protobuf at byte"),
        ("trace.v1.TraceService", framed(&[]), "12", "traces and logs are not taken yet"),
        ("logs.v1.LogsService", framed(&[]), "12", "traces and logs are not taken yet"),
    ];
    let unknown =
        client.post(format!("http://{port}/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"));
    let coded = [&[1][..], &[0, 0, 0, 1, 9]].concat();
    let unknown = unknown.header("grpc-encoding", "br").body(coded).send().await.unwrap();
    assert_eq!(unknown.headers()["grpc-status"], "12");
    assert!(unknown.headers()["grpc-accept-encoding"].to_str().unwrap().contains("gzip"));
    for (service, frame, status, words) in table {
        let answer = call(service, frame).await;
        assert_eq!(answer.headers()["grpc-status"], status);
        let message = answer.headers()["grpc-message"].to_str().unwrap();
        assert!(message.contains(words), "{message}");
    }
}
