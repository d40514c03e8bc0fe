//! Whole incidents, told to a receiver: what is decided is stored before it is handed on, so that a restart tells nothing twice and
//! forgets nothing.

use watchfire_alerting::Fingerprint;
use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::incident::{Incident, Member, Told};

use super::Alertmanager;

impl Alertmanager {
    /// Tells the receiver of incidents what is new at `now`; nobody where the configuration names none.
    ///
    /// # Errors
    ///
    /// In words. What was decided is not lost: the next call goes on with it, with the same keys.
    pub async fn tell_incidents(&self, now: i64) -> Result<(), String> {
        let (waiting, notifications) = {
            let state = self.state();
            let Some(config) = &state.config.incidents else { return Ok(()) };
            let receiver = state.config.receivers.iter().find(|receiver| receiver.name == config.receiver);
            // A configuration without that receiver is refused.
            let Some(receiver) = receiver else { return Ok(()) };
            let known = |fingerprint: &str| {
                let fingerprint: Fingerprint = fingerprint.parse().ok()?;
                state.dispatcher.alert(fingerprint).cloned()
            };
            let muting = state.muting(now);
            let is_heard = |member: &Member| {
                known(&member.fingerprint).is_some_and(|alert| {
                    (state.tells_of_demo || !is_made_up(&alert.labels)) && !muting.is_muted(&alert.labels)
                })
            };
            let mut book = self.book();
            book.decide(config, now, is_heard);
            let notifications: Vec<_> =
                book.untold().flat_map(|incident| incident.notifications(receiver, known)).collect();
            let waiting: Vec<String> = book.untold().map(|incident| incident.id.clone()).collect();
            (waiting, notifications)
        };
        if waiting.is_empty() {
            return Ok(());
        }
        // First that it is told, and when: a crash before the end hands on the same once more, with the same key.
        self.write_incidents().await.map_err(|error| error.to_string())?;
        if !notifications.is_empty() {
            self.0.deliver.deliver(&notifications).await?;
        }
        self.book().handed_on(waiting);
        self.write_incidents().await.map_err(|error| error.to_string())
    }

    /// Tells services that have a word for it that somebody looks after an incident of which they were told.
    pub(super) async fn tell_acknowledged(&self, incident: &Incident) {
        let is_told = incident.told.as_ref().is_some_and(Told::goes_on);
        let Some(config) = self.config().incidents.clone().filter(|_| is_told) else { return };
        let by = incident.assignee.as_deref().unwrap_or("somebody");
        if let Err(error) = self.0.deliver.acknowledged(&incident.group_key(), &config.receiver, by).await {
            tracing::warn!(error, "that an incident is looked after could not be told");
        }
    }
}
