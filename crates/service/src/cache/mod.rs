//! Answers of range queries, kept so that a chart that moves on costs only its newest points.
//!
//! An entry is the answer of one query at one step over some time. Whoever asks for a part of it is answered from it; what
//! is missing at its ends, or has changed since ([`Changes`]), is evaluated, and put to it. So answers are the same as those
//! without a cache.

mod changes;
mod extent;
mod nature;
mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use watchfire_model::Matcher;
use watchfire_promql::ast::Expr;

pub use changes::{Changes, Mark};
pub use nature::{Nature, nature};
pub(crate) use slot::{Asked, Plan, Slot};

/// An entry that nobody asks for is dropped after this time.
const IDLE: Duration = Duration::from_mins(10);

/// What makes two queries share an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) text: String,
    /// Milliseconds between points.
    pub(crate) step: i64,
    /// The first point modulo the step.
    pub(crate) phase: i64,
    pub(crate) lookback: i64,
}

/// All entries. Cloning shares them.
#[derive(Clone, Debug)]
pub(crate) struct QueryCache {
    entries: Cache<Key, Arc<Slot>>,
    counts: Arc<Counts>,
    /// The most bytes of one entry.
    most: usize,
}

#[derive(Debug, Default)]
struct Counts {
    hits: AtomicU64,
    extended: AtomicU64,
    misses: AtomicU64,
}

/// What the query cache holds and what it was good for since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Range queries that were answered from it, those included for which only the missing points were evaluated.
    pub hits: u64,
    /// Those for which points were missing.
    pub extended: u64,
    /// Range queries that were evaluated whole.
    pub misses: u64,
    /// Answers that are kept.
    pub entries: u64,
    /// About how many bytes they take.
    pub bytes: u64,
}

/// How a query was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Hit,
    Extended,
    Miss,
}

impl QueryCache {
    /// A cache of `bytes`; `None` for 0, which is none.
    pub(crate) fn new(bytes: u64) -> Option<Self> {
        if bytes == 0 {
            return None;
        }
        let entries = Cache::builder()
            .max_capacity(bytes)
            .weigher(|key: &Key, slot: &Arc<Slot>| {
                u32::try_from(key.text.len() + slot.bytes()).unwrap_or(u32::MAX)
            })
            .time_to_idle(IDLE)
            .build();
        // One entry must not drive out all others.
        let most = usize::try_from(bytes / 4).unwrap_or(usize::MAX);
        Some(Self { entries, counts: Arc::default(), most })
    }

    /// The entry of `key`, which is empty when there was none.
    pub(crate) fn slot(&self, key: &Key) -> Arc<Slot> {
        self.entries.get_with_by_ref(key, Arc::default)
    }

    /// Weighs an entry again after it has changed. One that is too heavy is dropped.
    pub(crate) fn weigh(&self, key: Key, slot: Arc<Slot>) {
        if slot.bytes() > self.most {
            slot.clear();
        }
        self.entries.insert(key, slot);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.entries.invalidate_all();
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        let counts = &self.counts;
        let count = match outcome {
            Outcome::Hit => &counts.hits,
            Outcome::Extended => {
                counts.hits.fetch_add(1, Ordering::Relaxed);
                &counts.extended
            }
            Outcome::Miss => &counts.misses,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self) -> CacheStats {
        // What was inserted lately is not in its counts before.
        self.entries.run_pending_tasks();
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        CacheStats {
            hits: of(&self.counts.hits),
            extended: of(&self.counts.extended),
            misses: of(&self.counts.misses),
            entries: self.entries.entry_count(),
            bytes: self.entries.weighted_size(),
        }
    }
}

/// The matchers of all selectors of a query.
pub(crate) fn matchers(expr: &Expr) -> Vec<&Matcher> {
    let mut found = Vec::new();
    nature::matchers(expr, &mut found);
    found
}
