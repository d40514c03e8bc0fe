//! Asking many targets at once from a thread that may block.

use std::io;

use futures::{StreamExt as _, stream};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::settings::ProbeError;

/// Targets that are asked at the same time.
const MOST_AT_ONCE: usize = 64;
/// Lookups of names that run at the same time. The system's resolver blocks a thread for each.
const MOST_LOOKUPS: usize = 32;
/// How often the tasks of connections get a chance to close them, once all targets are done.
const ROUNDS_TO_CLOSE: usize = 32;

/// A runtime of a collector's own, on the thread that collects.
#[derive(Debug)]
pub(crate) struct Waiting(Option<Runtime>);

impl Waiting {
    pub(crate) fn new(collector: &'static str) -> Result<Self, ProbeError> {
        let built: io::Result<Runtime> = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(MOST_LOOKUPS)
            .build();
        built.map(|runtime| Self(Some(runtime))).map_err(|source| ProbeError::Runtime { collector, source })
    }

    /// Asks each of `targets`, and returns when the last is done. Blocks; not to be called from async code.
    pub(crate) fn each<'a, T, F: Future<Output = ()>>(
        &self,
        targets: &'a mut [T],
        ask: impl FnMut(&'a mut T) -> F,
    ) {
        #[expect(clippy::expect_used, reason = "only drop takes the runtime")]
        let runtime = self.0.as_ref().expect("a runtime");
        runtime.block_on(async {
            stream::iter(targets).for_each_concurrent(MOST_AT_ONCE, ask).await;
            close().await;
        });
    }
}

/// Lets the tasks of connections end. Nothing runs here between two readings, so that what stays open now would stay
/// open at the target, too.
async fn close() {
    let metrics = Handle::current().metrics();
    for _ in 0..ROUNDS_TO_CLOSE {
        if metrics.num_alive_tasks() == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // A collector may be dropped in async code, where waiting for a hanging lookup is not allowed.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
