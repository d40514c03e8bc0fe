use std::path::{Path, PathBuf};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{Connection, Row};

use crate::database;
use crate::partitions::Partitions;
use crate::salvage::move_aside;
use crate::{Durability, StorageError};

/// What was acknowledged and is not yet in a partition. One commit, one row, one transaction.
pub(crate) struct Journal {
    /// The writer's own; a second one of the pool answers whether the file is well while this one is busy.
    connection: Option<PoolConnection<Sqlite>>,
    pool: SqlitePool,
    file: PathBuf,
    durability: Durability,
    last_seq: i64,
    size: JournalSize,
}

/// How much the journal holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalSize {
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

impl Journal {
    /// Opens the journal, or makes one. Its rows get numbers beyond those that `partitions` know: an earlier journal
    /// may have been lost, and in a backup the copy of the journal is older than those of the partitions.
    pub(crate) async fn open(
        file: &Path,
        durability: Durability,
        partitions: &Partitions,
    ) -> Result<Self, StorageError> {
        let known = partitions.last_seq().await?;
        let pool = database::pool(database::options(file, durability), 2);
        let opened = Self::of_pool(&pool, file, durability, known).await;
        if opened.is_err() {
            pool.close().await;
        }
        opened
    }

    async fn of_pool(
        pool: &SqlitePool,
        file: &Path,
        durability: Durability,
        known: i64,
    ) -> Result<Self, StorageError> {
        let failed = |error| StorageError::sqlite(file, error);
        database::migrate(pool, &database::JOURNAL, file).await?;
        let mut connection = pool.acquire().await.map_err(failed)?;
        sqlx::query("INSERT OR IGNORE INTO meta (id, flushed_seq) VALUES (1, ?)")
            .bind(known)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        let (flushed, last): (i64, Option<i64>) =
            sqlx::query_as("SELECT flushed_seq, (SELECT max(seq) FROM batch) FROM meta")
                .fetch_one(&mut *connection)
                .await
                .map_err(failed)?;
        let last_seq = last.unwrap_or_default().max(flushed).max(known);
        let (pool, file) = (pool.clone(), file.to_owned());
        let (connection, size) = (Some(connection), JournalSize::default());
        let mut journal = Self { connection, pool, file, durability, last_seq, size };
        journal.size = journal.measure().await.map_err(|error| StorageError::sqlite(&journal.file, error))?;
        Ok(journal)
    }

    /// The bodies of the rows after `seq`, oldest first, a few at a time; none at the end. A row that does not fit its
    /// checksum has no body.
    pub(crate) async fn read_after(&mut self, seq: i64) -> Result<Vec<(i64, Option<Vec<u8>>)>, StorageError> {
        let rows = sqlx::query("SELECT seq, body, checksum FROM batch WHERE seq > ? ORDER BY seq LIMIT 100")
            .bind(seq)
            .fetch_all(&mut **self.connection().map_err(|_| StorageError::Closed)?)
            .await;
        let rows =
            rows.and_then(|rows| rows.iter().map(|row| Ok((row.try_get("seq")?, whole_body(row)))).collect());
        rows.map_err(|error| StorageError::sqlite(&self.file, error))
    }

    /// Takes rows in as they were in another file: number, body and checksum.
    pub(crate) async fn adopt(&mut self, rows: &[(i64, Vec<u8>, i64)]) -> Result<(), StorageError> {
        let adopted = async {
            let mut transaction = self.connection()?.begin().await?;
            for (seq, body, checksum) in rows {
                sqlx::query("INSERT OR IGNORE INTO batch (seq, body, checksum) VALUES (?, ?, ?)")
                    .bind(seq)
                    .bind(body.as_slice())
                    .bind(checksum)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
            self.measure().await
        };
        self.size = adopted.await.map_err(|error| StorageError::sqlite(&self.file, error))?;
        self.last_seq = rows.iter().map(|(seq, _, _)| *seq).fold(self.last_seq, i64::max);
        Ok(())
    }

    /// Commits one row and returns its number. After an error nothing of it is there, or all of it is and nobody was
    /// told; either way the next row gets a new number.
    pub(crate) async fn commit(&mut self, body: Vec<u8>) -> Result<i64, StorageError> {
        self.last_seq += 1;
        let checksum = crc32fast::hash(&body);
        let bytes = body.len() as u64;
        let seq = self.last_seq;
        let committed = async {
            sqlx::query("INSERT INTO batch (seq, body, checksum) VALUES (?, ?, ?)")
                .bind(seq)
                .bind(body)
                .bind(checksum)
                .execute(&mut **self.connection()?)
                .await
        };
        committed.await.map_err(|error| StorageError::sqlite(&self.file, error))?;
        self.size.rows += 1;
        self.size.bytes += bytes;
        Ok(self.last_seq)
    }

    /// Deletes the rows up to `seq`: their samples are in partitions.
    pub(crate) async fn delete_to(&mut self, seq: i64) -> Result<(), StorageError> {
        let deleted = async {
            let mut transaction = self.connection()?.begin().await?;
            sqlx::query("DELETE FROM batch WHERE seq <= ?").bind(seq).execute(&mut *transaction).await?;
            sqlx::query("UPDATE meta SET flushed_seq = ?").bind(seq).execute(&mut *transaction).await?;
            transaction.commit().await?;
            // The pages that the rows had go back to the disk.
            sqlx::query("PRAGMA incremental_vacuum").execute(&mut **self.connection()?).await?;
            sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut **self.connection()?).await?;
            self.measure().await
        };
        self.size = deleted.await.map_err(|error| StorageError::sqlite(&self.file, error))?;
        Ok(())
    }

    /// Moves the file aside and begins a new one, whose rows go on from here. Returns where the old one is. After an error it
    /// can be tried again; until then commits are refused.
    pub(crate) async fn replace(&mut self, partitions: &Partitions) -> Result<PathBuf, StorageError> {
        // Closed before the new file is there: SQLite removes what lies beside a file by its name.
        drop(self.connection.take());
        self.pool.close().await;
        let aside = move_aside(&self.file)?;
        let known = partitions.last_seq().await?.max(self.last_seq);
        let pool = database::pool(database::options(&self.file, self.durability), 2);
        *self = Self::of_pool(&pool, &self.file, self.durability, known).await?;
        Ok(aside)
    }

    fn connection(&mut self) -> Result<&mut PoolConnection<Sqlite>, sqlx::Error> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    async fn measure(&mut self) -> Result<JournalSize, sqlx::Error> {
        let (rows, bytes): (i64, i64) =
            sqlx::query_as("SELECT count(*), coalesce(sum(length(body)), 0) FROM batch")
                .fetch_one(&mut **self.connection()?)
                .await?;
        Ok(JournalSize { rows: rows.unsigned_abs(), bytes: bytes.unsigned_abs() })
    }

    /// The number of the last row.
    pub(crate) fn last_seq(&self) -> i64 {
        self.last_seq
    }

    pub(crate) fn size(&self) -> JournalSize {
        self.size
    }

    /// The file's connections; the writer has one of them.
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(crate) async fn close(self) {
        drop(self.connection);
        self.pool.close().await;
    }
}

/// A row's body when it is what was written.
fn whole_body(row: &SqliteRow) -> Option<Vec<u8>> {
    let body: Vec<u8> = row.try_get("body").ok()?;
    let checksum: i64 = row.try_get("checksum").ok()?;
    (i64::from(crc32fast::hash(&body)) == checksum).then_some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(samples: usize) -> Vec<u8> {
        vec![7; samples * 8]
    }

    async fn open(file: &Path) -> Journal {
        let partitions =
            Partitions::find(file.parent().unwrap(), crate::clock::Period::Day, Durability::PowerLoss)
                .unwrap();
        Journal::open(file, Durability::PowerLoss, &partitions).await.unwrap()
    }

    #[tokio::test]
    async fn numbers_rise_over_restarts_and_deletions() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("journal.db");
        let mut journal = open(&file).await;
        assert_eq!(journal.commit(entry(3)).await.unwrap(), 1);
        assert_eq!(journal.commit(entry(2)).await.unwrap(), 2);
        let size = journal.size();
        journal.close().await;

        let mut journal = open(&file).await;
        assert_eq!((journal.size(), journal.last_seq()), (size, 2));
        assert_eq!(journal.read_after(0).await.unwrap(), [(1, Some(entry(3))), (2, Some(entry(2)))]);
        journal.delete_to(1).await.unwrap();
        assert_eq!(journal.read_after(0).await.unwrap(), [(2, Some(entry(2)))]);
        assert_eq!(journal.size().rows, 1);
        journal.delete_to(2).await.unwrap();
        journal.close().await;

        let mut journal = open(&file).await;
        assert_eq!(journal.size(), JournalSize::default());
        assert_eq!(journal.commit(entry(1)).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_full_disk_refuses_and_recovers() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(&dir.path().join("journal.db")).await;
        let limit = |pages: u32| sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
        limit(8).execute(&mut **journal.connection().unwrap()).await.unwrap();
        let refused = journal.commit(entry(100_000)).await;
        assert!(matches!(refused, Err(StorageError::DiskFull { .. })), "{refused:?}");
        assert_eq!(journal.size(), JournalSize::default());

        limit(10_000).execute(&mut **journal.connection().unwrap()).await.unwrap();
        let seq = journal.commit(entry(100_000)).await.unwrap();
        assert_eq!(journal.read_after(0).await.unwrap(), [(seq, Some(entry(100_000)))]);
    }

    #[tokio::test]
    async fn a_damaged_row_has_no_body() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = open(&dir.path().join("journal.db")).await;
        for samples in 1..=3 {
            journal.commit(entry(samples)).await.unwrap();
        }
        for damage in
            ["UPDATE batch SET body = x'00' WHERE seq = 1", "UPDATE batch SET checksum = 'x' WHERE seq = 2"]
        {
            sqlx::query(damage).execute(&mut **journal.connection().unwrap()).await.unwrap();
        }
        assert_eq!(journal.read_after(0).await.unwrap(), [(1, None), (2, None), (3, Some(entry(3)))]);
    }
}
