//! Columns of numbers over the steps of a query, and the steps themselves. Times are milliseconds.

use watchfire_model::STALE;

/// Marks a step at which a series has no value: the bits of Prometheus' staleness marker. No computation can yield them,
/// because every operation on numbers gives a NaN of another kind, and reading drops stored markers.
pub(crate) const ABSENT: f64 = STALE;

/// Whether this marks a step without a value, or a series that ended.
pub(crate) use watchfire_model::is_stale as is_absent;

/// Whether a column has a value at any step.
pub(crate) fn has_value(column: &[f64]) -> bool {
    column.iter().any(|value| !is_absent(*value))
}

/// Times and lengths are kept within this, so that a few additions never overflow.
const FARTHEST: i64 = 1 << 58;

/// A time or a length within what can be computed with.
pub(crate) fn bounded(millis: i64) -> i64 {
    millis.clamp(-FARTHEST, FARTHEST)
}

/// The times at which something is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steps {
    /// The first.
    pub(crate) start: i64,
    /// From one to the next; 0 where they are all the same time.
    pub(crate) step: i64,
    /// How many.
    pub(crate) len: usize,
}

impl Steps {
    /// From `start` to `end` at the latest; one step where `step` is not positive.
    pub(crate) fn new(start: i64, end: i64, step: i64) -> Self {
        let (start, end, step) = (bounded(start), bounded(end), bounded(step).max(0));
        if step == 0 {
            return Self { start, step, len: 1 };
        }
        let len = usize::try_from((end - start).div_euclid(step) + 1).unwrap_or(0);
        Self { start, step, len }
    }

    /// The time of a step.
    #[inline]
    pub(crate) fn time(self, index: usize) -> i64 {
        self.start + self.step * index as i64
    }

    /// The last time; the first one where there is none.
    pub(crate) fn end(self) -> i64 {
        self.time(self.len.saturating_sub(1))
    }

    /// How many of the times, which are the first ones, are before `time`.
    pub(crate) fn before(self, time: i64) -> usize {
        let distance = bounded(time) - self.start;
        if distance <= 0 {
            0
        } else if self.step == 0 {
            self.len
        } else {
            usize::try_from((distance - 1) / self.step + 1).unwrap_or(usize::MAX).min(self.len)
        }
    }

    /// All times.
    pub(crate) fn times(self) -> impl Iterator<Item = i64> {
        (0..self.len).map(move |index| self.time(index))
    }

    /// `len` steps from the step `from` on.
    pub(crate) fn part(self, from: usize, len: usize) -> Self {
        Self { start: self.time(from), step: self.step, len }
    }

    /// The first step alone.
    pub(crate) fn first(self) -> Self {
        Self { len: self.len.min(1), ..self }
    }
}

/// `@` and `offset` of a selector, resolved: which time it looks at when it is evaluated at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shift {
    /// The fixed time, where there is one.
    pub(crate) at: Option<i64>,
    /// How far to go back.
    pub(crate) offset: i64,
}

impl Shift {
    /// The times that are looked at.
    pub(crate) fn apply(self, steps: Steps) -> Steps {
        match self.at {
            Some(at) => Steps { start: bounded(at - self.offset), step: 0, len: steps.len },
            None => Steps { start: bounded(steps.start - self.offset), ..steps },
        }
    }
}

/// The steps of a subquery whose ranges of length `range` end at `ends`: whole multiples of `step`, the first one after the
/// start of the first range.
pub(crate) fn subquery_steps(ends: Steps, range: i64, step: i64) -> Steps {
    let start = ((ends.start - range).div_euclid(step) + 1) * step;
    Steps::new(start, ends.end(), step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subquery_steps_are_multiples_and_left_open() {
        let table = [
            // ends, range, step, expected start and len
            ((100, 100), 50, 10, (60, 5)),
            ((105, 105), 50, 10, (60, 5)),
            ((95, 115), 50, 10, (50, 7)),
            ((-15, -15), 10, 10, (-20, 1)),
            ((5, 5), 3, 10, (10, 0)),
        ];
        for ((start, end), range, step, (first, len)) in table {
            let steps = subquery_steps(Steps::new(start, end, 1), range, step);
            assert_eq!((steps.start, steps.len), (first, len), "{start} {end} {range} {step}");
        }
    }

    #[test]
    fn times_before_a_time() {
        let table =
            [(5, 0), (10, 0), (11, 1), (20, 1), (21, 2), (30, 2), (31, 3), (i64::MAX, 3), (i64::MIN, 0)];
        for (time, expected) in table {
            assert_eq!(Steps::new(10, 30, 10).before(time), expected, "{time}");
        }
        let same = Steps { start: 10, step: 0, len: 4 };
        assert_eq!((same.before(10), same.before(11)), (0, 4));
    }

    #[test]
    fn far_times_do_not_overflow() {
        let steps = Steps::new(i64::MIN, i64::MAX, 1);
        assert!(steps.end() > steps.start);
        let shifted = Shift { at: Some(bounded(i64::MAX)), offset: bounded(i64::MIN) }.apply(steps);
        assert_eq!(shifted.end(), shifted.start);
    }
}
