//! Errors: `{"status":"error","errorType":...,"error":...}` as all of `/api/v1` has them, and beside that what programs need to
//! go on: the line and the field, or the version that is there.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use watchfire_service::ServiceError;
use watchfire_service::dashboards::{DashboardError, OpenError};
use watchfire_storage::StorageError;

use crate::demo::SendError;

/// Why there is no answer.
#[derive(Debug)]
pub(in crate::api) struct Failure {
    status: StatusCode,
    kind: &'static str,
    text: String,
    more: Value,
}

impl Failure {
    /// One with fields of its own.
    pub(in crate::api) fn with(status: StatusCode, kind: &'static str, text: String, more: Value) -> Self {
        Self { status, kind, text, more }
    }

    fn new(status: StatusCode, kind: &'static str, text: String) -> Self {
        Self { status, kind, text, more: Value::Null }
    }

    /// The request says something that makes no sense.
    pub(in crate::api) fn bad_data(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_data", text.into())
    }

    /// The same of a body, by line and field.
    pub(in crate::api) fn in_body(line: Option<usize>, field: &str, text: String) -> Self {
        Self { more: json!({"line": line, "field": field}), ..Self::bad_data(text) }
    }

    /// It does not fit what is there.
    pub(in crate::api) fn refused(text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "refused", text.into())
    }

    /// The body is longer than is taken.
    pub(in crate::api) fn too_large(most: usize, setting: &str) -> Self {
        let text = format!("the body has more than {most} bytes ({setting})");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut body = json!({"status": "error", "errorType": self.kind, "error": self.text});
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), self.more) {
            body.extend(more);
        }
        (self.status, Json(body)).into_response()
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Dashboard(error) => error.into(),
            OpenError::Unknown => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            OpenError::Paused | OpenError::Expired | OpenError::DashboardGone => {
                Self::new(StatusCode::GONE, "gone", error.to_string())
            }
        }
    }
}

impl From<DashboardError> for Failure {
    fn from(error: DashboardError) -> Self {
        let text = error.to_string();
        let (status, kind) = match &error {
            DashboardError::Changed(_) | DashboardError::Conflict { .. } | DashboardError::Exists { .. } => {
                (StatusCode::CONFLICT, "conflict")
            }
            DashboardError::Refused(_) => (StatusCode::CONFLICT, "refused"),
            DashboardError::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found"),
            DashboardError::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            DashboardError::BadInput(_) => (StatusCode::BAD_REQUEST, "bad_data"),
            DashboardError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            DashboardError::Absent => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            DashboardError::File { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            DashboardError::Storage(error) | DashboardError::Service(ServiceError::Storage(error)) => {
                of_storage(error)
            }
            DashboardError::Service(error) => of_service(error),
        };
        let more = match error {
            DashboardError::Changed(found) => {
                json!({"version": found.version, "dashboard": found.dashboard, "meta": found.meta})
            }
            DashboardError::Conflict { current, .. } => json!({"version": current}),
            DashboardError::Invalid(error) => json!({"line": error.line, "field": error.place}),
            _ => Value::Null,
        };
        Self { more, ..Self::new(status, kind, text) }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string())
    }
}

pub(in crate::api) fn of_storage(error: &StorageError) -> (StatusCode, &'static str) {
    match error {
        StorageError::Regex { .. } => (StatusCode::BAD_REQUEST, "bad_data"),
        StorageError::TooMuch { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "execution"),
        error if error.is_retryable() => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

pub(in crate::api) fn of_service(error: &ServiceError) -> (StatusCode, &'static str) {
    match error {
        ServiceError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        error if error.is_retryable() => (StatusCode::SERVICE_UNAVAILABLE, "timeout"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "execution"),
    }
}
