//! OTLP/HTTP: `/v1/metrics`, protobuf or JSON.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use watchfire_ingest::otlp::Encoding;

use super::{Partial, message, take};
use crate::api::intake::{Intake, Rejection};
use crate::api::received::Way;
use crate::api::taking::{read, unpack};
use crate::http::App;

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Takes metrics in.
pub(crate) async fn metrics(State(app): State<App>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let encoding = match encoding(&parts.headers) {
        Ok(encoding) => encoding,
        Err(text) => return refusal(app.intake.reject(Rejection::unsupported(text)), Encoding::Json),
    };
    let taken = async {
        let (body, taken) = read(body, &app.intake).await?;
        let headers = parts.headers.clone();
        let unpack = move |intake: &Intake| unpack(&headers, body, intake).map(Bytes::from);
        take(&app, Way::OtlpHttp, &parts.headers, encoding, taken, unpack).await
    };
    match taken.await {
        Ok(partial) => success(&partial, encoding),
        Err(rejection) => refusal(rejection, encoding),
    }
}

/// Answers for signals that are not taken yet.
pub(crate) async fn not_yet(headers: HeaderMap) -> Response {
    let text = "traces and logs are not taken yet; send metrics to /v1/metrics".to_owned();
    let encoding = encoding(&headers).unwrap_or(Encoding::Json);
    with_body(
        StatusCode::NOT_IMPLEMENTED,
        encoding,
        &message::status(12, &text),
        || json!({"code": 12, "message": text}),
    )
}

fn encoding(headers: &HeaderMap) -> Result<Encoding, String> {
    let kind =
        headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or_default()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-protobuf" | "application/protobuf" => Ok(Encoding::Protobuf),
        "application/json" => Ok(Encoding::Json),
        _ => {
            Err(format!("Content-Type {kind:?} is not OTLP; send application/x-protobuf or application/json"))
        }
    }
}

fn success(partial: &Partial, encoding: Encoding) -> Response {
    with_body(StatusCode::OK, encoding, &message::response(partial), || {
        if partial.message.is_empty() {
            return json!({});
        }
        // 64-bit integers are texts in this mapping.
        let points = partial.points.to_string();
        json!({"partialSuccess": {"rejectedDataPoints": points, "errorMessage": partial.message}})
    })
}

/// The status and `Retry-After` of a rejection, its text as a `google.rpc.Status`.
fn refusal(rejection: Rejection, encoding: Encoding) -> Response {
    let (code, text) = (rejection.grpc_code(), rejection.text().to_owned());
    let plain = rejection.into_response();
    let status = plain.status();
    let mut response =
        with_body(status, encoding, &message::status(code, &text), || json!({"code": code, "message": text}));
    if let Some(after) = plain.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    response
}

fn with_body(
    status: StatusCode,
    encoding: Encoding,
    protobuf: &[u8],
    json: impl FnOnce() -> serde_json::Value,
) -> Response {
    match encoding {
        Encoding::Protobuf => (status, [(header::CONTENT_TYPE, PROTOBUF)], protobuf.to_vec()).into_response(),
        Encoding::Json => (status, [(header::CONTENT_TYPE, JSON)], json().to_string()).into_response(),
    }
}
