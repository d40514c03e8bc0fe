use leptos::prelude::*;

use super::actions::Actions;
use super::{Asked, FormRule, Key, Known};
use crate::address::{Encoded, Search};
use crate::alerts::{label_words, moment, server_now};
use crate::api::{Poll, RuleHealth, RuleShown, RuleState, instant};
use crate::numbers::{ago, grouped};
use crate::preferences::Preferences;

/// How many rules of a group are shown at most. A filter finds the others.
const MOST: usize = 300;

/// The rules of a group.
#[component]
pub(super) fn GroupTable(
    group: (String, String),
    asked: Memo<Asked>,
    known: RwSignal<Option<Known>>,
    poll: Poll,
) -> impl IntoView {
    let own = group.clone();
    let keys = Memo::new(move |_| {
        known.with(|known| {
            known.as_ref().map(|known| asked.with(|asked| asked.keys(known, &own))).unwrap_or_default()
        })
    });
    let of_forms = group.0 == "form";
    let paused = Memo::new(move |_| {
        known.with(|known| {
            let paused = known.as_ref().filter(|_| of_forms);
            paused.map(|known| asked.with(|asked| asked.paused(known))).unwrap_or_default()
        })
    });
    let heading = if of_forms { "Made here".to_owned() } else { format!("{} · {}", group.1, group.0) };
    let label = format!("Rules of {}", group.1);
    let badge = move || {
        let count = keys.with(Vec::len) + paused.with(Vec::len);
        let interval = known.with(|known| Some(known.as_ref()?.groups.get(&group)?.interval));
        let every = interval.map(|seconds| format!(" · each {seconds} s")).unwrap_or_default();
        let first = if count > MOST { format!("; the first {MOST} are shown") } else { String::new() };
        format!("{} rule{}{every}{first}", grouped(count as u64), if count == 1 { "" } else { "s" })
    };
    view! {
        <section class="panel rule-group" aria-label=heading.clone()>
            <header class="panel-head">
                <h2>{heading.clone()}</h2>
                <span class="panel-badge">{badge}</span>
            </header>
            <div class="table-scroll" tabindex="0" role="group" aria-label=label>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Rule"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Health"</th>
                            <th scope="col" class="number">"For"</th>
                            <th scope="col">"Last evaluation"</th>
                            <th scope="col" class="number">"Took, ms"</th>
                            <th scope="col">"Next"</th>
                            <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || keys.get().into_iter().take(MOST) key=Clone::clone let:key>
                            <Row key known poll/>
                        </For>
                        <For each=move || paused.get() key=|form| form.uid.clone() let:form>
                            <PausedRow form poll/>
                        </For>
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// One rule; the row stays while what it says changes.
#[component]
fn Row(key: Key, known: RwSignal<Option<Known>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let own = key.clone();
    let rule = Memo::new(move |_| {
        let found = known.with(|known| {
            known
                .as_ref()
                .and_then(|known| known.rule(&own))
                .map(|(group, rule)| (rule.clone(), group.interval))
        });
        found.unwrap_or_default()
    });
    let with = move |of: fn(&RuleShown) -> String| move || rule.with(|(rule, _)| of(rule));
    let first = rule.get_untracked().0;
    let uid = (key.0 == "form").then(|| key.1.clone());
    let history = match &uid {
        Some(uid) => format!("/alerts/rules/{}", Encoded(uid)),
        None => {
            format!("/alerts/rules/~{}", Search::default().with("rule", &first.history_key(&key.0, &key.1)))
        }
    };
    let name = first.name.clone();
    let actions = uid.map(|uid| {
        let rule = FormRule { uid, name: name.clone(), ..FormRule::default() };
        view! { <Actions rule poll/> }
    });
    let title = if first.state.is_some() {
        view! { <a class="rule-name" href=history>{name}</a> }.into_any()
    } else {
        view! { <span class="rule-name">{name.clone()}</span> }.into_any()
    };
    let error = move || {
        let error = rule.with(|(rule, _)| rule.last_error.clone());
        (!error.is_empty()).then(|| view! { <span class="target-error">{error}</span> })
    };
    let last = Memo::new(move |_| rule.with(|(rule, _)| instant(&rule.last_evaluation)));
    let last_words = move || last.get().map_or_else(|| "never".to_owned(), |at| ago((now() - at).max(0)));
    let last_exact = move || last.get().map(|at| moment(at, preferences));
    let next = move || {
        let seconds = rule.with(|(_, interval)| *interval);
        next_words(last.get().map(|at| at + (seconds * 1000.0) as i64), now())
    };
    let state = move || rule.with(|(rule, _)| rule.state.map_or("recording", RuleState::word));
    let health = move || rule.with(|(rule, _)| health_word(rule.health));
    view! {
        <tr data-rule-state=state data-health=health>
            <th scope="row">
                {title}
                <code class="rule-query">{with(|rule| rule.query.clone())}</code>
                <span class="rule-labels">{with(|rule| label_words(&rule.labels, &[]))}</span>
                {error}
            </th>
            <td class="rule-state">{with(state_words)}</td>
            <td class="rule-health">{with(|rule| health_words(rule.health).to_owned())}</td>
            <td class="number" data-name="For">{with(|rule| seconds_words(rule.duration))}</td>
            <td title=last_exact data-name="Last">{last_words}</td>
            <td class="number" data-name="Took, ms">{with(|rule| format!("{:.1}", rule.evaluation_time * 1000.0))}</td>
            <td data-name="Next">{next}</td>
            <td class="rule-actions">{actions}</td>
        </tr>
    }
    .into_any()
}

/// A rule that is kept and not evaluated.
#[component]
fn PausedRow(form: FormRule, poll: Poll) -> impl IntoView {
    let rule = form.clone();
    let FormRule { uid, name, severity, paused } = form;
    let state = if paused { "‖ paused" } else { "✕ not evaluated: open it and save it anew" };
    let history = format!("/alerts/rules/{}", Encoded(&uid));
    view! {
        <tr data-rule-state="paused">
            <th scope="row">
                <a class="rule-name" href=history>{name}</a>
                <span class="rule-labels">{severity.map(|severity| format!("severity={severity:?}"))}</span>
            </th>
            <td class="rule-state" colspan="6">{state}</td>
            <td class="rule-actions"><Actions rule poll/></td>
        </tr>
    }
    .into_any()
}

fn state_words(rule: &RuleShown) -> String {
    let fires = rule.alerts.iter().filter(|alert| alert.state == RuleState::Firing).count();
    let pending = rule.alerts.len() - fires;
    match rule.state {
        None => "records".to_owned(),
        Some(RuleState::Inactive) => "✓ inactive".to_owned(),
        Some(RuleState::Pending) => format!("◔ {pending} pending"),
        Some(RuleState::Firing) if pending > 0 => format!("■ {fires} firing, {pending} pending"),
        Some(RuleState::Firing) => format!("■ {fires} firing"),
    }
}

fn health_word(health: RuleHealth) -> &'static str {
    match health {
        RuleHealth::Ok => "ok",
        RuleHealth::Err => "err",
        RuleHealth::Unknown => "unknown",
    }
}

fn health_words(health: RuleHealth) -> &'static str {
    match health {
        RuleHealth::Ok => "✓ ok",
        RuleHealth::Err => "✕ error",
        RuleHealth::Unknown => "○ not yet",
    }
}

/// Seconds as a length of time; nothing for none.
fn seconds_words(seconds: f64) -> String {
    let millis = (seconds * 1000.0) as i64;
    if millis == 0 { "–".to_owned() } else { watchfire_model::format_duration(millis) }
}

/// When a rule is evaluated next.
fn next_words(at: Option<i64>, now: i64) -> String {
    match at.map(|at| (at - now) / 1000) {
        None => "soon".to_owned(),
        Some(..=0) => "now".to_owned(),
        Some(seconds) => format!("in {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_history() {
        let labels = [("severity", "high"), ("team", "ops")];
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let rule = RuleShown { name: "Full".to_owned(), labels, ..RuleShown::default() };
        assert_eq!(rule.history_key("node.yml", "node"), "node.yml;node;Full;severity=high;team=ops");
    }

    #[test]
    fn times_in_words() {
        assert_eq!((next_words(None, 0), next_words(Some(4), 9)), ("soon".to_owned(), "now".to_owned()));
        assert_eq!(next_words(Some(5000), 0), "in 5 s");
        assert_eq!((seconds_words(0.0), seconds_words(90.0)), ("–".to_owned(), "1m30s".to_owned()));
    }
}
