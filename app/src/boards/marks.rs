//! Annotations: what is marked on the charts of a dashboard, from queries, by hand and over the API.

use std::collections::BTreeMap;
#[cfg(feature = "hydrate")]
use std::sync::Arc;
use std::sync::PoisonError;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use watchfire_dashboard::{AnnotationQuery, Clock};
use watchfire_model::live::Asked;
use watchfire_model::{TimeWindow, mapped};
use watchfire_panel::{MOST_MARKS, Marked, marked, words_of};
use watchfire_view::WatchAsk;

use super::board::Board;
use super::refresh::BoardRefresh;
use crate::address::Search;
use crate::api::call;
use crate::live::{Live, Watch};
use crate::range::{PageRange, clock};

/// What is marked on the page, and which annotations are switched on. A Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Marks {
    /// By the place of the annotation on the dashboard.
    found: RwSignal<BTreeMap<usize, Vec<Marked>>>,
    off: RwSignal<BTreeMap<String, bool>>,
    /// Counts the reasons to ask for those that were written anew.
    again: RwSignal<u32>,
    /// Whether they are as they came.
    fixed: bool,
}

/// The most points that a query for marks is asked for.
const POINTS: u32 = 1000;

/// The place of those that were written for the dashboard and that none of its annotations lists.
const UNLISTED: usize = usize::MAX;

impl Marks {
    /// Those that came with the page, of a share or of a frozen copy.
    pub(crate) fn fixed(marks: Vec<Marked>) -> Self {
        let found = RwSignal::new(mapped(&mut [(0, marks)].into_iter()));
        Self { found, off: RwSignal::default(), again: RwSignal::new(0), fixed: true }
    }

    /// Follows the annotations of a dashboard over the page's range.
    pub(crate) fn of(board: Board) -> Self {
        let marks = Self {
            found: RwSignal::default(),
            off: RwSignal::default(),
            again: RwSignal::new(0),
            fixed: false,
        };
        let own = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.annotations.clone()));
        let live = expect_context::<Live>();
        let range = expect_context::<PageRange>();
        let refresh = expect_context::<BoardRefresh>();
        let watches = StoredValue::new(Vec::<(usize, AnnotationQuery, Watch)>::new());
        let rounds = RwSignal::new(0_u32);
        Effect::new(move |_| {
            let window = range.window();
            let times = times(window, clock());
            let values = board.values().get();
            let asked =
                own.get().into_iter().enumerate().filter(|(_, one)| !one.expr.is_empty() && marks.is_on(one));
            let new = asked.map(|(index, one)| {
                let expr = values.in_query(&one.expr, &times);
                let ask = WatchAsk {
                    asked: Asked::Promql { expr, instant: false },
                    window,
                    max_points: POINTS,
                    min_step: times.step,
                    refresh: refresh.every().get().unwrap_or_default(),
                };
                (index, one, live.watch(ask))
            });
            watches.set_value(new.collect());
            rounds.update(|count| *count = count.wrapping_add(1));
        });
        Effect::new(move |_| {
            rounds.track();
            let found = watches.with_value(|watches| {
                let one = |(index, query, watch): &(usize, AnnotationQuery, Watch)| {
                    watch.version.track();
                    let buffer = watch.buffer.lock().unwrap_or_else(PoisonError::into_inner);
                    let series = buffer
                        .series()
                        .flat_map(|(labels, values)| marked(query, labels, values, buffer.grid()));
                    (*index, series.take(MOST_MARKS).collect::<Vec<_>>())
                };
                mapped(&mut watches.iter().map(one))
            });
            marks.found.update(|all| {
                all.retain(|index, _| {
                    *index == UNLISTED
                        || own.with_untracked(|own| own.get(*index).is_some_and(|one| one.expr.is_empty()))
                });
                all.extend(found);
            });
        });
        Effect::new(move |_| {
            marks.again.track();
            let window = range.window();
            refresh.moment().track();
            let uid = board.dashboard.with(|dashboard| dashboard.uid.clone());
            let own = own.get().into_iter().enumerate();
            for (index, one) in own.filter(|(_, one)| one.expr.is_empty() && marks.is_on(one)) {
                marks.ask(index, &uid, window, one, None);
            }
        });
        let unlisted = Memo::new(move |_| {
            board.dashboard.with(|dashboard| Unlisted::of(&dashboard.uid, &dashboard.annotations))
        });
        Effect::new(move |_| {
            marks.again.track();
            let window = range.window();
            match unlisted.get() {
                Some(unlisted) => {
                    let uid = unlisted.uid.clone();
                    marks.ask(UNLISTED, &uid, window, AnnotationQuery::default(), Some(unlisted));
                }
                None => marks.found.update(|all| {
                    all.remove(&UNLISTED);
                }),
            }
        });
        marks
    }

    /// Asks for those that were written, for the annotation at this place of the dashboard.
    fn ask(
        self,
        index: usize,
        uid: &str,
        window: TimeWindow,
        one: AnnotationQuery,
        unlisted: Option<Unlisted>,
    ) {
        let range = window.resolve(clock());
        let search = Search::default()
            .with("from", &range.start.to_string())
            .with("to", &range.end.to_string())
            .with("dashboard", uid);
        let search = one.tags.iter().fold(search, |search, tag| search.and("tag", tag));
        spawn_local(async move {
            // Without an answer what was there stays.
            if let Ok(written) =
                call::<Vec<Written>>("GET", &format!("/api/v1/annotations{search}"), None).await
            {
                let found = written
                    .into_iter()
                    .filter(|written| unlisted.as_ref().is_none_or(|unlisted| unlisted.has(written)))
                    .take(MOST_MARKS)
                    .map(|written| written.marked(one.color.clone()))
                    .collect();
                self.found.try_update(|all| all.insert(index, found));
            }
        });
    }

    #[cfg(feature = "hydrate")]
    /// All that is marked, as far as it is switched on and for this panel.
    pub(crate) fn all(self, board: Board, panel: u32) -> Arc<Vec<Marked>> {
        let on: Vec<bool> = board
            .dashboard
            .with(|dashboard| dashboard.annotations.iter().map(|one| self.is_on(one)).collect());
        self.found.with(|found| {
            let is_on = |index: usize| index == UNLISTED || on.get(index).copied().unwrap_or(false);
            let seen = found.iter().filter(|(index, _)| self.fixed || is_on(**index));
            let own = seen.flat_map(|(_, marks)| marks).filter(|mark| mark.is_for(panel));
            Arc::new(own.cloned().collect())
        })
    }

    fn is_on(self, one: &AnnotationQuery) -> bool {
        !self.off.with(|off| off.get(&one.name).copied().unwrap_or(one.off))
    }

    /// Asks anew for those that were written: one has come, or has gone.
    pub(crate) fn look_again(self) {
        self.again.try_update(|count| *count = count.wrapping_add(1));
    }
}

/// The times that queries for marks may hold: those of the range that is shown.
fn times(window: TimeWindow, now: i64) -> Clock {
    let range = window.resolve(now);
    let step = watchfire_model::choose_step(range.length(), POINTS as usize);
    Clock { from: range.start, to: range.end, step, scrape_interval: 15_000 }
}

/// Those that were written for a dashboard and that none of its annotations lists. They are seen all the same, so that writing
/// one need not change the dashboard.
#[derive(Clone, Debug, PartialEq)]
struct Unlisted {
    uid: String,
    /// The tags of those that are listed.
    tags: Vec<String>,
}

impl Unlisted {
    /// None where an annotation of the dashboard lists all that are written, also if it is switched off.
    fn of(uid: &str, own: &[AnnotationQuery]) -> Option<Self> {
        let written = || own.iter().filter(|one| one.expr.is_empty());
        if uid.is_empty() || written().any(|one| one.tags.is_empty()) {
            return None;
        }
        let tags = written().flat_map(|one| one.tags.iter().cloned()).collect();
        Some(Self { uid: uid.to_owned(), tags })
    }

    fn has(&self, written: &Written) -> bool {
        written.dashboard.as_ref() == Some(&self.uid)
            && !written.tags.iter().any(|tag| self.tags.contains(tag))
    }
}

/// One that was written, by hand or over the API.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Written {
    id: Option<i64>,
    time: i64,
    time_end: Option<i64>,
    title: String,
    text: String,
    tags: Vec<String>,
    dashboard: Option<String>,
    panel: Option<u32>,
}

impl Written {
    fn marked(self, color: Option<String>) -> Marked {
        let text = words_of(&self.title, &self.text);
        Marked { from: self.time, to: self.time_end, color, text, panel: self.panel, id: self.id }
    }
}

/// Switches for the annotations of the dashboard.
#[component]
pub(crate) fn MarkSwitches() -> impl IntoView {
    let board = expect_context::<Board>();
    let marks = expect_context::<Marks>();
    let own = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.annotations.clone()));
    let one = move |query: AnnotationQuery| {
        let (asked, name) = (query.clone(), query.name.clone());
        let turn = move |event| {
            let on = event_target_checked(&event);
            marks.off.update(|off| {
                off.insert(name.clone(), !on);
            });
        };
        view! {
            <label class="check mark-switch">
                <input type="checkbox" prop:checked=move || marks.is_on(&asked) on:change=turn/>
                {query.name}
            </label>
        }
        .into_any()
    };
    // Those that came with the page are as they came.
    let shown = move || (!marks.fixed).then(|| own.get().into_iter().map(one).collect_view());
    view! { <span class="mark-switches">{shown}</span> }.into_any()
}

#[cfg(test)]
mod tests;
