//! What people put together themselves: an alert moves from one incident to another, or gets one of its own.

use super::{Book, Observed, empty, judge, refuse_merged, reopen};
use crate::incident::{Incident, IncidentError, IncidentState, Member, SaidOfAlert};

impl Book {
    /// Puts an alert to an incident, away from the one that it belonged to. `alert` is what is known of it where it fires.
    ///
    /// # Errors
    ///
    /// There is no such incident, it is part of another, or there is no such alert that could be moved.
    pub fn join(
        &mut self,
        id: &str,
        fingerprint: &str,
        alert: Option<Observed>,
        (by, now): (&str, i64),
    ) -> Result<&Incident, IncidentError> {
        let incident = self.incidents.get(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?;
        refuse_merged(incident, "id")?;
        let of = self.by_alert.get(fingerprint).cloned();
        if of.as_deref() == Some(id) {
            return Err(invalid(format!("the alert {fingerprint} belongs to it already")));
        }
        let found = of.as_deref().and_then(|of| self.incidents.get(of)).map(|from| from.alerts.len());
        if found.is_none() && alert.is_none() {
            return Err(invalid(format!(
                "there is no alert {fingerprint} that fires or belongs to an incident"
            )));
        }
        let target = self.incidents.get(id).map_or(0, |incident| incident.alerts.len());
        if target >= self.settings.max_alerts {
            self.limited += 1;
            let (most, setting) = (self.settings.max_alerts, "incidents.max_alerts");
            return Err(IncidentError::Limit { what: "alerts", found: target + 1, most, setting });
        }
        let of = of.filter(|_| found.is_some());
        let member = match &of {
            Some(of) => self.leave(of, fingerprint, id, (by, now))?,
            None => alert.map(member_of).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?,
        };
        self.take_in(id, member, (by, now));
        if let Some(of) = of {
            self.put_apart(&of, id);
        }
        self.incidents.get(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))
    }

    /// Takes an alert out of an incident; it gets one of its own, named `fresh`, since else the next look would put it back. The one that
    /// it was taken out of.
    ///
    /// # Errors
    ///
    /// There is no such incident, it is part of another, it has no such alert, or it has no other.
    pub fn part(
        &mut self,
        id: &str,
        fingerprint: &str,
        fresh: &str,
        (by, now): (&str, i64),
    ) -> Result<&Incident, IncidentError> {
        let incident = self.incidents.get(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?;
        refuse_merged(incident, "id")?;
        if incident.alerts.len() < 2 {
            return Err(invalid("an incident has at least one alert; end it instead".to_owned()));
        }
        let member = self.leave(id, fingerprint, fresh, (by, now))?;
        self.incidents.insert(fresh.to_owned(), empty(fresh, member.starts_at));
        self.take_in(fresh, member, (by, now));
        self.put_apart(id, fresh);
        self.incidents.get(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))
    }

    /// Notes in both, where both are there still, that people put them apart.
    fn put_apart(&mut self, one: &str, other: &str) {
        if !self.incidents.contains_key(one) || !self.incidents.contains_key(other) {
            return;
        }
        for (id, from) in [(one, other), (other, one)] {
            if let Some(incident) = self.incidents.get_mut(id) {
                incident.apart.insert(from.to_owned());
            }
        }
    }

    /// Takes a member out, and says so.
    fn leave(
        &mut self,
        id: &str,
        fingerprint: &str,
        to: &str,
        (by, now): (&str, i64),
    ) -> Result<Member, IncidentError> {
        let incident = self.incidents.get_mut(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?;
        // One that began anew after a while stands there twice; what fires is what moves.
        let is_it = |member: &&Member| member.fingerprint == fingerprint;
        let fires = incident.alerts.iter().position(|member| is_it(&member) && member.ends_at.is_none());
        let at = fires.or_else(|| incident.alerts.iter().position(|member| is_it(&member)));
        let at =
            at.ok_or_else(|| invalid(format!("it has no alert {fingerprint} that is told by itself")))?;
        let member = incident.alerts.remove(at);
        incident.note_said(said("parted", fingerprint, to, (by, now)));
        // Who was told of it hears that it is over, with what it was about.
        if incident.alerts.is_empty() && incident.told.is_some() {
            let ends_at = member.ends_at.or(Some(now));
            incident.alerts.push(Member { ends_at, ..member.clone() });
        }
        let is_over = incident.firing().next().is_none();
        if is_over && incident.state != IncidentState::Resolved {
            incident.state = IncidentState::Resolved;
            incident.resolved_at = Some(now);
        }
        incident.changed_at = incident.changed_at.max(now);
        let is_empty = incident.alerts.is_empty() && incident.left_out == 0 && incident.notes.is_empty();
        judge(incident, &self.settings.dependencies);
        if self.by_alert.get(fingerprint).is_some_and(|of| of == id) {
            self.by_alert.remove(fingerprint);
        }
        // Nothing is left to be said of it.
        if is_empty {
            self.incidents.remove(id);
            self.by_relation.retain(|_, of| of != id);
        }
        self.touched.insert(id.to_owned());
        Ok(member)
    }

    fn take_in(&mut self, id: &str, member: Member, (by, now): (&str, i64)) {
        let Some(incident) = self.incidents.get_mut(id) else { return };
        if member.ends_at.is_none() {
            reopen(incident);
        }
        incident.opened_at = incident.opened_at.min(member.starts_at);
        incident.changed_at = incident.changed_at.max(now);
        incident.note_said(said("joined", &member.fingerprint, "", (by, now)));
        // One that is over may fire in another incident by now.
        if member.ends_at.is_none() || !self.by_alert.contains_key(&member.fingerprint) {
            self.by_alert.insert(member.fingerprint.clone(), id.to_owned());
        }
        match incident.alerts.iter_mut().find(|known| known.fingerprint == member.fingerprint) {
            Some(known) => {
                known.times += member.times;
                known.ends_at = if known.ends_at.is_none() { None } else { member.ends_at };
            }
            None => incident.alerts.push(member),
        }
        judge(incident, &self.settings.dependencies);
        // One that was never anything but over is over.
        if incident.firing().next().is_none() && incident.state != IncidentState::Resolved {
            incident.state = IncidentState::Resolved;
            incident.resolved_at = Some(now);
        }
        self.touched.insert(id.to_owned());
    }
}

fn invalid(text: String) -> IncidentError {
    IncidentError::Invalid { field: "fingerprint", text }
}

fn said(what: &str, fingerprint: &str, to: &str, (by, now): (&str, i64)) -> SaidOfAlert {
    let (what, comment, fingerprint) = (what.to_owned(), to.to_owned(), fingerprint.to_owned());
    SaidOfAlert { at: now, by: by.to_owned(), what, comment, fingerprint }
}

fn member_of(alert: Observed) -> Member {
    let labels = alert.labels.iter().map(|label| (label.name.to_owned(), label.value.to_owned()));
    Member {
        labels: labels.collect(),
        fingerprint: alert.fingerprint,
        summary: alert.summary,
        starts_at: alert.starts_at,
        ends_at: None,
        times: 1,
    }
}
