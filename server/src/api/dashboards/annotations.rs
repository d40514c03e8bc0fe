//! `/api/v1/annotations`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use watchfire_service::dashboards::{Annotation, AnnotationQuestion, NewAnnotation};

use super::asked::Asked;
use super::body::Whole;
use super::failure::Failure;
use super::success::{created, data};
use crate::http::App;

/// An annotation as it goes out.
#[derive(Serialize)]
struct Shown {
    id: i64,
    time: i64,
    time_end: Option<i64>,
    title: String,
    text: String,
    tags: Vec<String>,
    dashboard: Option<String>,
    panel: Option<u32>,
    made_by: String,
}

impl From<Annotation> for Shown {
    fn from(annotation: Annotation) -> Self {
        let Annotation { id, start: time, end: time_end, title, text, tags, dashboard, panel, made_by } =
            annotation;
        Self { id, time, time_end, title, text, tags, dashboard, panel, made_by }
    }
}

/// `?from=&to=&tag=&dashboard=&panel=&limit=`: the newest first.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let question = AnnotationQuestion {
        range: asked.range()?,
        tags: asked.all("tag"),
        dashboard: asked.given("dashboard").map(str::to_owned),
        panel: asked.number("panel")?,
        limit: asked.number("limit")?,
    };
    let found = app.service.dashboards().annotations(question).await?;
    Ok(data(found.into_iter().map(Shown::from).collect::<Vec<_>>()))
}

/// Makes one.
pub(super) async fn add(
    State(app): State<App>,
    Whole(new): Whole<NewAnnotation>,
) -> Result<Response, Failure> {
    Ok(created(Shown::from(app.service.dashboards().add_annotation(new).await?)))
}

/// One of them.
pub(super) async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Failure> {
    Ok(data(Shown::from(app.service.dashboards().annotation(number(&id)?).await?)))
}

/// Writes the body over one.
pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(new): Whole<NewAnnotation>,
) -> Result<Response, Failure> {
    Ok(data(Shown::from(app.service.dashboards().change_annotation(number(&id)?, new).await?)))
}

/// Deletes one.
pub(super) async fn delete(State(app): State<App>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete_annotation(number(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn number(id: &str) -> Result<i64, Failure> {
    id.parse().map_err(|_| Failure::bad_data(format!("id: {id:?} is not a whole number")))
}
