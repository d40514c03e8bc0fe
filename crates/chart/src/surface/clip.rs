//! Cutting lines and polygons at a rectangle: backends of plotters draw beyond any edge.

use super::{Point, Rect};

/// The part of a segment inside of a rectangle: Liang and Barsky, "A new concept and method for line clipping" (1984).
pub(crate) fn segment(from: Point, to: Point, rect: &Rect) -> Option<(Point, Point)> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut begin, mut end) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, from.0 - rect.x),
        (dx, rect.right() - from.0),
        (-dy, from.1 - rect.y),
        (dy, rect.bottom() - from.1),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            begin = begin.max(room / step);
        } else {
            end = end.min(room / step);
        }
    }
    let at = |share: f64| (from.0 + dx * share, from.1 + dy * share);
    (begin <= end).then(|| (if begin > 0.0 { at(begin) } else { from }, if end < 1.0 { at(end) } else { to }))
}

/// Calls `piece` with each stretch of a line that is inside of a rectangle. `scratch` is for use again.
pub(crate) fn line(points: &[Point], rect: &Rect, scratch: &mut Vec<Point>, mut piece: impl FnMut(&[Point])) {
    let inside = |(x, y): &Point| *x >= rect.x && *x <= rect.right() && *y >= rect.y && *y <= rect.bottom();
    if points.iter().all(inside) {
        if points.len() > 1 {
            piece(points);
        }
        return;
    }
    scratch.clear();
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let Some((begin, end)) = segment(from, to, rect) else {
            flush(scratch, &mut piece);
            continue;
        };
        if scratch.last() != Some(&begin) {
            flush(scratch, &mut piece);
            scratch.push(begin);
        }
        scratch.push(end);
    }
    flush(scratch, &mut piece);
}

fn flush(scratch: &mut Vec<Point>, piece: &mut impl FnMut(&[Point])) {
    if scratch.len() > 1 {
        piece(scratch);
    }
    scratch.clear();
}

/// Cuts a polygon: Sutherland and Hodgman, "Reentrant polygon clipping" (1974). The result is in `points`.
pub(crate) fn polygon(points: &mut Vec<Point>, rect: &Rect, scratch: &mut Vec<Point>) {
    let inside = |(x, y): &Point| *x >= rect.x && *x <= rect.right() && *y >= rect.y && *y <= rect.bottom();
    if points.iter().all(inside) {
        return;
    }
    for side in 0..4 {
        // How far inside of this side a point is.
        let depth = |(x, y): Point| match side {
            0 => x - rect.x,
            1 => rect.right() - x,
            2 => y - rect.y,
            _ => rect.bottom() - y,
        };
        std::mem::swap(points, scratch);
        points.clear();
        let Some(mut from) = scratch.last().copied() else { return };
        for &to in scratch.iter() {
            let (a, b) = (depth(from), depth(to));
            if (a >= 0.0) != (b >= 0.0) {
                let share = a / (a - b);
                points.push((from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
            }
            if b >= 0.0 {
                points.push(to);
            }
            from = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOX: Rect = Rect { x: 0.0, y: 0.0, width: 10.0, height: 10.0 };

    #[test]
    fn a_line_that_leaves_comes_back_in_pieces() {
        let mut pieces = Vec::new();
        line(
            &[(-5.0, 5.0), (5.0, 5.0), (5.0, -5.0), (8.0, -5.0), (8.0, 5.0)],
            &BOX,
            &mut Vec::new(),
            |piece| {
                pieces.push(piece.to_vec());
            },
        );
        assert_eq!(pieces, [vec![(0.0, 5.0), (5.0, 5.0), (5.0, 0.0)], vec![(8.0, 0.0), (8.0, 5.0)]]);
    }

    #[test]
    fn a_polygon_is_cut() {
        let mut points = vec![(-5.0, 2.0), (5.0, 2.0), (5.0, 20.0), (-5.0, 20.0)];
        polygon(&mut points, &BOX, &mut Vec::new());
        let mut corners = points.clone();
        corners.sort_by(|a, b| a.partial_cmp(b).unwrap());
        corners.dedup();
        assert_eq!(corners, [(0.0, 2.0), (0.0, 10.0), (5.0, 2.0), (5.0, 10.0)]);
    }

    proptest! {
        #[test]
        fn nothing_is_left_outside(points in proptest::collection::vec((-30.0..30.0_f64, -30.0..30.0_f64), 0..20)) {
            let near = |(x, y): &Point| *x >= -1e-9 && *x <= 10.0 + 1e-9 && *y >= -1e-9 && *y <= 10.0 + 1e-9;
            line(&points, &BOX, &mut Vec::new(), |piece| assert!(piece.iter().all(near)));
            let mut cut = points;
            polygon(&mut cut, &BOX, &mut Vec::new());
            prop_assert!(cut.iter().all(near));
        }
    }
}
