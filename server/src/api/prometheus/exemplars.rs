//! `/api/v1/query_exemplars`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use watchfire_model::{Exemplar, Labels};
use watchfire_promql::{Params, Query, parse, write_value};

use super::envelope::{Remarks, respond, success};
use super::error::Failure;
use super::form::Parameters;
use super::json::{write_labels, write_timestamp};
use crate::http::App;

/// The exemplars of all series that the selectors of a query pick.
pub(super) async fn exemplars(State(app): State<App>, parameters: Parameters) -> Result<Response, Failure> {
    let range = parameters.range()?;
    if range.end < range.start {
        return Err(Failure::bad_data("end timestamp must not be before start timestamp"));
    }
    let expr = parse(parameters.text("query")).map_err(|error| Failure::bad_data(error.to_string()))?;
    let limits = app.service.limits();
    // Only the matchers are of interest, so any time will do.
    let params = Params {
        start: 0,
        end: 0,
        step: 0,
        lookback: limits.lookback,
        default_subquery_step: 1000,
        experimental: limits.experimental,
    };
    let plan = Query::new(expr, params)?;
    if plan.selections().is_empty() {
        // As Prometheus, which has no data to put into an answer.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut by_series: BTreeMap<Labels, Vec<Exemplar>> = BTreeMap::new();
    let mut asked = Vec::new();
    for selection in plan.selections() {
        if asked.contains(&&selection.matchers) {
            continue;
        }
        asked.push(&selection.matchers);
        for (series, exemplar) in app.service.exemplars(&selection.matchers, range).await? {
            let of_series = by_series.entry(series).or_default();
            // Two selectors may pick the same series.
            if !of_series.contains(&exemplar) {
                of_series.push(exemplar);
            }
        }
    }
    Ok(respond(success(|body| write(body, &mut by_series), &Remarks::default())))
}

fn write(body: &mut Vec<u8>, by_series: &mut BTreeMap<Labels, Vec<Exemplar>>) {
    body.push(b'[');
    for (index, (series, exemplars)) in by_series.iter_mut().enumerate() {
        exemplars.sort_by_key(|exemplar| exemplar.timestamp);
        body.extend_from_slice(if index > 0 { b",{\"seriesLabels\":" } else { b"{\"seriesLabels\":" });
        write_labels(body, series);
        body.extend_from_slice(b",\"exemplars\":[");
        for (index, exemplar) in exemplars.iter().enumerate() {
            body.extend_from_slice(if index > 0 { b",{\"labels\":" } else { b"{\"labels\":" });
            write_labels(body, &exemplar.labels);
            body.extend_from_slice(b",\"value\":\"");
            write_value(body, exemplar.value);
            body.extend_from_slice(b"\",\"timestamp\":");
            write_timestamp(body, exemplar.timestamp);
            body.push(b'}');
        }
        body.extend_from_slice(b"]}");
    }
    body.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exemplars_as_in_prometheus() {
        let exemplar = |timestamp, value| Exemplar {
            labels: Labels::new([("trace_id", "EpTxMJ40fUus7aGY")]).unwrap(),
            timestamp,
            value,
        };
        let series = Labels::of("latency_bucket", [("le", "0.1")]).unwrap();
        let mut by_series = BTreeMap::from([(
            series,
            vec![exemplar(1_600_096_955_479, 6.5), exemplar(1_600_096_945_000, 6.0)],
        )]);
        let mut body = Vec::new();
        write(&mut body, &mut by_series);
        insta::assert_snapshot!(String::from_utf8(body).unwrap(), @r#"[{"seriesLabels":{"__name__":"latency_bucket","le":"0.1"},"exemplars":[{"labels":{"trace_id":"EpTxMJ40fUus7aGY"},"value":"6","timestamp":1600096945},{"labels":{"trace_id":"EpTxMJ40fUus7aGY"},"value":"6.5","timestamp":1600096955.479}]}]"#);
    }
}
