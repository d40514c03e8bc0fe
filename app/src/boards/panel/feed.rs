use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use leptos::prelude::*;
use watchfire_dashboard::{Kind, Panel, Query};
use watchfire_model::live::{Asked, Refresh};
use watchfire_model::{TimeRange, TimeWindow};
use watchfire_panel::{Prepared, Question, Role, Unfolded, questions};
use watchfire_view::{
    Freshness, MOST_POINTS, Named, PanelState, SeriesBuffer, Situation, WatchAsk, WatchState, answer, asked,
    prepared,
};

use super::super::board::Board;
use super::super::refresh::BoardRefresh;
use super::super::share::ShareView;
use super::super::thaw::Thaw;
use super::super::view::OpenPanel;
use crate::live::{Connection, Live, Watch};
use crate::range::{PageRange, clock};

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
    /// Of an earlier range the one that it takes the place of: it is shown until this one has its answer.
    before: Option<Box<Asking>>,
}

impl Asking {
    fn is_answered(&self) -> bool {
        self.watch.version.get_untracked() > 0
    }

    /// Whether it is what the panel is about, rather than what that is compared with.
    fn is_own(&self) -> bool {
        self.question.role != Role::Earlier
    }

    /// Takes out of `old` what an earlier range showed last that moves on to `question`.
    fn before(question: &Question, old: &mut Vec<Self>) -> Option<Box<Self>> {
        let is_it = |asking: &Self| {
            let what = |of: &Question| (of.query, of.role, of.shift, of.step, of.range.length());
            what(&asking.question) == what(question)
        };
        let at = old.iter().position(|asking| !asking.is_own() && is_it(asking))?;
        let mut asking = old.swap_remove(at);
        let before = asking.before.take();
        if asking.is_answered() { Some(Box::new(asking)) } else { before }
    }

    /// Why the server does not answer.
    fn refusal(&self) -> Option<String> {
        match self.watch.state.get_untracked() {
            WatchState::Refused { message, .. } => Some(message),
            _ => None,
        }
    }
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
    /// there is room; `first`: how the data of its first picture is.
    pub(crate) fn of(
        item: Memo<Option<Arc<Unfolded>>>,
        points: Memo<u32>,
        in_sight: RwSignal<bool>,
        first: PanelState,
    ) -> Self {
        let feed = Self {
            prepared: RwSignal::new(None),
            state: RwSignal::new(first),
            notes: RwSignal::default(),
            window: None,
            watches: StoredValue::default(),
        };
        let range = expect_context::<PageRange>();
        let refresh = expect_context::<BoardRefresh>();
        let live = expect_context::<Live>();
        if let Some(thaw) = use_context::<Thaw>() {
            if feed.state.with_untracked(|state| *state == PanelState::Unseen) {
                feed.state.set(PanelState::Ready);
            }
            Effect::new(move |_| {
                if !in_sight.get() {
                    return;
                }
                if let Some(kept) = item.with(|item| thaw.of(item.as_ref()?)) {
                    feed.prepared.set(Some(Arc::new(kept)));
                }
            });
            return feed;
        }
        let shared = use_context::<ShareView>().is_some();
        let board = expect_context::<Board>();
        let (connection, now) = (live.connection(), live.now());
        let subscribed = RwSignal::new(0_u32);
        let wanted = wanted(item, points, shared);
        Effect::new(move |_| {
            if !in_sight.get() {
                return;
            }
            let every = refresh.every().get().unwrap_or_default();
            // Of a share the query's text is not ours to know: it goes by its name.
            let named =
                if shared { item.with(|item| item.as_ref().map(|item| named(item, board))) } else { None };
            // The new ones first, so that what both have in common is not given up and asked for again.
            let mut old = feed.watches.try_update_value(std::mem::take).unwrap_or_default();
            let watches = wanted.with(|wanted| {
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
                    before: Asking::before(question, &mut old),
                    question: question.clone(),
                };
                wanted.iter().map(ask).collect()
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
            feed.watches.with_value(|watches| {
                for asking in watches {
                    asking.watch.version.track();
                    asking.watch.state.track();
                }
            });
            item.track();
            feed.refresh(item, range.window_untracked(), now.get_untracked());
        });
        Effect::new(move |_| {
            if subscribed.get() == 0 {
                return;
            }
            feed.prepared.track();
            let bare = item.with(|item| item.as_ref().is_some_and(|item| is_bare(&item.panel)));
            let live = range.window().is_live();
            let state = if bare {
                PanelState::Empty
            } else {
                feed.state_at(connection.get(), now.get(), live, refresh.every().get())
            };
            if feed.state.with_untracked(|old| *old != state) {
                feed.state.set(state);
            }
        });
        feed
    }

    fn refresh(self, item: Memo<Option<Arc<Unfolded>>>, window: TimeWindow, now: i64) {
        let Some(item) = item.get_untracked() else { return };
        // A part of the answers would show for a blink what is not so.
        let (ready, refused) = self.watches.with_value(|watches| {
            let own = || watches.iter().filter(|asking| asking.is_own());
            let ready = own().all(|asking| asking.is_answered() || asking.refusal().is_some());
            (ready, !watches.is_empty() && own().all(|asking| asking.refusal().is_some()))
        });
        // Where nothing is answered the panel says why, below what it showed last.
        if !ready || refused {
            return;
        }
        // Dropped once nothing is held, as that gives up subscriptions.
        let mut gone = Vec::new();
        self.watches.update_value(|watches| {
            for asking in watches.iter_mut().filter(|asking| asking.is_answered()) {
                gone.extend(asking.before.take());
            }
        });
        drop(gone);
        let page = window.resolve(if now > 0 { now } else { clock() });
        let mut answers = BTreeMap::new();
        let mut notes = Vec::new();
        self.buffers(|question, buffer| {
            answers.insert((question.query, question.role), answer(question, buffer, page.start));
        });
        self.watches.with_value(|watches| {
            let refused = watches.iter().filter_map(|asking| {
                let query = item.panel.queries.get(asking.question.query)?;
                Some(format!("query {}: {}", query.id, asking.refusal()?))
            });
            let told = watches.iter().flat_map(|asking| asking.watch.notes.get_untracked());
            for note in refused.chain(told) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        });
        let step =
            self.watches.with_value(|watches| watches.first().map_or(1000, |asking| asking.question.step));
        let prepared = prepared(&item.panel, &item.values, answers, page, step);
        notes.extend(prepared.notes.iter().cloned());
        if self.notes.with_untracked(|old| *old != notes) {
            self.notes.set(notes);
        }
        self.prepared.set(Some(Arc::new(prepared)));
    }

    fn state_at(self, connection: Connection, now: i64, live: bool, refresh: Option<Refresh>) -> PanelState {
        let states = self.watches.with_value(|watches| {
            let own = watches.iter().filter(|asking| asking.is_own());
            own.map(|asking| asking.watch.state.get()).collect::<Vec<_>>()
        });
        let mut freshness = Vec::new();
        self.buffers(|question, buffer| {
            let newest = buffer.newest().map(|newest| newest + question.shift);
            if question.role != Role::Earlier {
                freshness.push(Freshness { newest, step: buffer.grid().step, instant: question.instant });
            }
        });
        let empty = self.prepared.with_untracked(|prepared| {
            prepared.as_ref().is_none_or(|prepared| prepared.series.is_empty() && prepared.tables.is_empty())
        });
        let (watches, freshness) = (states.as_slice(), freshness.as_slice());
        let lost = connection == Connection::Lost;
        let situation = Situation { watches, freshness, lost, live, refresh, now, empty };
        self.state.with_untracked(|state| state.then(&situation))
    }

    fn buffers(self, mut each: impl FnMut(&Question, &SeriesBuffer)) {
        self.watches.with_value(|watches| {
            // Of one that is refused it holds what is no longer so.
            for asking in watches.iter().filter(|asking| asking.refusal().is_none()) {
                let shown = match &asking.before {
                    Some(before) if !asking.is_answered() => before,
                    None if !asking.is_own() && !asking.is_answered() => continue,
                    _ => asking,
                };
                each(&shown.question, &shown.watch.buffer.lock().unwrap_or_else(PoisonError::into_inner));
            }
        });
    }
}

/// Whether a panel that shows what queries bring has none yet.
pub(crate) fn is_bare(panel: &Panel) -> bool {
    let asks = !matches!(
        panel.kind,
        Kind::Text | Kind::AlertList | Kind::DashboardList | Kind::Logs | Kind::Other(_)
    );
    let is_empty = |query: &Query| query.expr.is_empty() && query.math.is_empty() && query.reduce.is_none();
    asks && panel.queries.iter().all(is_empty)
}

/// What a panel asks over the page's range, which moves on. `points`: for how many there is room.
fn wanted(
    item: Memo<Option<Arc<Unfolded>>>,
    points: Memo<u32>,
    shared: bool,
) -> Memo<Vec<(Question, TimeWindow)>> {
    let range = expect_context::<PageRange>();
    let refresh = expect_context::<BoardRefresh>();
    // What a share lets see is its own range, and its queries are not ours to ask in another way.
    let open = use_context::<OpenPanel>().filter(|_| !shared).map(OpenPanel::asked);
    Memo::new(move |_| {
        let window = range.window();
        let compare = open.map_or(0, |open| open.with(|asked| asked.compare));
        let refreshes = refresh.every().get().is_some();
        item.with(|item| {
            let Some(item) = item else { return Vec::new() };
            let moment = || moved_to(refresh.moment().get());
            // Ranges that end before now move with the refresh; live ones by themselves.
            let by_itself = window.is_live() && item.panel.time_shift.is_none();
            let now = (if by_itself { clock() } else { moment() }, 0);
            let earlier = (compare > 0).then(|| (moment(), compare));
            let mut all = Vec::new();
            for (at, compare) in [now].into_iter().chain(earlier) {
                let (panel, points) = (&item.panel, (points.get(), compare));
                let asked = asked(panel, &item.values, window, at, refreshes, points, questions);
                let is_it = |(question, _): &(Question, TimeWindow)| {
                    (question.role == Role::Earlier) == (compare > 0)
                };
                all.extend(asked.into_iter().filter(is_it));
            }
            all
        })
    })
}

/// The moment of the last refresh; now, before there was one.
fn moved_to(moment: i64) -> i64 {
    if moment > 0 { moment } else { clock() }
}

fn named(item: &Unfolded, board: Board) -> Named {
    let variables = board.variables.get().into_iter().map(|one| (one.name, one.chosen));
    Named::of(&item.panel, &item.values, variables, &board.values().get())
}
