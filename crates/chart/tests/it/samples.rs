//! A picture of each kind, with data that looks like that of dashboards.

use std::borrow::Cow;
use std::f64::consts::TAU;

use watchfire_chart::*;
use watchfire_model::{Grid, TimeRange};

pub(crate) const START: i64 = 1_700_000_000_000;

/// Noise that is the same each time, 0 to 1.
pub(crate) fn noise(index: usize, seed: usize) -> f64 {
    let bits = (index as u64 * 31 + seed as u64 * 7919 + 17).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((bits ^ (bits >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40) as f64 / f64::from(1 << 24)
}

pub(crate) fn wave(len: usize, seed: usize) -> Vec<f64> {
    let mut wander = 0.0;
    (0..len)
        .map(|index| {
            wander += (noise(index, seed) - 0.5) * 6.0;
            wander *= 0.97;
            40.0 + 12.0 * seed as f64
                + 10.0 * (index as f64 / len as f64 * TAU * 2.0 + seed as f64).sin()
                + wander
        })
        .collect()
}

pub(crate) fn time(len: usize) -> (TimeRange, Grid) {
    let step = 3_600_000 / len as i64;
    (TimeRange { start: START, end: START + step * (len as i64 - 1) }, Grid { start: START, step, len })
}

pub(crate) fn steps() -> Vec<Step> {
    let step = |from, color: Rgba| Step { from, color };
    vec![
        step(f64::NEG_INFINITY, Rgba::hex(0x73_bf_69)),
        step(60.0, Rgba::hex(0xff_98_30)),
        step(80.0, Rgba::hex(0xf2_49_5c)),
    ]
}

pub(crate) fn coloring() -> Coloring<'static> {
    Coloring::Steps(steps().into())
}

pub(crate) fn lines(columns: &[Vec<f64>], look: fn(usize) -> Look<'static>) -> Chart<'_> {
    let (window, grid) = time(columns[0].len());
    let mut chart = Chart::new(window, grid);
    chart.left.format = Format::new("percent", None);
    chart.left.soft_min = Some(0.0);
    chart.series = columns
        .iter()
        .enumerate()
        .map(|(index, values)| Series {
            name: Cow::Owned(format!("cpu{index}")),
            ..Series::new(values, look(index))
        })
        .collect();
    chart
}

pub(crate) fn heatmap(columns: usize) -> Heatmap<'static> {
    let (window, grid) = time(columns);
    let rows = 12;
    let values = (0..rows)
        .map(|row| {
            let of = |index: usize| {
                let center = 5.0 + 2.5 * (index as f64 / columns as f64 * TAU).sin();
                let near = (-(row as f64 - center).powi(2) / 5.0).exp();
                (near * 60.0 * (0.6 + 0.8 * noise(index, row))).round()
            };
            Cow::Owned((0..columns).map(of).collect())
        })
        .collect();
    let edges: Vec<f64> = (0..=12).map(|edge| 0.001 * 2_f64.powi(edge)).collect();
    let axis = Axis { format: Format::new("s", None), scaling: Scaling::Log(2.0), ..Axis::default() };
    Heatmap {
        window,
        grid,
        utc_offset: 0,
        rows: Rows::Edges(edges.into(), axis),
        even: false,
        values,
        zeros: false,
        scale: ColorScale::named("oranges").unwrap_or(ColorScale::VIRIDIS),
        range: None,
        logarithmic: false,
        format: Format::new("short", None),
        legend: true,
    }
}

const SHOPS: [&str; 6] = ["checkout", "catalogue", "payment", "search", "shipping", "frontend"];

pub(crate) fn bars(horizontal: bool, stacking: Stacking) -> Bars<'static> {
    let series = |index: usize, name: &'static str| BarSeries {
        name: name.into(),
        values: (0..6).map(|category| (noise(category, index) * 900.0).round()).collect::<Vec<_>>().into(),
        coloring: Coloring::Palette(index),
    };
    Bars {
        categories: SHOPS.map(Cow::Borrowed).to_vec().into(),
        series: vec![series(0, "ok"), series(1, "slow"), series(2, "failed")],
        stacking,
        horizontal,
        axis: Axis { format: Format::new("short", None), ..Axis::default() },
        values: true,
        edges: false,
    }
}

pub(crate) fn histogram() -> Bars<'static> {
    let counts: Vec<f64> =
        (0..20).map(|index| (300.0 * (-(f64::from(index) - 7.0).powi(2) / 18.0).exp()).round()).collect();
    let edges: Vec<Cow<'static, str>> =
        (0..=20).map(|edge| Cow::Owned(Format::new("ms", None).text(f64::from(edge) * 25.0))).collect();
    Bars {
        categories: edges.into(),
        edges: true,
        series: vec![BarSeries {
            name: "requests".into(),
            values: counts.into(),
            coloring: Coloring::Palette(0),
        }],
        axis: Axis { format: Format::new("short", None), ..Axis::default() },
        ..Bars::default()
    }
}

pub(crate) fn readings(count: usize) -> Vec<Reading<'static>> {
    let format = Format::new("percent", None);
    (0..count)
        .map(|index| {
            let value = (noise(index, 5) * 1000.0).round() / 10.0;
            Reading::new(SHOPS[index % 6], value, &format, &coloring())
        })
        .collect()
}

pub(crate) fn pie(donut: bool) -> Pie<'static> {
    let format = Format::new("bytes", None);
    let sizes = [5.2e9, 3.1e9, 2.2e9, 1.1e9, 0.4e9, 0.1e9];
    let readings = sizes
        .iter()
        .enumerate()
        .map(|(index, size)| Reading::new(SHOPS[index], *size, &format, &Coloring::Palette(index)));
    Pie { readings: readings.collect(), donut, names: true, values: !donut, percents: true }
}

pub(crate) fn stat(count: usize, fill: StatFill) -> Stat<'static> {
    let items = readings(count).into_iter().enumerate();
    Stat {
        items: items
            .map(|(index, reading)| StatItem { reading, sparkline: wave(60, index).into() })
            .collect(),
        fill,
        values: true,
        names: count > 1,
        horizontal: None,
    }
}

pub(crate) fn states(boxes: bool) -> States<'static> {
    let len = if boxes { 24 } else { 240 };
    let (window, grid) = time(len);
    let rows = SHOPS
        .iter()
        .enumerate()
        .map(|(row, name)| {
            let values: Vec<f64> =
                (0..len).map(|index| (noise(index * 12 / len, row) * 2.7).floor()).collect();
            StateRow::new(*name, grid, &values, |value| {
                let (text, color) = match value as i64 {
                    0 => ("running", Rgba::hex(0x73_bf_69)),
                    1 => ("degraded", Rgba::hex(0xfa_de_2a)),
                    _ => ("down", Rgba::hex(0xf2_49_5c)),
                };
                Some((Cow::Borrowed(text), color))
            })
        })
        .collect();
    States { window, utc_offset: 0, rows, merge: !boxes, boxes, row_height: 0.9, values: !boxes }
}

pub(crate) fn graph(count: usize) -> NodeGraph<'static> {
    let names: Vec<String> = (0..count).map(|index| format!("{}{}", SHOPS[index % 6], index / 6)).collect();
    let pairs: Vec<(usize, usize)> =
        (1..count).map(|index| (((noise(index, 3) * index as f64) as usize).min(index / 2), index)).collect();
    let mut layout = ForceLayout::new(1);
    layout.set_graph(names.iter().map(String::as_str), &pairs);
    layout.settle(300);
    let nodes = names.into_iter().enumerate().map(|(index, name)| {
        let failed = noise(index, 9) * 0.4;
        Node {
            name: name.into(),
            value: format!("{:.0} ms", 3.0 + noise(index, 8) * 90.0).into(),
            detail: format!("{:.0} r/s", noise(index, 7) * 300.0).into(),
            arcs: vec![(1.0 - failed, Rgba::hex(0x73_bf_69)), (failed, Rgba::hex(0xf2_49_5c))].into(),
            size: 1.0,
        }
    });
    let edges = pairs.iter().map(|(from, to)| Edge {
        from: *from,
        to: *to,
        width: 1.0 + noise(*to, 4) * 3.0,
        color: Rgba::hex(0x7d_87_96),
        text: format!("{:.0}", noise(*to, 2) * 300.0).into(),
    });
    NodeGraph {
        nodes: nodes.collect(),
        edges: edges.collect(),
        positions: layout.positions().to_vec().into(),
        arrows: true,
    }
}

pub(crate) fn table(rows: usize) -> TableText<'static> {
    let column = |name: &'static str, numbers| TableColumn { name: name.into(), numbers };
    let row = |index: usize| {
        let share = (noise(index, 5) * 1000.0).round() / 10.0;
        let plain = |text: String| TableCell { text: text.into(), ..TableCell::default() };
        vec![
            plain(format!("{}-{:05}", SHOPS[index % 6], index * 7919 % 100_000)),
            plain("a longer text that has to give way where there is little room".to_owned()),
            TableCell {
                text: Format::new("percent", None).text(share).into(),
                color: Some(coloring().of(share)),
                fill: index.is_multiple_of(2),
            },
            plain(Format::new("bytes", None).text(noise(index, 6) * 4e9)),
        ]
    };
    TableText {
        columns: vec![
            column("pod", false),
            column("message", false),
            column("cpu", true),
            column("memory", true),
        ],
        rows: (0..rows).map(row).collect(),
    }
}

pub(crate) fn legend(count: usize, table: bool, right: bool) -> Legend<'static> {
    let format = Format::new("percent", None);
    Legend {
        right,
        headings: if table { vec!["mean".into(), "max".into(), "last".into()] } else { Vec::new() },
        entries: (0..count)
            .map(|index| LegendEntry {
                name: format!("cpu{index}").into(),
                color: series_color(index),
                numbers: (0..if table { 3 } else { 0 })
                    .map(|number| format.text(noise(index, number) * 100.0).into())
                    .collect(),
            })
            .collect(),
    }
}
