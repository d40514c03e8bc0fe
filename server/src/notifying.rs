//! Wiring of what tells people of alerts.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_service::Service;
use watchfire_service::alerting::delivery::{Deliveries, DeliverySettings, Senders};
use watchfire_service::alertmanager::{Alertmanager, ConfigFile, Followed, Queue, keep_alertmanager};
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
    if !service.alerting().set_sink(Arc::new(alertmanager.clone())) {
        tracing::error!("alerts of rules go elsewhere already");
    }
    tasks.spawn(deliveries.run(stop.clone()));
    tasks.spawn(keep_alertmanager(alertmanager.clone(), stop.clone()));
    if let Some(file) = file {
        tasks.spawn(file.follow(alertmanager.clone(), config.notify.reload_interval, stop.clone()));
    }
    Ok(alertmanager)
}
