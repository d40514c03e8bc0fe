//! `kill -9` under load. A point reaches a viewer only after its samples are in the journal, so every point that a viewer
//! got must be there after the next start, whatever the server was doing when it died.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::time::Duration;

use tempfile::tempdir;
use tokio::time::{Instant, timeout_at};
use watchfire_model::live::{ServerMessage, Span};

use crate::client::{Client, last_minutes, over};
use crate::points::Points;
use crate::server::{Server, now};

/// One query for each collector: each stores its samples in their order, so a newer point means that the one before it was
/// complete.
const QUERIES: [&str; 2] =
    ["system_(cpu|memory|load|network|processes).*", "watchfire_(process|storage|collector)_.*"];

type Received = [BTreeMap<(String, i64), f64>; 2];

fn at_random(most: Duration) -> Duration {
    most.mul_f64(RandomState::new().hash_one(0) as f64 / u64::MAX as f64)
}

/// Compares what viewers got with what the server has.
async fn compare(server: &Server, received: &Received) -> usize {
    let (mut client, _) = Client::connect(server).await;
    let mut compared = 0;
    for (received, query) in received.iter().zip(QUERIES) {
        let times = || received.keys().map(|(_, time)| *time);
        let (Some(start), Some(end)) = (times().min(), times().max()) else { continue };
        client.subscribe(1, over(query, Span::Fixed { start, end })).await;
        let mut found = Points::default();
        client.watch(1, &mut found, |_| true).await;
        assert_eq!(found.step, 1000);
        for ((labels, time), value) in received {
            let found = found.series.get(labels).and_then(|points| points.get(time));
            assert_eq!(
                found.map(|found| found.to_bits()),
                Some(value.to_bits()),
                "{labels} at {time}: {value}"
            );
            compared += 1;
        }
    }
    compared
}

/// Starts, compares, watches until `moment`, kills, and reads what was still on its way.
async fn round(
    dir: &Path,
    flags: &[&str],
    received: &mut Received,
    keep: fn(&Points) -> BTreeMap<(String, i64), f64>,
    moment: impl AsyncFnOnce(&mut Client, &mut [Points; 2]),
) -> usize {
    let server = Server::start(dir, flags);
    let compared = compare(&server, received).await;
    let (mut client, _) = Client::connect(&server).await;
    let mut seen = [Points::default(), Points::default()];
    for (id, query) in (0..).zip(QUERIES) {
        client.subscribe(id, last_minutes(query)).await;
    }
    moment(&mut client, &mut seen).await;
    server.kill();
    while let Ok(message) = client.next_or_end().await {
        take(&mut seen, &message);
    }
    for (received, seen) in received.iter_mut().zip(&seen) {
        received.extend(keep(seen));
    }
    compared
}

fn take(seen: &mut [Points; 2], message: &ServerMessage) {
    for (id, seen) in (0..).zip(seen) {
        seen.take(id, message);
    }
}

#[tokio::test]
async fn at_any_moment() {
    let dir = tempdir().unwrap();
    // Ten times a second, and a flush of everything into the day's partition every second.
    let flags = ["--collect-interval", "100ms", "--block-window", "1s"];
    let mut received = Received::default();
    for _ in 0..12 {
        round(dir.path(), &flags, &mut received, Points::settled, async |client, seen| {
            let started = now();
            // Until steps of this round are over, of both.
            while seen.iter().any(|seen| seen.newest() < Some(started + 1000)) {
                take(seen, &client.next().await);
            }
            let end = Instant::now() + at_random(Duration::from_secs(1));
            while let Ok(message) = timeout_at(end, client.next()).await {
                take(seen, &message);
            }
        })
        .await;
    }
    let server = Server::start(dir.path(), &["--no-collect"]);
    let compared = compare(&server, &received).await;
    println!("{compared} points of steps that were over");
    assert!(compared > 200, "{compared}");
}

#[tokio::test]
async fn when_a_point_has_just_arrived() {
    let dir = tempdir().unwrap();
    // One sample a step: the newest point, too, is as it will stay.
    let flags = ["--collect-interval", "1s", "--block-window", "1s"];
    let all = |seen: &Points| {
        let all = |(labels, points): (&String, &BTreeMap<i64, f64>)| {
            points.iter().map(|(time, value)| ((labels.clone(), *time), *value)).collect::<Vec<_>>()
        };
        seen.series.iter().flat_map(all).collect()
    };
    let mut received = Received::default();
    for index in 0..10 {
        let newest = received[index % 2].keys().map(|(_, time)| *time).max();
        round(dir.path(), &flags, &mut received, all, async |client, seen| {
            // Of the one collector or the other, in turn.
            while seen[index % 2].newest() <= newest {
                take(seen, &client.next().await);
            }
        })
        .await;
    }
    let server = Server::start(dir.path(), &["--no-collect"]);
    let compared = compare(&server, &received).await;
    println!("{compared} points, the newest of which had just arrived");
    assert!(compared > 200, "{compared}");
}
