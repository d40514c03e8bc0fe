//! The HTTP API of Prometheus 3, the side that reads
//! (<https://prometheus.io/docs/prometheus/latest/querying/api/>): Grafana's data source, promtool and others ask here as
//! they would ask a Prometheus. docs/API.md lists the routes.

mod admin;
mod bound;
mod cors;
mod discovery;
mod envelope;
mod error;
mod exemplars;
mod expressions;
mod federate;
mod form;
mod json;
mod metadata;
mod names;
mod probes;
mod query;
mod remote_read;
mod result;
mod rules;
mod selector;
mod series;
mod status;
mod time;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;

use crate::http::App;

pub(crate) use cors::may_read;

/// Answers of fewer bytes fit into one packet as they are.
const WORTH_COMPRESSING: u16 = 1024;

/// All routes, with limits of time of their own: queries may take longer than other requests.
pub(crate) fn routes(app: &App) -> Router<App> {
    let most = usize::try_from(app.config.ingest.max_body_bytes).unwrap_or(usize::MAX);
    // Queries end in time by themselves, and copies take as long as they take.
    let unbounded = Router::new()
        .route("/api/v1/query", get(query::instant).post(query::instant))
        .route("/api/v1/query_range", get(query::range).post(query::range))
        .route("/api/v1/admin/tsdb/delete_series", post(admin::delete_series).put(admin::delete_series))
        .route(
            "/api/v1/admin/tsdb/clean_tombstones",
            post(admin::clean_tombstones).put(admin::clean_tombstones),
        )
        .route("/api/v1/admin/tsdb/snapshot", post(admin::snapshot).put(admin::snapshot));
    let bounded = Router::new()
        .route("/api/v1/series", get(series::series).post(series::series))
        .route("/api/v1/labels", get(series::label_names).post(series::label_names))
        .route("/api/v1/label/{name}/values", get(series::label_values))
        .route("/api/v1/metadata", get(metadata::of_metrics))
        .route("/api/v1/query_exemplars", get(exemplars::exemplars).post(exemplars::exemplars))
        .route("/api/v1/format_query", get(expressions::format).post(expressions::format))
        .route("/api/v1/parse_query", get(expressions::tree).post(expressions::tree))
        .route("/api/v1/targets", get(discovery::targets))
        .route("/api/v1/targets/metadata", get(metadata::of_targets))
        .route("/api/v1/scrape_pools", get(discovery::scrape_pools))
        .route("/api/v1/scrape_status", get(discovery::scrape_status))
        .route("/api/v1/rules", get(rules::rules))
        .route("/api/v1/alerts", get(rules::alerts))
        .route("/api/v1/alertmanagers", get(discovery::alertmanagers))
        .route("/api/v1/notifications", get(discovery::notifications))
        .route("/api/v1/status/buildinfo", get(status::build))
        .route("/api/v1/status/runtimeinfo", get(status::runtime))
        .route("/api/v1/status/flags", get(status::flags))
        .route("/api/v1/status/config", get(status::config))
        .route("/api/v1/status/tsdb", get(status::tsdb))
        .route("/api/v1/status/walreplay", get(status::wal_replay))
        .route("/api/v1/read", post(remote_read::read))
        .route("/federate", get(federate::federate))
        .route("/-/reload", post(discovery::reload).put(discovery::reload))
        .route("/-/healthy", get(probes::healthy))
        .route("/-/ready", get(probes::ready))
        .route("/api", any(bound::unknown))
        .route("/api/{*path}", any(bound::unknown))
        .layer(from_fn_with_state(app.clone(), bound::in_time));
    unbounded
        .merge(bounded)
        .layer(DefaultBodyLimit::max(most))
        .layer(from_fn_with_state(app.clone(), cors::cors))
        .layer(
            // What is compressed once and read once is not worth more.
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(SizeAbove::new(WORTH_COMPRESSING)),
        )
}
