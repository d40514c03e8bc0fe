//! Which files answer for a range: samples, rollups in their place, or rollups because the samples are gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use watchfire_model::TimeRange;

use crate::StorageError;
use crate::clock::{self, Day, hull};
use crate::partition::Partition;
use crate::shared::Shared;

/// A file, and what is wanted of it.
pub(crate) struct Source {
    pub(crate) partition: Arc<Partition>,
    /// The times that it answers for.
    pub(crate) range: TimeRange,
    /// The width of its buckets; `None` for a file of samples.
    pub(crate) width: Option<i64>,
}

/// What memory has, and files need not give.
#[derive(Clone, Copy)]
pub(crate) struct InMemory {
    /// All samples from here on.
    pub(crate) complete_from: i64,
    /// The oldest sample that no file has yet.
    pub(crate) unflushed_from: i64,
}

/// The files that answer for `range`, oldest first. With `buckets`, rollups of that width or a narrower one may stand for the
/// samples of finished days.
pub(crate) async fn sources(
    shared: &Shared,
    range: TimeRange,
    buckets: Option<i64>,
    memory: InMemory,
) -> Result<Vec<Source>, StorageError> {
    let mut found = rolled_away(shared, range, buckets).await?;
    if range.start >= memory.complete_from {
        return Ok(found);
    }
    let stored = TimeRange { start: range.start, end: range.end.min(memory.complete_from - 1) };
    for (day, partition) in shared.partitions.overlapping(stored) {
        let finished = day.range().end < memory.complete_from.min(memory.unflushed_from);
        if let Some(widest) = buckets.filter(|_| finished)
            && let Some(source) = rollups_of(shared, day, &partition, widest).await?
        {
            found.push(source);
        } else {
            found.push(Source { partition, range: stored, width: None });
        }
    }
    Ok(found)
}

/// The rollups that stand for a day's samples: the widest that were made of all of them.
async fn rollups_of(
    shared: &Shared,
    day: Day,
    samples: &Partition,
    widest: i64,
) -> Result<Option<Source>, StorageError> {
    let Some(flushed) = or_none(shared, samples.flushed_seq().await)? else { return Ok(None) };
    for tier in shared.tiers.iter().rev().filter(|tier| tier.width <= widest) {
        let Some(partition) = tier.partitions.get(tier.partitions.period().of(day.range().start)) else {
            continue;
        };
        if or_none(shared, partition.sealed_seq(day).await)?.flatten() == Some(flushed) {
            return Ok(Some(Source { partition, range: day.range(), width: Some(tier.width) }));
        }
    }
    Ok(None)
}

/// The rollups of days whose samples are gone. Of each day those that suit `buckets`, or else the narrowest.
async fn rolled_away(
    shared: &Shared,
    range: TimeRange,
    buckets: Option<i64>,
) -> Result<Vec<Source>, StorageError> {
    let mut of_day: BTreeMap<Day, (usize, Arc<Partition>)> = BTreeMap::new();
    for (number, tier) in shared.tiers.iter().enumerate() {
        // The narrowest comes first; wider ones take its place where they suit.
        let suits = buckets.is_some_and(|buckets| tier.width <= buckets);
        // A bucket before the range has the newest sample of its first moments, and ranges that are not made of whole buckets
        // are rounded up.
        let reach = TimeRange {
            start: range.start.saturating_sub(tier.width),
            end: range.end.saturating_add(tier.width),
        };
        for (_, partition) in tier.partitions.overlapping(reach) {
            let Some(sealed) = or_none(shared, partition.sealed().await)? else { continue };
            for &day in sealed.keys() {
                let days = day.range();
                let overlaps = days.start <= reach.end && days.end >= reach.start;
                let wanted = overlaps && shared.partitions.get(day).is_none();
                if wanted && (suits || !of_day.contains_key(&day)) {
                    of_day.insert(day, (number, partition.clone()));
                }
            }
        }
    }
    let mut found: Vec<Source> = Vec::new();
    for (day, (tier, partition)) in of_day {
        let (days, width) = (day.range(), Some(shared.tiers[tier].width));
        match found.last_mut() {
            Some(last) if Arc::ptr_eq(&last.partition, &partition) && last.range.end + 1 == days.start => {
                last.range.end = days.end;
            }
            _ => found.push(Source { partition, range: days, width }),
        }
    }
    Ok(found)
}

/// A damaged or just deleted file answers for nothing.
fn or_none<T>(shared: &Shared, answer: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(StorageError::Corrupt { file, reason }) => {
            shared.quarantine.add(&file, None, &reason);
            Ok(None)
        }
        Err(StorageError::Closed) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Shared {
    /// The days before those of which there are samples that have rollups: from the first to the last moment.
    pub(crate) async fn rolled_away(&self) -> Result<Option<TimeRange>, StorageError> {
        let first = self.partitions.oldest().unwrap_or_else(|| Day::of(clock::now()));
        let mut span: Option<TimeRange> = None;
        for tier in &self.tiers {
            for (_, partition) in tier.partitions.with_days() {
                let Some(sealed) = or_none(self, partition.sealed().await)? else { continue };
                for day in sealed.keys().filter(|day| **day < first) {
                    span = Some(span.map_or(day.range(), |span| hull(span, day.range())));
                }
            }
        }
        Ok(span)
    }
}
