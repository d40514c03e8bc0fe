//! One query at one step, evaluated once for all who watch it: what they are told.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use watchfire_model::live::{DeltaBody, DeltaRow, RangeBody, Shared, encode_body};
use watchfire_model::{Grid, GridSeries, Labels, TimeRange};

use super::outbox::Item;
use super::stream::{Reach, Stream, Watcher, WatcherKey};
use crate::clock::now;
use watchfire_service::{Columns, Refusal};

/// A range that was sent to another serves also who asks for one that begins up to so many points later.
const SPARE: i64 = 8;
/// Points further back than this many are looked at again only now and then: a sender that fills in last week would have
/// everything evaluated again each second.
const NEAR: i64 = 120;
/// How often.
const DIG: Duration = Duration::from_secs(15);

impl Stream {
    /// Evaluates what is new and sends it to all.
    pub(super) async fn tick(&mut self) {
        if self.key.source.is_whole() {
            return self.tick_whole().await;
        }
        if self.told.named().len() > self.hub.inner().settings.max_series.saturating_mul(2).max(4096) {
            self.start_anew();
        }
        // First: what is new would fill a short queue again before those who lack something get it.
        self.catch_up().await;
        let now = now();
        let start = self.first_to_look_at(now);
        match self.look(start, now).await {
            Ok(()) => {
                if self.failing {
                    self.failing = false;
                    // They were told that there is nothing: tell them all.
                    for watcher in self.watchers.values_mut() {
                        watcher.behind.get_or_insert(watcher.reach.start(now));
                    }
                }
            }
            Err(refusal) => self.fail(&refusal),
        }
    }

    /// The first point that may be other than it was told.
    fn first_to_look_at(&mut self, now: i64) -> i64 {
        let step = self.key.step;
        // The moment first: what is stored after it, and read already, is read once more.
        let changes = self.hub.inner().service.changes();
        let mark = changes.mark();
        let late = changes.least_since(self.mark);
        self.mark = mark;
        self.late = self.late.into_iter().chain(late).min();
        let oldest = self.watchers.values().map(|watcher| watcher.reach.start(now)).min().unwrap_or(now);
        self.told.trim(oldest.saturating_sub(step * 2));
        let next = self.next.unwrap_or_else(|| now.div_euclid(step) * step);
        let Some(late) = self.late else { return next };
        let first =
            self.key.source.first_changed(late, step).max(self.told.start().unwrap_or(next)).min(next);
        let is_near = first >= next - NEAR * step;
        if is_near || self.dug.is_none_or(|dug| dug.elapsed() >= DIG) {
            self.late = None;
            if !is_near {
                self.dug = Some(Instant::now());
            }
            return first;
        }
        (next - NEAR * step).max(self.told.start().unwrap_or(next)).min(next)
    }

    /// Evaluates the points from `start` to now, and tells all who watch what they do not know.
    async fn look(&mut self, start: i64, now: i64) -> Result<(), Refusal> {
        let columns = match self.evaluate(TimeRange { start: start.min(now), end: now }).await {
            Ok(columns) => columns,
            Err(refusal) => {
                // These points are still to be looked at.
                self.late = Some(self.late.map_or(start, |late| late.min(start)));
                return Err(refusal);
            }
        };
        self.tell(columns, now);
        Ok(())
    }

    /// Tells all who watch what they do not know; returns the columns that they know then.
    fn tell(&mut self, columns: Columns, now: i64) -> Columns {
        self.next = Some(now.div_euclid(self.key.step) * self.key.step + self.head_distance());
        let notes = self.note_remarks(&columns);
        let new = self.told.name(&columns.series);
        let changed = self.told.note(columns.grid, &columns.series);
        if changed.is_none() && new.is_empty() && notes.is_none() {
            return columns;
        }
        self.last_range = None;
        let points = changed.unwrap_or(0..0);
        let grid =
            Grid { start: columns.grid.time(points.start), len: points.len(), step: columns.grid.step };
        let row = |series: &GridSeries| {
            let values = &series.values[points.clone()];
            let place = self.told.place(&series.labels)?;
            values
                .iter()
                .any(|value| !value.is_nan())
                .then(|| DeltaRow { series: place, values: values.to_vec() })
        };
        let rows = columns.series.iter().filter_map(row).collect();
        match encode_body(&DeltaBody { grid, new, rows, notes }) {
            Ok(body) => self.broadcast(&body.into(), grid.start),
            Err(error) => tracing::error!(%error, "a live delta could not be encoded"),
        }
        columns
    }

    /// A point of series is filling until the next begins; one of a query waits for its instant.
    fn head_distance(&self) -> i64 {
        if matches!(self.key.source, watchfire_service::Source::Series(_)) { 0 } else { self.key.step }
    }

    /// Takes over the notes of an answer; returns all of them if there are new ones.
    fn note_remarks(&mut self, columns: &Columns) -> Option<Vec<String>> {
        let before = (self.notes.len(), self.left_out);
        for note in &columns.notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
        self.left_out = self.left_out.max(columns.left_out);
        ((self.notes.len(), self.left_out) != before).then(|| self.all_notes())
    }

    fn all_notes(&self) -> Vec<String> {
        let most = self.hub.inner().settings.max_series;
        self.notes.iter().cloned().chain(left_out(self.left_out, most)).collect()
    }

    fn broadcast(&mut self, body: &Bytes, start: i64) {
        let stats = &self.hub.inner().stats;
        for (key, watcher) in &mut self.watchers {
            if watcher.behind.is_some() {
                continue;
            }
            let item = Item::Shared { kind: Shared::Delta, id: key.id, skipped: false, body: body.clone() };
            if watcher.outbox.offer(item).is_err() {
                watcher.behind = Some(start);
                stats.skipped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// The points from `start` to now of every series that clients know, in their order, encoded.
    pub(super) async fn range(&mut self, start: i64, keeps: bool) -> Result<Bytes, Refusal> {
        let step = self.key.step;
        let now = now();
        let longest = (Grid::MOST_POINTS as i64 - 3) * step;
        let from = start.clamp(now.saturating_sub(longest), now).div_euclid(step) * step;
        if let Some((known, kept, body)) = &self.last_range
            && *kept == keeps
            && (0..=SPARE * step).contains(&(from - known))
        {
            return Ok(body.clone());
        }
        let columns = self.evaluate(TimeRange { start: from, end: now }).await?;
        // Everyone is to know what this one gets: what is sent later is only what differs from it.
        let Columns { grid, series, .. } = self.tell(columns, now);
        let mut columns: HashMap<Labels, Vec<f64>> =
            series.into_iter().map(|series| (series.labels, series.values)).collect();
        let all = self.told.named().iter().map(|labels| GridSeries {
            labels: labels.clone(),
            values: columns.remove(labels).unwrap_or_else(|| vec![f64::NAN; grid.len]),
        });
        let body = RangeBody { grid, keeps, series: all.collect(), notes: self.all_notes() };
        let body: Bytes = encode_body(&body).map_err(|error| Refusal::new(error.to_string()))?.into();
        self.last_range = Some((from, keeps, body.clone()));
        Ok(body)
    }

    /// Sends what they missed to those who read again.
    async fn catch_up(&mut self) {
        let mut behind: Vec<(i64, WatcherKey)> =
            self.watchers.iter().filter_map(|(key, watcher)| Some((watcher.behind?, *key))).collect();
        // Who lacks most comes first: of many subscriptions of one short queue, the others fall behind again at once.
        behind.sort_unstable_by_key(|(start, _)| *start);
        for (start, key) in behind {
            // Looked at again for each: what was sent to the one before may have filled the queue.
            if !self.watchers.get(&key).is_some_and(|watcher| watcher.outbox.has_drained()) {
                continue;
            }
            let Ok(body) = self.range(start, true).await else { continue };
            let Some(watcher) = self.watchers.get_mut(&key) else { continue };
            // In one piece with the word that it skipped: half of it would be no use.
            if watcher.outbox.offer(Item::range(key.id, true, body)).is_ok() {
                watcher.behind = None;
            }
        }
    }

    /// Says once to all who watch that the query fails, if that is not for the moment only.
    fn fail(&mut self, refusal: &Refusal) {
        self.note_failure(refusal);
        if refusal.retry || std::mem::replace(&mut self.failing, true) {
            return;
        }
        for (key, watcher) in &mut self.watchers {
            // Who has no room now learns it from the points that do not come.
            let _ = watcher.outbox.offer(Item::refusal(Some(key.id), refusal.clone()));
            // What it showed is gone; the same answer is news.
            watcher.seen = None;
        }
    }

    /// Forgets the list of series, so that those long gone don't pile up in it. Everyone is sent the newest points with a
    /// new list, and keeps nothing by place: a range always carries its own list.
    fn start_anew(&mut self) {
        self.told.clear();
        self.last_range = None;
        let start = self.next.unwrap_or_else(now) - self.key.step;
        for watcher in self.watchers.values_mut() {
            watcher.behind.get_or_insert(start);
        }
    }

    /// Sends the whole answer to all for whom it is another than before.
    async fn tick_whole(&mut self) {
        let mut by_reach: HashMap<Reach, Vec<WatcherKey>> = HashMap::new();
        for (key, watcher) in &self.watchers {
            by_reach.entry(watcher.reach).or_default().push(*key);
        }
        for (reach, keys) in by_reach {
            let (digest, body) = match self.whole(reach).await {
                Ok(whole) => whole,
                Err(refusal) => {
                    self.fail(&refusal);
                    continue;
                }
            };
            self.failing = false;
            for key in keys {
                let Some(watcher) = self.watchers.get_mut(&key) else { continue };
                if watcher.seen == Some(digest) {
                    continue;
                }
                let skipped = watcher.behind.is_some();
                let sent = watcher.outbox.offer(Item::range(key.id, skipped, body.clone())).is_ok();
                let Watcher { behind, seen, .. } = watcher;
                (*behind, *seen) = if sent { (None, Some(digest)) } else { (Some(0), None) };
                if !sent && !skipped {
                    self.hub.stats().skipped.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// The whole answer, encoded, and a digest by which another one is told from it.
    pub(super) async fn whole(&mut self, reach: Reach) -> Result<(u64, Bytes), Refusal> {
        let now = now();
        let columns = self.evaluate(TimeRange { start: reach.start(now).min(now), end: now }).await?;
        let mut digest = DefaultHasher::new();
        let notes = whole_notes(&columns, self.hub.inner().settings.max_series);
        notes.hash(&mut digest);
        if columns.grid.len > 1 {
            // One point is of now, whenever that is; of more, their times count.
            columns.grid.hash(&mut digest);
        }
        for series in &columns.series {
            series.labels.hash(&mut digest);
            series.values.iter().for_each(|value| value.to_bits().hash(&mut digest));
        }
        let body = RangeBody { grid: columns.grid, keeps: false, notes, series: columns.series };
        let body = encode_body(&body).map_err(|error| Refusal::new(error.to_string()))?;
        Ok((digest.finish(), body.into()))
    }
}

/// The notes of an answer that stands for itself.
pub(super) fn whole_notes(columns: &Columns, most: usize) -> Vec<String> {
    columns.notes.iter().cloned().chain(left_out(columns.left_out, most)).collect()
}

fn left_out(series: usize, most: usize) -> Option<String> {
    (series > 0).then(|| {
        format!("{series} series are left out: the first {most} by their labels are shown (live.max_series); name more labels")
    })
}
