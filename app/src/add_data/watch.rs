use leptos::prelude::*;

use super::tally::Tally;
use crate::address::Search;
use crate::api::{self, IngestStatus, Poll, Progress};

/// What has come, asked for each second.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    pub(super) tally: RwSignal<Tally>,
    pub(super) progress: RwSignal<Progress>,
}

impl Watch {
    /// Begins in the browser; ends with the page.
    pub(super) fn new() -> Self {
        let tally = RwSignal::new(Tally::default());
        let question =
            || async { IngestStatus::read(&api::get("/api/v1/ingest/status", &Search::default()).await?) };
        let poll = Poll::start(1, question, move |status| tally.update(|tally| tally.take(status)));
        Self { tally, progress: poll.progress }
    }
}
