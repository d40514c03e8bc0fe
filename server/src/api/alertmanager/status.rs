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

/// Writes the addresses of webhooks, which are secrets, as such. `amtool` before 0.26 reads one there, or nothing of the whole.
fn show_webhooks(config: &mut Value) {
    let receivers = config["receivers"].as_array_mut().into_iter().flatten();
    let webhooks =
        receivers.filter_map(|receiver| receiver.get_mut("webhook_configs")?.as_array_mut()).flatten();
    for url in webhooks.filter_map(|webhook| webhook.get_mut("url")) {
        *url = "http://<secret>".into();
    }
}

/// The configuration without its secrets, the version, and that this server is alone.
pub(super) async fn status(State(app): State<App>) -> Json<Value> {
    let mut config = app.alertmanager.config().shown();
    show_webhooks(&mut config);
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
            "version": env!("CARGO_PKG_VERSION"),
        },
    }))
}
