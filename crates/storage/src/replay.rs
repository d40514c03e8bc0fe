use std::collections::HashMap;
use std::path::Path;

use crate::StorageError;
use crate::clock::Day;
use crate::entry::{Entry, Extras};
use crate::head::Head;
use crate::journal::Journal;
use crate::partitions::Partitions;

/// Brings the rows of the journal into the head, without the samples that partitions have already: a crash between
/// the end of a flush and the deletion of its rows leaves both. Returns what the rows have beside samples.
pub(crate) async fn replay(
    file: &Path,
    journal: &mut Journal,
    partitions: &Partitions,
    head: &mut Head,
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
            let more = apply(*seq, body, &flushed, head).map_err(|reason| {
                StorageError::corrupt(file, format_args!("row {seq}: {reason}"))
            })?;
            extras.exemplars.extend(more.exemplars);
            extras.metadata.extend(more.metadata);
        }
    }
}

fn apply(seq: i64, body: &[u8], flushed: &HashMap<Day, i64>, head: &mut Head) -> Result<Extras, String> {
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
        if head.get(id).is_none() {
            unknown = Some(id);
        }
        head.push(id, timestamp, value);
    });
    match unknown {
        Some(id) => Err(format!("it uses the unknown series {id}")),
        None if whole => {
            head.set_seq(seq);
            Ok(entry.extras)
        }
        None => Err("its samples are damaged".to_owned()),
    }
}
