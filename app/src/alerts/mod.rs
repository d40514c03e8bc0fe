//! Alerting: what fires, the rules that say so, what is kept silent, and who is told.

mod alert;
mod chart;
mod conditions;
mod counts;
mod deliveries;
mod filter;
mod form;
mod handling;
mod heartbeats;
mod incidents;
mod list;
mod maintenance;
mod on_call;
mod panel;
mod routing;
mod row;
mod rule;
mod rules;
mod schedules;
mod sent;
mod silences;
mod take_over;
mod told;
mod who;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

pub(crate) use self::alert::LabelMap;
pub(crate) use self::chart::{ChartedRule, RuleChart};
pub(crate) use self::deliveries::DeliveriesPage;
pub(crate) use self::form::RuleFormPage;
pub(crate) use self::list::AlertsPage;
pub(crate) use self::on_call::OnCallPages;
pub(crate) use self::panel::AlertList;
pub(crate) use self::routing::{EditorPorts, RoutingEditor, RoutingPage};
pub(crate) use self::rule::{Evaluated, RulePage};
pub(crate) use self::rules::RulesPage;
pub(crate) use self::silences::{SilencePage, SilencesPage};
pub(crate) use self::told::WhoIsTold;
use crate::address::{Search, unescaped};
use crate::api::{Poll, Progress};
use crate::live::Live;
use crate::pages::{NotFound, Page};
use crate::preferences::Preferences;
use crate::range::clock;
use watchfire_model::format_utc;

/// The page about alerts that the URL names.
pub(crate) fn alerting() -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| Page::at(&path.get()));
    move || match page.get() {
        Some(page) => crate::parts::alerting(page),
        None => view! { <NotFound/> }.into_any(),
    }
}

/// The part of the path that names what a page shows: of a rule its uid, of a silence its id; none for a new one.
fn named() -> Memo<Option<String>> {
    let path = use_location().pathname;
    Memo::new(move |_| path.with(|path| path.split('/').nth(3).filter(|name| *name != "new").map(unescaped)))
}

/// How the data of a page is, for its frame: each state looks different.
fn state_word(poll: Poll) -> &'static str {
    match poll.progress.get() {
        Progress::Beginning => "loading",
        Progress::Going => "ready",
        Progress::Disconnected => "disconnected",
        Progress::Failed(_) => "failed",
    }
}

/// What there is to say while no new answer comes: `what` is shown.
fn trouble(poll: Poll, what: &str) -> Option<String> {
    match poll.progress.get() {
        Progress::Beginning => Some("… loading".to_owned()),
        Progress::Going => None,
        Progress::Disconnected => Some(
            "✕ The server does not answer; what is shown is the last answer. It is asked again as soon as the connection is back."
                .to_owned(),
        ),
        Progress::Failed(words) => {
            Some(format!("✕ {what} can't be shown: {words}. They are asked for again every 10 seconds."))
        }
    }
}

/// The server's clock in milliseconds since the epoch; this computer's until the server's is known.
fn server_now() -> impl Fn() -> i64 + Copy + Send + Sync {
    let now = expect_context::<Live>().now();
    move || Some(now.get()).filter(|now| *now > 0).unwrap_or_else(clock)
}

/// A moment as it is written out.
fn moment(at: i64, preferences: Preferences) -> String {
    format_utc(at, preferences.utc_offset(), "%Y-%m-%d %H:%M:%S")
}

/// By which clock moments are written out: `UTC+01:00`.
fn clock_words(preferences: Preferences) -> String {
    let minutes = preferences.utc_offset() / 60_000;
    let sign = if minutes < 0 { '-' } else { '+' };
    match minutes.abs() {
        0 => "UTC".to_owned(),
        minutes => format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

/// How long something lasts, by milliseconds, in its two greatest units: `7 h 35 min`.
fn lasting(millis: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let seconds = (millis / 1000).max(0);
    let Some(first) = UNITS.iter().position(|(unit, _)| seconds >= *unit) else { return "0 s".to_owned() };
    let mut rest = seconds;
    let parts = UNITS[first..].iter().take(2).filter_map(|(unit, name)| {
        let count = rest / unit;
        rest %= unit;
        (count > 0).then(|| format!("{count} {name}"))
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// `1 alert`, `2 alerts`.
fn plural(count: usize, what: &str) -> String {
    format!("{} {what}{}", crate::numbers::grouped(count as u64), if count == 1 { "" } else { "s" })
}

/// `name="value", ...` of all labels but those that stand elsewhere.
fn label_words(labels: &alert::LabelMap, without: &[&str]) -> String {
    let shown = labels.iter().filter(|(name, _)| !without.contains(&name.as_str()));
    shown.map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(", ")
}

/// Where a stretch of time lies on its line, in per cent; it is wide enough to be seen, and never beyond the end.
fn place(left: f64, width: f64) -> String {
    format!("left:min({left:.3}%,100% - 3px);width:max({width:.3}%,3px)")
}

/// Whether a text that others have sent may be the address of a link: nothing that runs in the page.
fn is_link(text: &str) -> bool {
    let own = text.starts_with('/') && !text.starts_with("//");
    own || text.starts_with("http://") || text.starts_with("https://")
}

/// What a page's URL says, and the way to say something else there.
#[derive(Clone, Copy)]
struct Address {
    search: Memo<String>,
    go: StoredValue<std::sync::Arc<dyn Fn(Search, bool) + Send + Sync>>,
}

impl Address {
    /// Of the page in sight. Below a `Router`.
    fn of(page: Page) -> Self {
        Self::at(page.path())
    }

    /// The same by the page's path.
    fn at(path: &'static str) -> Self {
        let navigate = use_navigate();
        let go = move |search: Search, replace: bool| {
            let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
            navigate(&format!("{path}{search}"), options);
        };
        Self { search: use_location().search, go: StoredValue::new(std::sync::Arc::new(go)) }
    }

    /// The value of a name; empty where there is none.
    fn value(self, name: &'static str) -> Memo<String> {
        Memo::new(move |_| {
            self.search.with(|search| Search::parse(search).get(name).unwrap_or_default().to_owned())
        })
    }

    /// Puts a value into the URL; an empty one goes. `replace`: it is no place to go back to, as no letter of a filter is.
    fn put(self, name: &str, value: &str, replace: bool) {
        let search = self.search.with_untracked(|search| Search::parse(search)).with(name, value);
        self.go.with_value(|go| go(search, replace));
    }
}

/// A choice that stands in the URL: `choices` are words and what they are called.
fn choice(
    address: Address,
    name: &'static str,
    label: &'static str,
    choices: Vec<(String, String)>,
) -> impl IntoView {
    let chosen = address.value(name);
    let option = move |(word, title): (String, String)| {
        let own = word.clone();
        view! { <option value=word selected=move || chosen.with(|chosen| *chosen == own)>{title}</option> }
    };
    view! {
        <label class="step">
            {label}" "
            <select name=name on:change=move |event| address.put(name, &event_target_value(&event), false)>
                {choices.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

/// A filter that stands in the URL.
fn search_field(address: Address, placeholder: &'static str) -> impl IntoView {
    let filter = address.value("filter");
    view! {
        <label class="filter">
            "Filter "
            <input
                type="search"
                name="filter"
                data-search="true"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                value=filter.get_untracked()
                prop:value=move || filter.get()
                on:input=move |event| address.put("filter", &event_target_value(&event), true)
            />
        </label>
    }
}

/// What stands where a browser runs no JavaScript.
fn without_script() -> impl IntoView {
    view! { <p class="add-without">"This page is filled by JavaScript, which this browser does not run."</p> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_in_words() {
        for (seconds, expected) in [
            (0, "0 s"),
            (45, "45 s"),
            (790, "13 min 10 s"),
            (27_300, "7 h 35 min"),
            (3605, "1 h"),
            (530_640, "6 d 3 h"),
            (604_800, "7 d"),
        ] {
            assert_eq!(lasting(seconds * 1000), expected);
        }
        assert_eq!([0, 1, 2].map(|count| plural(count, "step")), ["0 steps", "1 step", "2 steps"]);
    }

    #[test]
    fn links_run_nothing() {
        for (text, expected) in [
            ("https://wiki/hot", true),
            ("/d/host", true),
            ("//elsewhere", false),
            ("javascript:alert(1)", false),
            ("call Ann", false),
        ] {
            assert_eq!(is_link(text), expected, "{text}");
        }
    }
}
