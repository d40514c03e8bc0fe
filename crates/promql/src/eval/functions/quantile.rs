//! Quantiles of numbers, as Prometheus interpolates them.

use std::cmp::Ordering;

/// NaN before all numbers.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "what selecting and sorting call")]
fn nan_first(a: &f64, b: &f64) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
    }
}

/// The quantile `q` of numbers in any order, which it reorders: between two of them it interpolates. -Inf for a `q` below 0,
/// +Inf for one above 1, NaN for none and for no numbers.
pub(crate) fn quantile(q: f64, numbers: &mut [f64]) -> f64 {
    if numbers.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    let rank = q * (numbers.len() - 1) as f64;
    let weight = rank - rank.floor();
    let (_, lower, above) = numbers.select_nth_unstable_by(rank.floor() as usize, nan_first);
    let lower = *lower;
    let upper = above.iter().copied().min_by(nan_first).unwrap_or(lower);
    lower * (1.0 - weight) + upper * weight
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "the expected numbers are exact")]
mod tests {
    use super::*;

    #[test]
    fn interpolates_and_guards() {
        let table = [
            (0.5, vec![3.0, 1.0, 2.0], 2.0),
            (0.25, vec![0.0, 1.0], 0.25),
            (1.0, vec![4.0, 9.0, 1.0], 9.0),
            (0.0, vec![4.0, 9.0, 1.0], 1.0),
            (-0.1, vec![1.0], f64::NEG_INFINITY),
            (1.1, vec![1.0], f64::INFINITY),
            (1.0, vec![2.0, f64::NAN], 2.0),
        ];
        for (q, mut numbers, expected) in table {
            assert_eq!(quantile(q, &mut numbers), expected, "{q} {numbers:?}");
        }
        assert!(quantile(f64::NAN, &mut [1.0]).is_nan());
        assert!(quantile(0.5, &mut []).is_nan());
        assert!(quantile(0.0, &mut [2.0, f64::NAN]).is_nan());
    }
}
