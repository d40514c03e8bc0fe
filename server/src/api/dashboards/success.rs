//! Answers: `{"status":"success","data":...}`, as all of `/api/v1` has them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use watchfire_dashboard::Note;
use watchfire_service::dashboards::Saved;

/// An answer with data.
pub(super) fn data(data: impl Serialize) -> Response {
    with_status(StatusCode::OK, data)
}

/// What was made.
pub(super) fn created(data: impl Serialize) -> Response {
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
pub(super) fn saved(saved: &Saved) -> Value {
    json!({"uid": saved.uid, "version": saved.version, "notes": notes(&saved.notes)})
}

pub(super) fn notes(notes: &[Note]) -> Value {
    notes.iter().map(|note| json!({"place": note.place, "message": note.message})).collect()
}
