//! What people change of an incident: where it is, and who does what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Incident, IncidentError, IncidentState};

/// What somebody changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// When.
    pub at: i64,
    /// Who.
    pub by: String,
    /// `state`, `assignee`, or the name of a role.
    pub what: String,
    /// What it is since; empty for nobody.
    pub to: String,
}

/// What somebody said of one alert of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidOfAlert {
    /// When.
    pub at: i64,
    /// Who.
    pub by: String,
    /// `acknowledged`, `unacknowledged`, `snoozed`, `resolved` or `reopened`, as in the history of alerts; or `joined`, `parted` of one
    /// that people put to the incident or took out of it.
    pub what: String,
    /// Why; may be empty. Of one that was taken out the id of the incident to which it belongs since.
    pub comment: String,
    /// Of which alert.
    pub fingerprint: String,
}

/// What is to be different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Who wants it.
    pub by: String,
    /// Where it is.
    pub state: Option<IncidentState>,
    /// Who looks after it; empty for nobody.
    pub assignee: Option<String>,
    /// Who does what else; empty for nobody. Roles that are not named stay.
    pub roles: BTreeMap<String, String>,
}

impl Change {
    /// How many changes are kept of an incident, so that a program that goes to and fro fills no store: people make some dozens.
    pub const MOST_KEPT: usize = 500;

    /// How many roles an incident may have: more than people can tell apart.
    pub const MOST_ROLES: usize = 20;

    /// The most bytes of a name, of a role as of somebody who has it.
    pub const MOST_BYTES: usize = 200;

    /// Names of roles that would be taken for something else among the changes.
    const TAKEN: [&'static str; 2] = ["state", "assignee"];

    pub(super) fn check(&self, incident: &Incident) -> Result<(), IncidentError> {
        let wrong = |field, text: String| Err(IncidentError::Invalid { field, text });
        let most = Self::MOST_BYTES;
        let named = self.assignee.iter().map(|name| ("assignee", name));
        let roles = self.roles.iter().flat_map(|(role, name)| [("roles", role), ("roles", name)]);
        for (field, name) in named.chain(roles).chain([("by", &self.by)]) {
            if name.len() > most {
                return wrong(
                    field,
                    format!("a name of {} bytes is too long; write up to {most}", name.len()),
                );
            }
        }
        for role in self.roles.keys() {
            if role.trim().is_empty() {
                return wrong("roles", "a role needs a name, such as communication".to_owned());
            }
            if Self::TAKEN.contains(&role.as_str()) {
                return wrong("roles", format!("{role:?} is no name for a role; use the field {role}"));
            }
        }
        let set = |name: &str| !name.trim().is_empty();
        let fresh =
            self.roles.iter().filter(|(role, name)| set(name) && !incident.roles.contains_key(role.trim()));
        let gone =
            self.roles.iter().filter(|(role, name)| !set(name) && incident.roles.contains_key(role.trim()));
        let found = incident.roles.len() + fresh.count() - gone.count();
        if found > Self::MOST_ROLES {
            let text =
                format!("there would be {found}, {} are allowed; take some away first", Self::MOST_ROLES);
            return wrong("roles", text);
        }
        Ok(())
    }

    /// Makes it. It was checked.
    pub(super) fn make(&self, incident: &mut Incident, now: i64) {
        let mut note = |what: &str, to: &str| {
            let (by, what, to) = (self.by.clone(), what.to_owned(), to.to_owned());
            incident.changes.push(Changed { at: now, by, what, to });
        };
        if let Some(state) = self.state.filter(|state| *state != incident.state) {
            note("state", state.word());
            incident.resolved_at = (state == IncidentState::Resolved).then_some(now);
            incident.state = state;
        }
        if let Some(name) = &self.assignee {
            let name = Some(name.trim()).filter(|name| !name.is_empty());
            if name != incident.assignee.as_deref() {
                note("assignee", name.unwrap_or_default());
                incident.assignee = name.map(str::to_owned);
            }
        }
        for (role, name) in &self.roles {
            let (role, name) = (role.trim(), name.trim());
            if name == incident.roles.get(role).map_or("", String::as_str) {
                continue;
            }
            note(role, name);
            if name.is_empty() {
                incident.roles.remove(role);
            } else {
                incident.roles.insert(role.to_owned(), name.to_owned());
            }
        }
        let beyond = incident.changes.len().saturating_sub(Self::MOST_KEPT);
        incident.changes.drain(..beyond);
    }
}

impl Incident {
    /// Notes what somebody said of one of its alerts.
    pub(super) fn note_said(&mut self, said: SaidOfAlert) {
        self.said.push(said);
        let beyond = self.said.len().saturating_sub(Change::MOST_KEPT);
        self.said.drain(..beyond);
    }

    /// Whether it is where it is since people looked after all of its alerts, and not since somebody said so of it; and whether its
    /// assignee is so, too. The one has the time of the other.
    pub fn followed_alerts(&self) -> Option<bool> {
        let state = self.changes.iter().rfind(|change| change.what == "state")?;
        let of_alert = |said: &SaidOfAlert| said.at == state.at && said.what == "acknowledged";
        self.said.iter().any(of_alert).then(|| {
            let assignee = self.changes.iter().rfind(|change| change.what == "assignee");
            assignee.is_some_and(|change| change.at == state.at)
        })
    }

    /// The fingerprints of its alerts that fire.
    pub fn firing(&self) -> impl Iterator<Item = &str> {
        let members = self.alerts.iter().filter(|member| member.ends_at.is_none());
        members
            .map(|member| member.fingerprint.as_str())
            .chain(self.left_out_firing.iter().map(String::as_str))
    }
}
