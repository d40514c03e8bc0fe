use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use watchfire_model::live::{
    DeltaBody, DeltaRow, RangeBody, ServerMessage, append, append_delta, begin, encode_delta_body,
};
use watchfire_model::{Grid, GridSeries, Labels, TimeRange};
use watchfire_service::ServiceError;

use super::hub::{Hub, StreamKey, encoded};
use super::outbox::Outbox;
use crate::clock::now;

/// Which subscription of which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WatcherKey {
    pub(super) connection: u64,
    pub(super) id: u32,
}

pub(super) enum Command {
    /// Watch from `start` on; `keeps`: the client has what lies before.
    Join { key: WatcherKey, start: i64, keeps: bool, outbox: Outbox },
    /// Watch no longer; the answer is that nothing more will be sent.
    Leave(WatcherKey, oneshot::Sender<()>),
}

/// Collectors that share a tick store one after the other; this long after the first the others are in, too.
const SETTLE: Duration = Duration::from_millis(20);
/// How far back, in milliseconds, new samples are looked for at least; for steps over ten seconds it is three steps.
const RECENT: i64 = 30_000;
/// A stream that has named this many series starts its list anew, so that series long gone don't pile up in it.
const MOST_NAMED: usize = 4096;

/// One query at one step, evaluated once for all who watch it.
pub(super) struct Stream {
    key: StreamKey,
    hub: Hub,
    commands: mpsc::Receiver<Command>,
    watchers: HashMap<WatcherKey, Watcher>,
    /// All series seen, in the order in which clients know them.
    named: Vec<Labels>,
    places: HashMap<Labels, u32>,
    /// The newest point that had a value when the stream was last evaluated; it may still be filling.
    upto: Option<i64>,
    /// The last delta, to see whether anything is new.
    last: Vec<u8>,
}

struct Watcher {
    outbox: Outbox,
    /// The first point that the client may lack, while it reads too slowly.
    behind: Option<i64>,
}

impl Stream {
    pub(super) fn new(key: StreamKey, hub: Hub, commands: mpsc::Receiver<Command>) -> Self {
        hub.stats().streams.fetch_add(1, Ordering::Relaxed);
        Self {
            key,
            hub,
            commands,
            watchers: HashMap::new(),
            named: Vec::new(),
            places: HashMap::new(),
            upto: None,
            last: Vec::new(),
        }
    }

    /// Runs until nobody watches any more.
    pub(super) async fn run(mut self) {
        let stop = self.hub.inner().stop.clone();
        let mut appended = self.hub.inner().service.appended();
        // Long steps fill slowly, so they need not be looked at each second.
        let pause = Duration::from_millis((self.key.step / 4).clamp(0, 15_000) as u64);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
                changed = appended.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(SETTLE).await;
                    appended.mark_unchanged();
                    self.tick().await;
                    if self.key.step > 1000 {
                        self.rest(pause).await;
                    }
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

    /// Waits, but lets commands through.
    async fn rest(&mut self, pause: Duration) {
        let sleep = tokio::time::sleep(pause);
        tokio::pin!(sleep);
        let stop = self.hub.inner().stop.clone();
        loop {
            tokio::select! {
                () = &mut sleep => return,
                () = stop.cancelled() => return,
                command = self.commands.recv() => match command {
                    Some(command) => self.obey(command).await,
                    None => return,
                },
            }
            if self.watchers.is_empty() {
                return;
            }
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Join { key, start, keeps, outbox } => {
                let (answer, retry) = match self.range_from(start, keeps).await {
                    Ok(body) => (ServerMessage::Range { id: key.id, body }, false),
                    Err(error) => (self.refusal(key, &error), error.is_retryable()),
                };
                let refused = matches!(answer, ServerMessage::Refused { .. });
                // A full queue must not hold up the others who watch: this client is served when it reads again.
                let full = encoded(&answer).is_some_and(|bytes| outbox.offer(bytes).is_err());
                if refused && !retry {
                    return;
                }
                let behind = (full || retry).then_some(start);
                if self.watchers.insert(key, Watcher { outbox, behind }).is_none() {
                    self.hub.inner().stats.watchers.fetch_add(1, Ordering::Relaxed);
                }
            }
            Command::Leave(key, left) => {
                if self.watchers.remove(&key).is_some() {
                    self.hub.inner().stats.watchers.fetch_sub(1, Ordering::Relaxed);
                }
                // Who has gone away does not wait for it.
                let _ = left.send(());
            }
        }
    }

    fn refusal(&self, key: WatcherKey, error: &ServiceError) -> ServerMessage {
        self.hub.inner().stats.failures.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(%error, "a live range could not be read");
        ServerMessage::Refused { id: Some(key.id), message: error.to_string() }
    }

    /// The points from `start` to now of every series that clients know, in their order.
    async fn range_from(&mut self, start: i64, keeps: bool) -> Result<RangeBody, ServiceError> {
        let (grid, found) = self.evaluate(start).await?;
        let mut columns: HashMap<Labels, Vec<f64>> =
            found.into_iter().map(|series| (series.labels, series.values)).collect();
        let mut unknown: Vec<Labels> =
            columns.keys().filter(|labels| !self.places.contains_key(*labels)).cloned().collect();
        unknown.sort();
        // Series that only this range shows: those who watch already learn of them when they move.
        let mut series: Vec<GridSeries> = Vec::with_capacity(self.named.len() + unknown.len());
        for labels in self.named.iter().chain(&unknown) {
            let values = columns.remove(labels).unwrap_or_else(|| vec![f64::NAN; grid.len]);
            series.push(GridSeries { labels: labels.clone(), values });
        }
        self.announce(unknown);
        Ok(RangeBody { grid, keeps, series })
    }

    /// Gives new series their places, and tells those who already watch.
    fn announce(&mut self, new: Vec<Labels>) {
        if new.is_empty() {
            return;
        }
        self.name(&new);
        let grid =
            Grid { start: now().div_euclid(self.key.step) * self.key.step, step: self.key.step, len: 0 };
        if let Ok(body) = encode_delta_body(&DeltaBody { grid, new, rows: Vec::new() }) {
            // Who misses this may also lack the newest point, which is still filling.
            self.broadcast(&body, self.upto.map_or(grid.start, |upto| upto.min(grid.start)));
        }
    }

    fn name(&mut self, new: &[Labels]) {
        for labels in new {
            self.places.insert(labels.clone(), self.named.len() as u32);
            self.named.push(labels.clone());
        }
    }

    /// Evaluates the query from the step that holds `start` to the newest.
    async fn evaluate(&self, start: i64) -> Result<(Grid, Vec<GridSeries>), ServiceError> {
        let step = self.key.step;
        let end = now().max(start);
        let longest = (Grid::MOST_POINTS as i64 - 2) * step;
        let range = TimeRange { start: start.max(end - longest), end };
        // Shorter than the most that a grid takes, and not reversed, by the two lines above.
        let grid = Grid::covering(range, step).unwrap_or(Grid { start: end, step, len: 1 });
        let stats = &self.hub.inner().stats;
        stats.evaluations.fetch_add(1, Ordering::Relaxed);
        let series = self.hub.inner().service.query(&self.key.query, grid).await?;
        Ok((grid, series))
    }

    /// Evaluates what is new and sends it to all.
    async fn tick(&mut self) {
        if self.named.len() > MOST_NAMED {
            self.start_anew();
        }
        self.catch_up().await;
        // The newest point may still be filling; but of series that have ended there is nothing to look for.
        let recent = now() - (self.key.step * 3).max(RECENT);
        let start = self.upto.map_or_else(|| now() - self.key.step, |upto| upto.max(recent));
        let (grid, found) = match self.evaluate(start).await {
            Ok(answer) => answer,
            Err(error) => {
                self.hub.inner().stats.failures.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "a live query failed; it is tried again with the next samples");
                return;
            }
        };
        let Some(newest) =
            found.iter().filter_map(|series| series.values.iter().rposition(|value| !value.is_nan())).max()
        else {
            return;
        };
        let grid = Grid { len: newest + 1, ..grid };
        self.upto = Some(grid.time(newest));
        let new: Vec<Labels> = found
            .iter()
            .map(|series| &series.labels)
            .filter(|labels| !self.places.contains_key(*labels))
            .cloned()
            .collect();
        self.name(&new);
        let rows = found.into_iter().map(|mut series| {
            series.values.truncate(grid.len);
            // Every series found has been given its place above.
            DeltaRow {
                series: self.places.get(&series.labels).copied().unwrap_or(u32::MAX),
                values: series.values,
            }
        });
        let rows = rows.filter(|row| row.values.iter().any(|value| !value.is_nan())).collect();
        match encode_delta_body(&DeltaBody { grid, new, rows }) {
            Ok(body) if body != self.last => {
                self.broadcast(&body, grid.start);
                self.last = body;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "a live delta could not be encoded"),
        }
    }

    fn broadcast(&mut self, body: &[u8], start: i64) {
        let stats = &self.hub.inner().stats;
        for (key, watcher) in &mut self.watchers {
            if watcher.behind.is_some() {
                continue;
            }
            let mut bytes = begin();
            if append_delta(&mut bytes, key.id, body).is_err()
                || watcher.outbox.offer(Bytes::from(bytes)).is_err()
            {
                watcher.behind = Some(start);
                stats.skipped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Sends what they missed to those who read again.
    async fn catch_up(&mut self) {
        let ready: Vec<(WatcherKey, i64, Outbox)> = self
            .watchers
            .iter()
            .filter(|(_, watcher)| watcher.outbox.has_drained())
            .filter_map(|(key, watcher)| Some((*key, watcher.behind?, watcher.outbox.clone())))
            .collect();
        for (key, start, outbox) in ready {
            let Ok(body) = self.range_from(start, true).await else { continue };
            // In one piece: half of it would be no use, and the delta that follows needs its place in a short queue.
            let mut bytes = begin();
            let encoded = append(&mut bytes, &ServerMessage::Skipped { id: key.id })
                .and_then(|()| append(&mut bytes, &ServerMessage::Range { id: key.id, body }));
            if let Err(error) = encoded {
                tracing::error!(%error, "a live message could not be encoded");
                continue;
            }
            let sent = outbox.offer(bytes.into()).is_ok();
            if let Some(watcher) = self.watchers.get_mut(&key).filter(|_| sent) {
                watcher.behind = None;
            }
        }
    }

    /// Forgets the list of series. Everyone is sent the newest points with a new list, and keeps nothing by place: a
    /// range always carries its own list.
    fn start_anew(&mut self) {
        self.named.clear();
        self.places.clear();
        self.last.clear();
        let start = self.upto.unwrap_or_else(now);
        for watcher in self.watchers.values_mut() {
            watcher.behind.get_or_insert(start);
        }
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
