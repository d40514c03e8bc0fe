use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};
use watchfire_model::{Matcher, TimeRange};

use crate::admit::{Admission, Resolved, undo};
use crate::clock;
use crate::delete::delete_stored;
use crate::disk::{self, FreeSpace};
use crate::entry::EntryWriter;
use crate::filter::Filter;
use crate::flush::{self, Flushed, Frozen};
use crate::journal::Journal;
use crate::seal::{self, Which};
use crate::shared::Shared;
use crate::{Appended, StorageError};

/// How many appends may wait; with more, senders wait for a place.
pub(crate) const WAITING: usize = 256;

/// How often the writer looks whether a window has ended, and whether a failed flush works now.
const TICK: Duration = Duration::from_secs(10);

/// How often the writer looks for days that have ended and are to be merged and rolled up.
const SEAL_EVERY: Duration = Duration::from_mins(5);

/// Answers whoever waits for it; an error is shared by all in the same commit.
pub(crate) type Reply<T = ()> = oneshot::Sender<Result<T, StorageError>>;

/// What the writer is asked to do.
pub(crate) enum Command {
    /// Store this batch.
    Append(Box<Resolved>, Reply<Appended>),
    /// Delete the samples of a range of the series that meet all matchers.
    Delete(Vec<Matcher>, TimeRange, Reply),
    /// Move everything from the head into partitions.
    Flush(Reply),
    /// Store what was sent before, close all files, answer.
    Close(oneshot::Sender<()>),
}

/// What a flush did; `None` when there was nothing to flush.
type Outcome = Result<Option<Flushed>, StorageError>;
type Job = JoinHandle<Outcome>;

/// The one task that changes journal and head, so that both see the same rows in the same order.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    journal: Journal,
    /// Counts the times that the journal started anew: what was defined before then must be defined again.
    epoch: u32,
    space: FreeSpace,
    commands: mpsc::Receiver<Command>,
    /// What the flush that runs now, or failed, has to write beside the head's frozen chunks.
    frozen: Option<Arc<Frozen>>,
    /// The flush that runs now.
    job: Option<Job>,
    /// The days that are being finished now, and when they were looked at last.
    sealing: Option<JoinHandle<()>>,
    looked: Instant,
    /// Who waits for that flush.
    waiting_now: Vec<Reply>,
    /// Who waits for the flush after that.
    waiting_next: Vec<Reply>,
    /// What is wrong with the journal; it is replaced after the next flush.
    damage: Option<String>,
    /// Why the last flush failed; `None` when it did not.
    failure: Option<StorageError>,
    /// The window in which the last flush started.
    window: i64,
}

impl Writer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        journal: Journal,
        space: FreeSpace,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        let window = current_window(&shared);
        let writer = Self {
            shared,
            journal,
            epoch: 1,
            frozen: None,
            space,
            commands,
            job: None,
            sealing: None,
            looked: Instant::now(),
            waiting_now: Vec::new(),
            waiting_next: Vec::new(),
            damage: None,
            failure: None,
            window,
        };
        writer.note_journal_size();
        writer
    }

    /// Works until it is told to close, or until nobody is left who could tell it.
    pub(crate) async fn run(mut self) {
        // Without samples: deletes what became too old while the server was down.
        self.job = Some(tokio::spawn(flush::run(self.shared.clone(), None)));
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut commands = Vec::new();
        loop {
            tokio::select! {
                count = self.commands.recv_many(&mut commands, WAITING) => {
                    if count == 0 {
                        return self.close().await;
                    }
                    let closing = self.obey(commands.drain(..)).await;
                    if !closing.is_empty() {
                        self.close().await;
                        for reply in closing {
                            // Whoever asked may have gone.
                            let _ = reply.send(());
                        }
                        return;
                    }
                }
                outcome = finished(&mut self.job) => self.finish_flush(outcome).await,
                _ = ticks.tick() => self.tick(),
            }
        }
    }

    /// Group commit: all appends that wait go into one transaction. Returns who asked to close.
    async fn obey(&mut self, commands: impl Iterator<Item = Command>) -> Vec<oneshot::Sender<()>> {
        let (mut batches, mut replies, mut closing) = (Vec::new(), Vec::new(), Vec::new());
        let mut deletions = Vec::new();
        for command in commands {
            match command {
                Command::Append(batch, reply) => {
                    batches.push(batch);
                    replies.push(reply);
                }
                Command::Delete(matchers, range, reply) => deletions.push((matchers, range, reply)),
                Command::Flush(reply) => self.waiting_next.push(reply),
                Command::Close(reply) => closing.push(reply),
            }
        }
        if !batches.is_empty() {
            // A sender that gave up has its samples stored all the same.
            match self.commit(&batches).await {
                Ok(appended) => {
                    for (reply, appended) in replies.into_iter().zip(appended) {
                        let _ = reply.send(Ok(appended));
                    }
                }
                Err(error) => {
                    for reply in replies {
                        let _ = reply.send(Err(error.clone()));
                    }
                }
            }
        }
        for (matchers, range, reply) in deletions {
            let _ = reply.send(self.delete(&matchers, range).await);
        }
        let due = self.damage.is_some() || self.flush_is_due();
        if !self.waiting_next.is_empty() || (self.failure.is_none() && due) {
            self.start_flush();
        }
        closing
    }

    async fn commit(&mut self, batches: &[Box<Resolved>]) -> Result<Vec<Appended>, StorageError> {
        self.space.check()?;
        self.bound_memory().await?;
        let mut entry = EntryWriter::default();
        let now = clock::now();
        let appended: Vec<Appended> = {
            let settings = &self.shared.settings;
            let mut head = self.shared.head_mut();
            let mut admission = Admission {
                head: &mut head,
                settings,
                oldest: self.shared.oldest_taken(now),
                newest: settings.newest(now),
                epoch: self.epoch,
                in_row: None,
            };
            batches.iter().map(|batch| admission.admit(batch, &self.shared.keys, &mut entry)).collect()
        };
        for one in &appended {
            self.shared.counters.note_refused(&one.refused);
        }
        {
            let details = self.shared.details();
            entry.extras.metadata.retain(|metadata| details.is_news(metadata));
        }
        if entry.is_empty() {
            return Ok(appended);
        }
        let body = entry.finish().map_err(|error| StorageError::Encode { reason: error.to_string() });
        let committed = match body {
            Ok(body) => self.journal.commit(body).await,
            Err(error) => Err(error),
        };
        let mut head = self.shared.head_mut();
        match committed {
            Ok(seq) => {
                entry.samples(|id, timestamp, value| {
                    // Admitted a moment ago, so it is there.
                    head.push(id, timestamp, value);
                });
                head.set_seq(seq);
                let mut details = self.shared.details();
                for (id, exemplar) in std::mem::take(&mut entry.extras.exemplars) {
                    if let Some(series) = head.get(id) {
                        details.push(series.labels.clone(), exemplar);
                    }
                }
                for metadata in std::mem::take(&mut entry.extras.metadata) {
                    details.note(metadata);
                }
            }
            Err(error) => {
                if let StorageError::Corrupt { reason, .. } = &error {
                    self.damage = Some(reason.clone());
                }
                undo(&mut head, &entry);
                // The definitions in the lost row were never written.
                self.epoch += 1;
                return Err(error);
            }
        }
        drop(head);
        self.shared.counters.appended.add(entry.len() as u64);
        self.note_journal_size();
        Ok(appended)
    }

    /// Deletes samples from partitions and memory. Everything is flushed first, so that no row of the journal can bring them
    /// back; nothing is appended meanwhile.
    async fn delete(&mut self, matchers: &[Matcher], range: TimeRange) -> Result<(), StorageError> {
        let filter = Filter::new(matchers)?;
        // A flush that runs has frozen an earlier state.
        for _ in 0..2 {
            self.start_flush();
            let outcome = finished(&mut self.job).await;
            self.finish_flush(outcome).await;
            if let Some(failure) = &self.failure {
                return Err(failure.clone());
            }
        }
        delete_stored(&self.shared, &filter, range).await?;
        self.shared.head_mut().delete(&filter, range);
        self.shared.details().delete(&filter, range);
        self.shared.note_partition_span().await
    }

    /// Waits for the flush when memory is full; refuses when the flush cannot make room.
    async fn bound_memory(&mut self) -> Result<(), StorageError> {
        while self.head_is_full() {
            if self.job.is_some() {
                let outcome = finished(&mut self.job).await;
                self.finish_flush(outcome).await;
            } else if let Some(failure) = &self.failure {
                return Err(failure.clone());
            } else {
                self.start_flush();
                return Ok(());
            }
        }
        Ok(())
    }

    fn head_is_full(&self) -> bool {
        self.shared.head().unflushed_samples() >= self.shared.settings.max_head_samples
    }

    fn flush_is_due(&self) -> bool {
        current_window(&self.shared) != self.window || self.head_is_full()
    }

    fn tick(&mut self) {
        if self.failure.is_some() || self.flush_is_due() {
            self.start_flush();
        }
        if self.looked.elapsed() >= SEAL_EVERY && self.sealing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.looked = Instant::now();
            let shared = self.shared.clone();
            self.sealing = Some(tokio::spawn(async move {
                // What failed was logged, and its turn comes again.
                let _ = seal::run(&shared, Which::Due).await;
            }));
        }
        let shared = self.shared.clone();
        tokio::task::spawn_blocking(move || {
            shared.counters.disk_bytes.set(disk::used_bytes(&shared.settings.dir));
        });
    }

    /// Freezes the head between two commits and starts to write it, unless a flush runs already.
    fn start_flush(&mut self) {
        if self.job.is_some() {
            return;
        }
        self.window = current_window(&self.shared);
        // After a failure the same rows are written again, before newer ones are frozen.
        if self.frozen.is_none() {
            let seq = self.shared.head_mut().freeze();
            self.frozen = seq.map(|seq| {
                let (exemplars, metadata) = self.shared.details().freeze();
                Arc::new(Frozen { seq, exemplars, metadata })
            });
            self.epoch += 1;
        }
        self.waiting_now.append(&mut self.waiting_next);
        self.job = Some(tokio::spawn(flush::run(self.shared.clone(), self.frozen.clone())));
    }

    async fn finish_flush(&mut self, outcome: Outcome) {
        self.job = None;
        let outcome = match outcome {
            Ok(Some(flushed)) => self.settle(flushed).await,
            Ok(None) => self.replace_damaged().await,
            Err(error) => Err(error),
        };
        self.failure = outcome.clone().err();
        if let Some(error) = &self.failure {
            tracing::error!(%error, "the flush failed and will be tried again; nothing is lost");
        }
        for reply in self.waiting_now.drain(..) {
            let _ = reply.send(outcome.clone());
        }
        // What was committed while the flush ran keeps a damaged journal from being replaced.
        let once_more = self.damage.is_some() && self.failure.is_none() && self.has_unflushed();
        if !self.waiting_next.is_empty() || once_more {
            self.start_flush();
        }
    }

    /// What is in partitions leaves the journal, and the layer before it leaves memory.
    async fn settle(&mut self, flushed: Flushed) -> Result<(), StorageError> {
        match self.journal.delete_to(flushed.seq).await {
            Err(StorageError::Corrupt { reason, .. }) => self.damage = Some(reason),
            outcome => outcome?,
        }
        self.frozen = None;
        self.note_journal_size();
        let gone = {
            let mut head = self.shared.head_mut();
            let newest = head.span().map_or(0, |span| span.end);
            head.settle(newest.saturating_sub(self.shared.settings.head_window))
        };
        if gone > 0 {
            let head = self.shared.head();
            self.shared
                .keys
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|id| head.get(id).is_some());
        }
        self.shared.counters.note_flush(flushed.blocks, flushed.took);
        self.replace_damaged().await
    }

    /// Moves a damaged journal aside and begins a new one, as soon as partitions hold everything that was in it.
    async fn replace_damaged(&mut self) -> Result<(), StorageError> {
        let Some(reason) = self.damage.clone() else { return Ok(()) };
        if self.has_unflushed() {
            return Ok(());
        }
        let aside = self.journal.replace(&self.shared.partitions).await?;
        self.shared.replace_journal(self.journal.pool().clone());
        self.shared.quarantine.add(&aside, None, &reason);
        tracing::warn!(damaged = %aside.display(), "a new journal begins; nothing of the damaged one is lost");
        self.damage = None;
        self.epoch += 1;
        self.note_journal_size();
        Ok(())
    }

    fn has_unflushed(&self) -> bool {
        self.shared.head().in_memory().unflushed_from < i64::MAX
    }

    fn note_journal_size(&self) {
        let size = self.journal.size();
        self.shared.counters.journal_rows.set(size.rows);
        self.shared.counters.journal_bytes.set(size.bytes);
    }

    /// Flushes, so that the next start has little to read, and closes the files. What cannot be flushed stays in the journal.
    async fn close(mut self) {
        // A flush that runs has frozen an earlier state, so there is one more after it.
        for last in [false, true] {
            if self.job.is_none() {
                if self.failure.is_some() {
                    break;
                }
                self.start_flush();
            }
            let outcome = finished(&mut self.job).await;
            if last {
                // Answered with an error: no flush starts any more.
                self.waiting_next.clear();
            }
            self.finish_flush(outcome).await;
        }
        self.shared.note_closed();
        self.journal.close().await;
        // It stops at its next step, for files are closed; a day that is half done is done again.
        self.shared.close().await;
        if let Some(sealing) = self.sealing.take() {
            let _ = sealing.await;
        }
    }
}

fn current_window(shared: &Shared) -> i64 {
    clock::now().div_euclid(shared.settings.window())
}

/// The outcome of the flush that runs; never, when none does.
async fn finished(job: &mut Option<Job>) -> Outcome {
    match job {
        Some(job) => job.await.map_err(|error| StorageError::task(&error)).flatten(),
        None => std::future::pending().await,
    }
}
