//! What a target is: the labels that discovery found, through relabelling, to a URL and the labels of its series.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use reqwest::Url;
use watchfire_model::{Labels, format_duration, parse_duration};

use crate::config::{Group, Job};
use crate::relabel::{LabelMap, relabel};

/// A target as it is scraped.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Labels before relabelling.
    pub discovered: LabelMap,
    /// Labels of all its series, `job` and `instance` among them.
    pub labels: Labels,
    /// What is asked for.
    pub url: Url,
    /// Time between two scrapes.
    pub interval: Duration,
    /// How long a scrape may take.
    pub timeout: Duration,
}

/// What becomes of a discovered address.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It is scraped.
    Target(Box<Target>),
    /// Relabelling dropped it; the labels before that.
    Dropped(LabelMap),
    /// It can't be a target.
    Refused {
        /// Labels before relabelling.
        discovered: LabelMap,
        /// Why.
        reason: String,
    },
}

impl Target {
    /// How long after the start of each interval the target is scraped: spread by a hash of the target, so that not all
    /// are asked at once, and the same over restarts. Nanoseconds.
    pub(crate) fn offset(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.labels.packed().hash(&mut hasher);
        self.url.as_str().hash(&mut hasher);
        hasher.finish() % (self.interval.as_nanos() as u64).max(1)
    }
}

/// The targets of a group of `job`, as Prometheus makes them.
pub fn targets<'a>(job: &'a Job, group: &'a Group) -> impl Iterator<Item = Found> + use<'a> {
    group.targets.iter().map(move |address| {
        let mut discovered = group.labels.clone();
        discovered.insert("__address__".to_owned(), address.clone());
        defaults(job, &mut discovered);
        let mut labels = discovered.clone();
        if !relabel(&job.relabel, &mut labels) {
            return Found::Dropped(discovered);
        }
        match target(job, &discovered, labels) {
            Ok(target) => Found::Target(Box::new(target)),
            Err(reason) => Found::Refused { discovered, reason },
        }
    })
}

fn defaults(job: &Job, labels: &mut LabelMap) {
    let mut default = |name: &str, value: &str| {
        let slot = labels.entry(name.to_owned()).or_default();
        if slot.is_empty() {
            value.clone_into(slot);
        }
    };
    default("job", &job.name);
    default("__scrape_interval__", &format_duration(job.interval.as_millis() as i64));
    default("__scrape_timeout__", &format_duration(job.timeout.as_millis() as i64));
    default("__metrics_path__", &job.metrics_path);
    default("__scheme__", &job.scheme);
    for (name, values) in &job.params {
        if let Some(first) = values.first() {
            default(&format!("__param_{name}"), first);
        }
    }
}

fn target(job: &Job, discovered: &LabelMap, mut labels: LabelMap) -> Result<Target, String> {
    let address = labels.get("__address__").filter(|address| !address.is_empty()).cloned();
    let address = address.ok_or("there is no address: __address__ is empty after relabelling")?;
    if address.contains('/') {
        return Err(format!("{address:?} is not a valid hostname; write host:port"));
    }
    let interval = duration(&labels, "__scrape_interval__")?;
    let timeout = duration(&labels, "__scrape_timeout__")?;
    if timeout > interval {
        return Err("the scrape timeout is greater than the scrape interval".to_owned());
    }
    let url = url(job, &labels, &address)?;
    labels.retain(|name, _| !name.starts_with("__"));
    let instance = labels.entry("instance".to_owned()).or_default();
    if instance.is_empty() {
        // No port is added where the address has none, as in Prometheus 3.
        *instance = address;
    }
    let labels = Labels::new(&labels).map_err(|error| error.to_string())?;
    Ok(Target { discovered: discovered.clone(), labels, url, interval, timeout })
}

fn duration(labels: &LabelMap, name: &str) -> Result<Duration, String> {
    let text = labels.get(name).map_or("", String::as_str);
    match parse_duration(text) {
        Ok(0) => Err(format!("{name} can't be 0")),
        Ok(millis) => Ok(Duration::from_millis(millis.unsigned_abs())),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

fn url(job: &Job, labels: &LabelMap, address: &str) -> Result<Url, String> {
    let get = |name: &str| labels.get(name).map_or("", String::as_str);
    let scheme = get("__scheme__");
    if !matches!(scheme, "http" | "https") {
        return Err(format!("__scheme__ must be http or https, not {scheme:?}"));
    }
    let mut url = Url::parse(&format!("{scheme}://{address}/"))
        .map_err(|error| format!("{address:?} is not a valid address: {error}"))?;
    url.set_path(get("__metrics_path__"));
    let mut params = job.params.clone();
    for (name, value) in labels {
        let Some(name) = name.strip_prefix("__param_") else { continue };
        let values = params.entry(name.to_owned()).or_default();
        match values.first_mut() {
            Some(first) => first.clone_from(value),
            None => values.push(value.clone()),
        }
    }
    if !params.is_empty() {
        let pairs = params.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(url)
}
