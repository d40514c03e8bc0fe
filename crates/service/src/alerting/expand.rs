//! From the series of a query to alerts: labels put together, templates expanded.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::runtime::Handle;
use watchfire_model::{Label, Labels, METRIC_NAME};
use watchfire_promql::Value;
use watchfire_rules::{ALERTNAME, Seen};
use watchfire_template::{Env, Map, QueriedSample, Queries, RuleData, RuleTemplate, Time};

use super::plan::RulePlan;
use crate::{Service, ServiceError};

/// What templates need besides the series.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) service: Service,
    /// Milliseconds since the epoch.
    pub(super) at: i64,
    pub(super) external_url: Arc<str>,
    /// `$externalLabels`.
    pub(super) external_labels: Map,
}

/// The alerts that the series of an answer stand for.
pub(super) async fn alerts(
    plan: &RulePlan,
    vector: Vec<(Labels, f64)>,
    around: Surroundings,
) -> Result<Vec<Seen>, ServiceError> {
    if !plan.asks || vector.is_empty() {
        return Ok(all(plan, vector, &around, None));
    }
    // Templates are expanded at one go, and their queries wait for the storage.
    let (plan, handle) = (plan.clone(), Handle::current());
    let work = move || {
        let asking = Asking { around: &around, handle };
        all(&plan, vector, &around, Some(&asking))
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| ServiceError::Internal(error.to_string()))
}

fn all(
    plan: &RulePlan,
    vector: Vec<(Labels, f64)>,
    around: &Surroundings,
    queries: Option<&dyn Queries>,
) -> Vec<Seen> {
    let now = Time::from_millis(around.at).unwrap_or_else(Time::zero);
    let env = Env { queries, external_url: &around.external_url, ..Env::at(now) };
    vector
        .into_iter()
        .map(|(labels, value)| one(plan, &labels, value, &around.external_labels, &env))
        .collect()
}

fn one(plan: &RulePlan, series: &Labels, value: f64, external_labels: &Map, env: &Env<'_>) -> Seen {
    let data = plan.templated.then(|| RuleData {
        labels: Map::from(series),
        external_labels: external_labels.clone(),
        value,
    });
    let text = |template: &RuleTemplate| match &data {
        None => template.text().to_owned(),
        Some(data) => template.expand(data, env).unwrap_or_else(|error| {
            tracing::debug!(rule = plan.rule.name, %error, "a template of a rule could not be expanded");
            // In Prometheus' words.
            format!("<error expanding template: {error}>")
        }),
    };
    let mut extra: Vec<(&str, String)> =
        plan.label_templates.iter().map(|(name, template)| (name.as_ref(), text(template))).collect();
    // It wins over a label of that name; names rise.
    match extra.binary_search_by(|(name, _)| (*name).cmp(ALERTNAME)) {
        Ok(at) => plan.rule.name.clone_into(&mut extra[at].1),
        Err(at) => extra.insert(at, (ALERTNAME, plan.rule.name.clone())),
    }
    let annotations: BTreeMap<String, String> =
        plan.annotation_templates.iter().map(|(name, template)| (name.clone(), text(template))).collect();
    Seen { labels: merged(series, &extra), annotations, value }
}

/// The labels of a series without its name, and others, which rise by name and win.
pub(super) fn merged(series: &Labels, extra: &[(&str, String)]) -> Labels {
    let mut own = series.iter().filter(|label| label.name != METRIC_NAME).peekable();
    let mut extra = extra.iter().map(|(name, value)| Label { name, value }).peekable();
    let both = std::iter::from_fn(|| match (own.peek(), extra.peek()) {
        (Some(one), Some(other)) if one.name < other.name => own.next(),
        (Some(one), Some(other)) => {
            if one.name == other.name {
                own.next();
            }
            extra.next()
        }
        (Some(_), None) => own.next(),
        (None, _) => extra.next(),
    });
    Labels::from_sorted(both)
}

/// Answers the queries of templates, on a thread that may wait.
struct Asking<'a> {
    around: &'a Surroundings,
    handle: Handle,
}

impl Queries for Asking<'_> {
    fn query(&self, expression: &str) -> Result<Vec<QueriedSample>, String> {
        let service = &self.around.service;
        let prepared = service.prepare(expression).map_err(|error| error.to_string())?;
        let answer = self.handle.block_on(service.evaluate_prepared(&prepared, self.around.at));
        vector(answer.map_err(|error| error.to_string())?.value).map(|samples| {
            samples.into_iter().map(|(labels, value)| QueriedSample { labels, value }).collect()
        })
    }
}

/// The samples of a value that is a vector, or a number, which becomes a sample without labels.
pub(super) fn vector(value: Value) -> Result<Vec<(Labels, f64)>, String> {
    match value {
        Value::Vector(vector) => Ok(vector),
        Value::Scalar(value) => Ok(vec![(Labels::empty(), value)]),
        // In Prometheus' words.
        Value::Matrix(_) | Value::String(_) => Err("rule result is not a vector or scalar".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_merged_in_order() {
        let series = Labels::of("up", [("a", "1"), ("c", "3"), ("z", "9")]).unwrap();
        let extra = [("alertname", "X"), ("b", "2"), ("c", "5"), ("z", "")]
            .map(|(name, value)| (name, value.to_owned()));
        assert_eq!(merged(&series, &extra).to_string(), r#"{a="1",alertname="X",b="2",c="5"}"#);
        assert_eq!(merged(&series, &[]).to_string(), r#"{a="1",c="3",z="9"}"#);
        assert_eq!(merged(&Labels::empty(), &extra[..1]).to_string(), r#"{alertname="X"}"#);
    }
}
