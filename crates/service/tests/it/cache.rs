//! Answers with the cache are those without it.

use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;
use watchfire_model::{Batch, Labels, Matcher, STALE, TimeRange};
use watchfire_promql::{Answer, Value};
use watchfire_service::{PromQuery, Service};
use watchfire_storage::{Engine, Settings};

/// A time in the middle of a day.
const START: i64 = 1_700_000_000_000;

/// All times.
const ALL: TimeRange = TimeRange { start: 0, end: i64::MAX };

/// One with a cache and one without, over the same storage. What is stored goes through the first.
struct Pair {
    kept: Service,
    plain: Service,
    _dir: TempDir,
}

async fn pair() -> Pair {
    let dir = tempfile::tempdir().unwrap();
    let settings =
        Settings { dir: dir.path().to_owned(), retention: None, min_free_bytes: 0, ..Settings::default() };
    let engine = Arc::new(Engine::open(settings).await.unwrap());
    let plain = Service::new(engine.clone(), engine);
    Pair { kept: plain.clone().with_cache(10 << 20), plain, _dir: dir }
}

fn query(text: &str, start: i64, end: i64, step: i64) -> PromQuery {
    PromQuery { text: text.to_owned(), start, end, step, lookback: None, timeout: None }
}

async fn answer(service: &Service, query: PromQuery) -> Answer {
    service.evaluate(query).await.unwrap().answer
}

/// Bits, so that NaN equals itself.
fn bits(answer: &Answer) -> Vec<(String, Vec<(i64, u64)>)> {
    let Value::Matrix(all) = &answer.value else { panic!("{answer:?}") };
    all.iter()
        .map(|series| {
            let samples = series.timestamps.iter().zip(&series.values);
            (series.labels.to_string(), samples.map(|(at, value)| (*at, value.to_bits())).collect())
        })
        .collect()
}

async fn store(service: &Service, samples: &[(u8, i64, f64)]) {
    let mut batch = Batch::default();
    for (host, at, value) in samples {
        let name = if host % 2 == 0 { "a_total" } else { "b_total" };
        let host = format!("h{}", host / 2);
        batch.push(&Labels::of(name, [("host", host.as_str())]).unwrap(), *at, *value);
    }
    service.append(batch).await.unwrap();
}

const QUERIES: [&str; 12] = [
    "a_total",
    "sum(a_total)",
    "rate(a_total[30s])",
    "sum by (host) (rate(b_total[20s]))",
    "topk(1, a_total)",
    "a_total / on (host) b_total",
    "absent(a_total{host=\"h2\"})",
    "max_over_time(a_total[40s:5s] offset 10s)",
    "{__name__=~\"a_total|b_total\"}",
    "scalar(a_total{host=\"h0\"}) + time()",
    "a_total @ end()",
    "b_total offset -10s",
];

#[derive(Clone, Debug)]
enum Deed {
    Store(Vec<(u8, i64, f64)>),
    Ask { query: usize, start: i64, len: i64, step: i64 },
    Delete,
}

fn deed() -> impl Strategy<Value = Deed> {
    let value = prop_oneof![10 => (0..1000_u16).prop_map(f64::from), 1 => Just(f64::NAN), 1 => Just(STALE)];
    let sample = (0..6_u8, 0..200_i64, value).prop_map(|(host, second, value)| (host, second * 500, value));
    prop_oneof![
        3 => proptest::collection::vec(sample, 1..8).prop_map(Deed::Store),
        6 => (0..QUERIES.len(), 0..80_i64, 0..40_i64, prop_oneof![Just(1000), Just(2000), Just(700)])
            .prop_map(|(query, start, len, step)| Deed::Ask { query, start: start * 1000, len, step }),
        1 => Just(Deed::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn answers_are_the_same(deeds in proptest::collection::vec(deed(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let pair = pair().await;
            for deed in deeds {
                match deed {
                    Deed::Store(samples) => {
                        let samples: Vec<_> =
                            samples.into_iter().map(|(host, at, value)| (host, START + at, value)).collect();
                        store(&pair.kept, &samples).await;
                    }
                    Deed::Ask { query: which, start, len, step } => {
                        let start = START + start;
                        let query = query(QUERIES[which], start, start + len * step, step);
                        let expected = pair.plain.evaluate(query.clone()).await;
                        // Twice: what is kept after the first must be good, too.
                        for _ in 0..2 {
                            match (&expected, pair.kept.evaluate(query.clone()).await) {
                                (Ok(expected), Ok(got)) => {
                                    assert_eq!(bits(&got.answer), bits(&expected.answer), "{query:?}");
                                }
                                (Err(expected), Err(got)) => {
                                    assert_eq!(got.to_string(), expected.to_string(), "{query:?}");
                                }
                                (expected, got) => panic!("{query:?}: {expected:?} {got:?}"),
                            }
                        }
                    }
                    Deed::Delete => {
                        let range = TimeRange { start: START + 20_000, end: START + 40_000 };
                        pair.kept.delete_series(vec![Matcher::metric("a_total")], range).await.unwrap();
                    }
                }
            }
        });
    }
}

#[tokio::test]
async fn a_window_that_moves_on_costs_its_newest_points() {
    let pair = pair().await;
    for second in 0..60 {
        store(&pair.kept, &[(0, START + second * 1000, second as f64)]).await;
    }
    let window = |end: i64| query("a_total", START + end - 30_000, START + end, 1000);
    let first = answer(&pair.kept, window(50_000)).await;
    let again = answer(&pair.kept, window(50_000)).await;
    assert_eq!(bits(&first), bits(&again));
    assert_eq!((pair.kept.cache_stats().hits, pair.kept.cache_stats().misses), (1, 1));
    for end in 51..60 {
        let got = answer(&pair.kept, window(end * 1000)).await;
        assert_eq!(bits(&got), bits(&answer(&pair.plain, window(end * 1000)).await));
    }
    // One that begins earlier costs its beginning alone.
    answer(&pair.kept, query("a_total", START, START + 55_000, 1000)).await;
    let stats = pair.kept.cache_stats();
    assert_eq!((stats.hits, stats.extended, stats.misses, stats.entries), (11, 10, 1, 1));
    assert!(stats.bytes > 300, "{stats:?}");

    // A late sample changes the points since then.
    store(&pair.kept, &[(2, START + 40_000, 7.0)]).await;
    let got = answer(&pair.kept, window(50_000)).await;
    assert_eq!(bits(&got), bits(&answer(&pair.plain, window(50_000)).await));
    assert_eq!(bits(&got).len(), 2);

    pair.kept.delete_series(vec![Matcher::metric("a_total")], ALL).await.unwrap();
    assert!(bits(&answer(&pair.kept, window(50_000)).await).is_empty());
}

#[tokio::test]
async fn many_who_ask_at_once_cost_one_evaluation_and_who_leaves_harms_none() {
    let pair = pair().await;
    store(&pair.kept, &[(0, START, 1.0), (0, START + 20_000, 2.0)]).await;
    let query = query("rate(a_total[1m])", START, START + 60_000, 1000);
    // The first is given up at once.
    let left = tokio::spawn({
        let (service, query) = (pair.kept.clone(), query.clone());
        async move { service.evaluate(query).await }
    });
    left.abort();
    let all = (0..20).map(|_| {
        let (service, query) = (pair.kept.clone(), query.clone());
        tokio::spawn(async move { answer(&service, query).await })
    });
    let all: Vec<_> = all.collect();
    let expected = bits(&answer(&pair.plain, query.clone()).await);
    for asked in all {
        assert_eq!(bits(&asked.await.unwrap()), expected);
    }
    let stats = pair.kept.cache_stats();
    assert!(stats.misses <= 2 && stats.hits >= 19, "{stats:?}");
}

#[tokio::test]
async fn what_does_not_fit_is_not_kept() {
    let pair = pair().await;
    let small = pair.plain.clone().with_cache(4000);
    store(&small, &(0..100).map(|second| (0, START + second * 1000, 1.0)).collect::<Vec<_>>()).await;
    let query = query("a_total", START, START + 1_000_000, 1000);
    for _ in 0..2 {
        answer(&small, query.clone()).await;
    }
    let stats = small.cache_stats();
    assert_eq!((stats.hits, stats.misses), (0, 2));
    assert!(stats.bytes < 4000, "{stats:?}");
}
