use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_model::live::{RangeBody, ServerMessage, Span, Subscription, encode};
use watchfire_model::{Grid, SeriesQuery, TimeRange, choose_step};
use watchfire_service::Service;

use super::outbox::Outbox;
use super::stream::{Command, Stream, WatcherKey};
use crate::clock::now;

/// How many commands wait for a stream that reads a long range; who sends more waits, too.
const COMMANDS: usize = 64;

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
    streams: Mutex<HashMap<StreamKey, mpsc::Sender<Command>>>,
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

    /// Begins to answer a subscription. Answers and refusals alike go to `outbox`. Returns the stream that it is on, if it
    /// goes on.
    pub(super) async fn subscribe(
        &self,
        key: WatcherKey,
        subscription: Subscription,
        outbox: &Outbox,
    ) -> Option<StreamKey> {
        match self.try_subscribe(key, subscription, outbox).await {
            Ok(stream) => stream,
            Err(message) => {
                self.inner.stats.refused.fetch_add(1, Ordering::Relaxed);
                if let Ok(bytes) = encode(&ServerMessage::Refused { id: Some(key.id), message }) {
                    outbox.send(bytes.into()).await;
                }
                None
            }
        }
    }

    async fn try_subscribe(
        &self,
        key: WatcherKey,
        subscription: Subscription,
        outbox: &Outbox,
    ) -> Result<Option<StreamKey>, String> {
        let Subscription { query, span, max_points, known } = subscription;
        let most = self.inner.settings.max_points;
        if max_points == 0 || max_points as usize > most {
            return Err(format!("{max_points} points cannot be had; ask for 1 to {most} (live.max_points)"));
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
            return Ok(None);
        }
        // What a client claims to know beyond now was not measured on this clock.
        let kept =
            known.filter(|known| known.step == step && (range.start..=range.end).contains(&known.until));
        let start = kept.map_or(range.start, |known| known.until);
        let stream = StreamKey { query, step };
        let command = Command::Join { key, start, keeps: kept.is_some(), outbox: outbox.clone() };
        self.join(&stream, command).await;
        Ok(Some(stream))
    }

    /// Ends a subscription. When this returns, the stream has sent its last.
    pub(super) async fn unsubscribe(&self, key: WatcherKey, stream: &StreamKey) {
        let sender = self.streams().get(stream).cloned();
        if let Some(sender) = sender {
            let (left, has_left) = oneshot::channel();
            // A stream that has ended has no watchers; then neither sending nor waiting has anything to wait for.
            if sender.send(Command::Leave(key, left)).await.is_ok() {
                let _ = has_left.await;
            }
        }
    }

    pub(super) async fn join(&self, key: &StreamKey, mut command: Command) {
        // A stream that ends just now hands the command back; the next one takes it.
        while let Err(mpsc::error::SendError(back)) = self.sender(key).send(command).await {
            if self.inner.stop.is_cancelled() {
                return;
            }
            command = back;
        }
    }

    /// The way to a stream, which is started if it does not run.
    fn sender(&self, key: &StreamKey) -> mpsc::Sender<Command> {
        let mut streams = self.streams();
        if let Some(sender) = streams.get(key).filter(|sender| !sender.is_closed()) {
            return sender.clone();
        }
        let (sender, commands) = mpsc::channel(COMMANDS);
        let stream = Stream::new(key.clone(), self.clone(), commands);
        self.inner.tasks.spawn(async move { stream.run().await });
        streams.insert(key.clone(), sender.clone());
        sender
    }

    /// Takes a stream that nobody watches, and whose way is closed, out of the map, unless another has taken its place.
    pub(super) fn retire(&self, key: &StreamKey) {
        let mut streams = self.streams();
        if streams.get(key).is_some_and(mpsc::Sender::is_closed) {
            streams.remove(key);
        }
    }

    fn streams(&self) -> MutexGuard<'_, HashMap<StreamKey, mpsc::Sender<Command>>> {
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
