use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::sections::section;
use super::state::Editor;
use super::tables::SCHEDULES;
use crate::address::Encoded;
use crate::alerts::moment;
use crate::api::call;
use crate::preferences::Preferences;

/// Who is on call by a schedule that is saved; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Duty {
    name: String,
    on_call: Option<String>,
    /// Milliseconds since the epoch.
    until: Option<i64>,
    next: Option<String>,
    gaps: Vec<Gap>,
    calendars: Vec<Calendar>,
}

/// How a calendar of it is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Calendar {
    from: String,
    read_at: i64,
    error: Option<String>,
    problems: Vec<String>,
}

impl Calendar {
    fn words(&self, moment: impl Fn(i64) -> String) -> String {
        let read = if self.read_at > 0 {
            format!("read at {}", moment(self.read_at))
        } else {
            "not read yet".to_owned()
        };
        let wrong: Vec<&str> = self.error.iter().chain(&self.problems).map(String::as_str).collect();
        if wrong.is_empty() {
            format!("✓ The calendar of {} was {read}.", self.from)
        } else {
            format!("✕ The calendar of {} was {read}: {}.", self.from, wrong.join("; "))
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Gap {
    from: i64,
    to: i64,
}

/// Gaps that are written out.
const MOST: usize = 3;

impl Duty {
    fn words(&self, moment: impl Fn(i64) -> String) -> String {
        let now = match (&self.on_call, self.until) {
            (Some(name), Some(until)) => format!("✓ {name} is on call until {}", moment(until)),
            (Some(name), None) => format!("✓ {name} is on call"),
            (None, _) => "✕ nobody is on call".to_owned(),
        };
        let next = self.next.as_ref().map_or(String::new(), |name| format!(", then {name}"));
        let gaps: Vec<String> = self
            .gaps
            .iter()
            .take(MOST)
            .map(|gap| format!("{} to {}", moment(gap.from), moment(gap.to)))
            .collect();
        let more = self.gaps.len().saturating_sub(MOST);
        let gaps = match gaps.len() {
            0 => "; no gap in the next 30 days".to_owned(),
            _ if more > 0 => format!(
                "; nobody is on call from {}, and {more} times more within 30 days",
                gaps.join(", from ")
            ),
            _ => format!("; nobody is on call from {}", gaps.join(", from ")),
        };
        format!("{}: {now}{next}{gaps}.", self.name)
    }
}

/// Who is on call when, to be changed; and what that comes to, as it is saved.
#[component]
pub(super) fn SchedulesForm(editor: Editor) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let known = RwSignal::new(Vec::<Duty>::new());
    Effect::new(move |_| {
        editor.version.track();
        spawn_local(async move {
            let listed: Vec<Duty> =
                call("GET", "/api/v1/watchfire/schedules", None).await.unwrap_or_default();
            let mut all = Vec::new();
            for one in listed {
                let path = format!("/api/v1/watchfire/schedules/{}", Encoded(&one.name));
                // One that is gone meanwhile is left out.
                if let Ok(one) = call("GET", &path, None).await {
                    all.push(one);
                }
            }
            known.try_set(all);
        });
    });
    let told = move || {
        let moment = |at| moment(at, preferences);
        let words = |one: Duty| {
            let calendars: Vec<String> =
                one.calendars.iter().map(|calendar| calendar.words(moment)).collect();
            std::iter::once(one.words(moment)).chain(calendars)
        };
        known.get().into_iter().flat_map(words).map(|words| view! { <li>{words}</li> }).collect_view()
    };
    view! {
        <section class="panel" aria-label="Schedules">
            <header class="panel-head"><h2>"Schedules"</h2></header>
            <p class="hint">
                "Who is on call: layers take turns, later ones count before earlier ones, calendars before layers, and overrides before all. Receivers name schedules under \
                 “If nobody looks after it”. As they are saved:"
            </p>
            <ul class="edit-flaws" aria-live="polite" aria-label="On call">{told}</ul>
            {section(editor, "", &SCHEDULES)}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_in_words() {
        let mut one = Duty {
            name: "web".to_owned(),
            on_call: Some("ann".to_owned()),
            until: Some(5),
            next: Some("bob".to_owned()),
            ..Duty::default()
        };
        let moment = |at: i64| at.to_string();
        assert_eq!(one.words(moment), "web: ✓ ann is on call until 5, then bob; no gap in the next 30 days.");
        one.gaps = (0..5).map(|at| Gap { from: at, to: at + 1 }).collect();
        assert!(one.words(moment).ends_with(
            "; nobody is on call from 0 to 1, from 1 to 2, from 2 to 3, and 2 times more within 30 days."
        ));
        let calendar =
            Calendar { from: "host".to_owned(), error: Some("no".to_owned()), ..Calendar::default() };
        assert_eq!(calendar.words(moment), "✕ The calendar of host was not read yet: no.");
        assert_eq!(
            Calendar { read_at: 7, error: None, ..calendar }.words(moment),
            "✓ The calendar of host was read at 7."
        );
        assert!(Duty::default().words(moment).contains("✕ nobody is on call;"));
    }
}
