//! Deliveries in `control.db`.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::delivery::{
    DeadLetters, Delivery, DeliveryCounts, DeliveryFilter, DeliveryState, DeliveryStore, Due, NewDelivery,
    Settled, Settlement, Superseded,
};
use super::{ControlError, SqliteControl};

/// What is read of a delivery.
macro_rules! columns {
    () => {
        "id, key, group_key, receiver, integration, draft, progress, state, attempts, created_at, next_at, \
         give_up_at, ended_at, reason, test, superseded_by, coalesce(waits_since, created_at) AS waits_since"
    };
}
pub(super) use columns;

pub(super) fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl SqliteControl {
    pub(super) fn delivery(&self, row: &SqliteRow) -> Result<Delivery, ControlError> {
        let read = || {
            let state: String = row.try_get("state")?;
            let delivery = Delivery {
                id: row.try_get("id")?,
                key: row.try_get("key")?,
                group_key: row.try_get("group_key")?,
                receiver: row.try_get("receiver")?,
                integration: row.try_get("integration")?,
                draft: row.try_get("draft")?,
                progress: row.try_get("progress")?,
                state: DeliveryState::Waiting,
                attempts: row.try_get("attempts")?,
                created_at: row.try_get("created_at")?,
                waits_since: row.try_get("waits_since")?,
                next_at: row.try_get("next_at")?,
                give_up_at: row.try_get("give_up_at")?,
                ended_at: row.try_get("ended_at")?,
                reason: row.try_get("reason")?,
                test: row.try_get::<i64, _>("test")? != 0,
                superseded_by: row.try_get("superseded_by")?,
            };
            Ok((state, delivery))
        };
        let read: Result<(String, Delivery), sqlx::Error> = read();
        let (state, delivery) = read.map_err(|error| self.failed(error))?;
        let state = DeliveryState::read(&state)
            .ok_or_else(|| self.corrupt(format!("a delivery has the state {state:?}, which is none")))?;
        Ok(Delivery { state, ..delivery })
    }

    fn due_of(&self, row: &SqliteRow) -> Result<Due, ControlError> {
        let delivery = self.delivery(row)?;
        let newest: i64 = row.try_get("newest").map_err(|error| self.failed(error))?;
        Ok(Due { has_newer: newest > delivery.id, delivery })
    }

    pub(super) fn deliveries(&self, rows: &[SqliteRow]) -> Result<Vec<Delivery>, ControlError> {
        rows.iter().map(|row| self.delivery(row)).collect()
    }
}

#[async_trait]
impl DeliveryStore for SqliteControl {
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<usize, ControlError> {
        if deliveries.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let mut new = 0;
        for delivery in deliveries {
            let inserted = sqlx::query(
                "INSERT OR IGNORE INTO delivery (key, group_key, receiver, integration, draft, progress, state, \
                 attempts, created_at, next_at, give_up_at, reason, test) \
                 VALUES (?1, ?2, ?3, ?4, ?5, '', 'waiting', 0, ?6, ?6, ?7, '', ?8)",
            )
            .bind(&delivery.key)
            .bind(&delivery.group_key)
            .bind(&delivery.receiver)
            .bind(&delivery.integration)
            .bind(&delivery.draft)
            .bind(delivery.created_at)
            .bind(delivery.give_up_at)
            .bind(i64::from(delivery.test))
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
            new += usize::from(inserted.rows_affected() > 0);
        }
        self.commit(transaction).await?;
        Ok(new)
    }

    async fn due(&self, now: i64, each: usize) -> Result<Vec<Due>, ControlError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            ", newest FROM (SELECT delivery.*, head.newest, row_number() OVER ( \
             PARTITION BY delivery.receiver, delivery.integration ORDER BY delivery.next_at, delivery.id) AS place \
             FROM delivery JOIN (SELECT min(id) AS oldest, max(id) AS newest FROM delivery \
             WHERE state = 'waiting' GROUP BY receiver, integration, group_key) AS head ON delivery.id = head.oldest \
             WHERE delivery.next_at <= ?1) \
             WHERE place <= ?2 ORDER BY next_at, id",
        ))
        .bind(now)
        .bind(limit(each))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        rows.iter().map(|row| self.due_of(row)).collect()
    }

    async fn next_due(&self, now: i64) -> Result<Option<i64>, ControlError> {
        sqlx::query_scalar(
            "SELECT min(next_at) FROM delivery WHERE state = 'waiting' AND next_at > ?1 AND id IN ( \
             SELECT min(id) FROM delivery WHERE state = 'waiting' GROUP BY receiver, integration, group_key)",
        )
        .bind(now)
        .fetch_one(&self.pool)
        .await
        .map_err(|error| self.failed(error))
    }

    async fn settle(&self, id: i64, settled: Settled) -> Result<(), ControlError> {
        let Settled { settlement, progress, memory, attempted, now } = settled;
        let (state, next_at, ended_at, reason) = match settlement {
            Settlement::Done => (DeliveryState::Done, None, Some(now), Some(String::new())),
            Settlement::Going => (DeliveryState::Waiting, None, None, None),
            Settlement::Retry { next_at, reason } => {
                (DeliveryState::Waiting, Some(next_at), None, Some(reason))
            }
            Settlement::Dead { reason } => (DeliveryState::Dead, None, Some(now), Some(reason)),
        };
        let is_dead = state == DeliveryState::Dead;
        let mut transaction = self.begin().await?;
        let updated = sqlx::query(
            "UPDATE delivery SET state = ?2, next_at = coalesce(?3, next_at), ended_at = ?4, \
             reason = coalesce(?5, reason), progress = ?6, attempts = attempts + ?7 \
             WHERE id = ?1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(state.as_str())
        .bind(next_at)
        .bind(ended_at)
        .bind(reason)
        .bind(progress)
        .bind(i64::from(attempted))
        .execute(&mut *transaction)
        .await
        .map_err(|error| self.failed(error))?;
        if is_dead && updated.rows_affected() > 0 {
            // A group is told anew what was given up: what fails for the same reason each time is one dead letter. One that may have been
            // heard stays, since ends are told by it.
            sqlx::query(
                "DELETE FROM delivery WHERE state = 'dead' AND id < ?1 AND instr(progress, '\"unsure\":true') = 0 \
                 AND (group_key, receiver, integration, coalesce(json_extract(draft, '$.intent'), ''), \
                 substr(reason, 1, instr(reason || ':', ':'))) IN \
                 (SELECT group_key, receiver, integration, coalesce(json_extract(draft, '$.intent'), ''), \
                 substr(reason, 1, instr(reason || ':', ':')) FROM delivery WHERE id = ?1)",
            )
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
            // What was not opened need not be closed.
            sqlx::query(
                "UPDATE delivery SET state = 'dropped', ended_at = ?2, reason = 'the test before it failed' \
                 WHERE state = 'waiting' AND test = 1 AND (group_key, receiver, integration) IN \
                 (SELECT group_key, receiver, integration FROM delivery WHERE id = ?1 AND test = 1)",
            )
            .bind(id)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
        }
        if let (Some(memory), true) = (memory, updated.rows_affected() > 0) {
            let statement = if memory.is_empty() {
                "DELETE FROM delivery_memory WHERE (group_key, receiver, integration) IN \
                 (SELECT group_key, receiver, integration FROM delivery WHERE id = ?1)"
            } else {
                "INSERT OR REPLACE INTO delivery_memory (group_key, receiver, integration, memory, updated_at) \
                 SELECT group_key, receiver, integration, ?2, ?3 FROM delivery WHERE id = ?1"
            };
            let mut query = sqlx::query(statement).bind(id);
            if !memory.is_empty() {
                query = query.bind(memory).bind(now);
            }
            query.execute(&mut *transaction).await.map_err(|error| self.failed(error))?;
        }
        self.commit(transaction).await
    }

    async fn list(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, ControlError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns!(),
            " FROM delivery WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR receiver = ?2) AND id < ?3 \
             AND (?5 IS NULL OR test = ?5) ORDER BY id DESC LIMIT ?4",
        ))
        .bind(filter.state.map(DeliveryState::as_str))
        .bind(&filter.receiver)
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(limit(filter.limit))
        .bind(filter.test.map(i64::from))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        self.deliveries(&rows)
    }

    async fn get(&self, id: i64) -> Result<Option<Delivery>, ControlError> {
        let row = sqlx::query(concat!("SELECT ", columns!(), " FROM delivery WHERE id = ?1"))
            .bind(id)
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        row.map(|row| self.delivery(&row)).transpose()
    }

    async fn keyed(&self, key: &str) -> Result<Option<Delivery>, ControlError> {
        self.delivery_keyed(key).await
    }

    async fn ahead(&self, id: i64) -> Result<u64, ControlError> {
        self.deliveries_ahead(id).await
    }

    async fn of_group(
        &self,
        group_key: &str,
        receiver: &str,
        integration: &str,
        limit: usize,
    ) -> Result<Vec<Delivery>, ControlError> {
        self.deliveries_of_group((group_key, receiver, integration), limit).await
    }

    async fn supersede(&self, superseded: &[Superseded], now: i64) -> Result<Vec<i64>, ControlError> {
        self.supersede_deliveries(superseded, now).await
    }

    async fn hasten(&self, id: i64, now: i64) -> Result<Option<i64>, ControlError> {
        self.hasten_delivery(id, now).await
    }

    async fn drop_waiting(&self, id: i64, reason: &str, now: i64) -> Result<bool, ControlError> {
        self.drop_delivery(id, reason, now).await
    }

    async fn resend(&self, id: i64, progress: &str, now: i64, give_up_at: i64) -> Result<bool, ControlError> {
        let updated = sqlx::query(
            "UPDATE delivery SET state = 'waiting', attempts = 0, progress = ?4, next_at = ?2, waits_since = ?2, \
             give_up_at = ?3, ended_at = NULL \
             WHERE id = ?1 AND state = 'dead' AND test = 0",
        )
        .bind(id)
        .bind(now)
        .bind(give_up_at)
        .bind(progress)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(updated.rows_affected() > 0)
    }

    async fn discard(&self, id: i64) -> Result<bool, ControlError> {
        let deleted = sqlx::query("DELETE FROM delivery WHERE id = ?1 AND state = 'dead'")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(deleted.rows_affected() > 0)
    }

    async fn prune(&self, done_before: i64, dead_before: i64) -> Result<u64, ControlError> {
        let deleted = sqlx::query(
            "DELETE FROM delivery WHERE (state IN ('done', 'superseded', 'dropped') AND ended_at < ?1) \
             OR (state = 'dead' AND ended_at < ?2) OR (state = 'dead' AND test = 1 AND ended_at < ?1)",
        )
        .bind(done_before)
        .bind(dead_before)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        // What a channel knows of a group that nobody has told it of for so long.
        sqlx::query(
            "DELETE FROM delivery_memory WHERE updated_at < ?1 AND NOT EXISTS (SELECT 1 FROM delivery \
             WHERE delivery.group_key = delivery_memory.group_key AND delivery.receiver = delivery_memory.receiver \
             AND delivery.integration = delivery_memory.integration)",
        )
        .bind(dead_before)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(deleted.rows_affected())
    }

    async fn counts(&self) -> Result<DeliveryCounts, ControlError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM delivery WHERE test = 0 GROUP BY state")
                .fetch_all(&self.pool)
                .await
                .map_err(|error| self.failed(error))?;
        let mut counts = DeliveryCounts::default();
        for (state, count) in rows {
            let count = count.unsigned_abs();
            match DeliveryState::read(&state) {
                Some(DeliveryState::Waiting) => counts.waiting = count,
                Some(DeliveryState::Done) => counts.done = count,
                Some(DeliveryState::Dead) => counts.dead = count,
                Some(DeliveryState::Superseded) => counts.superseded = count,
                Some(DeliveryState::Dropped) => counts.dropped = count,
                None => {}
            }
        }
        Ok(counts)
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetters>, ControlError> {
        let rows: Vec<(String, String, i64, Option<i64>)> = sqlx::query_as(
            "SELECT receiver, integration, count(*), max(ended_at) FROM delivery \
             WHERE state = 'dead' AND test = 0 GROUP BY receiver, integration ORDER BY receiver, integration",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        let letters = rows.into_iter().map(|(receiver, integration, count, newest)| DeadLetters {
            receiver,
            integration,
            count: count.unsigned_abs(),
            newest: newest.unwrap_or_default(),
        });
        Ok(letters.collect())
    }

    async fn memory(
        &self,
        group_key: &str,
        receiver: &str,
        integration: &str,
    ) -> Result<String, ControlError> {
        let memory: Option<String> = sqlx::query_scalar(
            "SELECT memory FROM delivery_memory WHERE group_key = ? AND receiver = ? AND integration = ?",
        )
        .bind(group_key)
        .bind(receiver)
        .bind(integration)
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(memory.unwrap_or_default())
    }
}
