//! What a page costs to read: 507 series as a host's exporter exposes them, with their help and types. The mark for the
//! text format: 300 MB/s on one core. `cargo bench -p watchfire-ingest --bench exposition`

#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use watchfire_ingest::exposition::{Entry, Format, batch, labels, scrape};

const PAGE: &str = include_str!("../tests/it/exposition/data/node_exporter.txt");

/// More than the page takes.
const MOST: usize = 1 << 24;

fn exposition(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exposition");
    let samples: String = PAGE.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect();
    let strict = format!("{PAGE}# EOF\n");
    for (name, format, page) in [
        ("text", Format::Text, PAGE),
        ("text, samples alone", Format::Text, &samples),
        ("OpenMetrics", Format::OpenMetrics, &strict),
    ] {
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_function(format!("{name}, scraped"), |bencher| {
            bencher.iter(|| {
                let mut sum = 0.0;
                scrape(format, page.as_bytes(), MOST, |entry| {
                    if let Entry::Series { text, value, .. } = entry {
                        sum += value + text.len() as f64;
                    }
                })
                .expect("a page");
                sum
            });
        });
        group.bench_function(format!("{name}, to a batch"), |bencher| {
            bencher.iter_batched(
                || page.as_bytes().to_vec(),
                |body| batch(format, body, 0, MOST).expect("a page"),
                BatchSize::LargeInput,
            );
        });
    }

    // What storage pays for series that it does not remember.
    group.throughput(Throughput::Bytes(PAGE.len() as u64));
    group.bench_function("text, scraped with labels", |bencher| {
        bencher.iter(|| {
            scrape(Format::Text, PAGE.as_bytes(), MOST, |entry| {
                if let Entry::Series { text, .. } = entry {
                    black_box(labels(text).expect("a label set"));
                }
            })
            .expect("a page");
        });
    });
    group.finish();
}

criterion_group!(benches, exposition);
criterion_main!(benches);
