use watchfire_model::live::{Asked, ClientMessage, Known, Refresh, Span, Subscription};
use watchfire_model::{TimeExpr, TimeWindow};

/// What a panel watches. Equal ones share a subscription.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchAsk {
    /// The query.
    pub asked: Asked,
    /// Over which time.
    pub window: TimeWindow,
    /// How many points can be shown.
    pub max_points: u32,
    /// The step is no shorter than this, in milliseconds; 0 for none.
    pub min_step: i64,
    /// How often to look for what is new.
    pub refresh: Refresh,
}

/// How a subscription is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchState {
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

/// Who watches a query, and what the server knows of that.
#[derive(Clone, Debug)]
pub struct Interest {
    /// What is watched.
    pub ask: WatchAsk,
    /// How many watch it.
    pub watchers: usize,
    /// How many of them can be seen.
    pub active: usize,
    told: Told,
}

impl Interest {
    /// Nobody's, so far.
    pub fn new(ask: WatchAsk) -> Self {
        Self { ask, watchers: 0, active: 0, told: Told::Nothing }
    }

    /// The connection is another: its server knows of nothing.
    pub fn forget(&mut self) {
        self.told = Told::Nothing;
    }

    /// What to tell the server so that it sends what someone can see, and nothing else. `known`: what is there already;
    /// `now`: the browser's clock.
    pub fn settle(
        &mut self,
        id: u32,
        hidden: bool,
        now: i64,
        known: impl FnOnce() -> Option<Known>,
    ) -> Option<ClientMessage> {
        let wanted = self.active > 0 && !hidden;
        let (told, message) = match (self.told, wanted) {
            (Told::Nothing, true) => {
                let subscription = self.subscription(now, known());
                (Told::Subscribed, ClientMessage::Subscribe { id, subscription })
            }
            (Told::Paused, true) => (Told::Subscribed, ClientMessage::Resume { id, known: known() }),
            // One over a fixed range is answered once, so there is nothing to pause.
            (Told::Subscribed, false) if self.ask.window.is_live() => {
                (Told::Paused, ClientMessage::Pause { id })
            }
            _ => return None,
        };
        self.told = told;
        Some(message)
    }

    fn subscription(&self, now: i64, known: Option<Known>) -> Subscription {
        let WatchAsk { asked, window, max_points, min_step, refresh } = self.ask.clone();
        let span = match (window.from, window.to) {
            (TimeExpr::BeforeNow(length), TimeExpr::BeforeNow(0)) => Span::Last { length },
            (TimeExpr::At(start), TimeExpr::BeforeNow(0)) => Span::Since { start },
            _ => {
                let range = window.resolve(now);
                Span::Fixed { start: range.start, end: range.end }
            }
        };
        Subscription { asked, span, max_points, min_step, refresh, known }
    }

    /// From when on points are still shown at `now`; none where they do not go out of sight by themselves. `step`: that of
    /// the points, two of which stay beyond the edge.
    pub fn since(&self, now: i64, step: i64) -> Option<i64> {
        let window = self.ask.window;
        match window.from {
            TimeExpr::BeforeNow(back) if window.is_live() => Some(now - back - step * 2),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interest(window: TimeWindow) -> Interest {
        let asked = Asked::Promql { expr: "up".to_owned(), instant: false };
        Interest::new(WatchAsk { asked, window, max_points: 100, min_step: 0, refresh: Refresh::Auto })
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
        let mut interest = interest(window);
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
            interest.active = active;
            assert_eq!(said(interest.settle(1, hidden, 0, || None).as_ref()), expected, "{active} {hidden}");
        }
        interest.forget();
        assert_eq!(said(interest.settle(1, true, 0, || None).as_ref()), "", "a new connection while hidden");
        assert_eq!(said(interest.settle(1, false, 0, || None).as_ref()), "subscribe");
        assert_eq!(interest.since(100_000, 1000), Some(38_000));
    }

    #[test]
    fn a_fixed_range_is_asked_for_once() {
        let mut interest = interest(TimeWindow { from: TimeExpr::At(0), to: TimeExpr::At(60_000) });
        interest.active = 1;
        let Some(ClientMessage::Subscribe { subscription, .. }) = interest.settle(1, false, 0, || None)
        else {
            panic!()
        };
        assert_eq!(subscription.span, Span::Fixed { start: 0, end: 60_000 });
        assert_eq!(interest.settle(1, true, 0, || None), None);
        assert_eq!(interest.since(100_000, 1000), None);
    }
}
