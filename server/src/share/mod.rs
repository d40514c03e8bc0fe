//! Shared dashboards and snapshots: their pages, what these ask, and their live data. A share opens its own dashboard and nothing else.

mod live;
mod looks;
mod page;
mod snapshot;

use axum::Router;
use axum::routing::{get, post};
pub(crate) use looks::Looks;

use crate::http::App;

/// The routes of shares. `/s/` are whole pages, `/embed/` those for frames of other pages.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/s/{token}", get(page::page))
        .route("/embed/{token}", get(page::embed))
        .route("/s/{token}/variables", post(page::variables))
        .route("/snapshots/{uid}", get(snapshot::snapshot))
        .route("/snapshots/{uid}/data", get(snapshot::data))
}

/// The live data of shares.
pub(crate) fn live_routes() -> Router<App> {
    Router::new().route("/s/{token}/live", get(live::live))
}
