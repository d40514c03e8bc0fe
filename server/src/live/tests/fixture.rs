//! The hub over a storage of its own, and those who watch, without a network.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use watchfire_model::live::{
    Asked, ClientMessage, DeltaBody, RangeBody, Refresh, ServerMessage, Span, Subscription, decode,
};
use watchfire_model::{Batch, Function, Grid, Labels, Matcher, SeriesQuery};
use watchfire_service::{PromQuery, Service};
use watchfire_storage::{Engine, Settings};

use crate::clock::now;
use crate::live::connection::Session;
use crate::live::outbox::{Inbox, join};
use crate::live::{Hub, HubSettings, Scope};

pub(super) struct Fixture {
    pub(super) hub: Hub,
    pub(super) service: Service,
    /// The same storage without a cache.
    pub(super) plain: Service,
    _dir: TempDir,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = Settings { dir: dir.path().to_owned(), min_free_bytes: 0, ..Settings::default() };
        let engine = Arc::new(Engine::open(settings).await.unwrap());
        let plain = Service::new(engine.clone(), engine);
        let service = plain.clone().with_cache(1 << 20);
        let settings = HubSettings {
            max_connections: 10,
            max_connections_per_address: 10,
            max_subscriptions: 10,
            max_points: 1000,
            max_series: 3,
            queue: 2,
            queue_bytes: 1 << 20,
            max_message_bytes: 1000,
        };
        let hub = Hub::new(service.clone(), settings, CancellationToken::new(), 1);
        Self { hub, service, plain, _dir: dir }
    }

    /// Stores a sample of `up{host}`.
    pub(super) async fn store(&self, host: &str, at: i64, value: f64) {
        let mut batch = Batch::default();
        batch.push(&up(host), at, value);
        self.service.append(batch).await.unwrap();
    }

    /// Stores a sample, and returns when those who watch are being served.
    pub(super) async fn serve(&self, value: f64) {
        let before = self.evaluations();
        self.store("a", now(), value).await;
        eventually("an evaluation", || self.evaluations() > before).await;
    }

    pub(super) fn evaluations(&self) -> u64 {
        self.hub.stats().evaluations.load(Ordering::Relaxed)
    }

    /// Someone who watches nothing yet.
    pub(super) fn viewer(&self, scope: Scope) -> Viewer {
        let (session, inbox) = Session::new(self.hub.clone(), scope);
        // Hello.
        assert_eq!(inbox.take().len(), 1);
        Viewer { session, inbox, waiting: VecDeque::new(), seen: Seen::default() }
    }

    /// Someone who watches `up` over the last `length` milliseconds, a point each second.
    pub(super) async fn watch(&self, length: i64) -> Viewer {
        let mut viewer = self.viewer(Scope::All);
        viewer.subscribe(last(Asked::Series(query()), length)).await;
        eventually("the range", || viewer.inbox.waiting() == 1).await;
        viewer
    }

    /// Someone who watches a query in PromQL, and has its range.
    pub(super) async fn watch_promql(&self, expr: &str, length: i64) -> Viewer {
        let mut viewer = self.viewer(Scope::All);
        viewer.subscribe(last(promql(expr), length)).await;
        viewer.range().await;
        viewer
    }

    /// What a query comes to, without cache and hub.
    pub(super) async fn truth(&self, expr: &str, start: i64, end: i64) -> BTreeMap<(String, i64), u64> {
        let query =
            PromQuery { text: expr.to_owned(), start, end, step: 1000, lookback: None, timeout: None };
        let answer = self.plain.evaluate(query).await.unwrap().answer;
        let watchfire_promql::Value::Matrix(all) = answer.value else { panic!() };
        let mut truth = BTreeMap::new();
        for series in all {
            for (at, value) in series.timestamps.iter().zip(&series.values) {
                truth.insert((series.labels.to_string(), *at), value.to_bits());
            }
        }
        truth
    }
}

pub(super) struct Viewer {
    pub(super) session: Session,
    pub(super) inbox: Inbox,
    waiting: VecDeque<ServerMessage>,
    /// What a client would show.
    pub(super) seen: Seen,
}

impl Viewer {
    pub(super) async fn subscribe(&mut self, subscription: Subscription) {
        self.session.obey(ClientMessage::Subscribe { id: 1, subscription }).await;
    }

    /// What comes next.
    pub(super) async fn next(&mut self) -> ServerMessage {
        if self.waiting.is_empty() {
            tokio::time::timeout(Duration::from_secs(30), self.inbox.filled()).await.unwrap();
            let mut items = self.inbox.take();
            while !items.is_empty() {
                self.waiting.extend(decode::<ServerMessage>(&join(&mut items)).unwrap());
            }
        }
        let message = self.waiting.pop_front().unwrap();
        self.seen.take(&message);
        message
    }

    pub(super) async fn range(&mut self) -> RangeBody {
        match self.next().await {
            ServerMessage::Range { id: 1, body } => body,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn delta(&mut self) -> DeltaBody {
        match self.next().await {
            ServerMessage::Delta { id: 1, body } => body,
            other => panic!("{other:?}"),
        }
    }

    /// The sentence and the place of a refusal.
    pub(super) async fn refusal(&mut self) -> (String, Option<(u32, u32)>) {
        match self.next().await {
            ServerMessage::Refused { id: Some(1), message, position } => (message, position),
            other => panic!("{other:?}"),
        }
    }

    /// Reads on until what is seen is as it should be.
    pub(super) async fn until(&mut self, mut enough: impl FnMut(&Seen) -> bool) {
        while !enough(&self.seen) {
            self.next().await;
        }
    }
}

/// What a client knows, kept as docs/LIVE.md has it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    list: Vec<Labels>,
    pub(super) points: BTreeMap<(String, i64), u64>,
}

impl Seen {
    fn take(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Range { body, .. } => {
                self.points.retain(|(_, at), _| body.keeps && *at < body.grid.start);
                self.list = body.series.iter().map(|series| series.labels.clone()).collect();
                for (place, series) in body.series.iter().enumerate() {
                    self.put(place, body.grid, &series.values);
                }
            }
            ServerMessage::Delta { body, .. } => {
                self.list.extend(body.new.iter().cloned());
                self.points.retain(|(_, at), _| body.grid.index(*at).is_none());
                for row in &body.rows {
                    self.put(row.series as usize, body.grid, &row.values);
                }
            }
            _ => {}
        }
    }

    fn put(&mut self, place: usize, grid: Grid, values: &[f64]) {
        assert_eq!(values.len(), grid.len);
        for (index, value) in values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            self.points.insert((self.list[place].to_string(), grid.time(index)), value.to_bits());
        }
    }

    /// The time of the newest point.
    pub(super) fn newest(&self) -> i64 {
        self.points.keys().map(|(_, at)| *at).max().unwrap_or(0)
    }

    /// The points from `start` to `end`.
    pub(super) fn part(&self, start: i64, end: i64) -> BTreeMap<(String, i64), u64> {
        let inside = |((_, at), _): &(&(String, i64), &u64)| (start..=end).contains(at);
        self.points.iter().filter(inside).map(|(key, value)| (key.clone(), *value)).collect()
    }
}

pub(super) fn up(host: &str) -> Labels {
    Labels::of("up", [("host", host)]).unwrap()
}

pub(super) fn query() -> SeriesQuery {
    SeriesQuery { matchers: vec![Matcher::metric("up")], function: Function::Mean }
}

pub(super) fn promql(expr: &str) -> Asked {
    Asked::Promql { expr: expr.to_owned(), instant: false }
}

/// As many points as seconds, so that all lengths have the step of a second.
pub(super) fn last(asked: Asked, length: i64) -> Subscription {
    Subscription {
        asked,
        span: Span::Last { length },
        max_points: u32::try_from(length / 1000).unwrap(),
        min_step: 0,
        refresh: Refresh::Auto,
        known: None,
    }
}

pub(super) async fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain for {what}");
}
