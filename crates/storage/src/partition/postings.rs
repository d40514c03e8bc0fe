//! Postings in a file: which series have which label, so that a query of a finished day reads little of it.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use sqlx::sqlite::{SqlitePool, SqliteTransaction};
use watchfire_model::Labels;

use crate::catalogue::{self, GROUP, unpack};
use crate::filter::{Condition, Filter};
use crate::index::{Index, SeriesId};

/// Why the postings did not answer.
#[derive(Debug)]
pub(crate) enum Failed {
    Sqlite(sqlx::Error),
    /// A row does not fit its checksum; all series must be read.
    Damaged(&'static str),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The rows of an index: work for the CPU.
pub(crate) fn rows(index: &Index) -> Vec<(String, String, Vec<u8>)> {
    let bytes = |ids: &RoaringBitmap| {
        let mut bytes = Vec::with_capacity(ids.serialized_size());
        // Writing to memory cannot fail; a short row would not be read back, and the file's series be read instead.
        let _ = ids.serialize_into(&mut bytes);
        bytes
    };
    let mut rows = vec![(String::new(), String::new(), bytes(index.all()))];
    rows.extend(index.postings().map(|(name, value, ids)| (name.to_owned(), value.to_owned(), bytes(ids))));
    rows.sort_unstable();
    rows
}

/// Replaces all postings of a file.
pub(crate) async fn write(
    transaction: &mut SqliteTransaction<'_>,
    rows: &[(String, String, Vec<u8>)],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM posting").execute(&mut **transaction).await?;
    for (name, value, ids) in rows {
        sqlx::query("INSERT INTO posting (name, value, series, checksum) VALUES (?, ?, ?, ?)")
            .bind(name)
            .bind(value)
            .bind(ids)
            .bind(checksum(name, value, ids))
            .execute(&mut **transaction)
            .await?;
    }
    sqlx::query("INSERT OR IGNORE INTO posted (id) VALUES (1)").execute(&mut **transaction).await?;
    Ok(())
}

/// Marks the postings as out of date: series came or went.
pub(crate) async fn forget(transaction: &mut SqliteTransaction<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM posted").execute(&mut **transaction).await.map(drop)
}

/// Whether the file has postings of all its series.
pub(crate) async fn are_there(pool: &SqlitePool) -> Result<bool, sqlx::Error> {
    let posted: Option<i64> = sqlx::query_scalar("SELECT id FROM posted").fetch_optional(pool).await?;
    Ok(posted.is_some())
}

fn checksum(name: &str, value: &str, ids: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [name.as_bytes(), value.as_bytes(), ids] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}

/// With so few series left, their labels say faster whether they meet the other conditions.
const FEW: u64 = 2048;

/// The series that meet every condition, with their labels.
pub(crate) async fn find(
    pool: &SqlitePool,
    filter: &Filter,
) -> Result<(RoaringBitmap, HashMap<SeriesId, Labels>), Failed> {
    // Equality first: it finds few series by one look.
    let mut found: Option<RoaringBitmap> = None;
    let is_one_look = |condition: &Condition| condition.equal_to().is_some_and(|value| !value.is_empty());
    for condition in filter.conditions().iter().filter(|condition| is_one_look(condition)) {
        let value = condition.equal_to().unwrap_or_default();
        let ids = one(pool, condition.name(), value).await?.unwrap_or_default();
        found = Some(found.map_or(ids.clone(), |found| found & ids));
        if found.as_ref().is_some_and(RoaringBitmap::is_empty) {
            return Ok(Default::default());
        }
    }
    for (index, condition) in filter.conditions().iter().enumerate() {
        if is_one_look(condition) {
            continue;
        }
        if found.as_ref().is_some_and(|found| found.len() <= FEW) {
            break;
        }
        let rows: Vec<(String, Vec<u8>, i64)> =
            sqlx::query_as("SELECT value, series, checksum FROM posting WHERE name = ? AND name != ''")
                .bind(condition.name())
                .fetch_all(pool)
                .await?;
        let before = match found.take() {
            Some(before) => before,
            None => all(pool).await?,
        };
        let filter = filter.clone();
        let narrowed =
            tokio::task::spawn_blocking(move || narrow(before, &filter.conditions()[index], &rows));
        found = Some(narrowed.await.map_err(|_| Failed::Damaged("the reading task stopped"))??);
    }
    let mut found = match found {
        Some(found) => found,
        None => all(pool).await?,
    };
    let mut labels = labels(pool, &found).await?;
    labels.retain(|_, labels| filter.matches(labels));
    found &= labels.keys().copied().collect::<RoaringBitmap>();
    Ok((found, labels))
}

/// Those of `before` that meet a condition, by all values of its label.
fn narrow(
    mut before: RoaringBitmap,
    condition: &Condition,
    rows: &[(String, Vec<u8>, i64)],
) -> Result<RoaringBitmap, Failed> {
    // A label that is absent has the empty value. Where that is right, the series with a wrong value leave.
    let wanted = !condition.matches_empty();
    let mut ids = RoaringBitmap::new();
    for (value, bytes, sum) in rows.iter().filter(|(value, ..)| condition.matches(value) == wanted) {
        ids |= bitmap(condition.name(), value, bytes, *sum)?;
    }
    if wanted {
        before &= ids;
    } else {
        before -= ids;
    }
    Ok(before)
}

async fn all(pool: &SqlitePool) -> Result<RoaringBitmap, Failed> {
    one(pool, "", "").await?.ok_or(Failed::Damaged("the row of all series is missing"))
}

async fn one(pool: &SqlitePool, name: &str, value: &str) -> Result<Option<RoaringBitmap>, Failed> {
    let row: Option<(Vec<u8>, i64)> =
        sqlx::query_as("SELECT series, checksum FROM posting WHERE name = ? AND value = ?")
            .bind(name)
            .bind(value)
            .fetch_optional(pool)
            .await?;
    row.map(|(bytes, sum)| bitmap(name, value, &bytes, sum)).transpose()
}

fn bitmap(name: &str, value: &str, bytes: &[u8], sum: i64) -> Result<RoaringBitmap, Failed> {
    if i64::from(checksum(name, value, bytes)) != sum {
        return Err(Failed::Damaged("postings do not fit their checksum"));
    }
    RoaringBitmap::deserialize_from(bytes).map_err(|_| Failed::Damaged("postings cannot be read"))
}

/// The labels of these series.
async fn labels(pool: &SqlitePool, ids: &RoaringBitmap) -> Result<HashMap<SeriesId, Labels>, Failed> {
    let groups: Vec<(i64, i64)> =
        sqlx::query_as("SELECT first_id, count FROM series").fetch_all(pool).await?;
    let wanted = |first: i64, count: i64| {
        ids.range_cardinality(first as SeriesId..(first + count.min(GROUP as i64)) as SeriesId) > 0
    };
    let groups: Vec<i64> =
        groups.into_iter().filter(|(first, count)| wanted(*first, *count)).map(|(first, _)| first).collect();
    let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT first_id, checksum, body FROM series WHERE first_id IN (SELECT value FROM json_each(?))",
    )
    .bind(format!("[{}]", groups.iter().map(i64::to_string).collect::<Vec<_>>().join(",")))
    .fetch_all(pool)
    .await?;
    let ids = ids.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut found = HashMap::with_capacity(ids.len() as usize);
        for (first, sum, body) in rows {
            let first = first as SeriesId;
            let all = (i64::from(catalogue::checksum(first, &body)) == sum).then(|| unpack(&body)).flatten();
            let all = all.ok_or(Failed::Damaged("a group of series does not fit its checksum"))?;
            let numbered = (first..).zip(all).filter(|(id, _)| ids.contains(*id));
            found.extend(numbered.filter_map(|(id, labels)| Some((id, labels?))));
        }
        Ok(found)
    });
    read.await.map_err(|_| Failed::Damaged("the reading task stopped"))?
}

/// The names of all labels.
pub(crate) async fn names(pool: &SqlitePool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT name FROM posting WHERE name != ''").fetch_all(pool).await
}

/// The values of a label.
pub(crate) async fn values(pool: &SqlitePool, name: &str) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT value FROM posting WHERE name = ? AND name != ''")
        .bind(name)
        .fetch_all(pool)
        .await
}
