//! How long pictures take: what a browser does each second, and what the server does for a page and for a PNG.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use plotters::prelude::{DrawingBackend, IntoDrawingArea};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, DrawingErrorKind};
use watchfire_chart::{
    Chart, Coloring, ForceLayout, Interpolation, Look, Resolution, Series, Step, Theme, draw, series_color,
    svg, svg_inline,
};
use watchfire_model::{Grid, TimeRange};

/// Takes all points and draws nothing: what is left is our own time.
struct Nowhere;

impl DrawingBackend for Nowhere {
    type ErrorType = std::io::Error;

    fn get_size(&self) -> (u32, u32) {
        (1200, 400)
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        Ok(())
    }

    fn draw_pixel(
        &mut self,
        point: BackendCoord,
        _: BackendColor,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        black_box(point);
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        path.into_iter().for_each(|point| {
            black_box(point);
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        _: &S,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        path.into_iter().for_each(|point| {
            black_box(point);
        });
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        corner: BackendCoord,
        _: BackendCoord,
        _: &S,
        _: bool,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        black_box(corner);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        _: u32,
        _: &S,
        _: bool,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        black_box(center);
        Ok(())
    }

    fn draw_text<T: plotters_backend::BackendTextStyle>(
        &mut self,
        text: &str,
        _: &T,
        _: BackendCoord,
    ) -> Result<(), DrawingErrorKind<Self::ErrorType>> {
        black_box(text);
        Ok(())
    }
}

fn columns(series: u32, len: u32) -> Vec<Vec<f64>> {
    // A slow wave and noise, as load has.
    let value = |index: u32, series: u32| {
        let noise = f64::from((index * 7 + series * 13 + index * index % 31) % 100) * 0.08;
        50.0 + 30.0 * (f64::from(index) * 0.01 + f64::from(series)).sin() + noise
    };
    (0..series).map(|series| (0..len).map(|index| value(index, series)).collect()).collect()
}

fn chart(columns: &[Vec<f64>], look: impl Fn(usize) -> Look<'static>) -> Chart<'_> {
    let len = columns[0].len();
    let start = 1_700_000_000_000;
    let window = TimeRange { start, end: start + len as i64 * 1000 };
    let mut chart = Chart::new(window, Grid { start, step: 1000, len });
    chart.series =
        columns.iter().enumerate().map(|(index, values)| Series::new(values, look(index))).collect();
    chart
}

fn pictures(criterion: &mut Criterion) {
    let many = columns(10, 2000);
    let steps = || {
        let step = |from, color| Step { from, color };
        Coloring::Steps(vec![step(f64::NEG_INFINITY, series_color(0)), step(50.0, series_color(6))].into())
    };
    let kinds = [
        ("lines", chart(&many, Look::line)),
        ("stacked", chart(&many, Look::stacked)),
        ("bars", chart(&many, Look::bars)),
        ("smooth", chart(&many, |index| Look { interpolation: Interpolation::Smooth, ..Look::line(index) })),
        ("lines by threshold", chart(&many, |_| Look { color: steps(), ..Look::area(0) })),
    ];
    for (name, chart) in &kinds {
        let area = Nowhere.into_drawing_area();
        criterion.bench_function(&format!("canvas, {name}, 10 series x 2000 points"), |bencher| {
            bencher.iter(|| draw(&area, chart, &Theme::DARK, Resolution { scale: 4.0, grain: 4 }));
        });
    }
    let fewer = columns(10, 1000);
    let lines = chart(&fewer, Look::line);
    criterion.bench_function("svg in a page, 10 series x 1000 points", |bencher| {
        bencher.iter(|| svg_inline(&lines, 400.0, "bench"));
    });
    criterion.bench_function("svg file, 10 series x 1000 points", |bencher| {
        bencher.iter(|| svg(&lines, 1000.0, 400.0, &Theme::DARK, None));
    });
    #[cfg(feature = "png")]
    criterion.bench_function("png, 10 series x 1000 points", |bencher| {
        bencher.iter(|| {
            watchfire_chart::png(&lines, 1000.0, 400.0, 1.0, &Theme::DARK, Some(Theme::DARK.surface))
                .map(|png| png.len())
        });
    });
    let names: Vec<String> = (0..300).map(|index| index.to_string()).collect();
    let edges: Vec<(usize, usize)> = (1..300).map(|index| (index * 7 % index, index)).collect();
    criterion.bench_function("a step of a layout of 300 nodes", |bencher| {
        let mut layout = ForceLayout::new(1);
        layout.set_graph(names.iter().map(String::as_str), &edges);
        bencher.iter_batched_ref(|| layout.clone(), ForceLayout::step, criterion::BatchSize::SmallInput);
    });
}

criterion_group!(benches, pictures);
criterion_main!(benches);
