//! The page that tells which metrics and labels make how many series.

mod table;
mod totals;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use self::table::{CountTable, Link, Measure};
use self::totals::Totals;
use crate::address::Search;
use crate::api::{self, Failure, TsdbStatus};
use crate::live::{Connection, Live};
use crate::pages::{Page, Views};
use crate::range::kept;

/// How many rows a table may have.
const LIMITS: [u32; 3] = [10, 50, 200];

/// How the tables are. Each looks different.
#[derive(Clone, Debug, PartialEq)]
enum Progress {
    Loading,
    Ready,
    /// Older tables are shown while the new ones are on their way.
    Renewing,
    /// There are no series.
    Empty,
    Disconnected,
    Failed(String),
}

impl Progress {
    fn word(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Renewing => "renewing",
            Self::Empty => "empty",
            Self::Disconnected => "disconnected",
            Self::Failed(_) => "failed",
        }
    }
}

/// Which rows the URL asks for.
fn limit_of(search: &str) -> u32 {
    let asked = Search::parse(search).get("limit").and_then(|text| text.parse().ok());
    asked.filter(|limit| LIMITS.contains(limit)).unwrap_or(LIMITS[0])
}

/// The tables, and how they are.
#[derive(Clone, Copy)]
struct Asking {
    status: RwSignal<Option<TsdbStatus>>,
    progress: RwSignal<Progress>,
    number: StoredValue<u32>,
}

impl Asking {
    /// Asks the server. For the browser.
    fn ask(self, limit: u32) {
        let number = self.number.get_value().wrapping_add(1);
        self.number.set_value(number);
        let shown = self.status.with_untracked(Option::is_some);
        self.progress.set(if shown { Progress::Renewing } else { Progress::Loading });
        spawn_local(async move {
            let search = Search::default().with("limit", &limit.to_string());
            let answer = api::get("/api/v1/status/tsdb", &search).await;
            if self.number.try_get_value() != Some(number) {
                return;
            }
            self.progress.set(match answer.and_then(|text| TsdbStatus::read(&text)) {
                Ok(status) => {
                    let empty = status.series_count_by_metric_name.is_empty();
                    self.status.set(Some(status));
                    if empty { Progress::Empty } else { Progress::Ready }
                }
                Err(Failure::Unreachable) => Progress::Disconnected,
                Err(failure) => Progress::Failed(failure.to_string()),
            });
        });
    }
}

/// Which metrics and labels make how many series.
#[component]
pub(crate) fn CardinalityPage() -> impl IntoView {
    let search = use_location().search;
    let navigate = StoredValue::new(use_navigate());
    let limit = Memo::new(move |_| search.with(|search| limit_of(search)));
    let filter = Memo::new(move |_| {
        search.with(|search| Search::parse(search).get("filter").unwrap_or_default().to_owned())
    });
    let asking = Asking {
        status: RwSignal::new(None),
        progress: RwSignal::new(Progress::Loading),
        number: StoredValue::new(0),
    };
    let again = RwSignal::new(0_u32);
    let connection = expect_context::<Live>().connection();
    Effect::new(move |_| {
        again.track();
        asking.ask(limit.get());
    });
    Effect::new(move |_| {
        if connection.get() == Connection::Live && asking.progress.get_untracked() == Progress::Disconnected {
            again.update(|again| *again = again.wrapping_add(1));
        }
    });
    // The filter is no place to go back to; each letter would be one.
    let show = move |name: &str, value: &str, replace: bool| {
        let search = Search::parse(&search.get_untracked()).with(name, value);
        let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&format!("{}{search}", Page::Cardinality.path()), options));
    };
    let choose = move |event| show("limit", &event_target_value(&event), false);
    let choice = move |value: u32| {
        view! { <option value=value.to_string() selected=move || limit.get() == value>{value.to_string()}</option> }
    };
    view! {
        <Title text=Page::Cardinality.title()/>
        <div class="cardinality" data-state=move || asking.progress.with(Progress::word)>
            <Views current=Page::Cardinality/>
            <h1 class="visually-hidden">"Cardinality"</h1>
            <Totals status=asking.status/>
            <div class="cardinality-controls">
                <label class="filter">
                    <span>"Filter"</span>
                    <input
                        type="search"
                        name="filter"
                        data-search="true"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="part of a name"
                        value=filter.get_untracked()
                        prop:value=move || filter.get()
                        on:input=move |event| show("filter", &event_target_value(&event), true)
                    />
                </label>
                <label class="step">
                    "Rows "
                    <select name="limit" on:change=choose>{LIMITS.map(choice).collect_view()}</select>
                </label>
                <button type="button" class="button" on:click=move |_| again.update(|again| *again = again.wrapping_add(1))>
                    "Count again"
                </button>
                <StateLine progress=asking.progress/>
            </div>
            <Tables status=asking.status filter/>
        </div>
    }
}

/// How the tables are, in words, and what to do.
#[component]
fn StateLine(progress: RwSignal<Progress>) -> impl IntoView {
    let words = move || match progress.get() {
        Progress::Loading => "… counting".to_owned(),
        Progress::Renewing => "… counting anew; these are the last numbers".to_owned(),
        Progress::Ready => String::new(),
        Progress::Empty => {
            "No series yet. A source that has just started shows up within seconds.".to_owned()
        }
        Progress::Disconnected => {
            "✕ The server does not answer. It is asked again as soon as the connection is back.".to_owned()
        }
        Progress::Failed(words) => format!("✕ No answer: {words}"),
    };
    view! { <p class="cardinality-state" role="status">{words}</p> }
}

#[component]
fn Tables(status: RwSignal<Option<TsdbStatus>>, filter: Memo<String>) -> impl IntoView {
    let search = use_location().search;
    // A query counts at one instant, so the range that it is shown over may be short; the page's own is kept.
    let explore = move |query: &str| {
        let kept = search.with_untracked(|search| kept(search));
        format!("{}{}", Page::Explore.path(), kept.with("q", query).with("tab", "table"))
    };
    let of_metric = Link::new(move |metric: &str| explore(&count_of_metric(metric)));
    let of_label = Link::new(move |label: &str| explore(&count_by_label(label)));
    let of_pair = Link::new(move |pair: &str| explore(&count_of_pair(pair)));
    let part = move |part: fn(&TsdbStatus) -> &Vec<api::Count>| {
        Signal::derive(move || status.with(|status| status.as_ref().map(part).cloned().unwrap_or_default()))
    };
    view! {
        <div class="grid">
            <CountTable id="by-metric" title="Metrics by series" name="Metric" measure=Measure::Series
                rows=part(|status| &status.series_count_by_metric_name) filter link=of_metric/>
            <CountTable id="by-label" title="Labels by values" name="Label" measure=Measure::Values
                rows=part(|status| &status.label_value_count_by_label_name) filter link=of_label.clone()/>
            <CountTable id="by-pair" title="Pairs by series" name="Label = value" measure=Measure::Series
                rows=part(|status| &status.series_count_by_label_value_pair) filter link=of_pair/>
            <CountTable id="by-memory" title="Labels by memory" name="Label" measure=Measure::Bytes
                rows=part(|status| &status.memory_in_bytes_by_label_name) filter link=of_label/>
        </div>
    }
    .into_any()
}

/// Which jobs and instances make the series of a metric.
fn count_of_metric(metric: &str) -> String {
    let count = |selector: &str| format!("count by (__name__, job, instance) ({selector})");
    let plain = count(metric);
    // A name that is no plain word, or that is one of the language, must stand in quotes.
    if watchfire_promql::parse(&plain).is_ok() { plain } else { count(&format!("{{__name__={metric:?}}}")) }
}

fn count_by_label(label: &str) -> String {
    let name =
        if watchfire_model::is_plain_label_name(label) { label.to_owned() } else { format!("{label:?}") };
    format!("sort_desc(count by ({name}) ({{{name}!=\"\"}}))")
}

fn count_of_pair(pair: &str) -> String {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = if watchfire_model::is_plain_label_name(name) { name.to_owned() } else { format!("{name:?}") };
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("sort_desc(count by (__name__) ({{{name}=\"{value}\"}}))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_ask_what_can_be_read() {
        let table = [
            (count_of_metric("up"), "count by (__name__, job, instance) (up)"),
            (count_of_metric("my.metric"), "count by (__name__, job, instance) ({__name__=\"my.metric\"})"),
            (count_by_label("job"), "sort_desc(count by (job) ({job!=\"\"}))"),
            (count_of_pair("path=a=\"b\""), "sort_desc(count by (__name__) ({path=\"a=\\\"b\\\"\"}))"),
        ];
        for (query, expected) in table {
            assert_eq!(query, expected);
            watchfire_promql::parse(&query).unwrap();
        }
    }

    #[test]
    fn the_url_asks_for_one_of_the_limits() {
        assert_eq!(limit_of("?limit=50"), 50);
        assert_eq!(limit_of("?limit=7"), 10);
        assert_eq!(limit_of(""), 10);
    }
}
