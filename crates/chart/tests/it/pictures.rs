//! Each kind of picture as SVG, and what can be drawn whatever the numbers are.

use std::borrow::Cow;

use proptest::prelude::*;
use watchfire_chart::*;
use watchfire_model::TimeRange;

use crate::samples::*;

fn file(picture: &dyn Picture) -> String {
    svg(picture, 300.0, 160.0, &Theme::DARK, None)
}

#[test]
fn snapshots() {
    let mut heat = heatmap(6);
    heat.values.truncate(3);
    heat.rows = Rows::Edges(
        vec![0.1, 1.0, 10.0, 100.0].into(),
        Axis { scaling: Scaling::Log(10.0), ..Axis::default() },
    );
    let table = TableText { rows: table(3).rows, ..table(0) };
    let gauge = Gauge {
        readings: readings(2),
        steps: steps().into(),
        threshold_marks: true,
        names: true,
        horizontal: None,
    };
    let gradient = BarGauge {
        readings: readings(1).into_iter().map(|reading| reading.on_scale(0.0, 1000.0)).collect(),
        coloring: coloring(),
        horizontal: true,
        names: true,
        values: true,
        mode: BarMode::Gradient,
    };
    let lcd = BarGauge { mode: BarMode::Lcd, horizontal: false, ..gradient.clone() };
    let mut stats = stat(2, StatFill::Background);
    stats.items.iter_mut().for_each(|item| item.sparkline = vec![1.0, 3.0, f64::NAN, 2.0, 4.0].into());
    let mut history = states(true);
    history.rows.truncate(2);
    history.rows.iter_mut().for_each(|row| row.spans.truncate(4));
    let text = TextBlock {
        text: "Some <text> & more of it, on lines.\nAnother.".into(),
        size: 14.0,
        centered: true,
    };
    let pictures: [(&str, &dyn Picture); 13] = [
        ("heatmap", &heat),
        ("bars", &bars(false, Stacking::None)),
        ("bars_stacked_lying", &bars(true, Stacking::Percent)),
        ("histogram", &histogram()),
        ("pie", &pie(false)),
        ("donut", &pie(true)),
        ("gauge", &gauge),
        ("bar_gauge_gradient", &gradient),
        ("bar_gauge_lcd", &lcd),
        ("stat", &stats),
        ("states", &history),
        ("table", &table),
        ("text", &text),
    ];
    for (name, picture) in pictures {
        insta::assert_snapshot!(name, file(picture));
    }
    insta::assert_snapshot!("node_graph", file(&graph(3)));
    insta::assert_snapshot!("states_in_a_page", svg_inline(&history, 120.0, "states"));
    insta::assert_snapshot!("gauge_in_a_page", svg_inline(&gauge, 120.0, "gauge"));
    insta::assert_snapshot!("badge", badge("up<time>", "99.9 %", Theme::LIGHT.ok));
}

#[test]
fn cards_on_a_sheet() {
    let card = |title: &'static str, content| Card {
        title: title.into(),
        content,
        legend: legend(2, true, false),
        notes: Vec::new(),
        framed: true,
    };
    let sheet = Sheet {
        title: "Shops".into(),
        subtitle: "last hour".into(),
        cards: vec![
            (
                Place { x: 0, y: 0, width: 12, height: 6 },
                card("CPU", Content::Picture(Box::new(stat(1, StatFill::Value)))),
            ),
            (
                Place { x: 12, y: 0, width: 6, height: 6 },
                card("Errors", Content::Error("no such metric".into())),
            ),
            (Place { x: 18, y: 0, width: 99, height: 6 }, card("Nothing", Content::Empty("no data".into()))),
            (Place { x: 30, y: 0, width: 1, height: 6 }, card("Beyond", Content::Empty("no data".into()))),
        ],
    };
    assert!((sheet.height() - (48.0 + 6.0 * 38.0 + 12.0)).abs() < 1e-9);
    insta::assert_snapshot!("sheet", svg(&sheet, 900.0, sheet.height(), &Theme::LIGHT, None));
}

#[test]
fn what_is_under_a_pixel_is_found_where_it_is_drawn() {
    let area = Rect::new(0.0, 0.0, 600.0, 300.0);
    let graph = graph(12);
    for (node, (center, radius)) in graph.circles(area).into_iter().enumerate() {
        assert_eq!(graph.node_at(area, (center.0 + radius * 0.5, center.1)), Some(node));
    }
    let bars = bars(false, Stacking::Normal);
    let found: std::collections::BTreeSet<_> = (0..600)
        .flat_map(|x| (0..30).map(move |y| (x, y)))
        .filter_map(|(x, y)| bars.bar_at(area, (f64::from(x), f64::from(y) * 10.0)))
        .collect();
    assert!(found.len() >= 16, "{found:?}");
    assert_eq!(bars.category_at(area, (590.0, 20.0)), None);
    assert_eq!(bars.category_at(area, (560.0, 20.0)), Some(5));
    let gauge = Gauge { readings: readings(3), horizontal: Some(true), ..Gauge::default() };
    assert_eq!(gauge.reading_at(area, (310.0, 100.0)), Some(1));
}

#[test]
fn text_stays_text() {
    let evil = "<script>alert('x')</script>&\u{0}\"";
    let card = Card {
        title: evil.into(),
        content: Content::Picture(Box::new(TextBlock { text: evil.into(), size: 0.0, centered: false })),
        legend: Legend {
            entries: vec![LegendEntry { name: evil.into(), color: Rgba::BLACK, numbers: vec![evil.into()] }],
            ..Legend::default()
        },
        notes: Vec::new(),
        framed: true,
    };
    for drawn in [
        svg(&card, 900.0, 300.0, &Theme::DARK, None),
        svg_inline(&card, 200.0, evil),
        badge(evil, evil, Rgba::BLACK),
    ] {
        assert!(
            !drawn.contains("<script") && !drawn.contains('\u{0}') && !drawn.contains("('x')"),
            "{drawn}"
        );
    }
}

#[test]
fn any_backend_of_plotters_draws_the_same_shapes() {
    use plotters::prelude::IntoDrawingArea;
    let columns = [wave(30, 0), wave(30, 1)];
    let chart = lines(&columns, |index| Look { dash: vec![4.0, 2.0].into(), ..Look::area(index) });
    let pictures: [&dyn Picture; 3] = [&chart, &pie(true), &graph(4)];
    for picture in pictures {
        let mut drawn = String::new();
        let area = plotters_svg::SVGBackend::with_string(&mut drawn, (600, 400)).into_drawing_area();
        draw(&area, picture, &Theme::DARK, Resolution { scale: 2.0, grain: 1 }).unwrap();
        area.present().unwrap();
        drop(area);
        assert!(drawn.contains("<polygon") && drawn.contains("<text"), "{drawn}");
    }
}

fn any_size() -> impl Strategy<Value = (f64, f64)> {
    let side = || prop_oneof![Just(0.0), Just(1.0), Just(f64::NAN), Just(-5.0), 0.0..700.0_f64];
    (side(), side())
}

/// A picture of each kind with these numbers in all places.
fn all_kinds(values: &[f64], flag: bool) -> Vec<Box<dyn Picture>> {
    let at = |index: usize| values.get(index % values.len().max(1)).copied().unwrap_or(f64::NAN);
    let readings: Vec<Reading<'static>> = (0..values.len())
        .map(|index| Reading {
            value: at(index),
            low: at(index + 1),
            high: at(index + 2),
            ..readings(1)[0].clone()
        })
        .collect();
    let stats = readings
        .iter()
        .map(|reading| StatItem { reading: reading.clone(), sparkline: values.to_vec().into() });
    let mut heat = heatmap(8);
    heat.values = vec![values.to_vec().into(); 3];
    heat.rows = if flag {
        Rows::Edges(values.to_vec().into(), Axis::default())
    } else {
        Rows::Names(vec![Cow::Borrowed("row"); values.len()].into())
    };
    heat.logarithmic = flag;
    let bar_chart = Bars {
        series: vec![BarSeries { name: "a".into(), values: values.to_vec().into(), coloring: coloring() }; 2],
        edges: flag,
        horizontal: !flag,
        ..bars(flag, if flag { Stacking::Percent } else { Stacking::None })
    };
    let mut timeline = states(flag);
    timeline.window = TimeRange { start: at(0) as i64, end: at(1) as i64 };
    timeline.row_height = at(0);
    let mut net = graph(values.len());
    net.positions = values.iter().map(|value| (*value, at(1))).collect::<Vec<_>>().into();
    vec![
        Box::new(Stat { items: stats.collect(), values: true, names: flag, ..Stat::default() }),
        Box::new(Gauge {
            readings: readings.clone(),
            steps: steps().into(),
            threshold_marks: true,
            names: flag,
            horizontal: Some(flag),
        }),
        Box::new(BarGauge {
            readings: readings.clone(),
            coloring: coloring(),
            horizontal: flag,
            names: true,
            values: true,
            mode: BarMode::Lcd,
        }),
        Box::new(BarGauge {
            readings: readings.clone(),
            coloring: coloring(),
            horizontal: flag,
            ..BarGauge::default()
        }),
        Box::new(Pie { readings, donut: flag, names: true, values: true, percents: true }),
        Box::new(heat),
        Box::new(bar_chart),
        Box::new(timeline),
        Box::new(net),
        Box::new(table(values.len())),
        Box::new(Card {
            title: "t".into(),
            content: Content::Error("e".into()),
            legend: legend(values.len(), flag, !flag),
            notes: vec!["n".into(); values.len().min(3)],
            framed: flag,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn any_numbers_can_be_drawn_at_any_size(values in proptest::collection::vec(proptest::num::f64::ANY, 0..12), flag: bool, (width, height) in any_size()) {
        for picture in all_kinds(&values, flag) {
            let drawn = svg(picture.as_ref(), width, height, &Theme::LIGHT, None);
            prop_assert!(drawn.ends_with("</svg>") && !drawn.contains("NaN") && drawn.len() < 3_000_000);
            svg_inline(picture.as_ref(), height, "any");
        }
    }
}
