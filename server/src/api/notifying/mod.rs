//! Who hears of what, and how what is sent gets there: deliveries, the routing tree, trials of receivers. docs/API.md lists the
//! routes.

mod alerts;
mod deliveries;
mod failure;
mod heartbeats;
mod notify_config;
mod receivers;
mod routing;
mod schedules;
mod webpush;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::http::App;

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/watchfire/deliveries", get(deliveries::list))
        .route("/api/v1/watchfire/deliveries/{id}", get(deliveries::one).delete(deliveries::discard))
        .route("/api/v1/watchfire/deliveries/{id}/resend", post(deliveries::resend))
        .route("/api/v1/watchfire/deliveries/{id}/try", post(deliveries::hasten))
        .route("/api/v1/watchfire/deliveries/{id}/drop", post(deliveries::drop_waiting))
        .route("/api/v1/watchfire/alerts", get(alerts::list))
        .route("/api/v1/watchfire/alerts/firing", get(alerts::firing))
        .route(
            "/api/v1/watchfire/alerts/{fingerprint}/acknowledge",
            post(alerts::acknowledge).delete(alerts::take_back),
        )
        .route("/api/v1/watchfire/alerts/{fingerprint}/resolve", post(alerts::resolve).delete(alerts::reopen))
        .route("/api/v1/watchfire/alerts/{fingerprint}/snooze", post(alerts::snooze))
        .route("/api/v1/watchfire/heartbeats", get(heartbeats::list).post(heartbeats::create))
        .route(
            "/api/v1/watchfire/heartbeats/{uid}",
            get(heartbeats::one).put(heartbeats::save).delete(heartbeats::delete),
        )
        .route("/heartbeat/{token}", get(heartbeats::well).post(heartbeats::well))
        .route("/heartbeat/{token}/fail", get(heartbeats::failed).post(heartbeats::failed))
        .route("/api/v1/watchfire/routing", get(routing::tree))
        .route("/api/v1/watchfire/routing/explain", post(routing::explain))
        .route("/api/v1/watchfire/routing/test", post(receivers::test_route))
        .route("/api/v1/watchfire/notify-config", get(notify_config::get).put(notify_config::save))
        .route("/api/v1/watchfire/notify-config/check", post(notify_config::check))
        .route("/api/v1/watchfire/notify-config/diff", get(notify_config::diff))
        .route("/api/v1/watchfire/notify-config/export", get(notify_config::export))
        .route("/api/v1/watchfire/notify-config/restore", post(notify_config::restore))
        .route("/api/v1/watchfire/notify-config/versions", get(notify_config::versions))
        .route("/api/v1/watchfire/notify-config/versions/{version}", get(notify_config::version))
        .route("/api/v1/watchfire/schedules", get(schedules::list))
        .route("/api/v1/watchfire/schedules/{name}", get(schedules::one))
        .route("/api/v1/watchfire/schedules/{name}/calendar", get(schedules::calendar))
        .route("/api/v1/watchfire/receivers/{name}/test", post(receivers::test))
        .route("/api/v1/watchfire/receivers/{name}/preview", post(receivers::preview))
        .route("/api/v1/watchfire/webpush/keys", post(webpush::keys))
        // Bodies are bounded where they are read, by a setting.
        .layer(DefaultBodyLimit::disable())
}
