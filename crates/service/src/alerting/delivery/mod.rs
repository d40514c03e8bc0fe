//! Delivery: notifications go into a stored queue, and from there to whom they are for, at least once.
//!
//! What is put into the queue is said already ([`Draft`]); addresses and keys are added when it is sent. A task
//! ([`Deliveries::run`]) takes what is due. Each channel of each receiver is a lane of its own, with a bound on what is under
//! way at once and on how often it sends, so a receiver that is slow or away holds up nobody else. An attempt that failed
//! but may succeed is made again, later and later, until it is given up: then it is a dead letter, which people see and can
//! send again. Of one group and channel nothing overtakes, and one goes at a time; what a newer one tells is left out.
//!
//! A crash before a notification is sent loses nothing, since it is stored; one between the answer and its being written down
//! sends that one request once more, with the same idempotency key.

mod attempt;
mod ended;
mod hastened;
mod http;
mod lane;
mod metrics;
mod oauth2;
mod pauses;
mod pictures;
mod preview;
mod program;
mod queued_trial;
mod receivers;
mod secrets;
mod settings;
mod smtp;
mod superseding;
mod transport;
mod trial;
mod under_way;
mod worker;

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};
use watchfire_alerting::channel::{self, Draft, Surroundings};
use watchfire_alerting::config::receiver::Integration;
use watchfire_alerting::{Config, Notification};
use watchfire_storage::{ControlError, DeliveryStore, NewDelivery, random_bytes};

use crate::clock;
pub use ended::Ended;
pub use http::HttpTransport;
pub use metrics::{ChannelMetrics, DELAY_BOUNDS, LATENCY_BOUNDS, Metrics, Timings};
pub use pictures::{CHART, Painter};
pub use preview::{PreviewError, PreviewLinks};
pub use program::ProgramTransport;
use queued_trial::Tried;
use receivers::Receivers;
pub use secrets::SecretFiles;
pub use settings::DeliverySettings;
pub use smtp::MailTransport;
pub use transport::{Senders, Transport};
pub use trial::{TEST_LIFETIME, TEST_WAIT, Trial, TrialAlert};
pub use watchfire_storage::{DeadLetters, Delivery, DeliveryCounts, DeliveryFilter, DeliveryState};

/// How many dead letters may wait for who wants to know of them; what is told later than that is told at the next repetition.
const DEAD_LETTERS: usize = 1024;

/// How many ends of deliveries may wait for who keeps the history.
const ENDS: usize = 8192;

/// How many ends of tests may wait for those who asked for them.
const TRIED: usize = 256;

/// A notification that was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The group that it tells of.
    pub group_key: String,
    /// Who was to be told.
    pub receiver: String,
    /// By which channel.
    pub integration: Integration,
    /// The tick of the group at which it was decided, milliseconds since the epoch.
    pub at: i64,
}

/// Tells the time: milliseconds since the epoch.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The queue of notifications. Cloning shares it.
#[derive(Clone)]
pub struct Deliveries {
    store: Arc<dyn DeliveryStore>,
    transport: Arc<dyn Transport>,
    settings: DeliverySettings,
    receivers: Arc<Receivers>,
    metrics: Arc<Metrics>,
    easel: pictures::Easel,
    /// Says that there is something new to do.
    wake: Arc<Notify>,
    pauses: Arc<pauses::Pauses>,
    under_way: under_way::UnderWay,
    dead: broadcast::Sender<DeadLetter>,
    ended: broadcast::Sender<Arc<Ended>>,
    /// How tests end.
    tried: broadcast::Sender<Arc<Tried>>,
    hastened: Arc<hastened::Hastened>,
    clock: Clock,
    /// What is older, an earlier process may have sent.
    started_at: i64,
}

impl Deliveries {
    /// A queue in a store, whose deliveries go out by a transport. It has no receivers yet.
    pub fn new(
        store: Arc<dyn DeliveryStore>,
        transport: Arc<dyn Transport>,
        settings: DeliverySettings,
    ) -> Self {
        Self {
            store,
            transport,
            settings,
            receivers: Arc::default(),
            metrics: Arc::default(),
            easel: pictures::Easel::default(),
            wake: Arc::default(),
            pauses: Arc::default(),
            under_way: under_way::UnderWay::default(),
            dead: broadcast::Sender::new(DEAD_LETTERS),
            ended: broadcast::Sender::new(ENDS),
            tried: broadcast::Sender::new(TRIED),
            hastened: Arc::default(),
            clock: Arc::new(clock::now),
            started_at: clock::now(),
        }
    }

    /// What is given up from now on.
    pub fn dead_letters(&self) -> broadcast::Receiver<DeadLetter> {
        self.dead.subscribe()
    }

    /// How deliveries end from now on.
    pub fn ends(&self) -> broadcast::Receiver<Arc<Ended>> {
        self.ended.subscribe()
    }

    /// The same by another clock, for tests.
    #[must_use]
    pub fn with_clock(self, clock: Clock) -> Self {
        Self { started_at: clock(), clock, ..self }
    }

    /// Takes the receivers of a configuration, in place of those before. What waits for one that is gone fails when it is
    /// due, and says so. Logins that were refused are tried again.
    pub fn configure(&self, config: &Config) {
        self.receivers.replace(&config.receivers);
        self.pauses.forget_logins();
        self.wake.notify_one();
    }

    /// Says the texts of notifications and puts them into the queue, in one transaction; those that are in it already stay
    /// as they are. Returns how many are new. What can't be said, since a template fails, becomes a dead letter that says
    /// why, in its place among the others; [`Surroundings::entropy`] is renewed for each.
    pub async fn enqueue(
        &self,
        notifications: &[Notification],
        around: &Surroundings<'_>,
    ) -> Result<usize, ControlError> {
        let mut deliveries = Vec::with_capacity(notifications.len());
        for notification in notifications {
            let mut around = around.clone();
            around.entropy = channel::Entropy(random_bytes()?);
            deliveries.push(self.new_delivery(&self.draft(notification, &around)));
        }
        self.put(&deliveries).await
    }

    fn draft(&self, notification: &Notification, around: &Surroundings<'_>) -> Draft {
        let receiver = self.receivers.get(&notification.receiver);
        let draft = match &receiver {
            Some(receiver) => channel::draft(notification, receiver, around).map_err(|error| error.reason),
            None => Err(receivers::unknown(&notification.receiver)),
        };
        draft.unwrap_or_else(|reason| attempt::unsaid(notification, &reason))
    }

    /// Tells the services of a group's receivers that somebody acknowledged it, where they have a word for that.
    pub async fn acknowledge(
        &self,
        group_key: &str,
        receiver: &str,
        by: &str,
    ) -> Result<usize, ControlError> {
        let Some(receiver) = self.receivers.get(receiver) else { return Ok(0) };
        let now = (self.clock)();
        let drafts = receiver.integrations().into_iter().filter_map(|(integration, _)| {
            channel::acknowledgement(group_key, &receiver, integration, now, by)
        });
        let deliveries: Vec<NewDelivery> = drafts.map(|draft| self.new_delivery(&draft)).collect();
        self.put(&deliveries).await
    }

    async fn put(&self, deliveries: &[NewDelivery]) -> Result<usize, ControlError> {
        let new = self.store.enqueue(deliveries).await?;
        if new > 0 {
            self.wake.notify_one();
        }
        Ok(new)
    }

    fn new_delivery(&self, draft: &Draft) -> NewDelivery {
        let now = (self.clock)();
        NewDelivery {
            key: draft.key.clone(),
            group_key: draft.group_key.clone(),
            receiver: draft.receiver.clone(),
            integration: draft.integration.to_string(),
            // It is made of texts and JSON, which can always be written.
            draft: serde_json::to_string(draft).unwrap_or_default(),
            created_at: now,
            give_up_at: now.saturating_add(self.settings.give_up_after),
            test: false,
        }
    }

    /// Deliveries that meet a filter, the newest first; for people.
    pub async fn list(&self, filter: &DeliveryFilter) -> Result<Vec<Delivery>, ControlError> {
        self.store.list(filter).await
    }

    /// One delivery.
    pub async fn get(&self, id: i64) -> Result<Option<Delivery>, ControlError> {
        self.store.get(id).await
    }

    /// Deletes a dead letter; whether there was one with that number.
    pub async fn discard(&self, id: i64) -> Result<bool, ControlError> {
        let found = self.store.discard(id).await?;
        self.wake.notify_one();
        Ok(found)
    }

    /// Sends a dead letter again, whatever its channel waits for; whether there was one with that number. Tests are not sent again: what
    /// they open would stay open.
    pub async fn resend(&self, id: i64) -> Result<bool, ControlError> {
        let now = (self.clock)();
        let Some(delivery) = self.store.get(id).await? else { return Ok(false) };
        let give_up_at = now.saturating_add(self.settings.give_up_after);
        let found = self.store.resend(id, &attempt::anew(&delivery.progress), now, give_up_at).await?;
        if found {
            self.hastened.want(&delivery);
            self.wake.notify_one();
        }
        Ok(found)
    }

    /// Sends what waits now, whatever was to be waited for, and before it what goes before it; whether it waits.
    pub async fn hasten(&self, id: i64) -> Result<bool, ControlError> {
        let waits = self.store.hasten(id, (self.clock)()).await?.is_some();
        if waits && let Some(delivery) = self.store.get(id).await? {
            self.hastened.want(&delivery);
            self.wake.notify_one();
        }
        Ok(waits)
    }

    /// Lets something that waits not be sent; whether it waited. `by` is who wants it so. What is being sent is not dropped: nobody would
    /// know whether it was heard.
    pub async fn drop_waiting(&self, id: i64, by: &str) -> Result<bool, ControlError> {
        let dropped = self.drop_claimed(id, by).await;
        // Whatever came of it: the task may have passed it by meanwhile.
        self.wake.notify_one();
        dropped
    }

    async fn drop_claimed(&self, id: i64, by: &str) -> Result<bool, ControlError> {
        let Some(_claim) = self.under_way.claim(id) else { return Ok(false) };
        let reason = format!("dropped by {by}");
        if !self.store.drop_waiting(id, &reason, (self.clock)()).await? {
            return Ok(false);
        }
        let delivery = self.store.get(id).await?;
        if let Some(delivery) = delivery
            && let Some(draft) = Self::told(&delivery)
        {
            if delivery.test {
                self.end_test(&delivery, Some(reason), false);
            } else {
                self.left_out(&draft, reason);
            }
        }
        Ok(true)
    }

    /// How many wait, are done, and are dead.
    pub async fn counts(&self) -> Result<DeliveryCounts, ControlError> {
        self.store.counts().await
    }

    /// Lets the task look at once at what is due.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// What was counted since the start.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What is stored of a delivery in words for people; `None` where it can't be read.
    pub fn told(delivery: &Delivery) -> Option<Draft> {
        serde_json::from_str(&delivery.draft).ok()
    }
}
