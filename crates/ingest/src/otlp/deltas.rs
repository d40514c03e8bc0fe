//! Running totals of deltas, by "Sums: Delta-to-Cumulative" of
//! <https://opentelemetry.io/docs/specs/otel/metrics/data-model/#sums-delta-to-cumulative>.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::distribution::Distribution;
use super::refused::Reason;

/// The running totals of delta series, which the caller keeps from request to request.
///
/// - The first delta of a series begins its total. Each that starts where the one before ended is added.
/// - After a gap or an overlap the total starts anew from that delta alone, as a counter does after a restart. A start
///   time of 0 (unknown) is taken to fit.
/// - A delta that ends no later than the last one is refused: it was added already.
/// - A total without a delta for the time to live is forgotten. While the limit is reached new series are refused, so
///   that those known go on.
///
/// What a request added stays added, also when it is refused at a later byte or not stored: a delta is sent once.
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
    /// The end of the last delta, in nanoseconds since the epoch.
    end: u64,
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
}

/// How a delta goes with what was there before.
enum Fit {
    Adds,
    StartsAnew,
}

impl Deltas {
    /// Totals that hold at most `limit` numbers (one for a sum, two and one for each bucket for a histogram), each
    /// forgotten after `time_to_live` milliseconds without a delta.
    pub fn new(limit: usize, time_to_live: i64) -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        Self { limit, time_to_live, streams: HashMap::new(), held: 0, seed, next_sweep: i64::MIN }
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

    pub(super) fn hash(&self, key: &[u8]) -> u128 {
        xxh3_128_with_seed(key, self.seed)
    }

    /// Adds to a sum, and gives the total.
    pub(super) fn add_sum(&mut self, key: u128, span: Span, delta: f64) -> Result<f64, Reason> {
        if !delta.is_finite() {
            return Err(Reason::Delta);
        }
        let before = self.streams.get_mut(&key);
        if let Some((stream, fit)) = go_on(before, span, self.time_to_live)?
            && let Total::Sum(total) = &mut stream.total
        {
            match fit {
                Fit::Adds => *total += delta,
                Fit::StartsAnew => *total = delta,
            }
            return Ok(*total);
        }
        self.begin(key, span, Total::Sum(delta))?;
        Ok(delta)
    }

    /// Adds to a histogram, and puts the total in the place of what was added. One with `fixed` bounds starts anew when
    /// they change.
    pub(super) fn add_distribution(
        &mut self,
        key: u128,
        span: Span,
        delta: &mut Distribution,
        fixed: bool,
    ) -> Result<(), Reason> {
        if !delta.sum.is_none_or(f64::is_finite) {
            return Err(Reason::Delta);
        }
        let before = self.streams.get_mut(&key);
        if let Some((stream, fit)) = go_on(before, span, self.time_to_live)?
            && let Total::Distribution(total) = &mut stream.total
        {
            let held = total.buckets.len();
            if matches!(fit, Fit::Adds) && (!fixed || total.same_bounds(delta)) {
                total.merge(delta);
                delta.clone_from(total);
            } else {
                total.as_mut().clone_from(delta);
            }
            self.held = self.held - held + total.buckets.len();
            return Ok(());
        }
        self.begin(key, span, Total::Distribution(Box::new(delta.clone())))
    }

    fn begin(&mut self, key: u128, span: Span, total: Total) -> Result<(), Reason> {
        if let Some(before) = self.streams.remove(&key) {
            self.held -= before.total.held();
        }
        let held = self.held + total.held();
        if held > self.limit {
            return Err(Reason::TooManyDeltas);
        }
        self.held = held;
        self.streams.insert(key, Stream { end: span.end, touched: span.now, total });
        Ok(())
    }
}

/// The total that a delta goes on from; `None` for none or one that is forgotten.
fn go_on(
    stream: Option<&mut Stream>,
    span: Span,
    time_to_live: i64,
) -> Result<Option<(&mut Stream, Fit)>, Reason> {
    let Some(stream) = stream.filter(|stream| stream.touched >= span.now.saturating_sub(time_to_live)) else {
        return Ok(None);
    };
    if span.end <= stream.end {
        return Err(Reason::Late);
    }
    let fits = span.start == 0 || span.start == stream.end;
    stream.end = span.end;
    stream.touched = span.now;
    Ok(Some((stream, if fits { Fit::Adds } else { Fit::StartsAnew })))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn span(start: u64, end: u64, now: i64) -> Span {
        Span { start, end, now }
    }

    #[test]
    fn the_time_tells_how_a_delta_is_taken() {
        for (what, spans, expected) in [
            ("one after the other", [span(10, 20, 0), span(20, 30, 0)], Ok(12.0)),
            ("an unknown start", [span(0, 20, 0), span(0, 30, 0)], Ok(12.0)),
            ("a gap", [span(10, 20, 0), span(21, 30, 0)], Ok(5.0)),
            ("an overlap", [span(10, 20, 0), span(15, 30, 0)], Ok(5.0)),
            ("sent twice", [span(10, 20, 0), span(10, 20, 0)], Err(Reason::Late)),
            ("out of order", [span(10, 20, 0), span(5, 10, 0)], Err(Reason::Late)),
            ("forgotten", [span(10, 20, 0), span(20, 30, 101)], Ok(5.0)),
            ("just not forgotten", [span(10, 20, 0), span(20, 30, 100)], Ok(12.0)),
            ("forgotten, then older", [span(10, 20, 0), span(5, 10, 101)], Ok(5.0)),
        ] {
            let mut deltas = Deltas::new(10, 100);
            assert_eq!(deltas.add_sum(1, spans[0], 7.0), Ok(7.0));
            assert_eq!(deltas.add_sum(1, spans[1], 5.0), expected, "{what}");
        }
    }

    #[test]
    fn what_cannot_be_added_spoils_nothing() {
        let mut deltas = Deltas::new(10, 100);
        assert_eq!(deltas.add_sum(1, span(1, 2, 0), 7.0), Ok(7.0));
        assert_eq!(deltas.add_sum(1, span(2, 3, 0), f64::NAN), Err(Reason::Delta));
        let mut endless = Distribution { buckets: vec![], count: 1.0, sum: Some(f64::INFINITY) };
        assert_eq!(deltas.add_distribution(2, span(1, 2, 0), &mut endless, true), Err(Reason::Delta));
        assert_eq!(deltas.add_sum(1, span(2, 3, 0), 1.0), Ok(8.0));
    }

    #[test]
    fn the_limit_holds_until_some_are_forgotten() {
        let mut deltas = Deltas::new(5, 100);
        let mut histogram =
            Distribution { buckets: vec![(1.0, 2.0), (2.0, 3.0)], count: 5.0, sum: Some(6.0) };
        assert_eq!(deltas.add_sum(1, span(1, 2, 0), 1.0), Ok(1.0));
        assert_eq!(deltas.add_distribution(2, span(1, 2, 50), &mut histogram, true), Ok(()));
        assert_eq!((deltas.len(), deltas.held()), (2, 5));
        assert_eq!(deltas.add_sum(3, span(1, 2, 60), 1.0), Err(Reason::TooManyDeltas));
        assert_eq!(deltas.add_sum(1, span(2, 3, 60), 1.0), Ok(2.0), "known ones go on");
        deltas.sweep(155);
        assert_eq!((deltas.len(), deltas.held()), (1, 1));
        assert_eq!(deltas.add_sum(3, span(1, 2, 155), 1.0), Ok(1.0));
    }

    #[test]
    fn a_histogram_with_other_bounds_starts_anew() {
        let of = |bound| Distribution { buckets: vec![(bound, 2.0)], count: 3.0, sum: None };
        for (fixed, bound, expected) in [(true, 1.0, 6), (true, 2.0, 3), (false, 2.0, 6)] {
            let mut deltas = Deltas::new(10, 100);
            deltas.add_distribution(1, span(1, 2, 0), &mut of(1.0), fixed).unwrap();
            let mut second = of(bound);
            deltas.add_distribution(1, span(2, 3, 0), &mut second, fixed).unwrap();
            assert_eq!(second.count as u32, expected, "{fixed} {bound}");
            assert_eq!(deltas.held(), 2 + second.buckets.len());
        }
    }

    /// What a sender does between two requests.
    #[derive(Clone, Debug)]
    enum Step {
        /// Counts so many in so many nanoseconds, from the end of the last.
        Next(u8, u16),
        /// Restarts after so many nanoseconds.
        Restart(u16),
        /// Sends the last again.
        Again,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => (1_u8.., any::<u16>()).prop_map(|(time, count)| Step::Next(time, count)),
            1 => (1_u16..).prop_map(Step::Restart),
            1 => Just(Step::Again),
        ];
        proptest::collection::vec(step, 1..60)
    }

    proptest! {
        #[test]
        fn a_total_is_the_sum_since_the_restart(steps in steps()) {
            let mut deltas = Deltas::new(10, 1000);
            let (mut start, mut end, mut total, mut sent) = (1000_u64, 1000_u64, 0.0, None);
            for step in steps {
                match step {
                    Step::Next(time, count) => {
                        end += u64::from(time);
                        total += f64::from(count);
                        let now = span(start, end, 0);
                        prop_assert_eq!(deltas.add_sum(7, now, f64::from(count)), Ok(total));
                        let mut histogram = Distribution {
                            buckets: vec![(1.0, f64::from(count))],
                            count: f64::from(count),
                            sum: Some(f64::from(count)),
                        };
                        deltas.add_distribution(8, now, &mut histogram, true).unwrap();
                        let expected =
                            Distribution { buckets: vec![(1.0, total)], count: total, sum: Some(total) };
                        prop_assert_eq!(histogram, expected);
                        (sent, start) = (Some((now, f64::from(count))), end);
                    }
                    Step::Restart(pause) => {
                        start += u64::from(pause);
                        end = start;
                        total = 0.0;
                    }
                    Step::Again => if let Some((again, count)) = sent {
                        prop_assert_eq!(deltas.add_sum(7, again, count), Err(Reason::Late));
                    }
                }
            }
            prop_assert!(deltas.len() <= 2);
        }
    }
}
