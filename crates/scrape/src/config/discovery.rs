use std::time::Duration;

use super::http;
use super::read::{Fields, Reading};
use super::types::{Discovery, Group};
use super::url::{SecretUrl, redacted};
use crate::relabel::LabelMap;
use watchfire_yaml::Node;

/// Service discoveries of Prometheus that are not there.
pub(super) const ABSENT: &[&str] = &[
    "aws_sd_configs",
    "azure_sd_configs",
    "consul_sd_configs",
    "digitalocean_sd_configs",
    "dns_sd_configs",
    "docker_sd_configs",
    "dockerswarm_sd_configs",
    "ec2_sd_configs",
    "eureka_sd_configs",
    "gce_sd_configs",
    "hetzner_sd_configs",
    "ionos_sd_configs",
    "kubernetes_sd_configs",
    "kuma_sd_configs",
    "lightsail_sd_configs",
    "linode_sd_configs",
    "marathon_sd_configs",
    "nerve_sd_configs",
    "nomad_sd_configs",
    "openstack_sd_configs",
    "ovhcloud_sd_configs",
    "puppetdb_sd_configs",
    "scaleway_sd_configs",
    "serverset_sd_configs",
    "stackit_sd_configs",
    "triton_sd_configs",
    "uyuni_sd_configs",
    "vultr_sd_configs",
];

/// Reads what a job says of where its targets come from.
pub(super) fn discovery(reading: &mut Reading, fields: &Fields<'_>) -> Vec<Discovery> {
    let mut found = Vec::new();
    for (key, _) in fields.iter() {
        if ABSENT.contains(&key.name.as_str()) {
            let mend = "use static_configs, file_sd_configs or http_sd_configs";
            reading.problem(key.place, format!("{} is not supported; {mend}", key.name));
        }
    }
    let statics = reading.list(fields.get("static_configs"), "static_configs");
    let groups: Vec<Group> =
        statics.iter().filter_map(|node| group(reading, node, "static_configs")).collect();
    if !groups.is_empty() {
        found.push(Discovery::Static(groups));
    }
    for node in reading.list(fields.get("file_sd_configs"), "file_sd_configs") {
        found.extend(files(reading, node));
    }
    for node in reading.list(fields.get("http_sd_configs"), "http_sd_configs") {
        found.extend(http_sd(reading, node));
    }
    found
}

/// Reads targets and their labels: an entry of `static_configs` or of a file of targets.
pub(super) fn group(reading: &mut Reading, node: &Node, what: &str) -> Option<Group> {
    let fields = reading.fields(node, what, &["targets", "labels"])?;
    let targets = reading.texts(fields.get("targets"), "targets");
    for (target, node) in targets.iter().zip(reading.list(fields.get("targets"), "targets")) {
        if target.contains('/') {
            let mend = "write host:port, and the path and scheme as metrics_path and scheme";
            reading.problem(node.place, format!("{target:?} is not a valid hostname; {mend}"));
        }
    }
    let labels = fields.get("labels").map(|node| labels(reading, node, "labels")).unwrap_or_default();
    Some(Group { targets, labels })
}

/// Reads a mapping of labels.
pub(super) fn labels(reading: &mut Reading, node: &Node, what: &str) -> LabelMap {
    let mut labels = LabelMap::new();
    let Some(fields) = reading.map(node, what) else { return labels };
    for (key, node) in fields.iter() {
        if key.name.is_empty() {
            reading.problem(key.place, format!("a label in {what} has no name"));
        } else if let Some(value) = reading.text(node, &key.name) {
            labels.insert(key.name.clone(), value.to_owned());
        }
    }
    labels
}

fn files(reading: &mut Reading, node: &Node) -> Option<Discovery> {
    let fields = reading.fields(node, "file_sd_configs", &["files", "refresh_interval"])?;
    let refresh = reading.duration(&fields, "refresh_interval").unwrap_or(Duration::from_mins(5));
    let nodes = reading.list(fields.get("files"), "files");
    if nodes.is_empty() {
        reading.problem(fields.place, "file_sd_configs needs at least one file under files");
    }
    let mut patterns = Vec::new();
    for node in nodes {
        let Some(path) = reading.text(node, "files") else { continue };
        let known = [".json", ".yml", ".yaml"].iter().any(|ending| path.ends_with(ending));
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if !known || folder.contains('*') || name.matches('*').count() > 1 {
            let mend = "it must end in .json, .yml or .yaml and may have one * in its last part";
            reading.problem(node.place, format!("{path:?} is no valid path of a file of targets; {mend}"));
        } else {
            patterns.push(reading.folder.join(path));
        }
    }
    Some(Discovery::Files { patterns, refresh })
}

fn http_sd(reading: &mut Reading, node: &Node) -> Option<Discovery> {
    let mut known = vec!["url", "refresh_interval"];
    known.extend(http::KNOWN);
    known.extend(http::REFUSED.iter().map(|(name, _)| *name));
    let fields = reading.fields(node, "http_sd_configs", &known)?;
    let refresh = reading.duration(&fields, "refresh_interval").unwrap_or(Duration::from_mins(1));
    let http = Box::new(http::http(reading, &fields));
    let url = reading.owned(&fields, "url").unwrap_or_default();
    let Some(secret) = SecretUrl::read(&url) else {
        let place = fields.get("url").map_or(fields.place, |node| node.place);
        let url = redacted(&url);
        reading.problem(place, format!("http_sd_configs needs a url with http or https, not {url:?}"));
        return None;
    };
    Some(Discovery::Http { url: secret, refresh, http })
}
