//! What a scrape costs beside HTTP: a page of 500 known series, read, looked up and written to a batch; and the same page
//! when all is new.

#![expect(clippy::unwrap_used, reason = "a benchmark may fail where it stands")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use watchfire_ingest::exposition::Format;
use watchfire_model::Labels;
use watchfire_scrape::config::Config;
use watchfire_scrape::pass::{Answer, Memory};
use watchfire_scrape::series::Mould;

const SERIES: u64 = 500;

fn page() -> String {
    let mut page = String::new();
    for metric in 0..SERIES / 10 {
        writeln!(page, "# HELP node_metric_{metric}_total What it counts.").unwrap();
        writeln!(page, "# TYPE node_metric_{metric}_total counter").unwrap();
        for cpu in 0..10 {
            let value = metric * 1000 + cpu;
            writeln!(page, "node_metric_{metric}_total{{cpu=\"{cpu}\",mode=\"user\"}} {value}.25").unwrap();
        }
    }
    page
}

fn scrape(c: &mut Criterion) {
    let text = "scrape_configs: [{job_name: node, metric_relabel_configs: [{source_labels: [__name__], regex: 'go_.*', action: drop}]}]";
    let config = Config::parse(Path::new("bench.yml"), text).unwrap();
    let target = Labels::new([("instance", "host.example:9100"), ("job", "node")]).unwrap();
    let mould = Mould { target: &target, job: &config.jobs[0] };
    let page = page();
    let answer = |timestamp| Answer { format: Format::Text, bytes: page.as_bytes(), timestamp };

    let mut group = c.benchmark_group("scrape of 500 series");
    group.throughput(Throughput::Elements(SERIES));
    let (mut memory, mut timestamp) = (Memory::default(), 0);
    group.bench_function("known", |b| {
        b.iter(|| {
            timestamp += 15_000;
            let (batch, counts, _) = memory.pass(mould, answer(timestamp));
            assert_eq!(counts.kept as u64, SERIES);
            black_box(batch)
        });
    });
    group.bench_function("new", |b| {
        b.iter(|| black_box(Memory::default().pass(mould, answer(0)).0));
    });
    group.finish();
}

criterion_group!(benches, scrape);
criterion_main!(benches);
