//! Answers: `{"status":"success","data":...}`, as all of `/api/v1` has them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use watchfire_dashboard::Note;
use watchfire_service::dashboards::Saved;

/// An answer with data.
pub(in crate::api) fn data(data: impl Serialize) -> Response {
    with_status(StatusCode::OK, data)
}

/// What was made.
pub(in crate::api) fn created(data: impl Serialize) -> Response {
    with_status(StatusCode::CREATED, data)
}

fn with_status(status: StatusCode, data: impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Success<T> {
        status: &'static str,
        data: T,
    }
    (status, Json(Success { status: "success", data })).into_response()
}

/// A version that was stored.
pub(in crate::api) fn saved(saved: &Saved) -> Value {
    json!({"uid": saved.uid, "version": saved.version, "notes": notes(&saved.notes)})
}

pub(in crate::api) fn notes(notes: &[Note]) -> Value {
    notes.iter().map(|note| json!({"place": note.place, "message": note.message})).collect()
}
