//! A line for each alert of a rule: when it was pending, when it fired.

use std::collections::BTreeMap;

use leptos::prelude::*;
use watchfire_model::{TimeRange, format_utc};

use super::changes::is_said;
use super::{Event, Known};
use crate::alerts::alert::LabelMap;
use crate::alerts::sent::is_sent;
use crate::alerts::{label_words, lasting, moment, place};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// How many alerts have a line.
const LINES: usize = 40;

/// A stretch of time in which an alert was in one state.
#[derive(Clone, Debug, PartialEq)]
struct Stretch {
    state: String,
    start: i64,
    end: i64,
}

/// The states that one alert went through, from events that are the newest first. What lies before the first of them is taken
/// from what it says it was.
fn stretches(events: &[&Event], range: TimeRange) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut end = range.end;
    for event in events {
        let start = event.at.max(range.start);
        found.push(Stretch { state: event.to.clone(), start, end });
        end = start;
    }
    if let Some(oldest) = events.last().filter(|_| end > range.start) {
        found.push(Stretch { state: oldest.from.clone(), start: range.start, end });
    }
    found.retain(|stretch| stretch.end > stretch.start && !is_calm(&stretch.state));
    found.reverse();
    found
}

/// States that a line leaves empty.
fn is_calm(state: &str) -> bool {
    matches!(state, "" | "inactive" | "ok")
}

/// The panel.
#[component]
pub(super) fn Timeline(known: RwSignal<Option<Known>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let content = move || {
        let known = known.get()?;
        let range = known.shown();
        let mut by_alert: BTreeMap<&LabelMap, Vec<&Event>> = BTreeMap::new();
        for event in known.events.iter().filter(|event| !is_said(&event.to) && !is_sent(&event.to)) {
            by_alert.entry(&event.labels).or_default().push(event);
        }
        let count = by_alert.len();
        let length = (range.end - range.start).max(1) as f64;
        let share = |at: i64| (at - range.start) as f64 / length * 100.0;
        let lines: Vec<_> = by_alert
            .into_iter()
            .take(LINES)
            .map(|(labels, events)| {
                let name = if labels.is_empty() {
                    "the rule itself".to_owned()
                } else {
                    label_words(labels, &["alertname", "severity"])
                };
                let name = if name.is_empty() { "its only alert".to_owned() } else { name };
                let stretch = |stretch: Stretch| {
                    let (left, width) = (share(stretch.start), share(stretch.end) - share(stretch.start));
                    let title = format!(
                        "{} from {} for {}",
                        stretch.state,
                        moment(stretch.start, preferences),
                        lasting((stretch.end - stretch.start).max(1000)),
                    );
                    view! {
                        <span class="timeline-stretch" data-alert-state=stretch.state.clone()
                            style=place(left, width) title=title.clone()>
                            <span class="visually-hidden">{format!("{title}. ")}</span>
                        </span>
                    }
                };
                let stretches = stretches(&events, range);
                view! {
                    <li class="timeline-line">
                        <span class="timeline-name" title=name.clone()>{name.clone()}</span>
                        <span class="timeline-bar">{stretches.into_iter().map(stretch).collect_view()}</span>
                    </li>
                }
            })
            .collect();
        if lines.is_empty() {
            return Some(view! { <p class="panel-none">"Nothing happened in this range. Choose a longer one above."</p> }.into_any());
        }
        let at = |time: i64| format_utc(time, preferences.utc_offset(), "%b %d, %H:%M");
        let more =
            (count > LINES).then(|| format!("The first {LINES} of {} are shown.", grouped(count as u64)));
        Some(
            view! {
                <ul class="timeline">{lines}</ul>
                <p class="timeline-ends"><span>{at(range.start)}</span><span>{at(range.end)}</span></p>
                <p class="hint">{more}</p>
            }
            .into_any(),
        )
    };
    view! {
        <section class="panel" aria-label="Timeline">
            <header class="panel-head">
                <h2>"Timeline"</h2>
                <span class="panel-badge timeline-key">
                    <span data-alert-state="pending">"▨ pending"</span>" "<span data-alert-state="firing">"■ firing"</span>
                    " "<span data-alert-state="error">"▩ error"</span>
                </span>
            </header>
            {content}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_become_stretches() {
        let events = [
            Event::new(80, "firing", "inactive"),
            Event::new(50, "pending", "firing"),
            Event::new(30, "inactive", "pending"),
        ];
        let told = |events: &[Event]| {
            let events: Vec<&Event> = events.iter().collect();
            let found = stretches(&events, TimeRange { start: 0, end: 100 });
            found
                .into_iter()
                .map(|one| format!("{} {}-{}", one.state, one.start, one.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&events), ["pending 30-50", "firing 50-80"]);
        assert_eq!(told(&events[..1]), ["firing 0-80"], "what it was before the first change is known");
        assert_eq!(told(&events[1..]), ["pending 30-50", "firing 50-100"], "the last state lasts");
        assert!(told(&[]).is_empty());
    }
}
