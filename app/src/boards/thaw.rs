//! What a snapshot keeps: its page asks for it once, so that its panels can be pointed at, sorted and sized as any others.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use watchfire_model::{Grid, GridSeries, Labels, TimeRange};
use watchfire_panel::{Answer, Prepared, Role, Unfolded};
use watchfire_view::prepared;

use crate::api::call;

/// The answers of a panel, by the place of the query.
type Answers = BTreeMap<(usize, Role), Answer>;

/// What a panel showed; none while it is not there yet.
type Kept = dyn Fn(&Unfolded) -> Option<Prepared> + Send + Sync;

/// Gives a panel what it showed. A Leptos context of the page of a snapshot: other pages are spared its code.
#[derive(Clone)]
pub(crate) struct Thaw(Arc<Kept>);

impl Thaw {
    /// Asks for what is kept of the page's range.
    pub(super) fn new(page: TimeRange) -> Self {
        let kept = RwSignal::new(None::<Arc<BTreeMap<String, Answers>>>);
        Effect::new(move |_| {
            let path = window().location().pathname().unwrap_or_default();
            spawn_local(async move {
                // Without it the pictures that the server has drawn stay.
                if let Ok(value) = call::<Value>("GET", &format!("{path}/data"), None).await {
                    kept.try_set(Some(Arc::new(by_panel(&value))));
                }
            });
        });
        Self(Arc::new(move |item| {
            let answers = kept.get()?.get(&item.key).cloned().unwrap_or_default();
            let step = answers.values().map(|answer| answer.grid.step).next().unwrap_or(1000);
            Some(prepared(&item.panel, &item.values, answers, page, step))
        }))
    }

    /// What a panel shows, once it is there.
    pub(crate) fn of(&self, item: &Unfolded) -> Option<Prepared> {
        (self.0)(item)
    }
}

fn by_panel(value: &Value) -> BTreeMap<String, Answers> {
    let mut all: BTreeMap<String, Answers> = BTreeMap::new();
    for one in value["answers"].as_array().into_iter().flatten() {
        let role = match one["role"].as_str() {
            Some("least") => Role::Least,
            Some("greatest") => Role::Greatest,
            _ => Role::Value,
        };
        let whole = |value: &Value| value.as_i64().unwrap_or_default();
        let len =
            |value: &Value| value.as_u64().and_then(|len| usize::try_from(len).ok()).unwrap_or_default();
        let grid = &one["grid"];
        let grid =
            Grid { start: whole(&grid["start"]), step: whole(&grid["step"]).max(1), len: len(&grid["len"]) };
        let series = one["series"].as_array().into_iter().flatten().map(series);
        let answer = Answer { grid, series: series.collect() };
        let key = one["key"].as_str().unwrap_or_default().to_owned();
        all.entry(key).or_default().insert((len(&one["query"]), role), answer);
    }
    all
}

fn series(value: &Value) -> GridSeries {
    // Pairs of a name and a value.
    let labels = value["labels"].as_array().into_iter().flatten();
    let labels = labels.filter_map(|pair| Some((pair[0].as_str()?, pair[1].as_str()?)));
    let number = |value: &Value| match value.as_str() {
        Some("+Inf") => f64::INFINITY,
        Some("-Inf") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or(f64::NAN),
    };
    let values = value["values"].as_array().into_iter().flatten().map(number);
    GridSeries { labels: Labels::new(labels).unwrap_or_else(|_| Labels::empty()), values: values.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read() {
        let labels = serde_json::to_value(Labels::new([("host", "a")]).unwrap()).unwrap();
        let value = serde_json::json!({"answers": [
            {"key": "3~a", "query": 1, "role": "greatest", "grid": {"start": 5, "step": 10, "len": 4},
             "series": [{"labels": labels, "values": [1.5, null, "+Inf", "-Inf"]}]},
        ]});
        let all = by_panel(&value);
        let answer = &all["3~a"][&(1, Role::Greatest)];
        assert_eq!(answer.grid, Grid { start: 5, step: 10, len: 4 });
        assert_eq!(answer.series[0].labels, Labels::new([("host", "a")]).unwrap());
        assert_eq!(format!("{:?}", answer.series[0].values), "[1.5, NaN, inf, -inf]");
    }
}
