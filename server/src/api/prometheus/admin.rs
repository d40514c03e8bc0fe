//! `/api/v1/admin/tsdb/...`: deleting and copying what is stored.

use std::hash::{BuildHasher, Hasher, RandomState};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use watchfire_model::format_utc;

use super::envelope::data;
use super::error::Failure;
use super::form::Parameters;
use crate::clock::now;
use crate::http::App;

/// Deletes the samples of a range of all series that meet one of the selectors.
pub(super) async fn delete_series(
    State(app): State<App>,
    parameters: Parameters,
) -> Result<StatusCode, Failure> {
    if parameters.all("match[]").next().is_none() {
        return Err(Failure::bad_data("no match[] parameter provided"));
    }
    let range = parameters.range()?;
    // All are read before the first one is followed.
    let sets = parameters.selectors().map_err(|error| Failure::parameter("match[]", error))?;
    if range.start <= range.end {
        for matchers in sets {
            app.service.delete_series(matchers, range).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// A deletion leaves nothing behind that would have to be cleaned.
pub(super) async fn clean_tombstones() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Copies everything to a new folder of `snapshots` in the data directory, and names it.
pub(super) async fn snapshot(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    if let Some(text) =
        parameters.given("skip_head").filter(|text| !matches!(*text, "true" | "false" | "0" | "1"))
    {
        let problem = format!("unable to parse boolean: strconv.ParseBool: parsing {text:?}: invalid syntax");
        return Err(Failure::parameter("skip_head", problem));
    }
    // Two snapshots of the same second must differ.
    let chance = RandomState::new().build_hasher().finish();
    let name = format!("{}-{chance:016x}", format_utc(now(), 0, "%Y%m%dT%H%M%SZ"));
    app.service.snapshot(&app.config.data_dir.join("snapshots").join(&name)).await?;
    Ok(data(&json!({"name": name})))
}
