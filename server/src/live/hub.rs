use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_model::TimeRange;
use watchfire_model::live::{Known, Limits, RangeBody, Refresh, Span, encode_body};
use watchfire_service::Service;

use super::outbox::{Item, Outbox};
use super::scope::StepClock;
use super::stream::{Command, Reach, Stream, WatcherKey};
use super::tick::whole_notes;
use crate::clock::now;
use watchfire_service::{Columns, Refusal, Source};

/// How many commands wait for a stream that reads a long range; who sends more waits, too.
const COMMANDS: usize = 64;

/// What limits the hub.
#[derive(Clone, Debug)]
pub(crate) struct HubSettings {
    /// The most WebSockets at a time.
    pub(crate) max_connections: usize,
    /// The most WebSockets from one address at a time.
    pub(crate) max_connections_per_address: usize,
    /// The most subscriptions on a WebSocket.
    pub(crate) max_subscriptions: usize,
    /// The most points that a subscription may ask for.
    pub(crate) max_points: usize,
    /// The most series of an answer; of more, the first so many by their labels are sent.
    pub(crate) max_series: usize,
    /// How many messages a slow reader may lag behind.
    pub(crate) queue: usize,
    /// How many bytes, of more than one message.
    pub(crate) queue_bytes: usize,
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
    /// Connections of each address.
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// What is evaluated once for all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StreamKey {
    pub(super) source: Source,
    /// Milliseconds between points; of a single value, as long as it is looked at.
    pub(super) step: i64,
    /// Milliseconds from one look to the next at the least.
    pub(super) refresh: u32,
    /// Whether what goes wrong, and what there is to remark, stays here: both would tell of the query.
    pub(super) masked: bool,
}

impl StreamKey {
    /// What may be told of an answer.
    pub(super) fn told(&self, answer: Result<Columns, Refusal>) -> Result<Columns, Refusal> {
        if !self.masked {
            return answer;
        }
        match answer {
            Ok(columns) => Ok(Columns { notes: Vec::new(), ..columns }),
            Err(refusal) => Err(Refusal { retry: refusal.retry, ..Refusal::new(MASKED) }),
        }
    }
}

/// What those are told who must not learn of a query by what is wrong with it.
pub(super) const MASKED: &str = "a query of this panel cannot be answered";

/// What a client wants to watch, checked as far as it can be without reading anything.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) source: Source,
    pub(super) span: Span,
    pub(super) clock: StepClock,
    pub(super) refresh: Refresh,
    pub(super) known: Option<Known>,
    /// Whether the query must not be told of.
    pub(super) masked: bool,
}

/// What answers a subscription.
#[derive(Debug)]
pub(super) enum Answering {
    /// A stream, as long as it is watched.
    Stream(StreamKey),
    /// A task, once.
    Once(tokio::task::AbortHandle),
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
            addresses: Mutex::default(),
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

    /// What a client must keep to.
    pub(super) fn limits(&self) -> Limits {
        let settings = &self.inner.settings;
        let of = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
        Limits {
            subscriptions: of(settings.max_subscriptions),
            points: of(settings.max_points),
            series: of(settings.max_series),
            message_bytes: of(settings.max_message_bytes),
        }
    }

    /// Counts a connection from `address` until the returned value is dropped; `None` when there are as many as may be.
    pub(super) fn count_address(&self, address: IpAddr) -> Option<FromAddress> {
        let mut addresses = self.inner.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= self.inner.settings.max_connections_per_address {
            return None;
        }
        *count += 1;
        Some(FromAddress { hub: self.clone(), address })
    }

    /// Begins to answer a subscription; answers go to `outbox`.
    pub(super) async fn subscribe(
        &self,
        key: WatcherKey,
        wanted: Wanted,
        outbox: &Outbox,
    ) -> Result<Answering, Refusal> {
        let Wanted { source, span, clock, refresh, known, masked } = wanted;
        let stepped = clock.at(span).map_err(Refusal::new)?;
        let (range, step) = (stepped.range, stepped.step);
        let Some(reach) = Reach::of(span) else {
            let stream = StreamKey { source, step, refresh: 0, masked };
            return Ok(self.answer_once(key, stream, range, outbox.clone()));
        };
        let Some(refresh) = refresh.millis(step) else {
            let (least, most) = (Refresh::EVERY.start(), Refresh::EVERY.end());
            return Err(Refusal::new(format!(
                "a chart cannot be refreshed so often or so seldom; ask for {least} to {most} ms"
            )));
        };
        // What a client claims to know beyond the newest point was not measured on this clock.
        let newest = range.end + step;
        let from = known
            .filter(|known| known.step == step && (range.start..=newest).contains(&known.until))
            .map(|known| known.until);
        // Of a single value all who watch see the same, whatever their range.
        let (step, reach) = if let Source::Instant(_) = source {
            (i64::from(refresh), Reach::Last(0))
        } else {
            (step, reach)
        };
        let stream = StreamKey { source, step, refresh, masked };
        self.join(&stream, Command::Join { key, reach, from, outbox: outbox.clone() }).await;
        Ok(Answering::Stream(stream))
    }

    /// Answers a fixed range, in a task of its own: the client may say more meanwhile.
    fn answer_once(&self, key: WatcherKey, stream: StreamKey, range: TimeRange, outbox: Outbox) -> Answering {
        let hub = self.clone();
        let task = self.inner.tasks.spawn(async move {
            let inner = hub.inner();
            inner.stats.evaluations.fetch_add(1, Ordering::Relaxed);
            let most = inner.settings.max_series;
            let columns = stream.source.evaluate(&inner.service, stream.step, range, now(), most).await;
            let answer = stream.told(columns).and_then(|columns| {
                let notes = whole_notes(&columns, most);
                let body = RangeBody { grid: columns.grid, keeps: false, notes, series: columns.series };
                encode_body(&body).map_err(|error| Refusal::new(error.to_string()))
            });
            let item = match answer {
                Ok(body) => Item::range(key.id, false, body.into()),
                Err(refusal) => {
                    inner.stats.failures.fetch_add(1, Ordering::Relaxed);
                    Item::refusal(Some(key.id), refusal)
                }
            };
            inner.stop.run_until_cancelled(outbox.send(item)).await;
        });
        Answering::Once(task.abort_handle())
    }

    /// Ends a subscription. When this returns, the stream has sent its last.
    pub(super) async fn unsubscribe(&self, key: WatcherKey, answering: &Answering) {
        let stream = match answering {
            Answering::Stream(stream) => stream,
            Answering::Once(task) => return task.abort(),
        };
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

/// A connection that counts for its address as long as this lives.
pub(super) struct FromAddress {
    hub: Hub,
    address: IpAddr,
}

impl Drop for FromAddress {
    fn drop(&mut self) {
        let mut addresses = self.hub.inner.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}
