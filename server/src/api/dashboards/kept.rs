//! `/api/v1/dashboards`: lists, and one dashboard.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use watchfire_dashboard::Dashboard;
use watchfire_service::dashboards::{DashboardFilter, Found, Meta};

use super::asked::Asked;
use super::body::{Text, Whole};
use super::failure::Failure;
use super::success::{created, data, saved};
use crate::http::App;

/// `?text=&tag=&folder=&favourite=`: the dashboards that meet all of them; an empty `folder` is the top.
pub(super) async fn list(State(app): State<App>, asked: Asked) -> Result<Response, Failure> {
    let filter = DashboardFilter {
        text: asked.text("text").unwrap_or_default().to_owned(),
        tags: asked.all("tag"),
        folder: asked.text("folder").map(str::to_owned),
        favourite: asked.switch("favourite")?,
    };
    Ok(data(app.service.dashboards().list(&filter).await?))
}

/// `?folder=&message=`: makes the dashboard of the body.
pub(super) async fn create(
    State(app): State<App>,
    asked: Asked,
    Text(text): Text,
) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    let dashboard = dashboards.read_text(text).await?;
    let folder = asked.given("folder").map(str::to_owned);
    let made = dashboards.create(dashboard, folder, asked.text("message").unwrap_or_default()).await?;
    Ok(created(saved(&made)))
}

/// `?resolved=`: a dashboard; with `resolved=true` panels of the library as the library has them.
pub(super) async fn get(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    let mut found = dashboards.get(&uid).await?;
    if asked.switch("resolved")? {
        // It changes with the library, too: no version tells whether it is the same.
        found.dashboard = dashboards.resolve(found.dashboard).await?;
        return Ok(shown(&found));
    }
    let tag = tag(&found);
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| {
        let known = known.to_str().unwrap_or_default();
        known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { shown(&found) };
    let out = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

pub(super) fn shown(found: &Found) -> Response {
    #[derive(serde::Serialize)]
    struct Shown<'a> {
        dashboard: &'a Dashboard,
        version: u64,
        meta: &'a Meta,
    }
    data(Shown { dashboard: &found.dashboard, version: found.version, meta: &found.meta })
}

/// The version; when it was stored, since a file has none; and what can change without either.
fn tag(found: &Found) -> String {
    let meta = &found.meta;
    let marks = [(meta.favourite, 'f'), (meta.managed, 'm'), (meta.drifted, 'd')];
    let marks: String = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    format!("\"{}-{}{marks}\"", found.version, meta.updated_at)
}

/// `?version=&message=`: saves the dashboard of the body as the version after `version`.
pub(super) async fn save(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
    Text(text): Text,
) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    let version = asked.needed("version")?;
    let dashboard = dashboards.read_text(text).await?;
    let message = asked.text("message").unwrap_or_default();
    Ok(data(saved(&dashboards.save(&uid, dashboard, version, message).await?)))
}

/// `?version=`: deletes a dashboard; with `version`, only that one.
pub(super) async fn delete(
    State(app): State<App>,
    Path(uid): Path<String>,
    asked: Asked,
) -> Result<StatusCode, Failure> {
    app.service.dashboards().delete(&uid, asked.number("version")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The dashboard as a file.
pub(super) async fn export(State(app): State<App>, Path(uid): Path<String>) -> Result<Response, Failure> {
    let text = app.service.dashboards().export(&uid).await?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], text).into_response();
    // A uid that was found has letters, digits, - and _ only.
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{uid}.json\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// Where a dashboard shall lie.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    /// The folder's uid; null for the top.
    folder: Option<String>,
}

/// Moves a dashboard to another folder.
pub(super) async fn move_to(
    State(app): State<App>,
    Path(uid): Path<String>,
    Whole(to): Whole<To>,
) -> Result<Response, Failure> {
    let version = app.service.dashboards().move_dashboard(&uid, to.folder.as_deref()).await?;
    Ok(data(json!({"uid": uid, "version": version})))
}

/// Marks a dashboard.
pub(super) async fn mark(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().set_favourite(&uid, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the mark away.
pub(super) async fn unmark(State(app): State<App>, Path(uid): Path<String>) -> Result<StatusCode, Failure> {
    app.service.dashboards().set_favourite(&uid, false).await?;
    Ok(StatusCode::NO_CONTENT)
}
