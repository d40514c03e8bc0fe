//! What is noted about documents without a new version: favourites, and how often shares were opened.

use super::{ControlError, SqliteControl};

/// How often something was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// So many times.
    pub views: u64,
    /// The last time: milliseconds since the epoch.
    pub last: i64,
}

impl SqliteControl {
    pub(super) async fn marked_by(&self, principal: &str) -> Result<Vec<String>, ControlError> {
        sqlx::query_scalar("SELECT uid FROM favourite WHERE principal = ? ORDER BY uid")
            .bind(principal)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.failed(error))
    }

    pub(super) async fn mark(&self, principal: &str, uid: &str, marked: bool) -> Result<(), ControlError> {
        let statement = if marked {
            "INSERT OR IGNORE INTO favourite (principal, uid) VALUES (?, ?)"
        } else {
            "DELETE FROM favourite WHERE principal = ? AND uid = ?"
        };
        let marked = sqlx::query(statement).bind(principal).bind(uid).execute(&self.pool).await;
        marked.map(drop).map_err(|error| self.failed(error))
    }

    pub(super) async fn list_uses(&self) -> Result<Vec<(String, Uses)>, ControlError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as("SELECT uid, views, last_use FROM share_use")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        let uses = |(uid, views, last): (String, i64, i64)| (uid, Uses { views: views.unsigned_abs(), last });
        Ok(rows.into_iter().map(uses).collect())
    }

    pub(super) async fn count_uses(&self, uses: &[(String, Uses)]) -> Result<(), ControlError> {
        if uses.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        for (uid, uses) in uses {
            // Of a share that is gone meanwhile nothing is left behind.
            sqlx::query(
                "INSERT INTO share_use (uid, views, last_use) \
                 SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM document WHERE kind = 'share' AND uid = ?1) \
                 ON CONFLICT (uid) DO UPDATE SET views = views + ?2, last_use = max(last_use, ?3)",
            )
            .bind(uid)
            .bind(i64::try_from(uses.views).unwrap_or(i64::MAX))
            .bind(uses.last)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
        }
        self.commit(transaction).await
    }
}
