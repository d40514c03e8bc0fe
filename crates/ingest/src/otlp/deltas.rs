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
/// - A delta with the start and the end of the last one is that one sent again. It is not added, and gives the total as
///   it is, so that a sender whose request was not stored can try again.
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
}

/// How a delta goes with what was there before.
enum Fit {
    Adds,
    /// It is the last one again; `begins` as in [`Stream`].
    Again {
        begins: bool,
    },
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
        let before = self.streams.get_mut(&key);
        if let Some((fit, Total::Sum(total))) = go_on(before, span, self.time_to_live)? {
            return Ok(match fit {
                Fit::Adds => {
                    *total += delta;
                    (*total, None)
                }
                Fit::Again { begins } => (*total, zero.filter(|_| begins)),
            });
        }
        self.begin(key, span, Total::Sum(delta))?;
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
        let before = self.streams.get_mut(&key);
        if let Some((fit, Total::Distribution(total))) = go_on(before, span, self.time_to_live)? {
            if let Fit::Again { begins } = fit {
                delta.clone_from(total);
                return Ok(zero.filter(|_| begins));
            }
            let held = total.buckets.len();
            if !fixed || total.same_bounds(delta) {
                total.merge(delta);
                delta.clone_from(total);
            } else {
                total.as_mut().clone_from(delta);
            }
            self.held = self.held - held + total.buckets.len();
            return Ok(None);
        }
        self.begin(key, span, Total::Distribution(Box::new(delta.clone())))?;
        Ok(zero)
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
        let Span { start, end, now } = span;
        // A start after the end says nothing about where the next one may start.
        let first_start = start.min(end);
        let stream = Stream { first_start, start, end, begins: true, touched: now, total };
        self.streams.insert(key, stream);
        Ok(())
    }
}

/// The total that a delta goes on from; `None` for none or one that is forgotten.
fn go_on(
    stream: Option<&mut Stream>,
    span: Span,
    time_to_live: i64,
) -> Result<Option<(Fit, &mut Total)>, Reason> {
    let Some(stream) = stream.filter(|stream| stream.touched >= span.now.saturating_sub(time_to_live)) else {
        return Ok(None);
    };
    if (span.start, span.end) == (stream.start, stream.end) {
        stream.touched = span.now;
        return Ok(Some((Fit::Again { begins: stream.begins }, &mut stream.total)));
    }
    if span.end <= stream.end {
        return Err(Reason::Late);
    }
    if span.start != 0 && span.start < stream.first_start {
        return Err(Reason::OlderStart);
    }
    (stream.start, stream.end, stream.begins) = (span.start, span.end, false);
    stream.touched = span.now;
    Ok(Some((Fit::Adds, &mut stream.total)))
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
            ("a start no longer known", [span(10, 20, 0), span(0, 30, 0)], Ok(12.0)),
            ("a start known now", [span(0, 20, 0), span(20, 30, 0)], Ok(12.0)),
            ("a gap", [span(10, 20, 0), span(21, 30, 0)], Ok(12.0)),
            ("an overlap", [span(10, 20, 0), span(15, 30, 0)], Ok(12.0)),
            ("an overlap from the same start", [span(10, 20, 0), span(10, 30, 0)], Ok(12.0)),
            ("an older start", [span(10, 20, 0), span(9, 30, 0)], Err(Reason::OlderStart)),
            ("sent twice", [span(10, 20, 0), span(10, 20, 0)], Ok(7.0)),
            ("an unknown start, sent twice", [span(0, 20, 0), span(0, 20, 0)], Ok(7.0)),
            ("the same end", [span(10, 20, 0), span(15, 20, 0)], Err(Reason::Late)),
            ("out of order", [span(10, 20, 0), span(5, 10, 0)], Err(Reason::Late)),
            ("forgotten", [span(10, 20, 0), span(20, 30, 101)], Ok(5.0)),
            ("just not forgotten", [span(10, 20, 0), span(20, 30, 100)], Ok(12.0)),
            ("forgotten, then older", [span(10, 20, 0), span(5, 10, 101)], Ok(5.0)),
        ] {
            let mut deltas = Deltas::new(10, 100);
            assert_eq!(deltas.add_sum(1, spans[0], 7.0), Ok((7.0, None)));
            let second = deltas.add_sum(1, spans[1], 5.0);
            assert_eq!(second, expected.map(|total| (total, None)), "{what}");
        }
    }

    #[test]
    fn a_new_series_was_zero_at_its_start() {
        const MILLI: u64 = 1_000_000;
        const HOUR: u64 = 3_600_000 * MILLI;
        for (what, start, end, since, zero) in [
            ("just so", 20 * MILLI, 30 * MILLI, 0, Some(21)),
            ("an unknown start", 0, 30 * MILLI, 0, None),
            ("an hour", MILLI, HOUR + MILLI, 0, Some(2)),
            ("more than an hour", MILLI, HOUR + MILLI + 1, 0, None),
            ("no time between", 20 * MILLI, 21 * MILLI, 0, None),
            ("a start after the end", 40 * MILLI, 30 * MILLI, 0, None),
            ("since then", 20 * MILLI, 30 * MILLI, 20, Some(21)),
            ("before totals were kept", 20 * MILLI, 30 * MILLI, 21, None),
        ] {
            let mut deltas = Deltas::new(10, 100).since(since);
            let first = span(start, end, 0);
            let next = span(end, end + 10 * MILLI, 0);
            let mut histogram = Distribution { buckets: vec![(1.0, 7.0)], count: 7.0, sum: None };
            for time in ["first", "again"] {
                assert_eq!(deltas.add_sum(1, first, 7.0), Ok((7.0, zero)), "{what}, {time}");
                assert_eq!(
                    deltas.add_distribution(2, first, &mut histogram, true),
                    Ok(zero),
                    "{what}, {time}"
                );
            }
            for time in ["next", "again"] {
                assert_eq!(deltas.add_sum(1, next, 7.0), Ok((14.0, None)), "{what}, {time}");
                assert_eq!(
                    deltas.add_distribution(2, next, &mut histogram, true),
                    Ok(None),
                    "{what}, {time}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_added_spoils_nothing() {
        let mut deltas = Deltas::new(10, 100);
        assert_eq!(deltas.add_sum(1, span(1, 2, 0), 7.0), Ok((7.0, None)));
        assert_eq!(deltas.add_sum(1, span(2, 3, 0), f64::NAN), Err(Reason::Delta));
        let mut endless = Distribution { buckets: vec![], count: 1.0, sum: Some(f64::INFINITY) };
        assert_eq!(deltas.add_distribution(2, span(1, 2, 0), &mut endless, true), Err(Reason::Delta));
        assert_eq!(deltas.add_sum(1, span(2, 3, 0), 1.0), Ok((8.0, None)));
    }

    #[test]
    fn the_limit_holds_until_some_are_forgotten() {
        let mut deltas = Deltas::new(5, 100);
        let mut histogram =
            Distribution { buckets: vec![(1.0, 2.0), (2.0, 3.0)], count: 5.0, sum: Some(6.0) };
        assert_eq!(deltas.add_sum(1, span(1, 2, 0), 1.0), Ok((1.0, None)));
        assert_eq!(deltas.add_distribution(2, span(1, 2, 50), &mut histogram, true), Ok(None));
        assert_eq!((deltas.len(), deltas.held()), (2, 5));
        assert_eq!(deltas.add_sum(3, span(1, 2, 60), 1.0), Err(Reason::TooManyDeltas));
        assert_eq!(deltas.add_sum(1, span(2, 3, 60), 1.0), Ok((2.0, None)), "known ones go on");
        deltas.sweep(155);
        assert_eq!((deltas.len(), deltas.held()), (1, 1));
        assert_eq!(deltas.add_sum(3, span(1, 2, 155), 1.0), Ok((1.0, None)));
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
        /// Counts nothing, or restarts, for so many nanoseconds.
        Pause(u16),
        /// Sends the last again.
        Again,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            6 => (1_u8.., any::<u16>()).prop_map(|(time, count)| Step::Next(time, count)),
            1 => (1_u16..).prop_map(Step::Pause),
            1 => Just(Step::Again),
        ];
        proptest::collection::vec(step, 1..60)
    }

    proptest! {
        #[test]
        fn a_total_is_the_sum_of_all_that_was_sent(steps in steps()) {
            let mut deltas = Deltas::new(10, 1000);
            let (mut start, mut end, mut total, mut sent) = (1000_u64, 1000_u64, 0.0, None);
            for step in steps {
                match step {
                    Step::Next(time, count) => {
                        end += u64::from(time);
                        total += f64::from(count);
                        let now = span(start, end, 0);
                        let added = deltas.add_sum(7, now, f64::from(count));
                        prop_assert_eq!(added, Ok((total, None)));
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
                    Step::Pause(pause) => {
                        start += u64::from(pause);
                        end = start;
                    }
                    Step::Again => if let Some((again, count)) = sent {
                        prop_assert_eq!(deltas.add_sum(7, again, count), Ok((total, None)));
                    }
                }
            }
            prop_assert!(deltas.len() <= 2);
        }
    }
}
