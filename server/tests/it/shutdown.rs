//! SIGTERM, and the start after it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tempfile::tempdir;
use watchfire_model::live::{ServerMessage, Span};

use crate::client::{Client, End, last_minutes, over};
use crate::points::Points;
use crate::server::{Server, Stopped};
use crate::slow_reader::stuck;

/// What is promised for the end of the server.
const MOST: Duration = Duration::from_secs(2);

fn assert_clean(stopped: &Stopped) {
    assert_eq!(stopped.status.code(), Some(0), "{}", stopped.log);
    assert!(stopped.took < MOST, "{:?}\n{}", stopped.took, stopped.log);
    assert!(!stopped.log.contains("panicked"), "{}", stopped.log);
    assert!(stopped.log.lines().last().unwrap().contains("\"stopped\""), "{}", stopped.log);
}

#[tokio::test]
async fn an_idle_server_ends() {
    let dir = tempdir().unwrap();
    assert_clean(&Server::start(dir.path(), &[]).stop().await);
}

#[tokio::test]
async fn open_connections_do_not_hold_it_up() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--live-max-points", "10000"]);
    let mut viewers = Vec::new();
    for _ in 0..20 {
        let (mut viewer, _) = Client::connect(&server).await;
        viewer.subscribe(1, last_minutes("system_.*")).await;
        viewers.push(viewer);
    }
    let _stuck = stuck(&server).await;
    // Answered once and kept open, as browsers do.
    let mut idle = TcpStream::connect(server.address()).unwrap();
    write!(idle, "GET /health HTTP/1.1\r\nHost: {}\r\n\r\n", server.address()).unwrap();
    let mut head = [0; 15];
    idle.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    // Connected, and never asked anything.
    let _silent = TcpStream::connect(server.address()).unwrap();

    let stopped = server.stop().await;
    assert_clean(&stopped);
    for mut viewer in viewers {
        viewer.until(|message| matches!(message, ServerMessage::Closing).then_some(())).await;
        // 1001: going away.
        assert_eq!(viewer.next_or_end().await, Err(End::Closed(1001)));
    }
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--shutdown-timeout", "500ms"]);
    let mut half = TcpStream::connect(server.address()).unwrap();
    write!(half, "GET /health HTTP/1.1\r\nHost:").unwrap();
    // An answer on another connection: the server has looked at this one by then.
    assert_eq!(server.get("/ready").await.status, 200);
    assert_clean(&server.stop().await);
}

#[tokio::test]
async fn what_was_stored_is_there_after_a_restart() {
    let dir = tempdir().unwrap();
    let flags = ["--collect-interval", "100ms", "--block-window", "1s"];
    let server = Server::start(dir.path(), &flags);
    let (mut client, hello) = Client::connect(&server).await;
    let mut seen = Points::default();
    client.subscribe(1, last_minutes("system_(cpu|memory).*")).await;
    client.watch(1, &mut seen, |points| points.settled().len() > 20).await;
    let samples = server.get("/status").await.json()["storage"]["appended_samples"].as_u64().unwrap();
    assert_clean(&server.stop().await);

    let started = Instant::now();
    let server = Server::start(dir.path(), &["--no-collect"]);
    println!("started on {samples} samples in {:?}", started.elapsed());
    let (mut client, again) = Client::connect(&server).await;
    assert_ne!(again.instance, hello.instance, "another start of the server");
    let start = seen.settled().keys().map(|(_, time)| *time).min().unwrap();
    let span = Span::Fixed { start, end: seen.newest().unwrap() };
    client.subscribe(1, over("system_(cpu|memory).*", span)).await;
    let mut found = Points::default();
    client.watch(1, &mut found, |_| true).await;
    let found = found.settled();
    for (key, value) in seen.settled() {
        assert_eq!(found.get(&key).map(|value| value.to_bits()), Some(value.to_bits()), "{key:?}");
    }
}
