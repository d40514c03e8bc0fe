//! The HTTP API of dashboards and what belongs to them: a thin shell over `watchfire_service::dashboards`. docs/API.md lists the
//! routes.

mod annotations;
pub(super) mod asked;
pub(super) mod body;
mod demo;
pub(super) mod failure;
mod folders;
mod import;
mod kept;
mod library;
mod markdown;
mod playlists;
mod provisioning;
mod shares;
mod snapshots;
pub(super) mod success;
mod variables;
mod versions;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};

use crate::http::App;

/// All routes.
pub(crate) fn routes() -> Router<App> {
    let of_dashboards = Router::new()
        .route("/api/v1/dashboards", get(kept::list).post(kept::create))
        .route("/api/v1/dashboards/import", post(import::import))
        .route("/api/v1/dashboards/{uid}", get(kept::get).put(kept::save).delete(kept::delete))
        .route("/api/v1/dashboards/{uid}/export", get(kept::export))
        .route("/api/v1/dashboards/{uid}/folder", put(kept::move_to))
        .route("/api/v1/dashboards/{uid}/favourite", put(kept::mark).delete(kept::unmark))
        .route("/api/v1/dashboards/{uid}/versions", get(versions::list))
        .route("/api/v1/dashboards/{uid}/versions/{version}", get(versions::get))
        .route("/api/v1/dashboards/{uid}/restore", post(versions::restore))
        .route("/api/v1/dashboards/{uid}/diff", get(versions::diff))
        .route("/api/v1/dashboards/{uid}/drift", get(provisioning::drift))
        .route("/api/v1/dashboards/{uid}/revert", post(provisioning::revert))
        .route("/api/v1/dashboards/{uid}/write-back", post(provisioning::write_back))
        .route("/api/v1/dashboards/{uid}/variables", post(variables::resolve))
        .route("/api/v1/provisioning", get(provisioning::status))
        .route("/api/v1/provisioning/reload", post(provisioning::reload));
    let beside = Router::new()
        .route("/api/v1/demo", get(demo::status).post(demo::start).delete(demo::stop))
        .route("/api/v1/markdown", axum::routing::post(markdown::render))
        .route("/api/v1/folders", get(folders::list).post(folders::create))
        .route("/api/v1/folders/{uid}", put(folders::rename).delete(folders::delete))
        .route("/api/v1/library-panels", get(library::list).post(library::create))
        .route("/api/v1/library-panels/{uid}", get(library::get).put(library::save).delete(library::delete))
        .route("/api/v1/playlists", get(playlists::list).post(playlists::create))
        .route("/api/v1/playlists/{uid}", get(playlists::get).put(playlists::save).delete(playlists::delete))
        .route("/api/v1/playlists/{uid}/dashboards", get(playlists::play))
        .route("/api/v1/annotations", get(annotations::list).post(annotations::add))
        .route(
            "/api/v1/annotations/{id}",
            get(annotations::get).put(annotations::change).delete(annotations::delete),
        )
        .route("/api/v1/shares", get(shares::list).post(shares::create))
        .route("/api/v1/shares/{uid}", axum::routing::delete(shares::revoke))
        .route("/api/v1/shares/{uid}/pause", post(shares::pause))
        .route("/api/v1/shares/{uid}/resume", post(shares::resume))
        .route("/api/v1/snapshots", get(snapshots::list).post(snapshots::create))
        .route("/api/v1/snapshots/{uid}/data", get(snapshots::data_of))
        .route("/api/v1/snapshots/{uid}", axum::routing::delete(snapshots::delete));
    // Bodies are bounded where they are read, by a setting.
    of_dashboards.merge(beside).layer(DefaultBodyLimit::disable())
}
