//! A client that does not read: it is skipped ahead, and nobody waits for it.

use tempfile::tempdir;
use watchfire_model::live::{ServerMessage, Span, Subscription};

use crate::answer::eventually;
use crate::client::{Client, last_minutes, over};
use crate::points::Points;
use crate::server::Server;

const LARGE: u32 = 16;

/// Ranges that fill the kernel's buffers, too: every series, ten thousand points each.
fn everything() -> Subscription {
    Subscription { max_points: 10_000, ..over(".+", Span::Last { length: 9_000_000 }) }
}

/// A client that has asked for much and reads nothing.
pub(crate) async fn stuck(server: &Server) -> Client {
    let mut client = Client::open(server.address(), Some(65_536)).await;
    for id in 0..LARGE {
        client.subscribe(id, everything()).await;
    }
    client
}

#[tokio::test]
async fn a_slow_reader_is_skipped_ahead() {
    let dir = tempdir().unwrap();
    let flags = ["--collect-interval", "100ms", "--live-queue", "1", "--live-max-points", "10000"];
    let server = Server::start(dir.path(), &flags);
    let (mut reader, _) = Client::connect(&server).await;
    let mut seen = Points::default();
    reader.subscribe(1, last_minutes("system_cpu_usage_percent")).await;
    reader.watch(1, &mut seen, |points| points.newest().is_some()).await;

    let mut slow = stuck(&server).await;
    let skipped = eventually("the slow reader to be skipped", async || {
        let skipped = server.get("/status").await.json()["connections"]["skipped"].as_u64().unwrap();
        (skipped > 0).then_some(skipped)
    })
    .await;
    // Nobody waits for it: the other's points go on.
    let before = seen.newest();
    reader.watch(1, &mut seen, |points| points.newest() > before).await;

    // It reads again, and is told what it missed: first that, then the points, up to now.
    let mut behind = std::collections::BTreeSet::new();
    let mut caught_up = std::collections::BTreeSet::new();
    while caught_up.len() < LARGE as usize {
        match slow.next().await {
            ServerMessage::Skipped { id } => {
                behind.insert(id);
            }
            ServerMessage::Range { id, body } => {
                assert_eq!(body.keeps, behind.contains(&id), "{id}");
                caught_up.insert(id);
            }
            ServerMessage::Delta { id, .. } => assert!(caught_up.contains(&id), "{id}"),
            other => assert!(matches!(other, ServerMessage::Hello(_)), "{other:?}"),
        }
    }
    assert!(!behind.is_empty());
    let metrics = server.get("/metrics").await.body;
    let line = metrics.lines().find(|line| line.starts_with("watchfire_live_skipped_total ")).unwrap();
    assert!(line.rsplit(' ').next().unwrap().parse::<u64>().unwrap() >= skipped, "{line}");
}
