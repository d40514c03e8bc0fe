//! Errors: a JSON text, as Alertmanager has them.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use watchfire_alerting::silence::SilenceError;
use watchfire_service::alertmanager::AlertmanagerError;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure(StatusCode, String);

impl Failure {
    pub(super) fn bad_data(text: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, text.into())
    }

    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, text.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.0, Json(self.1)).into_response()
    }
}

impl From<AlertmanagerError> for Failure {
    fn from(error: AlertmanagerError) -> Self {
        let status = match &error {
            AlertmanagerError::Silence(SilenceError::NotFound { .. })
            | AlertmanagerError::NoAlert(_)
            | AlertmanagerError::NoWindow(_) => StatusCode::NOT_FOUND,
            // Alertmanager's API asks for no incidents and no windows.
            AlertmanagerError::TooManyWindows { .. } | AlertmanagerError::Incident(_) => StatusCode::CONFLICT,
            AlertmanagerError::Silence(_) | AlertmanagerError::BadInput(_) => StatusCode::BAD_REQUEST,
            AlertmanagerError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self(rejection.status(), rejection.body_text())
    }
}
