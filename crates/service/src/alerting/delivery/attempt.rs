use std::sync::Arc;
use std::time::{Duration, Instant};

use watchfire_alerting::Notification;
use watchfire_alerting::channel::{
    self, About, Cause, Draft, Intent, Memory, Outgoing, Progress, Unsendable, Verdict, idempotency_key,
};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::Channel;
use watchfire_storage::{ControlError, Delivery, DeliveryState, Settled, Settlement, random_bytes};

use super::lane;
use super::secrets::SecretFiles;
use super::{DeadLetter, Deliveries, Ended, TEST_LIFETIME, receivers};

/// How long to wait before what could not be written down is written again, at first and at last.
const WRITE_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// The most requests of one attempt.
pub(super) const MOST_STEPS: u32 = 16;

/// Where a draft that could not be said has the reason.
const UNSAID: &str = "unsaid";

/// The draft of a notification whose texts could not be said: it can only fail, and says why.
pub(super) fn unsaid(notification: &Notification, reason: &str) -> Draft {
    Draft {
        key: idempotency_key(notification),
        group_key: notification.group_key.clone(),
        receiver: notification.receiver.clone(),
        integration: notification.integration,
        at: notification.at,
        intent: if notification.is_firing() { Intent::Trigger } else { Intent::Resolve },
        about: About::of(notification),
        content: serde_json::json!({ UNSAID: reason }),
    }
}

/// How far a delivery is that begins anew: addresses that have its mail do not get it again.
pub(super) fn anew(progress: &str) -> String {
    let progress: Progress = serde_json::from_str(progress).unwrap_or_default();
    let left = progress.anew();
    // What nobody was told is new.
    if left == Progress::default() { String::new() } else { serde_json::to_string(&left).unwrap_or_default() }
}

/// A delivery while it is sent.
pub(super) struct Attempt {
    draft: Arc<Draft>,
    receiver: Arc<Receiver>,
    pub(super) progress: Progress,
    /// What was known of the group at first.
    known: Memory,
    /// Whether a mail server refused who logged in.
    is_login_refused: bool,
}

impl Attempt {
    pub(super) fn new(draft: Draft, receiver: Arc<Receiver>, progress: Progress) -> Self {
        let known = progress.memory.clone();
        Self { draft: Arc::new(draft), receiver, progress, known, is_login_refused: false }
    }
}

impl Deliveries {
    /// Sends a delivery that is in hand as far as it goes, and writes down how it ended.
    pub(super) async fn attempt(&self, id: i64) -> Result<(), ControlError> {
        // Somebody may have dropped it before it was in hand, and it may have taken the place of others meanwhile.
        let found = self.store.get(id).await?;
        let Some(delivery) = found.filter(|found| found.state == DeliveryState::Waiting) else {
            return Ok(());
        };
        let Ok(draft) = serde_json::from_str::<Draft>(&delivery.draft) else {
            let reason = "what was stored of it can't be read".to_owned();
            self.settle(&delivery, None, Settlement::Dead { reason }).await;
            return Ok(());
        };
        let channel = draft.integration.channel;
        if delivery.attempts == 0 && delivery.progress.is_empty() && !delivery.test {
            self.metrics.notification(channel);
        }
        let receiver = match self.hearer(&delivery, &draft) {
            Ok(receiver) => receiver,
            Err(reason) => {
                self.failed(&delivery, channel, Cause::Other);
                self.settle(&delivery, None, Settlement::Dead { reason: reason.clone() }).await;
                if delivery.test {
                    self.end_test(&delivery, Some(reason), false);
                } else {
                    self.over(&draft, Some(reason), false);
                }
                return Ok(());
            }
        };
        let (group_key, integration) = (&delivery.group_key, &delivery.integration);
        let memory = self.store.memory(group_key, &delivery.receiver, integration).await?;
        let memory: Memory = serde_json::from_str(&memory).unwrap_or_default();
        let mut progress: Progress = serde_json::from_str(&delivery.progress).unwrap_or_default();
        progress.memory = memory;
        let mut attempt = Attempt::new(draft, receiver, progress);
        let mut requests = 1;
        loop {
            let verdict = self.step(&mut attempt).await;
            if verdict == Verdict::Next && requests < MOST_STEPS {
                requests += 1;
                attempt.progress.step += 1;
                self.settle(&delivery, Some(&mut attempt), Settlement::Going).await;
                continue;
            }
            let may_pass = matches!(verdict, Verdict::Retry { .. });
            let settlement = self.settlement(&delivery, &attempt, verdict);
            let is_over = matches!(settlement, Settlement::Done | Settlement::Dead { .. });
            let has_reached_some = !attempt.progress.told.is_empty();
            let failure = match &settlement {
                Settlement::Dead { reason } => Some(reason.clone()),
                Settlement::Done | Settlement::Going | Settlement::Retry { .. } => None,
            };
            self.settle(&delivery, Some(&mut attempt), settlement).await;
            if is_over && delivery.test {
                self.end_test(&delivery, failure, may_pass);
            } else if is_over {
                self.over(&attempt.draft, failure, has_reached_some);
            }
            return Ok(());
        }
    }

    /// Who is told; the error says why it can't be sent at all.
    fn hearer(&self, delivery: &Delivery, draft: &Draft) -> Result<Arc<Receiver>, String> {
        if let Some(reason) = draft.content.get(UNSAID).and_then(serde_json::Value::as_str) {
            return Err(reason.to_owned());
        }
        // A test that comes when nobody looks for it any more takes people in.
        if delivery.test && (self.clock)() >= delivery.give_up_at {
            return Err(format!("the test waited for longer than {} s", TEST_LIFETIME / 1000));
        }
        self.receivers.get(&draft.receiver).ok_or_else(|| receivers::unknown(&draft.receiver))
    }

    /// Counts a notification that is given up, unless it is a test.
    fn failed(&self, delivery: &Delivery, channel: Channel, cause: Cause) {
        if !delivery.test {
            self.metrics.failed(channel, cause);
        }
    }

    /// Says how a notification ended: to the history of its alerts, and of a dead letter to its group, which may tell it anew.
    fn over(&self, draft: &Draft, failure: Option<String>, has_reached_some: bool) {
        if draft.intent == Intent::Acknowledge {
            return;
        }
        // Where nobody listens nobody has to know; told anew by its group, it would come a second time to those that have it.
        if failure.is_some() && !has_reached_some {
            let dead = DeadLetter {
                group_key: draft.group_key.clone(),
                receiver: draft.receiver.clone(),
                integration: draft.integration,
                at: draft.at,
            };
            let _ = self.dead.send(dead);
        }
        let _ = self.ended.send(Arc::new(Ended::of(draft, failure, (self.clock)())));
    }

    /// Says to the history of its alerts why a notification was not sent; its group takes it for told.
    pub(super) fn left_out(&self, draft: &Draft, reason: String) {
        if draft.intent != Intent::Acknowledge {
            let _ = self.ended.send(Arc::new(Ended::of(draft, Some(reason), (self.clock)())));
        }
    }

    /// Sends one request.
    pub(super) async fn step(&self, attempt: &mut Attempt) -> Verdict {
        let now = (self.clock)();
        let (draft, receiver) = (attempt.draft.clone(), attempt.receiver.clone());
        let progress = attempt.progress.clone();
        // Secrets may stand in files.
        let made = tokio::task::spawn_blocking(move || {
            channel::outgoing(&draft, &receiver, &progress, &SecretFiles, now)
        });
        let outgoing: Outgoing = match made.await {
            Ok(Ok(Some(outgoing))) => outgoing,
            Ok(Ok(None)) => return Verdict::Done,
            Ok(Err(Unsendable { reason, passing: true })) => {
                return Verdict::Retry { cause: Cause::Other, words: reason, after: None };
            }
            Ok(Err(Unsendable { reason, .. })) => {
                return Verdict::Dead { cause: Cause::Other, words: reason };
            }
            Err(error) => {
                return Verdict::Retry { cause: Cause::Other, words: error.to_string(), after: None };
            }
        };
        let outgoing = match outgoing {
            Outgoing::Mail(mut mail) => {
                self.illustrate(&attempt.draft.about, &mut mail).await;
                Outgoing::Mail(mail)
            }
            other => other,
        };
        let start = Instant::now();
        let answer = self.transport.send(outgoing).await;
        let verdict = channel::judge(&attempt.draft, &attempt.receiver, &answer, &mut attempt.progress);
        let good = matches!(verdict, Verdict::Done | Verdict::Next);
        attempt.progress.unsure |= !good && answer.may_be_heard();
        attempt.is_login_refused = answer.is_login_refused();
        self.metrics.request(attempt.draft.integration.channel, good, start.elapsed());
        verdict
    }

    fn settlement(&self, delivery: &Delivery, attempt: &Attempt, verdict: Verdict) -> Settlement {
        let channel = attempt.draft.integration.channel;
        let now = (self.clock)();
        match verdict {
            Verdict::Done => {
                if !delivery.test {
                    self.metrics.delivered(channel, now - delivery.waits_since);
                }
                self.pauses.login_taken(&lane::id(delivery));
                Settlement::Done
            }
            Verdict::Next => {
                self.failed(delivery, channel, Cause::Other);
                let reason = format!("it takes more than {MOST_STEPS} requests; the service goes in circles");
                Settlement::Dead { reason }
            }
            Verdict::Dead { cause, words } => {
                self.failed(delivery, channel, cause);
                if attempt.is_login_refused {
                    // Its group tells it anew, and so do others.
                    self.pauses.login_refused(lane::id(delivery), now, &self.settings.backoff);
                }
                tracing::warn!(
                    receiver = delivery.receiver,
                    integration = delivery.integration,
                    reason = words,
                    "a notification can't be delivered"
                );
                Settlement::Dead { reason: words }
            }
            Verdict::Retry { cause, words, after } => {
                // Without random numbers of the system there is no jitter, which only matters to others.
                let random = random_bytes::<8>().map_or(0, u64::from_le_bytes);
                let attempts = delivery.attempts.saturating_add(1);
                if let Some(asked) = after.filter(|asked| *asked > 0) {
                    let asked = asked.min(self.settings.backoff.most_asked);
                    let most = self.settings.backoff.most_asked;
                    self.pauses.note(lane::id(delivery), now.saturating_add(asked), now, most);
                }
                if delivery.test {
                    // Who tries it sees the answer, and tries it again.
                    return Settlement::Dead { reason: words };
                }
                let next_at = now.saturating_add(self.settings.backoff.wait(attempts, after, random));
                if next_at >= delivery.give_up_at {
                    self.metrics.failed(channel, cause);
                    let reason = format!("given up after {attempts} attempts; the last one: {words}");
                    return Settlement::Dead { reason };
                }
                Settlement::Retry { next_at, reason: words }
            }
        }
    }

    /// Writes down how an attempt ended, however long that takes: a delivery that was sent and is taken for one that waits would
    /// be sent again, and again. The end of the process ends the waiting; after it, it is sent once more.
    async fn settle(&self, delivery: &Delivery, attempt: Option<&mut Attempt>, settlement: Settlement) {
        let mut settled = Settled {
            attempted: settlement != Settlement::Going,
            settlement,
            progress: delivery.progress.clone(),
            memory: None,
            now: (self.clock)(),
        };
        if let Some(attempt) = attempt {
            let memory = &attempt.progress.memory;
            if *memory != attempt.known {
                // Empty texts are what is known of nothing.
                let text =
                    if memory.is_empty() { Some(String::new()) } else { serde_json::to_string(memory).ok() };
                settled.memory = text;
                attempt.known = memory.clone();
            }
            settled.progress = serde_json::to_string(&attempt.progress).unwrap_or_default();
        }
        let (mut wait, longest) = WRITE_AGAIN;
        while let Err(error) = self.store.settle(delivery.id, settled.clone()).await {
            let id = delivery.id;
            tracing::warn!(%error, delivery = id, "how a notification was sent can't be written down; it is tried again");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(longest);
        }
    }
}
