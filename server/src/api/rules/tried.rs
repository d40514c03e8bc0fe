//! What a rule that is typed just now does, and would have done.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_model::{Labels, TimeRange, parse_duration};
use watchfire_service::alerting::{Backtest, Form, Values};

use super::failure::shown;
use super::values;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::clock::now;
use crate::http::App;

/// The longest range of a backtest: 31 days, in milliseconds.
pub(super) const LONGEST: i64 = 31 * 86_400_000;

/// A rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    rule: Form,
}

/// A rule and over which ranges it is tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tried {
    rule: Form,
    /// Under which it is kept, where it is.
    uid: Option<String>,
    #[serde(default = "ranges")]
    ranges: Vec<String>,
}

fn ranges() -> Vec<String> {
    ["1h", "24h", "7d"].map(str::to_owned).to_vec()
}

/// What it means, what is wrong with it, and which alerts there would be now.
pub(super) async fn preview(State(app): State<App>, Whole(typed): Whole<Typed>) -> Response {
    let preview = app.service.alerting().preview(&typed.rule).await;
    let alerts: Vec<Value> = preview
        .alerts
        .iter()
        .map(|seen| {
            let value =
                if seen.value.is_finite() { json!(seen.value) } else { json!(seen.value.to_string()) };
            json!({"labels": map(&seen.labels), "annotations": seen.annotations, "value": value})
        })
        .collect();
    // What is wrong is told already.
    let drawn = if preview.flaws.is_empty() && preview.failed.is_none() {
        let range = TimeRange { start: now() - values::DAY, end: now() };
        app.service.alerting().values_of(&typed.rule, range).await.ok()
    } else {
        None
    };
    data(json!({
        "values": drawn.as_ref().map(values::told),
        "expr": preview.expr,
        "flaws": shown(&preview.flaws),
        "failed": preview.failed,
        "alerts": alerts,
        "left_out": preview.left_out,
    }))
}

/// How often it would have fired.
pub(super) async fn backtest(
    State(app): State<App>,
    Whole(tried): Whole<Tried>,
) -> Result<Response, Failure> {
    let mut told = serde_json::Map::new();
    let alerting = app.service.alerting();
    let until = alerting.patience();
    for range in tried.ranges {
        let millis = parse_duration(&range).ok().filter(|millis| (1..=LONGEST).contains(millis));
        let millis = millis.ok_or_else(|| {
            Failure::bad_data(format!(
                "ranges: {range:?} is no length of time up to 31d; write 24h, for example"
            ))
        })?;
        let test = alerting.backtest(tried.uid.as_deref(), &tried.rule, millis, until).await?;
        let shown = TimeRange { start: test.start, end: test.end };
        let drawn = alerting.values_of(&tried.rule, shown).await?;
        told.insert(range, told_of(&test, &drawn));
    }
    Ok(data(told))
}

fn told_of(test: &Backtest, drawn: &Values) -> Value {
    let series: Vec<Value> = test
        .series
        .iter()
        .map(|series| json!({"labels": map(&series.labels), "fired": series.fired, "intervals": series.intervals}))
        .collect();
    json!({
        "start": test.start,
        "end": test.end,
        "step": test.step,
        "interval": test.interval,
        "fired": test.fired,
        "series": series,
        "left_out": test.left_out,
        "values": values::told(drawn),
    })
}

/// Labels as an object.
pub(in crate::api) fn map(labels: &Labels) -> Value {
    labels
        .iter()
        .map(|label| (label.name.to_owned(), Value::from(label.value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
