use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::shapes::time;
use crate::clock::now;
use crate::http::App;

/// The names of all receivers.
pub(super) async fn receivers(State(app): State<App>) -> Json<Vec<Value>> {
    let config = app.alertmanager.config();
    Json(config.receivers.iter().map(|receiver| json!({"name": receiver.name})).collect())
}

/// The version of Alertmanager whose API and configuration this server has, with its own version behind it as build
/// metadata (<https://semver.org>). Programs see by it what they may use; `amtool` warns of any version but its own.
const VERSION: &str = concat!("0.28.0+watchfire.", env!("CARGO_PKG_VERSION"));

/// The configuration without its secrets, as far as Alertmanager has it, the version, and that this server is alone.
pub(super) async fn status(State(app): State<App>) -> Json<Value> {
    let config = app.alertmanager.config().original();
    let up = i64::try_from(app.started.elapsed().as_millis()).unwrap_or(i64::MAX);
    Json(json!({
        "cluster": {"name": "", "peers": [], "status": "disabled"},
        "config": {"original": serde_json::to_string_pretty(&config).unwrap_or_default()},
        "uptime": time(now() - up),
        "versionInfo": {
            "branch": "",
            "buildDate": "",
            "buildUser": "",
            "goVersion": "",
            "revision": "",
            "version": VERSION,
        },
    }))
}
