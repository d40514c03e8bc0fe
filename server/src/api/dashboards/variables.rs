//! The choices of a dashboard's variables.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;
use watchfire_dashboard::Dashboard;

use super::asked::range;
use super::body::Whole;
use super::failure::Failure;
use super::success::data;
use crate::http::App;

/// What is asked for.
#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Question {
    /// Values by the names of variables.
    asked: BTreeMap<String, Vec<String>>,
    /// The start of the range; left out: that of the dashboard, or an hour ago.
    from: Option<String>,
    /// Its end.
    to: Option<String>,
    /// A dashboard that is not saved yet, to ask for instead.
    dashboard: Option<Box<Dashboard>>,
}

/// Finds choices and what is chosen.
pub(super) async fn resolve(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(question): Whole<Question>,
) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    let dashboard = match question.dashboard {
        Some(dashboard) => *dashboard,
        None => dashboards.get(&uid).await?.dashboard,
    };
    let time = &dashboard.time;
    let from = question.from.as_deref().or(time.from.as_deref()).unwrap_or("now-1h");
    let to = question.to.as_deref().or(time.to.as_deref()).unwrap_or("now");
    let resolved = dashboards.resolve_variables(&dashboard, &question.asked, range(from, to)?).await?;
    Ok(data(json!({"variables": resolved.variables})))
}
