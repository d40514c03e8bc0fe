//! Series beside what they were in an earlier range.

use watchfire_dashboard::{Field, Points, Stacking};
use watchfire_model::GridSeries;

use crate::Shown;

/// Adds to series what they were earlier: those with the same labels that the same query brought over an earlier range, at the times of
/// this one. They have the colours of today's, as dashed lines. What is stacked is compared as a whole, as the parts of the two would
/// lie across each other; shares of 100 percent have no whole that could differ.
pub(crate) fn compare(series: &mut Vec<Shown>, earlier: &[Vec<GridSeries>]) {
    let mut more: Vec<Shown> = Vec::new();
    // The place in `more` of the whole of what is stacked upwards, and of that downwards.
    let mut wholes: [Option<usize>; 2] = [None; 2];
    for (at, now) in series.iter().enumerate() {
        let was = earlier.get(now.query).and_then(|all| all.iter().find(|was| was.labels == now.labels));
        let Some(was) = was.filter(|_| now.field.stacking != Some(Stacking::Percent)) else { continue };
        if now.field.stacking == Some(Stacking::Normal) {
            let whole = &mut wholes[usize::from(now.field.negate == Some(true))];
            if let Some(sum) = whole.and_then(|at| more.get_mut(at)) {
                add(&mut sum.values, &was.values);
                sum.name = format!("all {EARLIER}");
                continue;
            }
            *whole = Some(more.len());
        }
        let field = Field {
            dash: vec![4.0, 4.0],
            fill: Some(0),
            width: Some(1.0),
            stacking: None,
            style: None,
            points: Some(Points::Never),
            band_to: None,
            ..now.field.clone()
        };
        let name = format!("{} {EARLIER}", now.name);
        let (query, labels, values) = (now.query, now.labels.clone(), was.values.clone());
        more.push(Shown { query, name, labels, values, envelope: None, field, earlier_of: Some(at) });
    }
    series.extend(more);
}

/// Adds values to others; one that is missing is as good as none.
fn add(sum: &mut [f64], more: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(more).filter(|(_, value)| !value.is_nan()) {
        *sum = if sum.is_nan() { *value } else { *sum + *value };
    }
}

/// What stands behind the names of those that were earlier.
const EARLIER: &str = "earlier";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use watchfire_dashboard::{Clock, Panel, Values};
    use watchfire_model::{Grid, Labels};

    use super::*;
    use crate::{Answer, Prepared, Role, prepare};

    /// What a panel shows whose first query brings `now`, and brought `earlier`: hosts with two values each.
    fn shown(json: &str, now: &[(&str, [f64; 2])], earlier: &[(&str, [f64; 2])]) -> Prepared {
        let panel: Panel = serde_json::from_str(json).unwrap();
        let answer = |series: &[(&str, [f64; 2])]| Answer {
            grid: Grid { start: 1000, step: 1000, len: 2 },
            series: series
                .iter()
                .map(|(host, values)| GridSeries {
                    labels: Labels::new([("host", *host)]).unwrap(),
                    values: values.to_vec(),
                })
                .collect(),
        };
        let answers =
            BTreeMap::from([((0, Role::Value), answer(now)), ((0, Role::Earlier), answer(earlier))]);
        prepare(&panel, answers, &Values::default(), &Clock::default())
    }

    fn told(prepared: &Prepared) -> Vec<String> {
        let one = |series: &Shown| format!("{} {:?} {:?}", series.name, series.values, series.earlier_of);
        prepared.series.iter().map(one).collect()
    }

    #[test]
    fn what_was_earlier_stands_beside_what_is_now() {
        let panel = r#"{"queries": [{"id": "A", "expr": "x", "legend": "{{host}}"}, {"id": "B", "math": "$A * 10", "legend": "ten {{host}}"}],
            "overrides": [{"match": {"names": ["b"]}, "set": {"unit": "s"}}]}"#;
        let seen =
            shown(panel, &[("a", [1.0, 2.0]), ("b", [3.0, 4.0])], &[("b", [5.0, 6.0]), ("gone", [7.0, 8.0])]);
        assert_eq!(
            told(&seen),
            [
                "a [1.0, 2.0] None",
                "b [3.0, 4.0] None",
                "ten a [10.0, 20.0] None",
                "ten b [30.0, 40.0] None",
                "b earlier [5.0, 6.0] Some(1)",
                "ten b earlier [50.0, 60.0] Some(3)"
            ]
        );
        let field = &seen.series[4].field;
        assert_eq!(
            (field.unit.as_deref(), field.dash.as_slice(), field.fill),
            (Some("s"), &[4.0, 4.0][..], Some(0))
        );
    }

    #[test]
    fn what_is_stacked_is_compared_as_a_whole() {
        let now = [("a", [1.0, 2.0]), ("b", [3.0, 4.0])];
        let earlier = [("a", [5.0, f64::NAN]), ("b", [6.0, 7.0])];
        let stacked = |how: &str| {
            let json = format!(
                r#"{{"queries": [{{"id": "A", "expr": "x", "legend": "{{{{host}}}}"}}], "field": {{"stacking": "{how}"}}}}"#
            );
            told(&shown(&json, &now, &earlier)).split_off(2)
        };
        assert_eq!(stacked("normal"), ["all earlier [11.0, 7.0] Some(0)"]);
        assert_eq!(stacked("none").len(), 2);
        assert!(stacked("percent").is_empty());
    }
}
