use leptos::ev::{FocusEvent, KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use watchfire_model::{TimeExpr, TimeWindow};
use watchfire_view::Drawn;

use crate::crosshair::Crosshair;

/// What browsers call a finger.
const TOUCH: &str = "touch";

/// What a pointer did between being pressed and released.
pub(super) enum Released {
    Nothing,
    Clicked,
    /// Over this part of the time axis.
    Dragged(TimeWindow),
}

/// A tooltip that stays.
#[derive(Clone, Copy)]
struct Pin {
    /// The instant that it is about; pictures without time have none.
    time: Option<i64>,
}

/// What the pointer does on a picture.
#[derive(Clone, Copy)]
pub(crate) struct Pointer {
    crosshair: Crosshair,
    drawn: RwSignal<Option<Drawn>>,
    /// The pointer's place on this picture, in CSS pixels from its corner.
    here: RwSignal<Option<(f64, f64)>>,
    /// Where a drag began.
    from: RwSignal<Option<f64>>,
    /// Where the tooltip stays, if it does.
    pinned: RwSignal<Option<Pin>>,
    /// Whether the picture moves although the pointer is on it.
    resumed: RwSignal<bool>,
}

impl Pointer {
    pub(super) fn new(drawn: RwSignal<Option<Drawn>>) -> Self {
        Self {
            crosshair: expect_context(),
            drawn,
            here: RwSignal::new(None),
            from: RwSignal::new(None),
            pinned: RwSignal::new(None),
            resumed: RwSignal::new(false),
        }
    }

    /// Where it is, and what lies below it.
    pub(super) fn here(self) -> Option<((f64, f64), Drawn)> {
        let here = self.here.get()?;
        Some((here, self.drawn.get()?))
    }

    /// Whether it is on this picture.
    pub(super) fn is_here(self) -> bool {
        self.here.with(Option::is_some)
    }

    /// The instant that all pictures of the page point at; that of a tooltip that stays is its own.
    pub(super) fn time(self) -> Option<i64> {
        self.pinned.get().map_or_else(|| self.crosshair.time.get(), |pin| pin.time)
    }

    /// Whether the tooltip stays.
    pub(super) fn is_pinned(self) -> bool {
        self.pinned.with(Option::is_some)
    }

    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser draws on a canvas"))]
    /// Whether the picture holds still: while the pointer rests on one of the page, or a tooltip is pinned.
    pub(super) fn holds(self) -> bool {
        let resting = self.crosshair.time.with(Option::is_some) || self.here.with(Option::is_some);
        (resting || self.is_pinned()) && !self.resumed.get()
    }

    /// Lets the picture go on, although the pointer is on it.
    pub(super) fn resume(self) {
        self.resumed.set(true);
        self.pinned.set(None);
    }

    pub(super) fn moved(self, event: &PointerEvent) {
        if self.stays() {
            return;
        }
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let (there, time) = self.drawn.with_untracked(|drawn| match drawn {
            Some(drawn) => (drawn.plot.is_none() || drawn.timestamp_at(x).is_some(), drawn.timestamp_at(x)),
            None => (false, None),
        });
        self.here.set(there.then_some((x, y)));
        self.crosshair.time.set(time);
    }

    pub(super) fn left(self) {
        self.here.set(None);
        self.from.set(None);
        self.pinned.set(None);
        self.resumed.set(false);
        self.crosshair.time.set(None);
    }

    /// The focus has gone; unless to what the tooltip offers.
    pub(super) fn lost(self, event: &FocusEvent) {
        let node = |target: Option<web_sys::EventTarget>| target?.dyn_into::<web_sys::Node>().ok();
        let (chart, to) = (node(event.current_target()), node(event.related_target()));
        if !chart.zip(to).is_some_and(|(chart, to)| chart.contains(Some(&to))) {
            self.left();
        }
    }

    /// A finger that is lifted leaves what it pointed at in sight; it goes with the focus.
    pub(super) fn gone(self, event: &PointerEvent) {
        if event.pointer_type() != TOUCH && !self.stays() {
            self.left();
        }
    }

    /// A finger points; a mouse may begin to drag.
    pub(super) fn pressed(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        if self.stays() {
            self.pinned.set(None);
            self.moved(event);
            return;
        }
        self.moved(event);
        if event.pointer_type() != TOUCH && self.here.get_untracked().is_some() {
            self.from.set(Some(f64::from(event.offset_x())));
        }
    }

    /// Keeps the tooltip where it is.
    pub(super) fn pin(self) {
        self.pinned.set(Some(Pin { time: self.crosshair.time.get_untracked() }));
    }

    fn stays(self) -> bool {
        self.pinned.with_untracked(Option::is_some)
    }

    /// What it has done since it was pressed.
    pub(super) fn released(self, event: &PointerEvent) -> Released {
        const LEAST_PIXELS: f64 = 6.0;
        let Some(from) = self.from.get_untracked() else { return Released::Nothing };
        self.from.set(None);
        let to = f64::from(event.offset_x());
        if (to - from).abs() < LEAST_PIXELS {
            return Released::Clicked;
        }
        let range = self.drawn.with_untracked(|drawn| drawn.as_ref()?.range_between(from, to));
        let Some(range) = range else { return Released::Nothing };
        self.left();
        Released::Dragged(TimeWindow { from: TimeExpr::At(range.start), to: TimeExpr::At(range.end) })
    }

    pub(super) fn key(self, event: &KeyboardEvent) {
        let direction = match event.key().as_str() {
            "ArrowLeft" => -1,
            "ArrowRight" => 1,
            "Enter" if self.stays() => return self.pinned.set(None),
            "Enter" if self.here.with_untracked(Option::is_some) => return self.pin(),
            "Escape" if self.here.get_untracked().is_some() => {
                event.stop_propagation();
                return self.left();
            }
            _ => return,
        };
        let moved = self.drawn.with_untracked(|drawn| {
            let drawn = drawn.as_ref()?;
            drawn.plot?;
            let window = drawn.window;
            let time = self.crosshair.time.get_untracked().unwrap_or(window.end);
            let time = (time + direction * drawn.prepared.grid.step).clamp(window.start, window.end);
            Some((time, drawn.x(time)?, drawn.size.1 / 2.0))
        });
        if let Some((time, x, y)) = moved {
            event.prevent_default();
            self.crosshair.time.set(Some(time));
            self.here.set(Some((x, y)));
        }
    }

    pub(super) fn line_style(self) -> String {
        let x = self.crosshair.time.get().and_then(|time| self.drawn.with(|drawn| drawn.as_ref()?.x(time)));
        x.map_or_else(|| "display:none".to_owned(), |x| format!("transform:translateX({x:.1}px)"))
    }

    pub(super) fn selection_style(self) -> String {
        let timed = self.drawn.with(|drawn| drawn.as_ref().is_some_and(|drawn| drawn.plot.is_some()));
        match (self.from.get(), self.here.get()) {
            (Some(from), Some((here, _))) if timed => {
                format!("left:{:.1}px;width:{:.1}px", from.min(here), (from - here).abs())
            }
            _ => "display:none".to_owned(),
        }
    }
}
