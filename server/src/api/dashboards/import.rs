//! `/api/v1/dashboards/import`: texts of any form.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use watchfire_service::dashboards::Preview;

use super::asked::Asked;
use super::body::Text;
use super::failure::Failure;
use super::success::{created, data, notes, saved};
use crate::http::App;

/// `?name=&create=&overwrite=&copies=&folder=&title=&uid=`: shows what the body would bring; with `create=true` takes it over.
pub(super) async fn import(
    State(app): State<App>,
    asked: Asked,
    Text(text): Text,
) -> Result<Response, Failure> {
    let dashboards = app.service.dashboards();
    let mut import = dashboards.import(text, asked.text("name").unwrap_or_default()).await?;
    let called = |name| asked.text(name).unwrap_or_default();
    import = dashboards.renamed(import, called("title"), called("uid")).await?;
    if asked.switch("copies")? {
        import = dashboards.as_copies(import).await?;
    }
    let format = import.format;
    if !asked.switch("create")? {
        let shown: Vec<Value> = import.dashboards.iter().map(shown).collect();
        return Ok(data(json!({"format": format, "dashboards": shown})));
    }
    let folder = asked.given("folder").map(str::to_owned);
    let stored = dashboards.take_over(import, folder, asked.switch("overwrite")?).await?;
    let stored: Vec<Value> = stored.iter().map(saved).collect();
    Ok(created(json!({"format": format, "saved": stored})))
}

fn shown(preview: &Preview) -> Value {
    json!({"dashboard": preview.dashboard, "notes": notes(&preview.notes), "clash": preview.clash})
}
