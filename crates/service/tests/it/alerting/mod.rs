//! Rules over a real storage, evaluated several times a second.

mod forms;
mod running;
mod shipped;
mod usual;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use watchfire_model::{Batch, Labels};
use watchfire_promql::Value;
use watchfire_service::alerting::{AlertSink, AlertView, AlertingSettings, HandedAlert, RuleFilter};
use watchfire_service::dashboards::DashboardSettings;
use watchfire_service::{PromQuery, Service};
use watchfire_storage::{Engine, Settings};

/// Longer than anything here takes on a busy machine; only a failure waits for it.
const DEADLINE: Duration = Duration::from_secs(30);

/// Who is told, and what was.
#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<HandedAlert>>,
    deaf: Mutex<bool>,
}

#[async_trait]
impl AlertSink for Ear {
    async fn take(&self, alerts: Vec<HandedAlert>) -> Result<(), String> {
        if *self.deaf.lock().unwrap() {
            return Err("nobody listens".to_owned());
        }
        self.heard.lock().unwrap().extend(alerts);
        Ok(())
    }
}

/// A service that evaluates the rules of `rules.yml` in its directory.
struct Stage {
    service: Service,
    engine: Engine,
    ear: Arc<Ear>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

impl Stage {
    async fn start(dir: &Path) -> Self {
        Self::start_with(dir, |_| ()).await
    }

    /// With some settings that are others.
    async fn start_with(dir: &Path, change: impl FnOnce(&mut AlertingSettings)) -> Self {
        let storage =
            Settings { dir: dir.join("data"), retention: None, min_free_bytes: 0, ..Settings::default() };
        let engine = Engine::open(storage).await.unwrap();
        let mut settings = AlertingSettings {
            files: vec![dir.join("*.yml").display().to_string()],
            reload_interval: Duration::from_hours(1),
            interval: 50,
            external_url: "http://here".to_owned(),
            // A machine that has much to do is no fault of what is tested.
            backtest_patience: Duration::from_mins(1),
            ..AlertingSettings::default()
        };
        change(&mut settings);
        let control = Arc::new(engine.control());
        let service = Service::new(Arc::new(engine.clone()), Arc::new(engine.clone()))
            .with_control(control.clone(), DashboardSettings::default())
            .with_alerting(control, settings);
        let (ear, stop) = (Arc::new(Ear::default()), CancellationToken::new());
        assert!(service.alerting().set_sink(ear.clone()));
        let task = tokio::spawn(service.alerting().run(stop.clone()));
        service.alerting().reload().await;
        Self { service, engine, ear, stop, task }
    }

    /// Ends all; what is not stored is lost, as in a crash.
    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
        self.engine.close().await;
    }

    async fn push(&self, metric: &str, host: &str, value: f64) {
        let mut batch = Batch::default();
        batch.push(&Labels::of(metric, [("host", host)]).unwrap(), now(), value);
        self.service.append(batch).await.unwrap();
    }

    fn alerts(&self) -> Vec<AlertView> {
        let groups = self.service.alerting().groups();
        let rules = groups.iter().flat_map(|group| group.rules(&RuleFilter::default()));
        rules.filter_map(|rule| rule.alerting).flat_map(|rule| rule.alerts).collect()
    }

    /// The series that a query finds now.
    async fn query(&self, text: &str) -> Vec<String> {
        let at = now();
        let query =
            PromQuery { text: text.to_owned(), start: at, end: at, step: 0, lookback: None, timeout: None };
        let Value::Vector(found) = self.service.evaluate(query).await.unwrap().answer.value else {
            panic!("{text}")
        };
        let mut found: Vec<String> =
            found.iter().map(|(labels, value)| format!("{labels} {value}")).collect();
        found.sort();
        found
    }

    /// What was told: the alert's host and whether it is over.
    fn heard(&self) -> Vec<String> {
        let heard = self.ear.heard.lock().unwrap();
        let told = |alert: &HandedAlert| {
            let word = if alert.resolved { "resolved" } else { "firing" };
            format!("{} {word}", alert.received.labels.get("host").unwrap_or_default())
        };
        heard.iter().map(told).collect()
    }
}

/// Asks again and again until there is an answer.
async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < DEADLINE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A directory with this rule file.
fn with_rules(text: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("rules.yml"), text).unwrap();
    dir
}
