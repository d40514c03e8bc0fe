//! What there is, without samples: series, label names and values, exemplars, and how many of each.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use watchfire_model::{Exemplar, Labels, METRIC_NAME, Matcher, Metadata, MetadataKind, TimeRange};

use crate::entry::Extras;
use crate::filter::Filter;
use crate::partition::Partition;
use crate::shared::Shared;
use crate::sources::sources;
use crate::{Cardinality, StorageError};

/// Series that meet all matchers of one set at least and have samples in the days of `range`, sorted.
pub(crate) async fn series(
    shared: &Arc<Shared>,
    sets: &[Vec<Matcher>],
    range: TimeRange,
) -> Result<Vec<Labels>, StorageError> {
    let filters = sets.iter().map(|set| Filter::new(set)).collect::<Result<Vec<_>, _>>()?;
    let mut found = HashSet::new();
    {
        let head = shared.head();
        for filter in &filters {
            for id in head.find(filter) {
                if let Some(series) = head.get(id).filter(|series| series.overlaps(range)) {
                    found.insert(series.labels.clone());
                }
            }
        }
    }
    for partition in partitions(shared, range).await? {
        for filter in &filters {
            if let Some((ids, names)) = readable(shared, partition.find(filter, &shared.quarantine).await)? {
                found.extend(ids.iter().filter_map(|id| names.labels(id)).cloned());
            }
        }
    }
    let mut found: Vec<Labels> = found.into_iter().collect();
    found.sort_unstable();
    Ok(found)
}

/// The names of all labels, sorted.
pub(crate) async fn names(shared: &Arc<Shared>, range: TimeRange) -> Result<Vec<String>, StorageError> {
    let mut found = BTreeSet::new();
    if head_overlaps(shared, range) {
        found.extend(shared.head().index().names().map(|(name, _)| name.to_owned()));
    }
    for partition in partitions(shared, range).await? {
        found.extend(readable(shared, partition.label_names(&shared.quarantine).await)?.unwrap_or_default());
    }
    Ok(found.into_iter().collect())
}

/// The values of a label, sorted.
pub(crate) async fn values(
    shared: &Arc<Shared>,
    name: &str,
    range: TimeRange,
) -> Result<Vec<String>, StorageError> {
    let mut found = BTreeSet::new();
    if head_overlaps(shared, range) {
        found.extend(shared.head().index().values(name).map(str::to_owned));
    }
    for partition in partitions(shared, range).await? {
        let values = partition.label_values(name, &shared.quarantine).await;
        found.extend(readable(shared, values)?.unwrap_or_default());
    }
    Ok(found.into_iter().collect())
}

fn head_overlaps(shared: &Shared, range: TimeRange) -> bool {
    shared.head().span().is_some_and(|span| span.start <= range.end && span.end >= range.start)
}

/// The files that have series of `range`, but for those of which memory has all.
async fn partitions(shared: &Shared, range: TimeRange) -> Result<Vec<Arc<Partition>>, StorageError> {
    let memory = shared.head().in_memory();
    let sources = sources(shared, range, None, memory).await?;
    Ok(sources.into_iter().map(|source| source.partition).collect())
}

/// A damaged file, and one that the retention deleted meanwhile, has nothing.
fn readable<T>(shared: &Shared, answer: Result<T, StorageError>) -> Result<Option<T>, StorageError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(StorageError::Corrupt { file, reason }) => {
            shared.quarantine.add(&file, None, &reason);
            Ok(None)
        }
        Err(StorageError::Closed) if !shared.is_closed() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The exemplars of matching series, from memory and partitions, by series and time.
pub(crate) async fn exemplars(
    shared: &Arc<Shared>,
    matchers: &[Matcher],
    range: TimeRange,
) -> Result<Vec<(Labels, Exemplar)>, StorageError> {
    let filter = Filter::new(matchers)?;
    let mut found = shared.details().exemplars(&filter, range);
    for (_, partition) in shared.partitions.overlapping(range) {
        let stored = stored_exemplars(shared, &partition, &filter, range).await;
        found.extend(readable(shared, stored)?.unwrap_or_default());
    }
    found.sort_by(|(one, a), (other, b)| one.cmp(other).then(a.timestamp.cmp(&b.timestamp)));
    // Memory keeps what was flushed.
    found.dedup();
    Ok(found)
}

async fn stored_exemplars(
    shared: &Shared,
    partition: &Partition,
    filter: &Filter,
    range: TimeRange,
) -> Result<Vec<(Labels, Exemplar)>, StorageError> {
    let (series, names) = partition.find(filter, &shared.quarantine).await?;
    if series.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64, i64, f64, String)> = sqlx::query_as(
        "SELECT series, timestamp, value, labels FROM exemplar WHERE timestamp BETWEEN ? AND ?",
    )
    .bind(range.start)
    .bind(range.end)
    .fetch_all(partition.pool().await?)
    .await
    .map_err(|error| partition.failed(error))?;
    let one = |(id, timestamp, value, labels): (i64, i64, f64, String)| {
        let id = u32::try_from(id).ok().filter(|id| series.contains(*id))?;
        let labels = Labels::from_packed(&labels).ok()?;
        Some((names.labels(id)?.clone(), Exemplar { labels, timestamp, value }))
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

/// Counts the series in memory by metric, label and pair.
pub(crate) fn cardinality(shared: &Shared, most: usize) -> Cardinality {
    let head = shared.head();
    let (mut by_metric, mut values_by_label, mut series_by_pair) = (Vec::new(), Vec::new(), Vec::new());
    let mut bytes_by_label = Vec::new();
    let (mut pairs, mut names) = (0_usize, 0_usize);
    for (name, values) in head.index().names() {
        names += 1;
        let (mut count, mut bytes) = (0_u64, 0_u64);
        for (value, series) in values {
            count += 1;
            bytes += series * value.len() as u64;
            if name == METRIC_NAME {
                by_metric.push((value.to_owned(), series));
            }
            series_by_pair.push((format!("{name}={value}"), series));
        }
        pairs += count as usize;
        values_by_label.push((name.to_owned(), count));
        bytes_by_label.push((name.to_owned(), bytes));
        // Kept short on the way: there may be a pair for every series.
        if series_by_pair.len() > 100_000 {
            top(&mut series_by_pair, most);
        }
    }
    for list in [&mut by_metric, &mut values_by_label, &mut series_by_pair, &mut bytes_by_label] {
        top(list, most);
    }
    let span = head.span();
    Cardinality {
        series: head.series(),
        names,
        pairs,
        chunks: head.all().map(|series| series.finished().len() + usize::from(series.open().is_some())).sum(),
        samples: head.samples(),
        oldest: span.map(|span| span.start),
        newest: span.map(|span| span.end),
        series_by_metric: by_metric,
        values_by_label,
        bytes_by_label,
        series_by_pair,
    }
}

fn top(list: &mut Vec<(String, u64)>, most: usize) {
    list.sort_unstable_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    list.truncate(most);
}

/// What partitions and the journal know beside samples; what was said last counts.
pub(crate) async fn load_details(shared: &Arc<Shared>, extras: Extras) -> Result<(), StorageError> {
    let mut known: Vec<(String, String, String, String)> = Vec::new();
    // All of them: late samples bring what is said of their metrics to the partition of their own day only.
    for partition in shared.partitions.all() {
        let read = async {
            sqlx::query_as("SELECT metric, kind, help, unit FROM metadata")
                .fetch_all(partition.pool().await?)
                .await
                .map_err(|error| partition.failed(error))
        };
        match read.await {
            Ok(rows) => known.extend(rows),
            Err(StorageError::Corrupt { file, reason }) => shared.quarantine.add(&file, None, &reason),
            Err(error) => return Err(error),
        }
    }
    let labels: HashMap<u32, Labels> = {
        let head = shared.head();
        let of = |id: u32| Some((id, head.get(id)?.labels.clone()));
        extras.exemplars.iter().filter_map(|(id, _)| of(*id)).collect()
    };
    let mut details = shared.details();
    for (metric, kind, help, unit) in known {
        details.note(Metadata { metric, kind: MetadataKind::from_word(&kind), help, unit });
    }
    extras.metadata.into_iter().for_each(|metadata| details.note(metadata));
    for (id, exemplar) in extras.exemplars {
        if let Some(labels) = labels.get(&id) {
            details.push(labels.clone(), exemplar);
        }
    }
    Ok(())
}
