//! OTLP metrics (<https://opentelemetry.io/docs/specs/otlp/>): over HTTP ([`http`]) and gRPC ([`grpc`]), at this server's own
//! address and at the ports that exporters try first. Traces and logs are not taken yet.

pub(crate) mod grpc;
pub(crate) mod http;
mod message;
mod shared_deltas;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use watchfire_ingest::otlp::{Deltas, Encoding, Error, Options, decode};

use self::shared_deltas::SharedDeltas;
use super::intake::{Intake, Rejection};
use super::received::Way;
use super::taking::{Taken, first_refused, store, work};
use crate::clock;
use crate::config::IngestConfig;
use crate::http::App;

/// What OTLP remembers from request to request.
pub(crate) struct Otlp {
    options: Options,
    deltas: SharedDeltas,
}

impl Otlp {
    pub(crate) fn new(config: &IngestConfig) -> Self {
        let options = Options { promote: config.otlp_promote.clone(), ..Options::default() };
        let forgotten = i64::try_from(config.otlp_delta_idle.as_millis()).unwrap_or(i64::MAX);
        let deltas = Deltas::new(config.otlp_max_deltas, forgotten).since(clock::now());
        Self { options, deltas: SharedDeltas::new(deltas) }
    }
}

/// What was not taken of a request whose rest is stored: points, and what is wrong with the first.
#[derive(Debug, Default, PartialEq, Eq)]
struct Partial {
    points: u64,
    message: String,
}

/// Unpacks, decodes and stores a body.
async fn take(
    app: &App,
    way: Way,
    headers: &HeaderMap,
    encoding: Encoding,
    taken: Taken,
    unpack: impl FnOnce(&Intake) -> Result<Bytes, Rejection> + Send + 'static,
) -> Result<Partial, Rejection> {
    let intake = &app.intake;
    let otlp: Arc<Otlp> = app.otlp.clone();
    let of_work = intake.clone();
    let (decoded, _taken) = work(taken, move || {
        let body = unpack(&of_work)?;
        let now = clock::now();
        otlp.deltas.sweep(now);
        let decoded = decode(encoding, &body, &otlp.options, &mut otlp.deltas.when_needed(), now);
        decoded.map_err(|error| {
            of_work.reject(match error {
                Error::TooLarge { .. } => Rejection::too_large(error.to_string()),
                _ => Rejection::bad(error.to_string()).because("undecodable"),
            })
        })
    })
    .await?;
    intake.count("undecodable", decoded.refused.points());
    intake.count("invalid_exemplar", decoded.refused_exemplars as u64);
    let appended = store(app, way, headers, decoded.batch).await?;
    let points = decoded.refused.points() + appended.refused.total();
    let undecoded = (!decoded.refused.is_empty()).then(|| decoded.refused.to_string());
    let message = undecoded.or_else(|| first_refused(&appended)).unwrap_or_default();
    Ok(Partial { points, message })
}

/// The routes of HTTP, also below the path that Prometheus has them at, and of gRPC.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/metrics", post(http::metrics))
        .route("/api/v1/otlp/v1/metrics", post(http::metrics))
        .route("/v1/traces", post(http::not_yet))
        .route("/v1/logs", post(http::not_yet))
        .route("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", post(grpc::metrics))
        .route("/opentelemetry.proto.collector.{signal}/Export", post(grpc::not_yet))
}
