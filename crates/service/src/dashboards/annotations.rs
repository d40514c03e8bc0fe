//! Notes at a time or over a range.

use serde::Deserialize;
use watchfire_model::TimeRange;
use watchfire_storage::{Annotation, AnnotationFilter};

use super::{DashboardError, Dashboards, PRINCIPAL, uid};

/// An annotation that is to be made, or written over another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewAnnotation {
    /// When, or from when on: milliseconds since the epoch.
    pub time: i64,
    /// Of a range: until when.
    pub time_end: Option<i64>,
    /// A few words.
    pub title: String,
    /// What there is to know: Markdown.
    pub text: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// The dashboard that it belongs to; none: all.
    pub dashboard: Option<String>,
    /// The panel of that dashboard; none: all.
    pub panel: Option<u32>,
}

/// Which annotations are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnotationQuestion {
    /// Those that touch this range: milliseconds since the epoch.
    pub range: TimeRange,
    /// Those with one of these tags; empty for all.
    pub tags: Vec<String>,
    /// Those of this dashboard, and those of none.
    pub dashboard: Option<String>,
    /// Those of this panel, and those of none.
    pub panel: Option<u32>,
    /// So many at most.
    pub limit: Option<usize>,
}

impl Dashboards {
    /// Annotations, the newest first; at most `annotations.max_shown`.
    pub async fn annotations(&self, asked: AnnotationQuestion) -> Result<Vec<Annotation>, DashboardError> {
        let AnnotationQuestion { range, tags, dashboard, panel, limit } = asked;
        let most = self.settings().max_annotations_shown;
        let limit = limit.unwrap_or(most).min(most);
        let filter = AnnotationFilter { range, tags, dashboard, panel, limit };
        Ok(self.store()?.annotations(&filter).await?)
    }

    /// Makes an annotation and returns its number.
    pub async fn add_annotation(&self, new: NewAnnotation) -> Result<Annotation, DashboardError> {
        let annotation = self.checked(new)?;
        let most = self.settings().max_annotations;
        if self.store()?.count_annotations().await? >= most as u64 {
            self.note_limit();
            return Err(DashboardError::Refused(format!(
                "there are {most} annotations already (annotations.max_count); delete some first"
            )));
        }
        let id = self.store()?.add_annotation(annotation.clone()).await?;
        Ok(Annotation { id, ..annotation })
    }

    /// An annotation.
    pub async fn annotation(&self, id: i64) -> Result<Annotation, DashboardError> {
        self.store()?.annotation(id).await?.ok_or_else(|| no_annotation(id))
    }

    /// Writes an annotation over the one with this number; who made it stays.
    pub async fn change_annotation(&self, id: i64, new: NewAnnotation) -> Result<Annotation, DashboardError> {
        let made_by = self.annotation(id).await?.made_by;
        let annotation = Annotation { id, made_by, ..self.checked(new)? };
        if self.store()?.put_annotation(annotation.clone()).await? {
            Ok(annotation)
        } else {
            Err(no_annotation(id))
        }
    }

    /// Deletes an annotation.
    pub async fn delete_annotation(&self, id: i64) -> Result<(), DashboardError> {
        if self.store()?.delete_annotation(id).await? { Ok(()) } else { Err(no_annotation(id)) }
    }

    fn checked(&self, new: NewAnnotation) -> Result<Annotation, DashboardError> {
        let NewAnnotation { time, time_end, title, text, tags, dashboard, panel } = new;
        if title.trim().is_empty() && text.trim().is_empty() {
            return Err(DashboardError::bad("title: an annotation needs a title or a text"));
        }
        if time <= 0 {
            return Err(DashboardError::bad("time: must be milliseconds since the epoch"));
        }
        if time_end.is_some_and(|end| end < time) {
            return Err(DashboardError::bad("time_end: must not be before time"));
        }
        if dashboard.as_deref().is_some_and(|dashboard| !uid::is_uid(dashboard)) {
            return Err(DashboardError::bad("dashboard: must be the uid of a dashboard"));
        }
        if panel.is_some() && dashboard.is_none() {
            return Err(DashboardError::bad("panel: name the dashboard that has it, too"));
        }
        let bytes = title.len() + text.len() + tags.iter().map(String::len).sum::<usize>();
        let most = self.settings().max_annotation_bytes;
        self.at_most("annotation", bytes, most, "annotations.max_bytes")?;
        let made_by = PRINCIPAL.to_owned();
        Ok(Annotation { id: 0, start: time, end: time_end, title, text, tags, dashboard, panel, made_by })
    }
}

fn no_annotation(id: i64) -> DashboardError {
    DashboardError::NotFound { what: "annotation", name: id.to_string() }
}
