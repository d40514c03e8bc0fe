//! The alerts of a panel of a dashboard.

use std::sync::Arc;

use leptos::prelude::*;
use watchfire_panel::Unfolded;

use super::alert::{Alert, Alerts, LabelMap, Severity};
use super::filter::{Term, terms};
use super::handling::Handling;
use super::row::{state_word, state_words};
use super::{label_words, server_now, trouble};
use crate::api::Poll;
use crate::numbers::ago;

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How many alerts are shown where the panel does not say.
const MOST: usize = 50;

/// Alerts that are pending or fire, the gravest first. The panel's `only` are matchers or words that all have to hold.
#[component]
pub(crate) fn AlertList(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let alerts = RwSignal::new(None::<Alerts>);
    let poll = Poll::start(EVERY, Alerts::ask, move |got| alerts.set(Some(got)));
    let keys = Memo::new(move |_| {
        let (only, most) = item.with(|item| {
            let view = item.as_ref().map(|item| item.panel.view.clone()).unwrap_or_default();
            (view.only, view.most.map_or(MOST, |most| most as usize))
        });
        let wanted: Vec<Term> = only.iter().flat_map(|text| terms(text)).collect();
        alerts.with(|alerts| alerts.as_ref().map(|alerts| found(alerts, &wanted, most)).unwrap_or_default())
    });
    let words = move || {
        trouble(poll, "Alerts").or_else(|| {
            (alerts.with(Option::is_some) && keys.with(Vec::is_empty)).then(|| "✓ nothing fires".to_owned())
        })
    };
    view! {
        <div class="panel-list-area" data-alerts=move || super::state_word(poll)>
            <p class="hint" role="status">{words}</p>
            <ul class="alert-list">
                <For each=move || keys.get() key=Clone::clone let:key><Line key alerts poll/></For>
            </ul>
        </div>
    }
    .into_any()
}

fn found(alerts: &Alerts, wanted: &[Term], most: usize) -> Vec<LabelMap> {
    let takes = |alert: &&Alert| wanted.iter().all(|term| term.takes(&alert.labels, &alert.annotations));
    let mut found: Vec<&Alert> = alerts.all.values().filter(takes).collect();
    found.sort_by_key(|alert| (alert.resolved.is_some(), alert.is_muted(), alert.state, alert.severity()));
    found.into_iter().take(most).map(|alert| alert.labels.clone()).collect()
}

#[component]
fn Line(key: LabelMap, alerts: RwSignal<Option<Alerts>>, poll: Poll) -> impl IntoView {
    let now = server_now();
    let alert =
        Memo::new(move |_| alerts.with(|alerts| alerts.as_ref()?.all.get(&key).cloned()).unwrap_or_default());
    let first = alert.get_untracked();
    let severity = first.severity();
    let mark = Severity::mark_of(&first.labels);
    let href = first.rule_path().unwrap_or_else(|| "/alerts".to_owned());
    let since = move || alert.with(|alert| alert.since.map(|since| ago((now() - since).max(0))));
    let summary = first.annotations.get("summary").cloned();
    let labels = label_words(&first.labels, &["alertname", "severity"]);
    let state = move || alert.with(state_word);
    view! {
        <li class="alert alert-short" data-severity=severity.word() data-alert-state=state>
            <span class="alert-severity">{mark}</span>
            <div class="alert-main">
                <a class="alert-name" href=href>{first.name().to_owned()}</a>
                <span class="alert-summary">{summary}</span>
                <span class="alert-labels">{labels}</span>
            </div>
            <span class="alert-state">{move || alert.with(state_words)}</span>
            <span class="alert-since">{since}</span>
            <Handling alert alerts poll folded=true/>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::RuleState;

    #[test]
    fn a_panel_shows_what_it_asks_for() {
        let alert = |name: &str, state| {
            let labels: LabelMap = [("alertname".to_owned(), name.to_owned())].into_iter().collect();
            (labels.clone(), Alert { labels, state, ..Alert::default() })
        };
        let all =
            [alert("A", RuleState::Pending), alert("B", RuleState::Firing), alert("C", RuleState::Firing)];
        let alerts = Alerts { all: all.into_iter().collect(), ..Alerts::default() };
        let names = |only: &str, most| {
            let keys = found(&alerts, &terms(only), most);
            keys.into_iter().map(|labels| labels["alertname"].clone()).collect::<String>()
        };
        assert_eq!(names("", 9), "BCA");
        assert_eq!(names("", 2), "BC");
        assert_eq!(names("alertname!=B", 9), "CA");
    }
}
