use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use watchfire_model::TimeRange;

use super::{ControlError, SqliteControl};

/// A note at a time or over a range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// Its number, given by the store and never given twice.
    pub id: i64,
    /// When, or from when on: milliseconds since the epoch.
    pub start: i64,
    /// Of a range: until when.
    pub end: Option<i64>,
    /// A few words.
    pub title: String,
    /// What there is to know: Markdown.
    pub text: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The dashboard that it belongs to; `None`: all of them.
    pub dashboard: Option<String>,
    /// The panel of that dashboard; `None`: all of them.
    pub panel: Option<u32>,
    /// Who made it.
    pub made_by: String,
}

/// Which annotations are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationFilter {
    /// Those that touch this range: milliseconds since the epoch, both ends included.
    pub range: TimeRange,
    /// Those with one of these tags; empty for all.
    pub tags: Vec<String>,
    /// Those of this dashboard, and those of none; `None` for all.
    pub dashboard: Option<String>,
    /// Those of this panel, and those of none; `None` for all.
    pub panel: Option<u32>,
    /// So many at most; of more, the newest.
    pub limit: usize,
}

impl SqliteControl {
    pub(super) async fn insert_annotation(&self, annotation: Annotation) -> Result<i64, ControlError> {
        let inserted = sqlx::query(
            "INSERT INTO annotation (start, end, until, title, text, tags, dashboard, panel, made_by) \
             VALUES (?1, ?2, coalesce(?2, ?1), ?3, ?4, ?5, ?6, ?7, ?8)",
        )
        .bind(annotation.start)
        .bind(annotation.end)
        .bind(annotation.title)
        .bind(annotation.text)
        .bind(list(&annotation.tags))
        .bind(annotation.dashboard)
        .bind(annotation.panel)
        .bind(annotation.made_by)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(inserted.last_insert_rowid())
    }

    pub(super) async fn update_annotation(&self, annotation: Annotation) -> Result<bool, ControlError> {
        let updated = sqlx::query(
            "UPDATE annotation SET start = ?1, end = ?2, until = coalesce(?2, ?1), title = ?3, text = ?4, \
             tags = ?5, dashboard = ?6, panel = ?7, made_by = ?8 WHERE id = ?9",
        )
        .bind(annotation.start)
        .bind(annotation.end)
        .bind(annotation.title)
        .bind(annotation.text)
        .bind(list(&annotation.tags))
        .bind(annotation.dashboard)
        .bind(annotation.panel)
        .bind(annotation.made_by)
        .bind(annotation.id)
        .execute(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        Ok(updated.rows_affected() > 0)
    }

    pub(super) async fn remove_annotation(&self, id: i64) -> Result<bool, ControlError> {
        let deleted = sqlx::query("DELETE FROM annotation WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(deleted.rows_affected() > 0)
    }

    pub(super) async fn get_annotation(&self, id: i64) -> Result<Option<Annotation>, ControlError> {
        let row = sqlx::query(
            "SELECT id, start, end, title, text, tags, dashboard, panel, made_by FROM annotation WHERE id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        row.map(|row| self.annotation_of(&row)).transpose()
    }

    pub(super) async fn find_annotations(
        &self,
        filter: &AnnotationFilter,
    ) -> Result<Vec<Annotation>, ControlError> {
        let rows = sqlx::query(
            "SELECT id, start, end, title, text, tags, dashboard, panel, made_by FROM annotation \
             WHERE until >= ?1 AND start <= ?2 \
             AND (?3 = '[]' OR EXISTS (SELECT 1 FROM json_each(annotation.tags) AS has \
             JOIN json_each(?3) AS asked ON has.value = asked.value)) \
             AND (?4 IS NULL OR dashboard IS NULL OR dashboard = ?4) \
             AND (?5 IS NULL OR panel IS NULL OR panel = ?5) \
             ORDER BY start DESC, id DESC LIMIT ?6",
        )
        .bind(filter.range.start)
        .bind(filter.range.end)
        .bind(list(&filter.tags))
        .bind(filter.dashboard.as_deref())
        .bind(filter.panel)
        .bind(i64::try_from(filter.limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.failed(error))?;
        rows.iter().map(|row| self.annotation_of(row)).collect()
    }

    pub(super) async fn annotation_count(&self) -> Result<u64, ControlError> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM annotation")
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.failed(error))?;
        Ok(count.unsigned_abs())
    }

    fn annotation_of(&self, row: &SqliteRow) -> Result<Annotation, ControlError> {
        let read = || {
            Ok(Annotation {
                id: row.try_get("id")?,
                start: row.try_get("start")?,
                end: row.try_get("end")?,
                title: row.try_get("title")?,
                text: row.try_get("text")?,
                tags: Vec::new(),
                dashboard: row.try_get("dashboard")?,
                panel: row.try_get("panel")?,
                made_by: row.try_get("made_by")?,
            })
        };
        let annotation: Result<Annotation, sqlx::Error> = read();
        let annotation = annotation.map_err(|error| self.failed(error))?;
        let tags: String = row.try_get("tags").map_err(|error| self.failed(error))?;
        let tags = serde_json::from_str(&tags).map_err(|error| self.corrupt(error))?;
        Ok(Annotation { tags, ..annotation })
    }
}

/// A JSON list of texts, which SQLite can look into.
fn list(texts: &[String]) -> String {
    // A list of texts can always be written.
    serde_json::to_string(texts).unwrap_or_else(|_| "[]".to_owned())
}
