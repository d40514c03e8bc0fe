//! Tests of receivers by the queue, which is how all that is sent goes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::broadcast::error::RecvError;
use watchfire_alerting::channel::{Entropy, Surroundings};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::Integration;
use watchfire_storage::{ControlError, Delivery, DeliveryState, NewDelivery, random_bytes};

use super::Deliveries;
use super::trial::{TEST_LIFETIME, TEST_WAIT, Trial, TrialAlert, keeps_open, notification};

/// How a test that went by the queue ended.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    /// What names its delivery.
    key: String,
    /// Why it was not delivered.
    failure: Option<String>,
    /// Whether another attempt might succeed.
    may_pass: bool,
}

/// A channel that is tried by the queue.
struct Test {
    integration: Integration,
    /// What names its deliveries: of services that keep something open a second one follows.
    keys: Vec<String>,
    /// How many of them are delivered.
    done: usize,
    /// Why one was not, and whether another attempt might succeed.
    failure: Option<(String, bool)>,
    /// How long it took until it was over.
    took: Option<Duration>,
}

impl Test {
    fn note(&mut self, tried: &Tried, took: Duration) {
        if self.took.is_some() || !self.keys.contains(&tried.key) {
            return;
        }
        match &tried.failure {
            Some(words) => self.failure = Some((words.clone(), tried.may_pass)),
            None => self.done += 1,
        }
        if self.failure.is_some() || self.done == self.keys.len() {
            self.took = Some(took);
        }
    }
}

impl Deliveries {
    /// Sends a test notification to all channels of a receiver, by the queue as all others, and waits for what they say, for `wait` and
    /// at most for [`TEST_WAIT`]. It is tried once, and not at all after [`TEST_LIFETIME`]. Services that keep something open, such as
    /// an incident, are told that it is over, too. `None` where there is no such receiver.
    ///
    /// # Errors
    ///
    /// The store fails, or the system gives no random bytes.
    pub async fn try_receiver(
        &self,
        name: &str,
        told: &TrialAlert,
        around: &Surroundings<'_>,
        wait: Duration,
    ) -> Result<Option<Vec<Trial>>, ControlError> {
        let Some(receiver) = self.receivers.get(name) else { return Ok(None) };
        let start = Instant::now();
        // Before anything can end.
        let mut ends = self.tried.subscribe();
        let mut tests = self.put_tests(&receiver, told, around).await?;
        let until = tokio::time::Instant::from_std(start + wait.min(TEST_WAIT));
        while tests.iter().any(|test| test.took.is_none()) {
            match tokio::time::timeout_at(until, ends.recv()).await {
                Ok(Ok(tried)) => tests.iter_mut().for_each(|test| test.note(&tried, start.elapsed())),
                // The store knows what was lost here.
                Ok(Err(RecvError::Lagged(_))) => {}
                Ok(Err(RecvError::Closed)) | Err(_) => break,
            }
        }
        let mut trials = Vec::with_capacity(tests.len());
        for test in tests {
            trials.push(self.trial(test, start.elapsed()).await?);
        }
        Ok(Some(trials))
    }

    /// Puts a test for each channel into the queue.
    async fn put_tests(
        &self,
        receiver: &Receiver,
        told: &TrialAlert,
        around: &Surroundings<'_>,
    ) -> Result<Vec<Test>, ControlError> {
        let now = (self.clock)();
        let (mut tests, mut deliveries) = (Vec::new(), Vec::new());
        for (integration, _) in receiver.integrations() {
            let mut keys = Vec::new();
            for resolved in [false, true] {
                if resolved && !keeps_open(integration.channel) {
                    break;
                }
                let notification = notification(&receiver.name, integration, told, now, resolved);
                let mut around = around.clone();
                around.entropy = Entropy(random_bytes()?);
                let delivery = self.new_delivery(&self.draft(&notification, &around));
                keys.push(delivery.key.clone());
                let give_up_at = now.saturating_add(TEST_LIFETIME);
                deliveries.push(NewDelivery { test: true, give_up_at, ..delivery });
            }
            tests.push(Test { integration, keys, done: 0, failure: None, took: None });
        }
        self.put(&deliveries).await?;
        Ok(tests)
    }

    /// What there is to say of a test now.
    async fn trial(&self, test: Test, elapsed: Duration) -> Result<Trial, ControlError> {
        let Test { integration, keys, failure, took, .. } = test;
        let (failure, may_pass) = failure.unzip();
        let mut trial = Trial {
            integration,
            failure,
            may_pass: may_pass.unwrap_or_default(),
            took: took.unwrap_or(elapsed),
            delivery: None,
            waits_behind: None,
        };
        for key in &keys {
            let Some(delivery) = self.store.keyed(key).await? else {
                if took.is_none() {
                    trial.failure = Some("its delivery is not kept any more".to_owned());
                }
                continue;
            };
            trial.delivery = trial.delivery.or(Some(delivery.id));
            if took.is_some() || trial.failure.is_some() {
                continue;
            }
            match delivery.state {
                DeliveryState::Done => {}
                DeliveryState::Waiting => {
                    trial.waits_behind = Some(self.store.ahead(delivery.id).await?);
                    break;
                }
                DeliveryState::Dead | DeliveryState::Dropped | DeliveryState::Superseded => {
                    trial.failure = Some(delivery.reason);
                }
            }
        }
        Ok(trial)
    }

    /// Says to who asked for a test how it ended.
    pub(super) fn end_test(&self, delivery: &Delivery, failure: Option<String>, may_pass: bool) {
        // Where nobody waits any more nobody has to know.
        let _ = self.tried.send(Arc::new(Tried { key: delivery.key.clone(), failure, may_pass }));
    }
}
