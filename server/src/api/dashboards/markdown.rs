//! `/api/v1/markdown`: HTML of the texts on dashboards.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::body::Whole;
use super::failure::Failure;
use super::success::data;
use crate::http::App;

/// What shall be HTML.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Markdown {
    /// The text.
    text: String,
}

/// Makes HTML of Markdown, without anything that could run.
pub(super) async fn render(
    State(app): State<App>,
    Whole(markdown): Whole<Markdown>,
) -> Result<Response, Failure> {
    Ok(data(json!({"html": app.service.dashboards().markdown(&markdown.text)})))
}
