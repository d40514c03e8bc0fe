//! Pictures to look at: `WATCHFIRE_PICTURES=DIR cargo test -p watchfire-chart --features png --test it -- --ignored`.

#![cfg(feature = "png")]

use std::borrow::Cow;

use watchfire_chart::*;

use crate::samples::*;

fn card<'a>(title: &'static str, picture: impl Picture + 'a, legend: Legend<'a>) -> Card<'a> {
    Card {
        title: title.into(),
        content: Content::Picture(Box::new(picture)),
        legend,
        notes: Vec::new(),
        framed: true,
    }
}

#[test]
#[ignore = "makes pictures to look at"]
#[expect(clippy::too_many_lines, reason = "a list of pictures")]
fn pictures() {
    let Some(folder) = std::env::var_os("WATCHFIRE_PICTURES") else {
        panic!("WATCHFIRE_PICTURES names no folder")
    };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let columns: Vec<Vec<f64>> = (0..4).map(|seed| wave(300, seed)).collect();
    let no = Legend::default;
    for (name, theme) in [("dark", Theme::DARK), ("light", Theme::LIGHT)] {
        let save = |picture: &str, shown: &dyn Picture, width: f64, height: f64| {
            let bytes = png(shown, width, height, 1.0, &theme, Some(theme.background)).unwrap();
            std::fs::write(folder.join(format!("{picture}-{name}.png")), bytes).unwrap();
        };
        let series = Sheet {
            title: "Series over time".into(),
            subtitle: "last hour".into(),
            cards: vec![
                (Place { x: 0, y: 0, width: 12, height: 8 }, card("Lines", lines(&columns, Look::line), legend(4, false, false))),
                (Place { x: 12, y: 0, width: 12, height: 8 }, card("Stacked", lines(&columns, Look::stacked), legend(4, true, true))),
                (Place { x: 0, y: 8, width: 12, height: 8 }, card("Thresholds and marks", marked(&columns[1..2]), no())),
                (Place { x: 12, y: 8, width: 12, height: 8 }, card("Everything", everything(&columns), legend(3, true, false))),
                (Place { x: 0, y: 16, width: 8, height: 7 }, card("Bars", few(&BARS, Look::bars), no())),
                (Place { x: 8, y: 16, width: 8, height: 7 }, card("Smooth, points", few(&BARS, smooth), no())),
                (Place { x: 16, y: 16, width: 8, height: 7 }, card("Logarithm, steps", logarithm(&BARS), no())),
                (Place { x: 0, y: 23, width: 8, height: 5 }, Card { title: "No data".into(), content: Content::Empty("no data".into()), legend: no(), notes: Vec::new(), framed: true }),
                (Place { x: 8, y: 23, width: 8, height: 5 }, Card { title: "Error".into(), content: Content::Error("bad_data: parse error: unclosed left parenthesis in rate(node_cpu_seconds_total[5m]".into()), legend: no(), notes: Vec::new(), framed: true }),
                (Place { x: 16, y: 23, width: 8, height: 5 }, card("Many series", lines(&columns, Look::line), legend(60, false, false))),
            ],
        };
        save("series", &series, 1200.0, series.height());
        let others = Sheet {
            title: "Other pictures with axes".into(),
            subtitle: "2023-11-14 22:13 to 23:13".into(),
            cards: vec![
                (Place { x: 0, y: 0, width: 12, height: 8 }, card("Heatmap", heatmap(60), no())),
                (Place { x: 12, y: 0, width: 12, height: 8 }, card("Histogram", histogram(), no())),
                (
                    Place { x: 0, y: 8, width: 12, height: 8 },
                    card("Grouped bars", bars(false, Stacking::None), no()),
                ),
                (
                    Place { x: 12, y: 8, width: 12, height: 8 },
                    card("Stacked bars", bars(true, Stacking::Normal), no()),
                ),
                (Place { x: 0, y: 16, width: 12, height: 7 }, card("State timeline", states(false), no())),
                (Place { x: 12, y: 16, width: 12, height: 7 }, card("Status history", states(true), no())),
                (
                    Place { x: 0, y: 23, width: 12, height: 8 },
                    card(
                        "Horizontal bars",
                        Bars {
                            series: bars(true, Stacking::None).series[..1].to_vec(),
                            ..bars(true, Stacking::None)
                        },
                        no(),
                    ),
                ),
                (Place { x: 12, y: 23, width: 12, height: 8 }, card("Table", table(20), no())),
            ],
        };
        save("axes", &others, 1200.0, others.height());
        let numbers = Sheet {
            title: "Numbers".into(),
            subtitle: Cow::Borrowed(""),
            cards: vec![
                (Place { x: 0, y: 0, width: 6, height: 5 }, card("Stat", stat(1, StatFill::Value), no())),
                (
                    Place { x: 6, y: 0, width: 6, height: 5 },
                    card("Stat, background", stat(1, StatFill::Background), no()),
                ),
                (
                    Place { x: 12, y: 0, width: 12, height: 5 },
                    card("Stats", stat(6, StatFill::Background), no()),
                ),
                (Place { x: 0, y: 5, width: 6, height: 6 }, card("Gauge", gauge(1), no())),
                (Place { x: 6, y: 5, width: 18, height: 6 }, card("Gauges", gauge(4), no())),
                (
                    Place { x: 0, y: 11, width: 8, height: 6 },
                    card("Gradient", bar_gauge(BarMode::Gradient, true), no()),
                ),
                (
                    Place { x: 8, y: 11, width: 8, height: 6 },
                    card("Retro LCD", bar_gauge(BarMode::Lcd, true), no()),
                ),
                (
                    Place { x: 16, y: 11, width: 8, height: 6 },
                    card("Basic", bar_gauge(BarMode::Basic, false), no()),
                ),
                (Place { x: 0, y: 17, width: 8, height: 8 }, card("Pie", pie(false), legend(4, false, true))),
                (
                    Place { x: 8, y: 17, width: 8, height: 8 },
                    card("Donut", pie(true), legend(4, false, false)),
                ),
                (
                    Place { x: 16, y: 17, width: 8, height: 8 },
                    card(
                        "Text",
                        TextBlock {
                            text: "Plain text, broken into lines where they end.\n\nA second paragraph."
                                .into(),
                            size: 0.0,
                            centered: false,
                        },
                        no(),
                    ),
                ),
            ],
        };
        save("numbers", &numbers, 1200.0, numbers.height());
        save("graph", &card("Nodes", graph(18), no()), 900.0, 560.0);
        save("graph-large", &card("Nodes", graph(120), no()), 900.0, 600.0);
    }
    let badges = [
        ("build", "passing", Theme::LIGHT.ok),
        ("alerts", "3 firing", Rgba::hex(0xf2_49_5c)),
        ("uptime", "99.95 %", Rgba::hex(0xfa_de_2a)),
    ];
    for (label, value, color) in badges {
        std::fs::write(
            folder.join(format!("badge-{label}.png")),
            png_of_svg(&badge(label, value, color), 3.0).unwrap(),
        )
        .unwrap();
    }
}

const BARS: [[f64; 20]; 1] = [[
    3.0, 5.0, 8.0, 13.0, 9.0, 30.0, 45.0, 41.0, 12.0, 9.0, 60.0, 90.0, 200.0, 400.0, 120.0, 70.0, 20.0, 12.0,
    8.0, 6.0,
]];

fn few(columns: &'static [[f64; 20]], look: fn(usize) -> Look<'static>) -> Chart<'static> {
    let (window, grid) = time(20);
    let mut chart = Chart::new(window, grid);
    chart.left = Axis { format: Format::new("reqps", None), soft_min: Some(0.0), ..Axis::default() };
    chart.series =
        columns.iter().enumerate().map(|(index, values)| Series::new(values, look(index))).collect();
    chart
}

fn smooth(index: usize) -> Look<'static> {
    Look { interpolation: Interpolation::Smooth, points: Points::Always, ..Look::area(index + 2) }
}

fn logarithm(columns: &'static [[f64; 20]]) -> Chart<'static> {
    let mut chart =
        few(columns, |index| Look { interpolation: Interpolation::StepAfter, ..Look::area(index + 3) });
    chart.left.scaling = Scaling::Log(10.0);
    chart.left.soft_min = None;
    chart
}

fn marked(columns: &[Vec<f64>]) -> Chart<'_> {
    let mut chart = lines(columns, |_| Look { color: coloring(), fill: 0.15, ..Look::default() });
    chart.thresholds = Some(Thresholds { steps: steps().into(), lines: true, bands: true, side: Side::Left });
    chart.left.max = Some(100.0);
    chart.marks = vec![
        Mark { from: START + 600_000, to: None, color: Theme::BOTH.info, text: "deployed".into() },
        Mark {
            from: START + 1_800_000,
            to: Some(START + 2_400_000),
            color: Theme::BOTH.warning,
            text: "outage".into(),
        },
    ];
    chart
}

fn everything(columns: &[Vec<f64>]) -> Chart<'_> {
    let mut chart = lines(&columns[..3], Look::line);
    chart.series[0].envelope = Some((&columns[0], &columns[1]));
    chart.series[0].look.negate = false;
    chart.series[1].look = Look { dash: vec![8.0, 4.0].into(), width: 2.0, ..Look::line(1) };
    chart.series[2].look = Look { side: Side::Right, negate: true, fill: 0.1, ..Look::line(2) };
    chart.right =
        Axis { format: Format::new("Bps", None), label: Some("received".into()), ..Axis::default() };
    chart.left.label = Some("share of time".into());
    chart
}

fn gauge(count: usize) -> Gauge<'static> {
    Gauge {
        readings: readings(count),
        steps: steps().into(),
        threshold_marks: true,
        names: count > 1,
        horizontal: None,
    }
}

fn bar_gauge(mode: BarMode, horizontal: bool) -> BarGauge<'static> {
    BarGauge { readings: readings(5), coloring: coloring(), mode, horizontal, names: true, values: true }
}

/// What a browser shows before and after its canvas draws.
#[test]
#[ignore = "makes pictures to look at"]
fn page() {
    use plotters::prelude::IntoDrawingArea;
    let Some(folder) = std::env::var_os("WATCHFIRE_PICTURES") else {
        panic!("WATCHFIRE_PICTURES names no folder")
    };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let columns: Vec<Vec<f64>> = (0..3).map(|seed| wave(300, seed)).collect();
    let dotted = few(&BARS, smooth);
    let drawn = [everything(&columns), marked(&columns[1..2]), dotted];
    let mut page = String::from(
        "<style>:root{color-scheme:light dark}body{margin:0;font:13px system-ui;display:grid;grid-template-columns:1fr 2fr}\
         div.p{padding:12px}.d{color-scheme:dark;background:#161b22;color:#e6eaf0}.chart-label{fill:#7d8796;font-size:11px}\
         .chart-svg{display:block}</style>",
    );
    let (numbers, net, pie, map, bars) =
        (gauge(2), graph(6), pie(true), heatmap(60), bars(false, Stacking::None));
    let (history, stat) = (states(false), stat(2, StatFill::Value));
    let others: [&dyn Picture; 7] = [&numbers, &net, &pie, &map, &bars, &history, &stat];
    let all = drawn.iter().map(|chart| chart as &dyn Picture).chain(others);
    for picture in all {
        for theme in ["", " d"] {
            page.push_str(
                &["<div class='p", theme, "'>", &svg_inline(picture, 150.0, "picture"), "</div>"].concat(),
            );
        }
    }
    std::fs::write(folder.join("page.html"), page).unwrap();
    for (index, chart) in drawn.iter().enumerate() {
        let mut svg = String::new();
        let area = plotters_svg::SVGBackend::with_string(&mut svg, (2400, 1000)).into_drawing_area();
        // The backend cannot be scaled: the area is as large as its fine pixels.
        draw(&area, chart, &Theme::DARK, Resolution { scale: 4.0, grain: 1 }).unwrap();
        area.present().unwrap();
        drop(area);
        std::fs::write(folder.join(format!("canvas-{index}.png")), png_of_svg(&svg, 0.25).unwrap()).unwrap();
    }
}
