use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use watchfire_alerting::channel::{Entropy, Surroundings};
use watchfire_alerting::{Config, Notification};
use watchfire_storage::random_bytes;
use watchfire_template::{Env, Set, Time};

use crate::alerting::delivery::Deliveries;
use crate::clock::now;

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
}

#[async_trait]
impl Deliver for Queue {
    fn configure(&self, config: &Config, templates: Set) {
        *self.templates.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(templates);
        self.deliveries.configure(config);
    }

    async fn deliver(&self, notifications: &[Notification]) -> Result<(), String> {
        let set = self.templates.read().unwrap_or_else(PoisonError::into_inner).clone();
        let now = Time::from_millis(now()).unwrap_or_else(Time::zero);
        let env = Env { external_url: &self.external_url, ..Env::at(now) };
        let entropy = Entropy(random_bytes().map_err(|error| error.to_string())?);
        let around = Surroundings { set: &set, env, pictures: &[], entropy };
        let taken = self.deliveries.enqueue(notifications, &around).await;
        taken.map(drop).map_err(|error| error.to_string())
    }
}
