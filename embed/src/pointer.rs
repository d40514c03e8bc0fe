//! What the pointer, a finger or the keyboard does on a picture.

use watchfire_panel::Unfolded;
use web_sys::{Element, Event, KeyboardEvent, PointerEvent};

use crate::dom;
use crate::page::{self, Around, Page};
use crate::picture::Picture;

/// What browsers call a finger.
const TOUCH: &str = "touch";

/// A drag is at least so long, in CSS pixels.
const LEAST_PIXELS: f64 = 6.0;

/// Where the pointer is on a picture.
#[derive(Default)]
pub(crate) struct Pointer {
    /// In CSS pixels from the corner.
    pub(crate) here: Option<(f64, f64)>,
    /// Where a drag began.
    from: Option<f64>,
    /// Whether the tooltip stays where it is.
    pub(crate) pinned: bool,
    /// Whether the picture moves although the pointer is on it.
    resumed: bool,
}

impl Pointer {
    /// Whether the picture holds still: while the pointer rests on one of the page, or a tooltip is pinned.
    pub(crate) fn holds(&self, crosshair: Option<i64>) -> bool {
        (crosshair.is_some() || self.here.is_some() || self.pinned) && !self.resumed
    }

    /// What is being dragged over: its left edge and its width, in CSS pixels.
    pub(crate) fn selected(&self) -> Option<(f64, f64)> {
        let (from, (here, _)) = self.from.zip(self.here)?;
        Some((from.min(here), (from - here).abs()))
    }
}

/// Follows the pointer on the picture of the `at`th panel of the page.
pub(crate) fn follow(area: &Element, at: usize) {
    dom::on(area, "pointermove", move |event: PointerEvent| {
        act(at, |picture, around, _| moved(picture, around, &event));
    });
    dom::on(area, "pointerleave", move |event: PointerEvent| {
        act(at, |picture, around, _| {
            // A finger that is lifted leaves what it pointed at in sight; it goes with the focus.
            if event.pointer_type() != TOUCH && !picture.pointer.pinned {
                left(picture, around);
            }
        });
    });
    dom::on(area, "pointerdown", move |event: PointerEvent| {
        act(at, |picture, around, _| pressed(picture, around, &event));
    });
    dom::on(area, "pointerup", move |event: PointerEvent| {
        let mut range = None;
        act(at, |picture, around, _| {
            let Some(from) = picture.pointer.from.take() else { return };
            let to = f64::from(event.offset_x());
            if (to - from).abs() < LEAST_PIXELS {
                picture.pointer.pinned = true;
                return;
            }
            range = picture.drawn.as_ref().and_then(|drawn| drawn.range_between(from, to));
            if range.is_some() {
                left(picture, around);
            }
        });
        if let Some(range) = range {
            page::with(|page| page.zoom(range));
        }
    });
    dom::on(area, "dblclick", move |_: Event| {
        act(at, |picture, _, _| {
            picture.pointer.resumed = true;
            picture.pointer.pinned = false;
        });
    });
    dom::on(area, "keydown", move |event: KeyboardEvent| {
        act(at, |picture, around, _| key(picture, around, &event));
    });
    dom::on(area, "blur", move |_: Event| act(at, |picture, around, _| left(picture, around)));
}

/// Does something with the picture of a panel, and shows what came of it.
pub(crate) fn act(at: usize, then: impl FnOnce(&mut Picture, &mut Around, &Unfolded)) {
    page::with(|page| {
        let Page { panels, around, .. } = page;
        if let Some(panel) = panels.get_mut(at) {
            let item = panel.item.clone();
            if let Some(picture) = panel.picture_mut() {
                then(picture, around, &item);
            }
        }
        page.schedule();
    });
}

fn moved(picture: &mut Picture, around: &mut Around, event: &PointerEvent) {
    if picture.pointer.pinned {
        return;
    }
    let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
    let time = picture.drawn.as_ref().and_then(|drawn| drawn.timestamp_at(x));
    let there = picture.drawn.as_ref().is_some_and(|drawn| drawn.plot.is_none() || time.is_some());
    picture.pointer.here = there.then_some((x, y));
    around.crosshair = time;
}

fn left(picture: &mut Picture, around: &mut Around) {
    picture.pointer = Pointer::default();
    around.crosshair = None;
}

/// A finger points; a mouse may begin to drag.
fn pressed(picture: &mut Picture, around: &mut Around, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let pinned = std::mem::take(&mut picture.pointer.pinned);
    moved(picture, around, event);
    if !pinned && event.pointer_type() != TOUCH && picture.pointer.here.is_some() {
        picture.pointer.from = Some(f64::from(event.offset_x()));
    }
}

fn key(picture: &mut Picture, around: &mut Around, event: &KeyboardEvent) {
    let direction = match event.key().as_str() {
        "ArrowLeft" => -1,
        "ArrowRight" => 1,
        "Enter" => {
            picture.pointer.pinned = !picture.pointer.pinned;
            return;
        }
        "Escape" if picture.pointer.here.is_some() => {
            event.stop_propagation();
            return left(picture, around);
        }
        _ => return,
    };
    let Some(drawn) = picture.drawn.as_ref().filter(|drawn| drawn.plot.is_some()) else { return };
    let window = drawn.window;
    let time = around.crosshair.unwrap_or(window.end) + direction * drawn.prepared.grid.step;
    let time = time.clamp(window.start, window.end);
    if let Some(x) = drawn.x(time) {
        event.prevent_default();
        picture.pointer.here = Some((x, drawn.size.1 / 2.0));
        around.crosshair = Some(time);
    }
}
