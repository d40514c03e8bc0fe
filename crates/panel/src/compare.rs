//! Series beside what they were in an earlier range.

use watchfire_chart::color_of_name;
use watchfire_dashboard::{Color, Field, Points, Query, Stacking};
use watchfire_model::GridSeries;

use crate::Shown;

/// Adds to series what they were earlier: those with the same labels that the same query brought over an earlier range, at the times of
/// this one. They have the colours of today's, as dashed lines. What is stacked is compared as a whole, with what is gone since, as the
/// parts of the two would lie across each other; shares of 100 percent have no whole that could differ.
pub(crate) fn compare(series: &mut Vec<Shown>, queries: &[Query], earlier: &[Vec<GridSeries>]) {
    let mut more: Vec<Shown> = Vec::new();
    for (query, all) in earlier.iter().enumerate() {
        let begin = series.iter().position(|one| one.query == query);
        // What is the same at all times, such as a limit, stands there already.
        let varies =
            queries.get(query).is_some_and(|query| !query.expr.is_empty() || !query.inputs().is_empty());
        let Some(begin) = begin.filter(|_| varies) else { continue };
        let now: Vec<&Shown> = series.iter().skip(begin).take_while(|one| one.query == query).collect();
        let stacked = now.iter().position(|one| one.field.stacking == Some(Stacking::Normal));
        // Both come in the order of their labels: who follows stands behind.
        let mut next = 0;
        for was in all {
            let around = (next..now.len()).chain(0..next);
            let found = around.into_iter().find(|at| now[*at].labels == was.labels);
            next = found.map_or(next, |at| at + 1);
            let alone = found.filter(|at| now[*at].field.stacking != Some(Stacking::Normal));
            let whole = found.filter(|at| now[*at].field.stacking == Some(Stacking::Normal)).or(stacked);
            match (alone, whole) {
                (Some(at), _) if now[at].field.stacking == Some(Stacking::Percent) => {}
                (Some(at), _) => more.push(dashed(now[at], begin + at, &was.values)),
                (None, Some(at)) => stack(&mut more, now[at], begin + at, &was.values),
                (None, None) => {}
            }
        }
    }
    series.extend(more);
}

/// Adds to the whole of what is stacked in the same direction on the same axis.
fn stack(more: &mut Vec<Shown>, now: &Shown, at: usize, values: &[f64]) {
    let direction = |field: &Field| (field.unit.clone(), field.axis, field.negate);
    let whole = more.iter_mut().find(|one| {
        one.field.stacking == Some(Stacking::None) && direction(&one.field) == direction(&now.field)
    });
    if let Some(whole) = whole {
        add(&mut whole.values, values);
        whole.name = ["all", EARLIER].concat();
    } else {
        let mut whole = dashed(now, at, values);
        // The mark of a whole; drawn it is the same as none.
        whole.field.stacking = Some(Stacking::None);
        more.push(whole);
    }
}

/// A series as it was earlier.
fn dashed(now: &Shown, at: usize, values: &[f64]) -> Shown {
    let mut field = now.field.clone();
    if field.color == Some(Color::ByName) {
        field.color = Some(Color::Fixed(color_of_name(&now.name).css()));
    }
    field.dash = vec![4.0, 4.0];
    field.fill = Some(0);
    field.width = Some(1.0);
    field.points = Some(Points::Never);
    (field.stacking, field.style, field.band_to) = (None, None, None);
    Shown {
        query: now.query,
        name: [&now.name, EARLIER].concat(),
        labels: now.labels.clone(),
        values: values.to_vec(),
        envelope: None,
        field,
        earlier_of: Some(at),
    }
}

/// Adds values to others; one that is missing is as good as none.
fn add(sum: &mut [f64], more: &[f64]) {
    for (sum, value) in sum.iter_mut().zip(more).filter(|(_, value)| !value.is_nan()) {
        *sum = if sum.is_nan() { *value } else { *sum + *value };
    }
}

/// What stands behind the names of those that were earlier.
const EARLIER: &str = " earlier";

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
        let earlier = [("a", [5.0, f64::NAN]), ("b", [6.0, 7.0]), ("gone", [8.0, 9.0])];
        let stacked = |how: &str| {
            let json = format!(
                r#"{{"queries": [{{"id": "A", "expr": "x", "legend": "{{{{host}}}}"}}], "field": {{"stacking": "{how}"}}}}"#
            );
            told(&shown(&json, &now, &earlier)).split_off(2)
        };
        // With what was there and is no more.
        assert_eq!(stacked("normal"), ["all earlier [19.0, 16.0] Some(0)"]);
        assert_eq!(stacked("none").len(), 2);
        assert!(stacked("percent").is_empty());
    }

    #[test]
    fn what_is_always_the_same_has_no_earlier_one_and_colours_stay() {
        let panel = r#"{"queries": [{"id": "A", "expr": "x", "legend": "{{host}}"}, {"id": "B", "math": "5", "legend": "limit"}],
            "field": {"color": "by_name"}}"#;
        let seen = shown(panel, &[("a", [1.0, 2.0])], &[("a", [3.0, 4.0])]);
        let names: Vec<&str> = seen.series.iter().map(|series| series.name.as_str()).collect();
        assert_eq!(names, ["a", "limit", "a earlier"]);
        assert_eq!(seen.series[2].field.color, Some(Color::Fixed(color_of_name("a").css())));
    }
}
