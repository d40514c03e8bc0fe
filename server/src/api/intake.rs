//! What all ways in share: how large a request may be, how many at a time, how fast one sender may be, and what was
//! refused.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::received::Received;
use crate::config::IngestConfig;

/// Senders that are remembered at a time; those that were quiet longest are forgotten.
const SENDERS: usize = 10_000;

/// Seconds of samples that a sender may send at once after a pause.
const BURST: f64 = 10.0;

/// A request, or a part of it, that is not taken.
#[derive(Debug)]
pub(crate) struct Rejection {
    status: StatusCode,
    /// As the label `reason` of `watchfire_ingest_rejected_total` has it.
    reason: &'static str,
    text: String,
    /// Seconds after which to try again.
    retry_after: Option<u64>,
}

impl Rejection {
    fn new(status: StatusCode, reason: &'static str, text: String) -> Self {
        Self { status, reason, text, retry_after: None }
    }

    pub(crate) fn bad(text: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", text)
    }

    pub(crate) fn unsupported(text: String) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported", text)
    }

    pub(crate) fn too_large(text: String) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text)
    }

    pub(crate) fn overloaded(text: String) -> Self {
        let retry_after = Some(1);
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", text) }
    }

    pub(crate) fn internal(text: String) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", text)
    }

    fn too_fast(text: String, seconds: u64) -> Self {
        let retry_after = Some(seconds);
        Self { retry_after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit", text) }
    }

    /// What is wrong, in words.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The code of gRPC that stands for the status (<https://grpc.io/docs/guides/status-codes/>), as OTLP has it.
    pub(crate) fn grpc_code(&self) -> u8 {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => 14,
            StatusCode::PAYLOAD_TOO_LARGE => 8,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => 12,
            StatusCode::INTERNAL_SERVER_ERROR => 13,
            _ => 3,
        }
    }

    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { reason, ..self }
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        let mut response = (self.status, format!("{}\n", self.text)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// The gate of all ways in. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Intake(Arc<Inner>);

struct Inner {
    max_body_bytes: usize,
    /// Bytes of bodies that are held at a time.
    max_held_bytes: usize,
    held_bytes: AtomicUsize,
    /// How long a body may take to come.
    patience: Duration,
    /// Samples a second of one sender; `None`: no bound.
    rate: Option<f64>,
    places: Arc<Semaphore>,
    hasher: std::collections::hash_map::RandomState,
    senders: Mutex<HashMap<u64, Bucket>>,
    refused: Mutex<BTreeMap<&'static str, u64>>,
    received: Received,
}

/// Room that a body takes until it is worked off.
pub(crate) struct Held {
    intake: Intake,
    bytes: usize,
}

impl Held {
    /// Takes room for more bytes, unless there is none.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Rejection> {
        let inner = &self.intake.0;
        self.bytes += bytes;
        if inner.held_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= inner.max_held_bytes {
            return Ok(());
        }
        let text = "too many bytes of requests are being worked on (ingest.max_held_bytes); send it again";
        Err(self.intake.reject(Rejection::overloaded(text.to_owned())))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.intake.0.held_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A token bucket: how many samples a sender may send now.
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Intake {
    /// `patience` is how long a body may take to come.
    pub(crate) fn new(config: &IngestConfig, patience: Duration) -> Self {
        let rate = config.max_samples_per_second;
        Self(Arc::new(Inner {
            max_body_bytes: usize::try_from(config.max_body_bytes).unwrap_or(usize::MAX),
            max_held_bytes: usize::try_from(config.max_held_bytes).unwrap_or(usize::MAX),
            held_bytes: AtomicUsize::new(0),
            patience,
            rate: (rate > 0).then_some(rate as f64),
            places: Arc::new(Semaphore::new(config.max_in_flight)),
            hasher: std::collections::hash_map::RandomState::new(),
            senders: Mutex::default(),
            refused: Mutex::new(
                ["too_large", "overloaded", "rate_limit", "undecodable"].map(|r| (r, 0)).into(),
            ),
            received: Received::default(),
        }))
    }

    /// What came in, by each way.
    pub(crate) fn received(&self) -> &Received {
        &self.0.received
    }

    pub(crate) fn max_body_bytes(&self) -> usize {
        self.0.max_body_bytes
    }

    /// Bytes that a body may unfold into, where text says in short what a batch says at length. Places in a batch have 32
    /// bits.
    pub(crate) fn max_unfolded(&self) -> usize {
        self.0.max_body_bytes.saturating_mul(4).min(u32::MAX as usize)
    }

    /// How long a body may take to come.
    pub(crate) fn patience(&self) -> Duration {
        self.0.patience
    }

    /// Holds nothing yet of a body that is coming.
    pub(crate) fn hold(&self) -> Held {
        Held { intake: self.clone(), bytes: 0 }
    }

    /// A permit for each request that may be worked on now.
    pub(crate) fn places(&self) -> &Arc<Semaphore> {
        &self.0.places
    }

    /// Counts what is refused.
    pub(crate) fn reject(&self, rejection: Rejection) -> Rejection {
        self.count(rejection.reason, 1);
        rejection
    }

    pub(crate) fn count(&self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.refused().entry(reason).or_default() += count;
        }
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.0.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was refused since the start, by reason: requests, or samples where a request had a good part.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.refused().clone()
    }

    /// Lets a sender send `samples` now, or says when.
    pub(crate) fn admit(&self, headers: &HeaderMap, samples: usize) -> Result<(), Rejection> {
        let Some(rate) = self.0.rate else { return Ok(()) };
        let sender = self.0.hasher.hash_one(headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes));
        let mut senders = self.0.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if senders.len() >= SENDERS && !senders.contains_key(&sender) {
            forget_quietest(&mut senders);
        }
        let full = rate * BURST;
        let bucket = senders.entry(sender).or_insert(Bucket { tokens: full, filled: now });
        bucket.tokens = (bucket.tokens + now.duration_since(bucket.filled).as_secs_f64() * rate).min(full);
        bucket.filled = now;
        // A request larger than the bucket passes when the bucket is full: it could never pass otherwise.
        let needed = (samples as f64).min(full);
        if bucket.tokens < needed {
            let seconds = ((needed - bucket.tokens) / rate).ceil().max(1.0) as u64;
            let text = format!(
                "the sender is faster than {rate} samples a second (ingest.max_samples_per_second); go on in {seconds} s"
            );
            self.count("rate_limit", samples as u64);
            return Err(Rejection::too_fast(text, seconds));
        }
        bucket.tokens -= samples as f64;
        Ok(())
    }
}

fn forget_quietest(senders: &mut HashMap<u64, Bucket>) {
    if let Some(quietest) = senders.iter().min_by_key(|(_, bucket)| bucket.filled).map(|(sender, _)| *sender)
    {
        senders.remove(&quietest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_so_much_room_and_give_it_back() {
        let config = IngestConfig { max_held_bytes: 100, ..IngestConfig::default() };
        let intake = Intake::new(&config, Duration::from_secs(1));
        let (mut one, mut other) = (intake.hold(), intake.hold());
        one.grow(60).unwrap();
        other.grow(40).unwrap();
        assert_eq!(other.grow(1).unwrap_err().status, StatusCode::SERVICE_UNAVAILABLE);
        drop(other);
        one.grow(40).unwrap();
        drop(one);
        assert_eq!(intake.0.held_bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_fast_sender_is_slowed_down_and_others_are_not() {
        let config = IngestConfig {
            max_body_bytes: 1000,
            max_in_flight: 1,
            max_samples_per_second: 100,
            ..IngestConfig::default()
        };
        let intake = Intake::new(&config, Duration::from_secs(1));
        let sender = |name: &'static str| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(name))])
        };
        intake.admit(&sender("a"), 900).unwrap();
        let refused = intake.admit(&sender("a"), 500).unwrap_err();
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!((3..=4).contains(&refused.retry_after.unwrap()), "{refused:?}");
        intake.admit(&sender("b"), 5000).unwrap();
        assert_eq!(intake.counts()["rate_limit"], 500);
    }
}
