//! The HTTP side: routes, and nothing of what they do.

mod assets;
mod guard;
mod known;
mod page;
mod probes;
mod push_worker;
mod runbooks;

pub(crate) use known::is_known;
pub(crate) use page::Page;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{ConnectInfo, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use watchfire_service::{Collectors, Service};

use crate::config::Config;
use crate::live::{Hub, Scope};
use crate::site::Site;
use crate::telemetry::Telemetry;

/// What the routes work with.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) service: Service,
    /// From alerts to notifications.
    pub(crate) alertmanager: watchfire_service::alertmanager::Alertmanager,
    pub(crate) notifying: crate::notifying::Notifying,
    pub(crate) collectors: Collectors,
    pub(crate) hub: Hub,
    pub(crate) desk: crate::render::Desk,
    pub(crate) looks: crate::share::Looks,
    pub(crate) intake: crate::api::Intake,
    pub(crate) otlp: Arc<crate::api::otlp::Otlp>,
    /// Where there is something to scrape.
    pub(crate) scraper: Option<Arc<watchfire_scrape::Scraper>>,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) site: Arc<Site>,
    pub(crate) config: Arc<Config>,
    /// Where else samples are taken; there once the ports are open.
    pub(crate) doors: Arc<OnceLock<watchfire_app::Doors>>,
    /// Made-up data, where it was asked for.
    pub(crate) demo: Arc<crate::demo::DemoFeed>,
    pub(crate) started: std::time::Instant,
    pub(crate) stop: tokio_util::sync::CancellationToken,
}

/// All routes.
pub(crate) fn router(app: App) -> Router {
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, app.config.http.request_timeout);
    let answers = Router::new()
        .route("/health", get(probes::health))
        .route("/ready", get(probes::ready))
        .route("/status", get(probes::status))
        .route("/metrics", get(probes::metrics))
        .route("/assets/{name}", get(assets::asset))
        .route("/push-worker.js", get(push_worker::script))
        .route("/runbooks", get(runbooks::list))
        .route("/runbooks/{name}", get(runbooks::one))
        .merge(crate::api::dashboards::routes())
        .merge(crate::api::rules::routes())
        .merge(crate::api::alertmanager::routes())
        .merge(crate::api::notifying::routes())
        .merge(crate::act::routes())
        .merge(crate::api::maintenance::routes())
        .merge(crate::api::incidents::routes())
        .merge(crate::share::routes())
        .merge(crate::render::routes())
        .route("/", get(page::page))
        .route("/{*path}", get(page::page))
        .layer(timeout)
        .layer(CompressionLayer::new());
    Router::new()
        .merge(crate::share::live_routes())
        .route("/api/v1/live", get(live))
        .route("/api/v1/write", post(crate::api::remote_write::write))
        .route("/api/v1/ingest/status", get(crate::api::received::status))
        .route("/api/v1/push", post(crate::api::push::push))
        .route("/api/v1/import/prometheus", post(crate::api::import::prometheus))
        .merge(crate::api::otlp::routes())
        .merge(crate::api::prometheus::routes(&app))
        .merge(answers)
        .layer(from_fn_with_state(app.clone(), guard::known_hosts))
        // Around the guard, so that its refusals bear them, too.
        .layer(from_fn(guard::security_headers))
        .layer(from_fn_with_state(app.clone(), crate::telemetry::measure))
        .with_state(app)
}

/// What the ports of OTLP have: its routes alone.
pub(crate) fn otlp_router(app: App) -> Router {
    crate::api::otlp::routes()
        .layer(from_fn_with_state(app.clone(), guard::programs))
        .layer(from_fn(guard::security_headers))
        .layer(from_fn_with_state(app.clone(), crate::telemetry::measure))
        .with_state(app)
}

async fn live(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    crate::live::upgrade(app.hub, Scope::All, peer.ip(), upgrade)
}
