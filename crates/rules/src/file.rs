//! Rule files of Prometheus.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;
use watchfire_model::parse_duration;

use crate::check::{Flaw, Flaws, flaw};
use crate::{Group, Kind, Rule};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    groups: Option<Vec<Spanned<FileGroup>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileGroup {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    interval: Option<Spanned<String>>,
    #[serde(default)]
    query_offset: Option<Spanned<String>>,
    #[serde(default)]
    limit: Option<u64>,
    #[serde(default)]
    labels: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    rules: Option<Vec<Spanned<FileRule>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    alert: Option<String>,
    #[serde(default)]
    expr: Option<String>,
    #[serde(default, rename = "for")]
    hold: Option<Spanned<String>>,
    #[serde(default)]
    keep_firing_for: Option<Spanned<String>>,
    #[serde(default)]
    labels: Option<BTreeMap<String, Option<String>>>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, Option<String>>>,
}

/// Reads a rule file and checks it as a whole.
///
/// # Errors
///
/// All that is wrong, with lines: a text that is no YAML, unknown fields, names that stand twice, queries that cannot be read.
pub fn read(text: &str) -> Result<Vec<Group>, Flaws> {
    let file: Option<File> = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |place| place.line() as u32);
        let reason = error.without_snippet().to_string();
        let reason = reason.lines().next().unwrap_or_default();
        let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
        Flaws(vec![flaw(line, "", "", reason)])
    })?;
    let mut flaws = Vec::new();
    let mut groups = Vec::new();
    let mut names = BTreeSet::new();
    for spanned in file.and_then(|file| file.groups).unwrap_or_default() {
        let line = line_of(&spanned);
        let group = group(spanned.value, line, &mut flaws);
        if !names.insert(group.name.clone()) {
            let message = "another group of this file has the same name";
            flaws.push(flaw(line, &format!("group {:?}", group.name), "name", message));
        }
        flaws.extend(group.check());
        groups.push(group);
    }
    flaws.sort_by_key(|flaw| flaw.line);
    if flaws.is_empty() { Ok(groups) } else { Err(Flaws(flaws)) }
}

fn group(file: FileGroup, line: u32, flaws: &mut Vec<Flaw>) -> Group {
    let name = file.name.unwrap_or_default();
    let place = format!("group {name:?}");
    let interval = file.interval.and_then(|text| duration(&text, &place, "interval", flaws));
    let query_offset = file.query_offset.and_then(|text| duration(&text, &place, "query_offset", flaws));
    if interval == Some(0) {
        flaws.push(flaw(line, &place, "interval", "an interval must be longer than 0"));
    }
    let mut rules = Vec::new();
    for spanned in file.rules.unwrap_or_default() {
        let line = line_of(&spanned);
        rules.extend(rule(spanned.value, line, &place, flaws));
    }
    Group {
        name,
        interval,
        query_offset,
        limit: usize::try_from(file.limit.unwrap_or(0)).unwrap_or(usize::MAX),
        labels: filled(file.labels),
        rules,
    }
}

fn rule(file: FileRule, line: u32, place: &str, flaws: &mut Vec<Flaw>) -> Option<Rule> {
    let (name, alerting) = match (file.record, file.alert) {
        (Some(_), Some(_)) => {
            flaws.push(flaw(line, place, "", "a rule has record or alert, not both"));
            return None;
        }
        (Some(record), None) => (record, false),
        (None, Some(alert)) => (alert, true),
        (None, None) => {
            flaws.push(flaw(line, place, "", "a rule needs record (a metric to write) or alert (a name)"));
            return None;
        }
    };
    let place = format!("{place}, {name:?}");
    let mut time = |text: Option<Spanned<String>>, field: &str| {
        let text = text?;
        if !alerting {
            flaws.push(flaw(line_of(&text), &place, field, "only alerts have it"));
        }
        duration(&text, &place, field, flaws)
    };
    let hold = time(file.hold, "for").unwrap_or(0);
    let keep_firing = time(file.keep_firing_for, "keep_firing_for").unwrap_or(0);
    let annotations = filled(file.annotations);
    if !alerting && !annotations.is_empty() {
        flaws.push(flaw(line, &place, "annotations", "only alerts have it"));
    }
    let kind = if alerting { Kind::Alerting { hold, keep_firing, annotations } } else { Kind::Recording };
    Some(Rule {
        name,
        expr: file.expr.unwrap_or_default(),
        labels: filled(file.labels),
        kind,
        line,
        usual: None,
    })
}

fn filled(pairs: Option<BTreeMap<String, Option<String>>>) -> BTreeMap<String, String> {
    let pairs = pairs.unwrap_or_default().into_iter();
    pairs.map(|(name, value)| (name, value.unwrap_or_default())).collect()
}

fn duration(text: &Spanned<String>, place: &str, field: &str, flaws: &mut Vec<Flaw>) -> Option<i64> {
    match parse_duration(&text.value) {
        Ok(millis) => Some(millis),
        Err(error) => {
            flaws.push(flaw(line_of(text), place, field, &error.to_string()));
            None
        }
    }
}

fn line_of<T>(spanned: &Spanned<T>) -> u32 {
    u32::try_from(spanned.referenced.line()).unwrap_or(0)
}
