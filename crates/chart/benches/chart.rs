//! How long a chart takes to draw: five minutes of 1-second samples, 8 series.

use criterion::{Criterion, criterion_group, criterion_main};
use watchfire_chart::{Chart, Column, Style, svg};
use watchfire_model::{Grid, TimeRange, Unit};

fn draw(criterion: &mut Criterion) {
    let start = 1_700_000_000_000;
    let columns: Vec<Vec<f64>> = (0..8_u32)
        .map(|series| (0..300_u32).map(|index| f64::from((index * 7 + series * 13) % 100)).collect())
        .collect();
    for style in [Style::Lines, Style::Stacked] {
        let chart = Chart {
            style,
            unit: Unit::Percent,
            floor: Some(0.0),
            ceiling: Some(100.0),
            window: TimeRange { start, end: start + 300_000 },
            grid: Grid { start, step: 1000, len: 300 },
            columns: columns.iter().enumerate().map(|(color, values)| Column { color, values }).collect(),
        };
        criterion.bench_function(&format!("svg {style:?}, 8 series x 300 points"), |bencher| {
            bencher.iter(|| svg(&chart, 180.0, 0, "bench"));
        });
    }
}

criterion_group!(benches, draw);
criterion_main!(benches);
