//! `amtool`, where it is installed (Debian's package prometheus-alertmanager).

use std::fs;
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

/// Whether there is none, and so nothing to test.
fn is_missing() -> bool {
    let missing = Command::new("amtool").arg("--version").output().is_err();
    if missing {
        eprintln!("left out: there is no amtool");
    }
    missing
}

#[tokio::test]
async fn amtool_adds_lists_and_silences() {
    if is_missing() {
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

/// With all that no Alertmanager has, or none as old as Debian's `amtool`.
const OURS: &str = "
global:
  smtp_smarthost: 'mail.example.org:465'
  smtp_from: alerts@example.org
  smtp_force_implicit_tls: true
  http_config: {proxy_from_environment: true, http_headers: {X-From: {values: [here]}}}
route:
  receiver: everybody
  escalation_policy: levels
  routes:
    - {receiver: web, matchers: [team=web], escalation_policy: levels, active_time_intervals: [days]}
    - {receiver: trackers, matchers: [severity=info], mute_time_intervals: [days]}
receivers:
  - name: everybody
    ntfy_configs: [{topic: ops}]
    alertmanager_configs: [{url: 'http://127.0.0.1:9/'}]
    escalation_policy: levels
  - name: web
    webhook_configs:
      - {url_file: /hook, hmac_secret: secret, body: '{}', timeout: 5s}
    slack_configs: [{api_url: 'https://hooks.slack.com/a', channel: '#a', layout: blocks, mentions: [here]}]
    email_configs: [{to: web@example.org, force_implicit_tls: true, tls_config: {server_name: mail}}]
    escalation_configs: [{after: 5m, receiver: lead}]
    escalation_repeat: {times: 2, after: 1h}
  - name: trackers
    github_configs: [{repository: owner/name, token: secret}]
    gitlab_configs: [{project: group/name, token: secret}]
    servicenow_configs: [{instance_url: 'https://example.service-now.com', username: me, password: secret}]
    sentry_configs: [{dsn: 'https://secret@o1.ingest.sentry.io/42'}]
    jira_configs: [{api_url: 'https://example.atlassian.net/rest/api/3/', project: OPS, issue_type: Bug}]
  - name: lead
    pushover_configs: [{user_key_file: /user, token_file: /token, expire: 24h, ttl: 1h}]
    telegram_configs: [{bot_token_file: /token, chat_id: -100, message_thread_id: 7}]
    discord_configs: [{webhook_url_file: /discord, content: a}]
    msteams_configs: [{webhook_url: 'https://teams.example.org/secret'}]
time_intervals:
  - {name: days, time_intervals: [{times: [{start_time: '08:00', end_time: '18:00'}], location: Europe/Berlin}]}
inhibit_rules:
  - {name: ours, source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [host]}
schedules:
  - {name: web, layers: [{start: 2026-01-05 09:00, every: 7d, receivers: [lead]}]}
escalation_policies:
  - {name: levels, steps: [{after: 5m, schedule: web}]}
incidents: {receiver: everybody}
";

#[tokio::test]
async fn amtool_reads_a_configuration_that_has_more_than_alertmanager() {
    if is_missing() {
        return;
    }
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("alertmanager.yml"), OURS).unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--notify-config", "alertmanager.yml"]);
    let amtool = |arguments: &[&str]| amtool(&server, dir.path(), arguments);
    let routes = amtool(&["config", "routes", "show"]);
    for receiver in ["everybody", "web", "trackers"] {
        assert!(routes.contains(&format!("receiver: {receiver}")), "{routes}");
    }
    assert_eq!(amtool(&["config", "routes", "test", "team=web"]).trim(), "web");
    assert_eq!(amtool(&["config", "routes", "test", "severity=info"]).trim(), "trackers");
    assert_eq!(amtool(&["config", "routes", "test", "severity=critical"]).trim(), "everybody");
    let config = amtool(&["config", "show"]);
    assert!(config.contains("slack_configs") && config.contains("\"lead\""), "{config}");
    assert!(!config.contains("escalation"), "{config}");
    // Watchfire's own API tells all of it.
    let all = server.get("/api/v1/watchfire/notify-config").await.body;
    assert!(all.contains("escalation_policies") && all.contains("ntfy_configs"), "{all}");
}
