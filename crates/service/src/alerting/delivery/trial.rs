use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use watchfire_alerting::channel::{self, Draft, Entropy, Progress, Surroundings, Verdict};
use watchfire_alerting::config::Receiver;
use watchfire_alerting::config::receiver::{Channel, Integration};
use watchfire_alerting::dispatch::{Notified, Reason};
use watchfire_alerting::{Alert, Notification};
use watchfire_model::Labels;
use watchfire_storage::random_bytes;

use super::Deliveries;
use super::attempt::{Attempt, MOST_STEPS};

/// How long whoever tries a receiver waits for what its channels say.
pub const TEST_WAIT: Duration = Duration::from_secs(20);

/// How long a test may wait in the queue, in milliseconds: later it is not sent any more.
pub const TEST_LIFETIME: i64 = 120_000;

/// What a test notification tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialAlert {
    /// The alert's labels.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
    /// What its group has in common; `None`: its name.
    pub group: Option<Labels>,
}

/// How a channel of a receiver took a test notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Which channel.
    pub integration: Integration,
    /// Why it did not take it; `None`: it did, or nobody knows yet.
    pub failure: Option<String>,
    /// Whether another attempt might succeed.
    pub may_pass: bool,
    /// How long it took, or for how long it was waited for.
    pub took: Duration,
    /// Its delivery in the queue; `None` where it went without the queue.
    pub delivery: Option<i64>,
    /// Of a test that waits still how many wait before it, for the same channel of the same receiver; `None` where it is over.
    pub waits_behind: Option<u64>,
}

/// Whether a service keeps something open until it is told that all is well.
pub(super) fn keeps_open(channel: Channel) -> bool {
    matches!(
        channel,
        Channel::PagerDuty
            | Channel::OpsGenie
            | Channel::VictorOps
            | Channel::Jira
            | Channel::GitHub
            | Channel::GitLab
            | Channel::ServiceNow
            | Channel::Alertmanager
    )
}

/// The notification of a trial, unlike any other.
pub(super) fn notification(
    receiver: &str,
    integration: Integration,
    told: &TrialAlert,
    now: i64,
    resolved: bool,
) -> Notification {
    let alert = Alert {
        labels: told.labels.clone(),
        annotations: told.annotations.clone(),
        starts_at: now,
        ends_at: now,
        generator_url: String::new(),
        updated_at: now,
        timeout: false,
    };
    Notification {
        group_key: format!("test {now} of {receiver}"),
        group_labels: told.group.clone().unwrap_or_else(|| told.labels.filtered(|name| name == "alertname")),
        route: "test".to_owned(),
        receiver: receiver.to_owned(),
        integration,
        // The second of two is another notification.
        at: now + i64::from(resolved),
        reason: if resolved { Reason::AllResolved } else { Reason::First },
        alerts: vec![Notified { alert: Arc::new(alert), resolved }],
        incident: None,
    }
}

impl Deliveries {
    /// Sends a test notification to all channels of a receiver that no configuration has yet, at once and once: by the queue only receivers
    /// go that are saved. Services that keep something open are told that it is over, too.
    pub async fn try_channels(
        &self,
        receiver: Arc<Receiver>,
        told: &TrialAlert,
        around: &Surroundings<'_>,
    ) -> Vec<Trial> {
        let trials = receiver.integrations().into_iter().map(|(integration, _)| {
            let receiver = receiver.clone();
            async move {
                let start = Instant::now();
                let tried =
                    tokio::time::timeout(TEST_WAIT, self.try_channel(receiver, integration, told, around));
                let late = || Err((format!("it took longer than {TEST_WAIT:?}"), true));
                let tried = tried.await.unwrap_or_else(|_| late());
                let (failure, may_pass) = tried.err().unzip();
                Trial {
                    integration,
                    failure,
                    may_pass: may_pass.unwrap_or_default(),
                    took: start.elapsed(),
                    delivery: None,
                    waits_behind: None,
                }
            }
        });
        join_all(trials).await
    }

    /// Tries one channel; what went wrong, and whether it may pass.
    async fn try_channel(
        &self,
        receiver: Arc<Receiver>,
        integration: Integration,
        told: &TrialAlert,
        around: &Surroundings<'_>,
    ) -> Result<(), (String, bool)> {
        let now = (self.clock)();
        let mut progress = Progress::default();
        for resolved in [false, true] {
            if resolved && !keeps_open(integration.channel) {
                break;
            }
            let notification = notification(&receiver.name, integration, told, now, resolved);
            let mut around = around.clone();
            around.entropy = Entropy(random_bytes().map_err(|error| (error.to_string(), true))?);
            let draft = channel::draft(&notification, &receiver, &around);
            let draft = draft.map_err(|error| (error.reason, error.passing))?;
            progress = self.send_now(draft, receiver.clone(), progress).await?;
        }
        Ok(())
    }

    /// Sends all requests of a draft; what its service has to be told the next time.
    async fn send_now(
        &self,
        draft: Draft,
        receiver: Arc<Receiver>,
        before: Progress,
    ) -> Result<Progress, (String, bool)> {
        let progress = Progress { memory: before.memory, ..Progress::default() };
        let mut attempt = Attempt::new(draft, receiver, progress);
        for _ in 0..MOST_STEPS {
            match self.step(&mut attempt).await {
                Verdict::Done => return Ok(attempt.progress),
                Verdict::Next => attempt.progress.step += 1,
                Verdict::Retry { words, .. } => return Err((words, true)),
                Verdict::Dead { words, .. } => return Err((words, false)),
            }
        }
        Err((format!("it takes more than {MOST_STEPS} requests; the service goes in circles"), false))
    }
}
