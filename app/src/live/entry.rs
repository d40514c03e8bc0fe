use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;
use watchfire_model::live::ClientMessage;
use watchfire_view::{Interest, SeriesBuffer, WatchAsk, WatchState};

/// A subscription and what is known of it.
pub(super) struct Entry {
    pub(super) interest: Interest,
    pub(super) buffer: Arc<Mutex<SeriesBuffer>>,
    pub(super) version: ArcRwSignal<u32>,
    pub(super) state: ArcRwSignal<WatchState>,
    pub(super) notes: ArcRwSignal<Vec<String>>,
}

impl Entry {
    pub(super) fn new(ask: WatchAsk) -> Self {
        Self {
            interest: Interest::new(ask),
            buffer: Arc::default(),
            version: ArcRwSignal::new(0),
            state: ArcRwSignal::new(WatchState::Waiting),
            notes: ArcRwSignal::new(Vec::new()),
        }
    }

    /// [`Interest::settle`], with what the buffer has.
    pub(super) fn settle(&mut self, id: u32, hidden: bool, now: i64) -> Option<ClientMessage> {
        let buffer = &self.buffer;
        let known = || buffer.lock().unwrap_or_else(PoisonError::into_inner).known();
        self.interest.settle(id, hidden, now, known)
    }
}
