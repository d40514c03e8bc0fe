//! `/api/v1/push`: samples as JSON.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use watchfire_ingest::push::decode;

use super::intake::Rejection;
use super::received::Way;
use super::taking::{answer, first_problem, read, store, unpack, work};
use crate::http::App;

/// Takes a request in.
pub(crate) async fn push(State(app): State<App>, request: Request) -> Response {
    take(&app, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn take(app: &App, request: Request) -> Result<Response, Rejection> {
    let intake = &app.intake;
    let (parts, body) = request.into_parts();
    let (body, taken) = read(body, intake).await?;
    let (of_work, headers) = (intake.clone(), parts.headers.clone());
    let (pushed, _taken) = work(taken, move || {
        let body = unpack(&headers, body, &of_work)?;
        let bad = |error| of_work.reject(Rejection::bad(error).because("undecodable"));
        decode(&body, crate::clock::now(), of_work.max_unfolded()).map_err(bad)
    })
    .await?;
    intake.count("undecodable", pushed.refused as u64);
    let appended = store(app, Way::Push, &parts.headers, pushed.batch).await?;
    let unread = pushed.first_refused.map(|first| (first, pushed.refused, "metrics"));
    Ok(answer(first_problem(unread, &appended)))
}
