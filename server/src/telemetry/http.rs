use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::KeyValue;
use tracing::Instrument;

use crate::http::App;

/// Times each request by its route (not its path, of which there are too many), and traces it.
pub(crate) async fn measure(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    // HTTP takes any word for a method; only those of the standard get series of their own.
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    };
    let span = tracing::info_span!(
        "http request",
        otel.kind = "server",
        http.request.method = method,
        http.route = %route,
        http.response.status_code = tracing::field::Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    let attributes = [
        KeyValue::new("route", route),
        KeyValue::new("method", method),
        KeyValue::new("status", i64::from(status)),
    ];
    app.telemetry.request_duration.record(started.elapsed().as_secs_f64(), &attributes);
    response
}
