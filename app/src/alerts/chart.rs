//! The values of an alert's rule around the time at which it fired, with what they are compared with.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use watchfire_model::{Grid, Labels, TimeRange};
use watchfire_panel::{Prepared, Unfolded};

use super::alert::LabelMap;
use super::form::Condition;
use crate::address::Search;
use crate::api::{self, AnswerSeries, Failure, envelope, value_of};
use crate::boards::Feed;
use crate::explore::{MOST_DRAWN, drawn_as, prepared};

/// How many changes of an alert are looked through for the rule that made it.
const LOOKED_AT: &str = "20";

/// How the history names what others sent.
const ELSEWHERE: &str = "received";

/// What is said of alerts that no rule of this server made.
pub(super) const NOT_OURS: &str =
    "○ No rule of this server made this alert, so its values are not known here.";

/// Whose values are shown, and from when to when: milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChartedRule {
    pub(super) labels: LabelMap,
    pub(super) from: i64,
    pub(super) to: i64,
    /// The parameter that names the rule, where that is known; else it is the one that made the alert.
    pub(super) rule: Option<(&'static str, String)>,
}

/// What `/api/v1/watchfire/rules/values` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Values {
    expr: String,
    low: Option<f64>,
    high: Option<f64>,
    start: i64,
    end: i64,
    step: i64,
    series: Vec<ValueSeries>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct ValueSeries {
    labels: LabelMap,
    /// A value that is no finite number is a text.
    points: Vec<(i64, Value)>,
}

impl Values {
    /// The series that an alert is about: those whose labels it has; all where none has.
    fn of(&self, labels: &LabelMap) -> Vec<AnswerSeries> {
        let is_own =
            |series: &&ValueSeries| series.labels.iter().all(|(name, value)| labels.get(name) == Some(value));
        let mut found: Vec<&ValueSeries> = self.series.iter().filter(is_own).collect();
        if found.is_empty() {
            found = self.series.iter().collect();
        }
        let point = |(at, value): &(i64, Value)| {
            (*at, value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        found
            .into_iter()
            .take(MOST_DRAWN)
            .map(|series| AnswerSeries {
                // What the server has sent is a valid set of labels.
                labels: Labels::new(series.labels.iter()).unwrap_or_else(|_| Labels::empty()),
                points: series.points.iter().map(point).collect(),
            })
            .collect()
    }

    /// The panel that draws `series` of them.
    fn panel(&self, series: &[AnswerSeries]) -> Unfolded {
        let mut item = drawn_as("short");
        "Value of the rule".clone_into(&mut item.panel.title);
        let numbers: Vec<f64> = self.low.into_iter().chain(self.high).collect();
        let condition = match (self.low, self.high) {
            (Some(_), Some(_)) => Some(Condition::Outside),
            (Some(_), None) => Some(Condition::Below),
            (None, Some(_)) => Some(Condition::Above),
            (None, None) => None,
        };
        item.panel.field.thresholds = condition.and_then(|condition| condition.thresholds(&numbers));
        // So that the thresholds are in sight.
        let points = series.iter().flat_map(|series| &series.points);
        let values = points.filter_map(|(_, value)| value.parse::<f64>().ok());
        if let Some((low, high)) = padded(numbers.into_iter().chain(values)) {
            (item.panel.field.soft_min, item.panel.field.soft_max) = (Some(low), Some(high));
        }
        item
    }
}

/// The bounds of an axis that shows all of these, none of them at its very edge: a flat line there can't be told from the frame. What
/// is not negative stays so.
pub(super) fn padded(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let extent = values.filter(|value| value.is_finite()).fold(None, |extent: Option<(f64, f64)>, value| {
        Some(extent.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    });
    let (low, high) = extent?;
    let span = if high > low { high - low } else { high.abs() };
    let margin = if span > 0.0 { span / 10.0 } else { 1.0 };
    let below = low - margin;
    Some((if low >= 0.0 { below.max(0.0) } else { below }, high + margin))
}

/// The rule that made an alert, as the history names it; none for alerts that others sent.
pub(super) async fn rule_of(labels: &LabelMap) -> Result<Option<String>, Failure> {
    let search = Search::default().with("labels", &value_of(labels).to_string());
    let search = search.with("deliveries", "false").with("limit", LOOKED_AT);
    let events: Vec<Value> = envelope(&api::get("/api/v1/watchfire/rules/history", &search).await?)?;
    let mut rules = events.iter().filter_map(|event| event["rule"].as_str());
    Ok(rules.find(|rule| *rule != ELSEWHERE).map(str::to_owned))
}

async fn ask(of: &ChartedRule) -> Result<Option<Values>, Failure> {
    let named = match &of.rule {
        Some(named) => Some(named.clone()),
        None => rule_of(&of.labels).await?.map(|rule| ("rule", rule)),
    };
    let Some((name, rule)) = named else { return Ok(None) };
    let search =
        Search::default().with(name, &rule).with("from", &of.from.to_string()).with("to", &of.to.to_string());
    envelope(&api::get("/api/v1/watchfire/rules/values", &search).await?).map(Some)
}

/// The chart; in the part that draws.
#[component]
pub(crate) fn RuleChart(of: Memo<Option<ChartedRule>>) -> impl IntoView {
    let panel = RwSignal::new(None::<Arc<Unfolded>>);
    let graph = RwSignal::new(None::<Arc<Prepared>>);
    let window = RwSignal::new(None::<TimeRange>);
    let expr = RwSignal::new(None::<String>);
    let words = RwSignal::new(None::<String>);
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let Some(of) = of.get() else { return };
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        words.set(Some("… asking for the values".to_owned()));
        spawn_local(async move {
            let answer = ask(&of).await;
            // Another alert was chosen, or the page was left.
            if number.try_get_value() != Some(mine) {
                return;
            }
            let values = match answer {
                Ok(Some(values)) => values,
                Ok(None) => {
                    graph.set(None);
                    return words.set(Some(NOT_OURS.to_owned()));
                }
                Err(failure) => {
                    graph.set(None);
                    return words.set(Some(format!("✕ Its values can't be shown: {failure}")));
                }
            };
            let range = TimeRange { start: values.start, end: values.end };
            let Ok(grid) = Grid::covering(range, values.step) else {
                graph.set(None);
                return words.set(Some("○ There is nothing stored of this time.".to_owned()));
            };
            let series = values.of(&of.labels);
            let empty = series.iter().all(|series| series.points.is_empty());
            words.set(empty.then(|| "○ There is nothing stored of this time.".to_owned()));
            let item = values.panel(&series);
            let picture = prepared(&item, &series, grid, range);
            expr.set(Some(values.expr));
            window.set(Some(range));
            panel.set(Some(Arc::new(item)));
            graph.set((!empty).then(|| Arc::new(picture)));
        });
    });
    let item = Memo::new(move |_| panel.get());
    let drawn = Memo::new(move |_| graph.with(Option::is_some));
    let feed = Feed::fixed(graph, window);
    view! {
        <div class="rule-chart">
            <p class="hint" role="status">{move || words.get()}</p>
            {move || expr.get().filter(|_| drawn.get()).map(|expr| view! { <code class="rule-query">{expr}</code> })}
            {move || drawn.get().then(|| crate::parts::explore_graph(item, feed))}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_sees_its_own_series() {
        let text = r#"{"expr":"temp","low":null,"high":80,"start":0,"end":2000,"step":1000,"left_out":0,"series":[
            {"labels":{"host":"a"},"points":[[0,79.5],[1000,"NaN"]],"usual":[]},
            {"labels":{"host":"b"},"points":[[0,1]],"usual":[]}]}"#;
        let values: Values = serde_json::from_str(text).unwrap();
        let labels = |host: &str| -> LabelMap {
            [("alertname", "Hot"), ("host", host)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into()
        };
        let own = values.of(&labels("a"));
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].points, [(0, "79.5".to_owned()), (1000, "NaN".to_owned())]);
        assert_eq!(values.of(&labels("c")).len(), 2, "where labels were changed, all are shown");
        let field = values.panel(&own).panel.field;
        // The threshold and the values.
        assert_eq!((field.soft_min, field.soft_max), (Some(79.45), Some(80.05)));
        assert_eq!(field.thresholds.map(|all| all.steps.len()), Some(1));
    }

    #[test]
    fn no_line_lies_on_the_edge() {
        type Row = (&'static [f64], Option<(f64, f64)>);
        let table: [Row; 7] = [
            (&[60.0, 50.0], Some((49.0, 61.0))),
            (&[60.0], Some((54.0, 66.0))),
            (&[0.0], Some((0.0, 1.0))),
            (&[1.0, 101.0], Some((0.0, 111.0))),
            (&[-10.0, f64::NAN, 0.0], Some((-11.0, 1.0))),
            (&[f64::INFINITY], None),
            (&[], None),
        ];
        for (values, expected) in table {
            assert_eq!(padded(values.iter().copied()), expected, "{values:?}");
        }
    }
}
