//! Series that become numbers: of stats, gauges, bars, slices.

use std::borrow::Cow;

use watchfire_chart::Reading;
use watchfire_dashboard::{Color, Field, Kind, Panel};

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
    // What has another unit has a scale of its own.
    let extent = |unit: Option<&str>| {
        let same = shown.iter().filter(|(_, series, _)| series.field.unit.as_deref() == unit);
        let known = same.map(|(.., value)| *value).filter(|value| value.is_finite());
        known.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        })
    };
    let mut last: Option<(Option<&str>, (f64, f64))> = None;
    let by_thresholds = !matches!(panel.kind, Kind::Pie | Kind::BarChart);
    shown
        .iter()
        .map(|&(index, series, value)| {
            let unit = series.field.unit.as_deref();
            let values = match last {
                Some((known, values)) if known == unit => values,
                _ => extent(unit),
            };
            last = Some((unit, values));
            let (low, high) = scale(&series.field, &panel.kind, values);
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

/// Where the scale of a number begins and ends: as the panel says; else from zero, or the least of all, to what it is usually
/// read against, or the greatest of all if that is more.
fn scale(field: &Field, kind: &Kind, (least, greatest): (f64, f64)) -> (f64, f64) {
    let low = field.min.unwrap_or_else(|| field.soft_min.unwrap_or(0.0).min(least));
    let usual = || match (field.unit.as_deref(), kind) {
        (Some("percent"), _) => 100.0,
        (Some("percentunit"), _) => 1.0,
        // A number alone on an arc would fill it whatever it is.
        (_, Kind::Gauge) => above_thresholds(field).unwrap_or(100.0),
        // Bars compare the numbers to each other, unless their colours tell where they should end.
        (_, Kind::BarGauge) if matches!(field.color, None | Some(Color::Thresholds)) => {
            above_thresholds(field).unwrap_or(greatest)
        }
        _ => greatest,
    };
    let high = field.max.unwrap_or_else(|| field.soft_max.unwrap_or_else(usual).max(greatest));
    // A number alone fills its scale.
    if high > low { (low, high) } else { (low, low + 1.0) }
}

/// The end of a scale with room above the highest threshold, so that reaching it is seen.
fn above_thresholds(field: &Field) -> Option<f64> {
    let thresholds = field.thresholds.as_ref().filter(|thresholds| !thresholds.percent)?;
    let values = thresholds.steps.iter().map(|step| step.value).filter(|value| value.is_finite());
    let highest = values.fold(f64::NEG_INFINITY, f64::max);
    (highest.is_finite() && highest != 0.0).then(|| highest + highest.abs() * 0.25)
}

#[cfg(test)]
mod tests {
    use watchfire_dashboard::{Threshold, Thresholds};

    use super::*;

    fn field(thresholds: &[f64]) -> Field {
        let step = |value: &f64| Threshold { value: *value, color: "warning".to_owned() };
        let steps: Vec<Threshold> = thresholds.iter().map(step).collect();
        let thresholds = (!steps.is_empty()).then(|| Thresholds { steps, ..Thresholds::default() });
        Field { thresholds, ..Field::default() }
    }

    #[test]
    fn scales_end_where_values_are_read_against() {
        let unit = |unit: &str| Field { unit: Some(unit.to_owned()), ..field(&[70.0]) };
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        let percent = Thresholds { percent: true, ..field(&[80.0]).thresholds.unwrap() };
        let by_palette = Field { color: Some(Color::Palette), ..field(&[40.0, 80.0]) };
        for (field, kind, values, expected) in [
            // Not always full.
            (field(&[]), Kind::Gauge, (20.0, 20.0), (0.0, 100.0)),
            (field(&[]), Kind::Gauge, (20.0, 250.0), (0.0, 250.0)),
            (field(&[]), Kind::Gauge, nothing, (0.0, 100.0)),
            (field(&[40.0, 80.0]), Kind::Gauge, (3.0, 5.0), (0.0, 100.0)),
            (field(&[4.0]), Kind::Gauge, (3.0, 3.0), (0.0, 5.0)),
            (field(&[4.0]), Kind::Gauge, (3.0, 9.0), (0.0, 9.0)),
            (field(&[-80.0]), Kind::Gauge, (-100.0, -90.0), (-100.0, -60.0)),
            (unit("percent"), Kind::Gauge, (3.0, 3.0), (0.0, 100.0)),
            (unit("percent"), Kind::BarGauge, (3.0, 350.0), (0.0, 350.0)),
            (unit("percentunit"), Kind::Gauge, (0.5, 0.5), (0.0, 1.0)),
            // A share of the scale says nothing of where that ends.
            (Field { thresholds: Some(percent), ..Field::default() }, Kind::Gauge, (3.0, 3.0), (0.0, 100.0)),
            // Bars compare.
            (field(&[]), Kind::BarGauge, (3.0, 9.0), (0.0, 9.0)),
            (field(&[8.0]), Kind::BarGauge, (3.0, 5.0), (0.0, 10.0)),
            (by_palette, Kind::BarGauge, (3.0, 9.0), (0.0, 9.0)),
            (field(&[]), Kind::BarGauge, nothing, (0.0, 1.0)),
            // The panel's own word goes before.
            (Field { max: Some(10.0), ..field(&[80.0]) }, Kind::Gauge, (3.0, 50.0), (0.0, 10.0)),
            (Field { soft_max: Some(10.0), ..field(&[]) }, Kind::Gauge, (3.0, 5.0), (0.0, 10.0)),
            (Field { soft_max: Some(10.0), ..field(&[]) }, Kind::Gauge, (3.0, 50.0), (0.0, 50.0)),
            (Field { min: Some(2.0), ..field(&[]) }, Kind::Gauge, (3.0, 5.0), (2.0, 100.0)),
        ] {
            assert_eq!(scale(&field, &kind, values), expected, "{kind:?} of {values:?} by {field:?}");
        }
    }
}
