use std::borrow::Cow;

use watchfire_chart::{BarSeries, Bars, Format, Stacking as Stack};
use watchfire_dashboard::Panel;

use super::bar_chart::words;
use super::heatmap::buckets_of;
use super::{Stage, has_buckets};
use crate::{Prepared, Shown};

/// How many buckets there are where nobody says how wide they are.
const USUAL: f64 = 24.0;

/// More are of no use to the eye.
const MOST: usize = 200;

/// How often values of each size occur; of a classic histogram its newest counts.
pub(super) fn bars<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> Bars<'a> {
    let format = panel
        .field
        .unit
        .as_ref()
        .map_or_else(Format::default, |unit| Format::new(unit, panel.field.decimals));
    let shown: Vec<(usize, &Shown)> = prepared
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| !stage.hidden.contains(&series.name))
        .collect();
    let mut bars = Bars { edges: true, stacking: Stack::Normal, ..Bars::default() };
    bars.axis.soft_min = Some(0.0);
    if has_buckets(panel, prepared) {
        let newest = |series: &Shown| {
            series.values.iter().rev().copied().find(|value| !value.is_nan()).unwrap_or(f64::NAN)
        };
        let rows = buckets_of(&prepared.series, &panel.view.buckets);
        bars.categories = rows.edges.iter().map(|edge| Cow::Owned(format.text(*edge))).collect();
        let counts: Vec<f64> =
            rows.counts(|series| vec![newest(series)]).into_iter().map(|row| row[0]).collect();
        let coloring = words(&panel.field, 0, "", stage).coloring;
        bars.series.push(BarSeries { name: Cow::Borrowed("count"), values: Cow::Owned(counts), coloring });
        return bars;
    }
    let edges = edges(panel, &shown);
    bars.categories = edges.iter().map(|edge| Cow::Owned(format.text(*edge))).collect();
    for (index, series) in shown {
        let counts = count(&edges, &series.values);
        let coloring = words(&series.field, index, &series.name, stage).coloring;
        bars.series.push(BarSeries {
            name: Cow::Borrowed(&series.name),
            values: Cow::Owned(counts),
            coloring,
        });
    }
    bars
}

/// The edges of the buckets: as the panel says, or of a round width.
fn edges(panel: &Panel, shown: &[(usize, &Shown)]) -> Vec<f64> {
    let values = || {
        shown.iter().flat_map(|(_, series)| series.values.iter().copied()).filter(|value| value.is_finite())
    };
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if panel.view.buckets.len() > 1 {
        let mut edges = panel.view.buckets.clone();
        edges.sort_unstable_by(f64::total_cmp);
        // What lies beyond them is seen, too.
        if low < edges[0] {
            edges.insert(0, f64::NEG_INFINITY);
        }
        if edges.last().is_some_and(|last| high > *last) {
            edges.push(f64::INFINITY);
        }
        return edges;
    }
    if low > high {
        return Vec::new();
    }
    let width = panel
        .view
        .bucket_size
        .filter(|width| *width > 0.0)
        .unwrap_or_else(|| round_width((high - low) / USUAL));
    let first = (low / width).floor();
    let count = ((high / width).floor() - first) as usize + 1;
    let mut edges: Vec<f64> = (0..=count.min(MOST)).map(|index| (first + index as f64) * width).collect();
    // The rest stands together in one.
    if count > MOST {
        edges.push(f64::INFINITY);
    }
    edges
}

/// 1, 2 or 5 times a power of ten, at least `width`.
fn round_width(width: f64) -> f64 {
    if width <= 0.0 || !width.is_finite() {
        return 1.0;
    }
    let power = 10_f64.powf(width.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|round| *round >= width * 0.999)
        .unwrap_or(width)
}

/// How many values lie in each bucket; each takes its lower edge, the last one its upper, too.
pub(super) fn count(edges: &[f64], values: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len().saturating_sub(1)];
    for value in values.iter().filter(|value| !value.is_nan()) {
        let at = edges.partition_point(|edge| edge <= value);
        let at = if at == edges.len() && edges.last() == Some(value) { at - 1 } else { at };
        if let Some(count) = at.checked_sub(1).and_then(|at| counts.get_mut(at)) {
            *count += 1.0;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_into_buckets() {
        assert_eq!(count(&[0.0, 1.0, 2.0], &[0.0, 0.5, 1.0, 2.0, 3.0, -1.0, f64::NAN]), [2.0, 2.0]);
        assert_eq!(count(&[], &[1.0]), [0.0; 0]);
        for (width, round) in [(0.03, 0.05), (1.0, 1.0), (7.0, 10.0), (0.0, 1.0), (230.0, 500.0)] {
            assert!((round_width(width) - round).abs() < 1e-9, "{width}");
        }
    }
}
