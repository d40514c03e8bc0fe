//! What is kept of alerts in `control.db`: their states, so that a restart changes nothing, and what became of them.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::{SqliteRow, SqliteTransaction};
use watchfire_model::{Labels, TimeRange};

use super::{ControlError, SqliteControl};

/// An alert as it is kept. All times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// Names the rule over restarts and reloads.
    pub rule: String,
    /// With those of the rule.
    pub labels: Labels,
    /// `pending`, `firing` or `inactive`.
    pub state: String,
    /// What people read.
    pub annotations: Labels,
    /// The value when it got into this state.
    pub value: f64,
    /// Since when its series is there.
    pub active_at: i64,
    /// Since when it fires.
    pub fired_at: Option<i64>,
    /// When it was over.
    pub resolved_at: Option<i64>,
    /// Since when it fires only because of `keep_firing_for`.
    pub kept_since: Option<i64>,
    /// When whoever notifies took over what it is now; `None`: not yet.
    pub told_at: Option<i64>,
}

/// The state after a notification of an alert was sent.
pub const SENT: &str = "sent";

/// The state after a notification of an alert was given up.
pub const NOT_SENT: &str = "not sent";

/// Something that became of an alert, or of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertEvent {
    /// When: milliseconds since the epoch.
    pub at: i64,
    /// Names the rule.
    pub rule: String,
    /// Which alert; empty for what is said of the rule.
    pub labels: Labels,
    /// The state before: `inactive`, `pending`, `firing`; of the rule `ok` and `error`.
    pub before: String,
    /// The state since; [`SENT`] or [`NOT_SENT`] of a notification, which changes no state.
    pub after: String,
    /// The value then.
    pub value: f64,
    /// Of an error: what is wrong.
    pub reason: String,
}

/// What one evaluation changed, and nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertWrites {
    /// Alerts that are as they were not before.
    pub put: Vec<AlertRow>,
    /// Alerts that are not there any more: rule and labels.
    pub gone: Vec<(String, Labels)>,
    /// What became of them.
    pub events: Vec<AlertEvent>,
}

impl AlertWrites {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.gone.is_empty() && self.events.is_empty()
    }
}

/// What is read of an event.
macro_rules! event_columns {
    () => {
        "at, rule, labels, before, after, alert_event.value AS value, reason"
    };
}

/// Which events meet a filter, and in which order they are told.
macro_rules! event_terms {
    () => {
        "at >= ?1 AND at <= ?2 AND (?3 IS NULL OR rule = ?3) \
         AND (?4 IS NULL OR (after IN ('sent', 'not sent')) = ?4) \
         ORDER BY at DESC, alert_event.id DESC LIMIT ?5"
    };
}

/// The events of one alert.
macro_rules! events_of_alert {
    () => {
        concat!("SELECT ", event_columns!(), " FROM alert_event WHERE labels = ?6 AND ", event_terms!())
    };
}

/// Which events are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertEventFilter {
    /// Those of this rule; `None` for all.
    pub rule: Option<String>,
    /// Those of these alerts; empty for all.
    pub labels: Vec<Labels>,
    /// Those at these times, both ends included.
    pub range: TimeRange,
    /// Whether they tell of notifications ([`SENT`], [`NOT_SENT`]); `None` for all.
    pub deliveries: Option<bool>,
    /// So many at most; of more, the newest.
    pub limit: usize,
}

/// Keeps what becomes of alerts.
#[async_trait]
pub trait AlertStore: Send + Sync {
    /// All alerts that are kept.
    async fn alerts(&self) -> Result<Vec<AlertRow>, ControlError>;

    /// Writes what changed, all of it or nothing.
    async fn write_alerts(&self, writes: AlertWrites) -> Result<(), ControlError>;

    /// Events that meet a filter, the newest first.
    async fn alert_events(&self, filter: &AlertEventFilter) -> Result<Vec<AlertEvent>, ControlError>;

    /// Deletes events before a time; says how many.
    async fn prune_alert_events(&self, before: i64) -> Result<u64, ControlError>;

    /// When [`note_evaluation`](Self::note_evaluation) was told last.
    async fn last_evaluation(&self) -> Result<Option<i64>, ControlError>;

    /// Notes that rules were evaluated.
    async fn note_evaluation(&self, at: i64) -> Result<(), ControlError>;
}

/// The events of a filter that names no alerts.
const EVENTS: &str = concat!("SELECT ", event_columns!(), " FROM alert_event WHERE ", event_terms!());

/// The events of one alert, the newest first as the index has them: no more are read than are told.
const EVENTS_OF_ALERT: &str = events_of_alert!();

/// The events of several: alert by alert, as the index has them, and not through all of the time.
const EVENTS_OF_ALERTS: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM (SELECT DISTINCT value FROM json_each(?6)) AS wanted \
     CROSS JOIN alert_event ON alert_event.labels = wanted.value WHERE ",
    event_terms!()
);

#[async_trait]
impl AlertStore for SqliteControl {
    async fn alerts(&self) -> Result<Vec<AlertRow>, ControlError> {
        let rows = sqlx::query(
            "SELECT rule, labels, state, annotations, value, active_at, fired_at, resolved_at, kept_since, told_at FROM alert",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        rows.iter().map(|row| self.alert_of(row)).collect()
    }

    async fn write_alerts(&self, writes: AlertWrites) -> Result<(), ControlError> {
        if writes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        for row in &writes.put {
            self.put_alert(&mut transaction, row).await?;
        }
        for (rule, labels) in &writes.gone {
            sqlx::query("DELETE FROM alert WHERE rule = ? AND labels = ?")
                .bind(rule)
                .bind(labels.packed())
                .execute(&mut *transaction)
                .await
                .map_err(|error| self.failed(error))?;
        }
        for event in &writes.events {
            sqlx::query(
                "INSERT INTO alert_event (at, rule, labels, before, after, value, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(event.at)
            .bind(&event.rule)
            .bind(event.labels.packed())
            .bind(&event.before)
            .bind(&event.after)
            .bind(event.value.to_bits().cast_signed())
            .bind(&event.reason)
            .execute(&mut *transaction)
            .await
            .map_err(|error| self.failed(error))?;
        }
        self.commit(transaction).await
    }

    async fn alert_events(&self, filter: &AlertEventFilter) -> Result<Vec<AlertEvent>, ControlError> {
        let AlertEventFilter { rule, labels, range, deliveries, limit } = filter;
        let statement = match labels.len() {
            0 => EVENTS,
            1 => EVENTS_OF_ALERT,
            _ => EVENTS_OF_ALERTS,
        };
        let mut query = sqlx::query(statement)
            .bind(range.start)
            .bind(range.end)
            .bind(rule.as_deref())
            .bind(deliveries)
            .bind(i64::try_from(*limit).unwrap_or(i64::MAX));
        match labels.as_slice() {
            [] => {}
            [one] => query = query.bind(one.packed()),
            several => {
                // Texts can always be written.
                let packed: Vec<&str> = several.iter().map(Labels::packed).collect();
                query = query.bind(serde_json::to_string(&packed).unwrap_or_default());
            }
        }
        let rows = query.fetch_all(&self.pool).await.map_err(|error| self.failed(error))?;
        rows.iter().map(|row| self.event_of(row)).collect()
    }

    async fn prune_alert_events(&self, before: i64) -> Result<u64, ControlError> {
        let deleted = sqlx::query("DELETE FROM alert_event WHERE at < ?")
            .bind(before)
            .execute(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(deleted.rows_affected())
    }

    async fn last_evaluation(&self) -> Result<Option<i64>, ControlError> {
        sqlx::query_scalar("SELECT at FROM alert_evaluation")
            .fetch_optional(&self.pool)
            .await
            .map_err(|error| self.failed(error))
    }

    async fn note_evaluation(&self, at: i64) -> Result<(), ControlError> {
        sqlx::query(
            "INSERT INTO alert_evaluation (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1",
        )
        .bind(at)
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(|error| self.failed(error))
    }
}

impl SqliteControl {
    async fn put_alert(
        &self,
        transaction: &mut SqliteTransaction<'static>,
        row: &AlertRow,
    ) -> Result<(), ControlError> {
        sqlx::query(
            "INSERT OR REPLACE INTO alert (rule, labels, state, annotations, value, active_at, fired_at, resolved_at, \
             kept_since, told_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&row.rule)
        .bind(row.labels.packed())
        .bind(&row.state)
        .bind(row.annotations.packed())
        .bind(row.value.to_bits().cast_signed())
        .bind(row.active_at)
        .bind(row.fired_at)
        .bind(row.resolved_at)
        .bind(row.kept_since)
        .bind(row.told_at)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(|error| self.failed(error))
    }

    fn alert_of(&self, row: &SqliteRow) -> Result<AlertRow, ControlError> {
        let failed = |error| self.failed(error);
        Ok(AlertRow {
            rule: row.try_get("rule").map_err(failed)?,
            labels: self.labels_of(row, "labels")?,
            state: row.try_get("state").map_err(failed)?,
            annotations: self.labels_of(row, "annotations")?,
            value: self.value_of(row)?,
            active_at: row.try_get("active_at").map_err(failed)?,
            fired_at: row.try_get("fired_at").map_err(failed)?,
            resolved_at: row.try_get("resolved_at").map_err(failed)?,
            kept_since: row.try_get("kept_since").map_err(failed)?,
            told_at: row.try_get("told_at").map_err(failed)?,
        })
    }

    fn event_of(&self, row: &SqliteRow) -> Result<AlertEvent, ControlError> {
        let failed = |error| self.failed(error);
        Ok(AlertEvent {
            at: row.try_get("at").map_err(failed)?,
            rule: row.try_get("rule").map_err(failed)?,
            labels: self.labels_of(row, "labels")?,
            before: row.try_get("before").map_err(failed)?,
            after: row.try_get("after").map_err(failed)?,
            value: self.value_of(row)?,
            reason: row.try_get("reason").map_err(failed)?,
        })
    }

    fn labels_of(&self, row: &SqliteRow, column: &str) -> Result<Labels, ControlError> {
        let packed: String = row.try_get(column).map_err(|error| self.failed(error))?;
        Labels::from_packed(&packed).map_err(|error| self.corrupt(error))
    }

    fn value_of(&self, row: &SqliteRow) -> Result<f64, ControlError> {
        let bits: i64 = row.try_get("value").map_err(|error| self.failed(error))?;
        Ok(f64::from_bits(bits.cast_unsigned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Durability;

    #[tokio::test]
    async fn the_newest_events_of_an_alert_are_read_as_the_index_has_them() {
        let dir = tempfile::tempdir().unwrap();
        let control = SqliteControl::open(dir.path(), Durability::Process, 1).await.unwrap();
        let explained = sqlx::query(concat!("EXPLAIN QUERY PLAN ", events_of_alert!()));
        let rows = explained.fetch_all(&control.pool).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.try_get("detail").unwrap()).collect();
        let steps = steps.join("; ");
        assert!(steps.contains("alert_event_labels") && !steps.contains("B-TREE"), "{steps}");
        control.close().await;
    }
}
