//! Quantiles and fractions of classic histograms.

/// A bucket: how many observations are at most its bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) upper: f64,
    pub(crate) count: f64,
}

/// Differences below this part of the numbers are rounding.
const TOLERANCE: f64 = 1e-12;

/// The quantile `q`, interpolated within its bucket, and whether the counts had to be made monotonic beyond rounding. The
/// buckets are sorted by their bounds, and changed.
pub(crate) fn quantile(q: f64, buckets: &mut Vec<Bucket>) -> (f64, bool) {
    if q.is_nan() {
        return (f64::NAN, false);
    }
    if q < 0.0 {
        return (f64::NEG_INFINITY, false);
    }
    if q > 1.0 {
        return (f64::INFINITY, false);
    }
    if !merge(buckets) {
        return (f64::NAN, false);
    }
    let forced = make_monotonic(buckets);
    (rank_value(q, buckets), forced)
}

fn rank_value(q: f64, buckets: &[Bucket]) -> f64 {
    let [finite @ .., last] = buckets else { return f64::NAN };
    let (Some(greatest), false) = (finite.last(), last.count == 0.0) else { return f64::NAN };
    let rank = q * last.count;
    let index =
        finite.partition_point(|bucket| bucket.count < rank || bucket.count.is_nan() || rank.is_nan());
    let Some(bucket) = finite.get(index) else { return greatest.upper };
    if index == 0 {
        // Below the first bound lies zero, unless that bound does.
        return if bucket.upper <= 0.0 { bucket.upper } else { bucket.upper * (rank / bucket.count) };
    }
    let before = finite[index - 1];
    before.upper + (bucket.upper - before.upper) * ((rank - before.count) / (bucket.count - before.count))
}

/// The fraction of observations between two bounds, interpolated within their buckets.
pub(crate) fn fraction(lower: f64, upper: f64, buckets: &mut Vec<Bucket>) -> f64 {
    if !merge(buckets) {
        return f64::NAN;
    }
    let total = buckets.last().map_or(0.0, |bucket| bucket.count);
    if total == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper {
        return 0.0;
    }
    (rank_of(upper, total, buckets) - rank_of(lower, total, buckets)) / total
}

/// How many observations are at most `value`.
fn rank_of(value: f64, total: f64, buckets: &[Bucket]) -> f64 {
    let mut before = Bucket { upper: f64::NEG_INFINITY, count: 0.0 };
    for (index, bucket) in buckets.iter().enumerate() {
        if index == 0 && bucket.upper > 0.0 {
            before.upper = 0.0;
        }
        if before.upper >= value {
            break;
        }
        if bucket.upper > value {
            let part = (value - before.upper) / (bucket.upper - before.upper);
            let rank = before.count + (bucket.count - before.count) * part;
            return rank.min(total);
        }
        before = *bucket;
    }
    before.count.min(total)
}

/// Adds up buckets of the same bound. Answers whether the last one has no bound, without which nothing can be said.
#[expect(clippy::float_cmp, reason = "bounds are the same where they were written the same")]
fn merge(buckets: &mut Vec<Bucket>) -> bool {
    buckets.dedup_by(|later, earlier| {
        let same = later.upper == earlier.upper;
        if same {
            earlier.count += later.count;
        }
        same
    });
    buckets.last().is_some_and(|last| last.upper == f64::INFINITY)
}

/// Counts must not go down: scrapes and rates are not atomic. Differences of rounding are mended in silence; answers whether
/// there were others.
#[expect(clippy::float_cmp, reason = "what differs by rounding alone is looked at next")]
fn make_monotonic(buckets: &mut [Bucket]) -> bool {
    let mut forced = false;
    let Some(first) = buckets.first() else { return false };
    let mut before = first.count;
    for bucket in &mut buckets[1..] {
        if bucket.count == before {
            continue;
        }
        if nearly_equal(before, bucket.count) {
            bucket.count = before;
        } else if bucket.count < before {
            bucket.count = before;
            forced = true;
        } else {
            before = bucket.count;
        }
    }
    forced
}

fn nearly_equal(a: f64, b: f64) -> bool {
    if a.is_nan() && b.is_nan() {
        return true;
    }
    let (sum, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < TOLERANCE * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < TOLERANCE
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected numbers are exact")]
mod tests {
    use super::*;

    fn buckets(pairs: &[(f64, f64)]) -> Vec<Bucket> {
        pairs.iter().map(|&(upper, count)| Bucket { upper, count }).collect()
    }

    #[test]
    fn quantiles_as_in_prometheus() {
        type Pairs = [(f64, f64)];
        let inf = f64::INFINITY;
        let table: &[(f64, &Pairs, f64, bool)] = &[
            (0.5, &[(1.0, 10.0), (2.0, 20.0), (inf, 20.0)], 1.0, false),
            (0.75, &[(1.0, 10.0), (2.0, 20.0), (inf, 20.0)], 1.5, false),
            (0.25, &[(1.0, 10.0), (inf, 20.0)], 0.5, false),
            (0.9, &[(1.0, 10.0), (inf, 20.0)], 1.0, false),
            (0.5, &[(-1.0, 10.0), (inf, 20.0)], -1.0, false),
            (0.5, &[(1.0, 10.0), (2.0, 8.0), (inf, 20.0)], 1.0, true),
            (0.5, &[(1.0, 5.0), (1.0, 5.0), (inf, 20.0)], 1.0, false),
            (2.0, &[(inf, 20.0)], inf, false),
        ];
        for (q, pairs, expected, forced) in table {
            assert_eq!(quantile(*q, &mut buckets(pairs)), (*expected, *forced), "{q} {pairs:?}");
        }
        for pairs in [&[(1.0, 10.0), (2.0, 20.0)][..], &[(inf, 20.0)], &[(1.0, 0.0), (inf, 0.0)], &[]] {
            assert!(quantile(0.5, &mut buckets(pairs)).0.is_nan(), "{pairs:?}");
        }
    }

    #[test]
    fn rounding_is_no_decrease() {
        let mut almost = buckets(&[(1.0, 10.0), (2.0, 10.0 - 1e-13), (f64::INFINITY, 20.0)]);
        assert_eq!(quantile(0.25, &mut almost), (0.5, false));
    }

    #[test]
    fn fractions_interpolate() {
        let pairs = [(1.0, 10.0), (2.0, 20.0), (f64::INFINITY, 40.0)];
        let table = [
            (0.0, 1.0, 0.25),
            (0.5, 1.5, 0.25),
            (1.0, f64::INFINITY, 0.75),
            (2.0, 1.0, 0.0),
            (-5.0, 0.5, 0.125),
        ];
        for (lower, upper, expected) in table {
            assert_eq!(fraction(lower, upper, &mut buckets(&pairs)), expected, "{lower} {upper}");
        }
    }
}
