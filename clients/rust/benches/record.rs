//! What a recorded call costs, each in a client with a server that is away. The mark: well under a microsecond.
//! `cargo bench -p watchfire-client`

#![expect(clippy::expect_used, reason = "a bench that cannot run should say so and stop")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use futures::executor::block_on;
use watchfire_client::Client;

const LABELS: [(&str, &str); 2] = [("route", "/orders"), ("method", "GET")];

fn client() -> Client {
    let builder = Client::builder().server("http://127.0.0.1:9").interval(Duration::from_hours(1));
    builder.start().expect("a client")
}

fn record(criterion: &mut Criterion) {
    let client = client();
    let counter = client.counter("bench_total").build().expect("a counter");
    let gauge = client.gauge("bench_level").build().expect("a gauge");
    let histogram = client.histogram("bench_seconds").build().expect("a histogram");
    let (bound_counter, bound_histogram) = (counter.labels(&LABELS), histogram.labels(&LABELS));
    let operation = client.operation("bench_kept", &LABELS).expect("an operation");
    let with_memory = client.operation_with_memory("bench_memory", &[]).expect("an operation");
    for on in [true, false] {
        let mut group = criterion.benchmark_group(if on { "record" } else { "disabled" });
        if on {
            client.enable();
        } else {
            client.disable();
        }
        group.bench_function("counter", |b| b.iter(|| counter.add(black_box(1.0), &[])));
        group.bench_function("counter, 2 labels", |b| {
            b.iter(|| counter.add(black_box(1.0), black_box(&LABELS)));
        });
        group.bench_function("counter, kept series", |b| b.iter(|| bound_counter.add(black_box(1.0))));
        group.bench_function("gauge, 2 labels", |b| {
            b.iter(|| gauge.set(black_box(1.5), black_box(&LABELS)));
        });
        group.bench_function("histogram", |b| b.iter(|| histogram.record(black_box(0.03), &[])));
        group.bench_function("histogram, 2 labels", |b| {
            b.iter(|| histogram.record(black_box(0.03), black_box(&LABELS)));
        });
        group.bench_function("histogram, kept series", |b| {
            b.iter(|| bound_histogram.record(black_box(0.03)));
        });
        group.bench_function("timed_operation", |b| {
            b.iter(|| client.timed_operation(black_box("bench_timed"), || black_box(7)));
        });
        group.bench_function("timed_operation_async", |b| {
            b.iter(|| {
                block_on(client.timed_operation_async(black_box("bench_timed"), async { black_box(7) }))
            });
        });
        group.bench_function("monitored_operation, 2 labels", |b| {
            b.iter(|| client.monitored_operation(black_box("bench_block"), black_box(&LABELS)));
        });
        group.bench_function("operation, kept", |b| b.iter(|| operation.start()));
        group.bench_function("operation, with memory", |b| b.iter(|| with_memory.start()));
        group.finish();
    }
    client.enable();
    println!("overhead() says {:?}", client.overhead());
}

/// What is under the calls: two readings of each clock are most of an operation.
fn clocks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clock");
    group.bench_function("wall", |b| b.iter(std::time::Instant::now));
    #[cfg(target_os = "linux")]
    group.bench_function("CPU of the thread", |b| {
        b.iter(|| rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime));
    });
    group.finish();
}

criterion_group!(benches, record, clocks);
criterion_main!(benches);
