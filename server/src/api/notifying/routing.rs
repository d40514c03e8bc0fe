//! `/api/v1/watchfire/routing`: the tree by which alerts go to receivers.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_alerting::config::{EscalationPolicy, InhibitRule, Receiver};
use watchfire_alerting::dispatch::ExpectedStep;
use watchfire_alerting::matcher::Matchers;
use watchfire_alerting::routing::{GroupBy, Outcome, Step, Taken};
use watchfire_alerting::{Alert, RouteId, RouteOptions, RouteTree, Silence};
use watchfire_model::Labels;
use watchfire_service::alertmanager::Explained;

use super::notify_config::Written;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::data;
use crate::api::rules::map;
use crate::clock::now;
use crate::http::App;

fn options(options: &RouteOptions) -> Value {
    let group_by = match &options.group_by {
        GroupBy::All => vec!["...".to_owned()],
        GroupBy::Labels(labels) => labels.clone(),
    };
    json!({
        "receiver": options.receiver,
        "group_by": group_by,
        "group_wait": options.group_wait,
        "group_interval": options.group_interval,
        "repeat_interval": options.repeat_interval,
        "escalation_policy": options.escalation_policy,
        "mute_time_intervals": options.mute_time_intervals,
        "active_time_intervals": options.active_time_intervals,
    })
}

fn conditions(matchers: &Matchers) -> Vec<String> {
    matchers.iter().map(ToString::to_string).collect()
}

fn node(tree: &RouteTree, id: RouteId) -> Value {
    let children: Vec<Value> = tree.children(id).iter().map(|child| node(tree, *child)).collect();
    let mut node = options(tree.options(id));
    if let Some(node) = node.as_object_mut() {
        node.insert("route".to_owned(), json!(id.0));
        node.insert("matchers".to_owned(), json!(conditions(tree.matchers(id))));
        node.insert("continue".to_owned(), json!(tree.goes_on(id)));
        node.insert("routes".to_owned(), json!(children));
    }
    node
}

fn receiver(receiver: &Receiver) -> Value {
    let integrations = receiver.integrations().into_iter().map(|(integration, send_resolved)| {
        json!({
            "integration": integration.to_string(),
            "kind": integration.channel.word(),
            "send_resolved": send_resolved,
        })
    });
    let escalations = receiver.escalation_configs.iter();
    let escalations = escalations.map(|step| {
        let given = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        json!({"after": step.after, "receiver": given(&step.receiver), "schedule": given(&step.schedule)})
    });
    let mut shown = json!({
        "name": receiver.name,
        "integrations": integrations.collect::<Vec<_>>(),
        "escalations": escalations.collect::<Vec<_>>(),
    });
    if !receiver.escalation_policy.is_empty() {
        shown["escalation_policy"] = json!(receiver.escalation_policy);
    }
    shown
}

fn policy(policy: &EscalationPolicy) -> Value {
    let steps = policy.steps.iter().map(|step| {
        json!({
            "after": step.after,
            "receivers": step.receivers,
            "schedule": Some(&step.schedule).filter(|name| !name.is_empty()),
            "severities": step.severities,
            "matchers": conditions(&step.conditions()),
        })
    });
    json!({"name": policy.name, "steps": steps.collect::<Vec<_>>(), "repeat": policy.repeat})
}

fn inhibit_rule(rule: &InhibitRule) -> Value {
    json!({
        "name": rule.name,
        "source": conditions(&rule.source()),
        "target": conditions(&rule.target()),
        "equal": rule.equal,
    })
}

/// The tree, who is told, and where that comes from.
pub(super) async fn tree(State(app): State<App>) -> Response {
    let (config, tree) = (app.alertmanager.config(), app.alertmanager.tree());
    let file = app.notifying.config.file().map(|file| {
        let status = file.status();
        json!({
            "path": file.path().display().to_string(),
            "loaded_at": status.loaded_at,
            "error": status.error,
            "refused": status.refused,
        })
    });
    data(json!({
        "root": node(&tree, RouteId(0)),
        "receivers": config.receivers.iter().map(receiver).collect::<Vec<_>>(),
        "escalation_policies": config.escalation_policies.iter().map(policy).collect::<Vec<_>>(),
        "inhibit_rules": config.inhibit_rules.iter().map(inhibit_rule).collect::<Vec<_>>(),
        "time_intervals": config.intervals().keys().collect::<Vec<_>>(),
        "file": file,
        "source": app.notifying.config.source().word(),
        "error": app.notifying.config.status().error,
    }))
}

/// An alert by its labels.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    labels: BTreeMap<String, String>,
    /// A configuration in place of the one that counts.
    #[serde(default)]
    draft: Option<Written>,
}

/// Labels of a body, without those whose value is empty, as everywhere.
pub(super) fn labels(field: &str, given: &BTreeMap<String, String>) -> Result<Labels, Failure> {
    Labels::new(given.iter().filter(|(_, value)| !value.is_empty()))
        .map_err(|error| Failure::bad_data(format!("{field}: {error}")))
}

fn expected(step: &ExpectedStep) -> Value {
    json!({
        "after": step.after,
        "told_after": step.told_after,
        "receiver": step.receiver,
        "schedule": step.schedule,
    })
}

fn taken(taken: &Taken, muted: &[String], escalations: &[ExpectedStep], policy: Option<&str>) -> Value {
    let mut value = options(&taken.options);
    if let Some(value) = value.as_object_mut() {
        value.insert("route".to_owned(), json!(taken.route.0));
        value.insert("path".to_owned(), json!(taken.path));
        value.insert("group".to_owned(), map(&taken.group));
        value.insert("group_key".to_owned(), json!(taken.group_key));
        value.insert("muted_by".to_owned(), json!(muted));
        let escalations: Vec<Value> = escalations.iter().map(expected).collect();
        value.insert("escalations".to_owned(), json!(escalations));
        // That of the receiver, where the route has none.
        value.insert("escalation_policy".to_owned(), json!(policy));
    }
    value
}

fn step(step: &Step) -> Value {
    let (outcome, more) = match &step.outcome {
        Outcome::Takes => ("takes", Value::Null),
        Outcome::PassesOn => ("passes_on", Value::Null),
        Outcome::Refuses { condition, value } => ("refuses", json!({"condition": condition, "value": value})),
        Outcome::NotAsked { after } => ("not_asked", json!({"after": after.0})),
        Outcome::NotReached => ("not_reached", Value::Null),
        Outcome::Named => ("named", Value::Null),
    };
    json!({
        "route": step.route.0,
        "depth": step.depth,
        "conditions": step.conditions,
        "receiver": step.receiver,
        "outcome": outcome,
        "because": more,
    })
}

fn silence(silence: &Silence) -> Value {
    json!({
        "id": silence.id,
        "matchers": conditions(&silence.matchers),
        "ends_at": silence.ends_at,
        "created_by": silence.created_by,
        "comment": silence.comment,
    })
}

fn inhibiting(alert: &Alert) -> Value {
    json!({"fingerprint": alert.fingerprint(), "labels": map(&alert.labels)})
}

/// How many silences and how many alerts that mute one are told one by one: of a cluster that is down thousands inhibit it.
const MOST_TOLD: usize = 20;

/// What mutes an alert.
fn muting(explained: &Explained) -> Value {
    let by = &explained.muted_by;
    let left_out = |count: usize| count.saturating_sub(MOST_TOLD);
    json!({
        "silences": by.silenced_by.iter().take(MOST_TOLD).collect::<Vec<_>>(),
        "inhibitions": by.inhibited_by.iter().take(MOST_TOLD).collect::<Vec<_>>(),
        "left_out": {
            "silences": left_out(by.silenced_by.len()),
            "inhibitions": left_out(by.inhibited_by.len()),
        },
        "maintenance": by.maintained_by,
        "maintenance_name": explained.window,
        "silenced": explained.silences.iter().take(MOST_TOLD).map(silence).collect::<Vec<_>>(),
        "inhibiting": explained.inhibiting.iter().take(MOST_TOLD).map(|alert| inhibiting(alert)).collect::<Vec<_>>(),
    })
}

/// Where an alert with these labels goes, and why.
pub(super) async fn explain(
    State(app): State<App>,
    Whole(question): Whole<Question>,
) -> Result<Response, Failure> {
    let labels = labels("labels", &question.labels)?;
    let (source, explained) = match question.draft {
        None => (app.notifying.config.source().word(), app.alertmanager.explain(&labels, now())),
        Some(draft) => {
            let draft = app.notifying.config.tried(draft.writing()?).await?;
            ("draft", app.alertmanager.explain_draft(&draft.config, &labels, now()))
        }
    };
    let later = explained.escalations.iter().zip(&explained.policies);
    let ways = explained.explanation.taken.iter().zip(&explained.intervals).zip(later);
    let ways =
        ways.map(|((way, muted), (escalations, policy))| taken(way, muted, escalations, policy.as_deref()));
    Ok(data(json!({
        "source": source,
        "taken": ways.collect::<Vec<_>>(),
        "steps": explained.explanation.steps.iter().map(step).collect::<Vec<_>>(),
        "unknown_receivers": explained.explanation.unknown,
        "muted_by": muting(&explained),
    })))
}
