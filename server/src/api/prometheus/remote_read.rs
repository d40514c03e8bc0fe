//! `/api/v1/read`: Prometheus remote read, with plain samples as the answer.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use watchfire_ingest::remote_read::{ReadRequest, decode_request, encode_response};
use watchfire_model::TimeRange;

use super::error::{ErrorType, Failure};
use crate::http::App;

/// Answers in Prometheus' protocol, and with plain sentences where it can't.
pub(super) async fn read(State(app): State<App>, body: Result<Bytes, BytesRejection>) -> Response {
    match answer(&app, body).await {
        Ok(body) => {
            let headers =
                [(header::CONTENT_TYPE, "application/x-protobuf"), (header::CONTENT_ENCODING, "snappy")];
            (headers, body).into_response()
        }
        Err(failure) => failure.into_text(),
    }
}

async fn answer(app: &App, body: Result<Bytes, BytesRejection>) -> Result<Vec<u8>, Failure> {
    let body = body.map_err(|error| Failure::bad_data(error.body_text()))?;
    let most = usize::try_from(app.config.ingest.max_body_bytes).unwrap_or(usize::MAX);
    let ReadRequest { queries, accepts_samples } =
        decode_request(&body, most).map_err(|error| Failure::bad_data(error.to_string()))?;
    if !accepts_samples {
        let text = "the request does not accept SAMPLES, the only type of response that this server has; \
                    add it to accepted_response_types";
        return Err(Failure::bad_data(text));
    }
    let mut selected = Vec::with_capacity(queries.len());
    for query in &queries {
        let range = TimeRange { start: query.start, end: query.end };
        let found = if range.start <= range.end {
            app.service.select(&query.matchers, range).await?
        } else {
            Vec::new()
        };
        selected.push((range, found));
    }
    let work = move || {
        let results: Vec<_> = selected
            .into_iter()
            .map(|(range, mut found)| {
                // Clients merge what several servers say, which takes an order.
                found.sort_unstable_by(|one, other| one.labels().cmp(other.labels()));
                let series = found.iter().map(|series| series.to_series(range));
                series.filter(|series| !series.values.is_empty()).collect()
            })
            .collect();
        encode_response(&results)
    };
    let encoded = tokio::task::spawn_blocking(work).await;
    let encoded = encoded.map_err(|error| Failure::new(ErrorType::Internal, error.to_string()))?;
    encoded.map_err(|error| Failure::new(ErrorType::Execution, error.to_string()))
}
