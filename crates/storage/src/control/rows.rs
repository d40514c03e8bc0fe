//! Small things that the server itself remembers, by key.

use async_trait::async_trait;

use super::{ControlError, SqliteControl};

/// What becomes of a row: its key, and its text; `None` for one that goes.
pub type RowChange = (String, Option<String>);

/// Keeps texts by key, under a name for what they are for. All changes of a call are made, or none.
#[async_trait]
pub trait RowStore: Send + Sync {
    /// All rows of a kind, in the order of their keys.
    async fn rows(&self, kind: &str) -> Result<Vec<(String, String)>, ControlError>;

    /// Writes and deletes rows of a kind.
    async fn write_rows(&self, kind: &str, changes: Vec<RowChange>) -> Result<(), ControlError>;
}

#[async_trait]
impl RowStore for SqliteControl {
    async fn rows(&self, kind: &str) -> Result<Vec<(String, String)>, ControlError> {
        sqlx::query_as("SELECT key, body FROM row WHERE kind = ? ORDER BY key")
            .bind(kind)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.failed(error))
    }

    async fn write_rows(&self, kind: &str, changes: Vec<RowChange>) -> Result<(), ControlError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        for (key, body) in changes {
            let statement = match &body {
                Some(_) => "INSERT OR REPLACE INTO row (kind, key, body) VALUES (?, ?, ?)",
                None => "DELETE FROM row WHERE kind = ? AND key = ?",
            };
            let mut query = sqlx::query(statement).bind(kind).bind(key);
            if let Some(body) = body {
                query = query.bind(body);
            }
            query.execute(&mut *transaction).await.map_err(|error| self.failed(error))?;
        }
        self.commit(transaction).await
    }
}
