//! `/api/v1/import/prometheus`: exposition text, OpenMetrics and Prometheus' protobuf, pushed instead of scraped.

use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use watchfire_ingest::exposition::{Format, Pushed, Refused, batch};

use super::intake::Rejection;
use super::received::Way;
use super::taking::{answer, first_problem, read, store, unpack, work};
use crate::http::App;

/// Takes a request in.
pub(crate) async fn prometheus(State(app): State<App>, request: Request) -> Response {
    take(&app, request).await.unwrap_or_else(IntoResponse::into_response)
}

async fn take(app: &App, request: Request) -> Result<Response, Rejection> {
    let intake = &app.intake;
    let (parts, body) = request.into_parts();
    let kind =
        parts.headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap_or("?")).unwrap_or_default();
    // What curl says of --data-binary, unless it is told otherwise.
    let kind = if kind == "application/x-www-form-urlencoded" { "" } else { kind };
    let format = Format::from_content_type(kind);
    let format = format.map_err(|error| intake.reject(Rejection::unsupported(error.to_string())))?;
    let (body, taken) = read(body, intake).await?;
    let (of_work, headers) = (intake.clone(), parts.headers.clone());
    let (pushed, _taken) = work(taken, move || {
        let body = unpack(&headers, body, &of_work)?;
        let most = of_work.max_unfolded();
        let bad = |error: Refused| of_work.reject(Rejection::too_large(error.to_string()));
        batch(format, body, crate::clock::now(), most).map_err(bad)
    })
    .await?;
    let Pushed { batch, refused, refused_count, native_histograms, refused_exemplars } = pushed;
    intake.count("undecodable", refused_count as u64);
    intake.count("native_histogram", native_histograms as u64);
    intake.count("invalid_exemplar", refused_exemplars as u64);
    let appended = store(app, Way::Import, &parts.headers, batch).await?;
    let unread = refused.first().map(|first| (first.to_string(), refused_count, "lines"));
    Ok(answer(first_problem(unread, &appended)))
}
