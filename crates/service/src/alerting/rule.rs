//! One evaluation of one rule.

use std::collections::HashSet;
use std::sync::Arc;

use watchfire_model::{Labels, METRIC_NAME};
use watchfire_rules::{Change, Kind, Outcome, Sampled, Seen, Terms, Usual};

use super::expand::{Surroundings, alerts, merged, vector};
use super::group::RunningGroup;
use super::usual::Baseline;

/// What it came to.
#[derive(Debug, Default)]
pub(super) struct Evaluation {
    /// What is to be stored.
    pub(super) samples: Vec<Sampled>,
    /// The values of alerts, which are stored beside; Prometheus' unit tests know nothing of them.
    pub(super) values: Vec<Sampled>,
    /// What became of alerts.
    pub(super) changes: Vec<Change>,
}

/// Evaluates a rule of a group at `at`; its query looks at `around.at`. The state of its alerts goes on.
///
/// # Errors
///
/// Why it counts for nothing, in words.
pub(super) async fn evaluate(
    group: &RunningGroup,
    index: usize,
    at: i64,
    settling: bool,
    around: Surroundings,
) -> Result<Evaluation, String> {
    let plan = &group.plan.rules[index];
    let limit = group.plan.limit;
    let answer = around.service.evaluate_prepared(&plan.prepared, around.at).await;
    let mut found = vector(answer.map_err(|error| error.to_string())?.value)?;
    if let Some(usual) = plan.rule.usual.as_ref().filter(|_| !found.is_empty()) {
        baseline(group, index, usual, &around).await?.unusual(&mut found);
    }
    match &plan.rule.kind {
        Kind::Recording => record(&plan.rule.name, &plan.labels, found, limit),
        Kind::Alerting { hold, keep_firing, .. } => {
            let seen: Vec<Seen> = alerts(plan, found, around).await.map_err(|error| error.to_string())?;
            let terms = Terms { hold: *hold, keep_firing: *keep_firing, limit, settling };
            let outcome = group.rule(index).state.step(at, seen, terms).map_err(|error| error.to_string())?;
            let Outcome { samples, values, changes } = outcome;
            Ok(Evaluation { samples, values, changes })
        }
    }
}

/// What is usual for a rule; it is asked for once an hour.
async fn baseline(
    group: &RunningGroup,
    index: usize,
    usual: &Usual,
    around: &Surroundings,
) -> Result<Arc<Baseline>, String> {
    let expr = &group.plan.rules[index].query;
    let known = group.rule(index).baseline.clone();
    if let Some(known) = known.filter(|known| known.serves(expr, usual, around.at)) {
        return Ok(known);
    }
    let read = Baseline::read(&around.service, expr, usual, around.at).await;
    let read = Arc::new(read.map_err(|error| format!("what is usual is not known: {error}"))?);
    group.rule(index).baseline = Some(read.clone());
    Ok(read)
}

/// The series of a recording rule.
fn record(
    name: &str,
    labels: &Labels,
    found: Vec<(Labels, f64)>,
    limit: usize,
) -> Result<Evaluation, String> {
    let mut extra: Vec<(&str, String)> =
        labels.iter().map(|label| (label.name, label.value.to_owned())).collect();
    let at = extra.partition_point(|(name, _)| *name < METRIC_NAME);
    extra.insert(at, (METRIC_NAME, name.to_owned()));
    let samples: Vec<Sampled> =
        found.into_iter().map(|(series, value)| Sampled { labels: merged(&series, &extra), value }).collect();
    let mut seen = HashSet::with_capacity(samples.len());
    for sample in &samples {
        if !seen.insert(&sample.labels) {
            return Err(format!(
                "two series of the query have the same labels once those of the rule are added: {}; keep a label that tells them apart",
                sample.labels
            ));
        }
    }
    if limit > 0 && samples.len() > limit {
        return Err(format!(
            "the rule makes {} series, its group allows {limit}; raise the group's limit or aggregate the query",
            samples.len()
        ));
    }
    Ok(Evaluation { samples, ..Evaluation::default() })
}
