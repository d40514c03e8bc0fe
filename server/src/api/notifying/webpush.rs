//! `/api/v1/watchfire/webpush/keys`: the keys by which push services know this server.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_alerting::channel::VapidKeys;

use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;

/// Makes a pair. Nothing is kept: it counts once a receiver has it.
pub(super) async fn keys() -> Result<Response, Failure> {
    let keys = VapidKeys::generate().ok_or_else(|| {
        let text = "no keys could be made: the system gives no random numbers".to_owned();
        Failure::with(StatusCode::INTERNAL_SERVER_ERROR, "internal", text, Value::Null)
    })?;
    let mut response = data(json!({"public_key": keys.public, "private_key": keys.private.expose()}));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
