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

/// Makes what `amtool` before 0.26 refuses, and then all of it, as it can be read there: the addresses of webhooks, which are secrets,
/// become addresses, and what newer versions of Alertmanager fill in goes where nobody has set it.
fn suit_amtool(config: &mut Value) {
    let uses_rocketchat = config["receivers"].to_string().contains("rocketchat_configs");
    if let Some(global) = config["global"].as_object_mut().filter(|_| !uses_rocketchat) {
        global.remove("rocketchat_api_url");
    }
    let receivers = config["receivers"].as_array_mut().into_iter().flatten();
    let webhooks =
        receivers.filter_map(|receiver| receiver.get_mut("webhook_configs")?.as_array_mut()).flatten();
    for webhook in webhooks.filter_map(Value::as_object_mut) {
        webhook.retain(|name, value| name != "timeout" || value != "0s");
        if let Some(url) = webhook.get_mut("url") {
            *url = "http://<secret>".into();
        }
    }
}

/// The configuration without its secrets, the version, and that this server is alone.
pub(super) async fn status(State(app): State<App>) -> Json<Value> {
    let mut config = app.alertmanager.config().shown();
    suit_amtool(&mut config);
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
