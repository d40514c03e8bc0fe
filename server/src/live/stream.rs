//! One query at one step, evaluated once for all who watch it: when it is evaluated.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use watchfire_model::TimeRange;
use watchfire_model::live::{ServerMessage, Span};
use watchfire_service::Mark;

use super::hub::{Hub, StreamKey};
use super::outbox::{Item, Outbox};
use super::told::Told;
use crate::clock::now;
use watchfire_service::{Columns, Refusal};

/// Which subscription of which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WatcherKey {
    pub(super) connection: u64,
    pub(super) id: u32,
}

pub(super) enum Command {
    /// Watch `reach`; with `from`, the client has what lies before it.
    Join { key: WatcherKey, reach: Reach, from: Option<i64>, outbox: Outbox },
    /// Watch no longer; the answer is that nothing more will be sent.
    Leave(WatcherKey, oneshot::Sender<()>),
}

/// How far back a subscription that goes on reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reach {
    /// So many milliseconds before now.
    Last(i64),
    /// To this time.
    Since(i64),
}

impl Reach {
    /// `None` for a fixed range, which does not go on.
    pub(super) fn of(span: Span) -> Option<Self> {
        match span {
            Span::Last { length } => Some(Self::Last(length)),
            Span::Since { start } => Some(Self::Since(start)),
            Span::Fixed { .. } => None,
        }
    }

    pub(super) fn start(self, now: i64) -> i64 {
        match self {
            Self::Last(length) => now.saturating_sub(length),
            Self::Since(start) => start,
        }
    }
}

/// Collectors that share a tick store one after the other; this long after the first the others are in, too.
const SETTLE: Duration = Duration::from_millis(20);
/// What only time changes is looked at so often at least, unless step or refresh are longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// One query at one step, evaluated once for all who watch it.
pub(super) struct Stream {
    pub(super) key: StreamKey,
    pub(super) hub: Hub,
    commands: mpsc::Receiver<Command>,
    pub(super) watchers: HashMap<WatcherKey, Watcher>,
    pub(super) told: Told,
    /// All notes so far, and how many series were left out at the most.
    pub(super) notes: Vec<String>,
    pub(super) left_out: usize,
    /// The first point whose value may not be its last yet: the newest.
    pub(super) next: Option<i64>,
    /// What was stored before this moment was looked at, but for what `late` says.
    pub(super) mark: Mark,
    /// The least timestamp of what was stored and was not looked at yet.
    pub(super) late: Option<i64>,
    /// When points far back were looked at last.
    pub(super) dug: Option<Instant>,
    /// The range that was told last, for the next who asks for the same; it holds until something else is told.
    pub(super) last_range: Option<(i64, bool, Bytes)>,
    /// Whether all were told that the query fails.
    pub(super) failing: bool,
}

pub(super) struct Watcher {
    pub(super) outbox: Outbox,
    pub(super) reach: Reach,
    /// The first point that the client may lack, while it reads too slowly.
    pub(super) behind: Option<i64>,
    /// A digest of the whole answer that it was sent, where each is whole.
    pub(super) seen: Option<u64>,
}

impl Stream {
    pub(super) fn new(key: StreamKey, hub: Hub, commands: mpsc::Receiver<Command>) -> Self {
        hub.stats().streams.fetch_add(1, Ordering::Relaxed);
        let mark = hub.inner().service.changes().mark();
        Self {
            told: Told::new(key.step),
            key,
            hub,
            commands,
            watchers: HashMap::new(),
            notes: Vec::new(),
            left_out: 0,
            next: None,
            mark,
            late: None,
            dug: None,
            last_range: None,
            failing: false,
        }
    }

    /// Runs until nobody watches any more.
    pub(super) async fn run(mut self) {
        let stop = self.hub.inner().stop.clone();
        let mut appended = self.hub.inner().service.appended();
        let refresh = Duration::from_millis(u64::from(self.key.refresh));
        let length = Duration::from_millis(self.key.step.unsigned_abs());
        let patience = PATIENCE.max(refresh).max(length.min(Duration::from_hours(1)));
        let mut ticked = Instant::now();
        // When to look at what was stored; a stream that begins need not wait.
        let mut due: Option<Instant> = None;
        let mut earliest = ticked;
        loop {
            let at = due.unwrap_or(ticked + patience);
            tokio::select! {
                () = stop.cancelled() => return,
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                changed = appended.changed(), if due.is_none() => {
                    if changed.is_err() {
                        return;
                    }
                    due = Some(earliest.max(Instant::now() + SETTLE));
                }
                () = sleep_until(at) => {
                    appended.mark_unchanged();
                    due = None;
                    ticked = Instant::now();
                    earliest = ticked + refresh;
                    self.tick().await;
                }
            }
            if self.watchers.is_empty() && self.commands.is_empty() {
                return self.retire().await;
            }
        }
    }

    /// Ends without losing a command: the way is closed first, so that who comes now starts another stream, and who was on
    /// the way is sent there.
    async fn retire(mut self) {
        self.commands.close();
        while let Some(command) = self.commands.recv().await {
            match command {
                Command::Join { .. } => self.hub.join(&self.key, command).await,
                Command::Leave(..) => self.obey(command).await,
            }
        }
        self.hub.retire(&self.key);
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Join { key, reach, from, outbox } => self.take_in(key, reach, from, outbox).await,
            Command::Leave(key, left) => {
                if self.watchers.remove(&key).is_some() {
                    self.hub.stats().watchers.fetch_sub(1, Ordering::Relaxed);
                }
                // Who has gone away does not wait for it.
                let _ = left.send(());
            }
        }
    }

    async fn take_in(&mut self, key: WatcherKey, reach: Reach, from: Option<i64>, outbox: Outbox) {
        let mut watcher = Watcher { outbox, reach, behind: None, seen: None };
        let sent = if self.key.source.is_whole() {
            self.whole(reach).await.map(|(digest, body)| {
                watcher.seen = Some(digest);
                body
            })
        } else {
            self.range(from.unwrap_or_else(|| reach.start(now())), from.is_some()).await
        };
        match sent {
            Ok(body) => {
                // A full queue must not hold up the others who watch: this client is served when it reads again.
                if watcher.outbox.offer(Item::range(key.id, false, body)).is_err() {
                    watcher.behind = Some(from.unwrap_or_else(|| reach.start(now())));
                    watcher.seen = None;
                    self.hub.stats().skipped.fetch_add(1, Ordering::Relaxed);
                }
            }
            Err(refusal) => {
                self.note_failure(&refusal);
                let retry = refusal.retry;
                let item = Item::refusal(Some(key.id), refusal);
                if watcher.outbox.offer(item).is_err() {
                    tracing::debug!("a client that reads too slowly was not told of a refusal");
                }
                // It is told once, and served as soon as the query can be answered.
                self.failing |= !retry;
                watcher.behind = Some(reach.start(now()));
            }
        }
        if self.watchers.insert(key, watcher).is_none() {
            self.hub.stats().watchers.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn note_failure(&self, refusal: &Refusal) {
        self.hub.stats().failures.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(error = refusal.message, "a live query could not be answered");
    }

    /// Evaluates the points of a range.
    pub(super) async fn evaluate(&self, range: TimeRange) -> Result<Columns, Refusal> {
        let inner = self.hub.inner();
        inner.stats.evaluations.fetch_add(1, Ordering::Relaxed);
        let (most, step) = (inner.settings.max_series, self.key.step);
        self.key.told(self.key.source.evaluate(&inner.service, step, range, range.end, most).await)
    }
}

impl Item {
    pub(super) fn range(id: u32, skipped: bool, body: Bytes) -> Self {
        Self::Shared { kind: watchfire_model::live::Shared::Range, id, skipped, body }
    }

    pub(super) fn refusal(id: Option<u32>, refusal: Refusal) -> Self {
        let Refusal { message, position, .. } = refusal;
        Self::own(&ServerMessage::Refused { id, message, position })
    }
}

impl Drop for Stream {
    /// However it ends, the counts come right.
    fn drop(&mut self) {
        let stats = self.hub.stats();
        stats.streams.fetch_sub(1, Ordering::Relaxed);
        stats.watchers.fetch_sub(self.watchers.len(), Ordering::Relaxed);
    }
}
