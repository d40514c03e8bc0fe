use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use watchfire_model::{Batch, Labels, Matcher, TimeRange};

use crate::clock::{self, Day};
use crate::disk::{self, FreeSpace};
use crate::entry::Registry;
use crate::filter::Filter;
use crate::head::Head;
use crate::journal::Journal;
use crate::lock::DirectoryLock;
use crate::partitions::Partitions;
use crate::selected::Piece;
use crate::shared::Shared;
use crate::writer::{self, Command, Writer};
use crate::{Appended, Appender, Querier, SelectedSeries, Settings, StorageError, StorageStats};

/// The journal's file in the data directory.
const JOURNAL: &str = "metrics/journal.db";

/// The embedded engine: journal, head and partitions in one data directory. Cloning shares it. When the last clone is
/// gone it closes in its own time; [`close`](Self::close) waits for that.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
}

impl Engine {
    /// Opens a data directory, or makes one, and brings back into memory what the journal holds. One process at a
    /// time has it open.
    pub async fn open(settings: Settings) -> Result<Self, StorageError> {
        let metrics = settings.dir.join("metrics");
        std::fs::create_dir_all(&metrics).map_err(|error| StorageError::not_writable(&metrics, &error))?;
        let lock = DirectoryLock::take(&settings.dir)?;
        let mut space = FreeSpace::new(settings.dir.clone(), settings.min_free_bytes);
        space.check()?;

        let partitions = Partitions::find(&metrics, settings.durability)
            .map_err(|error| StorageError::not_writable(&metrics, &error))?;
        let file = settings.dir.join(JOURNAL);
        let mut journal = Journal::open(&file, settings.durability, &partitions).await?;
        let span = partitions.span().await?;
        let complete_from = span.map_or(i64::MIN, |span| span.end.saturating_add(1));
        let mut head = Head::new(complete_from, journal.last_seq());
        let registry = replay(&file, &mut journal, &partitions, &mut head).await?;

        let shared = Arc::new(Shared::new(settings, partitions, span, journal.pool().clone(), head, lock));
        shared.counters.disk_bytes.set(disk::used_bytes(&shared.settings.dir));
        let (commands, receiver) = mpsc::channel(writer::WAITING);
        tokio::spawn(Writer::new(shared.clone(), journal, registry, space, receiver).run());
        Ok(Self { shared, commands })
    }

    /// Moves everything from the head into partitions now. It happens by itself with each window.
    pub async fn flush(&self) -> Result<(), StorageError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Flush(reply)).await.map_err(|_| StorageError::Closed)?;
        answer.await.map_err(|_| StorageError::Closed)?
    }

    /// Stores what was appended before, closes all files and lets the directory go. Later calls fail with
    /// [`StorageError::Closed`].
    pub async fn close(&self) {
        let (reply, answer) = oneshot::channel();
        if self.commands.send(Command::Close(reply)).await.is_ok() {
            // An error means that another clone was faster.
            let _ = answer.await;
        }
    }

    /// Adds what partitions hold of `range`.
    async fn select_stored(
        &self,
        filter: &Filter,
        range: TimeRange,
        seq: i64,
        found: &mut HashMap<Labels, Vec<Piece>>,
    ) -> Result<(), StorageError> {
        let shared = &self.shared;
        for (day, partition) in shared.partitions.overlapping(range) {
            match partition.select(filter, range, seq, &shared.quarantine).await {
                Ok(pieces) => {
                    for (labels, piece) in pieces {
                        found.entry(labels).or_default().push(piece);
                    }
                }
                Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
                // Deleted by the retention meanwhile.
                Err(StorageError::Closed) if shared.partitions.get(day).is_none() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Brings the rows of the journal into the head, without the samples that partitions have already: a crash between
/// the end of a flush and the deletion of its rows leaves both.
async fn replay(
    file: &Path,
    journal: &mut Journal,
    partitions: &Partitions,
    head: &mut Head,
) -> Result<Registry, StorageError> {
    let mut registry = Registry::default();
    let mut flushed: HashMap<Day, i64> = HashMap::new();
    let mut seq = 0;
    loop {
        let rows = journal.read_after(seq).await?;
        let Some((last, _)) = rows.last() else { return Ok(registry) };
        seq = *last;
        for (seq, mut entry) in rows {
            let days: BTreeSet<Day> = entry.runs.iter().map(|run| Day::of(run.timestamp)).collect();
            for day in days {
                if let (false, Some(partition)) = (flushed.contains_key(&day), partitions.get(day)) {
                    flushed.insert(day, partition.meta().await?.flushed_seq);
                }
            }
            entry
                .runs
                .retain(|run| flushed.get(&Day::of(run.timestamp)).is_none_or(|flushed| *flushed < seq));
            registry.learn(&entry.definitions);
            let used = entry.runs.iter().flat_map(|run| &run.samples);
            let unknown = used
                .map(|(id, _)| *id)
                .find(|id| !head.knows(*id) && entry.definitions.iter().all(|(defined, _)| defined != id));
            if let Some(id) = unknown {
                return Err(StorageError::corrupt(
                    file,
                    format_args!("row {seq} uses the unknown series {id}"),
                ));
            }
            head.apply(seq, entry);
        }
    }
}

#[async_trait]
impl Appender for Engine {
    async fn append(&self, batch: Batch) -> Result<Appended, StorageError> {
        let mut samples = batch.samples;
        let refused = self.shared.settings.refuse(&mut samples, clock::now());
        self.shared.counters.note_refused(refused);
        let appended =
            Appended { stored: samples.len(), refused: (refused.too_old + refused.in_future) as usize };
        if !samples.is_empty() {
            let (reply, answer) = oneshot::channel();
            self.commands.send(Command::Append(samples, reply)).await.map_err(|_| StorageError::Closed)?;
            answer.await.map_err(|_| StorageError::Closed)??;
        }
        Ok(appended)
    }
}

#[async_trait]
impl Querier for Engine {
    async fn select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<SelectedSeries>, StorageError> {
        let filter = Filter::new(matchers)?;
        if self.shared.journal.is_closed() {
            return Err(StorageError::Closed);
        }
        // Memory first: what a flush moves meanwhile is then seen here, and settled against its copy in a partition.
        let snapshot = self.shared.head().select(&filter, range);
        let mut found = snapshot.series;
        if range.start < snapshot.complete_from {
            let stored = TimeRange { start: range.start, end: range.end.min(snapshot.complete_from - 1) };
            self.select_stored(&filter, stored, snapshot.seq, &mut found).await?;
        }
        let mut series: Vec<_> =
            found.into_iter().map(|(labels, pieces)| SelectedSeries::new(labels, pieces)).collect();
        series.sort_by(|one, other| one.labels().cmp(other.labels()));
        Ok(series)
    }

    async fn check(&self) -> Result<(), StorageError> {
        let answer = sqlx::query("SELECT flushed_seq FROM meta").execute(&self.shared.journal).await;
        answer.map(drop).map_err(|error| StorageError::sqlite(&self.shared.settings.dir.join(JOURNAL), error))
    }

    fn stats(&self) -> StorageStats {
        self.shared.stats()
    }
}
