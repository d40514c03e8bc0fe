//! Every change of a rule and of its alerts, with its value and its reason.

use leptos::prelude::*;
use watchfire_chart::format_value;
use watchfire_model::Unit;

use super::{Event, Known, MOST};
use crate::alerts::sent::{is_sent, sent_words};
use crate::alerts::{label_words, moment, plural};
use crate::preferences::Preferences;

/// What somebody said of an alert, which fires all the same.
pub(super) fn is_said(state: &str) -> bool {
    matches!(state, "acknowledged" | "unacknowledged" | "snoozed" | "resolved" | "reopened")
}

/// Of which alert a change is, and why it came to it.
fn about(event: &Event) -> String {
    let labels = label_words(&event.labels, &["alertname", "severity"]);
    let reason = match event.reason.as_str() {
        "" => String::new(),
        // It stands in the words of what was sent.
        _ if is_sent(&event.to) => String::new(),
        reason if is_said(&event.to) => format!("by {reason}"),
        reason => reason.to_owned(),
    };
    let parts = [labels, reason];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What it came to: the states, or what was sent.
fn what(event: &Event) -> String {
    if !is_sent(&event.to) {
        return format!("{} → {}", event.from, event.to);
    }
    sent_words(event.receiver.as_deref(), event.integration.as_deref(), &event.to, &event.reason)
}

/// The value that made a change. Who says something of an alert, or sends it, measures nothing; and what ends an alert is that it is
/// not found any more: the server knows only the value before.
fn measured(event: &Event) -> Option<f64> {
    if event.labels.is_empty() || event.to == "inactive" {
        return None;
    }
    event.value().filter(|value| !value.is_nan() || !(is_said(&event.to) || is_sent(&event.to)))
}

/// Every change, the newest first.
#[component]
pub(super) fn Changes(known: RwSignal<Option<Known>>, unit: Memo<Unit>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let row = move |event: Event| {
        let value = measured(&event);
        let shown = value.map(|value| format_value(unit.get(), value));
        let (of, what) = (about(&event), what(&event));
        let class = if is_sent(&event.to) { "change-sent" } else { "change-states" };
        view! {
            <tr>
                <td>{moment(event.at, preferences)}</td>
                <td class=class data-alert-state=event.to.clone()>{what}</td>
                <td class="number" data-name=value.is_some().then_some("Value") title=value.map(|value| value.to_string())>{shown}</td>
                <td class="target-labels">{of}</td>
            </tr>
        }
    };
    let rows = move || {
        let events = known.with(|known| known.as_ref().map(|known| known.events.clone())).unwrap_or_default();
        events.into_iter().map(row).collect_view()
    };
    let badge = move || {
        let count = known.with(|known| known.as_ref().map_or(0, |known| known.events.len()));
        let first = if count >= MOST { ", the newest" } else { "" };
        format!("{}{first}", plural(count, "change"))
    };
    view! {
        <section class="panel rule-changes" aria-label="Changes">
            <header class="panel-head"><h2>"Changes"</h2><span class="panel-badge">{badge}</span></header>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Changes">
                <table class="table">
                    <thead><tr>
                        <th scope="col">"When"</th><th scope="col">"State"</th>
                        <th scope="col" class="number">"Value"</th><th scope="col">"Alert, or reason"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_measured_has_a_value() {
        let labels: crate::alerts::alert::LabelMap = [("host".to_owned(), "a".to_owned())].into();
        for (to, value, expected) in [
            ("firing", 60.into(), Some(60.0)),
            ("pending", 60.into(), Some(60.0)),
            ("inactive", 60.into(), None),
            ("sent", "NaN".into(), None),
        ] {
            let event = Event { labels: labels.clone(), value, ..Event::new(1, "firing", to) };
            assert_eq!(measured(&event), expected, "{to}");
        }
        assert_eq!(
            measured(&Event { value: 60.into(), ..Event::new(1, "ok", "firing") }),
            None,
            "of the rule"
        );
    }

    #[test]
    fn a_change_says_of_what_it_is_and_why() {
        let event = |labels: &[(&str, &str)], to: &str, reason: &str| Event {
            labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            reason: reason.to_owned(),
            ..Event::new(1, "firing", to)
        };
        let own = [("alertname", "Hot"), ("host", "a")];
        for (event, expected) in [
            (event(&own, "acknowledged", "ann: on it"), "host=\"a\" · by ann: on it"),
            (event(&own[..1], "resolved", "bob"), "by bob"),
            (event(&own, "inactive", "the rule was paused"), "host=\"a\" · the rule was paused"),
            (event(&own, "firing", ""), "host=\"a\""),
            (event(&[], "error", "no such metric"), "no such metric"),
            (event(&own, "not sent", "no such channel"), "host=\"a\""),
        ] {
            assert_eq!(about(&event), expected);
        }
        let sent = Event {
            receiver: Some("team".to_owned()),
            integration: Some("email[0]".to_owned()),
            ..event(&own, "sent", "")
        };
        assert_eq!(what(&sent), "mail to team: sent");
        assert_eq!(what(&event(&own, "inactive", "")), "firing → inactive");
    }
}
