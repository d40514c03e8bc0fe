//! Inhibition: an alert that fires keeps others quiet that follow from it
//! (<https://prometheus.io/docs/alerting/latest/alertmanager/#inhibition>).

use std::collections::{BTreeMap, HashMap};

use watchfire_model::Labels;

use crate::alert::{Alert, Fingerprint, is_made_up};
use crate::config::InhibitRule;
use crate::matcher::Matchers;

/// Which alerts mute which. It knows the alerts that may mute, by the values of each rule's `equal` labels, so that each
/// question is a look into a table, however many alerts fire.
#[derive(Clone, Debug, Default)]
pub struct Inhibition {
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    source: Matchers,
    target: Matchers,
    equal: Vec<String>,
    /// Alerts that match the source, by what they have for `equal`.
    sources: HashMap<String, BTreeMap<Fingerprint, Source>>,
}

/// An alert that may mute.
#[derive(Clone, Copy, Debug)]
struct Source {
    /// When it is resolved, milliseconds since the epoch.
    ends_at: i64,
    /// Whether it matches the target, too.
    both: bool,
}

impl Inhibition {
    /// The rules, without alerts.
    pub fn new(rules: &[InhibitRule]) -> Self {
        let rules = rules.iter().map(|rule| {
            let mut equal = rule.equal.clone();
            equal.sort();
            equal.dedup();
            Rule { source: rule.source(), target: rule.target(), equal, sources: HashMap::new() }
        });
        Self { rules: rules.collect() }
    }

    /// Tells of an alert that came in, or in again, as it now is.
    pub fn update(&mut self, alert: &Alert) {
        let fingerprint = alert.fingerprint();
        for rule in &mut self.rules {
            if rule.source.matches(&alert.labels) {
                let both = rule.target.matches(&alert.labels);
                let sources = rule.sources.entry(rule.key(&alert.labels)).or_default();
                sources.insert(fingerprint, Source { ends_at: alert.ends_at, both });
            }
        }
    }

    /// Forgets the alerts that are resolved at `now`.
    pub fn forget(&mut self, now: i64) {
        for rule in &mut self.rules {
            rule.sources.retain(|_, sources| {
                sources.retain(|_, source| source.ends_at > now);
                !sources.is_empty()
            });
        }
    }

    /// The alerts that mute one with these labels at `now`.
    ///
    /// An alert that matches both sides of a rule is not muted by others that do, so not by itself either.
    pub fn muting(&self, labels: &Labels, now: i64) -> Vec<Fingerprint> {
        let mut found: Vec<Fingerprint> =
            self.rules.iter().flat_map(|rule| rule.muting(labels, now)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether any mutes it.
    pub fn is_muted(&self, labels: &Labels, now: i64) -> bool {
        self.rules.iter().any(|rule| rule.muting(labels, now).next().is_some())
    }
}

impl Rule {
    /// What a label set has for `equal`, in one text that no other values give. What is absent has the empty value. What is made up has
    /// keys of its own: it must never keep anybody from hearing of what is real.
    fn key(&self, labels: &Labels) -> String {
        let mut key = if is_made_up(labels) { "demo;".to_owned() } else { String::new() };
        for name in &self.equal {
            let value = labels.get(name).unwrap_or_default();
            key.push_str(&value.len().to_string());
            key.push(':');
            key.push_str(value);
        }
        key
    }

    fn muting<'a>(&'a self, labels: &Labels, now: i64) -> impl Iterator<Item = Fingerprint> + use<'a> {
        let sources = if self.sources.is_empty() || !self.target.matches(labels) {
            None
        } else {
            self.sources.get(&self.key(labels))
        };
        let both = sources.is_some() && self.source.matches(labels);
        let mutes = move |source: &Source| source.ends_at > now && !(both && source.both);
        sources
            .into_iter()
            .flatten()
            .filter(move |(_, source)| mutes(source))
            .map(|(fingerprint, _)| *fingerprint)
    }
}
