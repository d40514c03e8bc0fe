use watchfire_model::live::Refresh;

use crate::WatchState;

/// Without new samples for this long (or for three steps, if that is longer) after the refresh that should have brought some, a live
/// panel says that it is stale.
const STALE_AFTER: i64 = 15_000;

/// How a panel's data is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PanelState {
    /// It was not in sight yet, so nothing was asked for.
    #[default]
    Unseen,
    /// The first answer has not come.
    Loading,
    /// It is there, and follows the time.
    Ready,
    /// There is nothing in the range.
    Empty,
    /// There was nothing new since then.
    Stale(i64),
    /// The connection is lost.
    Disconnected,
    /// The query cannot be answered; and where in its text it is wrong.
    Failed(String, Option<(u32, u32)>),
}

/// How new the points of one query are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    /// The time of the newest one, as the page shows it: milliseconds since the epoch.
    pub newest: Option<i64>,
    /// Milliseconds between them.
    pub step: i64,
    /// Whether only the newest value is asked for: the server says it again only when it is another, so as long as nothing comes the
    /// one that is there holds.
    pub instant: bool,
}

impl Freshness {
    /// Milliseconds that its newest point may lie back.
    fn patience(&self, refresh: Option<Refresh>) -> i64 {
        let refresh = match refresh {
            Some(Refresh::Every(millis)) => i64::from(millis),
            Some(Refresh::Auto) | None => 0,
        };
        STALE_AFTER.max(self.step * 3) + refresh
    }
}

/// What the state of a panel follows from.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    /// How its subscriptions are.
    pub watches: &'a [WatchState],
    /// How new what they brought is.
    pub freshness: &'a [Freshness],
    /// Whether the connection broke.
    pub lost: bool,
    /// Whether the page's range ends now.
    pub live: bool,
    /// How often it asks; none where it stands still.
    pub refresh: Option<Refresh>,
    /// The server's clock; 0 where it is not known yet.
    pub now: i64,
    /// Whether there is nothing to show.
    pub empty: bool,
}

impl PanelState {
    /// The word in the page's `data-state`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unseen => "waiting",
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Empty => "empty",
            Self::Stale(_) => "stale",
            Self::Disconnected => "disconnected",
            Self::Failed(..) => "failed",
        }
    }

    /// What a word of a page that the server has rendered says, as far as it tells what is there.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "ready" => Some(Self::Ready),
            "empty" => Some(Self::Empty),
            _ => None,
        }
    }

    /// The state after this one.
    #[must_use]
    pub fn then(&self, situation: &Situation<'_>) -> Self {
        let watches = situation.watches;
        let refused = watches.iter().find_map(|state| match state {
            WatchState::Refused { message, position } => Some(Self::Failed(message.clone(), *position)),
            _ => None,
        });
        let is_refused = |state: &WatchState| matches!(state, WatchState::Refused { .. });
        if let Some(failed) = refused.clone().filter(|_| watches.iter().all(is_refused)) {
            return failed;
        }
        if situation.lost {
            return Self::Disconnected;
        }
        if watches.contains(&WatchState::Waiting) {
            // Until the first answer is there, the page shows what the server rendered, or what stood here before.
            let nothing = matches!(self, Self::Unseen | Self::Disconnected | Self::Failed(..));
            return if nothing { Self::Loading } else { self.clone() };
        }
        let there = || situation.freshness.iter().filter(|one| one.newest.is_some());
        let newest = there().filter_map(|one| one.newest).max();
        let patience =
            situation.freshness.iter().map(|one| one.patience(situation.refresh)).max().unwrap_or(0);
        let moves = situation.live && situation.refresh.is_some() && situation.now > 0;
        match newest {
            _ if watches.is_empty() => Self::Ready,
            // What the others bring is worth showing; where that is nothing, the reason is.
            None => refused.unwrap_or(Self::Empty),
            Some(_) if situation.empty => refused.unwrap_or(Self::Empty),
            Some(_) if !moves || there().any(|one| one.instant) => Self::Ready,
            Some(newest) if situation.now - newest > patience => Self::Stale(newest),
            Some(_) => Self::Ready,
        }
    }

    /// The mark beside a panel's title while there is something to say about old data that is still worth showing.
    pub fn mark(&self) -> &'static str {
        match self {
            Self::Stale(_) => "⚠",
            Self::Disconnected => "✕",
            Self::Loading => "…",
            Self::Unseen | Self::Ready | Self::Empty | Self::Failed(..) => "",
        }
    }

    /// The same in words. `utc_offset`: milliseconds that the shown zone is east of UTC.
    pub fn mark_words(&self, utc_offset: i64) -> String {
        match self {
            Self::Stale(since) => {
                format!("no samples since {}", watchfire_model::format_utc(*since, utc_offset, "%H:%M:%S"))
            }
            Self::Disconnected => "not connected".to_owned(),
            Self::Loading => "loading".to_owned(),
            Self::Unseen | Self::Ready | Self::Empty | Self::Failed(..) => String::new(),
        }
    }

    /// What stands in the panel when there is nothing to show, and what to do next. `no_value`: what its author has to say
    /// then.
    pub fn notice(&self, no_value: Option<&str>) -> (String, &'static str) {
        match (self, no_value) {
            // Its author knows what it means that there is nothing.
            (Self::Empty, Some(text)) => (text.to_owned(), ""),
            (Self::Empty, None) => (
                "No data in this range.".to_owned(),
                "Choose a longer range, or look whether the query fits what is stored.",
            ),
            (Self::Failed(message, Some((start, _))), _) => {
                (format!("{message} (character {})", start + 1), "Edit the panel to mend its query.")
            }
            (Self::Failed(message, None), _) => (message.clone(), ""),
            _ => (String::new(), ""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(newest: Option<i64>, step: i64) -> [Freshness; 1] {
        [Freshness { newest, step, instant: false }]
    }

    #[test]
    fn states_follow_from_what_came() {
        let (ready, waiting) = (&[WatchState::Ready][..], &[WatchState::Waiting][..]);
        let refused = &[WatchState::Refused { message: "no".to_owned(), position: None }][..];
        let (new, slow, none) = (fresh(Some(100_000), 1000), fresh(Some(100_000), 60_000), fresh(None, 1000));
        let failed = || PanelState::Failed("no".to_owned(), None);
        let table = [
            (PanelState::Unseen, waiting, none, false, 0, PanelState::Loading),
            (PanelState::Ready, waiting, none, false, 0, PanelState::Ready),
            (failed(), waiting, none, false, 0, PanelState::Loading),
            (PanelState::Loading, ready, new, false, 110_000, PanelState::Ready),
            (PanelState::Ready, ready, new, false, 116_000, PanelState::Stale(100_000)),
            (PanelState::Ready, ready, slow, false, 116_000, PanelState::Ready),
            (PanelState::Ready, ready, none, false, 116_000, PanelState::Empty),
            (PanelState::Ready, ready, new, true, 110_000, PanelState::Disconnected),
            (PanelState::Ready, refused, new, true, 110_000, failed()),
            (PanelState::Unseen, &[], none, false, 0, PanelState::Ready),
        ];
        for (before, watches, freshness, lost, now, expected) in table {
            let (refresh, freshness) = (Some(Refresh::Auto), freshness.as_slice());
            let situation = Situation { watches, freshness, lost, live: true, refresh, now, empty: false };
            assert_eq!(before.then(&situation), expected, "{before:?} {situation:?}");
        }
    }

    #[test]
    fn one_query_that_is_refused_takes_no_other_away() {
        let refused = || WatchState::Refused { message: "no".to_owned(), position: None };
        let failed = || PanelState::Failed("no".to_owned(), None);
        let (some, none) = (fresh(Some(100_000), 1000), fresh(None, 1000));
        let now = 101_000;
        for (watches, freshness, empty, expected) in [
            ([refused(), WatchState::Ready], some, false, PanelState::Ready),
            ([WatchState::Ready, refused()], none, false, failed()),
            ([WatchState::Ready, refused()], some, true, failed()),
            ([refused(), refused()], some, false, failed()),
            ([WatchState::Waiting, refused()], none, true, PanelState::Loading),
        ] {
            let (refresh, watches, freshness) = (Some(Refresh::Auto), &watches[..], freshness.as_slice());
            let situation = Situation { watches, freshness, lost: false, live: true, refresh, now, empty };
            assert_eq!(PanelState::Unseen.then(&situation), expected, "{situation:?}");
        }
    }

    #[test]
    fn stale_is_what_a_refresh_should_have_brought() {
        let minute = Some(Refresh::Every(60_000));
        let range = fresh(Some(100_000), 15_000)[0];
        let instant = Freshness { instant: true, step: 1, ..range };
        let gone = Freshness { newest: None, ..instant };
        for (freshness, refresh, now, is_stale) in [
            (&[range][..], minute, 200_000, false),
            (&[range], minute, 206_000, true),
            (&[range], Some(Refresh::Every(5000)), 151_000, true),
            // What stands still is not late.
            (&[range], None, 9_000_000, false),
            // A value that is not told again is still the same one.
            (&[instant], minute, 9_000_000, false),
            (&[instant, range], Some(Refresh::Auto), 9_000_000, false),
            (&[gone, range], Some(Refresh::Auto), 9_000_000, true),
        ] {
            let watches = &[WatchState::Ready];
            let situation =
                Situation { watches, freshness, lost: false, live: true, refresh, now, empty: false };
            let state = PanelState::Ready.then(&situation);
            assert_eq!(matches!(state, PanelState::Stale(_)), is_stale, "{situation:?}");
        }
    }
}
