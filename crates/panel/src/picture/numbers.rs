//! Series that become numbers: of stats, gauges, bars, slices.

use std::borrow::Cow;

use watchfire_chart::Reading;
use watchfire_dashboard::{Kind, Panel};

use super::Stage;
use crate::words::{Manner, Words};
use crate::{Prepared, Shown};

/// A series with its number.
pub(super) struct Number<'a> {
    pub(super) series: &'a Shown,
    pub(super) words: Words,
    pub(super) reading: Reading<'a>,
}

/// The numbers of all series that are not switched off.
pub(super) fn numbers<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'_>) -> Vec<Number<'a>> {
    let reducer = panel.view.reduce.unwrap_or_default();
    let value = |series: &Shown| reducer.of(series.values.iter().copied()).unwrap_or(f64::NAN);
    let shown: Vec<(usize, &Shown, f64)> = prepared
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| {
            !stage.hidden.contains(&series.name) && !series.field.hide.is_some_and(|hide| hide.drawing)
        })
        .map(|(index, series)| (index, series, value(series)))
        .collect();
    let values = || shown.iter().map(|(.., value)| *value).filter(|value| value.is_finite());
    let least = values().fold(f64::INFINITY, f64::min);
    let greatest = values().fold(f64::NEG_INFINITY, f64::max);
    let by_thresholds = !matches!(panel.kind, Kind::Pie | Kind::BarChart);
    shown
        .into_iter()
        .map(|(index, series, value)| {
            let (low, high) = scale(series, least, greatest);
            let manner = Manner {
                theme: stage.theme,
                index,
                name: &series.name,
                extent: (low, high),
                by_thresholds,
                utc_offset: stage.utc_offset,
                now: stage.now,
            };
            let words = Words::of(&series.field, &manner);
            let said = words.say(value);
            let reading = Reading {
                name: Cow::Borrowed(series.name.as_str()),
                value,
                number: Cow::Owned(said.number),
                unit: said.unit,
                color: said.color,
                low,
                high,
            };
            Number { series, words, reading }
        })
        .collect()
}

/// Where the scale of a number begins and ends: as the panel says; shares have a scale of their own; else from zero to the
/// greatest of all.
fn scale(series: &Shown, least: f64, greatest: f64) -> (f64, f64) {
    let field = &series.field;
    let natural = match field.unit.as_deref() {
        Some("percent") => Some(100.0),
        Some("percentunit") => Some(1.0),
        _ => None,
    };
    let low =
        field.min.or(field.soft_min).unwrap_or_else(|| if least.is_finite() { least.min(0.0) } else { 0.0 });
    let high =
        field.max.or(field.soft_max).or(natural).unwrap_or(if greatest.is_finite() { greatest } else { 1.0 });
    // A number alone fills its scale.
    if high > low { (low, high) } else { (low, low + 1.0) }
}
