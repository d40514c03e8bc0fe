//! The page that asks anything: a box for a query, and the answer as a chart or as a table.

mod asked;
mod editor;
mod history;
mod menu;
mod names;
mod offsets;
mod outcome;
mod popup;
mod result;
mod suggest;
mod table;
mod unit;
mod variable;

use std::sync::Arc;

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use self::asked::{Asked, Tab, with_query, with_step, with_tab};
pub(crate) use self::editor::{Editor, QueryBox};
pub(crate) use self::outcome::{MOST_DRAWN, drawn_as, prepared, seconds};
use self::outcome::{Outcome, Progress};
pub(crate) use self::unit::{unit_name, unit_of};
pub(crate) use self::variable::Variable;
use crate::address::Search;
use crate::live::{Connection, Live};
use crate::pages::{Page, Views};
use crate::range::PageRange;

type Navigate = Arc<dyn Fn(&str) + Send + Sync>;

/// The page: what the URL asks for, the box, and the answer.
#[derive(Clone, Copy)]
struct Explore {
    search: Memo<String>,
    asked: Memo<Asked>,
    query_box: QueryBox,
    outcome: Outcome,
    /// Counts the runs of one and the same question.
    runs: RwSignal<u32>,
    navigate: StoredValue<Navigate>,
}

impl Explore {
    fn new() -> Self {
        let search = use_location().search;
        let range = expect_context::<PageRange>();
        let asked =
            Memo::new(move |_| search.with(|search| Asked::from(&Search::parse(search), range.window())));
        let navigate = use_navigate();
        let navigate: Navigate = Arc::new(move |search: &str| {
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&format!("{}{search}", Page::Explore.path()), options);
        });
        let query = asked.with_untracked(|asked| asked.query.clone());
        Self {
            search,
            asked,
            query_box: QueryBox::new(&query),
            outcome: Outcome::new(!query.is_empty()),
            runs: RwSignal::new(0),
            navigate: StoredValue::new(navigate),
        }
    }

    /// Asks whenever the URL or a run says so. For the browser.
    fn follow(self) {
        let connection = expect_context::<Live>().connection();
        Effect::new(move |before: Option<String>| {
            let asked = self.asked.get();
            self.runs.track();
            // A link or the way back brought another query; at first, what was typed early stays.
            if before.is_some_and(|before| before != asked.query) {
                self.query_box.bring(&asked.query);
            }
            let query = asked.query.clone();
            self.outcome.ask(asked);
            query
        });
        Effect::new(move |_| {
            let lost = self.outcome.progress.get_untracked() == Progress::Disconnected;
            if connection.get() == Connection::Live && lost {
                self.runs.update(|runs| *runs = runs.wrapping_add(1));
            }
        });
        on_cleanup(move || self.outcome.stop());
    }

    fn go(self, change: impl FnOnce(Search) -> Search) {
        let search = change(self.search.with_untracked(|search| Search::parse(search))).to_string();
        self.navigate.with_value(|navigate| navigate(&search));
    }

    /// Runs what stands in the box.
    fn run(self) {
        let Some(query) = self.query_box.checked() else { return };
        if !query.is_empty() {
            self.query_box.history.add(&query);
        }
        if self.asked.with_untracked(|asked| asked.query == query) {
            self.runs.update(|runs| *runs = runs.wrapping_add(1));
        } else {
            self.go(|search| with_query(search, &query));
        }
    }

    /// Puts a query into the box and runs it.
    fn run_text(self, query: &str) {
        self.query_box.set(query);
        self.run();
    }

    fn show_tab(self, tab: Tab) {
        self.go(|search| with_tab(search, tab));
    }

    fn choose_step(self, step: Option<i64>) {
        self.go(|search| with_step(search, step));
    }
}

/// Ask anything.
#[component]
pub(crate) fn ExplorePage() -> impl IntoView {
    let explore = Explore::new();
    provide_context(explore);
    explore.follow();
    let query_box = explore.query_box;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        explore.run();
    };
    // For browsers without JavaScript: the form keeps what the URL says besides.
    let others = move || {
        let search = explore.search.with(|search| Search::parse(search)).without(&["q"]);
        let field = |(name, value): &(String, String)| {
            view! { <input type="hidden" name=name.clone() value=value.clone()/> }
        };
        search.pairs().iter().map(field).collect_view()
    };
    view! {
        <Title text=Page::Explore.title()/>
        <div class="explore">
            <Views current=Page::Explore/>
            <h1 class="visually-hidden">"Explore"</h1>
            <form class="query-form" method="get" action=Page::Explore.path() on:submit=submit>
                <editor::Editor query_box run=Callback::new(move |()| explore.run())/>
                {others}
                <div class="query-actions">
                    <button type="submit" class="button button-main" title="Run the query ( Enter )">"Run"</button>
                    <button type="button" class="button" on:click=move |_| query_box.format()>"Format"</button>
                    <menu::HistoryMenu/>
                </div>
            </form>
            <result::ResultPanel/>
        </div>
    }
}
