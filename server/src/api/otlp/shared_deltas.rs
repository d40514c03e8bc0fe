use std::sync::{Mutex, MutexGuard, PoisonError};

use watchfire_ingest::otlp::{Deltas, Totals};

/// The running totals of deltas, for requests that are decoded at the same time.
pub(super) struct SharedDeltas(Mutex<Deltas>);

/// The totals, locked once a decoder asks for them.
pub(super) struct WhenNeeded<'a> {
    shared: &'a SharedDeltas,
    held: Option<MutexGuard<'a, Deltas>>,
}

impl SharedDeltas {
    pub(super) fn new(deltas: Deltas) -> Self {
        Self(Mutex::new(deltas))
    }

    /// Forgets what had no delta for long, unless somebody adds to the totals now: the next request comes by, too.
    pub(super) fn sweep(&self, now: i64) {
        if let Ok(mut deltas) = self.0.try_lock() {
            deltas.sweep(now);
        }
    }

    pub(super) fn when_needed(&self) -> WhenNeeded<'_> {
        WhenNeeded { shared: self, held: None }
    }
}

impl Totals for WhenNeeded<'_> {
    fn totals(&mut self) -> &mut Deltas {
        let shared = self.shared;
        self.held.get_or_insert_with(|| shared.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
