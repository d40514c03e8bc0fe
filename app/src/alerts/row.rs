use leptos::prelude::*;
use watchfire_chart::format_value;
use watchfire_model::Unit;

use super::alert::{Alert, Alerts, LabelMap, Severity};
use super::handling::Handling;
use super::{is_link, label_words, moment, server_now};
use crate::api::{Poll, RuleState};
use crate::numbers::ago;
use crate::preferences::Preferences;

/// One alert; the row stays while what it says changes.
#[component]
pub(super) fn AlertRow(key: LabelMap, alerts: RwSignal<Option<Alerts>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let labels = label_words(&key, &["alertname", "severity"]);
    let alert = Memo::new(move |_| {
        alerts
            .with(|alerts| alerts.as_ref()?.all.get(&key).cloned())
            .unwrap_or_else(|| Alert { labels: key.clone(), ..Alert::default() })
    });
    let muted = Memo::new(move |_| {
        alerts.with(|alerts| {
            let words = alerts.as_ref().map(|alerts| alert.with(|alert| alerts.muted_words(alert)));
            words.unwrap_or_default().join("; ")
        })
    });
    let first = alert.get_untracked();
    let name = first.name().to_owned();
    let title = match first.rule_path() {
        Some(href) => view! { <a class="alert-name" href=href>{name}</a> }.into_any(),
        None => view! { <span class="alert-name">{name}</span> }.into_any(),
    };
    let (silence, severity) = (first.silence_path(), first.severity());
    let mark = Severity::mark_of(&first.labels);
    let state = move || alert.with(state_word);
    let since = move || {
        alert.with(|alert| alert.since).map(|since| {
            let words = ago((now() - since).max(0));
            view! { <time title=moment(since, preferences)>{words}</time> }
        })
    };
    let value = move || alert.with(|alert| alert.value.map(|value| format_value(Unit::Number, value)));
    let exact = move || alert.with(|alert| alert.value.map(|value| value.to_string()));
    let summary = move || {
        alert.with(|alert| {
            let text = alert.annotations.get("summary").or_else(|| alert.annotations.get("description"));
            text.cloned()
        })
    };
    // Nobody is told of made-up data anyway.
    let silenced = move || (!alert.with(Alert::is_demo)).then(|| silence.clone());
    let muted_words = move || {
        let words = muted.get();
        (!words.is_empty()).then(|| view! { <span class="alert-muted">{format!("⊘ {words}")}</span> })
    };
    view! {
        <li class="alert" data-severity=severity.word() data-alert-state=state>
            <span class="alert-severity">{mark}</span>
            <span class="alert-state">{move || alert.with(state_words)}</span>
            <div class="alert-main">
                {title}
                <span class="alert-summary">{summary}</span>
                <span class="alert-labels">{labels}</span>
                {muted_words}
            </div>
            <span class="alert-value number" title=exact>{value}</span>
            <span class="alert-since">{since}</span>
            <span class="alert-ways">
                {move || silenced().map(|href| view! { <a href=href>"Silence"</a> })}
                <Ways alert/>
            </span>
            <Handling alert alerts poll/>
            <More alert/>
        </li>
    }
    .into_any()
}

/// The state, for looks.
pub(super) fn state_word(alert: &Alert) -> &'static str {
    match alert.state {
        _ if alert.resolved.is_some() => "resolved",
        _ if alert.is_muted() => "muted",
        RuleState::Firing if alert.acknowledged.is_some() => "acknowledged",
        state => state.word(),
    }
}

/// The state by word and shape.
pub(super) fn state_words(alert: &Alert) -> &'static str {
    match alert.state {
        _ if alert.resolved.is_some() => "✓ resolved",
        _ if alert.is_muted() => "⊘ muted",
        RuleState::Firing if alert.acknowledged.is_some() => "◨ looked after",
        RuleState::Firing if alert.kept => "■ firing, over",
        RuleState::Firing => "■ firing",
        RuleState::Pending => "◔ pending",
        RuleState::Inactive => "✓ over",
    }
}

/// Where one goes on from an alert.
#[component]
fn Ways(alert: Memo<Alert>) -> impl IntoView {
    let runbook = move || alert.with(|alert| alert.runbook().filter(|text| is_link(text)).map(str::to_owned));
    let dashboard = move || alert.with(Alert::dashboard_path);
    let source = move || {
        alert.with(|alert| {
            Some(alert.generator_url.clone()).filter(|url| alert.file.is_none() && is_link(url))
        })
    };
    view! {
        {move || runbook().map(|href| view! { <a href=href rel="noreferrer">"Runbook"</a> })}
        {move || dashboard().map(|href| view! { <a href=href>"Dashboard"</a> })}
        {move || source().map(|href| view! { <a href=href rel="noreferrer">"Source"</a> })}
    }
}

/// What else is known of an alert, folded away.
#[component]
fn More(alert: Memo<Alert>) -> impl IntoView {
    let facts = move || {
        alert.with(|alert| {
            let notes = alert.annotations.iter().map(|(name, text)| (name.clone(), text.clone()));
            let told = (!alert.receivers.is_empty()).then(|| ("told".to_owned(), alert.receivers.join(", ")));
            let from = match &alert.file {
                Some(file) if file == "form" => "a rule made here".to_owned(),
                Some(file) => file.clone(),
                None => "another server".to_owned(),
            };
            let all = notes.chain(told).chain([("from".to_owned(), from)]);
            all.map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> }).collect_view()
        })
    };
    view! {
        <details class="alert-more">
            <summary>"More"</summary>
            <dl class="facts">{facts}</dl>
        </details>
    }
}
