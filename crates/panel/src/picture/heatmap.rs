use std::borrow::Cow;
use std::collections::BTreeMap;

use watchfire_chart::{Axis, ColorScale, Format, Heatmap, Rows, Scaling};
use watchfire_dashboard::{Panel, Scale};

use super::histogram::count;
use super::{Stage, has_buckets};
use crate::{Prepared, Shown};

/// The label that tells the upper edge of a classic histogram's bucket.
pub(super) const LE: &str = "le";

/// Counts by time and size: the buckets of a classic histogram, buckets that the panel names, or else a row for each series.
pub(super) fn heatmap<'a>(panel: &'a Panel, prepared: &'a Prepared, stage: &Stage<'a>) -> Heatmap<'a> {
    let view = &panel.view;
    let format = panel
        .field
        .unit
        .as_ref()
        .map_or_else(Format::default, |unit| Format::new(unit, panel.field.decimals));
    let classic = has_buckets(panel, prepared);
    let mut heatmap = Heatmap {
        window: stage.window,
        grid: prepared.grid,
        utc_offset: stage.utc_offset,
        rows: Rows::Names(Cow::Borrowed(&[])),
        // Buckets of one width are so in proportion, too.
        even: panel.field.scale.is_none() && (classic || view.buckets.len() > 1),
        values: Vec::new(),
        zeros: false,
        scale: view.color_scale.as_deref().and_then(ColorScale::named).unwrap_or(ColorScale::VIRIDIS),
        range: None,
        logarithmic: false,
        format: Format::default(),
        legend: true,
    };
    let axis = |edges: &[f64]| Axis {
        format: format.clone(),
        scaling: scaling(panel.field.scale, edges),
        ..Axis::default()
    };
    if classic {
        let buckets = buckets_of(&prepared.series, &view.buckets);
        heatmap.values = buckets.counts(|series| series.values.clone()).into_iter().map(Cow::Owned).collect();
        let axis = axis(&buckets.edges);
        heatmap.rows = Rows::Edges(Cow::Owned(buckets.edges), axis);
    } else if view.buckets.len() > 1 || view.bucket_size.is_some() {
        let edges = edges(panel, &prepared.series);
        heatmap.values =
            counted(&edges, &prepared.series, prepared.grid.len).into_iter().map(Cow::Owned).collect();
        let axis = axis(&edges);
        heatmap.rows = Rows::Edges(Cow::Owned(edges), axis);
    } else {
        heatmap.zeros = true;
        heatmap.values =
            prepared.series.iter().map(|series| Cow::Borrowed(series.values.as_slice())).collect();
        heatmap.rows =
            Rows::Names(prepared.series.iter().map(|series| Cow::Borrowed(series.name.as_str())).collect());
        heatmap.format = format;
    }
    heatmap
}

/// How edges become heights where the panel says it.
fn scaling(scale: Option<Scale>, edges: &[f64]) -> Scaling {
    match scale.unwrap_or(Scale::Linear) {
        Scale::Linear => Scaling::Linear,
        Scale::Log2 => Scaling::Log(2.0),
        Scale::Log10 => Scaling::Log(10.0),
        // In proportion within the first bucket, which begins at zero.
        Scale::Symlog => {
            let first = edges
                .iter()
                .copied()
                .filter(|edge| *edge > 0.0 && edge.is_finite())
                .fold(f64::INFINITY, f64::min);
            Scaling::Symlog(if first.is_finite() { first } else { 1.0 })
        }
    }
}

/// The buckets of classic histograms: their series by upper edge.
pub(super) struct Buckets<'a> {
    by_edge: Vec<Vec<&'a Shown>>,
    /// The edges of all buckets, one more than there are buckets.
    pub(super) edges: Vec<f64>,
}

/// The buckets in series with a label `le`, from low to high. Series with the same edge belong together. Where the panel names edges
/// that are among theirs, buckets between these are put together.
pub(super) fn buckets_of<'a>(series: &'a [Shown], wanted: &[f64]) -> Buckets<'a> {
    // Ordered as numbers: bits of positive floats are in their order, those of negative ones turned around.
    let key = |edge: f64| {
        let bits = edge.to_bits() as i64;
        bits ^ ((bits >> 63) as u64 >> 1) as i64
    };
    let edge_of = |one: &Shown| {
        // Without the label the name may be the edge, as legends of heatmaps have it.
        let text = one.labels.get(LE).unwrap_or(&one.name);
        match text {
            "+Inf" | "Inf" => f64::INFINITY,
            text => text.parse().unwrap_or(f64::NAN),
        }
    };
    // Each counts all below it, so those in between can be left out. What lies above all stays.
    let is_wanted = |edge: f64| wanted.iter().any(|one| (one - edge).abs() <= edge.abs() * 1e-9);
    let coarse = series.iter().any(|one| is_wanted(edge_of(one)));
    let mut by_edge: BTreeMap<i64, (f64, Vec<&Shown>)> = BTreeMap::new();
    for one in series {
        let edge = edge_of(one);
        if !edge.is_nan() && (!coarse || edge == f64::INFINITY || is_wanted(edge)) {
            by_edge.entry(key(edge)).or_insert_with(|| (edge, Vec::new())).1.push(one);
        }
    }
    let (mut edges, by_edge): (Vec<f64>, Vec<Vec<&Shown>>) = by_edge.into_values().unzip();
    // The first bucket begins at zero, or without an end.
    if let Some(first) = edges.first() {
        edges.insert(0, if *first > 0.0 { 0.0 } else { f64::NEG_INFINITY });
    }
    Buckets { by_edge, edges }
}

impl Buckets<'_> {
    /// The counts of each bucket alone: classic histograms count all that is smaller, too.
    pub(super) fn counts(&self, values: impl Fn(&Shown) -> Vec<f64>) -> Vec<Vec<f64>> {
        let sums = self.by_edge.iter().map(|all| {
            all.iter().map(|series| values(series)).reduce(|mut sum, more| {
                for (sum, more) in sum.iter_mut().zip(more) {
                    *sum = if sum.is_nan() {
                        more
                    } else if more.is_nan() {
                        *sum
                    } else {
                        *sum + more
                    };
                }
                sum
            })
        });
        let mut below: Vec<f64> = Vec::new();
        sums.map(|sum| {
            let sum = sum.unwrap_or_default();
            below.resize(sum.len(), 0.0);
            let own = sum
                .iter()
                .zip(&below)
                .map(|(sum, below)| if sum.is_nan() { f64::NAN } else { (sum - below).max(0.0) })
                .collect();
            for (below, sum) in below.iter_mut().zip(&sum) {
                if !sum.is_nan() {
                    *below = *sum;
                }
            }
            own
        })
        .collect()
    }
}

/// How many rows of one width there are at most; what lies above is left out.
const MOST_ROWS: usize = 200;

/// Above which value buckets of one width end before the values do, if they do.
pub(super) fn ends_at(panel: &Panel, prepared: &Prepared) -> Option<f64> {
    let has_width = panel.view.buckets.len() <= 1 && panel.view.bucket_size.is_some();
    if !has_width || has_buckets(panel, prepared) {
        return None;
    }
    let edges = edges(panel, &prepared.series);
    let end = *edges.last().filter(|_| edges.len() > MOST_ROWS)?;
    let mut values = prepared.series.iter().flat_map(|series| &series.values);
    values.any(|value| value.is_finite() && *value > end).then_some(end)
}

fn edges(panel: &Panel, series: &[Shown]) -> Vec<f64> {
    let mut edges = panel.view.buckets.clone();
    if edges.len() > 1 {
        edges.sort_unstable_by(f64::total_cmp);
        return edges;
    }
    let values =
        || series.iter().flat_map(|series| series.values.iter().copied()).filter(|value| value.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let width = panel.view.bucket_size.filter(|width| *width > 0.0).unwrap_or(1.0);
    if low > high {
        return Vec::new();
    }
    let first = (low / width).floor();
    let count = (((high / width).floor() - first) as usize).saturating_add(1).min(MOST_ROWS);
    (0..=count).map(|index| (first + index as f64) * width).collect()
}

/// For each bucket and each moment how many series have a value in it.
fn counted(edges: &[f64], series: &[Shown], len: usize) -> Vec<Vec<f64>> {
    let mut rows = vec![vec![0.0; len]; edges.len().saturating_sub(1)];
    for index in 0..len {
        let values: Vec<f64> = series.iter().filter_map(|series| series.values.get(index).copied()).collect();
        for (row, count) in rows.iter_mut().zip(count(edges, &values)) {
            row[index] = count;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use watchfire_model::Labels;

    use super::*;

    fn bucket(le: &str, values: &[f64]) -> Shown {
        Shown {
            query: 0,
            name: le.to_owned(),
            labels: Labels::new([(LE, le)]).unwrap(),
            values: values.to_vec(),
            envelope: None,
            field: watchfire_dashboard::Field::default(),
            earlier_of: None,
        }
    }

    #[test]
    fn values_above_the_last_row_are_told() {
        let panel: Panel = serde_json::from_str(
            r#"{"id": 1, "kind": "heatmap", "at": {"x": 0, "y": 0, "w": 24, "h": 4}, "view": {"bucket_size": 0.5}}"#,
        )
        .unwrap();
        let of = |values: &[f64]| {
            let series = vec![Shown { labels: Labels::empty(), name: "x".to_owned(), ..bucket("1", values) }];
            let grid = watchfire_model::Grid { start: 0, step: 1, len: values.len() };
            Prepared { grid, series, tables: Vec::new(), notes: Vec::new() }
        };
        for (greatest, expected) in
            [(99.9, None), (100.0, None), (150.0, Some(100.0)), (1e30, Some(100.0)), (f64::NAN, None)]
        {
            assert_eq!(ends_at(&panel, &of(&[0.0, greatest])), expected, "{greatest}");
        }
    }

    #[test]
    fn classic_buckets_count_what_is_theirs() {
        let series = [
            bucket("+Inf", &[10.0, 12.0]),
            bucket("0.5", &[4.0, f64::NAN]),
            bucket("1", &[7.0, 9.0]),
            bucket("0.5", &[1.0, 2.0]),
        ];
        let buckets = buckets_of(&series, &[]);
        assert_eq!(buckets.edges, [0.0, 0.5, 1.0, f64::INFINITY]);
        assert_eq!(buckets.counts(|series| series.values.clone()), [[5.0, 2.0], [2.0, 7.0], [3.0, 3.0]]);
        assert!(buckets_of(&[], &[1.0]).edges.is_empty());
        let coarse = buckets_of(&series, &[1.0, 7.0]);
        assert_eq!(coarse.edges, [0.0, 1.0, f64::INFINITY]);
        assert_eq!(coarse.counts(|series| series.values.clone()), [[7.0, 9.0], [3.0, 3.0]]);
        let negative = [bucket("5", &[1.0]), bucket("-10", &[1.0]), bucket("-5", &[1.0])];
        assert_eq!(buckets_of(&negative, &[]).edges, [f64::NEG_INFINITY, -10.0, -5.0, 5.0]);
    }
}
