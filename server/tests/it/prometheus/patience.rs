//! How long queries may take, and what ends them.

use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use super::server;
use crate::answer::eventually;
use crate::server::DEADLINE;

/// Some 600 million steps, never many of them in memory: minutes of work.
fn endless() -> String {
    let terms = vec!["count_over_time(vector(1)[30d:1s])"; 250];
    format!("/api/v1/query?query={}&time=1e9", terms.join("%2B"))
}

#[tokio::test]
async fn queries_may_take_longer_than_other_requests() {
    let (_dir, server) = server(&["--http-request-timeout", "100ms"]).await;
    let begin = Instant::now();
    let answer = server.get("/api/v1/query?query=count_over_time(vector(1)[100d:1s])&time=1e9").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(begin.elapsed().as_millis() > 100, "too fast to show anything");
}

#[tokio::test]
async fn queries_that_take_too_long_end() {
    let (_dir, server) = server(&["--query-timeout", "200ms"]).await;
    let answer = server.get(&endless()).await;
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.body,
        r#"{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}"#
    );
}

#[tokio::test]
async fn who_hangs_up_stops_the_query() {
    // One query at a time, and time enough for it to outlast this test.
    let (_dir, server) = server(&["--query-max-concurrent", "1", "--query-timeout", "1h"]).await;
    let mut asking = TcpStream::connect(server.address()).unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", endless(), server.address());
    asking.write_all(request.as_bytes()).unwrap();
    eventually("the only place to be taken", async || {
        let answer = server.get("/api/v1/query?query=1&timeout=50ms").await;
        (answer.status == 503)
            .then(|| assert!(answer.body.contains("query timed out in query queue"), "{}", answer.body))
    })
    .await;
    drop(asking);
    let begin = Instant::now();
    let answer = server.get("/api/v1/query?query=1").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(begin.elapsed() < DEADLINE, "{:?}", begin.elapsed());
}
