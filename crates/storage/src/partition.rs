use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqliteRow, SqliteTransaction};
use tokio::sync::OnceCell;
use watchfire_model::{Label, Labels, TimeRange};

use crate::block::{Block, Packed};
use crate::clock::hull;
use crate::cut::NewBlock;
use crate::filter::Filter;
use crate::quarantine::Quarantine;
use crate::selected::Piece;
use crate::{Durability, StorageError, database};

/// Readers at the same time in one partition.
const CONNECTIONS: u32 = 4;

/// The blocks of one UTC day: one SQLite file, opened when it is needed.
pub(crate) struct Partition {
    file: Arc<PathBuf>,
    durability: Durability,
    pool: OnceCell<SqlitePool>,
}

/// What a partition says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    /// It holds all samples of its day up to this row of the journal.
    pub(crate) flushed_seq: i64,
    /// From the first to the last timestamp; `None` while there is no block.
    pub(crate) span: Option<TimeRange>,
}

impl Partition {
    pub(crate) fn new(file: PathBuf, durability: Durability) -> Self {
        Self { file: Arc::new(file), durability, pool: OnceCell::new() }
    }

    pub(crate) fn file(&self) -> &PathBuf {
        &self.file
    }

    async fn pool(&self) -> Result<&SqlitePool, StorageError> {
        self.pool.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<SqlitePool, StorageError> {
        let pool = database::pool(database::options(&self.file, self.durability), CONNECTIONS);
        database::migrate(&pool, &database::PARTITION, &self.file).await?;
        Ok(pool)
    }

    fn failed(&self, error: sqlx::Error) -> StorageError {
        StorageError::sqlite(&self.file, error)
    }

    pub(crate) async fn meta(&self) -> Result<Meta, StorageError> {
        let (flushed_seq, start, end): (i64, Option<i64>, Option<i64>) =
            sqlx::query_as("SELECT flushed_seq, min_time, max_time FROM meta")
                .fetch_one(self.pool().await?)
                .await
                .map_err(|error| self.failed(error))?;
        let span = start.zip(end).map(|(start, end)| TimeRange { start, end });
        Ok(Meta { flushed_seq, span })
    }

    /// Stores the blocks of a flush of all rows up to `seq`, in one transaction. A second time it does nothing.
    pub(crate) async fn write(&self, blocks: &[NewBlock], seq: i64) -> Result<(), StorageError> {
        let pool = self.pool().await?;
        let written = async {
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            let flushed: i64 =
                sqlx::query_scalar("SELECT flushed_seq FROM meta").fetch_one(&mut *transaction).await?;
            if flushed >= seq {
                return Ok(());
            }
            let mut series: Option<(&Labels, i64)> = None;
            for block in blocks {
                let id = match series {
                    Some((labels, id)) if *labels == block.labels => id,
                    _ => series_id(&mut transaction, &block.labels).await?,
                };
                series = Some((&block.labels, id));
                insert(&mut transaction, id, seq, block).await?;
            }
            let span = blocks.iter().map(|block| block.span).reduce(hull);
            sqlx::query(
                "UPDATE meta SET flushed_seq = ?1, min_time = min(coalesce(min_time, ?2), ?2), \
                 max_time = max(coalesce(max_time, ?3), ?3)",
            )
            .bind(seq)
            .bind(span.map(|span| span.start))
            .bind(span.map(|span| span.end))
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        };
        written.await.map_err(|error| self.failed(error))
    }

    /// The blocks of matching series that may hold samples of `range`, of flushes up to `seq`.
    pub(crate) async fn select(
        &self,
        filter: &Filter,
        range: TimeRange,
        seq: i64,
        quarantine: &Arc<Quarantine>,
    ) -> Result<Vec<(Labels, Piece)>, StorageError> {
        let series = self.series(filter).await?;
        if series.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = series.keys().map(ToString::to_string).collect();
        let rows = sqlx::query(
            "SELECT id, series_id, seq, min_time, max_time, checksum, timestamps, vals FROM block \
             WHERE series_id IN (SELECT value FROM json_each(?)) AND max_time >= ? AND min_time <= ? AND seq <= ?",
        )
        .bind(format!("[{}]", ids.join(",")))
        .bind(range.start)
        .bind(range.end)
        .bind(seq)
        .fetch_all(self.pool().await?)
        .await
        .map_err(|error| self.failed(error))?;
        let piece = |row: SqliteRow| {
            let piece = self.piece(&row, quarantine).map_err(|error| self.failed(error))?;
            let id: i64 = row.try_get("series_id").map_err(|error| self.failed(error))?;
            Ok(series.get(&id).map(|labels| (labels.clone(), piece)))
        };
        rows.into_iter().filter_map(|row| piece(row).transpose()).collect()
    }

    fn piece(&self, row: &SqliteRow, quarantine: &Arc<Quarantine>) -> Result<Piece, sqlx::Error> {
        let packed = Packed {
            timestamps: row.try_get("timestamps")?,
            values: row.try_get("vals")?,
            checksum: row.try_get("checksum")?,
        };
        let block = Block {
            file: self.file.clone(),
            id: row.try_get("id")?,
            span: TimeRange { start: row.try_get("min_time")?, end: row.try_get("max_time")? },
            packed,
            quarantine: quarantine.clone(),
        };
        Ok(Piece::block(block, row.try_get("seq")?))
    }

    /// The matching series by their id here.
    async fn series(&self, filter: &Filter) -> Result<HashMap<i64, Labels>, StorageError> {
        let query = match filter.metric() {
            Some(metric) => sqlx::query_as("SELECT id, labels FROM series WHERE metric = ?").bind(metric),
            None => sqlx::query_as("SELECT id, labels FROM series"),
        };
        let rows: Vec<(i64, String)> =
            query.fetch_all(self.pool().await?).await.map_err(|error| self.failed(error))?;
        let mut series = HashMap::new();
        for (id, text) in rows {
            let labels = from_json(&text)
                .map_err(|reason| StorageError::corrupt(&self.file, format_args!("series {id}: {reason}")))?;
            if filter.matches(&labels) {
                series.insert(id, labels);
            }
        }
        Ok(series)
    }

    /// Waits for its readers and closes the file for good, also for those who come to open it only now: the file may
    /// be about to be deleted.
    pub(crate) async fn close(&self) {
        let unopened = async || database::pool(database::options(&self.file, self.durability), 1);
        self.pool.get_or_init(unopened).await.close().await;
    }
}

async fn series_id(transaction: &mut SqliteTransaction<'_>, labels: &Labels) -> Result<i64, sqlx::Error> {
    let text = to_json(labels);
    let known: Option<i64> = sqlx::query_scalar("SELECT id FROM series WHERE labels = ?")
        .bind(&text)
        .fetch_optional(&mut **transaction)
        .await?;
    if let Some(id) = known {
        return Ok(id);
    }
    let inserted = sqlx::query("INSERT INTO series (metric, labels) VALUES (?, ?)")
        .bind(labels.metric())
        .bind(&text)
        .execute(&mut **transaction)
        .await?;
    Ok(inserted.last_insert_rowid())
}

async fn insert(
    transaction: &mut SqliteTransaction<'_>,
    series: i64,
    seq: i64,
    block: &NewBlock,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO block (series_id, seq, min_time, max_time, samples, checksum, timestamps, vals) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(series)
    .bind(seq)
    .bind(block.span.start)
    .bind(block.span.end)
    .bind(block.samples as i64)
    .bind(block.packed.checksum)
    .bind(block.packed.timestamps.as_slice())
    .bind(block.packed.values.as_slice())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Labels as a JSON object, sorted by name: `{"__name__":"up","job":"api"}`.
fn to_json(labels: &Labels) -> String {
    let object = labels.iter().map(|label| (label.name.clone(), label.value.clone().into()));
    serde_json::Value::Object(object.collect()).to_string()
}

fn from_json(text: &str) -> Result<Labels, String> {
    let object: BTreeMap<String, String> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let label = |(name, value)| Label { name, value };
    Labels::new(object.into_iter().map(label).collect()).map_err(|error| error.to_string())
}
