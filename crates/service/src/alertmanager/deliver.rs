use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use watchfire_alerting::channel::{Entropy, Surroundings};
use watchfire_alerting::{Config, Notification};
use watchfire_model::Labels;
use watchfire_storage::{ControlError, random_bytes};
use watchfire_template::{Env, Set, Time};

use crate::alerting::delivery::{Deliveries, Trial, TrialAlert};
use crate::clock::now;

/// What marks a test notification.
const TEST: &str = "This is a test notification; nothing is wrong.";

/// Takes what is to be sent.
#[async_trait]
pub trait Deliver: Send + Sync {
    /// Goes on with the receivers of a configuration, and the templates that it names.
    fn configure(&self, config: &Config, templates: Set);

    /// Stores notifications to be delivered at least once. One that was taken already is not taken again.
    ///
    /// # Errors
    ///
    /// In words, if they could not be stored; then none was, and they are given again.
    async fn deliver(&self, notifications: &[Notification]) -> Result<(), String>;
}

/// Puts notifications into the stored queue, in the words of the templates.
pub struct Queue {
    deliveries: Deliveries,
    templates: RwLock<Arc<Set>>,
    external_url: String,
}

impl Queue {
    /// `external_url`: where people reach this server.
    pub fn new(deliveries: Deliveries, external_url: String) -> Self {
        let templates = RwLock::new(Arc::new(watchfire_alerting::channel::default_templates()));
        Self { deliveries, templates, external_url }
    }

    /// The queue itself.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Sends a test notification to a receiver, with these labels and annotations over those of a test; `None` where there is
    /// no such receiver.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub async fn try_receiver(
        &self,
        name: &str,
        labels: &Labels,
        annotations: &Labels,
    ) -> Result<Option<Vec<Trial>>, ControlError> {
        let over = |usual: &[(&str, &str)], given: &Labels| {
            let usual = usual.iter().fold(Labels::empty(), |labels, (name, value)| labels.with(name, value));
            given.iter().fold(usual, |labels, label| labels.with(label.name, label.value))
        };
        let summary = format!("A test of the receiver {name}");
        let told = TrialAlert {
            labels: over(&[("alertname", "TestNotification"), ("severity", "info")], labels),
            annotations: over(&[("summary", &summary)], annotations).with("test", TEST),
        };
        let set = self.templates();
        let around = self.around(&set)?;
        Ok(self.deliveries.try_receiver(name, &told, &around).await)
    }

    fn templates(&self) -> Arc<Set> {
        self.templates.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn around<'a>(&'a self, set: &'a Set) -> Result<Surroundings<'a>, ControlError> {
        let now = Time::from_millis(now()).unwrap_or_else(Time::zero);
        let env = Env { external_url: &self.external_url, ..Env::at(now) };
        Ok(Surroundings { set, env, pictures: &[], entropy: Entropy(random_bytes()?) })
    }
}

#[async_trait]
impl Deliver for Queue {
    fn configure(&self, config: &Config, templates: Set) {
        *self.templates.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(templates);
        self.deliveries.configure(config);
    }

    async fn deliver(&self, notifications: &[Notification]) -> Result<(), String> {
        let set = self.templates();
        let around = self.around(&set).map_err(|error| error.to_string())?;
        let taken = self.deliveries.enqueue(notifications, &around).await;
        taken.map(drop).map_err(|error| error.to_string())
    }
}
