//! What a sample of remote write costs to decode: a request as a host's exporter makes them, 2,028 series of nine labels
//! with one sample each. The mark for version 1: 100 ns each. `cargo bench -p watchfire-ingest --bench remote_write`

#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use watchfire_ingest::remote_write::{Version, decode, decode_body};

#[expect(dead_code, reason = "shared with the tests, which need more of it")]
#[path = "../tests/it/remote_write/encode.rs"]
mod encode;

const SERIES: usize = 2_028;

/// More than the request takes.
const MOST: usize = 1 << 24;

fn remote_write(criterion: &mut Criterion) {
    let series = encode::host_series(SERIES);
    let style = encode::Style { zeros: true, ..encode::Style::default() };
    let mut group = criterion.benchmark_group("remote_write");
    group.throughput(Throughput::Elements(SERIES as u64));
    for (version, name, body) in
        [(Version::V1, "v1", encode::v1(&series, style)), (Version::V2, "v2", encode::v2(&series, style))]
    {
        let compressed = encode::snappy(&body);
        group.bench_function(format!("{name} protobuf"), |bencher| {
            bencher.iter_batched(
                || body.clone(),
                |body| decode_body(version, body, MOST).expect("a request"),
                BatchSize::LargeInput,
            );
        });
        group.bench_function(format!("{name} snappy alone"), |bencher| {
            bencher.iter(|| snap::raw::Decoder::new().decompress_vec(&compressed).expect("a block"));
        });
        group.bench_function(format!("{name} whole"), |bencher| {
            bencher.iter(|| decode(version, &compressed, MOST).expect("a request"));
        });

        // What storage pays for a key that it does not remember.
        let batch = decode(version, &compressed, MOST).expect("a request").batch;
        group.bench_function(format!("{name} labels of keys"), |bencher| {
            bencher.iter(|| {
                for one in &batch.series {
                    std::hint::black_box(batch.labels(one).expect("a label set"));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, remote_write);
criterion_main!(benches);
