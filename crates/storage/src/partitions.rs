use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use watchfire_model::TimeRange;

use crate::clock::{Day, Period, hull};
use crate::partition::Partition;
use crate::{Durability, StorageError, salvage};

/// Partitions of one kind, by their first day. Knowing that a file is there does not open it.
pub(crate) struct Partitions {
    dir: PathBuf,
    period: Period,
    durability: Durability,
    by_day: Mutex<BTreeMap<Day, Arc<Partition>>>,
}

impl Partitions {
    /// Finds the files in `dir`, each of which holds a period; none where there is no directory.
    pub(crate) fn find(dir: &Path, period: Period, durability: Durability) -> io::Result<Self> {
        let mut by_day = BTreeMap::new();
        let entries = match fs::read_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            entries => Some(entries?),
        };
        for entry in entries.into_iter().flatten() {
            let entry = entry?;
            if let Some(day) = entry.file_name().to_str().and_then(|name| period.first_day(name)) {
                by_day.insert(day, Arc::new(Partition::new(entry.path(), durability)));
            }
        }
        Ok(Self { dir: dir.to_owned(), period, durability, by_day: Mutex::new(by_day) })
    }

    fn by_day(&self) -> MutexGuard<'_, BTreeMap<Day, Arc<Partition>>> {
        self.by_day.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.by_day().len()
    }

    /// What one file holds.
    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// The partition that starts with `day`, if there is one.
    pub(crate) fn get(&self, day: Day) -> Option<Arc<Partition>> {
        self.by_day().get(&day).cloned()
    }

    /// The partition that starts with `day`; its file is made with its first use.
    pub(crate) fn get_or_add(&self, day: Day) -> Arc<Partition> {
        let add = || Arc::new(Partition::new(self.dir.join(self.period.file_name(day)), self.durability));
        self.by_day().entry(day).or_insert_with(add).clone()
    }

    /// The partitions that `range` touches, oldest first.
    pub(crate) fn overlapping(&self, range: TimeRange) -> Vec<(Day, Arc<Partition>)> {
        if range.end < range.start {
            return Vec::new();
        }
        let days = self.period.of(range.start)..=self.period.of(range.end);
        self.by_day().range(days).map(|(day, partition)| (*day, partition.clone())).collect()
    }

    /// All days with their partitions, oldest first.
    pub(crate) fn with_days(&self) -> Vec<(Day, Arc<Partition>)> {
        self.by_day().iter().map(|(day, partition)| (*day, partition.clone())).collect()
    }

    /// All partitions, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Partition>> {
        self.by_day().values().cloned().collect()
    }

    /// From the first to the last timestamp. Opens the oldest and the newest partition only.
    pub(crate) async fn span(&self) -> Result<Option<TimeRange>, StorageError> {
        let partitions = self.all();
        let mut newest = None;
        // A partition whose first flush was cut short has no blocks yet.
        for partition in partitions.iter().rev() {
            newest = readable(partition.meta().await)?.and_then(|meta| meta.span);
            if newest.is_some() {
                break;
            }
        }
        let mut oldest = None;
        for partition in &partitions {
            oldest = readable(partition.meta().await)?.and_then(|meta| meta.span);
            if oldest.is_some() {
                break;
            }
        }
        Ok(newest.into_iter().chain(oldest).reduce(hull))
    }

    /// The highest row of the journal that any partition knows. Opens all of them.
    pub(crate) async fn last_seq(&self) -> Result<i64, StorageError> {
        let mut last = 0;
        for partition in self.all() {
            last = readable(partition.meta().await)?.map_or(last, |meta| last.max(meta.flushed_seq));
        }
        Ok(last)
    }

    /// Deletes the files of what ended before `oldest`, but never of `today` or later.
    pub(crate) async fn expire(&self, oldest: i64, today: Day) {
        let expired = |day: &Day| {
            self.period.range(*day).end < oldest && self.period.range(*day).end < today.range().start
        };
        let days: Vec<Day> = self.by_day().keys().filter(|day| expired(day)).copied().collect();
        for day in days {
            self.remove(day).await;
        }
    }

    /// The bytes of all files, with what is written and not yet folded into them.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |file: &Path, suffix| {
            let mut path = file.as_os_str().to_owned();
            path.push(suffix);
            fs::metadata(path).map_or(0, |data| data.len())
        };
        self.all().iter().map(|partition| size(partition.file(), "") + size(partition.file(), "-wal")).sum()
    }

    /// The first day that has a file.
    pub(crate) fn oldest(&self) -> Option<Day> {
        self.by_day().keys().next().copied()
    }

    /// Deletes the file of a day. `false` when that failed.
    pub(crate) async fn remove(&self, day: Day) -> bool {
        let Some(partition) = self.by_day().remove(&day) else { return true };
        partition.close().await;
        let (path, file) = (partition.file().clone(), partition.file().display());
        match tokio::task::spawn_blocking(move || delete(&path)).await.map_err(io::Error::from).flatten() {
            Ok(()) => {
                tracing::info!(%file, "deleted: beyond the retention");
                true
            }
            Err(error) => {
                tracing::error!(%file, %error, "could not be deleted; tried again later");
                // Listed again, so that the next time finds it.
                self.get_or_add(day);
                false
            }
        }
    }

    /// Moves a damaged file aside and puts a new one in its place with what can be read of it. Of the days that count as finished,
    /// those stay so that `stay` says. Returns where the old one is.
    pub(crate) async fn replace_damaged(
        &self,
        day: Day,
        stay: impl Fn(Day) -> bool,
    ) -> Result<Option<PathBuf>, StorageError> {
        let Some(damaged) = self.get(day) else { return Ok(None) };
        damaged.close().await;
        let file = damaged.file();
        let replaced = async {
            let new = salvage::successor(file)?;
            let successor = Partition::new(new.clone(), self.durability);
            let blocks = salvage::readable_blocks(file, &successor, stay).await;
            successor.close().await;
            let (blocks, aside) = (blocks?, salvage::replace(file, &new)?);
            tracing::warn!(damaged = %aside.display(), blocks, "a new file begins with what could be read of the damaged one");
            Ok(Some(aside))
        };
        let replaced = replaced.await;
        // The closed one cannot be used again, also when it stays.
        self.by_day().insert(day, Arc::new(Partition::new(file.clone(), self.durability)));
        replaced
    }

    /// Forgets the series of partitions that nobody asked lately.
    pub(crate) fn unload_unused(&self) {
        self.by_day().values().for_each(|partition| partition.unload_unused());
    }

    /// Closes all files.
    pub(crate) async fn close(&self) {
        for partition in self.all() {
            partition.close().await;
        }
    }
}

/// A damaged partition must not keep the others from serving.
fn readable<T>(answer: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error @ StorageError::Corrupt { .. }) => {
            tracing::error!(%error, "a partition is left out");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Deletes a database with what SQLite keeps beside it; the database last, so that nothing stays behind unseen.
fn delete(file: &Path) -> io::Result<()> {
    for suffix in ["-wal", "-shm", ""] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
