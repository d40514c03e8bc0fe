//! What the pages of dashboards ask the server; docs/API.md describes the answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use watchfire_dashboard::Dashboard;
use watchfire_model::TimeWindow;

use super::snapshot::{BoardSnapshot, Meta, Resolved};
use crate::address::{Encoded, Search};
use crate::api::{Refusal, call, value_of};
use crate::range::clock;

const DASHBOARDS: &str = "/api/v1/dashboards";

/// A dashboard with the choices of its variables.
pub(crate) async fn load(
    uid: &str,
    asked: &BTreeMap<String, Vec<String>>,
    window: TimeWindow,
) -> Result<BoardSnapshot, Refusal> {
    #[derive(serde::Deserialize)]
    struct Found {
        dashboard: Dashboard,
        version: u64,
        meta: Meta,
    }
    let found: Found = call("GET", &format!("{DASHBOARDS}/{}?resolved=true", Encoded(uid)), None).await?;
    let variables = if found.dashboard.variables.is_empty() {
        Vec::new()
    } else {
        resolve(&found.dashboard, asked, window).await?
    };
    Ok(BoardSnapshot {
        dashboard: found.dashboard,
        meta: Meta { version: found.version, ..found.meta },
        variables,
        marks: Vec::new(),
    })
}

/// What comes back for variables.
#[derive(serde::Deserialize)]
struct Choices {
    variables: Vec<Resolved>,
}

/// The choices of a dashboard's variables, as they are here.
pub(crate) async fn resolve(
    dashboard: &Dashboard,
    asked: &BTreeMap<String, Vec<String>>,
    window: TimeWindow,
) -> Result<Vec<Resolved>, Refusal> {
    let range = window.resolve(clock());
    // All else has no say in it.
    let bare =
        json!({"uid": dashboard.uid, "title": dashboard.title, "variables": value_of(&dashboard.variables)});
    let body = json!({"dashboard": bare, "asked": asked, "from": range.start.to_string(), "to": range.end.to_string()});
    let path = format!("{DASHBOARDS}/{}/variables", Encoded(&dashboard.uid));
    call::<Choices>("POST", &path, Some(&body)).await.map(|answer| answer.variables)
}

/// The variables of a shared dashboard, as far as viewers may choose.
pub(crate) async fn resolve_shared(
    path: &str,
    asked: &BTreeMap<String, Vec<String>>,
    window: TimeWindow,
) -> Result<Vec<Resolved>, Refusal> {
    let range = window.resolve(clock());
    let body = json!({"asked": asked, "from": range.start.to_string(), "to": range.end.to_string()});
    call::<Choices>("POST", path, Some(&body)).await.map(|answer| answer.variables)
}

/// Where a dashboard is saved.
pub(crate) struct Save<'a> {
    pub(crate) dashboard: &'a Dashboard,
    /// Whether there is none yet.
    pub(crate) fresh: bool,
    /// What is known of the version that it comes from.
    pub(crate) meta: &'a Meta,
    pub(crate) message: &'a str,
}

/// Saves a dashboard, and says what is known of it then.
pub(crate) async fn save(save: Save<'_>) -> Result<Meta, Refusal> {
    let body = value_of(save.dashboard);
    let search = Search::default().with("message", save.message);
    let answer: Value = if save.fresh {
        let search = search.with("folder", save.meta.folder.as_deref().unwrap_or_default());
        call("POST", &format!("{DASHBOARDS}{search}"), Some(&body)).await?
    } else {
        let search = search.with("version", &save.meta.version.to_string());
        call("PUT", &format!("{DASHBOARDS}/{}{search}", Encoded(&save.dashboard.uid)), Some(&body)).await?
    };
    let version = answer["version"].as_u64().unwrap_or(save.meta.version + 1);
    Ok(Meta { version, updated_at: clock(), drifted: save.meta.managed, ..save.meta.clone() })
}

/// Something that is done with a dashboard, by the last part of its path.
pub(crate) async fn act(method: &str, uid: &str, what: &str, body: Option<&Value>) -> Result<Value, Refusal> {
    call(method, &format!("{DASHBOARDS}/{}{what}", Encoded(uid)), body).await
}
