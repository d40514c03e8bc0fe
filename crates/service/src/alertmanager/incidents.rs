//! Incidents: what the alerts that fire are put together to, and what people do about it.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use watchfire_alerting::alert::is_made_up;
use watchfire_alerting::incident::{
    Book, Change, Incident, IncidentError, IncidentState, Note, Observed, SaidOfAlert, Settings,
};
use watchfire_alerting::{Fingerprint, Handling};
use watchfire_storage::RowChange;

use super::{Alertmanager, AlertmanagerError, Said};
use crate::clock::now;
use crate::dashboards::new_uid;

/// The kind of rows that hold incidents.
pub const INCIDENTS: &str = "incident";

/// How often alerts are looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Puts alerts together to incidents, and tells of them, until `stop`.
pub async fn keep_incidents(alertmanager: Alertmanager, stop: CancellationToken) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = ticks.tick() => {}
        }
        if let Err(error) = alertmanager.put_together(now()).await {
            tracing::warn!(%error, "incidents could not be stored; it is tried again");
        }
        if let Err(error) = alertmanager.tell_incidents(now()).await {
            tracing::warn!(%error, "what is new of incidents could not be told; it is tried again");
        }
    }
}

impl Alertmanager {
    /// Takes the alerts that fire at `now` into incidents. What a silence or a maintenance window mutes when it is first seen, and
    /// what is made up, opens none.
    ///
    /// # Errors
    ///
    /// What the store says; what could not be stored is tried again with the next call.
    pub async fn put_together(&self, now: i64) -> Result<(), AlertmanagerError> {
        let mut firing = HashSet::new();
        let (mut fresh, mut looked_after) = (Vec::new(), Vec::new());
        {
            let mut state = self.state();
            state.wake(now);
            let muting = state.muting(now);
            let book = self.book();
            for alert in state.dispatcher.alerts().filter(|alert| !alert.is_resolved(now)) {
                let fingerprint = alert.fingerprint().to_string();
                if !book.fires(&fingerprint) {
                    let by = muting.muted_by(&alert.labels);
                    let is_planned = !by.silenced_by.is_empty() || by.maintained_by.is_some();
                    if is_planned || (!state.tells_of_demo && is_made_up(&alert.labels)) {
                        continue;
                    }
                    let handling = state.handlings.acknowledgement(alert.fingerprint(), now);
                    looked_after.extend(handling.map(|handling| (alert.fingerprint(), Said::from(handling))));
                    fresh.push(Observed {
                        fingerprint: fingerprint.clone(),
                        labels: alert.labels.clone(),
                        summary: alert.annotations.get("summary").unwrap_or_default().to_owned(),
                        starts_at: alert.starts_at,
                    });
                }
                firing.insert(fingerprint);
            }
        }
        // What began first opens what others join.
        fresh.sort_by(|one, other| {
            (one.starts_at, &one.fingerprint).cmp(&(other.starts_at, &other.fingerprint))
        });
        for alert in fresh {
            let name = alert.labels.get("alertname").unwrap_or("incident");
            let id = new_uid(name).map_err(|error| AlertmanagerError::Store(error.into()))?;
            self.book().observe(alert, now, || id);
        }
        self.book().settle(&firing, now);
        for (fingerprint, said) in looked_after {
            self.tell_incident(fingerprint, "acknowledged", &said, now).await;
        }
        self.write_incidents().await
    }

    /// Notes in the incident of an alert what somebody said of it. Where people look after all of its alerts that fire, the incident is
    /// looked after, too, by who said so last; and where that is taken back, it is open again.
    pub(super) async fn tell_incident(&self, of: Fingerprint, what: &str, said: &Said, now: i64) {
        let (by, comment) = (said.by.clone(), said.comment.clone());
        let noted = SaidOfAlert { at: now, by, what: what.to_owned(), comment, fingerprint: of.to_string() };
        let change = {
            let state = self.state();
            let mut book = self.book();
            let Some(incident) = book.said(noted) else { return };
            let is_handled = |of: &str| {
                let of = of.parse::<Fingerprint>().ok();
                of.is_some_and(|of| state.handlings.acknowledgement(of, now).is_some())
            };
            let is_handled = incident.firing().next().is_some() && incident.firing().all(is_handled);
            let by = said.by.clone();
            let change = match (what, incident.state) {
                ("acknowledged", IncidentState::Open) if is_handled => {
                    // Who says no name is none whom others could ask.
                    let is_named = by != Said::NAMELESS;
                    let assignee = (incident.assignee.is_none() && is_named).then(|| by.clone());
                    let state = Some(IncidentState::Acknowledged);
                    Some(Change { by, state, assignee, ..Change::default() })
                }
                ("unacknowledged", IncidentState::Acknowledged) => {
                    let followed = incident.followed_alerts();
                    followed.map(|assignee| Change {
                        by,
                        state: Some(IncidentState::Open),
                        assignee: assignee.then(String::new),
                        ..Change::default()
                    })
                }
                _ => None,
            };
            change.map(|change| (incident.id.clone(), change))
        };
        let written = match change {
            Some((id, change)) => self.change_incident(&id, &change, now).await.map(drop),
            None => self.write_incidents().await,
        };
        if let Err(error) = written {
            tracing::warn!(%error, "what somebody said of an alert is not in its incident");
        }
    }

    pub(super) async fn write_incidents(&self) -> Result<(), AlertmanagerError> {
        let _turn = self.0.writing.lock().await;
        let changes: Vec<RowChange> = {
            let mut book = self.book();
            let touched = book.take_touched();
            let body = |id: &str| book.get(id).and_then(|incident| serde_json::to_string(incident).ok());
            touched.into_iter().map(|id| (id.clone(), body(&id))).collect()
        };
        let ids: Vec<String> = changes.iter().map(|(id, _)| id.clone()).collect();
        if let Err(error) = self.0.store.write_rows(INCIDENTS, changes).await {
            self.book().touch(ids);
            return Err(error.into());
        }
        Ok(())
    }

    /// How alerts are put together from now on.
    pub fn set_incidents(&self, settings: Settings) {
        self.book().set(settings);
    }

    /// The incidents in one of these states (none for all), the one that changed last first.
    pub fn incidents(&self, states: &[IncidentState]) -> Vec<Incident> {
        let book = self.book();
        let wanted = book.iter().filter(|incident| states.is_empty() || states.contains(&incident.state));
        let mut found: Vec<Incident> = wanted.cloned().collect();
        found.sort_by(|one, other| other.changed_at.cmp(&one.changed_at).then_with(|| one.id.cmp(&other.id)));
        found
    }

    /// The one with this id.
    pub fn incident(&self, id: &str) -> Option<Incident> {
        self.book().get(id).cloned()
    }

    /// How many there are in each state, and how often a limit bit since the start.
    pub fn incident_counts(&self) -> ([(IncidentState, usize); 3], u64) {
        let book = self.book();
        let count = |state| (state, book.iter().filter(|incident| incident.state == state).count());
        let states = [IncidentState::Open, IncidentState::Acknowledged, IncidentState::Resolved].map(count);
        (states, book.limited())
    }

    /// Adds what somebody says.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::Incident`], and what the store says.
    pub async fn note_incident(&self, id: &str, note: Note) -> Result<Incident, AlertmanagerError> {
        let changed = self.book().note(id, note)?.clone();
        self.write_incidents().await?;
        Ok(changed)
    }

    /// Changes where an incident is, and who does what.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::Incident`], and what the store says.
    pub async fn change_incident(
        &self,
        id: &str,
        change: &Change,
        now: i64,
    ) -> Result<Incident, AlertmanagerError> {
        let changed = self.book().change(id, change, now)?.clone();
        self.write_incidents().await?;
        if change.state == Some(IncidentState::Acknowledged) {
            self.tell_acknowledged(&changed).await;
        }
        Ok(changed)
    }

    /// Puts an alert to an incident by hand, away from the one that it belonged to.
    ///
    /// # Errors
    ///
    /// [`AlertmanagerError::Incident`], and what the store says.
    pub async fn join_incident(
        &self,
        id: &str,
        fingerprint: Fingerprint,
        (by, now): (&str, i64),
    ) -> Result<Incident, AlertmanagerError> {
        let alert = self.firing(fingerprint, now).ok().map(|alert| Observed {
            fingerprint: fingerprint.to_string(),
            labels: alert.labels.clone(),
            summary: alert.annotations.get("summary").unwrap_or_default().to_owned(),
            starts_at: alert.starts_at,
        });
        let changed = self.book().join(id, &fingerprint.to_string(), alert, (by, now))?.clone();
        self.write_incidents().await?;
        Ok(changed)
    }

    /// Makes the incident `other` part of another by hand. The one that goes on.
    ///
    /// # Errors
    ///
    /// As [`join_incident`](Self::join_incident).
    pub async fn merge_incidents(
        &self,
        id: &str,
        other: &str,
        (by, now): (&str, i64),
    ) -> Result<Incident, AlertmanagerError> {
        let changed = self.book().put_together(id, other, (by, now))?.clone();
        self.write_incidents().await?;
        Ok(changed)
    }

    /// Takes an alert out of an incident by hand; it gets one of its own. The one that it was taken out of.
    ///
    /// # Errors
    ///
    /// As [`join_incident`](Self::join_incident).
    pub async fn part_incident(
        &self,
        id: &str,
        fingerprint: Fingerprint,
        (by, now): (&str, i64),
    ) -> Result<Incident, AlertmanagerError> {
        let fresh = new_uid("incident").map_err(|error| AlertmanagerError::Store(error.into()))?;
        let changed = self.book().part(id, &fingerprint.to_string(), &fresh, (by, now))?.clone();
        self.write_incidents().await?;
        Ok(changed)
    }

    /// For a moment, never over an await; after `state` where both are held.
    pub(super) fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.incidents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<IncidentError> for AlertmanagerError {
    fn from(error: IncidentError) -> Self {
        Self::Incident(error)
    }
}

impl From<&Handling> for Said {
    fn from(handling: &Handling) -> Self {
        Self { by: handling.by.clone(), comment: handling.comment.clone(), until: handling.until }
    }
}
