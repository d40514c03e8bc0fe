use tempfile::tempdir;

use super::{Body, EMPTY_SERVER, query, send};
use crate::server::{Server, now};

const THEN: i64 = 1_699_958_400_000;

/// Labels, timestamp, words of the refusal, its reason.
type Case<'a> = (&'a [(&'a str, &'a str)], i64, &'a str, &'a str);

#[tokio::test]
async fn samples_of_any_age_in_any_order_are_there_at_once() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &EMPTY_SERVER);
    for (timestamp, value) in [(THEN, 3.0), (0, 1.0), (5000, 2.0), (1000, 1.5)] {
        let body = Body::default().series(&[("__name__", "old"), ("job", "a")], &[(timestamp, value)]);
        let answer = send(&server, &body).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
        let found = query(&server, "old", timestamp / 1000).await;
        assert!(found.iter().any(|((_, at), found)| (*at, *found) == (timestamp, value)), "{found:?}");
    }
}

#[tokio::test]
async fn the_first_offender_is_named_and_the_good_part_is_stored() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--max-labels", "4", "--max-label-value", "20"]);
    let now = now();
    let up = [("__name__", "up"), ("job", "a")];
    let first = Body::default().series(&up, &[(now, 1.0)]);
    assert_eq!(send(&server, &first).await.status, 204);
    assert_eq!(send(&server, &first).await.status, 204, "the same again is no offence");

    let long = "x".repeat(21);
    let too_many = [("__name__", "m"), ("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")];
    let cases: [Case<'_>; 7] = [
        (&up, now, "duplicate sample for timestamp", "duplicate"),
        (&up, now - 2 * 3_600_000, "out of order sample", "out_of_order"),
        (&up, now + 3_600_000, "too far in the future", "in_future"),
        (&up, now - 8 * 86_400_000, "older than the retention", "too_old"),
        (&[("__name__", "m"), ("a", &long)], now, "a label value of m has 21 bytes", "label_too_long"),
        (&too_many, now, "has 5 labels, 4 are allowed", "too_many_labels"),
        (&[("job", "a")], now, "has no metric name", "invalid_labels"),
    ];
    for (turn, (labels, timestamp, words, reason)) in (0..).zip(cases) {
        let good = [("__name__", "good"), ("turn", &*turn.to_string())];
        let body = Body::default().series(labels, &[(timestamp, 7.0)]).series(&good, &[(now, 1.0)]);
        let answer = send(&server, &body).await;
        assert_eq!(answer.status, 400, "{words}: {}", answer.body);
        assert!(answer.body.contains(words), "{}", answer.body);
        assert_eq!(query(&server, "good", now / 1000 + 1).await.len(), turn + 1, "the good part");
        let metrics = server.get("/metrics").await.body;
        let line = format!("watchfire_ingest_rejected_total{{reason=\"{reason}\"}} 1");
        assert!(metrics.lines().any(|found| found == line), "{line} is missing in\n{metrics}");
    }
    let twice = Body::default().series(&[("__name__", "m"), ("a", "1"), ("a", "2")], &[(now, 1.0)]);
    let answer = send(&server, &twice).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("the label \"a\" is there twice"), "{}", answer.body);
}

#[tokio::test]
async fn broken_and_large_bodies() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--ingest-max-body-bytes", "1KiB"]);
    let coding = [("content-encoding", "snappy")];
    let post = |headers: &'static [(&'static str, &'static str)], body: Vec<u8>| {
        server.post("/api/v1/write", headers, body)
    };
    assert_eq!(server.post("/api/v1/write", &coding, b"no snappy".to_vec()).await.status, 400);
    let broken = snap::raw::Encoder::new().compress_vec(&[0x0a, 0x7f, 1]).unwrap();
    let answer = server.post("/api/v1/write", &coding, broken).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("broken protobuf at byte"), "{}", answer.body);
    // Small as it comes, large when it is unpacked; and large as it comes.
    let bomb = snap::raw::Encoder::new().compress_vec(&vec![0; 4000]).unwrap();
    assert_eq!(server.post("/api/v1/write", &coding, bomb).await.status, 413);
    assert_eq!(server.post("/api/v1/write", &coding, vec![0; 4000]).await.status, 413);
    assert_eq!(post(&[("content-encoding", "gzip")], Vec::new()).await.status, 415);
    assert_eq!(post(&[("content-type", "application/json")], Vec::new()).await.status, 415);
}

#[tokio::test]
async fn a_sender_that_is_too_fast_is_told_when_to_come_back() {
    let dir = tempdir().unwrap();
    let flags = ["--no-collect", "--ingest-max-samples-per-second", "1"];
    let server = Server::start(dir.path(), &flags);
    let now = now();
    let samples: Vec<_> = (0..10).map(|turn| (now + turn, 1.0)).collect();
    let body = Body::default().series(&[("__name__", "fast")], &samples);
    assert_eq!(send(&server, &body).await.status, 204);
    let answer = send(&server, &body).await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
}
