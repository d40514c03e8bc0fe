use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_model::live::{RangeBody, ServerMessage, Span, Subscription, encode};
use watchfire_model::{Grid, SeriesQuery, TimeRange, choose_step};
use watchfire_service::Service;

use super::outbox::Outbox;
use super::stream::{Command, Stream, WatcherKey};
use crate::clock::now;

/// What limits the hub.
#[derive(Clone, Debug)]
pub(crate) struct HubSettings {
    /// The most WebSockets at a time.
    pub(crate) max_connections: usize,
    /// The most subscriptions on a WebSocket.
    pub(crate) max_subscriptions: usize,
    /// The most points that a subscription may ask for.
    pub(crate) max_points: usize,
    /// How many messages a slow reader may lag behind.
    pub(crate) queue: usize,
    /// The longest message that a client may send, in bytes.
    pub(crate) max_message_bytes: usize,
}

/// What the hub counts about itself.
#[derive(Debug, Default)]
pub(crate) struct HubStats {
    /// Open WebSockets.
    pub(crate) connections: AtomicUsize,
    /// Streams that are evaluated.
    pub(crate) streams: AtomicUsize,
    /// Watched subscriptions.
    pub(crate) watchers: AtomicUsize,
    /// Evaluations of a stream for its watchers.
    pub(crate) evaluations: AtomicU64,
    /// Evaluations that failed.
    pub(crate) failures: AtomicU64,
    /// Times that a slow reader was skipped ahead.
    pub(crate) skipped: AtomicU64,
    /// Connections and subscriptions refused by a limit.
    pub(crate) refused: AtomicU64,
    /// WebSocket messages sent.
    pub(crate) messages: AtomicU64,
    /// Bytes of these messages.
    pub(crate) bytes: AtomicU64,
}

/// Shared by all connections; cloning shares it.
#[derive(Clone)]
pub(crate) struct Hub {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) service: Service,
    pub(super) settings: HubSettings,
    pub(super) stats: HubStats,
    pub(super) stop: CancellationToken,
    /// Differs with each start of the server.
    pub(super) instance: u64,
    streams: Mutex<HashMap<StreamKey, mpsc::UnboundedSender<Command>>>,
    tasks: TaskTracker,
    connections: AtomicU64,
}

/// What is evaluated once for all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StreamKey {
    pub(super) query: SeriesQuery,
    pub(super) step: i64,
}

impl Hub {
    /// A hub without watchers, which ends with `stop`.
    pub(crate) fn new(
        service: Service,
        settings: HubSettings,
        stop: CancellationToken,
        instance: u64,
    ) -> Self {
        let inner = Inner {
            service,
            settings,
            stats: HubStats::default(),
            stop,
            instance,
            streams: Mutex::default(),
            tasks: TaskTracker::new(),
            connections: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// What the hub counts about itself.
    pub(crate) fn stats(&self) -> &HubStats {
        &self.inner.stats
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Runs what serves a connection, which [`Hub::ended`] then waits for.
    pub(super) async fn track<F: Future>(&self, connection: F) -> F::Output {
        self.inner.tasks.track_future(connection).await
    }

    /// Returns when every connection has said goodbye and no stream reads any more; after `stop`.
    pub(crate) async fn ended(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// A number that no other connection has.
    pub(super) fn next_connection(&self) -> u64 {
        self.inner.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins to answer a subscription. Answers and refusals alike go to `outbox`.
    pub(super) async fn subscribe(&self, key: WatcherKey, subscription: Subscription, outbox: &Outbox) {
        if let Err(message) = self.try_subscribe(key, subscription, outbox).await {
            self.inner.stats.refused.fetch_add(1, Ordering::Relaxed);
            if let Ok(bytes) = encode(&ServerMessage::Refused { id: Some(key.id), message }) {
                outbox.send(bytes.into()).await;
            }
        }
    }

    async fn try_subscribe(
        &self,
        key: WatcherKey,
        subscription: Subscription,
        outbox: &Outbox,
    ) -> Result<(), String> {
        let Subscription { query, span, max_points, known } = subscription;
        let most = self.inner.settings.max_points;
        if max_points == 0 || max_points as usize > most {
            return Err(format!("{max_points} points cannot be had; ask for 1 to {most} (live.max_points)"));
        }
        if query.matchers.is_empty() {
            return Err("the query matches every series; name a metric or a label".to_owned());
        }
        let now = now();
        let range = match span {
            Span::Last { length } => TimeRange { start: now.saturating_sub(length), end: now },
            Span::Since { start } => TimeRange { start, end: now },
            Span::Fixed { start, end } => TimeRange { start, end },
        };
        if range.end < range.start || range.start < 0 {
            return Err("the range must start after 1970 and not end before it starts".to_owned());
        }
        let step = choose_step(range.length(), max_points as usize);
        if let Span::Fixed { .. } = span {
            let grid = Grid::covering(range, step).map_err(|error| error.to_string())?;
            let series = self.inner.service.query(&query, grid).await.map_err(|error| error.to_string())?;
            let body = RangeBody { grid, keeps: false, series };
            let bytes =
                encode(&ServerMessage::Range { id: key.id, body }).map_err(|error| error.to_string())?;
            outbox.send(bytes.into()).await;
            return Ok(());
        }
        // What a client claims to know beyond now was not measured on this clock.
        let kept =
            known.filter(|known| known.step == step && (range.start..=range.end).contains(&known.until));
        let start = kept.map_or(range.start, |known| known.until);
        self.join(
            StreamKey { query, step },
            Command::Join { key, start, keeps: kept.is_some(), outbox: outbox.clone() },
        );
        Ok(())
    }

    /// Ends a subscription, on whichever stream it is.
    pub(super) fn unsubscribe(&self, key: WatcherKey) {
        for stream in self.streams().values() {
            // A closed stream has no watchers left.
            let _ = stream.send(Command::Leave(key));
        }
    }

    /// Ends all subscriptions of a connection.
    pub(super) fn disconnect(&self, connection: u64) {
        for stream in self.streams().values() {
            let _ = stream.send(Command::Disconnect(connection));
        }
    }

    fn join(&self, key: StreamKey, command: Command) {
        let mut streams = self.streams();
        let sender = streams.entry(key.clone()).or_insert_with(|| {
            let (sender, commands) = mpsc::unbounded_channel();
            self.inner.stats.streams.fetch_add(1, Ordering::Relaxed);
            self.inner.tasks.spawn(Stream::new(key, self.clone(), commands).run());
            sender
        });
        // The receiver lives until `retire` has taken the sender out of the map, under the same lock.
        let _ = sender.send(command);
    }

    /// Takes a stream that nobody watches out of the map, unless someone has come while it made up its mind.
    pub(super) fn retire(&self, key: &StreamKey, commands: &mpsc::UnboundedReceiver<Command>) -> bool {
        let mut streams = self.streams();
        if !commands.is_empty() {
            return false;
        }
        streams.remove(key);
        self.inner.stats.streams.fetch_sub(1, Ordering::Relaxed);
        true
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<StreamKey, mpsc::UnboundedSender<Command>>> {
        self.inner.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Encodes a message of the server; failing to means a bug in the types, which is logged rather than hidden.
pub(super) fn encoded(message: &ServerMessage) -> Option<Bytes> {
    match encode(message) {
        Ok(bytes) => Some(bytes.into()),
        Err(error) => {
            tracing::error!(%error, "a live message could not be encoded");
            None
        }
    }
}
