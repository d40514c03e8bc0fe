//! What there is beside the answers of queries: raw samples, exemplars, metadata.

use super::message::Message;
use super::{THEN, answers, server};

/// A `ReadRequest` with one query for `{__name__="requests_total",code!~"4.."}`.
fn request() -> Message {
    let matcher = |kind, name, value| Message::default().number(1, kind).text(2, name).text(3, value);
    let query = Message::default()
        .number(1, THEN)
        .number(2, THEN + 15_000)
        .message(3, &matcher(0, "__name__", "requests_total"))
        .message(3, &matcher(3, "code", "4.."));
    Message::default().message(1, &query)
}

#[tokio::test]
async fn remote_read_gives_the_raw_samples() {
    let (_dir, server) = server(&[]).await;
    let url = format!("http://{}/api/v1/read", server.address());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.post(url).body(request().compressed()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-protobuf");
    assert_eq!(answer.headers()["content-encoding"], "snappy");
    let body = snap::raw::Decoder::new().decompress_vec(&answer.bytes().await.unwrap()).unwrap();
    let series = Message::default()
        .label(1, "__name__", "requests_total")
        .label(1, "code", "200")
        .sample(2, 1000.0, THEN)
        .sample(2, 1027.0, THEN + 15_000);
    let expected = Message::default().message(1, &Message::default().message(1, &series));
    assert_eq!(body, expected.plain());
}

#[tokio::test]
async fn remote_read_refuses_what_it_cannot_do() {
    let (_dir, server) = server(&["--ingest-max-body-bytes", "1KiB"]).await;
    let large = snap::raw::Encoder::new().compress_vec(&vec![0; 4000]).unwrap();
    let table = [
        (b"no snappy".to_vec(), "one block of snappy"),
        (large, "1024 are allowed"),
        // STREAMED_XOR_CHUNKS alone.
        (request().number(2, 1).compressed(), "accepted_response_types"),
    ];
    for (body, words) in table {
        let answer = server.post("/api/v1/read", &[], body).await;
        assert_eq!(answer.status, 400, "{words}");
        assert!(answer.body.contains(words), "{}", answer.body);
    }
}

#[tokio::test]
async fn exemplars_and_metadata() {
    let (_dir, server) = server(&[]).await;
    let exemplar = Message::default().label(1, "trace_id", "abc").double(2, 0.25).number(3, THEN + 500);
    let series = Message::default()
        .label(1, "__name__", "latency_bucket")
        .label(1, "le", "0.5")
        .sample(2, 7.0, THEN)
        .message(3, &exemplar);
    // 3 is HISTOGRAM.
    let metadata = Message::default()
        .number(1, 3)
        .text(2, "latency")
        .text(4, "How long \"it\" took.")
        .text(5, "seconds");
    let write = Message::default().message(1, &series).message(3, &metadata);
    let answer = server.post("/api/v1/write", &[("content-encoding", "snappy")], write.compressed()).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    let paths = [
        "/api/v1/query_exemplars?query=rate(latency_bucket[5m])/latency_bucket",
        "/api/v1/query_exemplars?query=latency_bucket&start=1435781401",
        "/api/v1/metadata",
        "/api/v1/metadata?metric=none",
        "/api/v1/metadata?limit=0",
    ];
    insta::assert_snapshot!(answers(&server, &paths).await);
    assert_eq!(server.get("/api/v1/query_exemplars?query=1").await.status, 204);
}
