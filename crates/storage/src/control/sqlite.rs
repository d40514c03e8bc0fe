//! `control.db`: the file, and the trait's way into it.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sqlx::sqlite::{SqlitePool, SqliteTransaction};

use super::{
    Annotation, AnnotationFilter, ControlError, ControlStore, Document, DocumentHead, DocumentKind,
    NewVersion, Uses, VersionHead, random_bytes,
};
use crate::{Durability, StorageError, database};

/// The file in the data directory.
pub(crate) const CONTROL: &str = "control.db";

/// Readers and the writer together.
const CONNECTIONS: u32 = 4;

/// The control store in a file of SQLite. Cloning shares it.
#[derive(Clone, Debug)]
pub struct SqliteControl {
    pub(super) pool: SqlitePool,
    pub(super) file: PathBuf,
    /// Versions of a document that are kept, the current one included.
    pub(super) keep: usize,
    secret: [u8; 32],
}

impl SqliteControl {
    /// Opens the file in `dir`, or makes it. The caller holds the lock on the directory.
    pub(crate) async fn open(dir: &Path, durability: Durability, keep: usize) -> Result<Self, StorageError> {
        let file = dir.join(CONTROL);
        let pool = database::pool(database::options(&file, durability), CONNECTIONS);
        match Self::prepared(&pool, &file).await {
            Ok(secret) => Ok(Self { pool, file, keep: keep.max(1), secret }),
            Err(error) => {
                pool.close().await;
                Err(error)
            }
        }
    }

    async fn prepared(pool: &SqlitePool, file: &Path) -> Result<[u8; 32], StorageError> {
        database::migrate(pool, &database::CONTROL, file).await?;
        let fresh: [u8; 32] = random_bytes()?;
        let failed = |error| StorageError::sqlite(file, error);
        sqlx::query("INSERT OR IGNORE INTO secret (id, key) VALUES (1, ?)")
            .bind(fresh.as_slice())
            .execute(pool)
            .await
            .map_err(failed)?;
        let key: Vec<u8> =
            sqlx::query_scalar("SELECT key FROM secret").fetch_one(pool).await.map_err(failed)?;
        key.try_into().map_err(|_| StorageError::corrupt(file, "the key that signs shares is not whole"))
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction that writes: no other one writes meanwhile.
    pub(super) async fn begin(&self) -> Result<SqliteTransaction<'static>, ControlError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| self.failed(error))
    }

    pub(super) async fn commit(&self, transaction: SqliteTransaction<'static>) -> Result<(), ControlError> {
        transaction.commit().await.map_err(|error| self.failed(error))
    }

    pub(super) fn failed(&self, error: sqlx::Error) -> ControlError {
        StorageError::sqlite(&self.file, error).into()
    }

    pub(super) fn corrupt(&self, reason: impl std::fmt::Display) -> ControlError {
        StorageError::corrupt(&self.file, reason).into()
    }
}

#[async_trait]
impl ControlStore for SqliteControl {
    async fn list(&self, kind: DocumentKind) -> Result<Vec<DocumentHead>, ControlError> {
        self.list_documents(kind).await
    }

    async fn get(&self, kind: DocumentKind, uid: &str) -> Result<Option<Document>, ControlError> {
        self.get_document(kind, uid).await
    }

    async fn put(&self, new: NewVersion) -> Result<u64, ControlError> {
        self.put_document(new).await
    }

    async fn delete(&self, kind: DocumentKind, uid: &str, expected: Option<u64>) -> Result<(), ControlError> {
        self.delete_document(kind, uid, expected).await
    }

    async fn versions(&self, kind: DocumentKind, uid: &str) -> Result<Vec<VersionHead>, ControlError> {
        self.list_versions(kind, uid).await
    }

    async fn version(
        &self,
        kind: DocumentKind,
        uid: &str,
        version: u64,
    ) -> Result<Option<Document>, ControlError> {
        self.get_version(kind, uid, version).await
    }

    async fn add_annotation(&self, annotation: Annotation) -> Result<i64, ControlError> {
        self.insert_annotation(annotation).await
    }

    async fn put_annotation(&self, annotation: Annotation) -> Result<bool, ControlError> {
        self.update_annotation(annotation).await
    }

    async fn delete_annotation(&self, id: i64) -> Result<bool, ControlError> {
        self.remove_annotation(id).await
    }

    async fn annotation(&self, id: i64) -> Result<Option<Annotation>, ControlError> {
        self.get_annotation(id).await
    }

    async fn annotations(&self, filter: &AnnotationFilter) -> Result<Vec<Annotation>, ControlError> {
        self.find_annotations(filter).await
    }

    async fn count_annotations(&self) -> Result<u64, ControlError> {
        self.annotation_count().await
    }

    async fn favourites(&self, principal: &str) -> Result<Vec<String>, ControlError> {
        self.marked_by(principal).await
    }

    async fn set_favourite(&self, principal: &str, uid: &str, marked: bool) -> Result<(), ControlError> {
        self.mark(principal, uid, marked).await
    }

    async fn uses(&self) -> Result<Vec<(String, Uses)>, ControlError> {
        self.list_uses().await
    }

    async fn add_uses(&self, uses: &[(String, Uses)]) -> Result<(), ControlError> {
        self.count_uses(uses).await
    }

    async fn secret(&self) -> Result<[u8; 32], ControlError> {
        Ok(self.secret)
    }

    async fn sealing_key(&self, make: bool) -> Result<Option<[u8; 32]>, ControlError> {
        self.read_sealing_key(make).await
    }
}
