use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use watchfire_model::Labels;

/// One series in a few words: what a legend, a tile or a table shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SeriesSummary {
    /// Which of the panel's queries brought it.
    pub(crate) query: usize,
    /// Which series it is.
    pub(crate) labels: Labels,
    /// The newest value.
    pub(crate) last: f64,
    /// The time of its step: milliseconds since the epoch.
    pub(crate) at: i64,
}

/// What a page's first render knows. It travels inside the HTML, so that hydration finds the same rows that the server
/// rendered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PageSnapshot {
    /// By the panel's id.
    pub(crate) panels: BTreeMap<String, Vec<SeriesSummary>>,
}

/// The page's snapshot while the first render lasts; pages that are reached later start without.
#[derive(Clone, Copy)]
pub(crate) struct FirstRender(StoredValue<Option<PageSnapshot>>);

impl FirstRender {
    /// Keeps `snapshot` until [`FirstRender::end`].
    pub(crate) fn new(snapshot: PageSnapshot) -> Self {
        Self(StoredValue::new(Some(snapshot)))
    }

    /// What the first render knows about a panel.
    pub(crate) fn panel(self, id: &str) -> Option<Vec<SeriesSummary>> {
        self.0.with_value(|snapshot| snapshot.as_ref()?.panels.get(id).cloned())
    }

    /// Forgets the snapshot: from now on there is live data.
    pub(crate) fn end(self) {
        self.0.set_value(None);
    }
}
