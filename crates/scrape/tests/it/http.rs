//! The ways in which a target is asked, and in which it can fail.

use std::io::Write as _;
use std::time::Duration;

use crate::server::{Reply, Server};
use crate::sink::{Run, job, until};

#[tokio::test]
async fn credentials_are_sent() {
    for (keys, expected) in [
        ("basic_auth: {username: me, password: 'p w'}", "Basic bWU6cCB3"),
        ("basic_auth: {username: me, password_file: secret}", "Basic bWU6ZnJvbSBhIGZpbGU="),
        ("bearer_token: abc", "Bearer abc"),
        ("bearer_token_file: secret", "Bearer from a file"),
        ("authorization: {type: Token, credentials: abc}", "Token abc"),
        ("authorization: {credentials_file: secret}", "Bearer from a file"),
    ] {
        let server = Server::start(move |request| {
            let authorized = request.headers.get("authorization").is_some_and(|value| value == expected);
            if authorized { Reply::text("a 1\n") } else { Reply::status(401) }
        })
        .await;
        let run = Run::with(&job(&server, &format!(", {keys}")), |folder| {
            std::fs::write(folder.join("secret"), "from a file\n").unwrap();
        });
        run.until_last("up", 1.0).await;
    }
}

#[tokio::test]
async fn a_secret_in_a_file_may_change() {
    let server = Server::start(|request| match request.headers["authorization"].as_str() {
        "Bearer new" => Reply::text("a 1\n"),
        _ => Reply::status(401),
    })
    .await;
    let run = Run::with(&job(&server, ", bearer_token_file: secret"), |folder| {
        std::fs::write(folder.join("secret"), "old").unwrap();
    });
    run.until_last("up", 0.0).await;
    run.replace("secret", "new\n");
    run.until_last("up", 1.0).await;
}

#[tokio::test]
async fn headers_tell_who_asks_and_how_long_it_waits() {
    let server = Server::page("a 1\n").await;
    let more =
        ", params: {module: [x, 'y z']}, metrics_path: /probe, http_headers: {X-Tenant: {values: [t]}}";
    let run = Run::start(&job(&server, more));
    run.until_last("up", 1.0).await;
    let request = server.requests().swap_remove(0);
    assert_eq!(request.path, "/probe?module=x&module=y+z");
    assert_eq!(request.headers["x-prometheus-scrape-timeout-seconds"], "0.15");
    assert_eq!(request.headers["accept-encoding"], "gzip");
    assert_eq!(request.headers["x-tenant"], "t");
    assert!(request.headers["user-agent"].starts_with("Watchfire/"));
}

#[tokio::test]
async fn redirects_are_followed_where_that_is_allowed() {
    for (follow, up) in [("true", 1.0), ("false", 0.0)] {
        let server = Server::start(|request| match request.path.as_str() {
            "/metrics" => Reply::status(302).header("Location", "/elsewhere"),
            _ => Reply::text("a 1\n"),
        })
        .await;
        let run = Run::start(&job(&server, &format!(", follow_redirects: {follow}")));
        run.until_last("up", up).await;
    }
}

#[tokio::test]
async fn gzip_is_unpacked() {
    // One stored block: the form of gzip that needs no compressor.
    let page = b"a 1\n";
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 4, 0, 0xfb, 0xff];
    packed.extend(page);
    packed.extend(crc(page).to_le_bytes());
    packed.write_all(&4_u32.to_le_bytes()).unwrap();
    let server = Server::start(move |_| Reply::text(packed.clone()).header("Content-Encoding", "gzip")).await;
    let run = Run::start(&job(&server, ""));
    run.until_last("a{", 1.0).await;
}

/// The checksum of gzip, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[tokio::test]
async fn failures_tell_their_reason() {
    type Answer = fn() -> Reply;
    let table: [(Answer, &str, &str); 7] = [
        (|| Reply::status(500), "", "server returned HTTP status 500"),
        (
            || Reply { delay: Duration::from_secs(5), ..Reply::text("a 1\n") },
            "",
            "no complete answer within 150ms",
        ),
        (|| Reply { cut: true, ..Reply::text("a 1\nb 1\n") }, "", "error"),
        (|| Reply::text("a 1\nb{ 1\n"), "", "line 2"),
        (|| Reply::of("image/png", "a 1\n"), "", "unsupported Content-Type \"image/png\""),
        (|| Reply::of("application/openmetrics-text; version=1.0.0", "a 1\n"), "", "EOF"),
        (|| Reply::text("a 1\n"), ", bearer_token_file: nowhere", "nowhere can't be read"),
    ];
    for (answer, more, reason) in table {
        let server = Server::start(move |_| answer()).await;
        let run = Run::start(&job(&server, more));
        // Where the machine is busy a scrape may first end for want of time.
        until(reason, || {
            run.scraper.targets().first()?.outcome.last_error.clone()?.contains(reason).then_some(())
        })
        .await;
        run.until_last("up", 0.0).await;
        assert!(run.sink.of("a{").is_empty(), "nothing of a failed scrape stays");
    }
}

#[tokio::test]
async fn a_fallback_reads_what_names_no_format() {
    let server = Server::start(|_| Reply::of("image/png", "a 1\n")).await;
    let run = Run::start(&job(&server, ", fallback_scrape_protocol: PrometheusText0.0.4"));
    run.until_last("up", 1.0).await;
}

#[tokio::test]
async fn a_target_that_is_not_there_is_down() {
    let server = Server::page("a 1\n").await;
    let jobs = job(&server, "");
    drop(server);
    let run = Run::start(&jobs);
    run.until_last("up", 0.0).await;
    // While its socket closes there may be no answer at all.
    until("a refusal", || {
        let error = run.scraper.targets().first()?.outcome.last_error.clone()?;
        error.contains("refused").then_some(())
    })
    .await;
}
