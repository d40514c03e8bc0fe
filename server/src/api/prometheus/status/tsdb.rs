//! `/api/v1/status/tsdb`: how many series there are in memory, and what they are made of.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use watchfire_service::Service;
use watchfire_storage::Cardinality;

use crate::api::prometheus::envelope::data;
use crate::api::prometheus::error::Failure;
use crate::api::prometheus::form::Parameters;
use crate::http::App;

/// Entries of each list where the request names no number.
const ENTRIES: usize = 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tsdb {
    head_stats: Head,
    series_count_by_metric_name: Vec<Metric>,
    label_value_count_by_label_name: Vec<Entry>,
    memory_in_bytes_by_label_name: Vec<Entry>,
    series_count_by_label_value_pair: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    num_series: usize,
    num_label_pairs: usize,
    chunk_count: usize,
    min_time: i64,
    max_time: i64,
    /// Not of Prometheus: the number of series from which on new ones are refused (`storage.max_series`).
    max_series: usize,
}

/// A metric; `last_queried` is not of Prometheus.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    name: String,
    value: u64,
    /// Seconds since the epoch; null for one that nobody asked for by its name since the start.
    last_queried: Option<f64>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    value: u64,
}

/// The largest entries of each list first.
pub(in crate::api::prometheus) async fn tsdb(
    State(app): State<App>,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let most = match parameters.given("limit").map(str::parse::<usize>) {
        None => ENTRIES,
        Some(Ok(limit)) if limit > 0 => limit,
        Some(_) => return Err(Failure::bad_data("limit must be a positive number")),
    };
    Ok(data(&Tsdb::of(app.service.cardinality(most).await?, &app.service)))
}

impl Tsdb {
    fn of(found: Cardinality, service: &Service) -> Self {
        let entries =
            |list: Vec<(String, u64)>| list.into_iter().map(|(name, value)| Entry { name, value }).collect();
        let metric = |(name, value): (String, u64)| {
            let last_queried = service.last_queried(&name).map(|time| time as f64 / 1000.0);
            Metric { name, value, last_queried }
        };
        Self {
            head_stats: Head {
                num_series: found.series,
                num_label_pairs: found.pairs,
                chunk_count: found.chunks,
                // As Prometheus has it for an empty head.
                min_time: found.oldest.unwrap_or(i64::MAX),
                max_time: found.newest.unwrap_or(i64::MIN),
                max_series: service.storage_stats().max_series,
            },
            series_count_by_metric_name: found.series_by_metric.into_iter().map(metric).collect(),
            label_value_count_by_label_name: entries(found.values_by_label),
            memory_in_bytes_by_label_name: entries(found.bytes_by_label),
            series_count_by_label_value_pair: entries(found.series_by_pair),
        }
    }
}
