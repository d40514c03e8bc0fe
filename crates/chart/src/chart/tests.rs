use proptest::prelude::*;
use watchfire_model::Unit;

use super::*;
use crate::surface::svg::{Fit, SvgSurface};
use crate::{Coloring, Format, Rgba, Scaling, Step, svg, svg_inline};

const START: i64 = 1_700_000_000_000;

pub(crate) fn chart(looks: impl Fn(usize) -> Look<'static>, columns: &[Vec<f64>]) -> Chart<'_> {
    let len = columns.first().map_or(0, Vec::len);
    let window = TimeRange { start: START, end: START + len as i64 * 1000 };
    let mut chart = Chart::new(window, Grid { start: START, step: 1000, len });
    chart.left = Axis { format: Format::from(Unit::Percent), soft_min: Some(0.0), ..Axis::default() };
    chart.series =
        columns.iter().enumerate().map(|(index, values)| Series::new(values, looks(index))).collect();
    chart
}

#[test]
fn sparse_series_are_no_gaps_but_outages_are() {
    let every_tenth: Vec<f64> = (0..300).map(|index| if index % 10 == 0 { 1.0 } else { f64::NAN }).collect();
    assert_eq!(chart(Look::line, &[every_tenth]).longest_bridge(), 30_000);
    assert_eq!(chart(Look::line, &[vec![1.0; 300]]).longest_bridge(), 3000);
    assert_eq!(chart(Look::line, &[]).longest_bridge(), 3000);
}

#[test]
fn stacked_extent_is_that_of_the_sums() {
    let columns = [vec![1.0, 2.0, f64::NAN], vec![3.0, f64::NAN, f64::NAN]];
    assert_eq!(chart(Look::stacked, &columns).extent(Side::Left), Some((0.0, 4.0)));
    assert_eq!(chart(Look::line, &columns).extent(Side::Left), Some((1.0, 3.0)));
    assert_eq!(chart(Look::line, &[vec![f64::NAN]]).extent(Side::Left), None);
}

#[test]
fn negative_values_stack_downwards_apart() {
    let columns = [vec![1.0, 2.0], vec![-3.0, 4.0], vec![-1.0, -1.0]];
    assert_eq!(chart(Look::stacked, &columns).extent(Side::Left), Some((-4.0, 6.0)));
    let shares = |color| Look { stacking: Stacking::Percent, ..Look::stacked(color) };
    let (low, high) = chart(shares, &columns).extent(Side::Left).unwrap();
    assert!((low + 80.0).abs() < 1e-9 && (high - 600.0 / 7.0).abs() < 1e-9, "{low} {high}");
}

#[test]
fn groups_sides_and_signs_are_kept_apart() {
    let columns = [vec![1.0], vec![2.0], vec![10.0], vec![5.0]];
    let looks = |index| Look {
        stack_group: u32::from(index == 2),
        negate: index == 3,
        side: if index == 3 { Side::Right } else { Side::Left },
        ..Look::stacked(index)
    };
    let chart = chart(looks, &columns);
    assert_eq!(chart.extent(Side::Left), Some((0.0, 10.0)));
    assert_eq!(chart.extent(Side::Right), Some((-5.0, 0.0)));
}

#[test]
fn only_what_is_in_the_window_counts() {
    let columns = [vec![9.0, 1.0, 1.0, 1.0, 1.0, 9.0]];
    let mut chart = chart(Look::line, &columns);
    chart.window = TimeRange { start: chart.grid.time(1), end: chart.grid.time(3) };
    assert_eq!(chart.visible(), 1..5);
    assert_eq!(chart.extent(Side::Left), Some((1.0, 1.0)));
}

#[test]
fn pixels_and_times_agree() {
    let columns = [vec![1.0; 300]];
    let frame = Frame::new(&chart(Look::line, &columns), 600.0, 180.0);
    for timestamp in [frame.time.window.start, frame.time.window.start + 77_000, frame.time.window.end] {
        let back = frame.timestamp_at(frame.x(timestamp)).unwrap();
        assert!((back - timestamp).abs() <= 1, "{back} {timestamp}");
    }
    assert_eq!(frame.timestamp_at(3.0), None);
    assert!(frame.y(Side::Left, 0.0) > frame.y(Side::Left, 1.0));
}

#[test]
fn the_nearest_series_is_found_where_it_is_drawn() {
    let columns = [vec![10.0; 50], vec![30.0; 50]];
    let stacked = chart(Look::stacked, &columns);
    let frame = Frame::new(&stacked, 600.0, 180.0);
    let x = frame.x(stacked.grid.time(20));
    assert_eq!(frame.nearest(&stacked, x, frame.y(Side::Left, 39.0)), Some((1, 20)));
    assert_eq!(frame.nearest(&stacked, x, frame.y(Side::Left, 11.0)), Some((0, 20)));
    assert_eq!(frame.nearest(&stacked, 1.0, 50.0), None);
}

/// The shapes of a chart in a plot of 100 x 100 without axes.
fn shapes(mut chart: Chart<'_>) -> String {
    chart.bare = true;
    let mut surface = SvgSurface::new(Fit::Fixed, &Theme::DARK);
    chart.paint(&mut surface, Rect::new(0.0, 0.0, 100.0, 104.0), &Theme::DARK);
    surface.shapes
}

#[test]
fn a_gap_breaks_the_line_unless_it_is_connected() {
    let mut values = vec![10.0; 60];
    values[20..40].fill(f64::NAN);
    let columns = [values];
    let broken = shapes(chart(Look::area, &columns));
    assert_eq!((broken.matches("<polygon").count(), broken.matches("<polyline").count()), (2, 2), "{broken}");
    let connected = shapes(chart(|color| Look { gaps: Gaps::Connect, ..Look::line(color) }, &columns));
    assert_eq!(connected.matches("<polyline").count(), 1, "{connected}");
}

#[test]
fn a_lonely_sample_is_a_dot() {
    let mut values = vec![f64::NAN; 60];
    values[30] = 10.0;
    let columns = [values];
    assert_eq!(shapes(chart(Look::line, &columns)).matches("<circle").count(), 1);
    let never = |color| Look { points: Points::Never, ..Look::line(color) };
    assert_eq!(shapes(chart(never, &columns)).matches("<circle").count(), 0);
}

#[test]
fn a_line_changes_its_color_at_a_threshold() {
    let steps = vec![
        Step { from: f64::NEG_INFINITY, color: Rgba::hex(0x00_ff_00) },
        Step { from: 50.0, color: Rgba::hex(0xff_00_00) },
    ];
    let columns = [vec![0.0, 100.0, 0.0]];
    let look = |_| Look { color: Coloring::Steps(steps.clone().into()), ..Look::default() };
    let drawn = shapes(chart(look, &columns));
    assert_eq!(drawn.matches("#00ff00").count(), 2, "{drawn}");
    assert_eq!(drawn.matches("#ff0000").count(), 1, "{drawn}");
    // It crosses half of the way up: 2 pixels of margin and 50 of 100.
    assert!(drawn.contains("16.7 52"), "{drawn}");
}

#[test]
fn a_fixed_maximum_cuts_lines_off() {
    let columns = [vec![0.0, 100.0, 0.0]];
    let mut cut = chart(Look::line, &columns);
    cut.left.max = Some(50.0);
    let drawn = shapes(cut);
    assert_eq!(drawn.matches("<polyline").count(), 2, "{drawn}");
    assert!(!drawn.contains('-') || !drawn.contains("\"-"), "{drawn}");
}

fn everything<'a>(columns: &'a [Vec<f64>], envelope: &'a [Vec<f64>]) -> Chart<'a> {
    let mut chart = chart(Look::line, columns);
    chart.series[0].envelope = Some((&envelope[0], &envelope[1]));
    chart.series[0].look.interpolation = Interpolation::Smooth;
    chart.series[1].look = Look { dash: vec![4.0, 2.0].into(), side: Side::Right, ..Look::line(1) };
    chart.series[2].look =
        Look { band_to: Some(0), fill: 0.2, interpolation: Interpolation::StepAfter, ..Look::line(2) };
    chart.right =
        Axis { format: Format::new("bytes", None), label: Some("memory".into()), ..Axis::default() };
    let steps = vec![
        Step { from: f64::NEG_INFINITY, color: Theme::BOTH.ok },
        Step { from: 3.0, color: Theme::BOTH.critical },
    ];
    chart.thresholds = Some(Thresholds { steps: steps.into(), lines: true, bands: true, side: Side::Left });
    chart.marks = vec![
        Mark { from: START + 1000, to: None, color: Theme::BOTH.info, text: "deployed".into() },
        Mark {
            from: START + 2000,
            to: Some(START + 3000),
            color: Theme::BOTH.warning,
            text: "outage".into(),
        },
    ];
    chart
}

#[test]
fn snapshots() {
    let columns = [vec![1.0, 2.0, 4.0, 3.0], vec![2.0, 1.0, f64::NAN, 1.0], vec![0.5, 0.5, 1.0, 0.5]];
    let envelope = [vec![0.5, 1.0, 3.0, 2.0], vec![2.0, 3.0, 5.0, 4.0]];
    insta::assert_snapshot!("lines", svg_inline(&chart(Look::line, &columns[..2]), 120.0, "a <chart>"));
    insta::assert_snapshot!("stacked", svg_inline(&chart(Look::stacked, &columns[..2]), 120.0, "stack"));
    insta::assert_snapshot!("bars", svg_inline(&chart(Look::bars, &columns[..1]), 120.0, "bars"));
    let spark = Chart { bare: true, ..chart(Look::area, &columns[..1]) };
    insta::assert_snapshot!("sparkline", svg_inline(&spark, 32.0, "spark"));
    let all = everything(&columns, &envelope);
    insta::assert_snapshot!("everything", svg(&all, 400.0, 160.0, &Theme::DARK, None));
}

#[test]
fn ten_thousand_series_are_drawn() {
    let columns = vec![vec![1.0, 2.0, 3.0]; 10_000];
    assert_eq!(shapes(chart(Look::stacked, &columns)).matches("<polyline").count(), 10_000);
}

fn any_look() -> impl Strategy<Value = Look<'static>> {
    let draw = prop_oneof![Just(Draw::Line), Just(Draw::Bars), Just(Draw::Points)];
    let interpolation = prop_oneof![
        Just(Interpolation::Linear),
        Just(Interpolation::Smooth),
        Just(Interpolation::StepAfter),
        Just(Interpolation::StepBefore)
    ];
    let stacking = prop_oneof![Just(Stacking::None), Just(Stacking::Normal), Just(Stacking::Percent)];
    let side = prop_oneof![Just(Side::Left), Just(Side::Right)];
    (draw, interpolation, stacking, side, any::<bool>(), 0.0..1.0_f64, proptest::option::of(0..4_usize))
        .prop_map(|(draw, interpolation, stacking, side, negate, fill, band_to)| Look {
            draw,
            fill,
            interpolation,
            stacking,
            negate,
            band_to,
            side,
            ..Look::default()
        })
}

fn any_scaling() -> impl Strategy<Value = Scaling> {
    prop_oneof![Just(Scaling::Linear), Just(Scaling::Log(10.0)), Just(Scaling::Symlog(1.0))]
}

proptest! {
    #[test]
    fn any_chart_can_be_drawn(
        columns in proptest::collection::vec(proptest::collection::vec(proptest::num::f64::ANY, 0..40), 0..4),
        looks in proptest::collection::vec(any_look(), 4),
        scaling in any_scaling(),
        width in prop_oneof![Just(0.0), Just(f64::NAN), 0.0..900.0_f64],
        height in prop_oneof![Just(0.0), 0.0..300.0_f64],
        (start, length, step) in (-5_000_000_i64..5_000_000, -100_i64..100_000, -1_i64..5000),
    ) {
        let mut chart = chart(|index| looks[index].clone(), &columns);
        chart.window = TimeRange { start: START + start / 100, end: START + start / 100 + length };
        chart.grid.step = step;
        chart.left.scaling = scaling;
        let drawn = svg(&chart, width, height, &Theme::LIGHT, Some(Rgba::WHITE));
        prop_assert!(drawn.ends_with("</svg>") && !drawn.contains("NaN"));
        let inline = svg_inline(&chart, height, "any");
        prop_assert!(inline.ends_with("</div>"));
    }
}
