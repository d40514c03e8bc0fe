//! Shapes made of the simple ones.

use std::f64::consts::TAU;

use super::{Point, Rect, Stroke, Surface};
use crate::Rgba;

/// The point on a circle; angles in radians, from the top clockwise.
pub(crate) fn on_circle((x, y): Point, radius: f64, angle: f64) -> Point {
    (x + radius * angle.sin(), y - radius * angle.cos())
}

/// The outline of a part of a ring between two angles, appended to `points`; of a pie where the inner radius is zero.
pub(crate) fn ring(points: &mut Vec<Point>, center: Point, inner: f64, outer: f64, from: f64, to: f64) {
    // A chord stays within a tenth of a pixel of its arc.
    let most = (0.8 / outer.max(1.0)).sqrt().clamp(0.01, 0.5);
    let count = ((to - from).abs() / most).ceil().clamp(1.0, 720.0) as u32;
    let angle = |index: u32| from + (to - from) * f64::from(index) / f64::from(count);
    points.extend((0..=count).map(|index| on_circle(center, outer, angle(index))));
    if inner > 0.0 {
        points.extend((0..=count).rev().map(|index| on_circle(center, inner, angle(index))));
    } else {
        points.push(center);
    }
}

/// A rectangle with round corners.
pub(crate) fn rounded(surface: &mut dyn Surface, rect: Rect, radius: f64, fill: Rgba) {
    let radius = radius.min(rect.width / 2.0).min(rect.height / 2.0);
    if radius < 0.5 {
        surface.rect(rect, fill);
        return;
    }
    let mut points = Vec::with_capacity(24);
    corners(&mut points, rect, radius);
    surface.polygon(&points, fill);
}

/// The outline of a rectangle, with round corners.
pub(crate) fn outlined(surface: &mut dyn Surface, rect: Rect, radius: f64, stroke: &Stroke<'_>) {
    let mut points = Vec::with_capacity(25);
    corners(&mut points, rect, radius.min(rect.width / 2.0).min(rect.height / 2.0).max(0.0));
    points.extend(points.first().copied());
    surface.line(&points, stroke);
}

fn corners(points: &mut Vec<Point>, rect: Rect, radius: f64) {
    let (left, right) = (rect.x + radius, rect.right() - radius);
    let (top, bottom) = (rect.y + radius, rect.bottom() - radius);
    for (corner, center) in
        [(right, top), (right, bottom), (left, bottom), (left, top)].into_iter().enumerate()
    {
        let steps = if radius > 0.0 { 5 } else { 0 };
        for step in 0..=steps {
            let turn = if steps == 0 { 0.0 } else { f64::from(step) / f64::from(steps) };
            points.push(on_circle(center, radius, (corner as f64 + turn) * TAU / 4.0));
        }
    }
}
