use watchfire_alerting::channel::{AboutAlert, Draft};
use watchfire_alerting::config::receiver::Integration;

/// How the delivery of a notification ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When: milliseconds since the epoch.
    pub at: i64,
    /// Who was told, or was to be.
    pub receiver: String,
    /// By which channel.
    pub integration: Integration,
    /// The alerts that it tells of; of very many the first.
    pub alerts: Vec<AboutAlert>,
    /// Why it was given up; `None`: it was sent.
    pub failure: Option<String>,
}

impl Ended {
    pub(super) fn of(draft: &Draft, failure: Option<String>, at: i64) -> Self {
        Self {
            at,
            receiver: draft.receiver.clone(),
            integration: draft.integration,
            alerts: draft.about.alerts.clone(),
            failure,
        }
    }
}
