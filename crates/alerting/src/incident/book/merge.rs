//! Two incidents that an alert belongs to are one: the newer becomes part of the older.

use std::collections::BTreeMap;

use super::{Book, Observed, judge};
use crate::incident::{Change, Incident, IncidentState, Member, Merged};

impl Book {
    /// The incident that an alert with these relations joins at `now`. Where it belongs to several that are not over, these are one from
    /// now on, unless people have put alerts of the newer ones there themselves.
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
        let [oldest, newer @ ..] = near.as_slice() else { return first };
        if newer.is_empty() {
            return first;
        }
        let merging = newer.iter().filter(|other| !is_apart(oldest, other));
        let merging: Vec<String> = merging.map(|other| other.id.clone()).collect();
        let into = oldest.id.clone();
        for id in merging {
            self.merge(&into, &id, &alert.fingerprint, now);
        }
        Some(into)
    }

    /// Makes an incident part of another; `fingerprint` names the alert that belongs to both.
    fn merge(&mut self, into: &str, id: &str, fingerprint: &str, now: i64) {
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
        take_over(incident, &other, fingerprint, now);
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
        // What was part of it leads on, too.
        for earlier in self.incidents.values_mut().filter(|one| one.merged_into.as_deref() == Some(id)) {
            earlier.merged_into = Some(into.to_owned());
            self.touched.insert(earlier.id.clone());
        }
        self.incidents.insert(id.to_owned(), other);
        self.touched.extend([into.to_owned(), id.to_owned()]);
    }
}

/// Whether people put alerts of the second, which is newer, there themselves, or took them out of the first: what they said counts for
/// more than what labels say.
fn is_apart(one: &Incident, other: &Incident) -> bool {
    let is_member = |fingerprint: &str| other.alerts.iter().any(|member| member.fingerprint == fingerprint);
    let is_placed = other.said.iter().any(|said| said.what == "joined" && is_member(&said.fingerprint));
    is_placed || one.said.iter().any(|said| said.what == "parted" && said.comment == other.id)
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
fn take_over(incident: &mut Incident, other: &Incident, fingerprint: &str, now: i64) {
    incident.opened_at = incident.opened_at.min(other.opened_at);
    incident.changed_at = incident.changed_at.max(other.changed_at);
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
    let (id, title, fingerprint) = (other.id.clone(), other.title.clone(), fingerprint.to_owned());
    incident.merged.push(Merged { at: now, id, title, fingerprint, assignee, roles });
    let beyond = incident.merged.len().saturating_sub(Change::MOST_KEPT);
    incident.merged.drain(..beyond);
}
