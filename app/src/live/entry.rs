use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use watchfire_model::live::{Asked, ClientMessage, Known, Refresh, Span, Subscription};
use watchfire_model::{TimeExpr, TimeWindow};

use crate::data::SeriesBuffer;

/// What a panel watches. Equal ones share a subscription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WatchAsk {
    /// The query.
    pub(crate) asked: Asked,
    /// Over which time.
    pub(crate) window: TimeWindow,
    /// How many points can be shown.
    pub(crate) max_points: u32,
    /// The step is no shorter than this, in milliseconds; 0 for none.
    pub(crate) min_step: i64,
    /// How often to look for what is new.
    pub(crate) refresh: Refresh,
}

/// How a subscription is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WatchState {
    /// The first answer has not come yet.
    Waiting,
    /// There is an answer.
    Ready,
    /// The server refused.
    Refused {
        /// Why, in a sentence.
        message: String,
        /// Where in the query's text: the first character and the one after the last.
        position: Option<(u32, u32)>,
    },
}

/// What the server was told on this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nothing,
    Subscribed,
    Paused,
}

/// A subscription and all who watch it.
pub(super) struct Entry {
    pub(super) ask: WatchAsk,
    /// How many watch it.
    pub(super) watchers: usize,
    /// How many of them can be seen.
    pub(super) active: usize,
    pub(super) buffer: Arc<Mutex<SeriesBuffer>>,
    pub(super) version: ArcRwSignal<u32>,
    pub(super) state: ArcRwSignal<WatchState>,
    pub(super) notes: ArcRwSignal<Vec<String>>,
    told: Told,
}

impl Entry {
    pub(super) fn new(ask: WatchAsk) -> Self {
        Self {
            ask,
            watchers: 0,
            active: 0,
            buffer: Arc::default(),
            version: ArcRwSignal::new(0),
            state: ArcRwSignal::new(WatchState::Waiting),
            notes: ArcRwSignal::new(Vec::new()),
            told: Told::Nothing,
        }
    }

    /// The connection is another: its server knows of nothing.
    pub(super) fn forget(&mut self) {
        self.told = Told::Nothing;
    }

    /// What to tell the server so that it sends what someone can see, and nothing else. `now`: the browser's clock.
    pub(super) fn settle(&mut self, id: u32, hidden: bool, now: i64) -> Option<ClientMessage> {
        let wanted = self.active > 0 && !hidden;
        let (told, message) = match (self.told, wanted) {
            (Told::Nothing, true) => {
                (Told::Subscribed, ClientMessage::Subscribe { id, subscription: self.subscription(now) })
            }
            (Told::Paused, true) => (Told::Subscribed, ClientMessage::Resume { id, known: self.known() }),
            // One over a fixed range is answered once, so there is nothing to pause.
            (Told::Subscribed, false) if self.ask.window.is_live() => {
                (Told::Paused, ClientMessage::Pause { id })
            }
            _ => return None,
        };
        self.told = told;
        Some(message)
    }

    fn subscription(&self, now: i64) -> Subscription {
        let WatchAsk { asked, window, max_points, min_step, refresh } = self.ask.clone();
        let span = match (window.from, window.to) {
            (TimeExpr::BeforeNow(length), TimeExpr::BeforeNow(0)) => Span::Last { length },
            (TimeExpr::At(start), TimeExpr::BeforeNow(0)) => Span::Since { start },
            _ => {
                let range = window.resolve(now);
                Span::Fixed { start: range.start, end: range.end }
            }
        };
        Subscription { asked, span, max_points, min_step, refresh, known: self.known() }
    }

    fn known(&self) -> Option<Known> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner).known()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(window: TimeWindow) -> Entry {
        let asked = Asked::Promql { expr: "up".to_owned(), instant: false };
        Entry::new(WatchAsk { asked, window, max_points: 100, min_step: 0, refresh: Refresh::Auto })
    }

    fn said(message: Option<&ClientMessage>) -> &'static str {
        match message {
            None => "",
            Some(ClientMessage::Subscribe { .. }) => "subscribe",
            Some(ClientMessage::Unsubscribe { .. }) => "unsubscribe",
            Some(ClientMessage::Pause { .. }) => "pause",
            Some(ClientMessage::Resume { .. }) => "resume",
        }
    }

    #[test]
    fn what_nobody_sees_is_paused() {
        let window = TimeWindow { from: TimeExpr::BeforeNow(60_000), to: TimeExpr::BeforeNow(0) };
        let mut entry = entry(window);
        // Who can see it, whether the page is hidden, and what is said then.
        let table = [
            (0, false, ""),
            (1, false, "subscribe"),
            (2, false, ""),
            (2, true, "pause"),
            (1, true, ""),
            (1, false, "resume"),
            (0, false, "pause"),
            (0, true, ""),
            (1, false, "resume"),
        ];
        for (active, hidden, expected) in table {
            entry.active = active;
            assert_eq!(said(entry.settle(1, hidden, 0).as_ref()), expected, "{active} {hidden}");
        }
        entry.forget();
        assert_eq!(said(entry.settle(1, true, 0).as_ref()), "", "a new connection while hidden");
        assert_eq!(said(entry.settle(1, false, 0).as_ref()), "subscribe");
    }

    #[test]
    fn a_fixed_range_is_asked_for_once() {
        let mut entry = entry(TimeWindow { from: TimeExpr::At(0), to: TimeExpr::At(60_000) });
        entry.active = 1;
        let Some(ClientMessage::Subscribe { subscription, .. }) = entry.settle(1, false, 0) else { panic!() };
        assert_eq!(subscription.span, Span::Fixed { start: 0, end: 60_000 });
        assert_eq!(entry.settle(1, true, 0), None);
    }
}
