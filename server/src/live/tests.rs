//! The hub without a network: queues are read by the tests themselves.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use watchfire_model::live::{DeltaBody, RangeBody, ServerMessage, Span, Subscription, decode};
use watchfire_model::{Batch, Function, GridSeries, Labels, Matcher, SeriesQuery};
use watchfire_service::Service;
use watchfire_storage::{Engine, Settings};

use super::hub::StreamKey;
use super::hub::{Hub, HubSettings};
use super::outbox::Outbox;
use super::stream::WatcherKey;
use crate::clock::now;

/// A hub over a storage of its own.
struct Fixture {
    hub: Hub,
    service: Service,
    _dir: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings { dir: dir.path().to_owned(), min_free_bytes: 0, ..Settings::default() };
        let engine = std::sync::Arc::new(Engine::open(settings).await.unwrap());
        let service = Service::new(engine.clone(), engine);
        let settings = HubSettings {
            max_connections: 10,
            max_subscriptions: 10,
            max_points: 1000,
            queue: 2,
            max_message_bytes: 1000,
        };
        let hub = Hub::new(service.clone(), settings, CancellationToken::new(), 1);
        Self { hub, service, _dir: dir }
    }

    /// Stores a sample of `up{host}`.
    async fn store(&self, host: &str, at: i64, value: f64) {
        let mut batch = Batch::default();
        batch.push(&up(host), at, value);
        self.service.append(batch).await.unwrap();
    }

    /// Stores a sample, and returns when those who watch were served.
    async fn serve(&self, value: f64) {
        let before = self.evaluations();
        self.store("a", now(), value).await;
        eventually("an evaluation", || self.evaluations() > before).await;
    }

    fn evaluations(&self) -> u64 {
        self.hub.stats().evaluations.load(Ordering::Relaxed)
    }

    async fn watch(&self, connection: u64, length: i64) -> Viewer {
        let (outbox, queue) = Outbox::new(2);
        let key = WatcherKey { connection, id: 1 };
        let span = Span::Last { length };
        // As many seconds as points, so that all lengths have the step of a second.
        let max_points = u32::try_from(length / 1000).unwrap();
        let subscription = Subscription { query: query(), span, max_points, known: None };
        let stream = self.hub.subscribe(key, subscription, &outbox).await.unwrap();
        eventually("the range", || queue.len() == 1).await;
        Viewer { key, stream, queue }
    }
}

struct Viewer {
    key: WatcherKey,
    stream: StreamKey,
    queue: mpsc::Receiver<Bytes>,
}

impl Viewer {
    /// What stands in the next place of the queue.
    async fn next(&mut self) -> Vec<ServerMessage> {
        let bytes = tokio::time::timeout(Duration::from_secs(30), self.queue.recv()).await.unwrap().unwrap();
        decode(&bytes).unwrap()
    }

    async fn range(&mut self) -> RangeBody {
        match self.next().await.as_slice() {
            [ServerMessage::Range { id: 1, body }] => body.clone(),
            other => panic!("{other:?}"),
        }
    }

    async fn delta(&mut self) -> DeltaBody {
        match self.next().await.as_slice() {
            [ServerMessage::Delta { id: 1, body }] => body.clone(),
            other => panic!("{other:?}"),
        }
    }
}

fn up(host: &str) -> Labels {
    Labels::of("up", [("host", host)]).unwrap()
}

fn query() -> SeriesQuery {
    SeriesQuery { matchers: vec![Matcher::metric("up")], function: Function::Mean }
}

async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}

fn labels(body: &RangeBody) -> Vec<Labels> {
    body.series.iter().map(|series| series.labels.clone()).collect()
}

#[tokio::test]
async fn a_slow_reader_is_told_and_sent_the_gap() {
    let fixture = Fixture::new().await;
    let stats = fixture.hub.stats();
    let skipped = || stats.skipped.load(Ordering::Relaxed);
    let mut slow = fixture.watch(1, 60_000).await;
    // The range and a delta fill the queue; each further delta has no place, but only the first is counted.
    fixture.serve(1.0).await;
    for value in [2.0, 3.0, 4.0] {
        fixture.serve(value).await;
    }
    eventually("the skip", || skipped() == 1).await;
    assert!(!slow.range().await.keeps);
    let seen = slow.delta().await;
    assert_eq!(seen.new, [up("a")]);

    // It has read everything, so it is served again, beginning with what it missed.
    fixture.serve(5.0).await;
    let messages = slow.next().await;
    let [ServerMessage::Skipped { id: 1 }, ServerMessage::Range { id: 1, body }] = messages.as_slice() else {
        panic!("{messages:?}")
    };
    assert!(body.keeps);
    let filling = seen.grid.time(seen.grid.len - 1);
    assert_eq!(body.grid.start, filling, "from the step that was filling when it fell behind");
    assert_eq!(labels(body), [up("a")]);
    let truth = fixture.service.query(&query(), body.grid).await.unwrap();
    let bits = |series: &GridSeries| series.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&truth[0]), bits(&body.series[0]));

    // And it goes on as before, although its queue is short.
    slow.delta().await;
    fixture.serve(6.0).await;
    slow.delta().await;
    assert_eq!(skipped(), 1);
}

#[tokio::test]
async fn a_stream_ends_with_its_last_watcher() {
    let fixture = Fixture::new().await;
    let stats = fixture.hub.stats();
    let counts = || (stats.streams.load(Ordering::Relaxed), stats.watchers.load(Ordering::Relaxed));
    let (mut one, mut other) = (fixture.watch(1, 60_000).await, fixture.watch(2, 30_000).await);
    one.range().await;
    other.range().await;
    assert_eq!(counts(), (1, 2), "the same query at the same step");

    fixture.hub.unsubscribe(one.key, &one.stream).await;
    eventually("the first to leave", || counts() == (1, 1)).await;
    fixture.serve(1.0).await;
    other.delta().await;
    assert!(one.queue.try_recv().is_err(), "whoever left hears nothing");

    fixture.hub.unsubscribe(other.key, &other.stream).await;
    eventually("the stream to end", || counts() == (0, 0)).await;
    let before = fixture.evaluations();
    fixture.store("a", now(), 2.0).await;
    // Whoever comes now gets a stream of its own, whose range is the only evaluation.
    fixture.watch(3, 60_000).await.range().await;
    assert_eq!((counts(), fixture.evaluations()), ((1, 1), before + 1));
}

#[tokio::test]
async fn series_that_a_newcomer_brings_are_announced() {
    let fixture = Fixture::new().await;
    let then = now();
    fixture.store("b", then - 30_000, 1.0).await;
    fixture.store("c", then, 2.0).await;
    // Looks at a time in which only one of the two has samples.
    let mut first = fixture.watch(1, 5000).await;
    assert_eq!(labels(&first.range().await), [up("c")]);
    let mut newcomer = fixture.watch(2, 60_000).await;
    // In the order in which the first knows them.
    assert_eq!(labels(&newcomer.range().await), [up("c"), up("b")]);
    let announced = first.delta().await;
    assert_eq!((announced.new, announced.rows, announced.grid.len), (vec![up("b")], Vec::new(), 0));

    fixture.store("b", now(), 3.0).await;
    for viewer in [&mut first, &mut newcomer] {
        let delta = viewer.delta().await;
        assert!(delta.new.is_empty());
        let row = delta.rows.iter().find(|row| row.series == 1).unwrap();
        assert_eq!(row.values.last(), Some(&3.0));
    }
}
