//! How often the panels of a dashboard ask.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use watchfire_model::live::Refresh;
use watchfire_view::refresh_of;

use super::board::Board;
use super::share::ShareView;
use crate::live::Live;

/// What can be chosen, as it stands in URLs.
pub(crate) const CHOICES: [&str; 12] =
    ["auto", "off", "1s", "2s", "5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h"];

/// How often the page's panels ask; a Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct BoardRefresh {
    #[cfg(feature = "ssr")]
    word: Memo<Arc<str>>,
    every: Memo<Option<Refresh>>,
    moment: Memo<i64>,
}

impl BoardRefresh {
    /// From the URL, or else from the dashboard. Below a `Router`.
    pub(crate) fn new(board: Board) -> Self {
        let query = use_query_map();
        let share = use_context::<ShareView>();
        let word: Memo<Arc<str>> = Memo::new(move |_| {
            let asked = query.read().get("refresh").filter(|word| is_known(word));
            let of_share = || share.as_ref().and_then(|share| share.refresh.clone());
            let own =
                || of_share().or_else(|| board.dashboard.with(|dashboard| dashboard.time.refresh.clone()));
            Arc::from(asked.or_else(own).as_deref().unwrap_or("auto"))
        });
        let every = Memo::new(move |_| word.with(|word: &Arc<str>| refresh_of(word)));
        let now = expect_context::<Live>().now();
        let moment = Memo::new(move |_| match every.get() {
            None => 0,
            every => watchfire_view::moment(every, now.get()),
        });
        Self {
            #[cfg(feature = "ssr")]
            word,
            every,
            moment,
        }
    }

    /// As it stands in URLs.
    #[cfg(feature = "ssr")]
    pub(crate) fn word(self) -> Memo<Arc<str>> {
        self.word
    }

    /// For the subscriptions; none for off.
    pub(crate) fn every(self) -> Memo<Option<Refresh>> {
        self.every
    }

    /// The newest instant at which something is to be asked anew; moves with the time.
    pub(crate) fn moment(self) -> Memo<i64> {
        self.moment
    }
}

fn is_known(word: &str) -> bool {
    word == "off" || refresh_of(word).is_some()
}
