//! The same answers from rollups as from the samples that they were made of.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use watchfire_model::{Batch, Function, Grid, GridSeries, Matcher, SeriesQuery};
use watchfire_promql::Value;
use watchfire_service::{PromQuery, Service};
use watchfire_storage::{Engine, Settings};

use crate::readings::fill;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Answered exactly from rollups, when their steps lie so.
const QUERIES: [&str; 13] = [
    "sum by (job) (rate(requests_total[1h]))",
    "increase(requests_total[2h])",
    "delta(temperature[1h])",
    "avg_over_time(temperature[1h])",
    "min_over_time(temperature[3h])",
    "max_over_time({__name__=\"temperature\"}[1h])",
    "sum_over_time(jobs[1h])",
    "count_over_time(jobs[1h])",
    "present_over_time(jobs[1h])",
    "last_over_time(jobs[1h])",
    "rate(requests_total[1h] offset 2h)",
    "jobs",
    "timestamp(temperature)",
];

fn settings(dir: &std::path::Path) -> Settings {
    Settings {
        dir: dir.to_owned(),
        retention: None,
        retention_hourly: None,
        out_of_order_window: None,
        min_free_bytes: 0,
        ..Settings::default()
    }
}

async fn filled(dir: &std::path::Path, from: i64) -> (Engine, Service) {
    let engine = Engine::open(settings(dir)).await.unwrap();
    let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()));
    for part in 0..12 {
        let mut batch = Batch::default();
        fill(&mut batch, from + part * 6 * HOUR, from + (part + 1) * 6 * HOUR);
        service.append(batch).await.unwrap();
        engine.flush().await.unwrap();
    }
    (engine, service)
}

/// The answer over three days, and what it notes.
async fn answer(service: &Service, text: &str, from: i64) -> (Vec<(String, i64, f64)>, Vec<String>) {
    let query = PromQuery {
        text: text.to_owned(),
        start: from + 3 * HOUR,
        end: from + 3 * DAY,
        step: HOUR,
        lookback: None,
        timeout: None,
    };
    let answer = service.evaluate(query).await.unwrap().answer;
    let Value::Matrix(series) = answer.value else { panic!("a range query gives a matrix") };
    let mut samples = Vec::new();
    for one in series {
        let labels = one.labels.to_string();
        samples
            .extend(one.timestamps.iter().zip(&one.values).map(|(at, value)| (labels.clone(), *at, *value)));
    }
    (samples, answer.infos)
}

fn assert_close(text: &str, found: &[(String, i64, f64)], wanted: &[(String, i64, f64)]) {
    assert_eq!(found.len(), wanted.len(), "{text}");
    for (one, other) in found.iter().zip(wanted) {
        assert_eq!((&one.0, one.1), (&other.0, other.1), "{text}");
        assert!((one.2 - other.2).abs() <= other.2.abs() * 1e-9, "{text}: {one:?} {other:?}");
    }
}

async fn grid(service: &Service, metric: &str, function: Function, from: i64) -> Vec<GridSeries> {
    let query = SeriesQuery { matchers: vec![Matcher::metric(metric)], function };
    service.query(&query, Grid { start: from, step: 2 * HOUR, len: 36 }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rollups_answer_as_the_samples_did() {
    let dir = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let from = now - now.rem_euclid(DAY) - 20 * DAY;
    let (engine, service) = filled(dir.path(), from).await;
    let mut before = Vec::new();
    for text in QUERIES {
        let (samples, infos) = answer(&service, text, from).await;
        assert!(samples.len() > 30 && infos.is_empty(), "{text}: {infos:?}");
        before.push(samples);
    }
    let rates = grid(&service, "requests_total", Function::Rate, from).await;
    let means = grid(&service, "temperature", Function::Mean, from).await;

    engine.seal().await.unwrap();
    engine.close().await;
    // With the samples there, and without them.
    for retention in [None, Some(7 * DAY)] {
        let engine = Engine::open(Settings { retention, ..settings(dir.path()) }).await.unwrap();
        engine.flush().await.unwrap();
        let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()));
        for (text, before) in QUERIES.iter().zip(&before) {
            let (samples, infos) = answer(&service, text, from).await;
            assert_eq!(infos, [""; 0], "{text}");
            assert_close(text, &samples, before);
        }
        // Charts take a bucket's last moment to the point before it.
        for (found, wanted) in [
            (grid(&service, "requests_total", Function::Rate, from).await, &rates),
            (grid(&service, "temperature", Function::Mean, from).await, &means),
        ] {
            assert_eq!(found.len(), 1);
            for (one, other) in found[0].values.iter().zip(&wanted[0].values) {
                assert!((one - other).abs() <= other * 0.05, "{one} {other}");
            }
        }
        // Nothing that an hour's rollups answer exactly.
        let (samples, infos) = answer(&service, "rate(requests_total[5m])", from).await;
        assert!(samples.len() > 60);
        assert_eq!(infos.len(), usize::from(retention.is_some()), "{infos:?}");
        let (samples, infos) = answer(&service, "quantile_over_time(0.5, temperature[2h])", from).await;
        assert!(samples.len() > 60);
        assert_eq!(infos.len(), usize::from(retention.is_some()), "{infos:?}");
        engine.close().await;
    }
}
