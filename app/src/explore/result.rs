use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use watchfire_chart::format_value;
use watchfire_model::{Unit, format_duration, format_utc};

use super::Explore;
use super::asked::{STEPS, Tab};
use super::outcome::{Facts, MOST_DRAWN, Progress};
use super::table::AnswerTable;
use crate::boards::Feed;
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// Queries to begin with, on data that every server has.
const EXAMPLES: [&str; 3] = [
    "system_cpu_usage_percent",
    "sum by (interface) (rate(system_network_bytes_total[5m]))",
    "topk(10, count by (__name__) ({__name__!=\"\"}))",
];

/// The answer: its state, what it cost, and the two ways to look at it.
#[component]
pub(super) fn ResultPanel() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let outcome = explore.outcome;
    let tab = Memo::new(move |_| explore.asked.with(|asked| asked.tab));
    let word = move || outcome.progress.with(Progress::word);
    view! {
        <section id="result" class="panel explore-result" aria-label="Result" data-state=word aria-busy=move || {
            outcome.progress.with(|progress| matches!(progress, Progress::Loading | Progress::Renewing)).to_string()
        }>
            <header class="result-head">
                <Tabs tab/>
                <StepChoice/>
                <FactsLine/>
            </header>
            <Notes/>
            <Notice/>
            <div class="result-body">
                <div id="panel-graph" role="tabpanel" aria-labelledby="tab-graph" hidden=move || tab.get() != Tab::Graph>
                    <Graph/>
                </div>
                <div id="panel-table" role="tabpanel" aria-labelledby="tab-table" hidden=move || tab.get() != Tab::Table>
                    <AnswerTable answer=outcome.table/>
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Tabs(tab: Memo<Tab>) -> impl IntoView {
    let explore = expect_context::<Explore>();
    let key = move |event: KeyboardEvent| {
        let other = match (event.key().as_str(), tab.get_untracked()) {
            ("ArrowLeft" | "ArrowRight", Tab::Graph) | ("End", _) => Tab::Table,
            ("ArrowLeft" | "ArrowRight", Tab::Table) | ("Home", _) => Tab::Graph,
            _ => return,
        };
        event.prevent_default();
        explore.show_tab(other);
        if let Some(element) = document().get_element_by_id(&format!("tab-{}", other.word())) {
            use wasm_bindgen::JsCast;
            let _ = element.dyn_ref::<web_sys::HtmlElement>().map(web_sys::HtmlElement::focus);
        }
    };
    let button = move |this: Tab| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=format!("tab-{}", this.word())
                aria-controls=format!("panel-{}", this.word())
                aria-selected=move || (tab.get() == this).to_string()
                tabindex=move || if tab.get() == this { "0" } else { "-1" }
                on:click=move |_| explore.show_tab(this)
            >
                {this.title()}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Show as" on:keydown=key>{Tab::ALL.map(button).collect_view()}</div>
    }
    .into_any()
}

#[component]
fn StepChoice() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let step = Memo::new(move |_| explore.asked.with(|asked| asked.step));
    let steps = move || {
        // A step that was typed into the URL is in the list, too.
        let own = step.get().filter(|step| !STEPS.contains(step));
        let mut all: Vec<i64> = STEPS.into_iter().chain(own).collect();
        all.sort_unstable();
        let choice = |value: i64| {
            let text = format_duration(value);
            view! { <option value=text.clone() selected=step.get() == Some(value)>{text.clone()}</option> }
        };
        all.into_iter().map(choice).collect_view()
    };
    let auto = move || match explore.outcome.facts.get().and_then(|facts| facts.step) {
        Some(shown) if step.get().is_none() => format!("auto ({})", format_duration(shown)),
        _ => "auto".to_owned(),
    };
    let change = move |event| {
        explore.choose_step(watchfire_model::parse_duration(&event_target_value(&event)).ok());
    };
    let shown = move || explore.asked.with(|asked| asked.tab) == Tab::Graph;
    view! {
        <label class="step" hidden=move || !shown()>
            "Step "
            <select name="step" on:change=change>
                <option value="" selected=move || step.get().is_none()>{auto}</option>
                {steps}
            </select>
        </label>
    }
    .into_any()
}

/// When it was evaluated and what it cost.
#[component]
fn FactsLine() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let preferences = expect_context::<Preferences>();
    let words = move || {
        let progress = explore.outcome.progress.get();
        let asking = match progress {
            Progress::Loading => Some("… loading".to_owned()),
            Progress::Renewing => Some("… asking anew; this is the last answer".to_owned()),
            Progress::Disconnected => Some("✕ not connected".to_owned()),
            Progress::Idle | Progress::Ready | Progress::Empty | Progress::Failed(_) => None,
        };
        let facts =
            explore.outcome.facts.get().filter(|_| !matches!(progress, Progress::Idle | Progress::Failed(_)));
        let facts = facts.map(|facts| facts_in_words(&facts, preferences.utc_offset()));
        asking.into_iter().chain(facts).collect::<Vec<_>>().join(" · ")
    };
    view! { <p class="result-facts" role="status">{words}</p> }
}

fn facts_in_words(facts: &Facts, utc_offset: i64) -> String {
    let mut words = vec![match (facts.series, facts.more) {
        (1, _) => "1 series".to_owned(),
        (count, false) => format!("{} series", grouped(count as u64)),
        (count, true) => format!("over {} series", grouped(count as u64)),
    }];
    words.extend(facts.cost.seconds.map(|seconds| format_value(Unit::Seconds, seconds)));
    words.extend(facts.cost.samples.map(|samples| format!("{} samples read", grouped(samples))));
    words.push(format!("as of {}", format_utc(facts.at, utc_offset, "%b %d, %H:%M:%S")));
    words.join(" · ")
}

/// Warnings and hints of the server.
#[component]
fn Notes() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let notes = move || {
        let facts = explore.outcome.facts.get()?;
        let note = |class: &'static str, word: &'static str, text: String| {
            view! { <li class=class><strong>{word}</strong>" "{text}</li> }
        };
        let warnings = facts.warnings.into_iter().map(|text| note("note note-warning", "⚠ Warning", text));
        let infos = facts.infos.into_iter().map(|text| note("note", "ⓘ Info", text));
        let all: Vec<_> = warnings.chain(infos).collect();
        (!all.is_empty()).then(|| view! { <ul class="notes">{all}</ul> })
    };
    view! { {notes} }
}

/// What stands here while there is nothing to show, and what to do next.
#[component]
fn Notice() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let example = move |query: &'static str| {
        view! { <li><button type="button" class="example" on:click=move |_| explore.run_text(query)>{query}</button></li> }
    };
    let words = move || match explore.outcome.progress.get() {
        Progress::Idle => {
            "Nothing was asked yet. Write a query above and press Enter, or begin with one of these:"
                .to_owned()
        }
        Progress::Empty => {
            "No series. The query can be read, but nothing has samples for it in this range: choose a \
            longer range, or look with Ctrl+Space which labels and values there are."
                .to_owned()
        }
        Progress::Failed(words) => format!("✕ No answer: {words}"),
        Progress::Disconnected => {
            "✕ The server does not answer. What is shown is the last answer. The query runs again \
            as soon as the connection is back, or with Run."
                .to_owned()
        }
        Progress::Loading | Progress::Ready | Progress::Renewing => String::new(),
    };
    let role = move || {
        let bad = |progress: &Progress| matches!(progress, Progress::Failed(_) | Progress::Disconnected);
        explore.outcome.progress.with(bad).then_some("alert")
    };
    let idle = move || explore.outcome.progress.with(|progress| *progress == Progress::Idle);
    view! {
        <p class="result-notice" role=role>{words}</p>
        <ul class="examples" hidden=move || !idle()>{EXAMPLES.map(example).collect_view()}</ul>
    }
}

/// The chart with its legend.
#[component]
fn Graph() -> impl IntoView {
    let explore = expect_context::<Explore>();
    let outcome = explore.outcome;
    let item = Memo::new(move |_| outcome.panel.get());
    let feed = Feed::fixed(outcome.graph, outcome.window);
    // Another query has other series: what was hidden of the last one is no matter.
    let query = Memo::new(move |_| explore.asked.with(|asked| asked.query.clone()));
    let answered = Memo::new(move |_| outcome.graph.with(Option::is_some));
    let cut = move || {
        outcome.facts.get().filter(|facts| facts.more && facts.step.is_some()).map(|_| {
            let words = format!(
                "The first {MOST_DRAWN} series are drawn; there are more. Narrow the query, aggregate it, or use topk()."
            );
            view! { <p class="answer-cut">{words}</p> }
        })
    };
    view! {
        {cut}
        {move || {
            query.track();
            // Its code is loaded with the first answer: before there is one, the server draws nothing either.
            answered.get().then(|| crate::parts::explore_graph(item, feed))
        }}
    }
    .into_any()
}
