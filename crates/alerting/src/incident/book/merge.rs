//! Two incidents that an alert belongs to are one: the newer becomes part of the older. People put two together, too.

use std::collections::BTreeMap;

use super::{Book, Observed, judge, refuse_merged};
use crate::incident::{Change, Incident, IncidentError, IncidentState, Member, Merged, SaidOfAlert};

/// Why two incidents are one.
enum Why<'a> {
    /// The fingerprint of an alert that belongs to both.
    Shared(&'a str),
    /// Who said so.
    Said(&'a str),
}

impl Book {
    /// Makes the incident `other` part of `id`, since `by` says so at `now`. The one that goes on.
    ///
    /// # Errors
    ///
    /// There is no such incident, both are the same, or one of them is over or part of another.
    pub fn put_together(
        &mut self,
        id: &str,
        other: &str,
        (by, now): (&str, i64),
    ) -> Result<&Incident, IncidentError> {
        let invalid = |text: String| IncidentError::Invalid { field: "id", text };
        for one in [id, other] {
            let incident = self.incidents.get(one).ok_or_else(|| IncidentError::NotFound(one.to_owned()))?;
            refuse_merged(incident, "id")?;
            if incident.state == IncidentState::Resolved {
                let text = format!("the incident {one} is over; only those that go on can be put together");
                return Err(invalid(text));
            }
        }
        if id == other {
            return Err(invalid("an incident can't be part of itself; name another".to_owned()));
        }
        self.merge(id, other, &Why::Said(by), now);
        self.incidents.get(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))
    }

    /// The incident that an alert with these relations joins at `now`: the oldest that is not over, else one that was not long ago. Where
    /// it belongs to several that are not over, these are one from now on, unless people have put them apart.
    pub(super) fn belonging(&mut self, alert: &Observed, relations: &[String], now: i64) -> Option<String> {
        let window = self.settings.window;
        let mut near: Vec<&Incident> = Vec::new();
        for id in relations.iter().filter_map(|relation| self.by_relation.get(relation)) {
            let Some(incident) = self.incidents.get(id) else { continue };
            let last = incident.resolved_at.unwrap_or(now).max(incident.changed_at);
            let is_live = incident.state != IncidentState::Resolved || now - last <= window;
            let is_near = is_live && (alert.starts_at - incident.changed_at).abs() <= window;
            if is_near && near.iter().all(|known| known.id != incident.id) {
                near.push(incident);
            }
        }
        let first = near.first().map(|incident| incident.id.clone());
        near.retain(|incident| incident.state != IncidentState::Resolved);
        near.sort_by(|one, other| (one.opened_at, &one.id).cmp(&(other.opened_at, &other.id)));
        let mut open = near.iter().map(|incident| incident.id.clone()).collect::<Vec<_>>().into_iter();
        let Some(oldest) = open.next() else { return first };
        for newer in open {
            // What became part of the oldest just now may be apart from this one.
            if !self.is_apart(&oldest, &newer) {
                self.merge(&oldest, &newer, &Why::Shared(&alert.fingerprint), now);
            }
        }
        Some(oldest)
    }

    /// Whether people put alerts of one of the two to the other: what they said counts for more than what labels say.
    fn is_apart(&self, one: &str, other: &str) -> bool {
        [(one, other), (other, one)].into_iter().any(|(id, of)| {
            self.incidents.get(id).is_some_and(|incident| {
                // Incidents that were kept before pairs were have it only here.
                let parted = |said: &SaidOfAlert| said.what == "parted" && said.comment == of;
                incident.apart.contains(of) || incident.said.iter().any(parted)
            })
        })
    }

    /// Makes an incident part of another.
    fn merge(&mut self, into: &str, id: &str, why: &Why<'_>, now: i64) {
        if into == id || !self.incidents.contains_key(into) {
            return;
        }
        let Some(mut other) = self.incidents.remove(id) else { return };
        let Some(incident) = self.incidents.get_mut(into) else { return };
        for member in &other.alerts {
            if self.by_alert.get(&member.fingerprint).is_some_and(|of| of == id) {
                self.by_alert.insert(member.fingerprint.clone(), into.to_owned());
            }
            self.limited += u64::from(!take_in(incident, member, self.settings.max_alerts));
        }
        for fingerprint in &other.left_out_firing {
            self.by_alert.insert(fingerprint.clone(), into.to_owned());
        }
        incident.left_out += other.left_out;
        incident.left_out_firing.append(&mut other.left_out_firing);
        for relation in &other.relations {
            // It may name a newer one that stays apart.
            if self.by_relation.get(relation).is_none_or(|of| of == id) {
                self.by_relation.insert(relation.clone(), into.to_owned());
            }
            if !incident.relations.contains(relation) {
                incident.relations.push(relation.clone());
            }
        }
        take_over(incident, &other, why, now);
        judge(incident, &self.settings.dependencies);
        incident.heard(&other);
        // Who was told of it hears that it is over, with what it was about.
        for member in &mut other.alerts {
            member.ends_at.get_or_insert(now);
        }
        other.state = IncidentState::Resolved;
        other.resolved_at = Some(now);
        other.changed_at = other.changed_at.max(now);
        other.merged_into = Some(into.to_owned());
        for third in self.incidents.values_mut() {
            // What was part of it leads on, too.
            let leads = third.merged_into.as_deref() == Some(id);
            if leads {
                third.merged_into = Some(into.to_owned());
            }
            // What was apart from it is so from the one that goes on.
            let is_apart = third.id != into && third.apart.remove(id);
            if is_apart {
                third.apart.insert(into.to_owned());
            }
            if leads || is_apart {
                self.touched.insert(third.id.clone());
            }
        }
        self.incidents.insert(id.to_owned(), other);
        self.touched.extend([into.to_owned(), id.to_owned()]);
    }
}

/// Takes an alert in; whether it is told one by one.
fn take_in(incident: &mut Incident, member: &Member, max_alerts: usize) -> bool {
    // One that began anew after a while may stand there twice; what fires is what goes on.
    let known = incident.alerts.iter_mut().rfind(|known| known.fingerprint == member.fingerprint);
    if let Some(known) = known {
        known.times += member.times;
        known.starts_at = known.starts_at.min(member.starts_at);
        known.ends_at = known.ends_at.zip(member.ends_at).map(|(one, other)| one.max(other));
    } else if incident.alerts.len() < max_alerts {
        incident.alerts.push(member.clone());
    } else {
        incident.left_out += 1;
        if member.ends_at.is_none() {
            incident.left_out_firing.insert(member.fingerprint.clone());
        }
        return false;
    }
    true
}

/// Takes over what people said, and who does what where nobody does.
fn take_over(incident: &mut Incident, other: &Incident, why: &Why<'_>, now: i64) {
    incident.opened_at = incident.opened_at.min(other.opened_at);
    incident.changed_at = incident.changed_at.max(other.changed_at);
    incident.apart.remove(&other.id);
    incident.apart.extend(other.apart.iter().filter(|id| **id != incident.id).cloned());
    take_over_state(incident, other, now);
    incident.notes.extend(other.notes.iter().cloned());
    incident.notes.sort_by_key(|note| note.at);
    // Where an alert was put before says nothing here.
    let said = other.said.iter().filter(|said| !matches!(said.what.as_str(), "joined" | "parted"));
    incident.said.extend(said.cloned());
    incident.said.sort_by_key(|said| said.at);
    let beyond = incident.said.len().saturating_sub(Change::MOST_KEPT);
    incident.said.drain(..beyond);
    let assignee = other.assignee.clone().filter(|_| incident.assignee.is_none());
    if assignee.is_some() {
        incident.assignee.clone_from(&assignee);
    }
    let mut roles = BTreeMap::new();
    for (role, name) in &other.roles {
        if incident.roles.len() < Change::MOST_ROLES && !incident.roles.contains_key(role) {
            incident.roles.insert(role.clone(), name.clone());
            roles.insert(role.clone(), name.clone());
        }
    }
    let (id, title) = (other.id.clone(), other.title.clone());
    let (fingerprint, by) = match why {
        Why::Shared(fingerprint) => ((*fingerprint).to_owned(), None),
        Why::Said(by) => (String::new(), Some((*by).to_owned())),
    };
    incident.merged.push(Merged { at: now, id, title, fingerprint, by, assignee, roles });
    let beyond = incident.merged.len().saturating_sub(Change::MOST_KEPT);
    incident.merged.drain(..beyond);
}

/// Takes over that somebody looks at it, and says so. Where that was only since all its alerts were looked after, they are not all any
/// more.
fn take_over_state(incident: &mut Incident, other: &Incident, now: i64) {
    let is_taken = incident.state == IncidentState::Open
        && other.state == IncidentState::Acknowledged
        && other.followed_alerts().is_none();
    if !is_taken {
        return;
    }
    let who = other.changes.iter().rfind(|change| change.what == "state");
    let by = who.map(|change| change.by.clone()).unwrap_or_default();
    let change = Change { by, state: Some(IncidentState::Acknowledged), ..Change::default() };
    change.make(incident, now);
}
