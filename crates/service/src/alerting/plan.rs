//! Groups as they are evaluated: queries read, templates parsed, labels put together.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use watchfire_alerting::Fingerprint;
use watchfire_model::Labels;
use watchfire_rules::{Flaw, Group, Kind, Rule};
use watchfire_template::RuleTemplate;

use super::AlertingSettings;
use super::pattern::Pattern;
use crate::prepared::Reads;
use crate::{Prepared, Service, ServiceError};

/// What stands for a file with rules that forms made.
pub const FORM_FILE: &str = "form";

/// What stands for a file with rules that the server makes itself.
pub const BUILT_IN: &str = "watchfire";

/// What names a rule that a form made.
pub(crate) fn form_key(uid: &str) -> String {
    format!("{FORM_FILE};{uid}")
}

/// A group that is ready to be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct GroupPlan {
    /// The file that it stands in.
    pub(crate) file: String,
    pub(crate) name: String,
    /// Milliseconds.
    pub(crate) interval: i64,
    /// Milliseconds.
    pub(crate) query_offset: i64,
    pub(crate) limit: usize,
    pub(crate) rules: Vec<RulePlan>,
    /// What it was made of.
    source: Group,
}

/// A rule that is ready to be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct RulePlan {
    /// Names it over restarts and reloads.
    pub(crate) key: Arc<str>,
    pub(crate) rule: Rule,
    /// Its labels and the group's, templates not expanded: what the API tells.
    pub(crate) labels: Labels,
    pub(crate) prepared: Prepared,
    /// The query in Prometheus' canonical form.
    pub(crate) query: String,
    pub(crate) label_templates: Vec<(Arc<str>, RuleTemplate)>,
    pub(crate) annotation_templates: Vec<(String, RuleTemplate)>,
    /// Whether templates are to be expanded at all.
    pub(crate) templated: bool,
    /// Whether templates may ask queries of their own.
    pub(crate) asks: bool,
    /// The metrics that it reads.
    pub(crate) reads: Reads,
}

impl GroupPlan {
    /// Reads the queries and templates of a group of `file`.
    ///
    /// # Errors
    ///
    /// What is wrong with them, by rule and field.
    pub(crate) fn compile(
        service: &Service,
        settings: &AlertingSettings,
        file: &str,
        group: Group,
    ) -> Result<Self, Vec<Flaw>> {
        let (mut rules, mut flaws) = (Vec::with_capacity(group.rules.len()), Vec::new());
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for rule in &group.rules {
            let place = format!("group {:?}, {:?}", group.name, rule.name);
            let labels = group.labels_of(rule);
            let mut key = format!("{file};{};{}", group.name, rule.name);
            for (name, value) in &labels {
                // Writing to a text can't fail.
                let _ = write!(key, ";{name}={value}");
            }
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            if *count > 1 {
                let _ = write!(key, "#{count}");
            }
            if file == FORM_FILE {
                // A group has one rule there, which may change its name.
                key = form_key(&group.name);
            }
            rules.extend(RulePlan::compile(service, key.into(), rule, &labels, &place, &mut flaws));
        }
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Ok(Self {
            file: file.to_owned(),
            name: group.name.clone(),
            interval: group.interval.unwrap_or(settings.interval).max(1),
            query_offset: group.query_offset.unwrap_or(settings.query_offset),
            limit: group.limit,
            rules,
            source: group,
        })
    }

    /// Whether another evaluation of it would be the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.file == other.file
            && self.source == other.source
            && (self.interval, self.query_offset) == (other.interval, other.query_offset)
    }

    /// When within its interval it is evaluated, milliseconds: groups are spread, each always at the same place, as
    /// Prometheus does it.
    pub(crate) fn offset(&self) -> i64 {
        let names = Labels::new([("file", self.file.as_str()), ("name", &self.name)]);
        let hash = names.map_or(0, |names| Fingerprint::of(&names).0);
        // The low bits of FNV-1a are those that mix best.
        (hash % self.interval.unsigned_abs().max(1)) as i64
    }
}

impl RulePlan {
    fn compile(
        service: &Service,
        key: Arc<str>,
        rule: &Rule,
        labels: &BTreeMap<String, String>,
        place: &str,
        flaws: &mut Vec<Flaw>,
    ) -> Option<Self> {
        let mut add = |field: String, message: String, span| {
            flaws.push(Flaw { line: rule.line, place: place.to_owned(), field, message, span });
        };
        let prepared = match service.prepare(&rule.expr) {
            Ok(prepared) => Some(prepared),
            Err(error) => {
                let span = match &error {
                    ServiceError::Parse(error) => Some((error.span.start, error.span.end)),
                    _ => None,
                };
                add("expr".to_owned(), error.to_string(), span);
                None
            }
        };
        let is_alerting = rule.is_alerting();
        let (mut templated, mut asks) = (false, false);
        let mut template = |field: String, text: &str| {
            templated |= text.contains("{{");
            asks |= text.contains("{{") && text.contains("query");
            match RuleTemplate::parse(text) {
                Ok(template) => Some(template),
                Err(error) => {
                    add(field, error.to_string(), None);
                    None
                }
            }
        };
        let (mut label_templates, mut annotation_templates) = (Vec::new(), Vec::new());
        if is_alerting {
            for (name, text) in labels {
                let parsed = template(format!("labels.{name}"), text);
                label_templates.extend(parsed.map(|parsed| (Arc::from(name.as_str()), parsed)));
            }
        }
        if let Kind::Alerting { annotations, .. } = &rule.kind {
            for (name, text) in annotations {
                let parsed = template(format!("annotations.{name}"), text);
                annotation_templates.extend(parsed.map(|parsed| (name.clone(), parsed)));
            }
        }
        let shown = match Labels::new(labels) {
            Ok(labels) => labels,
            Err(error) => {
                add("labels".to_owned(), error.to_string(), None);
                return None;
            }
        };
        let prepared = prepared?;
        Some(Self {
            key,
            rule: rule.clone(),
            labels: shown,
            query: prepared.expr().to_string(),
            reads: if asks { Reads::Any } else { prepared.reads() },
            prepared,
            label_templates,
            annotation_templates,
            templated,
            asks,
        })
    }

    /// Whether its labels meet all matchers of one of the sets, or there is no set.
    pub(crate) fn meets(&self, sets: &[Vec<Pattern>]) -> bool {
        sets.is_empty() || sets.iter().any(|set| set.iter().all(|pattern| pattern.fits(&self.labels)))
    }
}
