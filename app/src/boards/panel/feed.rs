use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use leptos::prelude::*;
use watchfire_dashboard::Clock;
use watchfire_model::live::{Asked, Refresh};
use watchfire_model::{TimeExpr, TimeRange, TimeWindow};
use watchfire_panel::{Answer, Prepared, Question, Sight, Unfolded, prepare, questions};

use super::super::board::Board;
use super::super::refresh::BoardRefresh;
use super::super::share::ShareView;
use super::state::PanelState;
use crate::data::SeriesBuffer;
use crate::live::{Connection, Live, Watch, WatchAsk, WatchState};
use crate::range::{PageRange, clock};

/// The usual distance between samples, in milliseconds, where nothing says another: that of Watchfire's scraping.
pub(crate) const SCRAPE_INTERVAL: i64 = 15_000;

/// Without new samples for this long (or for three steps, if that is longer) a live panel says that it is stale.
const STALE_AFTER: i64 = 15_000;

/// What a panel shows, from its subscriptions over the page's range.
#[derive(Clone, Copy)]
pub(crate) struct Feed {
    /// The newest content; none until the first answers have come.
    pub(crate) prepared: RwSignal<Option<Arc<Prepared>>>,
    pub(crate) state: RwSignal<PanelState>,
    /// What the server left out, or warns of.
    pub(crate) notes: RwSignal<Vec<String>>,
    /// The range that is shown, where it is not that of the page.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser draws on a canvas"))]
    pub(crate) window: Option<RwSignal<Option<TimeRange>>>,
    watches: StoredValue<Vec<Asking>>,
}

struct Asking {
    question: Question,
    watch: Watch,
}

impl Feed {
    /// One answer over its own range, until another takes its place.
    pub(crate) fn fixed(
        prepared: RwSignal<Option<Arc<Prepared>>>,
        window: RwSignal<Option<TimeRange>>,
    ) -> Self {
        Self {
            prepared,
            state: RwSignal::new(PanelState::Ready),
            notes: RwSignal::default(),
            window: Some(window),
            watches: StoredValue::default(),
        }
    }

    /// Watches the panel's queries as long as the calling component lives and the panel is in sight. `points`: for how many
    /// there is room.
    pub(crate) fn of(item: Memo<Option<Arc<Unfolded>>>, points: Memo<u32>, in_sight: RwSignal<bool>) -> Self {
        let feed = Self {
            prepared: RwSignal::new(None),
            state: RwSignal::new(PanelState::Unseen),
            notes: RwSignal::default(),
            window: None,
            watches: StoredValue::default(),
        };
        let range = expect_context::<PageRange>();
        let refresh = expect_context::<BoardRefresh>();
        let live = expect_context::<Live>();
        let share = use_context::<ShareView>();
        if share.as_ref().is_some_and(|share| share.frozen) {
            feed.state.set(PanelState::Ready);
            return feed;
        }
        let shared = share.is_some();
        let board = expect_context::<Board>();
        let (connection, now) = (live.connection(), live.now());
        let subscribed = RwSignal::new(0_u32);
        let asked = Memo::new(move |_| {
            let mut window = range.window();
            // Ranges that end before now move with the refresh; live ones by themselves.
            let shifted = item.with(|item| item.as_ref().is_some_and(|item| item.panel.time_shift.is_some()));
            let at = if window.is_live() && !shifted { clock() } else { moved_to(refresh.moment().get()) };
            if refresh.every().get().is_none() {
                let now = window.resolve(at);
                window = TimeWindow { from: TimeExpr::At(now.start), to: TimeExpr::At(now.end) };
            }
            let sight =
                Sight { range: window.resolve(at), points: points.get(), scrape_interval: SCRAPE_INTERVAL };
            let questions = item.with(|item| {
                item.as_ref().map(|item| questions(&item.panel, &item.values, sight)).unwrap_or_default()
            });
            questions.into_iter().map(|question| in_window(question, window, at)).collect::<Vec<_>>()
        });
        Effect::new(move |_| {
            if !in_sight.get() {
                return;
            }
            let every = refresh.every().get().unwrap_or_default();
            // Of a share the query's text is not ours to know: it goes by its name.
            let named =
                if shared { item.with(|item| item.as_ref().map(|item| named(item, board))) } else { None };
            // The new ones first, so that what both have in common is not given up and asked for again.
            let watches = asked.with(|asked| {
                let ask = |(question, window): &(Question, TimeWindow)| Asking {
                    watch: live.watch(WatchAsk {
                        asked: match &named {
                            Some(named) => named.asked(question),
                            None => Asked::Promql { expr: question.expr.clone(), instant: question.instant },
                        },
                        window: *window,
                        max_points: MOST_POINTS,
                        min_step: question.step,
                        refresh: every,
                    }),
                    question: question.clone(),
                };
                asked.iter().map(ask).collect()
            });
            feed.watches.set_value(watches);
            subscribed.update(|count| *count = count.wrapping_add(1));
        });
        Effect::new(move |_| {
            let sees = in_sight.get();
            subscribed.track();
            feed.watches
                .with_value(|watches| watches.iter().for_each(|asking| asking.watch.set_active(sees)));
        });
        Effect::new(move |_| {
            // Until it is in sight the picture that the server has drawn stays.
            if subscribed.get() == 0 {
                return;
            }
            feed.watches.with_value(|watches| watches.iter().for_each(|asking| asking.watch.version.track()));
            item.track();
            feed.refresh(item, range.window_untracked(), now.get_untracked());
        });
        Effect::new(move |_| {
            if subscribed.get() == 0 {
                return;
            }
            feed.prepared.track();
            let state = feed.state_at(connection.get(), now.get(), range.window().is_live());
            if feed.state.with_untracked(|old| *old != state) {
                feed.state.set(state);
            }
        });
        feed
    }

    fn refresh(self, item: Memo<Option<Arc<Unfolded>>>, window: TimeWindow, now: i64) {
        let Some(item) = item.get_untracked() else { return };
        // A part of the answers would show for a blink what is not so.
        let ready = self
            .watches
            .with_value(|watches| watches.iter().all(|asking| asking.watch.version.get_untracked() > 0));
        if !ready {
            return;
        }
        let page = window.resolve(if now > 0 { now } else { clock() });
        let mut answers = BTreeMap::new();
        let mut notes = Vec::new();
        self.buffers(|question, buffer| {
            answers.insert((question.query, question.role), answer(question, buffer, page.start));
        });
        self.watches.with_value(|watches| {
            for note in watches.iter().flat_map(|asking| asking.watch.notes.get_untracked()) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        });
        let step =
            self.watches.with_value(|watches| watches.first().map_or(1000, |asking| asking.question.step));
        let clock = Clock { from: page.start, to: page.end, step, scrape_interval: SCRAPE_INTERVAL };
        let prepared = prepare(&item.panel, answers, &item.values, &clock);
        notes.extend(prepared.notes.iter().cloned());
        if self.notes.with_untracked(|old| *old != notes) {
            self.notes.set(notes);
        }
        self.prepared.set(Some(Arc::new(prepared)));
    }

    fn state_at(self, connection: Connection, now: i64, live: bool) -> PanelState {
        let states = self
            .watches
            .with_value(|watches| watches.iter().map(|asking| asking.watch.state.get()).collect::<Vec<_>>());
        let refused = states.iter().find_map(|state| match state {
            WatchState::Refused { message, position } => Some(PanelState::Failed(message.clone(), *position)),
            _ => None,
        });
        if let Some(failed) = refused {
            return failed;
        }
        if connection == Connection::Lost {
            return PanelState::Disconnected;
        }
        if states.contains(&WatchState::Waiting) {
            // Until the first answer is there, the page shows what the server rendered, or what stood here before.
            let shown = self.state.get_untracked();
            let nothing =
                matches!(shown, PanelState::Unseen | PanelState::Disconnected | PanelState::Failed(..));
            return if nothing { PanelState::Loading } else { shown };
        }
        let mut newest = None;
        let mut patience = STALE_AFTER;
        self.buffers(|question, buffer| {
            newest = newest.max(buffer.newest().map(|newest| newest + question.shift));
            patience = patience.max(buffer.grid().step * 3);
        });
        let empty = self.prepared.with_untracked(|prepared| {
            prepared.as_ref().is_none_or(|prepared| prepared.series.is_empty() && prepared.tables.is_empty())
        });
        match newest {
            _ if states.is_empty() => PanelState::Ready,
            None => PanelState::Empty,
            Some(_) if empty => PanelState::Empty,
            Some(newest) if live && now > 0 && now - newest > patience => PanelState::Stale(newest),
            Some(_) => PanelState::Ready,
        }
    }

    fn buffers(self, mut each: impl FnMut(&Question, &SeriesBuffer)) {
        self.watches.with_value(|watches| {
            for asking in watches {
                each(&asking.question, &asking.watch.buffer.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
    }
}

/// As many as a server takes that is set as it comes, and more than any screen is wide: the step is chosen here, and the server
/// keeps to it.
const MOST_POINTS: u32 = 2000;

/// The moment of the last refresh; now, before there was one.
fn moved_to(moment: i64) -> i64 {
    if moment > 0 { moment } else { clock() }
}

/// The question with the window that follows the time as its range does.
fn in_window(question: Question, page: TimeWindow, now: i64) -> (Question, TimeWindow) {
    let length = question.range.length();
    let window = match page.to {
        TimeExpr::BeforeNow(back) if matches!(page.from, TimeExpr::BeforeNow(_)) || question.shift > 0 => {
            let back = back.saturating_add(question.shift);
            TimeWindow {
                from: TimeExpr::BeforeNow(back.saturating_add(length)),
                to: TimeExpr::BeforeNow(back),
            }
        }
        TimeExpr::BeforeNow(_) => page,
        TimeExpr::At(_) => {
            TimeWindow { from: TimeExpr::At(question.range.start), to: TimeExpr::At(question.range.end) }
        }
    };
    // What does not end now is asked for as it is at this moment, and anew when that moves on.
    let window = match window.to {
        TimeExpr::BeforeNow(back) if back > 0 => {
            let range = window.resolve(now);
            TimeWindow { from: TimeExpr::At(range.start), to: TimeExpr::At(range.end) }
        }
        _ => window,
    };
    // The range itself moves each second where it is live; what is asked stays the same.
    let range = if window.is_live() { TimeRange { start: 0, end: length } } else { question.range };
    (Question { range, ..question }, window)
}

/// What a buffer holds from `start` on, at the page's times.
fn answer(question: &Question, buffer: &SeriesBuffer, start: i64) -> Answer {
    let mut grid = buffer.grid();
    let start = start - question.shift;
    let skip = if question.instant || grid.len < 2 {
        0
    } else {
        // One more, so that lines run to the edge.
        usize::try_from((start - grid.start).div_euclid(grid.step) - 1).unwrap_or(0).min(grid.len)
    };
    let series = buffer.series().filter_map(|(labels, values)| {
        let values = values.get(skip..)?.to_vec();
        let any = values.iter().any(|value| !value.is_nan());
        any.then(|| watchfire_model::GridSeries { labels: labels.clone(), values })
    });
    let mut series: Vec<_> = series.collect();
    watchfire_model::sort_small(&mut series, &|one, other| one.labels.cmp(&other.labels));
    grid.start = grid.time(skip) + question.shift;
    grid.len -= skip;
    Answer { grid, series }
}

/// How the queries of a shared panel are asked for.
struct Named {
    panel: u32,
    /// The ids of its queries, in their order.
    queries: Vec<String>,
    variables: Vec<(String, Vec<String>)>,
}

impl Named {
    fn asked(&self, question: &Question) -> Asked {
        Asked::Panel {
            panel: self.panel,
            query: self.queries.get(question.query).cloned().unwrap_or_default(),
            variables: self.variables.clone(),
        }
    }
}

fn named(item: &Unfolded, board: Board) -> Named {
    let page = board.values().get();
    let variables = board.variables.get().into_iter().map(|one| {
        // A repeated panel has one of the values that the page has.
        let own = item.values.chosen(&one.name);
        let values = match own {
            Some(own) if page.chosen(&one.name) != Some(own) => {
                own.iter().map(|choice| choice.value.clone()).collect()
            }
            _ => one.chosen,
        };
        (one.name, values)
    });
    Named {
        panel: item.panel.id,
        queries: item.panel.queries.iter().map(|query| query.id.clone()).collect(),
        variables: variables.collect(),
    }
}

/// How often a text says.
pub(crate) fn refresh_of(text: &str) -> Option<Refresh> {
    match text {
        "auto" => Some(Refresh::Auto),
        "off" => None,
        text => watchfire_model::parse_duration(text)
            .ok()
            .and_then(|millis| u32::try_from(millis).ok())
            .filter(|millis| Refresh::EVERY.contains(millis))
            .map(Refresh::Every),
    }
}
