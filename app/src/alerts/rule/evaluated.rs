//! The values of alerts as they were evaluated: what the rule saw then, whatever became of the samples since.

mod series;

use std::future::Future;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use watchfire_chart::format_value;
use watchfire_model::Unit;

use self::series::{Answer, Evaluations};
use crate::address::{Encoded, Search};
use crate::alerts::alert::LabelMap;
use crate::alerts::chart::{ChartedRule, NOT_OURS, rule_of};
use crate::alerts::{moment, plural};
use crate::api::{self, envelope, value_of};
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

/// How many alerts have a line.
const LINES: usize = 40;

/// What is said where nothing was evaluated.
const NOTHING: &str = "○ No alert was pending or fired here in this time, or it is not kept any more.";

/// How the history names a rule that a form made, before its uid.
const OF_FORM: &str = "form;";

/// What is known, and of which time.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    answer: Answer,
    from: i64,
    to: i64,
}

/// What is asked of an alert or a rule; what is asked for later counts.
struct Asked<T: Send + Sync + 'static> {
    answer: RwSignal<Option<T>>,
    number: StoredValue<u32>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Send + Sync + 'static> Asked<T> {
    fn new() -> Self {
        Self { answer: RwSignal::new(None), number: StoredValue::new(0) }
    }

    fn turn(self) -> u32 {
        let turn = self.number.get_value().wrapping_add(1);
        self.number.set_value(turn);
        turn
    }

    /// Nothing is known, and no answer that is on its way counts.
    fn clear(self) {
        self.turn();
        self.answer.set(None);
    }

    /// What was known stays until the answer is there.
    fn ask(self, question: impl Future<Output = T> + 'static) {
        let mine = self.turn();
        spawn_local(async move {
            let answer = question.await;
            // Something else was asked for, or the page was left.
            if self.number.try_get_value() == Some(mine) {
                self.answer.set(Some(answer));
            }
        });
    }
}

/// What made an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Maker {
    /// Whether it is a rule of this server, as far as is known.
    is_ours: bool,
    /// In what its values are.
    unit: Unit,
}

async fn maker(labels: LabelMap) -> Maker {
    let rule = match rule_of(&labels).await {
        Ok(Some(rule)) => rule,
        found => return Maker { is_ours: found.is_err(), unit: Unit::Number },
    };
    let unit = match rule.strip_prefix(OF_FORM) {
        Some(uid) => {
            let path = format!("/api/v1/watchfire/rules/{}", Encoded(uid));
            let told = api::get(&path, &Search::default()).await.and_then(|text| envelope::<Value>(&text));
            told.as_ref().map_or(Unit::Number, unit_of)
        }
        None => Unit::Number,
    };
    Maker { is_ours: true, unit }
}

/// In what the values of a rule are that a form made.
fn unit_of(told: &Value) -> Unit {
    if told["rule"]["condition"]["is"] == "changed" { Unit::Percent } else { Unit::Number }
}

fn search_of(of: &ChartedRule, from: i64) -> Search {
    let search = match &of.rule {
        Some((name, rule)) => Search::default().with(name, rule),
        None => Search::default().with("labels", &value_of(&of.labels).to_string()),
    };
    search.with("from", &from.to_string()).with("to", &of.to.to_string())
}

/// The last value of each of some steps.
async fn over_time(of: ChartedRule) -> Result<Known, String> {
    let step = ((of.to - of.from) / POINTS).max(1000);
    read(search_of(&of, of.from).with("step", &step.to_string()), of.from, of.to).await
}

/// The last evaluations, each by itself.
async fn last(of: ChartedRule) -> Result<Known, String> {
    let from = of.from.max(of.to - DAY);
    read(search_of(&of, from).with("limit", &LAST.to_string()), from, of.to).await
}

async fn read(search: Search, from: i64, to: i64) -> Result<Known, String> {
    let answer = api::get(API, &search).await.and_then(|text| envelope(&text));
    answer
        .map(|answer| Known { answer, from, to })
        .map_err(|failure| format!("✕ What was evaluated can't be shown: {failure}"))
}

/// Whether two are of the same rule or alert, if of other times.
fn is_same(one: Option<&ChartedRule>, other: Option<&ChartedRule>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.labels == other.labels && one.rule == other.rule,
        _ => false,
    }
}

/// Why no line is drawn; nothing where some are.
fn why_none(known: Option<&Result<Known, String>>, maker: Option<Maker>) -> Option<String> {
    match known? {
        Err(words) => Some(words.clone()),
        Ok(known) if !known.answer.series.is_empty() => None,
        Ok(_) if maker.is_some_and(|maker| !maker.is_ours) => Some(NOT_OURS.to_owned()),
        Ok(_) => Some(NOTHING.to_owned()),
    }
}

/// The panel; nothing where nothing is asked for. Where `unit` is left out it is that of the rule that made the alert.
#[component]
pub(crate) fn Evaluated(
    of: Memo<Option<ChartedRule>>,
    #[prop(optional)] unit: Option<Memo<Unit>>,
) -> impl IntoView {
    let lines = Asked::<Result<Known, String>>::new();
    let rows = Asked::<Result<Known, String>>::new();
    let made_by = Asked::<Maker>::new();
    let open = RwSignal::new(false);
    let shown = StoredValue::new(None::<ChartedRule>);
    Effect::new(move |_| {
        let now = of.get();
        if shown.with_value(|shown| !is_same(shown.as_ref(), now.as_ref())) {
            // What belongs to another alert is not shown below the name of this one.
            lines.clear();
            rows.clear();
            made_by.clear();
            open.set(false);
            if let Some(alert) = now.as_ref().filter(|of| of.rule.is_none()) {
                made_by.ask(maker(alert.labels.clone()));
            }
        }
        if let Some(of) = &now {
            lines.ask(over_time(of.clone()));
            if open.get_untracked() {
                rows.ask(last(of.clone()));
            }
        }
        shown.set_value(now);
    });
    let unit = Memo::new(move |_| match unit {
        Some(unit) => unit.get(),
        None => made_by.answer.get().map_or(Unit::Number, |maker| maker.unit),
    });
    let words = move || lines.answer.with(|known| why_none(known.as_ref(), made_by.answer.get()));
    let is_there = Memo::new(move |_| of.with(Option::is_some));
    let heading = move || {
        let name = of.with(|of| of.as_ref()?.labels.get("alertname").cloned());
        name.map_or_else(|| "As it was evaluated".to_owned(), |name| format!("As it was evaluated: {name}"))
    };
    let badge = move || {
        let count = lines.answer.with(|known| Some(known.as_ref()?.as_ref().ok()?.answer.series.len()));
        count.filter(|count| *count > 0).map(|count| plural(count, "alert"))
    };
    // Where the lines can't be shown the list may.
    let has_list = Memo::new(move |_| {
        lines.answer.with(|known| match known {
            None => false,
            Some(Ok(known)) => !known.answer.series.is_empty(),
            Some(Err(_)) => true,
        })
    });
    view! {
        <Show when=move || is_there.get()>
            <section class="panel rule-changes" aria-label="As it was evaluated">
                <header class="panel-head"><h2>{heading}</h2><span class="panel-badge">{badge}</span></header>
                <p class="hint" role="status">{words}</p>
                {drawn(lines, unit)}
                <Show when=move || has_list.get()>{listed(of, rows, open, unit)}</Show>
            </section>
        </Show>
    }
    .into_any()
}

/// A line for each alert.
fn drawn(of: Asked<Result<Known, String>>, unit: Memo<Unit>) -> AnyView {
    let preferences = expect_context::<Preferences>();
    let line = move |one: &Evaluations, name: String, (from, to): (i64, i64)| {
        // Its time is the end of a step.
        let told: Option<String> = one.values().last().map(|(at, value)| {
            format!("{name}: {} by {}", format_value(unit.get(), value), moment(at, preferences))
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
        of.answer.with(|known| {
            let known = known.as_ref()?.as_ref().ok()?;
            let all = &known.answer.series;
            let more = all.len().saturating_sub(LINES) + known.answer.left_out;
            let more = (more > 0).then(|| format!("{} more alerts are not shown.", grouped(more as u64)));
            let each = all.iter().zip(known.answer.names()).take(LINES);
            let lines = each.map(|(one, name)| line(one, name, (known.from, known.to)));
            Some(view! {
                <ul class="timeline">{lines.collect_view()}</ul>
                <p class="hint">{more}</p>
            })
        })
    };
    lines.into_any()
}

/// The last evaluations, which are asked for when somebody wants to see them.
fn listed(
    of: Memo<Option<ChartedRule>>,
    asked: Asked<Result<Known, String>>,
    open: RwSignal<bool>,
    unit: Memo<Unit>,
) -> AnyView {
    let preferences = expect_context::<Preferences>();
    let details = NodeRef::<html::Details>::new();
    let toggled = move |_| {
        let is_open = details.get_untracked().is_some_and(|details| details.open());
        open.set(is_open);
        if let Some(of) = of.get_untracked().filter(|_| is_open) {
            asked.ask(last(of));
        }
    };
    let list = Memo::new(move |_| {
        asked.answer.with(|known| Some(known.as_ref()?.as_ref().ok()?.answer.newest())).unwrap_or_default()
    });
    let words = move || {
        asked.answer.with(|known| match known {
            None => Some("… asking for them".to_owned()),
            Some(Ok(_)) => None,
            Some(Err(words)) => Some(words.clone()),
        })
    };
    let row = move |(at, name, value): (i64, String, f64)| {
        view! {
            <tr>
                <td>{moment(at, preferences)}</td>
                <td class="number" data-name="Value" title=value.to_string()>{format_value(unit.get(), value)}</td>
                <td class="target-labels">{name}</td>
            </tr>
        }
    };
    view! {
        <details node_ref=details on:toggle=toggled>
            <summary>"The last evaluations"</summary>
            <p class="hint" role="status">{words}</p>
            <div class="table-scroll" tabindex="0" role="group" aria-label="The last evaluations">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"When"</th><th scope="col" class="number">"Value"</th><th scope="col">"Alert"</th>
                    </tr></thead>
                    <tbody>{move || list.get().into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_another_alert_are_not_shown() {
        let of = |host: &str, to: i64| ChartedRule {
            labels: [("host".to_owned(), host.to_owned())].into(),
            from: 0,
            to,
            rule: None,
        };
        assert!(is_same(Some(&of("a", 1)), Some(&of("a", 2))), "the clock goes on");
        assert!(!is_same(Some(&of("a", 1)), Some(&of("b", 1))));
        assert!(!is_same(None, Some(&of("a", 1))));
        let of_rule = ChartedRule { rule: Some(("uid", "hot".to_owned())), ..of("a", 1) };
        assert!(!is_same(Some(&of("a", 1)), Some(&of_rule)));
    }

    #[test]
    fn why_nothing_is_drawn() {
        let known =
            |series: Vec<Evaluations>| Ok(Known { answer: Answer { series, left_out: 0 }, from: 0, to: 1 });
        let maker = |is_ours| Some(Maker { is_ours, unit: Unit::Number });
        assert_eq!(why_none(None, None), None);
        assert_eq!(why_none(Some(&known(Vec::new())), maker(false)).as_deref(), Some(NOT_OURS));
        assert_eq!(why_none(Some(&known(Vec::new())), maker(true)).as_deref(), Some(NOTHING));
        assert_eq!(why_none(Some(&known(vec![Evaluations::default()])), maker(false)), None);
        assert_eq!(why_none(Some(&Err("✕ no".to_owned())), maker(false)).as_deref(), Some("✕ no"));
    }

    #[test]
    fn changes_are_in_per_cent() {
        assert_eq!(unit_of(&json!({"rule": {"condition": {"is": "changed"}}})), Unit::Percent);
        assert_eq!(unit_of(&json!({"rule": {"condition": {"is": "above"}}})), Unit::Number);
        assert_eq!(unit_of(&json!({})), Unit::Number);
    }
}
