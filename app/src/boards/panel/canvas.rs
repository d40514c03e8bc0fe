//! Drawing in the browser: once an animation frame at most, and only when something has changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use watchfire_chart::{Picture, Theme};
use watchfire_model::TimeExpr;
use watchfire_panel::{Drawing, Stage, Unfolded};
use watchfire_view::{Drawn, GraphPlaces, has_time, in_words, paint_on};

use super::super::board::Board;
use super::super::marks::Marks;
use super::feed::Feed;
use super::pointer::Pointer;
use super::sight::size_of;
use crate::live::Live;
use crate::preferences::{Preferences, is_dark};
use crate::range::PageRange;

/// Draws the panel whenever its data, its size, its range or the theme changes.
pub(super) fn keep_drawn(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    hidden: RwSignal<BTreeSet<String>>,
    area: NodeRef<html::Div>,
    canvas: NodeRef<html::Canvas>,
    drawn: RwSignal<Option<Drawn>>,
    pointer: Pointer,
) {
    let preferences = expect_context::<Preferences>();
    let range = expect_context::<PageRange>();
    let now = expect_context::<Live>().now();
    let size = size_of(area);
    let dark = is_dark(preferences);
    let marks = use_context::<Board>().zip(use_context::<Marks>());
    let marked = Memo::new(move |_| {
        let id = item.with(|item| item.as_ref().map_or(0, |item| item.panel.id));
        marks.map(|(board, marks)| marks.all(board, id)).unwrap_or_default()
    });
    let scheduled = StoredValue::new(false);
    let places = StoredValue::new(GraphPlaces::default());
    // Long ranges move less than a pixel a second; no need to draw each second.
    let moment = Memo::new(move |_| {
        let window = range.window();
        if feed.window.is_some() || !window.is_live() {
            return 0;
        }
        let now = now.get();
        let pixel = (window.resolve(now).length() / 1000).max(1000);
        now.div_euclid(pixel)
    });
    // Counts the steps of a graph that is still moving.
    let unrest = RwSignal::new(0_u32);
    let paint = move || {
        scheduled.try_set_value(false);
        let (Some(canvas), Some(item)) =
            (canvas.try_get_untracked().flatten(), item.try_get_untracked().flatten())
        else {
            return;
        };
        let Some(prepared) = feed.prepared.get_untracked() else { return };
        let theme = if dark.get_untracked() { Theme::DARK } else { Theme::LIGHT };
        let page = range.window_untracked();
        let now = match (page.from, now.get_untracked()) {
            // The clock has not ticked yet.
            (TimeExpr::BeforeNow(_), 0) => crate::range::clock(),
            (_, now) => now,
        };
        let own = feed.window.and_then(|window| window.get_untracked());
        let mut window = own.unwrap_or_else(|| page.resolve(now));
        if let Some(length) =
            item.panel.time_range.as_deref().and_then(|text| watchfire_model::parse_duration(text).ok())
        {
            window.start = window.end - length;
        }
        let (positions, moving) =
            places.try_update_value(|places| places.step(&item.panel, &prepared)).unwrap_or_default();
        let hidden = hidden.get_untracked();
        let marked = marked.get_untracked();
        let drawn_marks: Vec<_> = marked.iter().map(|mark| mark.mark(&theme)).collect();
        let stage = Stage {
            theme: &theme,
            window,
            utc_offset: preferences.utc_offset_untracked(),
            now,
            hidden: &hidden,
            marks: &drawn_marks,
            positions: &positions,
        };
        let Some(drawing) = Drawing::of(&item.panel, &prepared, &stage) else { return };
        let size = size.get_untracked();
        if paint_on(&canvas, &drawing, size, &theme).is_none() {
            return;
        }
        let plot = if has_time(&item.panel.kind) { drawing.insets(size.0, size.1) } else { None };
        let words = in_words(&drawing);
        drawn.set(Some(Drawn {
            prepared: prepared.clone(),
            size,
            plot,
            window,
            positions: Arc::new(positions),
            hidden: Arc::new(hidden),
            marked: marked.clone(),
            words,
        }));
        if moving {
            unrest.update(|steps| *steps = steps.wrapping_add(1));
        }
    };
    Effect::new(move |_| {
        feed.prepared.track();
        hidden.track();
        marked.track();
        size.track();
        dark.track();
        moment.track();
        unrest.track();
        item.track();
        preferences.utc_offset();
        // While the pointer rests on a chart, pictures hold still; they catch up when it leaves.
        // Of another size it would be a distorted picture of what was.
        let same_size = drawn
            .with_untracked(|drawn| drawn.as_ref().is_some_and(|drawn| drawn.size == size.get_untracked()));
        let held = feed.window.is_none() && pointer.holds() && same_size;
        if held || feed.prepared.with_untracked(Option::is_none) || scheduled.get_value() {
            return;
        }
        scheduled.set_value(true);
        request_animation_frame(paint);
    });
}
