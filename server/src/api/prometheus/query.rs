//! `/api/v1/query` and `/api/v1/query_range`.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use watchfire_promql::Answer;
use watchfire_service::{Evaluated, PromQuery};

use super::envelope::{Remarks, respond, success};
use super::error::{ErrorType, Failure};
use super::form::Parameters;
use super::result::{samples, truncate, write_result};
use super::time::{parse_length, parse_span, parse_time};
use crate::clock::now;
use crate::http::App;

/// Evaluations reckon with times, so those far beyond all calendars are drawn in: 2^53 milliseconds, 285,000 years.
const FARTHEST: i64 = 1 << 53;

/// An answer of so many samples is written away from the async threads.
const LARGE: usize = 2000;

/// One evaluation, at one time.
pub(super) async fn instant(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let limit = parameters.limit()?;
    let time = parameters.time("time")?.unwrap_or_else(now).clamp(-FARTHEST, FARTHEST);
    let query = query(&parameters, (time, time, 0))?;
    answer(&app, query, &parameters, limit).await
}

/// An evaluation at each step.
pub(super) async fn range(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let limit = parameters.limit()?;
    let time = |name: &str| {
        let time = parse_time(parameters.text(name)).map_err(|error| Failure::parameter(name, error))?;
        Ok::<i64, Failure>(time.clamp(-FARTHEST, FARTHEST))
    };
    let (start, end) = (time("start")?, time("end")?);
    if end < start {
        return Err(Failure::parameter("end", "end timestamp must not be before start time"));
    }
    let step = parse_span(parameters.text("step")).map_err(|error| Failure::parameter("step", error))?;
    if step < 1.0 {
        let text = "zero or negative query resolution step widths are not accepted. Try a positive integer";
        return Err(Failure::parameter("step", text));
    }
    let query = query(&parameters, (start, end, (step as i64).min(FARTHEST)))?;
    answer(&app, query, &parameters, limit).await
}

fn query(parameters: &Parameters, (start, end, step): (i64, i64, i64)) -> Result<PromQuery, Failure> {
    let timeout = parameters
        .given("timeout")
        .map(|text| parse_length(text).map_err(|error| Failure::parameter("timeout", error)))
        .transpose()?;
    let lookback = parameters
        .given("lookback_delta")
        .map(parse_span)
        .transpose()
        .map_err(|error| Failure::bad_data(format!("error parsing lookback delta duration: {error}")))?
        .filter(|millis| *millis >= 1.0)
        .map(|millis| (millis as i64).min(FARTHEST));
    Ok(PromQuery { text: parameters.text("query").to_owned(), start, end, step, lookback, timeout })
}

async fn answer(
    app: &App,
    query: PromQuery,
    parameters: &Parameters,
    limit: Option<usize>,
) -> Result<Response, Failure> {
    let time = query.end;
    let Evaluated { answer, took, .. } = app.service.evaluate(query).await.map_err(Failure::of_query)?;
    let Answer { mut value, warnings, infos, samples: read } = answer;
    let mut remarks = Remarks { warnings, infos };
    if truncate(&mut value, limit) {
        remarks.note_truncated();
    }
    let stats = parameters.given("stats").map(|_| Stats::of(took, read));
    let is_large = samples(&value) > LARGE;
    let write = move || {
        success(
            |body| {
                body.push(b'{');
                write_result(body, &value, time);
                if let Some(stats) = stats.and_then(|stats| serde_json::to_vec(&stats).ok()) {
                    body.extend_from_slice(b",\"stats\":");
                    body.extend_from_slice(&stats);
                }
                body.push(b'}');
            },
            &remarks,
        )
    };
    if !is_large {
        return Ok(respond(write()));
    }
    let body = tokio::task::spawn_blocking(write).await;
    body.map(respond).map_err(|error| Failure::new(ErrorType::Internal, error.to_string()))
}

/// What a query cost, as far as it is known.
#[derive(Serialize)]
struct Stats {
    timings: Timings,
    samples: Samples,
}

/// In seconds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Timings {
    eval_total_time: f64,
    exec_total_time: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Samples {
    total_queryable_samples: u64,
}

impl Stats {
    fn of(took: Duration, read: u64) -> Self {
        let seconds = took.as_secs_f64();
        Self {
            timings: Timings { eval_total_time: seconds, exec_total_time: seconds },
            samples: Samples { total_queryable_samples: read },
        }
    }
}
