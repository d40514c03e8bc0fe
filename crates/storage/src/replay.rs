use std::collections::HashMap;
use std::path::Path;

use crate::clock::Day;
use crate::entry::{Entry, Extras};
use crate::head::Head;
use crate::journal::Journal;
use crate::partitions::Partitions;
use crate::quarantine::Quarantine;
use crate::{Durability, StorageError, salvage};

/// What the journal gave.
pub(crate) struct Recovered {
    pub(crate) journal: Journal,
    pub(crate) head: Head,
    /// What its rows have beside samples.
    pub(crate) extras: Extras,
}

/// Opens the journal `file` and brings its rows into a head of which partitions have everything before
/// `complete_from`. Damaged rows are left out; a file that SQLite cannot read is moved aside, and what can be read of it
/// goes into a new one.
pub(crate) async fn recover(
    file: &Path,
    durability: Durability,
    complete_from: i64,
    partitions: &Partitions,
    quarantine: &Quarantine,
) -> Result<Recovered, StorageError> {
    let reason = match open_and_replay(file, durability, complete_from, partitions, quarantine).await {
        Err(StorageError::Corrupt { file: damaged, reason }) if damaged == file => reason,
        outcome => return outcome,
    };
    let new = salvage::successor(file)?;
    let mut journal = Journal::open(&new, durability, partitions).await?;
    let rows = salvage::readable_rows(file, &mut journal).await;
    journal.close().await;
    let (rows, aside) = (rows?, salvage::replace(file, &new)?);
    quarantine.add(&aside, None, &reason);
    tracing::warn!(damaged = %aside.display(), rows, "a new journal begins with what could be read of the damaged one");
    open_and_replay(file, durability, complete_from, partitions, quarantine).await
}

async fn open_and_replay(
    file: &Path,
    durability: Durability,
    complete_from: i64,
    partitions: &Partitions,
    quarantine: &Quarantine,
) -> Result<Recovered, StorageError> {
    let mut journal = Journal::open(file, durability, partitions).await?;
    let mut head = Head::new(complete_from, journal.last_seq());
    match replay(file, &mut journal, partitions, &mut head, quarantine).await {
        Ok(extras) => Ok(Recovered { journal, head, extras }),
        Err(error) => {
            journal.close().await;
            Err(error)
        }
    }
}

/// Brings the rows of the journal into the head, without the samples that partitions have already: a crash between
/// the end of a flush and the deletion of its rows leaves both.
async fn replay(
    file: &Path,
    journal: &mut Journal,
    partitions: &Partitions,
    head: &mut Head,
    quarantine: &Quarantine,
) -> Result<Extras, StorageError> {
    let mut flushed: HashMap<Day, i64> = HashMap::new();
    for (day, partition) in partitions.with_days() {
        // A damaged partition has nothing that could be taken twice.
        if let Ok(meta) = partition.meta().await {
            flushed.insert(day, meta.flushed_seq);
        }
    }
    let (mut seq, mut extras) = (0, Extras::default());
    loop {
        let rows = journal.read_after(seq).await?;
        let Some((last, _)) = rows.last() else { return Ok(extras) };
        seq = *last;
        for (seq, body) in &rows {
            let applied = match body {
                Some(body) => apply(*seq, body, &flushed, head, &mut extras),
                None => Err("a row of the journal does not fit its checksum".to_owned()),
            };
            if let Err(reason) = applied {
                quarantine.add(file, Some(*seq), &reason);
            }
        }
    }
}

/// Brings one row in, as far as it can be read; says what is wrong with the rest.
fn apply(
    seq: i64,
    body: &[u8],
    flushed: &HashMap<Day, i64>,
    head: &mut Head,
    extras: &mut Extras,
) -> Result<(), String> {
    let entry = Entry::read(body)?;
    if !entry.definitions(|id, labels| head.define(id, labels)) {
        return Err("a definition of a series is damaged".to_owned());
    }
    let (mut until, mut from, mut skip) = (i64::MIN, i64::MAX, false);
    let mut unknown = None;
    let whole = entry.samples(|id, timestamp, value| {
        // Nearly all samples of a row lie on one day.
        if !(from..=until).contains(&timestamp) {
            let day = Day::of(timestamp);
            (from, until) = (day.range().start, day.range().end);
            skip = flushed.get(&day).is_some_and(|flushed| *flushed >= seq);
        }
        if skip {
            return;
        }
        if !head.push(id, timestamp, value) {
            unknown = Some(id);
        }
    });
    head.set_seq(seq);
    extras.exemplars.extend(entry.extras.exemplars);
    extras.metadata.extend(entry.extras.metadata);
    match unknown {
        // Defined in a damaged row before.
        Some(id) => Err(format!("it uses the unknown series {id}")),
        None if whole => Ok(()),
        None => Err("its samples are damaged".to_owned()),
    }
}
