//! What the rule that is typed means and does now, and how its value went.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_chart::format_value;
use watchfire_model::{Grid, TimeRange, Unit, choose_step, parse_duration};
use watchfire_panel::{Prepared, Unfolded};

use super::draft::{Draft, Field, Typed};
use super::flaws::{Flaw, is_typed};
use super::tried::{Test, TestsView};
use crate::address::Search;
use crate::alerts::alert::LabelMap;
use crate::alerts::chart::padded;
use crate::alerts::label_words;
use crate::api::{self, Abort, QueryAnswer, Refusal, call};
use crate::boards::Feed;
use crate::explore::{MOST_DRAWN, drawn_as, prepared, seconds, unit_name, unit_of};
use crate::numbers::grouped;
use crate::range::clock;

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(500);

/// For how many points of the chart is asked.
const POINTS: usize = 300;

/// How many alerts are listed.
const MOST: usize = 20;

/// The ranges that a rule is tried over, and what they are called.
pub(super) const RANGES: [(&str, &str); 3] =
    [("1h", "last hour"), ("24h", "last 24 hours"), ("7d", "last 7 days")];

/// How the preview is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    /// There is no query yet, or something else that it needs.
    Nothing,
    Asking,
    /// The fields say what is wrong.
    Flawed,
    /// It cannot be evaluated, or the server cannot be asked.
    Failed(String),
    Ready(Now),
}

/// What `/api/v1/watchfire/rules/preview` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Now {
    /// The query with the condition.
    expr: String,
    flaws: Vec<ToldFlaw>,
    failed: Option<String>,
    alerts: Vec<AlertNow>,
    left_out: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct ToldFlaw {
    field: String,
    message: String,
}

/// An alert that there would be.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct AlertNow {
    labels: LabelMap,
    annotations: BTreeMap<String, String>,
    /// A number, or a text for what JSON has no number for.
    value: Value,
}

/// The preview of a form.
#[derive(Clone, Copy)]
pub(super) struct Preview {
    draft: Draft,
    pub(super) flaws: RwSignal<Vec<Flaw>>,
    told: RwSignal<Told>,
    chart: RwSignal<Chart>,
    graph: RwSignal<Option<Arc<Prepared>>>,
    window: RwSignal<Option<TimeRange>>,
    pub(super) tests: RwSignal<Option<Result<BTreeMap<String, Test>, String>>>,
    /// Whether somebody wanted it tried or saved as it is, so that what is missing is a fault.
    pub(super) insists: RwSignal<bool>,
    /// Over which of [`RANGES`] the chart goes.
    pub(super) range: RwSignal<&'static str>,
    asked: StoredValue<Asked>,
}

/// The chart of the value that is compared.
#[derive(Clone, Default)]
struct Chart {
    panel: Option<Arc<Unfolded>>,
    /// Why there is none.
    fault: Option<String>,
}

/// What was asked for.
#[derive(Default)]
struct Asked {
    /// Counts the questions: a late answer to an earlier one is not shown.
    number: u32,
    /// Of what the tests are: as the answers to another rule they would be wrong.
    tested: Option<Value>,
    /// The rule that is changed; it is evaluated at times of its own.
    uid: Option<String>,
}

impl Preview {
    /// Follows what is typed. For the browser.
    pub(super) fn follow(draft: Draft, uid: Option<String>) -> Self {
        let preview = Self {
            draft,
            flaws: RwSignal::new(Vec::new()),
            told: RwSignal::new(Told::Nothing),
            chart: RwSignal::default(),
            graph: RwSignal::new(None),
            window: RwSignal::new(None),
            tests: RwSignal::new(None),
            insists: RwSignal::new(false),
            range: RwSignal::new(RANGES[0].0),
            asked: StoredValue::new(Asked { uid, ..Asked::default() }),
        };
        Effect::new(move |before: Option<()>| {
            let typed = draft.typed();
            let mine = preview.next();
            preview.forget(&typed);
            if before.is_none() {
                return preview.ask(typed, mine);
            }
            set_timeout(
                move || {
                    if preview.is_asked(mine) {
                        preview.ask(typed, mine);
                    }
                },
                PAUSE,
            );
        });
        Effect::new(move |before: Option<()>| {
            preview.range.track();
            if before.is_some()
                && let Told::Ready(now) = preview.told.get_untracked()
            {
                let number = preview.asked.with_value(|asked| asked.number);
                preview.draw(untrack(|| draft.typed()), &now.expr, number);
            }
        });
        preview
    }

    /// Asks without waiting for more to be typed.
    pub(super) fn at_once(self) {
        self.insists.set(true);
        let mine = self.next();
        self.ask(untrack(|| self.draft.typed()), mine);
    }

    /// What the server found wrong when the rule was to be saved.
    pub(super) fn refused(self, flaws: &Value) {
        if let Ok(told) = api::read_value::<Vec<ToldFlaw>>(flaws) {
            self.flaws.set(flaws_of(&told));
        }
    }

    /// The labels and the texts of an alert of the rule: of one that there would be now, else those that it gives to all.
    pub(super) fn example(self) -> (LabelMap, LabelMap) {
        if let Told::Ready(now) = self.told.get()
            && let Some(alert) = now.alerts.first()
        {
            return (alert.labels.clone(), alert.annotations.clone());
        }
        self.draft.typed().told()
    }

    /// Whether answers are there, or may be soon.
    pub(super) fn is_tried(self) -> bool {
        self.tests.with(Option::is_some)
            || self.told.with(|told| matches!(told, Told::Asking | Told::Ready(_)))
    }

    /// Lets go of how often another rule would have fired.
    fn forget(self, typed: &Typed) {
        let rule = typed.rule().ok().map(|rule| fires_by(&rule));
        let is_other = rule.is_none() || self.asked.with_value(|asked| asked.tested != rule);
        if is_other && self.tests.with_untracked(Option::is_some) {
            self.tests.set(None);
        }
    }

    /// How it is while these flaws are there: what nobody has filled in yet is no mistake.
    fn told_of(self, flaws: &[Flaw], typed: &Typed) -> Told {
        let is_told = self.insists.get_untracked() || flaws.iter().any(|flaw| is_typed(flaw, typed));
        if is_told { Told::Flawed } else { Told::Nothing }
    }

    fn next(self) -> u32 {
        let mine = self.asked.with_value(|asked| asked.number).wrapping_add(1);
        self.asked.update_value(|asked| asked.number = mine);
        mine
    }

    fn is_asked(self, number: u32) -> bool {
        self.asked.try_with_value(|asked| asked.number) == Some(number)
    }

    fn ask(self, typed: Typed, mine: u32) {
        let unnamed = typed.text(Field::Name).is_empty();
        // A rule can be tried before it has a name.
        let missing = unnamed.then(|| (Some(Field::Name), "an alert needs a name".to_owned()));
        let unasked = typed
            .text(Field::Query)
            .is_empty()
            .then(|| (Some(Field::Query), "a rule needs a query: a metric, or PromQL".to_owned()));
        let rule = match typed.rule() {
            Ok(mut rule) => {
                if unnamed {
                    rule["name"] = "Preview".into();
                }
                rule
            }
            Err(flaws) => {
                self.told.set(self.told_of(&flaws, &typed));
                return self.flaws.set(missing.into_iter().chain(unasked).chain(flaws).collect());
            }
        };
        if unasked.is_some() {
            self.flaws.set(missing.into_iter().chain(unasked).collect());
            return self.told.set(self.told_of(&[], &typed));
        }
        self.told.set(Told::Asking);
        spawn_local(async move {
            let body = json!({"rule": rule});
            let answer: Result<Now, Refusal> =
                call("POST", "/api/v1/watchfire/rules/preview", Some(&body)).await;
            if !self.is_asked(mine) {
                return;
            }
            match answer {
                Ok(now) => {
                    let flaws = flaws_of(&now.flaws);
                    let told = self.told_of(&flaws, &typed);
                    let is_flawed = !flaws.is_empty();
                    self.flaws.set(missing.into_iter().chain(flaws).collect());
                    if is_flawed {
                        return self.told.set(told);
                    }
                    match now.failed.clone() {
                        Some(words) => self.told.set(Told::Failed(words)),
                        None => self.told.set(Told::Ready(now.clone())),
                    }
                    self.draw(typed, &now.expr, mine);
                    self.try_out(rule, mine);
                }
                Err(refusal) => self.told.set(Told::Failed(refusal.to_string())),
            }
        });
    }

    /// Asks for the value that is compared, and draws it with the thresholds.
    fn draw(self, typed: Typed, expr: &str, mine: u32) {
        let Some(value) = typed.condition().value_of(expr) else { return };
        let length = parse_duration(self.range.get_untracked()).unwrap_or(3_600_000);
        let now = clock();
        let range = TimeRange { start: now - length, end: now };
        let Ok(grid) = Grid::covering(range, choose_step(length, POINTS)) else { return };
        let form = Search::default()
            .with("query", &value)
            .with("start", &seconds(grid.start))
            .with("end", &seconds(grid.time(grid.len.saturating_sub(1))))
            .with("step", &seconds(grid.step))
            .with("limit", &MOST_DRAWN.to_string());
        spawn_local(async move {
            let text = api::post("/api/v1/query_range", &form, &Abort::new()).await;
            let answer = text.and_then(|text| QueryAnswer::read(&text));
            if !self.is_asked(mine) {
                return;
            }
            let answer = match answer {
                Ok(answer) => answer,
                Err(failure) => return self.chart.update(|chart| chart.fault = Some(format!("✕ {failure}"))),
            };
            let empty = answer.series.is_empty();
            let fault = empty.then(|| {
                "○ Nothing has samples for this query in this range: choose a longer range, or look for its name with Ctrl+Space."
                    .to_owned()
            });
            let unit = watchfire_promql::parse(&value).map_or("short", |expr| unit_name(unit_of(&expr)));
            let mut item = drawn_as(unit);
            let numbers = typed.numbers();
            "Value of the rule".clone_into(&mut item.panel.title);
            item.panel.field.thresholds = typed.condition().thresholds(&numbers);
            // So that the thresholds are in sight.
            let points = answer.series.iter().flat_map(|series| &series.points);
            let values = points.filter_map(|(_, value)| value.parse::<f64>().ok());
            if let Some((low, high)) = padded(numbers.iter().copied().chain(values)) {
                (item.panel.field.soft_min, item.panel.field.soft_max) = (Some(low), Some(high));
            }
            let graph = prepared(&item, &answer.series, grid, range);
            self.window.set(Some(range));
            self.chart.set(Chart { panel: Some(Arc::new(item)), fault });
            self.graph.set(Some(Arc::new(graph)));
        });
    }

    /// Asks how often it would have fired.
    fn try_out(self, rule: Value, mine: u32) {
        let ranges = RANGES.map(|(range, _)| range);
        spawn_local(async move {
            let uid = self.asked.with_value(|asked| asked.uid.clone());
            let body = json!({"rule": rule, "ranges": ranges, "uid": uid});
            let answer: Result<BTreeMap<String, Test>, Refusal> =
                call("POST", "/api/v1/watchfire/rules/backtest", Some(&body)).await;
            if self.is_asked(mine) {
                self.asked.update_value(|asked| asked.tested = Some(fires_by(&rule)));
                self.tests.set(Some(answer.map_err(|refusal| refusal.to_string())));
            }
        });
    }
}

/// What of a rule says how often it fires: its texts and labels have no part in that.
fn fires_by(rule: &Value) -> Value {
    let mut kept = Value::Null;
    for name in ["query", "condition", "fold", "window", "for", "keep_firing_for", "interval"] {
        kept[name] = rule[name].clone();
    }
    kept
}

fn flaws_of(told: &[ToldFlaw]) -> Vec<Flaw> {
    let flaw = |flaw: &ToldFlaw| match Field::of_flaw(&flaw.field) {
        Some(field) => (Some(field), flaw.message.clone()),
        None => (None, format!("{}: {}", flaw.field, flaw.message)),
    };
    told.iter().map(flaw).collect()
}

/// The preview beside the form.
#[component]
pub(super) fn PreviewView(draft: Draft, preview: Preview) -> impl IntoView {
    let state = move || match preview.told.get() {
        Told::Nothing => "idle",
        Told::Asking => "renewing",
        Told::Flawed => "flawed",
        Told::Failed(_) => "failed",
        Told::Ready(_) => "ready",
    };
    let words = move || match preview.told.get() {
        Told::Nothing => {
            "○ Write a metric or a query, and what it is compared with: what the rule would do stands here."
                .to_owned()
        }
        Told::Asking => "… trying it".to_owned(),
        Told::Flawed => "✕ The fields say what has to be mended before it can be tried.".to_owned(),
        Told::Failed(words) => format!("✕ It can't be tried: {words}"),
        Told::Ready(now) => {
            let holds = draft
                .text(Field::Hold)
                .with(|text| parse_duration(text.trim()).is_ok_and(|millis| millis > 0));
            now_words(&now, holds)
        }
    };
    let expr = move || match preview.told.get() {
        Told::Ready(now) => Some(view! { <code class="rule-query">{now.expr}</code> }),
        _ => None,
    };
    let alerts = move || match preview.told.get() {
        Told::Ready(now) => now.alerts.iter().take(MOST).map(entry).collect_view().into_any(),
        _ => ().into_any(),
    };
    let example = Memo::new(move |_| preview.example());
    let labels = Memo::new(move |_| example.with(|(labels, _)| labels.clone()));
    let notes = Memo::new(move |_| example.with(|(_, notes)| notes.clone()));
    let item = Memo::new(move |_| preview.chart.with(|chart| chart.panel.clone()));
    let drawn = Memo::new(move |_| preview.graph.with(Option::is_some));
    let feed = Feed::fixed(preview.graph, preview.window);
    view! {
        <section class="panel form-beside rule-preview" aria-label="Preview" tabindex="0" data-state=state>
            <h2>"Preview"</h2>
            <p class="rule-preview-words" role="status">{words}</p>
            {expr}
            <TestsView preview/>
            <p class="hint">{move || preview.chart.with(|chart| chart.fault.clone())}</p>
            {move || drawn.get().then(|| crate::parts::explore_graph(item, feed))}
            <ul class="alert-list">{alerts}</ul>
            {crate::parts::who_is_told(labels, notes)}
        </section>
    }
    .into_any()
}

fn now_words(now: &Now, holds: bool) -> String {
    let count = now.alerts.len() + now.left_out;
    let then = if holds { "would be pending now" } else { "would fire now" };
    match count {
        0 => "✓ Nothing meets the condition now.".to_owned(),
        1 => format!("■ 1 series meets the condition: its alert {then}."),
        count => format!("■ {} series meet the condition: their alerts {then}.", grouped(count as u64)),
    }
}

fn entry(alert: &AlertNow) -> impl IntoView + use<> {
    let value = alert.value.as_f64().map(|value| format_value(Unit::Number, value));
    let value = value.or_else(|| alert.value.as_str().map(str::to_owned));
    view! {
        <li class="alert alert-short">
            <span class="alert-value number">{value}</span>
            <div class="alert-main">
                <span class="alert-summary">{alert.annotations.get("summary").cloned()}</span>
                <span class="alert-labels">{label_words(&alert.labels, &["alertname"])}</span>
            </div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_what_is_asked_for() {
        let rule = |summary: &str, threshold: i64| {
            let condition = json!({"is": "above", "threshold": threshold});
            fires_by(&json!({"name": "A", "query": "up", "condition": condition, "summary": summary}))
        };
        assert_eq!(rule("a", 1), rule("b", 1), "a text changes nothing");
        assert_ne!(rule("a", 1), rule("a", 2));
    }

    #[test]
    fn reads_what_the_server_says() {
        let text = r#"{"expr":"temp > 80","flaws":[{"field":"condition.low","message":"m","start":null,"end":null},
            {"field":"other","message":"n"}],"failed":null,
            "alerts":[{"labels":{"host":"a"},"annotations":{"summary":"s"},"value":81.5}],"left_out":2}"#;
        let now: Now = serde_json::from_str(text).unwrap();
        assert_eq!(flaws_of(&now.flaws), [(Some(Field::Low), "m".to_owned()), (None, "other: n".to_owned())]);
        assert_eq!(
            now_words(&now, true),
            "■ 3 series meet the condition: their alerts would be pending now."
        );
        assert_eq!(now_words(&Now::default(), true), "✓ Nothing meets the condition now.");
    }
}
