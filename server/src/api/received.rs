//! What came in by each way: how much, and when the last of it, for the page that helps people to send their first data.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use serde_json::json;
use watchfire_model::Batch;

use crate::clock;
use crate::http::App;

/// A way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    RemoteWrite,
    OtlpHttp,
    OtlpGrpc,
    Import,
    Push,
    Statsd,
    Scrape,
}

impl Way {
    pub(crate) const ALL: [Self; 7] = [
        Self::RemoteWrite,
        Self::OtlpHttp,
        Self::OtlpGrpc,
        Self::Import,
        Self::Push,
        Self::Statsd,
        Self::Scrape,
    ];

    /// As the label `protocol` has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RemoteWrite => "remote_write",
            Self::OtlpHttp => "otlp_http",
            Self::OtlpGrpc => "otlp_grpc",
            Self::Import => "import",
            Self::Push => "push",
            Self::Statsd => "statsd",
            Self::Scrape => "scrape",
        }
    }
}

/// Who looks at the page asks each second; without a question for so long nobody does, in milliseconds.
const WATCHED: i64 = 10_000;

/// Series that are told apart at most while somebody looks.
const MOST_SERIES: usize = 200_000;

/// One counter for each way.
#[derive(Default)]
pub(crate) struct Received {
    ways: [Counts; Way::ALL.len()],
    hasher: RandomState,
    /// Until when somebody looks: only then are series told apart.
    watched_until: AtomicI64,
}

#[derive(Default)]
struct Counts {
    samples: AtomicU64,
    /// Milliseconds since the epoch; 0 before the first.
    last: AtomicI64,
    series: Mutex<HashSet<u64>>,
}

impl Received {
    /// Counts what was stored of a batch that came this way, whose keys `keys` has.
    pub(crate) fn note(&self, way: Way, samples: usize, keys: &[u64]) {
        if samples == 0 {
            return;
        }
        let counts = &self.ways[way as usize];
        counts.samples.fetch_add(samples as u64, Ordering::Relaxed);
        counts.last.store(clock::now(), Ordering::Relaxed);
        if !keys.is_empty() {
            let mut series = counts.series.lock().unwrap_or_else(PoisonError::into_inner);
            let room = MOST_SERIES.saturating_sub(series.len());
            series.extend(keys.iter().take(room));
        }
    }

    /// The series of a batch by a number each, while somebody looks; nothing otherwise.
    pub(crate) fn keys(&self, batch: &Batch) -> Vec<u64> {
        if clock::now() >= self.watched_until.load(Ordering::Relaxed) {
            return Vec::new();
        }
        batch.series.iter().map(|series| self.hasher.hash_one(batch.key(&series.key))).collect()
    }

    /// Samples stored by each way since the start.
    pub(crate) fn samples(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Way::ALL
            .into_iter()
            .map(|way| (way.as_str(), self.ways[way as usize].samples.load(Ordering::Relaxed)))
    }

    /// Somebody looks: series are told apart from the first look on.
    fn watch(&self, now: i64) {
        if self.watched_until.swap(now + WATCHED, Ordering::Relaxed) < now {
            for counts in &self.ways {
                counts.series.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
        }
    }
}

/// `/api/v1/ingest/status`.
pub(crate) async fn status(State(app): State<App>) -> Json<serde_json::Value> {
    let (received, now) = (app.intake.received(), clock::now());
    received.watch(now);
    let one = |way: Way| {
        let counts = &received.ways[way as usize];
        let last = Some(counts.last.load(Ordering::Relaxed)).filter(|last| *last > 0);
        let series = counts.series.lock().unwrap_or_else(PoisonError::into_inner).len();
        let samples = counts.samples.load(Ordering::Relaxed);
        json!({"protocol": way.as_str(), "samples": samples, "series": series, "last": last})
    };
    Json(json!({"status": "success", "data": {"now": now, "ways": Way::ALL.map(one)}}))
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    #[test]
    fn series_are_told_apart_while_somebody_looks() {
        let received = Received::default();
        let mut batch = Batch::default();
        for name in ["a", "b", "a"] {
            batch.push(&Labels::of(name, []).unwrap(), 0, 1.0);
        }
        assert!(received.keys(&batch).is_empty());
        received.note(Way::Push, 3, &[]);
        received.watch(clock::now());
        let keys = received.keys(&batch);
        received.note(Way::Push, 3, &keys);
        let counts = &received.ways[Way::Push as usize];
        assert_eq!((counts.samples.load(Ordering::Relaxed), counts.series.lock().unwrap().len()), (6, 2));
        assert_eq!(received.samples().filter(|(_, samples)| *samples > 0).collect::<Vec<_>>(), [("push", 6)]);
        for (at, way) in Way::ALL.into_iter().enumerate() {
            assert_eq!(way as usize, at);
        }
    }
}
