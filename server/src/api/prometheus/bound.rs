//! What holds for all routes: none takes for ever, and what is no route says so as Prometheus' clients expect.

use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::error::{ErrorType, Failure};
use crate::http::App;

/// Gives up after `query.timeout`.
pub(super) async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let timeout = app.service.limits().timeout;
    if let Ok(response) = tokio::time::timeout(timeout, next.run(request)).await {
        return response;
    }
    let text = format!("the request took longer than {timeout:?} (query.timeout); ask for less");
    Failure::new(ErrorType::Timeout, text).into_response()
}

/// A path that nothing answers.
pub(super) async fn unknown(uri: Uri) -> Failure {
    Failure::new(ErrorType::NotFound, format!("there is no {} here; docs/API.md lists the paths", uri.path()))
}
