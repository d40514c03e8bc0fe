//! Errors of notifications in the form that all have.

use axum::http::StatusCode;
use serde_json::{Value, json};
use watchfire_alerting::incident::IncidentError;
use watchfire_alerting::silence::SilenceError;
use watchfire_service::alertmanager::AlertmanagerError;
use watchfire_service::heartbeats::{HeartbeatError, HeartbeatFlaw};
use watchfire_storage::ControlError;

use crate::api::dashboards::failure::{Failure, of_storage};

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        let (status, kind) = match &error {
            ControlError::Conflict { .. } => (StatusCode::CONFLICT, "conflict"),
            ControlError::Storage(error) => of_storage(error),
        };
        Self::with(status, kind, error.to_string(), Value::Null)
    }
}

impl From<AlertmanagerError> for Failure {
    fn from(error: AlertmanagerError) -> Self {
        use AlertmanagerError::{BadInput, Incident, NoAlert, NoWindow, Silence, Store, TooManyWindows};
        let text = error.to_string();
        match error {
            NoAlert(_)
            | NoWindow(_)
            | Incident(IncidentError::NotFound(_))
            | Silence(SilenceError::NotFound { .. }) => not_found(text),
            Silence(_) | BadInput(_) => Self::bad_data(text),
            TooManyWindows { .. } | Incident(IncidentError::Limit { .. }) => Self::refused(text),
            Incident(IncidentError::Empty) => {
                Self::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, Value::Null)
            }
            Incident(IncidentError::Invalid { field, .. }) => {
                Self::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, json!({"field": field}))
            }
            Store(error) => error.into(),
        }
    }
}

impl From<HeartbeatError> for Failure {
    fn from(error: HeartbeatError) -> Self {
        let text = error.to_string();
        match error {
            HeartbeatError::NotFound(_) | HeartbeatError::UnknownToken => not_found(text),
            HeartbeatError::Exists(_) => Self::with(StatusCode::CONFLICT, "conflict", text, Value::Null),
            HeartbeatError::Limit { .. } => Self::refused(text),
            HeartbeatError::Invalid(flaws) => {
                let told = |(field, message): &HeartbeatFlaw| json!({"field": field, "message": message});
                let field = flaws.first().map(|(field, _)| *field);
                let more = json!({"field": field, "flaws": flaws.iter().map(told).collect::<Vec<_>>()});
                Self::with(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text, more)
            }
            HeartbeatError::Store(error) => error.into(),
        }
    }
}

/// There is no such thing.
pub(super) fn not_found(text: String) -> Failure {
    Failure::with(StatusCode::NOT_FOUND, "not_found", text, Value::Null)
}
