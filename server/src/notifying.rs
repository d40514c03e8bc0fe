//! Wiring of what tells people of alerts.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use watchfire_alerting::incident::Settings;
use watchfire_service::Service;
use watchfire_service::alerting::delivery::{Deliveries, DeliverySettings, Senders};
use watchfire_service::alertmanager::{
    Alertmanager, AlertmanagerError, Calendars, ConfigFile, Followed, Links, Queue, keep_alertmanager,
    keep_endings, keep_incidents, tell_anew,
};
use watchfire_service::heartbeats::{Heartbeats, keep_heartbeats};
use watchfire_service::notify_config::NotifyConfig;
use watchfire_storage::{ControlStore, Engine};

use crate::clock::now;
use crate::config::Config;
use crate::fatal::Fatal;
use crate::render::{AlertPainter, Desk};

/// What sends notifications.
#[derive(Clone)]
pub(crate) struct Notifying {
    pub(crate) queue: Arc<Queue>,
    /// Who hears of what: a file, or what is kept here.
    pub(crate) config: NotifyConfig,
    /// Calendars that say who is on call.
    pub(crate) calendars: Calendars,
    /// Jobs that have to be heard of.
    pub(crate) heartbeats: Heartbeats,
    /// Addresses at which alerts are acknowledged, where there are such.
    pub(crate) links: Option<Links>,
}

impl Notifying {
    /// Lets charts for mails be drawn, where they may take any time at all.
    pub(crate) fn paint_by(&self, service: &Service, desk: &Desk, config: &Config) {
        let timeout = config.notify.chart_timeout;
        if timeout.is_zero() {
            return;
        }
        let (service, desk) = (service.clone(), desk.clone());
        let painter = AlertPainter { service, desk, max_pixels: config.render.max_pixels };
        if !self.queue.deliveries().paint_by(Arc::new(painter), timeout) {
            tracing::error!("charts for mails are drawn elsewhere already");
        }
    }
}

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
) -> Result<(Alertmanager, Notifying), Fatal> {
    let file = config.notify.config.as_deref().map(ConfigFile::new);
    let store = Arc::new(engine.control());
    let notify_config = NotifyConfig::new(store.clone(), file.clone(), config.notify.files_in_kept_config);
    let follows = match &file {
        Some(file) => file.read().await.map_err(Fatal::Notify)?,
        None => notify_config.begin().await.map_err(AlertmanagerError::from)?,
    };
    let follows = follows.unwrap_or_else(Followed::nobody);
    let settings = delivery_settings(config);
    let settings_timeout = settings.timeout;
    let senders = Senders::new(settings.timeout, config.notify.programs);
    let deliveries = Deliveries::new(store.clone(), Arc::new(senders), settings);
    let external_url = service.alerting().settings().external_url.clone();
    let lifetime = i64::try_from(config.notify.link_lifetime.as_millis()).unwrap_or(i64::MAX);
    let key = store.secret().await.map_err(AlertmanagerError::from)?;
    let links = (lifetime > 0).then(|| Links::new(key, &external_url, lifetime));
    let queue = Arc::new(Queue::new(deliveries.clone(), external_url).with_links(links.clone()));
    let alertmanager = Alertmanager::open(store.clone(), queue.clone(), follows, now()).await?;
    let calendars = Calendars::open(alertmanager.clone(), store.clone(), settings_timeout).await?;
    tasks.spawn(calendars.clone().keep(config.notify.calendar_interval, stop.clone()));
    if !alertmanager.keep_history(store) {
        tracing::error!("the history of alerts is kept elsewhere already");
    }
    alertmanager.tell_of_demo(config.notify.demo);
    alertmanager.limit_windows(config.notify.max_windows);
    alertmanager.set_incidents(incident_settings(config));
    if !service.alerting().set_sink(Arc::new(alertmanager.clone())) {
        tracing::error!("alerts of rules go elsewhere already");
    }
    tasks.spawn(tell_anew(alertmanager.clone(), deliveries.dead_letters(), stop.clone()));
    // What is under way when the server stops may end still, and is noted, too.
    let quiet = CancellationToken::new();
    tasks.spawn(keep_endings(alertmanager.clone(), deliveries.ends(), quiet.clone()));
    let running = deliveries.run(stop.clone());
    tasks.spawn(async move {
        running.await;
        quiet.cancel();
    });
    tasks.spawn(keep_alertmanager(alertmanager.clone(), stop.clone()));
    tasks.spawn(keep_incidents(alertmanager.clone(), stop.clone()));
    if let Some(file) = file {
        tasks.spawn(file.follow(alertmanager.clone(), config.notify.reload_interval, stop.clone()));
    }
    let heartbeats =
        Heartbeats::open(service.clone(), Arc::new(engine.control()), config.rules.max_heartbeats);
    let heartbeats = heartbeats.await.map_err(AlertmanagerError::from)?;
    tasks.spawn(keep_heartbeats(heartbeats.clone(), stop.clone()));
    service.alerting().keep_watchdog(config.rules.watchdog);
    Ok((alertmanager, Notifying { queue, config: notify_config, calendars, heartbeats, links }))
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

/// The bounds of delivery as they are set.
fn delivery_settings(config: &Config) -> DeliverySettings {
    let notify = &config.notify;
    let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    DeliverySettings {
        timeout: notify.timeout,
        give_up_after: millis(notify.give_up_after),
        lane_concurrency: notify.channel_concurrency,
        concurrency: notify.concurrency,
        rate: u32::try_from(notify.rate).unwrap_or(u32::MAX),
        keep_done: millis(notify.keep_done),
        keep_dead: millis(notify.keep_dead),
        ..DeliverySettings::default()
    }
}
