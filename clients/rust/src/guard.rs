//! A run of an operation while it goes on.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::operation::{Cpu, Metrics, Outcome, Run};
use crate::usage;

const PANIC: &str = "panic";
const CANCELLED: &str = "cancelled";

/// A run of an operation: it ends when this is dropped, and is recorded then.
///
/// It is a success unless [`fail`](Self::fail) or [`fail_as`](Self::fail_as) was called or a panic ends it. It stays on
/// its thread, whose CPU time it counts. Don't hold it where an `async` block waits, for others run on the thread
/// meanwhile: [`run_async`](Self::run_async) counts the steps of the block alone.
#[must_use = "the run ends when this is dropped: bind it to a name such as `_run`"]
pub struct MonitoredOperation {
    run: Option<Run>,
    /// `None` for success; of a failure, what goes into the label `exception`: empty for nothing.
    failure: RefCell<Option<String>>,
    on_its_thread: PhantomData<*const ()>,
}

impl MonitoredOperation {
    #[inline]
    pub(crate) fn begin(metrics: Option<&Arc<Metrics>>) -> Self {
        let run = metrics.and_then(|metrics| Run::begin(metrics, Cpu::Thread));
        Self { run, failure: RefCell::new(None), on_its_thread: PhantomData }
    }

    /// Makes it a failure.
    pub fn fail(&self) {
        self.fail_as("");
    }

    /// Makes it a failure with `exception` as the label of that name. Give kinds of failures, not their texts: each one is
    /// a series.
    pub fn fail_as(&self, exception: &str) {
        *self.failure.borrow_mut() = Some(exception.to_owned());
    }

    /// Runs `work` and ends. `Err` is a failure; the name of its type, without the path, is the label `exception`.
    pub fn run<T, E>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let result = work();
        if result.is_err() && self.run.is_some() {
            self.fail_as(&type_name::<E>());
        }
        result
    }

    /// The same for a future, which may move from thread to thread. The run begins when the future is first polled. A
    /// future that is dropped before its end is a failure with `cancelled` as its `exception`.
    pub fn run_async<T, E, F>(mut self, future: F) -> impl Future<Output = Result<T, E>> + use<T, E, F>
    where
        F: Future<Output = Result<T, E>>,
    {
        let metrics = self.run.take().map(Run::into_metrics);
        stepped(metrics, future, |result| result.as_ref().err().map(|_| type_name::<E>()))
    }
}

impl Drop for MonitoredOperation {
    #[inline]
    fn drop(&mut self) {
        let Some(run) = self.run.take() else { return };
        let failure = self.failure.get_mut();
        let outcome = match failure.as_deref() {
            Some("") => Outcome::Failure(None),
            Some(exception) => Outcome::Failure(Some(exception)),
            None if run.panicked() => Outcome::Failure(Some(PANIC)),
            None => Outcome::Success,
        };
        run.end(outcome, Cpu::Thread);
    }
}

impl std::fmt::Debug for MonitoredOperation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MonitoredOperation").field("failure", &self.failure).finish_non_exhaustive()
    }
}

/// Drives a future and records it as a run, with the CPU time of its steps. `failure` tells from its output what the
/// label `exception` is, if it failed.
pub(crate) async fn stepped<F: Future>(
    metrics: Option<Arc<Metrics>>,
    future: F,
    failure: impl Fn(&F::Output) -> Option<String>,
) -> F::Output {
    let mut attempt = Attempt {
        run: metrics.and_then(|metrics| Run::begin(&metrics, Cpu::Told(None))),
        spent: Some(Duration::ZERO),
        step: None,
    };
    let mut future = pin!(future);
    let output = poll_fn(|context| {
        if attempt.run.is_none() {
            return future.as_mut().poll(context);
        }
        attempt.step = usage::thread_cpu();
        let polled = future.as_mut().poll(context);
        attempt.end_step();
        polled
    })
    .await;
    let failure = failure(&output);
    attempt.end(failure.as_deref().map_or(Outcome::Success, |name| Outcome::Failure(Some(name))));
    output
}

/// A run in steps, each on a thread of its own perhaps.
struct Attempt {
    run: Option<Run>,
    /// CPU time of the steps, where the system tells it.
    spent: Option<Duration>,
    /// CPU time of the thread when the step began.
    step: Option<Duration>,
}

impl Attempt {
    fn end_step(&mut self) {
        let step =
            usage::thread_cpu().zip(self.step.take()).map(|(after, before)| after.saturating_sub(before));
        self.spent = self.spent.zip(step).map(|(spent, step)| spent + step);
    }

    fn end(&mut self, outcome: Outcome<'_>) {
        if let Some(run) = self.run.take() {
            run.end(outcome, Cpu::Told(self.spent));
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        // The step of a panic did not end; the panic passes here on the same thread.
        let panicked = self.run.as_ref().is_some_and(Run::panicked);
        if panicked && self.step.is_some() {
            self.end_step();
        }
        self.end(Outcome::Failure(Some(if panicked { PANIC } else { CANCELLED })));
    }
}

/// The name of a type without paths: `Box<dyn Error>` of `alloc::boxed::Box<dyn core::error::Error>`.
fn type_name<E>() -> String {
    without_paths(std::any::type_name::<E>())
}

fn without_paths(name: &str) -> String {
    let mut short = String::new();
    // Where the path began that may be under way.
    let mut start = 0;
    let mut rest = name;
    while let Some(next) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("::") {
            short.truncate(start);
            rest = behind;
            continue;
        }
        short.push(next);
        if !next.is_alphanumeric() && next != '_' {
            start = short.len();
        }
        rest = &rest[next.len_utf8()..];
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_types_lose_their_paths() {
        let rows = [
            ("core::num::error::ParseIntError", "ParseIntError"),
            ("alloc::boxed::Box<dyn core::error::Error>", "Box<dyn Error>"),
            ("&str", "&str"),
            ("()", "()"),
            ("(a::B, c::d::E<f::G>)", "(B, E<G>)"),
            ("a::{{closure}}", "{{closure}}"),
        ];
        for (long, short) in rows {
            assert_eq!(without_paths(long), short);
        }
        assert_eq!(type_name::<std::io::Error>(), "Error");
    }

    #[test]
    fn futures_stay_sendable() {
        fn sendable(_: &impl Send) {}
        let guard = MonitoredOperation::begin(None);
        sendable(&guard.run_async(async { Ok::<(), ()>(()) }));
    }
}
