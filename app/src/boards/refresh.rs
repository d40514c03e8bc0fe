//! How often the panels of a dashboard ask.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use watchfire_model::live::Refresh;

use super::board::Board;
use super::panel::refresh_of;
use super::share::ShareView;
use crate::live::Live;

/// What can be chosen, as it stands in URLs.
pub(crate) const CHOICES: [&str; 12] =
    ["auto", "off", "1s", "2s", "5s", "10s", "30s", "1m", "5m", "15m", "30m", "1h"];

/// How often the page's panels ask; a Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct BoardRefresh {
    every: Memo<Option<Refresh>>,
    moment: Memo<i64>,
}

impl BoardRefresh {
    /// From the URL, or else from the dashboard. Below a `Router`.
    pub(crate) fn new(board: Board) -> Self {
        let query = use_query_map();
        let share = use_context::<ShareView>();
        let word = Memo::new(move |_| {
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
            Some(Refresh::Auto) => now.get().div_euclid(15_000) * 15_000,
            Some(Refresh::Every(millis)) => now.get().div_euclid(i64::from(millis)) * i64::from(millis),
        });
        Self { every, moment }
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
