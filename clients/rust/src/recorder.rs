//! What all calls of a client share: the switch, and the counts of what became of them.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Every so many calls of a thread, one is timed.
const SAMPLE_EVERY: u32 = 1024;
/// The first that is timed, so that short programs have a figure too.
const FIRST_SAMPLE: u32 = 64;

thread_local! {
    static TICKS: Cell<u32> = const { Cell::new(SAMPLE_EVERY - FIRST_SAMPLE) };
}

/// Why something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A value or a name that cannot be recorded.
    Invalid,
    /// A metric more than there may be.
    Instruments,
    /// A data point of a collection that the server did not take.
    Undelivered,
}

impl Reason {
    pub(crate) const ALL: [Self; 3] = [Self::Invalid, Self::Instruments, Self::Undelivered];

    /// The word for it in `watchfire_client_dropped_total`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Instruments => "instruments",
            Self::Undelivered => "undelivered",
        }
    }
}

/// The switch and the counts.
#[derive(Debug)]
pub(crate) struct Recorder {
    enabled: AtomicBool,
    stopped: AtomicBool,
    /// How many wait for a flush: what they ask for is sent though recording is disabled.
    pub(crate) asking: AtomicU64,
    /// Keeps those who choose label values from choosing their hashes.
    pub(crate) seed: u64,
    dropped: [AtomicU64; Reason::ALL.len()],
    pub(crate) overflowed: AtomicU64,
    pub(crate) sent: AtomicU64,
    pub(crate) exports: AtomicU64,
    pub(crate) failures: AtomicU64,
    timed: AtomicU64,
    timed_nanos: AtomicU64,
    pub(crate) export_nanos: AtomicU64,
    pub(crate) export_cpu_nanos: AtomicU64,
    last_error: Mutex<String>,
}

impl Recorder {
    pub(crate) fn new(enabled: bool) -> Self {
        Self {
            enabled: AtomicBool::new(enabled),
            stopped: AtomicBool::new(false),
            asking: AtomicU64::new(0),
            seed: RandomState::new().hash_one(0),
            dropped: Default::default(),
            overflowed: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            exports: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            timed: AtomicU64::new(0),
            timed_nanos: AtomicU64::new(0),
            export_nanos: AtomicU64::new(0),
            export_cpu_nanos: AtomicU64::new(0),
            last_error: Mutex::new(String::new()),
        }
    }

    /// Whether calls record anything.
    #[inline]
    pub(crate) fn enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// Switches recording. What is stopped stays so.
    pub(crate) fn enable(&self, on: bool) {
        self.enabled.store(on && !self.stopped(), Ordering::Relaxed);
    }

    /// Ends recording for good.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.enabled.store(false, Ordering::Relaxed);
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Whether a collection is to be sent.
    pub(crate) fn sends(&self) -> bool {
        !self.stopped() && (self.enabled() || self.asking.load(Ordering::Relaxed) > 0)
    }

    /// The time now, for one call in [`SAMPLE_EVERY`].
    #[inline]
    pub(crate) fn tick() -> Option<Instant> {
        let due = TICKS.with(|ticks| {
            let next = ticks.get() + 1;
            ticks.set(if next == SAMPLE_EVERY { 0 } else { next });
            next == SAMPLE_EVERY
        });
        due.then(Instant::now)
    }

    /// Notes how long a call took that [`Recorder::tick`] chose.
    #[inline]
    pub(crate) fn tock(&self, began: Option<Instant>) {
        if let Some(began) = began {
            self.timed(began.elapsed());
        }
    }

    #[cold]
    pub(crate) fn timed(&self, time: Duration) {
        self.timed.fetch_add(1, Ordering::Relaxed);
        self.timed_nanos.fetch_add(nanos(time), Ordering::Relaxed);
    }

    /// How many calls were timed, and the mean of them.
    pub(crate) fn mean(&self) -> (u64, Duration) {
        let calls = self.timed.load(Ordering::Relaxed);
        let total = self.timed_nanos.load(Ordering::Relaxed);
        (calls, Duration::from_nanos(total.checked_div(calls).unwrap_or(0)))
    }

    /// Counts what is lost, and remembers why.
    #[cold]
    pub(crate) fn lose(&self, reason: Reason, count: u64, why: String) {
        self.dropped[reason as usize].fetch_add(count, Ordering::Relaxed);
        self.complain(why);
    }

    pub(crate) fn dropped(&self, reason: Reason) -> u64 {
        self.dropped[reason as usize].load(Ordering::Relaxed)
    }

    /// Remembers what last went wrong.
    pub(crate) fn complain(&self, why: String) {
        *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub(crate) fn last_error(&self) -> String {
        self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whole nanoseconds, for five hundred years.
pub(crate) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
