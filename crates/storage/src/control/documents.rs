//! Documents in `control.db`. The current version of each is one row of `document`; with the next one it moves to `history`.

use sqlx::Row;
use sqlx::sqlite::{SqliteRow, SqliteTransaction};

use super::{ControlError, Document, DocumentHead, DocumentKind, NewVersion, SqliteControl, VersionHead};
use crate::{StorageError, compressed};

/// More than any limit lets in: what claims to be longer is damaged.
const LONGEST: usize = 1 << 30;

impl SqliteControl {
    pub(super) async fn list_documents(&self, kind: DocumentKind) -> Result<Vec<DocumentHead>, ControlError> {
        let rows = sqlx::query(
            "SELECT uid, version, head, created_at, updated_at, message FROM document WHERE kind = ? ORDER BY uid",
        )
        .bind(kind.as_str())
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        rows.iter().map(head).collect::<Result<_, _>>().map_err(|error| self.failed(error))
    }

    pub(super) async fn get_document(
        &self,
        kind: DocumentKind,
        uid: &str,
    ) -> Result<Option<Document>, ControlError> {
        let row = sqlx::query(
            "SELECT uid, version, head, created_at, updated_at, message, body, checksum FROM document \
             WHERE kind = ? AND uid = ?",
        )
        .bind(kind.as_str())
        .bind(uid)
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        self.document(row).await
    }

    pub(super) async fn put_document(&self, new: NewVersion) -> Result<u64, ControlError> {
        let NewVersion { kind, uid, expected, head, body, message, now } = new;
        // Some megabytes take some milliseconds.
        let packed = tokio::task::spawn_blocking(move || {
            compressed::compress(&body).map(|packed| (i64::from(crc32fast::hash(&packed)), packed))
        });
        let encode = |reason: String| StorageError::Encode { reason };
        let packed = packed.await.map_err(|error| StorageError::task(&error))?;
        let (checksum, packed) = packed.map_err(|error| encode(error.to_string()))?;
        let mut transaction = self.begin().await?;
        let current = self.current(&mut transaction, kind, &uid).await?;
        if current != expected {
            return Err(ControlError::Conflict { kind, uid, current });
        }
        let failed = |error| self.failed(error);
        let version = match current {
            Some(current) => {
                if kind.has_history() {
                    self.remember(&mut transaction, kind, &uid, current).await?;
                }
                current + 1
            }
            None => self.retired(&mut transaction, kind, &uid).await? + 1,
        };
        sqlx::query(
            "INSERT INTO document (kind, uid, version, created_at, updated_at, message, head, body, checksum) \
             VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (kind, uid) DO UPDATE SET version = ?3, \
             updated_at = ?4, message = ?5, head = ?6, body = ?7, checksum = ?8",
        )
        .bind(kind.as_str())
        .bind(&uid)
        .bind(signed(version))
        .bind(now)
        .bind(&message)
        .bind(&head)
        .bind(packed)
        .bind(checksum)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        self.commit(transaction).await?;
        Ok(version)
    }

    /// Moves the current version to the history, and lets go of those beyond what is kept.
    async fn remember(
        &self,
        transaction: &mut SqliteTransaction<'static>,
        kind: DocumentKind,
        uid: &str,
        current: u64,
    ) -> Result<(), ControlError> {
        let failed = |error| self.failed(error);
        sqlx::query(
            "INSERT OR REPLACE INTO history (kind, uid, version, updated_at, message, head, body, checksum) \
             SELECT kind, uid, version, updated_at, message, head, body, checksum FROM document \
             WHERE kind = ? AND uid = ?",
        )
        .bind(kind.as_str())
        .bind(uid)
        .execute(&mut **transaction)
        .await
        .map_err(failed)?;
        // With the one that is about to be written as many are left as are kept.
        let oldest = (current + 2).saturating_sub(self.keep.max(kind.least_kept()) as u64);
        sqlx::query("DELETE FROM history WHERE kind = ? AND uid = ? AND version < ?")
            .bind(kind.as_str())
            .bind(uid)
            .bind(signed(oldest))
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        Ok(())
    }

    pub(super) async fn delete_document(
        &self,
        kind: DocumentKind,
        uid: &str,
        expected: Option<u64>,
    ) -> Result<(), ControlError> {
        let mut transaction = self.begin().await?;
        let current = self.current(&mut transaction, kind, uid).await?;
        let Some(version) = current.filter(|version| expected.is_none_or(|expected| expected == *version))
        else {
            return Err(ControlError::Conflict { kind, uid: uid.to_owned(), current });
        };
        let failed = |error| self.failed(error);
        for statement in [
            "DELETE FROM document WHERE kind = ? AND uid = ?",
            "DELETE FROM history WHERE kind = ? AND uid = ?",
        ] {
            sqlx::query(statement)
                .bind(kind.as_str())
                .bind(uid)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        if kind.has_history() {
            sqlx::query("INSERT OR REPLACE INTO retired (kind, uid, version) VALUES (?, ?, ?)")
                .bind(kind.as_str())
                .bind(uid)
                .bind(signed(version))
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        // What is marked or counted goes with it.
        let beside = match kind {
            DocumentKind::Dashboard => Some("DELETE FROM favourite WHERE uid = ?"),
            DocumentKind::Share => Some("DELETE FROM share_use WHERE uid = ?"),
            _ => None,
        };
        if let Some(statement) = beside {
            sqlx::query(statement).bind(uid).execute(&mut *transaction).await.map_err(failed)?;
        }
        self.commit(transaction).await?;
        // The pages that it had go back to the disk; the next one can do it, too.
        if let Err(error) = sqlx::query("PRAGMA incremental_vacuum").execute(&self.pool).await {
            tracing::debug!(%error, "free pages stay in control.db for now");
        }
        Ok(())
    }

    pub(super) async fn list_versions(
        &self,
        kind: DocumentKind,
        uid: &str,
    ) -> Result<Vec<VersionHead>, ControlError> {
        let rows: Vec<(i64, i64, String, String)> = sqlx::query_as(
            "SELECT version, updated_at, message, head FROM document WHERE kind = ?1 AND uid = ?2 UNION ALL \
             SELECT version, updated_at, message, head FROM history WHERE kind = ?1 AND uid = ?2 ORDER BY version DESC",
        )
        .bind(kind.as_str())
        .bind(uid)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        let version = |(version, updated_at, message, head): (i64, i64, String, String)| VersionHead {
            version: version.unsigned_abs(),
            updated_at,
            message,
            head,
        };
        Ok(rows.into_iter().map(version).collect())
    }

    pub(super) async fn get_version(
        &self,
        kind: DocumentKind,
        uid: &str,
        version: u64,
    ) -> Result<Option<Document>, ControlError> {
        let row = sqlx::query(
            "SELECT uid, version, head, created_at, updated_at, message, body, checksum FROM document \
             WHERE kind = ?1 AND uid = ?2 AND version = ?3 UNION ALL \
             SELECT uid, version, head, updated_at AS created_at, updated_at, message, body, checksum FROM history \
             WHERE kind = ?1 AND uid = ?2 AND version = ?3",
        )
        .bind(kind.as_str())
        .bind(uid)
        .bind(signed(version))
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        self.document(row).await
    }

    async fn current(
        &self,
        transaction: &mut SqliteTransaction<'static>,
        kind: DocumentKind,
        uid: &str,
    ) -> Result<Option<u64>, ControlError> {
        let version: Option<i64> =
            sqlx::query_scalar("SELECT version FROM document WHERE kind = ? AND uid = ?")
                .bind(kind.as_str())
                .bind(uid)
                .fetch_optional(&mut **transaction)
                .await
                .map_err(|error| self.failed(error))?;
        Ok(version.map(i64::unsigned_abs))
    }

    async fn retired(
        &self,
        transaction: &mut SqliteTransaction<'static>,
        kind: DocumentKind,
        uid: &str,
    ) -> Result<u64, ControlError> {
        let version: Option<i64> =
            sqlx::query_scalar("SELECT version FROM retired WHERE kind = ? AND uid = ?")
                .bind(kind.as_str())
                .bind(uid)
                .fetch_optional(&mut **transaction)
                .await
                .map_err(|error| self.failed(error))?;
        Ok(version.map_or(0, i64::unsigned_abs))
    }

    /// A row with its body, unless that is damaged.
    async fn document(&self, row: Option<SqliteRow>) -> Result<Option<Document>, ControlError> {
        let Some(row) = row else { return Ok(None) };
        let read = || Ok((head(&row)?, row.try_get("body")?, row.try_get("checksum")?));
        let read: Result<(DocumentHead, Vec<u8>, i64), sqlx::Error> = read();
        let (head, packed, checksum) = read.map_err(|error| self.failed(error))?;
        let unpack = move || {
            let whole = i64::from(crc32fast::hash(&packed)) == checksum;
            whole.then(|| compressed::decompress(&packed, LONGEST)).flatten()
        };
        let body = tokio::task::spawn_blocking(unpack).await.map_err(|error| StorageError::task(&error))?;
        match body {
            Some(body) => Ok(Some(Document { head, body })),
            None => Err(self.corrupt(format!("{} does not fit its checksum", head.uid))),
        }
    }
}

fn head(row: &SqliteRow) -> Result<DocumentHead, sqlx::Error> {
    let version: i64 = row.try_get("version")?;
    Ok(DocumentHead {
        uid: row.try_get("uid")?,
        version: version.unsigned_abs(),
        head: row.try_get("head")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        message: row.try_get("message")?,
    })
}

/// As SQLite has numbers; a version never comes near the end of them.
fn signed(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}
