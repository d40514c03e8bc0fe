use std::collections::BTreeMap;

use serde::Deserialize;
use watchfire_model::TimeExpr;

use super::Failure;
use super::reply::data;

/// What `/api/v1/targets` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Targets {
    pub(crate) active_targets: Vec<Target>,
    pub(crate) dropped_targets: Vec<Dropped>,
}

/// A target that is scraped.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    pub(crate) discovered_labels: BTreeMap<String, String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// The name of its job.
    pub(crate) scrape_pool: String,
    pub(crate) scrape_url: String,
    /// Empty if the last scrape went well.
    pub(crate) last_error: String,
    /// RFC 3339; in the year 1 if there was none.
    pub(crate) last_scrape: String,
    /// Seconds.
    pub(crate) last_scrape_duration: f64,
    pub(crate) health: Health,
    pub(crate) scrape_interval: String,
    pub(crate) scrape_timeout: String,
}

/// A target that relabelling dropped.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dropped {
    pub(crate) discovered_labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) scrape_pool: String,
}

/// How a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Health {
    Down,
    Unknown,
    Up,
}

impl Targets {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        data(text)
    }
}

impl Target {
    /// When the last scrape began, in milliseconds since the epoch.
    pub(crate) fn last(&self) -> Option<i64> {
        let never = self.last_scrape.starts_with("0001-");
        (!never).then(|| TimeExpr::parse(&self.last_scrape, 0).ok())?.map(|time| time.resolve(0))
    }
}

/// What `/api/v1/scrape_status` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct ScrapeStatus {
    /// The server's clock in milliseconds since the epoch.
    pub(crate) now: i64,
    /// The file that tells what to scrape; `None`: nothing is scraped.
    pub(crate) file: Option<String>,
    /// Why the file as it is now is not in force.
    pub(crate) error: Option<String>,
    /// Sources of targets that can't be read.
    pub(crate) problems: Vec<String>,
}

impl ScrapeStatus {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        data(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_server_says() {
        let text = r#"{"status":"success","data":{"activeTargets":[
            {"discoveredLabels":{"__address__":"a:1","job":"node"},"labels":{"instance":"a:1","job":"node"},
             "scrapePool":"node","scrapeUrl":"http://a:1/metrics","globalUrl":"http://a:1/metrics","lastError":"",
             "lastScrape":"2025-11-21T08:00:00.250Z","lastScrapeDuration":0.0125,"health":"up",
             "scrapeInterval":"15s","scrapeTimeout":"10s"},
            {"discoveredLabels":{},"labels":{},"scrapePool":"node","scrapeUrl":"http://b:1/metrics","globalUrl":"",
             "lastError":"","lastScrape":"0001-01-01T00:00:00Z","lastScrapeDuration":0,"health":"unknown",
             "scrapeInterval":"15s","scrapeTimeout":"10s"}],
            "droppedTargets":[{"discoveredLabels":{"__address__":"c:1"},"scrapePool":"node"}],
            "droppedTargetCounts":{"node":1}}}"#;
        let targets = Targets::read(text).unwrap();
        let [up, unknown] = &targets.active_targets[..] else { panic!("two targets") };
        assert_eq!((up.health, up.last()), (Health::Up, Some(1_763_712_000_250)));
        assert_eq!((unknown.health, unknown.last()), (Health::Unknown, None));
        assert_eq!(targets.dropped_targets[0].discovered_labels["__address__"], "c:1");
        let status = r#"{"status":"success","data":{"now":7,"file":"p.yml","error":null,"problems":["x"]}}"#;
        let status = ScrapeStatus::read(status).unwrap();
        assert_eq!((status.file.as_deref(), status.error, status.problems.len()), (Some("p.yml"), None, 1));
    }
}
