//! How a line goes from sample to sample.

use super::Interpolation;
use crate::surface::Point;

/// Appends the line through `points`, from left to right, to `out`.
pub(super) fn shape(interpolation: Interpolation, points: impl Iterator<Item = Point>, out: &mut Vec<Point>) {
    let begin = out.len();
    match interpolation {
        Interpolation::Linear | Interpolation::Smooth => out.extend(points),
        Interpolation::StepAfter | Interpolation::StepBefore => {
            let mut last: Option<Point> = None;
            for (x, y) in points {
                if let Some((last_x, last_y)) = last {
                    out.push(if interpolation == Interpolation::StepAfter {
                        (x, last_y)
                    } else {
                        (last_x, y)
                    });
                }
                out.push((x, y));
                last = Some((x, y));
            }
        }
    }
    if interpolation == Interpolation::Smooth && out.len() - begin > 2 {
        smooth(out, begin);
    }
}

/// Replaces the points from `begin` on by a curve through them that is monotone wherever they are, so that it never shows a value that
/// none of them has: F. N. Fritsch and J. Butland, "A method for constructing local monotone piecewise cubic interpolants" (1984).
fn smooth(points: &mut Vec<Point>, begin: usize) {
    let given: Vec<Point> = points.drain(begin..).collect();
    let slope = |index: usize| {
        let ((x0, y0), (x1, y1)) = (given[index], given[index + 1]);
        if x1 > x0 { (y1 - y0) / (x1 - x0) } else { 0.0 }
    };
    let last = given.len() - 1;
    let tangent = |index: usize| {
        if index == 0 {
            return slope(0);
        }
        if index == last {
            return slope(last - 1);
        }
        let (before, after) = (slope(index - 1), slope(index));
        if before * after <= 0.0 {
            return 0.0;
        }
        let (left, right) = (given[index].0 - given[index - 1].0, given[index + 1].0 - given[index].0);
        // The harmonic mean, weighted by the distances.
        3.0 * (left + right) / ((2.0 * right + left) / before + (right + 2.0 * left) / after)
    };
    points.push(given[0]);
    for index in 0..last {
        let ((x0, y0), (x1, y1)) = (given[index], given[index + 1]);
        let width = x1 - x0;
        // A point each three pixels cannot be told from a curve.
        let parts = (width / 3.0).ceil().clamp(1.0, 24.0) as u32;
        let (from, to) = (tangent(index) * width, tangent(index + 1) * width);
        for part in 1..parts {
            let t = f64::from(part) / f64::from(parts);
            let (t2, t3) = (t * t, t * t * t);
            let y = y0 * (2.0 * t3 - 3.0 * t2 + 1.0)
                + from * (t3 - 2.0 * t2 + t)
                + y1 * (3.0 * t2 - 2.0 * t3)
                + to * (t3 - t2);
            points.push((x0 + width * t, y.clamp(y0.min(y1), y0.max(y1))));
        }
        points.push((x1, y1));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shaped(interpolation: Interpolation, points: &[Point]) -> Vec<Point> {
        let mut out = Vec::new();
        shape(interpolation, points.iter().copied(), &mut out);
        out
    }

    #[test]
    fn steps_turn_at_samples() {
        let points = [(0.0, 1.0), (10.0, 2.0)];
        assert_eq!(shaped(Interpolation::StepAfter, &points), [(0.0, 1.0), (10.0, 1.0), (10.0, 2.0)]);
        assert_eq!(shaped(Interpolation::StepBefore, &points), [(0.0, 1.0), (0.0, 2.0), (10.0, 2.0)]);
    }

    proptest! {
        #[test]
        fn curves_go_through_all_points_without_overshoot(values in proptest::collection::vec(-99.0..99.0_f64, 3..20)) {
            let points: Vec<Point> = values.iter().enumerate().map(|(index, y)| (index as f64 * 20.0, *y)).collect();
            let curve = shaped(Interpolation::Smooth, &points);
            for pair in points.windows(2) {
                prop_assert!(curve.contains(&pair[0]) && curve.contains(&pair[1]));
                let between: Vec<f64> = curve.iter().filter(|(x, _)| *x >= pair[0].0 && *x <= pair[1].0).map(|(_, y)| *y).collect();
                let rising = pair[1].1 >= pair[0].1;
                let sign = if rising { 1.0 } else { -1.0 };
                let monotone = between.windows(2).all(|pair| (pair[1] - pair[0]) * sign >= -1e-6);
                prop_assert!(monotone);
            }
        }
    }
}
