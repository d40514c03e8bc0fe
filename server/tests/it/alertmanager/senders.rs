//! Prometheus and vmalert send alerts here, where they are installed.

use std::fs;
use std::process::{Child, Command, Stdio};

use tempfile::tempdir;

use super::{found, start};
use crate::answer::eventually;
use crate::server::now;

/// A program that is killed when it goes out of scope.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const RULES: &str = "
groups:
  - name: always
    interval: 1s
    rules:
      - alert: AlwaysThere
        expr: vector(1)
        labels: {severity: warning, host: prometheus}
";

#[tokio::test]
async fn prometheus_sends_its_alerts() {
    if Command::new("prometheus").arg("--version").output().is_err() {
        eprintln!("left out: there is no Prometheus");
        return;
    }
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    fs::write(dir.path().join("rules.yml"), RULES).unwrap();
    let config = format!(
        "rule_files: [rules.yml]\nalerting: {{alertmanagers: [{{static_configs: [{{targets: ['{}']}}]}}]}}\n",
        server.address()
    );
    fs::write(dir.path().join("prometheus.yml"), config).unwrap();
    let _prometheus = Running(
        Command::new("prometheus")
            .args([
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=tsdb",
                "--web.listen-address=127.0.0.1:0",
                // What it sends before it has found out where to is lost.
                "--rules.alert.resend-delay=1s",
            ])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    eventually("the alert of Prometheus", async || {
        found(&server, "filter=alertname=AlwaysThere").await.pop().filter(|told| told.ends_with("active"))
    })
    .await;
}

const VMALERT_RULES: &str = "
groups:
  - name: always
    interval: 1s
    rules:
      - alert: TooHot
        expr: temp > 50
        labels: {severity: warning}
";

/// Its queries are answered here, too.
#[tokio::test]
async fn vmalert_sends_its_alerts() {
    if Command::new("vmalert").arg("-version").output().is_err() {
        eprintln!("left out: there is no vmalert");
        return;
    }
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let sample = format!("temp{{host=\"vm\"}} 60 {}\n", now());
    let stored = server.post("/api/v1/import/prometheus", &[], sample.into_bytes()).await;
    assert!((200..300).contains(&stored.status), "{}", stored.body);
    fs::write(dir.path().join("rules.yml"), VMALERT_RULES).unwrap();
    let here = format!("http://{}", server.address());
    let _vmalert = Running(
        Command::new("vmalert")
            .arg("-rule=rules.yml")
            .arg(format!("-datasource.url={here}"))
            .arg(format!("-notifier.url={here}"))
            .args(["-httpListenAddr=127.0.0.1:0", "-evaluationInterval=1s"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    eventually("the alert of vmalert", async || {
        found(&server, "filter=alertname=TooHot").await.pop().filter(|told| told == "TooHot vm active")
    })
    .await;
}
