//! Answers from rollups: where the samples of a series are no longer kept, or need not be read, because whole buckets of
//! time answer as well. Ranges that are not made of whole buckets are answered from those that they touch.

use watchfire_model::{Rollup, TimeRange, end_of};

use crate::answer::EvalError;
use crate::ast::Span;
use crate::eval::annotations::Note;
use crate::eval::column::Steps;
use crate::eval::evaluator::Evaluator;
use crate::eval::functions::Kahan;
use crate::eval::node::{InstantSelector, RangeSelector};
use crate::eval::selector::SeriesList;

/// The widths of buckets that a selection may ask for, in milliseconds: a day, an hour, five minutes.
const WIDTHS: [i64; 3] = [86_400_000, 3_600_000, 300_000];

/// The widest buckets at whose ends all `times` lie, among those that fit.
pub(crate) fn widest(times: Steps, fits: impl Fn(i64) -> bool) -> Option<i64> {
    let aligned = |width: i64| times.start % width == 0 && (times.len <= 1 || times.step % width == 0);
    WIDTHS.into_iter().find(|width| fits(*width) && aligned(*width))
}

/// What is kept of a series up to a time, exclusive: rollups of a width. An entry of
/// [`SelectedSeries::widths`](crate::SelectedSeries::widths).
pub(crate) type Kept = (i64, i64);

/// Which rollups hold a time; `None` where there are samples.
pub(crate) fn kept_at(widths: &[Kept], time: i64) -> Option<Kept> {
    widths.iter().find(|(until, _)| *until > time).copied()
}

/// Whether buckets of `width` give the exact answer to a selector that may ask for `buckets`.
fn is_enough(buckets: Option<i64>, width: i64) -> bool {
    buckets.is_some_and(|buckets| buckets >= width)
}

/// The rollups of a range, folded into one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rolled {
    pub(crate) rollup: Rollup,
    /// The end of its last bucket.
    pub(crate) end: i64,
    /// How long its buckets are together.
    pub(crate) range: i64,
    /// How long the range that was asked for is, as a part of `range`.
    pub(crate) share: f64,
}

/// A function of the rollups of a range.
pub(crate) type RolledApply = fn(&Rolled) -> Option<f64>;

/// Buckets that are used again for each series of a selector, and which notes it has.
#[derive(Debug)]
pub(crate) struct RollupScratch {
    rollups: Vec<Rollup>,
    noted: Noted,
}

impl RollupScratch {
    pub(crate) fn new(span: Span) -> Self {
        Self { rollups: Vec::new(), noted: Noted::new(span) }
    }
}

/// What was noted on a selector: thousands of series have the same to say.
#[derive(Debug)]
pub(crate) struct Noted {
    span: Span,
    known: Vec<Kept>,
}

impl Noted {
    pub(crate) fn new(span: Span) -> Self {
        Self { span, known: Vec::new() }
    }
}

impl Evaluator<'_> {
    fn note_kept(&self, noted: &mut Noted, kept: Kept) {
        if !noted.known.contains(&kept) {
            noted.known.push(kept);
            self.note(&Note::Rollups { until: kept.0, width: kept.1 }, noted.span);
        }
    }

    /// Notes which rollups stand in for samples within `range`, for a function that needs the samples.
    pub(crate) fn note_range(
        &self,
        noted: &mut Noted,
        widths: &[Kept],
        range: TimeRange,
        buckets: Option<i64>,
    ) {
        let mut start = i64::MIN;
        for &(until, width) in widths {
            if start <= range.end && range.start < until && !is_enough(buckets, width) {
                self.note_kept(noted, (until, width));
            }
            start = until;
        }
    }

    /// How old the newest sample at `time` may be. Between the ends of buckets it is as old as the buckets are wide.
    pub(crate) fn lookback(
        &self,
        selector: &InstantSelector,
        noted: &mut Noted,
        widths: &[Kept],
        time: i64,
    ) -> i64 {
        match kept_at(widths, time) {
            Some((until, width)) if time % width != 0 || !is_enough(selector.buckets, width) => {
                self.note_kept(noted, (until, width));
                selector.lookback.max(width)
            }
            _ => selector.lookback,
        }
    }

    /// Writes the values of the steps, which are the first ones, whose ranges begin where rollups are kept. Answers how many
    /// they are.
    pub(crate) fn rolled(
        &self,
        (list, series): (&dyn SeriesList, usize),
        selector: &RangeSelector,
        apply: RolledApply,
        ends: Steps,
        scratch: &mut RollupScratch,
        out: &mut [f64],
    ) -> Result<usize, EvalError> {
        let mut from = 0;
        for &(until, width) in list.widths(series) {
            // A range begins with the millisecond after its start.
            let to = ends.before(until.saturating_add(selector.range - 1)).max(from);
            if to == from {
                continue;
            }
            // Wider ones are fewer, and as good if the selector may ask for them.
            let bucket = selector.buckets.filter(|buckets| buckets % width == 0).unwrap_or(width);
            let range = end_of(selector.range, bucket);
            let part = ends.part(from, to - from);
            let start = end_of(part.start, bucket) - range + 1;
            let touched = TimeRange { start, end: end_of(part.end(), bucket) };
            scratch.rollups.clear();
            list.read_rollups(series, bucket, touched, &mut |rollup| scratch.rollups.push(*rollup));
            self.meter.read(scratch.rollups.len())?;
            let share = selector.range as f64 / range as f64;
            let ranges = BucketRanges { rollups: &scratch.rollups, ends: part, bucket, range, share };
            ranges.apply(apply, &mut out[from..to], |buckets| self.meter.work(buckets))?;
            let exact = range == selector.range && part.times().all(|end| end % bucket == 0);
            if !exact {
                self.note_kept(&mut scratch.noted, (until, width));
            }
            from = to;
        }
        Ok(from)
    }
}

/// The ranges of one series that are made of buckets: both ends only ever move on.
struct BucketRanges<'a> {
    rollups: &'a [Rollup],
    /// The times at which the ranges that were asked for end.
    ends: Steps,
    bucket: i64,
    /// How long the ranges are, in whole buckets.
    range: i64,
    share: f64,
}

impl BucketRanges<'_> {
    fn apply(
        &self,
        apply: RolledApply,
        out: &mut [f64],
        work: impl Fn(usize) -> Result<(), EvalError>,
    ) -> Result<(), EvalError> {
        let (mut start, mut end) = (0, 0);
        let mut before: Option<(i64, f64)> = None;
        for (slot, asked) in out.iter_mut().zip(self.ends.times()) {
            let last = end_of(asked, self.bucket);
            if let Some((_, value)) = before.filter(|(time, _)| *time == last) {
                *slot = value;
                continue;
            }
            while self.rollups.get(end).is_some_and(|rollup| rollup.end <= last) {
                end += 1;
            }
            while start < end && self.rollups[start].end <= last - self.range {
                start += 1;
            }
            work(end - start)?;
            if let Some(rollup) = fold(&self.rollups[start..end]) {
                let rolled = Rolled { rollup, end: last, range: self.range, share: self.share };
                if let Some(value) = apply(&rolled) {
                    *slot = value;
                }
            }
            before = Some((last, *slot));
        }
        Ok(())
    }
}

/// The rollup of all these buckets.
fn fold(rollups: &[Rollup]) -> Option<Rollup> {
    let (first, later) = rollups.split_first()?;
    let (mut all, mut sum) = (*first, Kahan::default().plus(first.sum));
    for rollup in later {
        all.add(rollup);
        sum = sum.plus(rollup.sum);
    }
    // As `sum_over_time` does it: an infinite sum has lost nothing.
    let sum = if sum.sum.is_infinite() { sum.sum } else { sum.total() };
    Some(Rollup { sum, ..all })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_buckets_at_all_times() {
        const HOUR: i64 = 3_600_000;
        let table = [
            // first time, step, steps, expected
            (24 * HOUR, 0, 1, Some(24 * HOUR)),
            (-24 * HOUR, 48 * HOUR, 9, Some(24 * HOUR)),
            (24 * HOUR, 12 * HOUR, 2, Some(HOUR)),
            // The distance of a single time counts for nothing.
            (24 * HOUR, 1, 1, Some(24 * HOUR)),
            (25 * HOUR, 300_000, 3, Some(300_000)),
            (25 * HOUR, 0, 3, Some(HOUR)),
            (25 * HOUR, 60_000, 3, None),
            (25 * HOUR + 1, HOUR, 3, None),
        ];
        for (start, step, len, expected) in table {
            assert_eq!(widest(Steps { start, step, len }, |_| true), expected, "{start} {step} {len}");
        }
        assert_eq!(widest(Steps::new(0, 0, 0), |width| width < HOUR), Some(300_000));
    }

    #[test]
    fn what_is_kept_at_a_time() {
        let widths = [(100, 50), (200, 10)];
        for (time, expected) in
            [(-1, Some(50)), (99, Some(50)), (100, Some(10)), (199, Some(10)), (200, None)]
        {
            assert_eq!(kept_at(&widths, time).map(|kept| kept.1), expected, "{time}");
        }
    }
}
