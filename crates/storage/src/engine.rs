use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use watchfire_model::{Batch, Exemplar, Labels, Matcher, Metadata, TimeRange};

use crate::admit::Resolved;
use crate::clock::Period;
use crate::control::{CONTROL, SqliteControl};
use crate::disk::{self, FreeSpace};
use crate::filter::Filter;
use crate::listing;
use crate::lock::DirectoryLock;
use crate::partitions::Partitions;
use crate::piece::Piece;
use crate::quarantine::Quarantine;
use crate::replay::{Recovered, recover};
use crate::rollup::{Rolled, Tier};
use crate::shared::Shared;
use crate::sources::{Source, sources};
use crate::wal;
use crate::writer::{self, Command, Writer};
use crate::{
    Appended, Appender, Cardinality, Querier, SelectOptions, SelectedSeries, Settings, StorageError,
    StorageStats,
};

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

        let partitions = Partitions::find(&metrics, Period::Day, settings.durability)
            .map_err(|error| StorageError::not_writable(&metrics, &error))?;
        let tiers = Tier::find_all(&metrics, &settings)?;
        let file = settings.dir.join(JOURNAL);
        let quarantine = Quarantine::default();
        let kinds = std::iter::once(&partitions).chain(tiers.iter().map(|tier| &tier.partitions));
        let files = kinds.flat_map(Partitions::all).map(|partition| partition.file().clone());
        let beside = [file.clone(), settings.dir.join(CONTROL)];
        look_at_logs(files.chain(beside).collect(), &quarantine).await?;
        let control = SqliteControl::open(&settings.dir, settings.durability, settings.keep_versions).await?;
        let span = partitions.span().await?;
        let complete_from = span.map_or(i64::MIN, |span| span.end.saturating_add(1));
        let Recovered { journal, head, extras } =
            recover(&file, settings.durability, complete_from, &partitions, &quarantine).await?;

        let pool = journal.pool().clone();
        let shared = Arc::new(Shared::new(
            settings,
            (partitions, tiers),
            span,
            quarantine,
            pool,
            head,
            (control, lock),
        ));
        shared.note_partition_span().await?;
        shared.learn_keys();
        listing::load_details(&shared, extras).await?;
        shared.counters.disk_bytes.set(disk::used_bytes(&shared.settings.dir));
        let (commands, receiver) = mpsc::channel(writer::WAITING);
        let writer = Writer::new(shared.clone(), journal, space, receiver);
        let runtime = tokio::runtime::Handle::current();
        // A thread of its own: it works for milliseconds on a large batch, which would hold up other tasks.
        std::thread::Builder::new()
            .name("storage-writer".to_owned())
            .spawn(move || runtime.block_on(writer.run()))
            .map_err(|error| StorageError::not_writable(&shared.settings.dir, &error))?;
        Ok(Self { shared, commands })
    }

    /// What people made: in the same data directory, open as long as the engine is.
    pub fn control(&self) -> SqliteControl {
        self.shared.control.clone()
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

    /// Deletes the samples of `range` of the series that meet all matchers, everywhere. Appends wait meanwhile.
    pub async fn delete(&self, matchers: Vec<Matcher>, range: TimeRange) -> Result<(), StorageError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Delete(matchers, range, reply);
        self.commands.send(command).await.map_err(|_| StorageError::Closed)?;
        answer.await.map_err(|_| StorageError::Closed)?
    }

    /// Copies everything that was acknowledged before, as one consistent data directory, to `dir`, which must not exist.
    pub async fn snapshot(&self, dir: &Path) -> Result<(), StorageError> {
        crate::snapshot::copy(&self.shared.settings.dir, dir).await.map(drop)
    }

    /// Merges the blocks of all days that have ended, and makes their rollups, now. It happens by itself some time after a
    /// day's last samples.
    pub async fn seal(&self) -> Result<(), StorageError> {
        self.flush().await?;
        crate::seal::run(&self.shared, crate::seal::Which::Ended).await
    }

    /// What files hold of `range`.
    async fn select_stored(
        &self,
        filter: &Filter,
        sources: &[Source],
        seq: i64,
        max_samples: usize,
    ) -> Result<HashMap<Labels, Found>, StorageError> {
        let quarantine = &self.shared.quarantine;
        let (mut found, mut samples) = (HashMap::<Labels, Found>::new(), 0_usize);
        for Source { partition, range, width } in sources {
            let left = max_samples.saturating_sub(samples);
            let read = match width {
                None => partition.select(filter, *range, seq, left, quarantine).await.map(|pieces| {
                    for (labels, piece) in pieces {
                        samples += piece.samples as usize;
                        found.entry(labels).or_default().pieces.push(piece);
                    }
                }),
                Some(width) => {
                    let read = partition.select_rollups(filter, *range, *width, left, quarantine).await;
                    read.map(|pieces| {
                        for (labels, rolled) in pieces {
                            samples += rolled.buckets as usize;
                            found.entry(labels).or_default().rolled.push(rolled);
                        }
                    })
                }
            };
            match read {
                Ok(()) => {}
                Err(StorageError::Corrupt { file, reason }) => quarantine.add(&file, None, &reason),
                // Deleted by the retention meanwhile.
                Err(StorageError::Closed) if !self.shared.is_closed() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }
}

/// Reports what damaged write-ahead logs lose, before the files are opened.
async fn look_at_logs(files: Vec<PathBuf>, quarantine: &Quarantine) -> Result<(), StorageError> {
    let look = |file: PathBuf| {
        let damage = wal::keep_if_damaged(&file).map_err(|error| StorageError::not_writable(&file, &error));
        damage.transpose()
    };
    let looked = tokio::task::spawn_blocking(move || {
        files.into_iter().filter_map(look).collect::<Result<Vec<_>, _>>()
    });
    for (copy, pages) in looked.await.map_err(|error| StorageError::task(&error))?? {
        let reason = format!(
            "this is a copy of a damaged write-ahead log; what its last {pages} pages changed is lost"
        );
        quarantine.add(&copy, None, &reason);
    }
    Ok(())
}

/// What files have of one series.
#[derive(Default)]
struct Found {
    pieces: Vec<Piece>,
    rolled: Vec<Rolled>,
}

#[async_trait]
impl Appender for Engine {
    async fn append(&self, batch: Batch) -> Result<Appended, StorageError> {
        if batch.is_empty() {
            return Ok(Appended::default());
        }
        let series = self.shared.keys.read().unwrap_or_else(PoisonError::into_inner).resolve(&batch);
        let resolved = Box::new(Resolved { batch, series });
        let (reply, answer) = oneshot::channel();
        self.commands.send(Command::Append(resolved, reply)).await.map_err(|_| StorageError::Closed)?;
        answer.await.map_err(|_| StorageError::Closed)?
    }
}

#[async_trait]
impl Querier for Engine {
    async fn select(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
        options: SelectOptions,
    ) -> Result<Vec<SelectedSeries>, StorageError> {
        let filter = Filter::new(matchers)?;
        if self.shared.is_closed() {
            return Err(StorageError::Closed);
        }
        // Memory first: what a flush moves meanwhile is then seen here, and settled against its copy in a partition.
        let snapshot = self.shared.head().select(&filter, range);
        let sources = sources(&self.shared, range, options.buckets, snapshot.memory).await?;
        let mut stored = self.select_stored(&filter, &sources, snapshot.seq, options.max_samples).await?;
        // Memory keeps for a while what is also in rollups.
        let rolled: Vec<TimeRange> =
            sources.iter().filter(|source| source.width.is_some()).map(|source| source.range).collect();
        let is_rolled =
            |piece: &Piece| rolled.iter().any(|range| (range.start..=range.end).contains(&piece.span.start));
        let mut series = Vec::with_capacity(snapshot.series.len() + stored.len());
        for (labels, mut pieces) in snapshot.series {
            let older = stored.remove(&labels).unwrap_or_default();
            if !rolled.is_empty() {
                pieces.retain(|piece| !is_rolled(piece));
            }
            pieces.extend(older.pieces);
            if !pieces.is_empty() || !older.rolled.is_empty() {
                series.push(SelectedSeries::new(labels, pieces, older.rolled));
            }
        }
        // Those that memory lacks, in an order that is the same each time.
        let mut stored: Vec<_> = stored.into_iter().collect();
        stored.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        series.extend(
            stored.into_iter().map(|(labels, found)| SelectedSeries::new(labels, found.pieces, found.rolled)),
        );
        if series.len() > options.max_series {
            let (found, most) = (series.len(), options.max_series);
            return Err(StorageError::TooMuch { what: "series", found, most });
        }
        Ok(series)
    }

    async fn series(&self, sets: &[Vec<Matcher>], range: TimeRange) -> Result<Vec<Labels>, StorageError> {
        listing::series(&self.shared, sets, range).await
    }

    async fn label_names(&self, range: TimeRange) -> Result<Vec<String>, StorageError> {
        listing::names(&self.shared, range).await
    }

    async fn label_values(&self, name: &str, range: TimeRange) -> Result<Vec<String>, StorageError> {
        listing::values(&self.shared, name, range).await
    }

    async fn metadata(&self, metric: Option<&str>) -> Result<Vec<Metadata>, StorageError> {
        Ok(self.shared.details().metadata(metric))
    }

    async fn exemplars(
        &self,
        matchers: &[Matcher],
        range: TimeRange,
    ) -> Result<Vec<(Labels, Exemplar)>, StorageError> {
        listing::exemplars(&self.shared, matchers, range).await
    }

    async fn cardinality(&self, most: usize) -> Result<Cardinality, StorageError> {
        let shared = self.shared.clone();
        let counted = tokio::task::spawn_blocking(move || listing::cardinality(&shared, most));
        counted.await.map_err(|error| StorageError::task(&error))
    }

    async fn delete(&self, matchers: Vec<Matcher>, range: TimeRange) -> Result<(), StorageError> {
        Engine::delete(self, matchers, range).await
    }

    async fn snapshot(&self, dir: &Path) -> Result<(), StorageError> {
        Engine::snapshot(self, dir).await
    }

    async fn check(&self) -> Result<(), StorageError> {
        let answer = sqlx::query("SELECT flushed_seq FROM meta").execute(&self.shared.journal()).await;
        answer.map(drop).map_err(|error| StorageError::sqlite(&self.shared.settings.dir.join(JOURNAL), error))
    }

    fn stats(&self) -> StorageStats {
        self.shared.stats()
    }
}
