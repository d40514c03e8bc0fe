//! Flushing with an end to the patience: the SDK's own waits as long as the server likes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;

use crate::recorder::Recorder;

/// Has flushes done by a thread that is there while anybody waits. All who ask before it begins share one flush.
#[derive(Default)]
pub(crate) struct Flusher {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    asked: u64,
    done: u64,
    arrived: bool,
    running: bool,
}

impl Flusher {
    /// Collects and sends, waiting `timeout` at most. `true` if everything arrived.
    pub(crate) fn flush(
        self: &Arc<Self>,
        provider: &SdkMeterProvider,
        recorder: &Arc<Recorder>,
        timeout: Duration,
    ) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked += 1;
        let mine = state.asked;
        if !state.running {
            let (this, provider, recorder) = (Arc::clone(self), provider.clone(), Arc::clone(recorder));
            let thread = thread::Builder::new().name("watchfire-flush".to_owned());
            if thread.spawn(move || this.work(&provider, &recorder)).is_err() {
                // Not even a thread: then there are other worries than metrics.
                state.done = mine;
                return false;
            }
            state.running = true;
        }
        let (state, _) = self
            .changed
            .wait_timeout_while(state, timeout, |state| state.done < mine)
            .unwrap_or_else(PoisonError::into_inner);
        state.done >= mine && state.arrived
    }

    fn work(&self, provider: &SdkMeterProvider, recorder: &Recorder) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.done < state.asked {
            let asked = state.asked;
            drop(state);
            recorder.asking.fetch_add(1, Ordering::Relaxed);
            let arrived = provider.force_flush().is_ok();
            recorder.asking.fetch_sub(1, Ordering::Relaxed);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.done = asked;
            state.arrived = arrived;
            self.changed.notify_all();
        }
        state.running = false;
    }
}
