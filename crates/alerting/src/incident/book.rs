mod hand;
mod merge;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use watchfire_model::Labels;

use super::cause::cause;
use super::relation::relations;
use super::{Change, Incident, IncidentState, Member, Note, SaidOfAlert, Settings, Told};
use crate::config::IncidentsConfig;

/// An alert that fires.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// Names it.
    pub fingerprint: String,
    /// Its labels.
    pub labels: Labels,
    /// What people read.
    pub summary: String,
    /// When it began.
    pub starts_at: i64,
}

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// There is none with this id.
    #[error("there is no incident {0:?}")]
    NotFound(String),
    /// A note says nothing.
    #[error("text: a note needs some words")]
    Empty,
    /// Something is not as it has to be.
    #[error("{field}: {text}")]
    Invalid {
        /// Which field.
        field: &'static str,
        /// What is wrong and what mends it.
        text: String,
    },
    /// A limit refuses it.
    #[error("{what}: {found}, {most} are allowed ({setting})")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// So much there would be.
        found: usize,
        /// So much there may be.
        most: usize,
        /// The setting that says so.
        setting: &'static str,
    },
}

/// All incidents.
#[derive(Clone, Debug, Default)]
pub struct Book {
    settings: Settings,
    incidents: BTreeMap<String, Incident>,
    /// The incident of an alert, by its fingerprint: the newest.
    by_alert: HashMap<String, String>,
    /// The newest incident of a relation.
    by_relation: HashMap<String, String>,
    /// Those that changed since they were last taken; gone ones, too.
    touched: BTreeSet<String>,
    /// Those that went before their time, and notes that were refused, since the start.
    limited: u64,
}

impl Book {
    /// Goes on with what was kept.
    pub fn restored(settings: Settings, kept: impl IntoIterator<Item = Incident>) -> Self {
        let mut book = Self { settings, ..Self::default() };
        let mut kept: Vec<Incident> = kept.into_iter().collect();
        // What is newer wins.
        kept.sort_by_key(|incident| incident.changed_at);
        for incident in kept {
            // What is part of another goes on there.
            if incident.merged_into.is_none() {
                let members = incident.alerts.iter().map(|member| &member.fingerprint);
                for fingerprint in members.chain(&incident.left_out_firing) {
                    book.by_alert.insert(fingerprint.clone(), incident.id.clone());
                }
                for relation in &incident.relations {
                    book.by_relation.insert(relation.clone(), incident.id.clone());
                }
            }
            book.incidents.insert(incident.id.clone(), incident);
        }
        book
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Goes on by other settings.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// The one with this id.
    pub fn get(&self, id: &str) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// How often a limit let something go or refused it, since the start.
    pub fn limited(&self) -> u64 {
        self.limited
    }

    /// Takes the ids of those that changed; those that are not there any more are gone.
    pub fn take_touched(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.touched)
    }

    /// Says that these could not be stored.
    pub fn touch(&mut self, ids: impl IntoIterator<Item = String>) {
        self.touched.extend(ids);
    }

    /// Whether an alert is known to fire.
    pub fn fires(&self, fingerprint: &str) -> bool {
        let incident = self.by_alert.get(fingerprint).and_then(|id| self.incidents.get(id));
        incident.is_some_and(|incident| {
            incident.left_out_firing.contains(fingerprint)
                || incident
                    .alerts
                    .iter()
                    .any(|member| member.fingerprint == fingerprint && member.ends_at.is_none())
        })
    }

    /// Takes an alert that fires at `now`; `fresh` names an incident that it opens.
    pub fn observe(&mut self, alert: Observed, now: i64, fresh: impl FnOnce() -> String) {
        let window = self.settings.window;
        let known = self.by_alert.get(&alert.fingerprint).and_then(|id| self.incidents.get_mut(id));
        if let Some(incident) = known {
            let member = incident.alerts.iter_mut().find(|member| member.fingerprint == alert.fingerprint);
            match member {
                // One of those that are not told one by one.
                None if incident.left_out_firing.contains(&alert.fingerprint) => return,
                None if now - incident.changed_at <= window => {
                    incident.left_out_firing.insert(alert.fingerprint);
                    incident.changed_at = now;
                    reopen(incident);
                    self.touched.insert(incident.id.clone());
                    return;
                }
                Some(member) if member.ends_at.is_none() => return,
                Some(member) if member.ends_at.is_some_and(|end| now - end <= window) => {
                    member.ends_at = None;
                    member.times += 1;
                    incident.changed_at = now;
                    reopen(incident);
                    self.touched.insert(incident.id.clone());
                    return;
                }
                _ => {}
            }
        }
        let found = relations(&alert.labels);
        let id = self.belonging(&alert, &found, now).unwrap_or_else(fresh);
        let incident = self.incidents.entry(id.clone()).or_insert_with(|| empty(&id, alert.starts_at));
        reopen(incident);
        incident.changed_at = incident.changed_at.max(alert.starts_at);
        incident.opened_at = incident.opened_at.min(alert.starts_at);
        for relation in found {
            self.by_relation.insert(relation.clone(), id.clone());
            if !incident.relations.contains(&relation) {
                incident.relations.push(relation);
            }
        }
        self.by_alert.insert(alert.fingerprint.clone(), id.clone());
        if incident.alerts.len() < self.settings.max_alerts {
            let labels = alert.labels.iter().map(|label| (label.name.to_owned(), label.value.to_owned()));
            incident.alerts.push(Member {
                fingerprint: alert.fingerprint,
                labels: labels.collect(),
                summary: alert.summary,
                starts_at: alert.starts_at,
                ends_at: None,
                times: 1,
            });
        } else {
            incident.left_out += 1;
            incident.left_out_firing.insert(alert.fingerprint);
            self.limited += 1;
        }
        judge(incident, &self.settings.dependencies);
        self.touched.insert(id);
    }

    /// Says which alerts fire at `now`: the others are over, and so are incidents that have no other. Lets go of what is old.
    pub fn settle(&mut self, firing: &HashSet<String>, now: i64) {
        for incident in self.incidents.values_mut() {
            let mut changed = false;
            for member in &mut incident.alerts {
                if member.ends_at.is_none() && !firing.contains(&member.fingerprint) {
                    member.ends_at = Some(now);
                    changed = true;
                }
            }
            let before = incident.left_out_firing.len();
            incident.left_out_firing.retain(|fingerprint| firing.contains(fingerprint));
            changed |= incident.left_out_firing.len() < before;
            if changed {
                incident.changed_at = now;
                let is_over = incident.left_out_firing.is_empty()
                    && incident.alerts.iter().all(|member| member.ends_at.is_some());
                if is_over && incident.state != IncidentState::Resolved {
                    incident.state = IncidentState::Resolved;
                    incident.resolved_at = Some(now);
                }
                self.touched.insert(incident.id.clone());
            }
        }
        self.forget(now);
    }

    fn forget(&mut self, now: i64) {
        let keep = self.settings.keep;
        let old = |incident: &Incident| {
            let end = incident.resolved_at.filter(|_| incident.state == IncidentState::Resolved);
            end.zip(keep).is_some_and(|(end, keep)| now - end > keep)
        };
        let mut gone: Vec<String> = self
            .incidents
            .values()
            .filter(|incident| old(incident))
            .map(|incident| incident.id.clone())
            .collect();
        let beyond = (self.incidents.len() - gone.len()).saturating_sub(self.settings.max_count);
        if beyond > 0 {
            // Those that are over go first, the oldest of them before the others.
            let mut rest: Vec<(bool, i64, &String)> = self
                .incidents
                .values()
                .filter(|incident| !old(incident))
                .map(|incident| {
                    (incident.state != IncidentState::Resolved, incident.changed_at, &incident.id)
                })
                .collect();
            rest.sort_unstable();
            gone.extend(rest.into_iter().take(beyond).map(|(_, _, id)| id.clone()));
            self.limited += beyond as u64;
        }
        for id in gone {
            self.incidents.remove(&id);
            self.by_alert.retain(|_, of| *of != id);
            self.by_relation.retain(|_, of| *of != id);
            for incident in self.incidents.values_mut() {
                incident.apart.remove(&id);
            }
            self.touched.insert(id);
        }
    }

    /// Decides which incidents have to be told at `now`; they [wait](Self::untold) then. `is_heard` says whether people may hear of
    /// an alert now.
    pub fn decide(&mut self, config: &IncidentsConfig, now: i64, is_heard: impl Fn(&Member) -> bool) {
        let awaited = self.awaited();
        for incident in self.incidents.values_mut() {
            // One thing after the other: what waits is told first.
            if incident.told.as_ref().is_some_and(|told| told.waits) {
                continue;
            }
            // What is part of another ends only when that one is told as it is: a grave page does not end for a lesser one.
            if incident.merged_into.as_ref().and_then(|into| awaited.get(into)) == Some(&false) {
                continue;
            }
            let is_awaited = awaited.contains_key(&incident.id);
            if let Some(reason) = incident.news(config, (now, is_awaited), &is_heard) {
                incident.tell(reason, now);
                self.touched.insert(incident.id.clone());
            }
        }
    }

    /// Those of which others are part that go on for who was told of them, each with whether it is told as it is.
    fn awaited(&self) -> HashMap<String, bool> {
        let told = |incident: &&Incident| incident.told.as_ref().is_some_and(Told::goes_on);
        let into = self.incidents.values().filter(told).filter_map(|incident| incident.merged_into.as_ref());
        let into = into.filter_map(|into| self.incidents.get(into));
        into.map(|incident| (incident.id.clone(), incident.is_known())).collect()
    }

    /// Those of which something waits to be told.
    pub fn untold(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values().filter(|incident| incident.told.as_ref().is_some_and(|told| told.waits))
    }

    /// Says that what waited of these was handed on.
    pub fn handed_on(&mut self, ids: impl IntoIterator<Item = String>) {
        for id in ids {
            if let Some(told) = self.incidents.get_mut(&id).and_then(|incident| incident.told.as_mut()) {
                told.waits = false;
                self.touched.insert(id);
            }
        }
    }

    /// Adds what somebody says.
    ///
    /// # Errors
    ///
    /// There is no such incident, it is part of another, the note says nothing, or a limit refuses it.
    pub fn note(&mut self, id: &str, note: Note) -> Result<&Incident, IncidentError> {
        let (most, most_bytes) = (self.settings.max_notes, self.settings.max_note_bytes);
        let incident = self.incidents.get_mut(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?;
        refuse_merged(incident, "text")?;
        if note.text.trim().is_empty() {
            return Err(IncidentError::Empty);
        }
        for (what, found, most, setting) in [
            ("notes", incident.notes.len() + 1, most, "incidents.max_notes"),
            (
                "bytes of the note",
                note.text.len() + note.author.len(),
                most_bytes,
                "incidents.max_note_bytes",
            ),
        ] {
            if found > most {
                self.limited += 1;
                return Err(IncidentError::Limit { what, found, most, setting });
            }
        }
        incident.notes.push(note);
        self.touched.insert(id.to_owned());
        Ok(incident)
    }

    /// Changes where it is, and who does what; what says nothing new is no change.
    ///
    /// # Errors
    ///
    /// There is no such incident, it is part of another, or what is to be different can't be.
    pub fn change(&mut self, id: &str, change: &Change, now: i64) -> Result<&Incident, IncidentError> {
        let incident = self.incidents.get_mut(id).ok_or_else(|| IncidentError::NotFound(id.to_owned()))?;
        refuse_merged(incident, "state")?;
        change.check(incident)?;
        change.make(incident, now);
        self.touched.insert(id.to_owned());
        Ok(incident)
    }

    /// Notes in its incident what somebody said of an alert; the incident, where it belongs to one that goes on.
    pub fn said(&mut self, said: SaidOfAlert) -> Option<&Incident> {
        let incident = self.incidents.get_mut(self.by_alert.get(&said.fingerprint)?)?;
        if incident.state == IncidentState::Resolved {
            return None;
        }
        incident.note_said(said);
        self.touched.insert(incident.id.clone());
        Some(incident)
    }
}

fn empty(id: &str, at: i64) -> Incident {
    Incident {
        id: id.to_owned(),
        title: String::new(),
        severity: None,
        state: IncidentState::Open,
        opened_at: at,
        changed_at: at,
        resolved_at: None,
        assignee: None,
        roles: BTreeMap::new(),
        changes: Vec::new(),
        said: Vec::new(),
        merged: Vec::new(),
        merged_into: None,
        apart: BTreeSet::new(),
        relations: Vec::new(),
        alerts: Vec::new(),
        left_out: 0,
        left_out_firing: BTreeSet::new(),
        cause: None,
        notes: Vec::new(),
        told: None,
    }
}

/// What is part of another incident goes on there.
fn refuse_merged(incident: &Incident, field: &'static str) -> Result<(), IncidentError> {
    let Some(into) = &incident.merged_into else { return Ok(()) };
    let text = format!("this incident is part of {into} now; say it of that one");
    Err(IncidentError::Invalid { field, text })
}

/// Something new in what was over.
fn reopen(incident: &mut Incident) {
    if incident.state == IncidentState::Resolved {
        incident.state = IncidentState::Open;
        incident.resolved_at = None;
    }
}

/// What it is called and how grave it is, by its alerts.
fn judge(incident: &mut Incident, dependencies: &[(String, String)]) {
    incident.cause = cause(&incident.alerts, dependencies);
    let first = incident.cause.as_ref().map(|cause| &cause.fingerprint);
    let first = incident.alerts.iter().find(|member| Some(&member.fingerprint) == first);
    if let Some(first) = first {
        let name = first.labels.get("alertname").map_or("", String::as_str);
        incident.title = if first.summary.is_empty() { name.to_owned() } else { first.summary.clone() };
    }
    let words = incident.alerts.iter().filter_map(|member| member.labels.get("severity"));
    incident.severity = words.max_by_key(|word| grave(word)).cloned();
}

/// How grave a word is; the later the graver.
pub(super) fn grave(word: &str) -> u8 {
    match word.to_ascii_lowercase().as_str() {
        "critical" | "page" | "emergency" | "disaster" | "outage" => 4,
        "high" | "error" | "major" => 3,
        "warning" | "warn" | "medium" | "moderate" => 2,
        _ => 1,
    }
}
