use serde::Deserialize;

use super::Failure;
use super::reply::data;

/// What `/api/v1/status/tsdb` tells of the stored series.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TsdbStatus {
    pub(crate) head_stats: HeadStats,
    pub(crate) series_count_by_metric_name: Vec<Count>,
    pub(crate) label_value_count_by_label_name: Vec<Count>,
    /// In bytes.
    pub(crate) memory_in_bytes_by_label_name: Vec<Count>,
    /// The names are `label=value`.
    pub(crate) series_count_by_label_value_pair: Vec<Count>,
}

/// The totals.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct HeadStats {
    pub(crate) num_series: Option<u64>,
    pub(crate) num_label_pairs: Option<u64>,
    pub(crate) chunk_count: Option<u64>,
    /// Milliseconds since the epoch; far in the future where nothing is stored, as Prometheus has it.
    pub(crate) min_time: Option<i64>,
    /// Milliseconds since the epoch; far in the past where nothing is stored.
    pub(crate) max_time: Option<i64>,
    /// How many series may be stored (not in Prometheus); 0 for any number.
    pub(crate) max_series: Option<u64>,
}

impl HeadStats {
    /// The times of the oldest and the newest sample, if there is any.
    pub(crate) fn times(&self) -> Option<(i64, i64)> {
        self.min_time.zip(self.max_time).filter(|(oldest, newest)| oldest <= newest && *newest > 0)
    }
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Count {
    pub(crate) name: String,
    pub(crate) value: u64,
    /// When the metric was last part of a query (not in Prometheus).
    pub(crate) last_queried: LastQueried,
}

/// When a metric was last part of a query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Option<f64>")]
pub(crate) enum LastQueried {
    /// The server does not tell.
    #[default]
    Untold,
    /// Not since the server counts.
    Never,
    /// In seconds since the epoch.
    At(f64),
}

impl From<Option<f64>> for LastQueried {
    fn from(seconds: Option<f64>) -> Self {
        seconds.map_or(Self::Never, Self::At)
    }
}

impl TsdbStatus {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        data(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_prometheus_and_what_watchfire_say() {
        let status = TsdbStatus::read(
            r#"{"status":"success","data":{
                "headStats":{"numSeries":508,"chunkCount":937,"minTime":1591516800000,"maxTime":1598896800143,"maxSeries":1000},
                "seriesCountByMetricName":[{"name":"a","value":12},{"name":"b","value":3,"lastQueried":null},
                    {"name":"c","value":1,"lastQueried":1700000000}],
                "seriesCountByLabelValuePair":[{"name":"instance=x","value":425}]}}"#,
        )
        .unwrap();
        assert_eq!(status.head_stats.max_series, Some(1000));
        assert_eq!(status.head_stats.num_label_pairs, None);
        assert_eq!(status.head_stats.times(), Some((1_591_516_800_000, 1_598_896_800_143)));
        let told: Vec<_> = status.series_count_by_metric_name.iter().map(|row| row.last_queried).collect();
        assert_eq!(told, [LastQueried::Untold, LastQueried::Never, LastQueried::At(1_700_000_000.0)]);
        assert_eq!(status.series_count_by_label_value_pair[0].value, 425);
        assert!(status.memory_in_bytes_by_label_name.is_empty());
    }

    #[test]
    fn an_empty_store_has_no_times() {
        let stats = HeadStats { min_time: Some(i64::MAX), max_time: Some(i64::MIN), ..HeadStats::default() };
        assert_eq!(stats.times(), None);
    }
}
