//! Evaluates a query over a store, from its text to its answer.

use watchfire_promql::{Answer, EvalError, Limits, Params, Query, parse};

use crate::store::{Store, Stored};

/// Prometheus' defaults.
const LOOKBACK: i64 = 5 * 60_000;
const SUBQUERY_STEP: i64 = 60_000;

/// The answer at the steps from `start` to `end`, or at `start` alone when `step` is 0; all in milliseconds. An error holds
/// the words of Prometheus' HTTP API.
pub(crate) fn evaluate(store: &Store, text: &str, start: i64, end: i64, step: i64) -> Result<Answer, String> {
    let words = |error: EvalError| match &error {
        EvalError::Parse { message, span } => {
            let before = &text[..span.start as usize];
            let line = before.matches('\n').count() + 1;
            let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
            format!("{line}:{column}: parse error: {message}")
        }
        other => other.to_string(),
    };
    let expr = parse(text).map_err(|error| error.to_string())?;
    let params = Params {
        start,
        end,
        step,
        lookback: LOOKBACK,
        default_subquery_step: SUBQUERY_STEP,
        experimental: true,
    };
    let query = Query::new(expr, params).map_err(words)?.with_text(text);
    let data: Vec<Vec<Stored>> = query
        .selections()
        .iter()
        .map(|selection| store.select(&selection.matchers, selection.range))
        .collect();
    let limits = Limits { max_samples: 50_000_000, max_series: 100_000 };
    query.evaluate(&data, &limits, &|| None).map_err(words)
}
