//! Wiring of what tells people of alerts.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_alerting::incident::Settings;
use watchfire_service::Service;
use watchfire_service::alerting::delivery::{Deliveries, DeliverySettings, Senders};
use watchfire_service::alertmanager::{
    Alertmanager, ConfigFile, Followed, Queue, keep_alertmanager, keep_incidents,
};
use watchfire_storage::Engine;

use crate::clock::now;
use crate::config::Config;
use crate::fatal::Fatal;

/// Opens what is between alerts and notifications, and lets it run until `stop`. Alerts of rules go in.
///
/// # Errors
///
/// The configuration that is there at the start has to be well.
pub(crate) async fn start_notifying(
    config: &Config,
    service: &Service,
    engine: &Engine,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> Result<Alertmanager, Fatal> {
    let file = config.notify.config.as_deref().map(ConfigFile::new);
    let follows = match &file {
        Some(file) => file.read().await.map_err(Fatal::Notify)?.unwrap_or_else(Followed::nobody),
        None => Followed::nobody(),
    };
    let store = Arc::new(engine.control());
    let settings = DeliverySettings { timeout: config.notify.timeout, ..DeliverySettings::default() };
    let senders = Senders::new(settings.timeout, config.notify.programs);
    let deliveries = Deliveries::new(store.clone(), Arc::new(senders), settings);
    let external_url = service.alerting().settings().external_url.clone();
    let queue = Arc::new(Queue::new(deliveries.clone(), external_url));
    let alertmanager = Alertmanager::open(store, queue, follows, now()).await?;
    alertmanager.tell_of_demo(config.notify.demo);
    alertmanager.limit_windows(config.notify.max_windows);
    alertmanager.set_incidents(incident_settings(config));
    if !service.alerting().set_sink(Arc::new(alertmanager.clone())) {
        tracing::error!("alerts of rules go elsewhere already");
    }
    tasks.spawn(deliveries.run(stop.clone()));
    tasks.spawn(keep_alertmanager(alertmanager.clone(), stop.clone()));
    tasks.spawn(keep_incidents(alertmanager.clone(), stop.clone()));
    if let Some(file) = file {
        tasks.spawn(file.follow(alertmanager.clone(), config.notify.reload_interval, stop.clone()));
    }
    Ok(alertmanager)
}

fn incident_settings(config: &Config) -> Settings {
    let incidents = &config.incidents;
    let millis = |time: std::time::Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Settings {
        window: millis(incidents.window),
        dependencies: incidents.dependencies.clone(),
        keep: incidents.history.map(millis),
        max_count: incidents.max_count,
        max_alerts: incidents.max_alerts,
        max_notes: incidents.max_notes,
        max_note_bytes: incidents.max_note_bytes,
    }
}
