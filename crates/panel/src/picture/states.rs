use std::borrow::Cow;

use watchfire_chart::{Span, StateRow, States};
use watchfire_dashboard::{Panel, Show};

use super::Stage;
use crate::words::{Manner, Words};
use crate::{Prepared, Shown};

/// States over time: a row for each series. `boxes`: each moment stands for itself.
pub(super) fn states<'a>(
    panel: &'a Panel,
    prepared: &'a Prepared,
    stage: &Stage<'_>,
    boxes: bool,
) -> States<'a> {
    let view = &panel.view;
    let merge = !boxes && view.merge.unwrap_or(true);
    let values = || {
        prepared
            .series
            .iter()
            .flat_map(|series| series.values.iter().copied())
            .filter(|value| value.is_finite())
    };
    let extent = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let row = |(index, series): (usize, &'a Shown)| {
        let manner = Manner {
            theme: stage.theme,
            index,
            name: &series.name,
            extent,
            by_thresholds: true,
            utc_offset: stage.utc_offset,
            now: stage.now,
        };
        let words = Words::of(&series.field, &manner);
        StateRow {
            name: Cow::Borrowed(series.name.as_str()),
            spans: spans(series, &words, prepared, stage, merge),
        }
    };
    let shown = prepared.series.iter().enumerate().filter(|(_, series)| !stage.hidden.contains(&series.name));
    States {
        window: stage.window,
        utc_offset: stage.utc_offset,
        rows: shown.map(row).collect(),
        merge,
        boxes,
        row_height: view.row_height.unwrap_or(if boxes { 0.9 } else { 0.85 }),
        values: !boxes && (view.show.is_empty() || view.show.contains(&Show::Value)),
    }
}

/// From each value to the next; a state lasts a step, and through what has no samples not at all.
fn spans(
    series: &Shown,
    words: &Words,
    prepared: &Prepared,
    stage: &Stage<'_>,
    merge: bool,
) -> Vec<Span<'static>> {
    let grid = prepared.grid;
    let mut spans: Vec<Span<'static>> = Vec::new();
    let mut last = f64::NAN;
    for (index, value) in series.values.iter().enumerate() {
        let (from, to) = (grid.time(index), grid.time(index + 1));
        if value.is_nan() {
            last = f64::NAN;
            continue;
        }
        let same = merge && last.to_bits() == value.to_bits();
        if let Some(span) = spans.last_mut().filter(|span| same && span.to == from) {
            span.to = to;
            continue;
        }
        last = *value;
        let said = words.say(*value);
        spans.push(Span { from, to, text: Cow::Owned(said.text()), color: said.color });
    }
    // What is now lasts until now.
    if let Some(span) = spans.last_mut() {
        span.to = span.to.min(stage.window.end.max(span.from + 1));
    }
    spans
}
