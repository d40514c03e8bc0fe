//! Rules that forms make, what they would do and what became of them: a thin shell over `watchfire_service::alerting`.
//! docs/API.md lists the routes. What Prometheus' clients ask about rules is `api/prometheus/rules.rs`.

mod failure;
mod forms;
mod history;
mod tried;
mod values;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::http::App;
pub(super) use history::event_told;
pub(super) use tried::map;

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/watchfire/rules", get(forms::list).post(forms::create))
        .route("/api/v1/watchfire/rules/preview", post(tried::preview))
        .route("/api/v1/watchfire/rules/backtest", post(tried::backtest))
        .route("/api/v1/watchfire/rules/history", get(history::history))
        .route("/api/v1/watchfire/rules/files", get(history::files).post(history::reload))
        .route("/api/v1/watchfire/rules/values", get(values::values))
        .route("/api/v1/watchfire/rules/evaluated", get(values::evaluated))
        .route("/api/v1/watchfire/rules/export", get(forms::export))
        .route("/api/v1/watchfire/rules/{uid}", get(forms::get).put(forms::save).delete(forms::delete))
        // Bodies are bounded where they are read, by a setting.
        .layer(DefaultBodyLimit::disable())
}
