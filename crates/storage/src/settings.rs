use std::path::PathBuf;

use watchfire_model::Labels;

use crate::append::Reason;
use crate::clock::DAY;

/// What an acknowledged batch survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The end of the process at any moment, `kill -9` included. After a power loss the last commits may be missing.
    #[default]
    Process,
    /// A power loss too: the disk confirms each commit, which costs time.
    PowerLoss,
}

/// How an [`Engine`](crate::Engine) keeps its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The data directory; made when it is not there.
    pub dir: PathBuf,
    /// Milliseconds after which samples are deleted, in whole UTC days; `None` or 0 keeps them for ever.
    pub retention: Option<i64>,
    /// Whether rollups of finished days are kept.
    pub rollups: bool,
    /// Milliseconds after which rollups of 5 minutes are deleted, in whole UTC days; `None` or 0 keeps them for ever.
    pub retention_5m: Option<i64>,
    /// The same for rollups of an hour.
    pub retention_hourly: Option<i64>,
    /// The same for rollups of a day, in whole UTC months.
    pub retention_daily: Option<i64>,
    /// Milliseconds of samples in one block, and how often the head is flushed; from a second to a day.
    pub block_window: i64,
    /// What an acknowledged batch survives.
    pub durability: Durability,
    /// Bytes that are left free on the disk; with less, appends are refused.
    pub min_free_bytes: u64,
    /// Samples that no flush has taken yet, at which one starts before the window ends: what a start has to read again.
    pub max_head_samples: usize,
    /// Milliseconds that flushed samples stay in memory for fast queries, counted back from the newest.
    pub head_window: i64,
    /// How far behind the newest sample of its series a sample may be, in milliseconds; `None` takes samples of any age
    /// in any order, also of times to come.
    pub out_of_order_window: Option<i64>,
    /// Series in memory; new ones are refused beyond, never old ones.
    pub max_series: usize,
    /// Labels of a series, the metric's name included.
    pub max_labels: usize,
    /// Bytes of a label's name.
    pub max_label_name: usize,
    /// Bytes of a label's value.
    pub max_label_value: usize,
    /// Bytes of all partitions; the oldest are deleted beyond. `None` bounds nothing.
    pub max_bytes: Option<u64>,
    /// Versions of a dashboard or a library panel that are kept, the current one included.
    pub keep_versions: usize,
    /// Other retentions for the series that match: matchers and milliseconds.
    pub retention_rules: Vec<RetentionRule>,
}

/// How long the series stay that meet all matchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRule {
    /// The conditions.
    pub matchers: Vec<watchfire_model::Matcher>,
    /// Milliseconds.
    pub keep: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("watchfire-data"),
            retention: Some(7 * DAY),
            rollups: true,
            retention_5m: Some(7 * DAY),
            retention_hourly: Some(30 * DAY),
            retention_daily: Some(365 * DAY),
            block_window: 30 * 60 * 1000,
            durability: Durability::Process,
            min_free_bytes: 64 << 20,
            max_head_samples: 8_000_000,
            head_window: 60 * 60 * 1000,
            out_of_order_window: Some(60 * 60 * 1000),
            max_series: 2_000_000,
            max_labels: 64,
            max_label_name: 1024,
            max_label_value: 8192,
            max_bytes: None,
            keep_versions: 100,
            retention_rules: Vec::new(),
        }
    }
}

/// How far ahead of this machine's clock a sample may be, in milliseconds.
const MOST_AHEAD: i64 = 10 * 60 * 1000;

impl Settings {
    /// The window within its bounds.
    pub(crate) fn window(&self) -> i64 {
        self.block_window.clamp(1000, DAY)
    }

    /// The oldest timestamp that is kept at `now`. Nothing is older than the epoch.
    pub(crate) fn oldest(&self, now: i64) -> i64 {
        match self.retention {
            Some(retention) if retention > 0 => now.saturating_sub(retention).max(0),
            _ => 0,
        }
    }

    /// The newest timestamp that is taken at `now`. A sample far ahead would move the window of late samples with it; where
    /// there is no such window, there is nothing to protect.
    pub(crate) fn newest(&self, now: i64) -> i64 {
        if self.out_of_order_window.is_none() { i64::MAX } else { now.saturating_add(MOST_AHEAD) }
    }

    /// The first rule that a label set breaks, and how to mend it.
    pub(crate) fn broken_rule(&self, labels: &Labels) -> Option<(Reason, String)> {
        if labels.metric().is_empty() {
            let words = format!("the series {labels} has no metric name; give it the label __name__");
            return Some((Reason::InvalidLabels, words));
        }
        let count = labels.len();
        if count > self.max_labels {
            let most = self.max_labels;
            let words = format!(
                "the series {labels} has {count} labels, {most} are allowed (storage.max_labels); send fewer"
            );
            return Some((Reason::TooManyLabels, words));
        }
        labels.iter().find_map(|label| {
            let (what, length, most, setting) = if label.name.len() > self.max_label_name {
                ("name", label.name.len(), self.max_label_name, "storage.max_label_name")
            } else if label.value.len() > self.max_label_value {
                ("value", label.value.len(), self.max_label_value, "storage.max_label_value")
            } else {
                return None;
            };
            let start: String = label.name.chars().take(40).collect();
            let metric: String = labels.metric().chars().take(80).collect();
            let words = format!(
                "a label {what} of {metric} has {length} bytes, {most} are allowed ({setting}); shorten the label {start:?}"
            );
            Some((Reason::LabelTooLong, words))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_time() {
        let (now, settings) = (30 * DAY, Settings::default());
        assert_eq!((settings.oldest(now), settings.newest(now)), (23 * DAY, now + MOST_AHEAD));
        let for_ever = Settings { retention: Some(0), out_of_order_window: None, ..Settings::default() };
        assert_eq!((for_ever.oldest(now), for_ever.newest(now)), (0, i64::MAX));
    }

    #[test]
    fn broken_rules_are_named() {
        let settings =
            Settings { max_labels: 3, max_label_name: 10, max_label_value: 5, ..Settings::default() };
        let broken = |pairs: &[(&str, &str)]| {
            settings.broken_rule(&Labels::new(pairs.iter().copied()).unwrap()).map(|(reason, _)| reason)
        };
        assert_eq!(broken(&[("__name__", "up"), ("a", "1")]), None);
        assert_eq!(broken(&[("a", "1")]), Some(Reason::InvalidLabels));
        assert_eq!(
            broken(&[("__name__", "up"), ("a", "1"), ("b", "1"), ("c", "1")]),
            Some(Reason::TooManyLabels)
        );
        assert_eq!(broken(&[("__name__", "up"), ("a", "123456")]), Some(Reason::LabelTooLong));
        assert_eq!(broken(&[("__name__", "up"), ("abcdefghijk", "1")]), Some(Reason::LabelTooLong));
    }
}
