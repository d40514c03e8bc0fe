//! `/api/v1/watchfire/incidents`: alerts that belong together, and what people do about them.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use watchfire_alerting::Fingerprint;
use watchfire_alerting::incident::{Change, Incident, IncidentError, IncidentState, Note};
use watchfire_service::alertmanager::AlertmanagerError;

use crate::api::dashboards::asked::Asked;
use crate::api::dashboards::body::Whole;
use crate::api::dashboards::failure::Failure;
use crate::api::dashboards::success::{created, data};
use crate::api::rules::event_told;
use crate::clock::now;
use crate::http::App;

/// Incidents of one answer, where it is not said how many.
const SHOWN: usize = 100;

/// The most that can be asked for.
const MOST: usize = 1000;

/// Who says something, while there is no login.
fn local() -> String {
    "local".to_owned()
}

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/watchfire/incidents", get(list))
        .route("/api/v1/watchfire/incidents/{id}", get(one).put(change))
        .route("/api/v1/watchfire/incidents/{id}/notes", post(note))
        .route("/api/v1/watchfire/incidents/{id}/sent", get(sent))
        .route("/api/v1/watchfire/incidents/{id}/alerts", post(join))
        .route("/api/v1/watchfire/incidents/{id}/alerts/{fingerprint}", delete(part))
        .route("/api/v1/watchfire/incidents/{id}/merge", post(merge))
        // Bodies are bounded where they are read, by a setting.
        .layer(DefaultBodyLimit::disable())
}

/// What somebody says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewNote {
    text: String,
    #[serde(default = "local")]
    author: String,
}

/// What is to be different.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewChange {
    #[serde(default)]
    state: Option<IncidentState>,
    /// Empty for nobody.
    #[serde(default)]
    assignee: Option<String>,
    /// Those that are named change; empty for nobody.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    #[serde(default = "local")]
    by: String,
}

/// An alert that is to belong to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    fingerprint: String,
    #[serde(default = "local")]
    by: String,
}

/// Another incident that is to be part of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPart {
    id: String,
    #[serde(default = "local")]
    by: String,
}

/// Without alerts and notes.
fn head(incident: &Incident) -> Value {
    json!({
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity,
        "state": incident.state,
        "opened_at": incident.opened_at,
        "changed_at": incident.changed_at,
        "resolved_at": incident.resolved_at,
        "assignee": incident.assignee,
        "roles": incident.roles,
        "relations": incident.relations,
        "alerts": incident.alerts.len() + incident.left_out,
        "firing": incident.alerts.iter().filter(|member| member.ends_at.is_none()).count(),
        "notes": incident.notes.len(),
        "cause": incident.cause,
        "merged_into": incident.merged_into,
    })
}

/// `?state=` (several: one of them), `limit=`: the one that changed last first.
async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let state = |word: &String| {
        serde_json::from_value(Value::from(word.as_str())).map_err(|_| {
            Failure::bad_data(format!("state: {word:?} is not known; write open, acknowledged or resolved"))
        })
    };
    let states = asked.all("state").iter().map(state).collect::<Result<Vec<IncidentState>, _>>()?;
    let limit = asked.number("limit")?.unwrap_or(SHOWN).min(MOST);
    let found = app.alertmanager.incidents(&states);
    Ok(data(found.iter().take(limit).map(head).collect::<Vec<_>>()))
}

async fn one(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Failure> {
    let found = app.alertmanager.incident(&id);
    Ok(data(found.ok_or(AlertmanagerError::Incident(IncidentError::NotFound(id)))?))
}

/// `?limit=`: what was sent of its alerts, the newest first.
async fn sent(State(app): State<App>, Path(id): Path<String>, asked: Asked) -> Result<Response, Failure> {
    let found = app.alertmanager.sent_of_incident(&id, asked.number("limit")?).await?;
    let events: Vec<Value> = found.events.iter().map(event_told).collect();
    Ok(data(json!({"events": events, "more": found.more})))
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(change): Whole<NewChange>,
) -> Result<Response, Failure> {
    let NewChange { state, assignee, roles, by } = change;
    let change = Change { by, state, assignee, roles };
    Ok(data(app.alertmanager.change_incident(&id, &change, now()).await?))
}

async fn note(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(new): Whole<NewNote>,
) -> Result<Response, Failure> {
    let NewNote { text, author } = new;
    Ok(created(app.alertmanager.note_incident(&id, Note { at: now(), author, text }).await?))
}

fn fingerprint(text: &str) -> Result<Fingerprint, Failure> {
    text.parse().map_err(|error| Failure::bad_data(format!("fingerprint: {error}")))
}

async fn join(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(new): Whole<NewMember>,
) -> Result<Response, Failure> {
    let of = fingerprint(&new.fingerprint)?;
    Ok(data(app.alertmanager.join_incident(&id, of, (&named(&new.by)?, now())).await?))
}

async fn part(
    State(app): State<App>,
    Path((id, of)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Failure> {
    let by = named(asked.given("by").unwrap_or("local"))?;
    Ok(data(app.alertmanager.part_incident(&id, fingerprint(&of)?, (&by, now())).await?))
}

async fn merge(
    State(app): State<App>,
    Path(id): Path<String>,
    Whole(new): Whole<NewPart>,
) -> Result<Response, Failure> {
    Ok(data(app.alertmanager.merge_incidents(&id, &new.id, (&named(&new.by)?, now())).await?))
}

/// Who does something; a name as of what people change.
fn named(by: &str) -> Result<String, Failure> {
    let by = by.trim();
    if by.is_empty() || by.len() > Change::MOST_BYTES {
        return Err(Failure::bad_data(format!("by: say who it is, in up to {} bytes", Change::MOST_BYTES)));
    }
    Ok(by.to_owned())
}
