use crate::Sample;

/// Marks the end of a series, as Prometheus does it: a NaN with these bits.
pub const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether this value marks the end of a series.
#[inline]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE.to_bits()
}

/// What is kept of the samples of one series in a bucket of time, staleness markers aside: enough to answer the functions
/// of ranges that are made of whole buckets as if the samples were still there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollup {
    /// The bucket's end in milliseconds since the epoch, which belongs to it; its start does not.
    pub end: i64,
    /// How many samples; at least one.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The least of them; NaN only when all are.
    pub min: f64,
    /// The greatest of them; NaN only when all are.
    pub max: f64,
    /// For a counter: the sum of the values after which it went down.
    pub resets: f64,
    /// The first sample.
    pub first: Sample,
    /// The last sample.
    pub last: Sample,
}

impl Rollup {
    /// The rollup of one sample.
    pub fn of(end: i64, sample: Sample) -> Self {
        let value = sample.value;
        Self { end, count: 1, sum: value, min: value, max: value, resets: 0.0, first: sample, last: sample }
    }

    /// Adds the samples of `later`, which all come after those of this one.
    pub fn add(&mut self, later: &Self) {
        self.count += later.count;
        self.sum += later.sum;
        self.min = least(self.min, later.min);
        self.max = greatest(self.max, later.max);
        if later.first.value < self.last.value {
            self.resets += self.last.value;
        }
        self.resets += later.resets;
        self.last = later.last;
        self.end = later.end;
    }

    /// By how much a counter rose from the first sample to the last; after going down it started again from zero.
    pub fn gain(&self) -> f64 {
        self.last.value - self.first.value + self.resets
    }
}

/// The lesser of two values, of which a NaN counts least.
fn least(one: f64, other: f64) -> f64 {
    if other < one || one.is_nan() { other } else { one }
}

fn greatest(one: f64, other: f64) -> f64 {
    if other > one || one.is_nan() { other } else { one }
}

/// Puts samples and rollups of one series, in the order of time, into buckets of `width` milliseconds that end at whole
/// multiples of it.
#[derive(Debug)]
pub struct RollupBuilder {
    width: i64,
    open: Option<Rollup>,
    /// What the sum's rounding left out (Kahan).
    rest: f64,
}

impl RollupBuilder {
    /// Begins with nothing; `width` is positive.
    pub fn new(width: i64) -> Self {
        Self { width, open: None, rest: 0.0 }
    }

    /// Adds a sample; a staleness marker adds nothing. Returns a bucket that is finished.
    #[inline]
    pub fn push(&mut self, timestamp: i64, value: f64) -> Option<Rollup> {
        if is_stale(value) {
            return None;
        }
        self.add(&Rollup::of(timestamp, Sample { timestamp, value }))
    }

    /// Adds a rollup whose bucket lies within one of these. Returns a bucket that is finished.
    #[inline]
    pub fn add(&mut self, part: &Rollup) -> Option<Rollup> {
        let end = end_of(part.end, self.width);
        if let Some(open) = self.open.as_mut().filter(|open| open.end == end) {
            let sum = open.sum;
            let total = sum + part.sum;
            if total.is_finite() {
                self.rest += if sum.abs() >= part.sum.abs() {
                    (sum - total) + part.sum
                } else {
                    (part.sum - total) + sum
                };
            }
            open.add(part);
            open.end = end;
            return None;
        }
        let finished = self.finish();
        self.open = Some(Rollup { end, ..*part });
        finished
    }

    /// The last bucket.
    pub fn finish(&mut self) -> Option<Rollup> {
        let rest = std::mem::take(&mut self.rest);
        self.open.take().map(|open| {
            let sum = if open.sum.is_finite() { open.sum + rest } else { open.sum };
            Rollup { sum, ..open }
        })
    }
}

/// The end of the bucket of `width` milliseconds that holds `timestamp`.
#[inline]
pub fn end_of(timestamp: i64, width: i64) -> i64 {
    let into = timestamp.rem_euclid(width);
    if into == 0 { timestamp } else { timestamp.saturating_add(width - into) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(width: i64, samples: &[(i64, f64)]) -> Vec<Rollup> {
        let mut builder = RollupBuilder::new(width);
        let mut found: Vec<Rollup> =
            samples.iter().filter_map(|(timestamp, value)| builder.push(*timestamp, *value)).collect();
        found.extend(builder.finish());
        found
    }

    #[test]
    fn a_bucket_has_its_end_and_not_its_start() {
        let found = all(10, &[(-10, 1.0), (-9, 2.0), (0, 3.0), (1, 4.0), (10, 5.0), (25, 6.0)]);
        let ends: Vec<(i64, u64)> = found.iter().map(|rollup| (rollup.end, rollup.count)).collect();
        assert_eq!(ends, [(-10, 1), (0, 2), (10, 2), (30, 1)]);
    }

    #[test]
    fn a_counter_that_starts_again() {
        let found = all(100, &[(1, 5.0), (2, 8.0), (3, 2.0), (4, STALE), (5, 3.0)]);
        let one = found[0];
        assert_eq!((one.gain(), one.resets, one.count), (6.0, 8.0, 4));
        assert_eq!((one.min, one.max, one.sum), (2.0, 8.0, 18.0));
        assert_eq!((one.first.timestamp, one.last.timestamp), (1, 5));
    }

    #[test]
    fn rollups_of_rollups_are_those_of_the_samples() {
        let samples: Vec<(i64, f64)> =
            (1..=60).map(|n| (n, f64::from((n as i32 * 37) % 23) / 10.0)).collect();
        let mut builder = RollupBuilder::new(30);
        let fine = all(5, &samples);
        let mut found: Vec<Rollup> = fine.iter().filter_map(|part| builder.add(part)).collect();
        found.extend(builder.finish());
        for (one, other) in found.iter().zip(all(30, &samples)) {
            assert!((one.sum - other.sum).abs() < 1e-9 && (one.resets - other.resets).abs() < 1e-9);
            assert_eq!(Rollup { sum: 0.0, resets: 0.0, ..*one }, Rollup { sum: 0.0, resets: 0.0, ..other });
        }
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn nan_counts_least() {
        let found = all(10, &[(1, f64::NAN), (2, 1.0), (3, f64::NAN)]);
        assert_eq!((found[0].min, found[0].max), (1.0, 1.0));
        assert!(found[0].sum.is_nan());
        assert!(all(10, &[(1, f64::NAN)])[0].min.is_nan());
    }
}
