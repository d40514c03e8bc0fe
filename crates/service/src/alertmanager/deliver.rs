use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use watchfire_alerting::channel::{ActionLinks, Entropy, MailTexts, Surroundings};
use watchfire_alerting::time_interval::Database;
use watchfire_alerting::{Config, Notification};
use watchfire_model::Labels;
use watchfire_storage::{ControlError, random_bytes};
use watchfire_template::{Env, Set, Time};

use super::configured::Followed;
use super::links::Links;
use crate::alerting::delivery::{Deliveries, PreviewError, PreviewLinks, Trial, TrialAlert};
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

    /// Tells the services of a receiver that somebody looks after a group, where they have a word for that.
    ///
    /// # Errors
    ///
    /// In words, if it could not be stored.
    async fn acknowledged(&self, group_key: &str, receiver: &str, by: &str) -> Result<(), String>;
}

/// Puts notifications into the stored queue, in the words of the templates.
pub struct Queue {
    deliveries: Deliveries,
    templates: RwLock<Arc<Set>>,
    external_url: String,
    /// Where alerts are acknowledged.
    links: Option<Links>,
}

impl Queue {
    /// `external_url`: where people reach this server.
    pub fn new(deliveries: Deliveries, external_url: String) -> Self {
        let templates = RwLock::new(Arc::new(watchfire_alerting::channel::default_templates()));
        Self { deliveries, templates, external_url, links: None }
    }

    /// The same with addresses in messages at which people say something of alerts.
    #[must_use]
    pub fn with_links(self, links: Option<Links>) -> Self {
        Self { links, ..self }
    }

    /// The queue itself.
    pub fn deliveries(&self) -> &Deliveries {
        &self.deliveries
    }

    /// Sends a test notification to a receiver by the queue, with these labels and annotations over those of a test, and waits for what
    /// its channels say for `wait` at most; `None` where there is no such receiver. `group` is what its group has in common, where a
    /// route says it.
    ///
    /// # Errors
    ///
    /// The store fails, or the system gives no random bytes.
    pub async fn try_receiver(
        &self,
        name: &str,
        labels: &Labels,
        annotations: &Labels,
        group: Option<&Labels>,
        wait: Duration,
    ) -> Result<Option<Vec<Trial>>, ControlError> {
        let set = self.templates();
        let told = TrialAlert { group: group.cloned(), ..test_of(name, labels, annotations) };
        // There is no such alert that somebody could acknowledge.
        let around = Surroundings { links: None, ..self.around(&set)? };
        self.deliveries.try_receiver(name, &told, &around, wait).await
    }

    /// The same with a receiver of a configuration that nobody follows yet, without the queue.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub async fn try_draft(
        &self,
        draft: &Followed,
        name: &str,
        labels: &Labels,
        annotations: &Labels,
    ) -> Result<Option<Vec<Trial>>, ControlError> {
        let found = draft.config.receivers.iter().find(|receiver| receiver.name == name);
        let Some(receiver) = found else { return Ok(None) };
        let told = test_of(name, labels, annotations);
        let around = Surroundings { links: None, ..self.around(&draft.templates)? };
        Ok(Some(self.deliveries.try_channels(Arc::new(receiver.clone()), &told, &around).await))
    }

    /// What a test mail of a receiver would say, by the configuration that counts or by a draft, with a chart of `rule`, of the rule
    /// that these labels name, or a sample; `index` names one of its mails, counted from 0. Nothing is sent.
    ///
    /// # Errors
    ///
    /// There is no such receiver, mail or rule, or a template fails.
    pub async fn preview_mail(
        &self,
        draft: Option<&Followed>,
        mail: (&str, usize),
        labels: &Labels,
        annotations: &Labels,
        rule: Option<&str>,
    ) -> Result<MailTexts, PreviewError> {
        let told = test_of(mail.0, labels, annotations);
        let mut texts = self.preview_texts(draft, mail, &told)?;
        self.deliveries.preview_chart(&mut texts, &told, rule).await?;
        Ok(texts)
    }

    fn preview_texts(
        &self,
        draft: Option<&Followed>,
        (name, index): (&str, usize),
        told: &TrialAlert,
    ) -> Result<MailTexts, PreviewError> {
        // A mail shows where its alerts are acknowledged; of a test that leads nowhere.
        let links = self.links.as_ref().map(|_| &PreviewLinks as &dyn ActionLinks);
        let Some(draft) = draft else {
            let set = self.templates();
            let around = Surroundings { links, ..self.around(&set)? };
            return self.deliveries.preview_mail(name, index, told, &around);
        };
        let receiver = draft.config.receivers.iter().find(|receiver| receiver.name == name);
        let receiver = receiver.ok_or_else(|| PreviewError::NoReceiver(name.to_owned()))?;
        let around = Surroundings { links, ..self.around(&draft.templates)? };
        self.deliveries.preview_mail_of(receiver, index, told, &around)
    }

    fn templates(&self) -> Arc<Set> {
        self.templates.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn around<'a>(&'a self, set: &'a Set) -> Result<Surroundings<'a>, ControlError> {
        let now = Time::from_millis(now()).unwrap_or_else(Time::zero);
        let env = Env { external_url: &self.external_url, zones: Some(&Database), ..Env::at(now) };
        let links = self.links.as_ref().map(|links| links as &dyn ActionLinks);
        Ok(Surroundings { set, env, pictures: &[], links, entropy: Entropy(random_bytes()?) })
    }
}

/// What a test of a receiver tells.
fn test_of(name: &str, labels: &Labels, annotations: &Labels) -> TrialAlert {
    let over = |usual: &[(&str, &str)], given: &Labels| {
        let usual = usual.iter().fold(Labels::empty(), |labels, (name, value)| labels.with(name, value));
        given.iter().fold(usual, |labels, label| labels.with(label.name, label.value))
    };
    let summary = format!("A test of the receiver {name}");
    TrialAlert {
        labels: over(&[("alertname", "TestNotification"), ("severity", "info")], labels),
        annotations: over(&[("summary", &summary)], annotations).with("test", TEST),
        group: None,
    }
}

#[async_trait]
impl Deliver for Queue {
    fn configure(&self, config: &Config, templates: Set) {
        *self.templates.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(templates);
        self.deliveries.configure(config);
    }

    async fn deliver(&self, notifications: &[Notification]) -> Result<(), String> {
        let queue = Self {
            deliveries: self.deliveries.clone(),
            templates: RwLock::new(self.templates()),
            external_url: self.external_url.clone(),
            links: self.links.clone(),
        };
        let (notifications, runtime) = (notifications.to_vec(), Handle::current());
        // The templates of many notifications take long, and other tasks wait for this thread.
        let taken = spawn_blocking(move || {
            let set = queue.templates();
            let around = queue.around(&set)?;
            runtime.block_on(queue.deliveries.enqueue(&notifications, &around))
        });
        // It fails where a template panicked.
        let taken = taken.await.map_err(|error| error.to_string())?;
        taken.map(drop).map_err(|error: ControlError| error.to_string())
    }

    async fn acknowledged(&self, group_key: &str, receiver: &str, by: &str) -> Result<(), String> {
        let told = self.deliveries.acknowledge(group_key, receiver, by).await;
        told.map(drop).map_err(|error| error.to_string())
    }
}
