//! How long queries take over series in memory: the evaluation alone, without a store.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up should stop")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use watchfire_model::{Labels, TimeRange};
use watchfire_promql::{Limits, Params, Query, SelectedSeries, parse};

const SCRAPE: i64 = 15_000;
const START: i64 = 1_700_000_000_000;
const LIMITS: Limits = Limits { max_samples: 50_000_000, max_series: 1_000_000 };

struct Stored {
    labels: Labels,
    timestamps: Vec<i64>,
    values: Vec<f64>,
}

impl SelectedSeries for Stored {
    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        let start = self.timestamps.partition_point(|timestamp| *timestamp < range.start);
        let end = self.timestamps.partition_point(|timestamp| *timestamp <= range.end);
        if start < end {
            each(&self.timestamps[start..end], &self.values[start..end]);
        }
    }
}

/// Counters of hosts with 64 processors and modes each, `samples` long.
fn counters(metric: &str, series: usize, samples: usize) -> Vec<Stored> {
    const MODES: [&str; 8] = ["user", "system", "idle", "iowait", "irq", "softirq", "nice", "steal"];
    let one = |number: usize| {
        let (host, cpu, mode) = (number / 64, number / 8 % 8, MODES[number % 8]);
        let labels = Labels::of(
            metric,
            [
                ("instance", format!("host-{host}:9100").as_str()),
                ("job", "node"),
                ("cpu", cpu.to_string().as_str()),
                ("mode", mode),
            ],
        );
        let timestamps = (0..samples as i64).map(|index| START + index * SCRAPE).collect();
        let step = 1.0 + number as f64 / 7.0;
        let values = (0..samples).map(|index| 1e6 + index as f64 * step).collect();
        Stored { labels: labels.expect("the names are distinct"), timestamps, values }
    };
    (0..series).map(one).collect()
}

/// A query over 61 steps of a minute, or at one time, whose every selection is the same series.
fn bench(criterion: &mut Criterion, name: &str, text: &str, steps: i64, data: &[&[Stored]]) {
    let end = START + 260 * SCRAPE;
    let params = Params {
        start: end - (steps - 1) * 60_000,
        end,
        step: if steps > 1 { 60_000 } else { 0 },
        lookback: 300_000,
        default_subquery_step: 60_000,
        experimental: false,
    };
    let query = Query::new(parse(text).expect("a query"), params).expect("it can be planned");
    let data: Vec<Vec<Borrowed<'_>>> =
        data.iter().map(|series| series.iter().map(Borrowed).collect()).collect();
    assert_eq!(query.selections().len(), data.len(), "{text}");
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| black_box(query.evaluate(&data, &LIMITS, &|| None).expect("it has an answer")));
    });
}

struct Borrowed<'a>(&'a Stored);

impl SelectedSeries for Borrowed<'_> {
    fn labels(&self) -> &Labels {
        self.0.labels()
    }

    fn read(&self, range: TimeRange, each: &mut dyn FnMut(&[i64], &[f64])) {
        self.0.read(range, each);
    }
}

fn queries(criterion: &mut Criterion) {
    let cpu = counters("cpu_seconds_total", 6_400, 261);
    let other = counters("cpu_other_total", 6_400, 261);
    let many: Vec<Stored> = counters("up", 101_400, 20)
        .into_iter()
        .map(|mut series| {
            for timestamp in &mut series.timestamps {
                *timestamp += 241 * SCRAPE;
            }
            series
        })
        .collect();
    let table: [(&str, &str, i64, &[&[Stored]]); 9] = [
        ("sum_by_rate", "sum by (mode) (rate(cpu_seconds_total[5m]))", 61, &[&cpu]),
        ("rate", "rate(cpu_seconds_total[5m])", 61, &[&cpu]),
        ("max_over_time_1h", "sum(max_over_time(cpu_seconds_total[1h]))", 61, &[&cpu]),
        ("avg_over_time_5m", "avg(avg_over_time(cpu_seconds_total[5m]))", 61, &[&cpu]),
        ("subquery", "max_over_time(sum(rate(cpu_seconds_total[1m]))[10m:30s])", 61, &[&cpu[..1000]]),
        ("quantile", "quantile by (mode) (0.99, rate(cpu_seconds_total[5m]))", 61, &[&cpu]),
        ("join", "cpu_seconds_total / on (instance, cpu, mode) cpu_other_total", 61, &[&cpu, &other]),
        ("topk", "topk(10, rate(cpu_seconds_total[5m]))", 61, &[&cpu]),
        ("count_100k", "count(up)", 1, &[&many]),
    ];
    for (name, text, steps, data) in table {
        bench(criterion, name, text, steps, data);
    }
    bench(criterion, "count_by_100k", "count by (instance) (up)", 1, &[&many]);
}

criterion_group!(benches, queries);
criterion_main!(benches);
