//! The values of alerts as they were evaluated: what the rule saw then, whatever became of the samples since.

use std::cmp::Reverse;
use std::fmt::Write as _;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use watchfire_chart::format_value;
use watchfire_model::Unit;

use crate::address::Search;
use crate::alerts::alert::LabelMap;
use crate::alerts::chart::ChartedRule;
use crate::alerts::{label_words, moment, plural};
use crate::api::{self, Failure, envelope, value_of};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// The server's address of them.
const API: &str = "/api/v1/watchfire/rules/evaluated";

/// About how many points a line has.
const POINTS: i64 = 240;

/// The longest time of which every evaluation is told, in milliseconds.
const DAY: i64 = 86_400_000;

/// How many evaluations of each alert are asked for, the newest.
const LAST: usize = 20;

/// How many evaluations are listed.
const LISTED: usize = 100;

/// How many alerts have a line.
const LINES: usize = 40;

/// The height of a line's picture, whose width is 100.
const HEIGHT: f64 = 14.0;

/// What the server tells; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Answer {
    series: Vec<Evaluations>,
    left_out: usize,
}

/// The evaluations of one alert.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Evaluations {
    labels: LabelMap,
    /// A value that is no finite number is a text.
    points: Vec<(i64, Value)>,
}

impl Evaluations {
    fn name(&self) -> String {
        let name = label_words(&self.labels, &["alertname", "severity"]);
        if name.is_empty() { "its only alert".to_owned() } else { name }
    }

    /// When, and the value.
    fn values(&self) -> impl Iterator<Item = (i64, f64)> {
        self.points.iter().filter_map(|(at, value)| {
            let value = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
            Some((*at, value))
        })
    }

    /// The line through its values, as SVG has it, in a picture 100 wide; broken where nothing was evaluated.
    fn path(&self, from: i64, to: i64) -> String {
        let points: Vec<(i64, f64)> = self.values().filter(|(_, value)| value.is_finite()).collect();
        let distances = points.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let widest = distances.min().unwrap_or(0).saturating_mul(5) / 2;
        let low = points.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let length = (to - from).max(1) as f64;
        let mut path = String::new();
        let mut before = None;
        for (at, value) in points {
            let x = (at - from) as f64 / length * 100.0;
            let share = if high > low { (value - low) / (high - low) } else { 0.5 };
            let y = (HEIGHT - 2.0).mul_add(1.0 - share, 1.0);
            let goes_on = before.is_some_and(|before| at - before <= widest);
            // Of a value alone a dot is seen. Writing to a text can't fail.
            let _ = if goes_on { write!(path, "L{x:.2} {y:.2}") } else { write!(path, "M{x:.2} {y:.2}h.4") };
            before = Some(at);
        }
        path
    }
}

/// What is known, and of which time.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    over_time: Answer,
    last: Answer,
    from: i64,
    to: i64,
}

/// The newest evaluations of all alerts: when, of which, and the value.
fn newest(answer: &Answer) -> Vec<(i64, String, f64)> {
    let each = answer.series.iter().flat_map(|one| {
        let name = one.name();
        one.values().map(move |(at, value)| (at, name.clone(), value))
    });
    let mut all: Vec<(i64, String, f64)> = each.collect();
    all.sort_by_key(|(at, ..)| Reverse(*at));
    all.truncate(LISTED);
    all
}

async fn ask(of: &ChartedRule) -> Result<Known, Failure> {
    let search = match &of.rule {
        Some((name, rule)) => Search::default().with(name, rule),
        None => Search::default().with("labels", &value_of(&of.labels).to_string()),
    };
    let range = |from: i64| search.clone().with("from", &from.to_string()).with("to", &of.to.to_string());
    let step = ((of.to - of.from) / POINTS).max(1000);
    let over_time = api::get(API, &range(of.from).with("step", &step.to_string())).await?;
    let last = range(of.from.max(of.to - DAY)).with("limit", &LAST.to_string());
    let last = api::get(API, &last).await?;
    Ok(Known { over_time: envelope(&over_time)?, last: envelope(&last)?, from: of.from, to: of.to })
}

/// The panel; nothing where nothing is asked for.
#[component]
pub(crate) fn Evaluated(of: Memo<Option<ChartedRule>>, unit: Memo<Unit>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let known = RwSignal::new(None::<Known>);
    let words = RwSignal::new(None::<String>);
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let Some(of) = of.get() else { return };
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        spawn_local(async move {
            let answer = ask(&of).await;
            // Something else was asked for, or the page was left.
            if number.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(answer) => {
                    let is_empty = answer.over_time.series.is_empty() && answer.last.series.is_empty();
                    let text =
                        "○ No alert was pending or fired here in this time, or it is not kept any more.";
                    words.set(is_empty.then(|| text.to_owned()));
                    known.set(Some(answer));
                }
                Err(failure) => words.set(Some(format!("✕ What was evaluated can't be shown: {failure}"))),
            }
        });
    });
    let line = move |one: &Evaluations, (from, to): (i64, i64)| {
        let name = one.name();
        let last = one.values().last();
        let told: Option<String> = last.map(|(at, value)| {
            format!("{}: {} at {}", name, format_value(unit.get(), value), moment(at, preferences))
        });
        let path = one.path(from, to);
        view! {
            <li class="timeline-line">
                <span class="timeline-name" title=name.clone()>{name.clone()}</span>
                <span class="timeline-bar" title=told.clone()>
                    <svg viewBox="0 0 100 14" width="100%" height="14" preserveAspectRatio="none" aria-hidden="true">
                        <path d=path fill="none" stroke="currentColor" stroke-width="1.5" vector-effect="non-scaling-stroke"/>
                    </svg>
                    <span class="visually-hidden">{told.clone()}</span>
                </span>
            </li>
        }
    };
    let lines = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let all = &known.over_time.series;
            let more = all.len().saturating_sub(LINES) + known.over_time.left_out;
            let more = (more > 0).then(|| format!("{} more alerts are not shown.", grouped(more as u64)));
            let lines = all.iter().take(LINES).map(|one| line(one, (known.from, known.to)));
            Some(view! {
                <ul class="timeline">{lines.collect_view()}</ul>
                <p class="hint">{more}</p>
            })
        })
    };
    let list = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| newest(&known.last))));
    let row = move |(at, name, value): (i64, String, f64)| {
        view! {
            <tr>
                <td>{moment(at, preferences)}</td>
                <td class="number" data-name="Value" title=value.to_string()>{format_value(unit.get(), value)}</td>
                <td class="target-labels">{name}</td>
            </tr>
        }
    };
    let rows = move || list.get().unwrap_or_default().into_iter().map(row).collect_view();
    let has_some = Memo::new(move |_| list.with(|list| list.as_ref().is_some_and(|list| !list.is_empty())));
    let badge = move || {
        let count = known.with(|known| known.as_ref().map(|known| known.over_time.series.len()));
        count.filter(|count| *count > 0).map(|count| plural(count, "alert"))
    };
    view! {
        <section class="panel rule-changes" aria-label="As it was evaluated">
            <header class="panel-head"><h2>"As it was evaluated"</h2><span class="panel-badge">{badge}</span></header>
            <p class="hint" role="status">{move || words.get()}</p>
            {lines}
            <Show when=move || has_some.get()>
                <details>
                    <summary>"The last evaluations"</summary>
                    <div class="table-scroll" tabindex="0" role="group" aria-label="The last evaluations">
                        <table class="table">
                            <thead><tr>
                                <th scope="col">"When"</th><th scope="col" class="number">"Value"</th><th scope="col">"Alert"</th>
                            </tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                </details>
            </Show>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluations_are_drawn_and_listed() {
        let text = r#"{"status":"success","data":{"left_out":0,"series":[
            {"labels":{"alertname":"Hot","host":"a"},"points":[[0,1],[10,3],[20,2],[60,"NaN"],[80,2]]},
            {"labels":{"alertname":"Hot"},"points":[[50,7.5]]}]}}"#;
        let answer: Answer = envelope(text).unwrap();
        assert_eq!(
            answer.series[0].path(0, 100),
            "M0.00 13.00h.4L10.00 1.00L20.00 7.00M80.00 7.00h.4",
            "it is broken where nothing was evaluated"
        );
        assert_eq!(answer.series[1].path(0, 100), "M50.00 7.00h.4");
        let told: Vec<String> =
            newest(&answer).iter().map(|(at, name, value)| format!("{at} {name} {value}")).collect();
        let expected = [
            "80 host=\"a\" 2",
            "60 host=\"a\" NaN",
            "50 its only alert 7.5",
            "20 host=\"a\" 2",
            "10 host=\"a\" 3",
            "0 host=\"a\" 1",
        ];
        assert_eq!(told, expected);
    }
}
