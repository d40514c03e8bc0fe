//! What stands around every answer: `{"status":"success","data":...}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::json::write_string;

/// What is said beside an answer, in Prometheus' words.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    pub(super) warnings: Vec<String>,
    pub(super) infos: Vec<String>,
}

impl Remarks {
    /// There was more than the request wanted.
    pub(super) fn truncated(is_truncated: bool) -> Self {
        let mut remarks = Self::default();
        if is_truncated {
            remarks.note_truncated();
        }
        remarks
    }

    pub(super) fn note_truncated(&mut self) {
        self.warnings.push("results truncated due to limit".to_owned());
    }
}

/// The whole text of an answer whose data `write` appends.
pub(super) fn success(write: impl FnOnce(&mut Vec<u8>), remarks: &Remarks) -> Vec<u8> {
    let mut body = br#"{"status":"success","data":"#.to_vec();
    write(&mut body);
    for (key, list) in [("warnings", &remarks.warnings), ("infos", &remarks.infos)] {
        if !list.is_empty() {
            body.extend_from_slice(b",\"");
            body.extend_from_slice(key.as_bytes());
            body.extend_from_slice(b"\":");
            write_strings(&mut body, list);
        }
    }
    body.push(b'}');
    body
}

/// An answer with data that serde knows how to write: for short ones.
pub(super) fn data(data: &impl Serialize) -> Response {
    with_remarks(data, &Remarks::default())
}

/// The same with remarks.
pub(super) fn with_remarks(data: &impl Serialize, remarks: &Remarks) -> Response {
    match serde_json::to_vec(data) {
        Ok(bytes) => respond(success(|body| body.extend_from_slice(&bytes), remarks)),
        Err(error) => {
            super::error::Failure::new(super::error::ErrorType::Internal, error.to_string()).into_response()
        }
    }
}

/// Puts the text of an answer into one.
pub(super) fn respond(body: Vec<u8>) -> Response {
    json(StatusCode::OK, body)
}

/// An answer without data.
pub(super) fn error(status: StatusCode, kind: &str, text: &str) -> Response {
    let mut body = br#"{"status":"error","errorType":"#.to_vec();
    write_string(&mut body, kind);
    body.extend_from_slice(br#","error":"#);
    write_string(&mut body, text);
    body.push(b'}');
    json(status, body)
}

/// Appends a list of texts.
pub(super) fn write_strings(body: &mut Vec<u8>, texts: &[String]) {
    body.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            body.push(b',');
        }
        write_string(body, text);
    }
    body.push(b']');
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}
