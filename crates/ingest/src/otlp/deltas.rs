//! Running totals of deltas, by "Sums: Delta-to-Cumulative" of
//! <https://opentelemetry.io/docs/specs/otel/metrics/data-model/#sums-delta-to-cumulative>.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::distribution::Distribution;
use super::refused::Reason;
use super::request::millis;

/// How long before its end the first delta of a series may start for the series to get a zero there, in nanoseconds. Of a
/// longer one it would be a slope that nobody measured, and storage takes no sample that is much older than the newest.
const LONGEST_FROM_ZERO: u64 = 3_600_000_000_000;

/// The running totals of delta series, which the caller keeps from request to request.
///
/// - The first delta of a series begins its total, and each that ends later is added: also after a gap, since SDKs leave
///   out times in which nothing was counted; after a restart of the sender, whose counts go on from the total; and
///   where it overlaps the last one, as those of two senders with the same attributes do.
/// - A delta with the start, the end and the value of the last one, in another request, is that one sent again. It is not
///   added, and gives the total as it is, so that a sender whose request was not stored can try again. Of a request with
///   several deltas of one series that is so for the last of them.
/// - One with the start and the end of the last one but another value, or in the same request, is another sender's that
///   calls itself the same. It is refused, so that somebody learns of it: which of the two comes again cannot be told.
/// - Any other that ends no later than the last one is refused: it was added already, or comes too late. So is one that
///   starts before the first one did, since what it says was counted in part. A start of 0 (unknown) is taken to fit.
/// - A series that is new gets a zero where its first delta starts, so that its increase has all of it; see
///   [`since`](Self::since). None where the start is not known, or more than an hour before the end.
/// - A total without a delta for the time to live is forgotten. While the limit is reached new series are refused, so
///   that those known go on.
///
/// What a request added stays added, also when it is refused at a later byte or not stored.
#[derive(Debug)]
pub struct Deltas {
    limit: usize,
    time_to_live: i64,
    /// By hash of what names the series, 128 bits with a seed that senders do not know: a few bytes each, where the names
    /// would take hundreds.
    streams: HashMap<u128, Stream>,
    /// Numbers held in all of them.
    held: usize,
    seed: u64,
    /// Requests that had deltas.
    requests: u64,
    /// When the totals began to be kept, in milliseconds since the epoch.
    since: i64,
    /// When the forgotten are looked for next, in milliseconds since the epoch.
    next_sweep: i64,
}

/// Gives the running totals to a decoder that has come upon a delta: most requests have none, and need not wait for those
/// that have.
pub trait Totals {
    /// The totals; nobody else has them until the decoder is done.
    fn totals(&mut self) -> &mut Deltas;
}

impl Totals for Deltas {
    fn totals(&mut self) -> &mut Deltas {
        self
    }
}

#[derive(Debug)]
struct Stream {
    /// The start of the first delta, in nanoseconds since the epoch; 0 where it is not known.
    first_start: u64,
    /// The start of the last delta, likewise.
    start: u64,
    /// Its end.
    end: u64,
    /// What it said, and in which request.
    said: Said,
    /// Whether the last delta is the first, too.
    begins: bool,
    /// When it came, in milliseconds since the epoch.
    touched: i64,
    total: Total,
}

#[derive(Debug)]
enum Total {
    Sum(f64),
    Distribution(Box<Distribution>),
}

impl Total {
    /// How many numbers it holds.
    fn held(&self) -> usize {
        match self {
            Self::Sum(_) => 1,
            Self::Distribution(distribution) => distribution.buckets.len() + 2,
        }
    }
}

/// The time that a delta is of, in nanoseconds since the epoch, and when it came, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// 0 where it is not known.
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) now: i64,
    /// The request that it comes in, as [`Deltas::request`] numbers it.
    pub(super) request: u64,
}

/// What a delta said: enough to know it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    /// The bits of a sum; of a histogram those of its sum and its count.
    value: (u64, u64),
    request: u64,
}

/// How a delta goes with what was there before.
enum Fit {
    Adds,
    /// It is the last one again.
    Again,
}

impl Deltas {
    /// Totals that hold at most `limit` numbers (one for a sum, two and one for each bucket for a histogram), each
    /// forgotten after `time_to_live` milliseconds without a delta.
    pub fn new(limit: usize, time_to_live: i64) -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        Self {
            limit,
            time_to_live,
            streams: HashMap::new(),
            held: 0,
            seed,
            requests: 0,
            since: i64::MIN,
            next_sweep: i64::MIN,
        }
    }

    /// Tells that totals are kept since `now`, in milliseconds since the epoch, and that there may be samples of others
    /// from before. A series whose first delta starts before that may not be new, and gets no zero: among its older
    /// samples a zero would look like a reset, and what it had counted would be counted again.
    #[must_use]
    pub fn since(self, now: i64) -> Self {
        Self { since: now, ..self }
    }

    /// How many series have a total, as far as the forgotten were swept out: for a gauge of this server's own.
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether there is no total.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// How many numbers are held, of the limit.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Forgets totals that had no delta for the time to live. To be called now and then; mostly it does nothing.
    pub fn sweep(&mut self, now: i64) {
        if now < self.next_sweep {
            return;
        }
        let oldest = now.saturating_sub(self.time_to_live);
        self.streams.retain(|_, stream| stream.touched >= oldest);
        self.held = self.streams.values().map(|stream| stream.total.held()).sum();
        // Not at each request, also while the limit is reached: it looks at them all.
        self.next_sweep = now.saturating_add((self.time_to_live / 8).max(1));
    }

    /// Numbers a request that has deltas.
    pub(super) fn request(&mut self) -> u64 {
        self.requests += 1;
        self.requests
    }

    pub(super) fn hash(&self, key: &[u8]) -> u128 {
        xxh3_128_with_seed(key, self.seed)
    }

    /// When the total of a series that begins with the delta of `span` was 0, in milliseconds since the epoch. A
    /// millisecond after the start: a delta is of what came after its start, and an older total may end right there.
    fn zero(&self, span: Span) -> Option<i64> {
        let known = span.start != 0 && millis(span.start) >= self.since;
        let short = span.end.checked_sub(span.start).is_some_and(|length| length <= LONGEST_FROM_ZERO);
        let zero = millis(span.start) + 1;
        (known && short && zero < millis(span.end)).then_some(zero)
    }

    /// Adds to a sum. Gives the total, and when the series was 0 if this delta begins it and that is known, in
    /// milliseconds since the epoch.
    pub(super) fn add_sum(
        &mut self,
        key: u128,
        span: Span,
        delta: f64,
    ) -> Result<(f64, Option<i64>), Reason> {
        if !delta.is_finite() {
            return Err(Reason::Delta);
        }
        let zero = self.zero(span);
        let said = Said { value: (delta.to_bits(), 0), request: span.request };
        let before = self.streams.get_mut(&key);
        if let Some((stream, fit)) = go_on(before, span, said, self.time_to_live)?
            && let Total::Sum(total) = &mut stream.total
        {
            return match fit {
                Fit::Adds if !(*total + delta).is_finite() => Err(Reason::Delta),
                Fit::Adds => {
                    *total += delta;
                    let total = *total;
                    stream.goes_on(span, said);
                    Ok((total, None))
                }
                Fit::Again => Ok((*total, zero.filter(|_| stream.begins))),
            };
        }
        self.begin(key, span, said, Total::Sum(delta))?;
        Ok((delta, zero))
    }

    /// Adds to a histogram, and puts the total in the place of what was added. One with `fixed` bounds starts anew when
    /// they change. Gives when the series was 0, as [`add_sum`](Self::add_sum) does.
    pub(super) fn add_distribution(
        &mut self,
        key: u128,
        span: Span,
        delta: &mut Distribution,
        fixed: bool,
    ) -> Result<Option<i64>, Reason> {
        if !delta.sum.is_none_or(f64::is_finite) {
            return Err(Reason::Delta);
        }
        let zero = self.zero(span);
        let said = Said {
            value: (delta.sum.unwrap_or_default().to_bits(), delta.count.to_bits()),
            request: span.request,
        };
        let before = self.streams.get_mut(&key);
        if let Some((stream, fit)) = go_on(before, span, said, self.time_to_live)?
            && let Total::Distribution(total) = &mut stream.total
        {
            if matches!(fit, Fit::Again) {
                delta.clone_from(total);
                return Ok(zero.filter(|_| stream.begins));
            }
            let held = total.buckets.len();
            let adds = !fixed || total.same_bounds(delta);
            let will_hold = if adds { held + total.lacks(delta) } else { delta.buckets.len() };
            if will_hold > held && self.held - held + will_hold > self.limit {
                return Err(Reason::TooManyDeltas);
            }
            if adds {
                let sum = total.sum.zip(delta.sum).map(|(sum, more)| sum + more);
                if !sum.is_none_or(f64::is_finite) {
                    return Err(Reason::Delta);
                }
                total.merge(delta);
                delta.clone_from(total);
            } else {
                total.as_mut().clone_from(delta);
            }
            self.held = self.held - held + total.buckets.len();
            stream.goes_on(span, said);
            return Ok(None);
        }
        self.begin(key, span, said, Total::Distribution(Box::new(delta.clone())))?;
        Ok(zero)
    }

    fn begin(&mut self, key: u128, span: Span, said: Said, total: Total) -> Result<(), Reason> {
        if let Some(before) = self.streams.remove(&key) {
            self.held -= before.total.held();
        }
        let held = self.held + total.held();
        if held > self.limit {
            return Err(Reason::TooManyDeltas);
        }
        self.held = held;
        let Span { start, end, now, .. } = span;
        // A start after the end says nothing about where the next one may start.
        let first_start = start.min(end);
        let stream = Stream { first_start, start, end, said, begins: true, touched: now, total };
        self.streams.insert(key, stream);
        Ok(())
    }
}

/// The total that a delta goes on from; `None` for none or one that is forgotten.
fn go_on(
    stream: Option<&mut Stream>,
    span: Span,
    said: Said,
    time_to_live: i64,
) -> Result<Option<(&mut Stream, Fit)>, Reason> {
    let Some(stream) = stream.filter(|stream| stream.touched >= span.now.saturating_sub(time_to_live)) else {
        return Ok(None);
    };
    if (span.start, span.end) == (stream.start, stream.end) {
        if said.value != stream.said.value || said.request == stream.said.request {
            return Err(Reason::Twice);
        }
        stream.touched = span.now;
        return Ok(Some((stream, Fit::Again)));
    }
    if span.end <= stream.end {
        return Err(Reason::Late);
    }
    if span.start != 0 && span.start < stream.first_start {
        return Err(Reason::OlderStart);
    }
    Ok(Some((stream, Fit::Adds)))
}

impl Stream {
    /// Remembers the delta that was added.
    fn goes_on(&mut self, span: Span, said: Said) {
        (self.start, self.end, self.said, self.begins) = (span.start, span.end, said, false);
        self.touched = span.now;
    }
}

#[cfg(test)]
mod tests;
