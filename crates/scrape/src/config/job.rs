use std::collections::BTreeMap;
use std::time::Duration;

use watchfire_model::format_duration;

use super::discovery::{ABSENT, discovery, labels};
use super::http;
use super::read::{Fields, Reading};
use super::relabel::rules;
use super::types::{Global, Job, Limits, Protocol};
use watchfire_yaml::Node;

const LIMITS: &[&str] = &[
    "body_size_limit",
    "sample_limit",
    "target_limit",
    "label_limit",
    "label_name_length_limit",
    "label_value_length_limit",
];

/// Keys that change what native histograms, names and the like become; Watchfire has one way there.
const WITHOUT_EFFECT: &[&str] = &[
    "always_scrape_classic_histograms",
    "convert_classic_histograms_to_nhcb",
    "enable_compression",
    "keep_dropped_targets",
    "metric_name_escaping_scheme",
    "metric_name_validation_scheme",
    "native_histogram_bucket_limit",
    "native_histogram_min_bucket_factor",
    "scrape_classic_histograms",
    "scrape_failure_log_file",
    "scrape_native_histograms",
];

const GLOBAL: &[&str] = &[
    "scrape_interval",
    "scrape_timeout",
    "scrape_protocols",
    "extra_scrape_metrics",
    "external_labels",
    "evaluation_interval",
    "rule_query_offset",
    "query_log_file",
];

const JOB: &[&str] = &[
    "job_name",
    "scrape_interval",
    "scrape_timeout",
    "scrape_protocols",
    "extra_scrape_metrics",
    "fallback_scrape_protocol",
    "metrics_path",
    "scheme",
    "params",
    "honor_labels",
    "honor_timestamps",
    "track_timestamps_staleness",
    "static_configs",
    "file_sd_configs",
    "http_sd_configs",
    "relabel_configs",
    "metric_relabel_configs",
];

/// Reads the section `global`.
pub(super) fn global(reading: &mut Reading, node: &Node) -> Global {
    let mut global = Global::default();
    let known = [GLOBAL, LIMITS, WITHOUT_EFFECT].concat();
    let Some(fields) = reading.fields(node, "global", &known) else { return global };
    without_effect(reading, &fields, &GLOBAL[5..]);
    without_effect(reading, &fields, WITHOUT_EFFECT);
    let (interval, timeout) =
        times(reading, &fields, (global.scrape_interval, global.scrape_timeout), "global");
    global.scrape_interval = interval;
    global.scrape_timeout = timeout;
    global.limits = limits(reading, &fields, &Limits::default());
    if let Some(protocols) = protocols(reading, &fields) {
        global.protocols = protocols;
    }
    global.extra_scrape_metrics = reading.flag(&fields, "extra_scrape_metrics", false);
    if let Some(node) = fields.get("external_labels") {
        global.external_labels = labels(reading, node, "external_labels");
    }
    global
}

/// Reads an entry of `scrape_configs`.
pub(super) fn job(reading: &mut Reading, node: &Node, global: &Global) -> Option<Job> {
    let refused: Vec<&str> = http::REFUSED.iter().map(|(name, _)| *name).collect();
    let known = [JOB, LIMITS, http::KNOWN, WITHOUT_EFFECT].concat();
    let fields = reading.map(node, "scrape_configs")?;
    for (key, _) in fields.iter() {
        let name = key.name.as_str();
        // Those have errors of their own.
        if ![&known, &refused, ABSENT].iter().any(|names| names.contains(&name)) {
            reading.unknown(key, "scrape_configs", &known);
        }
    }
    without_effect(reading, &fields, WITHOUT_EFFECT);
    let name = reading.owned(&fields, "job_name").unwrap_or_default();
    if name.is_empty() {
        reading.problem(fields.place, "job_name is empty; each entry of scrape_configs needs one");
    }
    let defaults = (global.scrape_interval, global.scrape_timeout);
    let (interval, timeout) = times(reading, &fields, defaults, "this job");
    let scheme = reading.owned(&fields, "scheme").unwrap_or_else(|| "http".to_owned());
    if let Some(node) = fields.get("scheme").filter(|_| !matches!(scheme.as_str(), "http" | "https")) {
        reading.problem(node.place, format!("scheme must be http or https, not {scheme:?}"));
    }
    Some(Job {
        name,
        interval,
        timeout,
        metrics_path: reading.owned(&fields, "metrics_path").unwrap_or_else(|| "/metrics".to_owned()),
        scheme,
        params: fields.get("params").map(|node| params(reading, node)).unwrap_or_default(),
        honor_labels: reading.flag(&fields, "honor_labels", false),
        honor_timestamps: reading.flag(&fields, "honor_timestamps", true),
        track_timestamps_staleness: reading.flag(&fields, "track_timestamps_staleness", false),
        extra_scrape_metrics: reading.flag(&fields, "extra_scrape_metrics", global.extra_scrape_metrics),
        limits: limits(reading, &fields, &global.limits),
        protocols: protocols(reading, &fields).unwrap_or_else(|| global.protocols.clone()),
        fallback: fields.get("fallback_scrape_protocol").and_then(|node| protocol(reading, node)),
        relabel: rules(reading, fields.get("relabel_configs"), "relabel_configs"),
        metric_relabel: rules(reading, fields.get("metric_relabel_configs"), "metric_relabel_configs"),
        http: http::http(reading, &fields),
        discovery: discovery(reading, &fields),
    })
}

fn without_effect(reading: &mut Reading, fields: &Fields<'_>, names: &[&str]) {
    for name in names {
        if let Some(node) = fields.get(name) {
            reading.note(node.place, format!("{name} is read, but has no effect here"));
        }
    }
}

/// The interval and the timeout. A timeout that is given must not be longer; one that is inherited is cut.
fn times(
    reading: &mut Reading,
    fields: &Fields<'_>,
    defaults: (Duration, Duration),
    whose: &str,
) -> (Duration, Duration) {
    let interval = reading.duration(fields, "scrape_interval").unwrap_or(defaults.0);
    let given = reading.duration(fields, "scrape_timeout");
    if let (Some(timeout), Some(node)) = (given, fields.get("scrape_timeout"))
        && timeout > interval
    {
        let reason = format!(
            "scrape_timeout {} is greater than the scrape_interval {} of {whose}; make it shorter",
            format_duration(timeout.as_millis() as i64),
            format_duration(interval.as_millis() as i64),
        );
        reading.problem(node.place, reason);
    }
    (interval, given.unwrap_or(defaults.1).min(interval))
}

fn limits(reading: &mut Reading, fields: &Fields<'_>, defaults: &Limits) -> Limits {
    // A limit of 0 in a job leaves the global one in force, as in Prometheus.
    Limits {
        body_size: reading.size(fields, "body_size_limit").or(defaults.body_size),
        samples: reading.limit(fields, "sample_limit").or(defaults.samples),
        labels: reading.limit(fields, "label_limit").or(defaults.labels),
        label_name: reading.limit(fields, "label_name_length_limit").or(defaults.label_name),
        label_value: reading.limit(fields, "label_value_length_limit").or(defaults.label_value),
        targets: reading.limit(fields, "target_limit").or(defaults.targets),
    }
}

fn protocols(reading: &mut Reading, fields: &Fields<'_>) -> Option<Vec<Protocol>> {
    let node = fields.get("scrape_protocols")?;
    let items = reading.list(Some(node), "scrape_protocols");
    let mut protocols = Vec::new();
    for item in items {
        let Some(found) = protocol(reading, item) else { continue };
        if protocols.contains(&found) {
            reading.problem(item.place, "this protocol is there twice; keep one of them");
        } else {
            protocols.push(found);
        }
    }
    (!protocols.is_empty()).then_some(protocols)
}

fn protocol(reading: &mut Reading, node: &Node) -> Option<Protocol> {
    let word = reading.text(node, "a protocol")?;
    let found = Protocol::ALL.iter().find(|(known, _)| *known == word).map(|(_, protocol)| *protocol);
    if found.is_none() {
        let words: Vec<&str> = Protocol::ALL.iter().map(|(word, _)| *word).collect();
        reading.problem(node.place, format!("unknown protocol {word:?}; write one of {}", words.join(", ")));
    }
    found
}

fn params(reading: &mut Reading, node: &Node) -> BTreeMap<String, Vec<String>> {
    let Some(fields) = reading.map(node, "params") else { return BTreeMap::new() };
    fields
        .iter()
        .map(|(key, node)| (key.name.clone(), reading.texts(Some(node), &key.name)))
        .filter(|(_, values)| !values.is_empty())
        .collect()
}
