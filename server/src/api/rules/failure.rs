//! Errors of rules in the form that all have.

use axum::http::StatusCode;
use serde_json::{Value, json};
use watchfire_service::ServiceError;
use watchfire_service::alerting::{AlertingError, Flaw};

use crate::api::dashboards::failure::{Failure, of_service, of_storage};

impl From<AlertingError> for Failure {
    fn from(error: AlertingError) -> Self {
        let text = error.to_string();
        let (status, kind) = match &error {
            AlertingError::Absent => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            AlertingError::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            AlertingError::Exists(_) | AlertingError::Conflict { .. } => (StatusCode::CONFLICT, "conflict"),
            AlertingError::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            AlertingError::BadInput(_) => (StatusCode::BAD_REQUEST, "bad_data"),
            AlertingError::Limit { .. } => (StatusCode::CONFLICT, "refused"),
            AlertingError::Storage(error) | AlertingError::Service(ServiceError::Storage(error)) => {
                of_storage(error)
            }
            AlertingError::Service(error) => of_service(error),
        };
        let more = match &error {
            AlertingError::Conflict { current, .. } => json!({"version": current}),
            AlertingError::Invalid(flaws) => json!({"flaws": shown(&flaws.0)}),
            _ => Value::Null,
        };
        Self::with(status, kind, text, more)
    }
}

/// What is wrong with a rule, by field; places in a query count bytes.
pub(super) fn shown(flaws: &[Flaw]) -> Value {
    let shown = flaws.iter().map(|flaw| {
        let (start, end) = flaw.span.unzip();
        json!({"field": flaw.field, "message": flaw.message, "start": start, "end": end})
    });
    shown.collect()
}
