//! The values of a rule over time.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_model::TimeRange;
use watchfire_service::alerting::{EvaluatedQuestion, EvaluatedSeries, ValueSeries, Values};

use super::history::labels;
use super::tried::{LONGEST, map};
use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::clock::now;
use crate::http::App;

/// What is shown where no range is asked for: a day, in milliseconds.
pub(super) const DAY: i64 = 86_400_000;

/// `?uid=` or `?rule=`, `&from=&to=`.
pub(super) async fn values(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let range = match (asked.given("from"), asked.given("to")) {
        (None, None) => TimeRange { start: now() - DAY, end: now() },
        _ => asked.range()?,
    };
    if range.end.saturating_sub(range.start) > LONGEST {
        return Err(Failure::bad_data("from, to: write a range of up to 31d"));
    }
    let alerting = app.service.alerting();
    let values = match (asked.given("uid"), asked.given("rule")) {
        (Some(uid), None) => alerting.values_of_form(uid, range).await?,
        (None, Some(rule)) => alerting.values_of_rule(rule, range).await?,
        _ => return Err(Failure::bad_data("uid, rule: name one of them")),
    };
    Ok(data(told(&values)))
}

/// `?uid=`, `?rule=` or `?labels=`, `&from=&to=&step=&limit=`: what evaluations saw.
pub(super) async fn evaluated(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let range = match (asked.given("from"), asked.given("to")) {
        (None, None) => {
            let end = now();
            TimeRange { start: end - DAY, end }
        }
        _ => asked.range()?,
    };
    let question = EvaluatedQuestion {
        rule: asked.given("rule").map(str::to_owned),
        uid: asked.given("uid").map(str::to_owned),
        labels: labels(&asked)?,
        range,
        step: asked.number("step")?,
        limit: asked.number("limit")?,
    };
    let found = app.service.alerting().evaluated(question).await?;
    let series: Vec<Value> = found.series.iter().map(seen).collect();
    Ok(data(json!({"series": series, "left_out": found.left_out})))
}

fn seen(series: &EvaluatedSeries) -> Value {
    let points: Vec<Value> = series.points.iter().map(|(at, value)| json!([at, number(*value)])).collect();
    json!({"labels": map(&series.labels), "points": points})
}

/// As JSON; a value that is no finite number is a text.
pub(super) fn told(values: &Values) -> Value {
    json!({
        "expr": values.expr,
        "low": values.low.map(number),
        "high": values.high.map(number),
        "start": values.start,
        "end": values.end,
        "step": values.step,
        "series": values.series.iter().map(series).collect::<Vec<_>>(),
        "left_out": values.left_out,
    })
}

fn series(series: &ValueSeries) -> Value {
    let points: Vec<Value> = series.points.iter().map(|(at, value)| json!([at, number(*value)])).collect();
    // A side that counts for nothing is none.
    let side = |value: f64| value.is_finite().then_some(value);
    let usual: Vec<Value> =
        series.usual.iter().map(|(at, band)| json!([at, side(band.low), side(band.high)])).collect();
    json!({"labels": map(&series.labels), "points": points, "usual": usual})
}

fn number(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { json!(value.to_string()) }
}
