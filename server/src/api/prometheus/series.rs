//! What there is to query: series, label names, label values.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use watchfire_model::TimeRange;

use super::envelope::{Remarks, respond, success, write_strings};
use super::error::Failure;
use super::form::Parameters;
use super::json::write_labels;
use super::names::unescape;
use crate::http::App;

/// `/api/v1/series`.
pub(super) async fn series(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    if parameters.all("match[]").next().is_none() {
        return Err(Failure::bad_data("no match[] parameter provided"));
    }
    let limit = parameters.limit()?;
    let range = parameters.range()?;
    let sets = parameters.selectors().map_err(|error| Failure::parameter("match[]", error))?;
    let mut found = if is_backwards(range) { Vec::new() } else { app.service.series(&sets, range).await? };
    let remarks = truncate(&mut found, limit);
    let body = success(
        |body| {
            body.push(b'[');
            for (index, labels) in found.iter().enumerate() {
                if index > 0 {
                    body.push(b',');
                }
                write_labels(body, labels);
            }
            body.push(b']');
        },
        &remarks,
    );
    Ok(respond(body))
}

/// `/api/v1/labels`.
pub(super) async fn label_names(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let limit = parameters.limit()?;
    let range = parameters.range()?;
    let sets = parameters.selectors().map_err(Failure::bad_data)?;
    let found = if is_backwards(range) { Vec::new() } else { app.service.label_names(&sets, range).await? };
    Ok(texts(found, limit))
}

/// `/api/v1/label/{name}/values`.
pub(super) async fn label_values(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let Path(name) = name.map_err(|error| Failure::bad_data(format!("invalid label name: {error}")))?;
    let name = unescape(&name);
    if name.is_empty() {
        return Err(Failure::bad_data("invalid label name: \"\""));
    }
    let limit = parameters.limit()?;
    let range = parameters.range()?;
    let sets = parameters.selectors().map_err(Failure::bad_data)?;
    let found =
        if is_backwards(range) { Vec::new() } else { app.service.label_values(&name, &sets, range).await? };
    Ok(texts(found, limit))
}

/// Nothing lies in a range that ends before it starts; Prometheus takes it all the same.
fn is_backwards(range: TimeRange) -> bool {
    range.end < range.start
}

fn truncate<T>(found: &mut Vec<T>, limit: Option<usize>) -> Remarks {
    let limit = limit.unwrap_or(usize::MAX);
    let is_truncated = found.len() > limit;
    found.truncate(limit);
    Remarks::truncated(is_truncated)
}

fn texts(mut found: Vec<String>, limit: Option<usize>) -> Response {
    let remarks = truncate(&mut found, limit);
    respond(success(|body| write_strings(body, &found), &remarks))
}
