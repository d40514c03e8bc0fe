//! Deliveries that end without being sent, and what else people and newer ones do to those that wait.

use super::deliveries::{columns, limit};
use super::delivery::{Delivery, Superseded};
use super::{ControlError, SqliteControl};

impl SqliteControl {
    pub(super) async fn delivery_keyed(&self, key: &str) -> Result<Option<Delivery>, ControlError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM delivery WHERE key = ?1"))
            .bind(key)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        row.map(|row| self.delivery(&row)).transpose()
    }

    pub(super) async fn deliveries_ahead(&self, id: i64) -> Result<u64, ControlError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM delivery WHERE state = 'waiting' AND id < ?1 AND (receiver, integration) IN \
             (SELECT receiver, integration FROM delivery WHERE id = ?1)",
        )
        .bind(id)
        .fetch_one(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(count.unsigned_abs())
    }

    pub(super) async fn deliveries_of_group(
        &self,
        (group_key, receiver, integration): (&str, &str, &str),
        most: usize,
    ) -> Result<Vec<Delivery>, ControlError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM delivery WHERE group_key = ?1 AND receiver = ?2 AND integration = ?3 \
             ORDER BY id DESC LIMIT ?4",
        ))
        .bind(group_key)
        .bind(receiver)
        .bind(integration)
        .bind(limit(most))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        let mut deliveries = self.deliveries(&rows)?;
        deliveries.reverse();
        Ok(deliveries)
    }

    pub(super) async fn supersede_deliveries(
        &self,
        superseded: &[Superseded],
        now: i64,
    ) -> Result<Vec<i64>, ControlError> {
        let mut ended = Vec::with_capacity(superseded.len());
        if superseded.is_empty() {
            return Ok(ended);
        }
        let mut transaction = self.begin().await?;
        for Superseded { id, by, reason } in superseded {
            let updated = sqlx::query(
                "UPDATE delivery SET state = 'superseded', superseded_by = ?2, reason = ?3, ended_at = ?4 \
                 WHERE id = ?1 AND state = 'waiting'",
            )
            .bind(id)
            .bind(by)
            .bind(reason)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
            if updated.rows_affected() == 0 {
                continue;
            }
            ended.push(*id);
            // Each news would have all its time else, and nothing would ever be given up while a group has news. But ends and what is told
            // of incidents are told once: nobody would tell them anew.
            sqlx::query(
                "UPDATE delivery SET attempts = max(delivery.attempts, old.attempts), \
                 give_up_at = CASE WHEN delivery.group_key LIKE 'incident:%' \
                 OR json_extract(delivery.draft, '$.intent') = 'resolve' THEN delivery.give_up_at \
                 ELSE min(delivery.give_up_at, old.give_up_at) END, \
                 waits_since = min(coalesce(delivery.waits_since, delivery.created_at), \
                 coalesce(old.waits_since, old.created_at)) \
                 FROM (SELECT attempts, give_up_at, waits_since, created_at FROM delivery WHERE id = ?1) AS old \
                 WHERE delivery.id = ?2 AND delivery.state = 'waiting'",
            )
            .bind(id)
            .bind(by)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
        }
        self.commit(transaction).await?;
        Ok(ended)
    }

    pub(super) async fn hasten_delivery(&self, id: i64, now: i64) -> Result<Option<i64>, ControlError> {
        let mut transaction = self.begin().await?;
        // What goes before it has to go first.
        let first: Option<i64> = sqlx::query_scalar(
            "SELECT min(id) FROM delivery WHERE state = 'waiting' AND id <= ?1 \
             AND (group_key, receiver, integration) IN \
             (SELECT group_key, receiver, integration FROM delivery WHERE id = ?1 AND state = 'waiting')",
        )
        .bind(id)
        .fetch_one(&mut *transaction)
        .await
        .map_err(|error| self.failed(error))?;
        sqlx::query(
            "UPDATE delivery SET next_at = ?2 WHERE state = 'waiting' AND id <= ?1 AND next_at > ?2 \
             AND (group_key, receiver, integration) IN \
             (SELECT group_key, receiver, integration FROM delivery WHERE id = ?1 AND state = 'waiting')",
        )
        .bind(id)
        .bind(now)
        .execute(&mut *transaction)
        .await
        .map_err(|error| self.failed(error))?;
        self.commit(transaction).await?;
        Ok(first)
    }

    pub(super) async fn drop_delivery(&self, id: i64, reason: &str, now: i64) -> Result<bool, ControlError> {
        let updated = sqlx::query(
            "UPDATE delivery SET state = 'dropped', ended_at = ?3, reason = ?2 WHERE id = ?1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(reason)
        .bind(now)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(updated.rows_affected() > 0)
    }
}
