//! What senders say of metrics: `/api/v1/metadata` and `/api/v1/targets/metadata`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use watchfire_model::Metadata;

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;
use super::selector::parse_match;
use crate::http::App;

#[derive(Serialize)]
struct Entry<'a> {
    r#type: &'static str,
    help: &'a str,
    unit: &'a str,
}

impl<'a> Entry<'a> {
    fn of(metadata: &'a Metadata) -> Self {
        Self { r#type: metadata.kind.as_str(), help: &metadata.help, unit: &metadata.unit }
    }
}

/// By metric. Each has one entry, the newest, so `limit_per_metric` is read but never cuts.
pub(super) async fn of_metrics(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let limit = parameters.number("limit")?.and_then(|limit| usize::try_from(limit).ok());
    parameters.number("limit_per_metric")?;
    let mut found = app.service.metadata(parameters.given("metric")).await?;
    found.sort_by(|one, other| one.metric.cmp(&other.metric));
    found.truncate(limit.unwrap_or(usize::MAX));
    let by_metric: BTreeMap<&str, [Entry<'_>; 1]> =
        found.iter().map(|metadata| (metadata.metric.as_str(), [Entry::of(metadata)])).collect();
    Ok(data(&by_metric))
}

/// By target. Watchfire scrapes nothing, so there are none.
pub(super) async fn of_targets(parameters: Parameters) -> Result<Response, Failure> {
    parameters.number("limit")?;
    if let Some(selector) = parameters.given("match_target") {
        parse_match(selector).map_err(|error| Failure::parameter("match_target", error))?;
    }
    Ok(data(&[(); 0]))
}
