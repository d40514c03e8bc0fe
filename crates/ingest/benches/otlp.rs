//! What a point of OTLP costs to decode: a request of 20 services, each with 250 points of gauges and counters of six
//! attributes. The mark for protobuf: 500 ns each. `cargo bench -p watchfire-ingest --bench otlp`

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench that cannot run should say so and stop"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use watchfire_ingest::otlp::{Decoded, Deltas, Encoding, Options, decode};

#[expect(dead_code, reason = "shared with the tests, which need more of it")]
#[path = "../tests/it/otlp/encode.rs"]
mod encode;

/// Each service has twenty metrics.
const SERVICES: usize = 20;

/// Points of each metric.
const POINTS: usize = 13;

fn one(encoding: Encoding, body: &[u8]) -> Decoded {
    decode(encoding, body, &Options::default(), &mut Deltas::new(1000, 1000), 0).expect("a request")
}

fn otlp(criterion: &mut Criterion) {
    let request = encode::services(SERVICES, POINTS);
    let (protobuf, json) = (request.protobuf(), request.json());
    let mut group = criterion.benchmark_group("otlp");
    group.throughput(Throughput::Elements((SERVICES * 20 * POINTS) as u64));
    group.bench_function("protobuf", |bencher| bencher.iter(|| one(Encoding::Protobuf, &protobuf)));
    group.bench_function("json", |bencher| bencher.iter(|| one(Encoding::Json, json.as_bytes())));

    // What storage pays for a key that it does not remember.
    let batch = one(Encoding::Protobuf, &protobuf).batch;
    group.bench_function("labels of keys", |bencher| {
        bencher.iter(|| {
            for series in &batch.series {
                std::hint::black_box(batch.labels(series).expect("a label set"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, otlp);
criterion_main!(benches);
