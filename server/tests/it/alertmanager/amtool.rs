//! `amtool`, where it is installed (Debian's package prometheus-alertmanager).

use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use super::start;
use crate::server::Server;

/// What it says; the test ends where it fails.
fn amtool(server: &Server, dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("amtool")
        .args(arguments)
        .arg(format!("--alertmanager.url=http://{}", server.address()))
        .env("HOME", dir)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}{}", String::from_utf8_lossy(&output.stderr));
    told
}

#[tokio::test]
async fn amtool_adds_lists_and_silences() {
    if Command::new("amtool").arg("--version").output().is_err() {
        eprintln!("left out: there is no amtool");
        return;
    }
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let amtool = |arguments: &[&str]| amtool(&server, dir.path(), arguments);
    amtool(&["alert", "add", "alertname=Fire", "host=a", "team=web", "--annotation=summary=hot"]);
    amtool(&["alert", "add", "alertname=Smoke", "host=b"]);
    let listed = amtool(&["alert", "query", "--output=simple"]);
    assert!(listed.contains("Fire") && listed.contains("hot") && listed.contains("Smoke"), "{listed}");
    assert!(!amtool(&["alert", "query", "host=b"]).contains("Fire"));
    let id =
        amtool(&["silence", "add", "alertname=Fire", "--author=ann", "--comment=known", "--duration=1h"]);
    let id = id.trim();
    assert!(amtool(&["silence", "query"]).contains(id));
    assert!(!amtool(&["alert", "query"]).contains("Fire"), "silenced");
    assert!(amtool(&["alert", "query", "--silenced"]).contains("Fire"));
    let updated = amtool(&["silence", "update", "--duration=2h", "--comment=known still", id]);
    assert!(updated.contains("known still"), "{updated}");
    amtool(&["silence", "expire", id]);
    assert!(amtool(&["alert", "query"]).contains("Fire"));
    assert!(amtool(&["silence", "query", "--expired"]).contains(id));
    let config = amtool(&["config", "show"]);
    assert!(config.contains("inhibit_rules"), "{config}");
    let routes = amtool(&["config", "routes", "show"]);
    assert!(routes.contains("default-route") && routes.contains("receiver: web"), "{routes}");
    assert_eq!(amtool(&["config", "routes", "test", "team=web"]).trim(), "web");
    let cluster = amtool(&["cluster", "show"]);
    assert!(cluster.contains("disabled"), "{cluster}");
}
