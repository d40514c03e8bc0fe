//! What a point of either kind of histogram says, with the buckets of Prometheus' classic histograms.

#![expect(
    clippy::float_cmp,
    reason = "bounds are names of buckets: they are the same number or another bucket"
)]

use super::refused::Reason;

/// Counts by upper bound, reused from point to point.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Distribution {
    /// How many values lie at or under each bound and over the one before. The bounds rise; what lies over the last one
    /// is in `count` alone.
    pub(super) buckets: Vec<(f64, f64)>,
    /// How many values there are.
    pub(super) count: f64,
    /// Their sum, where it is known.
    pub(super) sum: Option<f64>,
}

/// Powers of two that are numbers: the least is subnormal.
const EXPONENTS: std::ops::RangeInclusive<i64> = -1074..=1023;

/// One half of an exponential histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Positive,
    Negative,
}

impl Distribution {
    /// Makes it empty.
    pub(super) fn clear(&mut self) {
        self.buckets.clear();
        self.count = 0.0;
        self.sum = None;
    }

    /// Adds a bucket of an exponential histogram of `scale`: that with the index `at` holds what is over `base^at` and up
    /// to `base^(at + 1)` in size, where `base` is 2 to the power of `2^-scale`. It is put into the bucket of scale 0 that
    /// holds it. That of a negative scale is wider, and is put under its upper end.
    pub(super) fn add_exponential(&mut self, half: Half, scale: i64, at: i64, count: f64) {
        // Positive values lie under the far end, negative ones under the near end, as seen from zero.
        let far = i64::from(half == Half::Positive);
        let exponent = if scale >= 0 {
            (at >> scale.min(63)) + far
        } else {
            // 2^12 is further apart than all exponents.
            at.saturating_add(far).saturating_mul(1 << (-scale).min(12))
        };
        if half == Half::Positive && exponent > *EXPONENTS.end() {
            // Only +Inf is over them.
            return;
        }
        let size = power_of_two(exponent.clamp(*EXPONENTS.start(), *EXPONENTS.end()));
        let bound = if half == Half::Positive { size } else { -size };
        self.add(bound, count);
    }

    /// Adds to the bucket under `bound`, which is mostly the last one or a new one behind it.
    pub(super) fn add(&mut self, bound: f64, count: f64) {
        match self.buckets.last_mut() {
            Some((last, held)) if *last == bound => *held += count,
            _ => self.buckets.push((bound, count)),
        }
    }

    /// Brings the buckets in order, where they were not added so.
    pub(super) fn sort(&mut self) {
        if self.buckets.is_sorted_by(|(one, _), (other, _)| one < other) {
            return;
        }
        self.buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        self.buckets.dedup_by(|(bound, count), (kept, held)| {
            let same = bound == kept;
            if same {
                *held += *count;
            }
            same
        });
    }

    /// Adds what a later delta says.
    pub(super) fn merge(&mut self, delta: &Self) {
        self.count += delta.count;
        self.sum = self.sum.zip(delta.sum).map(|(sum, more)| sum + more);
        let same = self.buckets.len() == delta.buckets.len()
            && self.buckets.iter().zip(&delta.buckets).all(|((one, _), (other, _))| one == other);
        if same {
            for ((_, held), (_, more)) in self.buckets.iter_mut().zip(&delta.buckets) {
                *held += more;
            }
        } else {
            self.buckets.extend_from_slice(&delta.buckets);
            self.sort();
        }
    }

    /// How many bounds `other` has that are not here. Both are sorted.
    pub(super) fn lacks(&self, other: &Self) -> usize {
        let mut here = self.buckets.iter().map(|(bound, _)| *bound).peekable();
        let lacked = |(bound, _): &&(f64, f64)| {
            while here.next_if(|held| held < bound).is_some() {}
            here.peek() != Some(bound)
        };
        other.buckets.iter().filter(lacked).count()
    }

    /// Whether the bounds are those of `other`.
    pub(super) fn same_bounds(&self, other: &Self) -> bool {
        self.buckets.iter().map(|(bound, _)| bound).eq(other.buckets.iter().map(|(bound, _)| bound))
    }

    /// Takes over explicit `bounds` and the counts between and over them.
    pub(super) fn set_explicit(&mut self, bounds: &[f64], counts: &[u64]) -> Result<(), Reason> {
        if counts.len() != bounds.len() + 1 && !(counts.is_empty() && bounds.is_empty()) {
            return Err(Reason::BucketCounts);
        }
        // An infinite bound at the end says nothing that `count` does not.
        let bounds = bounds.strip_suffix(&[f64::INFINITY]).unwrap_or(bounds);
        if !bounds.iter().all(|bound| bound.is_finite()) || !bounds.is_sorted_by(|one, other| one < other) {
            return Err(Reason::Bounds);
        }
        self.buckets.extend(bounds.iter().zip(counts).map(|(bound, count)| (*bound, *count as f64)));
        Ok(())
    }
}

/// 2 to the power of one of [`EXPONENTS`], from its bits: `powi` makes 0 of the subnormal ones.
fn power_of_two(exponent: i64) -> f64 {
    const LEAST_NORMAL: i64 = -1022;
    f64::from_bits(if exponent < LEAST_NORMAL {
        1 << (exponent - EXPONENTS.start())
    } else {
        ((exponent - LEAST_NORMAL + 1) as u64) << 52
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_scaled_to_powers_of_two() {
        use Half::{Negative, Positive};
        for (half, scale, at, bound) in [
            (Positive, 0, 0, Some(2.0)),
            (Positive, 0, -1, Some(1.0)),
            (Positive, 1, 1, Some(2.0)),
            (Positive, 1, 2, Some(4.0)),
            (Positive, 3, -1, Some(1.0)),
            (Positive, 3, -9, Some(0.5)),
            (Positive, 20, i64::from(i32::MIN), Some(5e-324)),
            (Positive, -1, 0, Some(4.0)),
            (Positive, -1, 1, Some(16.0)),
            (Positive, -2, -1, Some(1.0)),
            (Positive, 0, 1023, None),
            (Positive, -40, 0, None),
            (Positive, -11, -1, Some(1.0)),
            (Positive, 0, -5000, Some(5e-324)),
            (Positive, 0, -1074, Some(1e-323)),
            (Positive, 0, -1023, Some(f64::MIN_POSITIVE)),
            (Positive, 0, -1024, Some(f64::MIN_POSITIVE / 2.0)),
            (Positive, 0, 1022, Some(f64::MAX / 2.0 + 2_f64.powi(970))),
            (Negative, 0, 0, Some(-1.0)),
            (Negative, 0, 1, Some(-2.0)),
            (Negative, 1, 1, Some(-1.0)),
            (Negative, -1, 1, Some(-4.0)),
            (Negative, 0, 5000, Some(-(2_f64.powi(1023)))),
        ] {
            let mut found = Distribution::default();
            found.add_exponential(half, scale, at, 1.0);
            let bounds: Vec<(f64, f64)> = bound.into_iter().map(|bound| (bound, 1.0)).collect();
            assert_eq!(found.buckets, bounds, "{half:?} {scale} {at}");
        }
    }

    #[test]
    fn merging_keeps_every_bucket() {
        let of = |buckets: &[(f64, f64)], sum| {
            let count = buckets.iter().map(|(_, count)| count).sum();
            Distribution { buckets: buckets.to_vec(), count, sum }
        };
        let mut total = of(&[(1.0, 2.0), (4.0, 3.0)], Some(9.0));
        total.merge(&of(&[(1.0, 1.0), (4.0, 0.0)], Some(1.0)));
        assert_eq!(total, of(&[(1.0, 3.0), (4.0, 3.0)], Some(10.0)));
        total.merge(&of(&[(2.0, 1.0), (4.0, 1.0), (8.0, 5.0)], None));
        assert_eq!(total, of(&[(1.0, 3.0), (2.0, 1.0), (4.0, 4.0), (8.0, 5.0)], None));
    }

    #[test]
    fn explicit_bounds_are_checked() {
        for (bounds, counts, expected) in [
            (&[1.0, 2.0][..], &[3, 4, 5][..], Ok(vec![(1.0, 3.0), (2.0, 4.0)])),
            (&[], &[], Ok(vec![])),
            (&[], &[7], Ok(vec![])),
            (&[1.0, f64::INFINITY], &[3, 4, 0], Ok(vec![(1.0, 3.0)])),
            (&[1.0], &[3], Err(Reason::BucketCounts)),
            (&[1.0], &[], Err(Reason::BucketCounts)),
            (&[2.0, 1.0], &[3, 4, 5], Err(Reason::Bounds)),
            (&[1.0, 1.0], &[3, 4, 5], Err(Reason::Bounds)),
            (&[f64::NAN], &[3, 4], Err(Reason::Bounds)),
            (&[f64::INFINITY, 1.0], &[3, 4, 5], Err(Reason::Bounds)),
        ] {
            let mut found = Distribution::default();
            let result = found.set_explicit(bounds, counts).map(|()| found.buckets);
            assert_eq!(result, expected, "{bounds:?} {counts:?}");
        }
    }
}
