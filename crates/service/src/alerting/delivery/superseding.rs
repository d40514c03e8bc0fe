//! Which notifications that wait are not to be sent any more, since newer ones of their group tell all of it.
//!
//! After a long outage of a channel, what a group told meanwhile waits in its order. As Alertmanager goes on with the newest state, so
//! does this: a notification is left out where each of its alerts is told of by a later one, which then has the time and the attempts
//! of the former. What is resolved is told as long as the channel did, or may have, heard that it fired; of what came and went while
//! nobody could be reached, it is not told at all, but the history of the alert has it.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use watchfire_alerting::Fingerprint;
use watchfire_alerting::channel::{About, Intent, Progress};
use watchfire_alerting::dispatch::Reason;
use watchfire_storage::{ControlError, Delivery, DeliveryState, Superseded};

use super::Deliveries;

/// How many deliveries of a group are looked at, the newest ones.
const MOST: usize = 500;

/// Why one is left out that nobody has to hear of any more.
const OVER: &str = "it was over before the channel heard that it fired";

/// A delivery, as far as it matters here.
#[derive(Clone, Debug)]
struct Told {
    id: i64,
    state: DeliveryState,
    intent: Intent,
    /// Whether nobody had heard of its group when it was made, and all that came after it is known still.
    is_first: bool,
    /// The alerts, each with whether it is resolved.
    alerts: Vec<(Fingerprint, bool)>,
    /// Whether these are all of its alerts.
    is_whole: bool,
    /// Whether its channel may have heard it, though it is not done.
    is_unsure: bool,
}

/// What becomes of one that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is sent.
    Kept,
    /// This later one tells all of it.
    By(i64),
    /// Nobody has to hear of it.
    Over,
}

/// What becomes of those of a group that wait.
struct Fates {
    /// Of each, the oldest first.
    fates: Vec<(i64, Fate)>,
    /// The alerts that nobody has to hear of.
    over: HashSet<Fingerprint>,
}

/// As much of a draft as matters here: the texts are long.
#[derive(Deserialize)]
struct Outline {
    intent: Intent,
    #[serde(default)]
    about: About,
}

/// What a channel has heard of the alerts of a group.
struct Heard {
    /// Whether it knows that they fire.
    known: HashMap<Fingerprint, bool>,
    /// Whether it may know others that fire.
    others: bool,
}

impl Heard {
    /// What is known of it by deliveries of a group: all that ended, and the first one that waits.
    fn of<'a>(group: impl Iterator<Item = &'a Told>) -> Self {
        let mut heard = Self { known: HashMap::new(), others: true };
        for told in group {
            if told.is_first {
                heard.others = false;
            }
            if told.state != DeliveryState::Done && !told.is_unsure {
                continue;
            }
            for (alert, resolved) in &told.alerts {
                // Nobody knows of an end that was perhaps not heard.
                if told.state == DeliveryState::Done || !resolved {
                    heard.known.insert(*alert, !resolved);
                }
            }
            heard.others |= !told.is_whole;
        }
        heard
    }

    fn may_fire(&self, alert: Fingerprint) -> bool {
        self.known.get(&alert).copied().unwrap_or(self.others)
    }
}

/// What becomes of those of a group that wait; `all` are the group's deliveries in their order.
fn fates(all: &[Told]) -> Fates {
    let mut waiting: Vec<&Told> = all.iter().filter(|told| told.state == DeliveryState::Waiting).collect();
    // Who looks after it is told of what was told before, unless all is over.
    if waiting.last().is_some_and(|last| last.intent != Intent::Resolve)
        && let Some(at) = waiting.iter().position(|told| told.intent == Intent::Acknowledge)
    {
        waiting.truncate(at);
    }
    let Some(first) = waiting.first() else {
        return Fates { fates: Vec::new(), over: HashSet::new() };
    };
    // Where a dead letter is sent again, newer ones may have ended.
    let heard =
        Heard::of(all.iter().filter(|told| told.state != DeliveryState::Waiting || told.id == first.id));
    // Alerts that came and went unheard.
    let mut last = HashMap::new();
    for told in &waiting {
        last.extend(told.alerts.iter().copied());
    }
    let unsure = waiting.iter().filter(|told| told.is_unsure).flat_map(|told| told.alerts.iter());
    let unsure: HashSet<Fingerprint> = unsure.map(|(alert, _)| *alert).collect();
    let is_whole = waiting.iter().all(|told| told.is_whole);
    let mut over: HashSet<Fingerprint> = last
        .into_iter()
        .filter(|(alert, resolved)| {
            *resolved && is_whole && !unsure.contains(alert) && !heard.may_fire(*alert)
        })
        .map(|(alert, _)| alert)
        .collect();
    let kept = loop {
        let kept = needed(&waiting, &over);
        let told = waiting.iter().filter(|told| kept.contains(&told.id)).flat_map(|told| told.alerts.iter());
        let mut firing = told.filter(|(_, resolved)| !resolved).map(|(alert, _)| *alert);
        // Of what is told to fire, the end is told, too.
        let Some(alert) = firing.find(|alert| over.contains(alert)) else { break kept };
        over.remove(&alert);
    };
    let fate = |told: &&Told| {
        if kept.contains(&told.id) {
            return (told.id, Fate::Kept);
        }
        let later = waiting.iter().find(|later| later.id > told.id && kept.contains(&later.id));
        (told.id, later.map_or(Fate::Over, |later| Fate::By(later.id)))
    };
    Fates { fates: waiting.iter().map(fate).collect(), over }
}

/// Those that have to be sent where nobody has to hear of the alerts that are `over`.
fn needed(waiting: &[&Told], over: &HashSet<Fingerprint>) -> HashSet<i64> {
    let mut needed = HashSet::new();
    let mut told_later: HashSet<Fingerprint> = HashSet::new();
    for (at, told) in waiting.iter().rev().enumerate() {
        let has_news =
            told.alerts.iter().any(|(alert, _)| !over.contains(alert) && !told_later.contains(alert));
        // What can't be told from what is known of it is sent; and the newest one, unless all of it is over.
        let is_empty = told.alerts.is_empty() && at == 0;
        if has_news || !told.is_whole || is_empty {
            needed.insert(told.id);
            told_later.extend(told.alerts.iter().map(|(alert, _)| *alert));
        }
    }
    needed
}

impl Deliveries {
    /// Leaves out what newer ones of its group tell, and says which one is to be sent now; `None` where none is. `oldest` waits and is
    /// not under way.
    pub(super) async fn newest_news(
        &self,
        oldest: &Delivery,
        now: i64,
    ) -> Result<Option<Delivery>, ControlError> {
        // Tests tell of nothing that goes on.
        if oldest.test {
            return Ok(Some(oldest.clone()));
        }
        let (group_key, receiver) = (&oldest.group_key, &oldest.receiver);
        let group = self.store.of_group(group_key, receiver, &oldest.integration, MOST).await?;
        let waits = |delivery: &&Delivery| delivery.state == DeliveryState::Waiting;
        // A dead letter that is sent again may be older than one that is being sent: what is heard of that has to be known first.
        if group.iter().filter(waits).any(|delivery| self.under_way.has(delivery.id)) {
            return Ok(None);
        }
        // Of very many the oldest ones are not among these.
        if group.iter().find(waits).is_none_or(|first| first.id != oldest.id) {
            return Ok(Some(oldest.clone()));
        }
        let mut all = Vec::with_capacity(group.len());
        for delivery in &group {
            match self.as_told(delivery, now) {
                Some(told) => all.push(told),
                // Nobody knows what it says.
                None if delivery.state == DeliveryState::Waiting => return Ok(Some(oldest.clone())),
                None => {}
            }
        }
        let Fates { fates, over } = fates(&all);
        let superseded: Vec<Superseded> =
            fates.iter().filter_map(|(id, fate)| superseded(*id, *fate)).collect();
        if superseded.is_empty() {
            return Ok(Some(oldest.clone()));
        }
        let ended = self.store.supersede(&superseded, now).await?;
        for gone in superseded.iter().filter(|gone| ended.contains(&gone.id)) {
            self.metrics.superseded(gone.by.is_some());
            if let Some(delivery) = group.iter().find(|delivery| delivery.id == gone.id) {
                self.unheard(delivery, &over);
            }
        }
        let next = group.into_iter().find(|delivery| {
            delivery.state == DeliveryState::Waiting && superseded.iter().all(|gone| gone.id != delivery.id)
        });
        if let Some(next) = &next
            && self.hastened.replaced(oldest, next)
        {
            self.store.hasten(next.id, now).await?;
        }
        let due = next.filter(|next| next.next_at <= now);
        if due.is_none() {
            // What is next is looked for anew.
            self.wake.notify_one();
        }
        Ok(due)
    }

    /// Says to the history of those alerts of a delivery that are over that nobody was told.
    fn unheard(&self, delivery: &Delivery, over: &HashSet<Fingerprint>) {
        let Some(mut draft) = Self::told(delivery) else { return };
        draft.about.alerts.retain(|alert| over.contains(&alert.fingerprint));
        if !draft.about.alerts.is_empty() {
            self.left_out(&draft, OVER.to_owned());
        }
    }

    fn as_told(&self, delivery: &Delivery, now: i64) -> Option<Told> {
        let Outline { intent, about } = serde_json::from_str(&delivery.draft).ok()?;
        let About { alerts, count, reason, .. } = about;
        let progress: Progress = serde_json::from_str(&delivery.progress).unwrap_or_default();
        // Whether an attempt was under way when the server ended, nobody has written down.
        let is_unsure = progress.may_be_heard() || delivery.created_at < self.started_at;
        let is_recent = delivery.created_at >= now.saturating_sub(self.settings.keep_done);
        Some(Told {
            id: delivery.id,
            state: delivery.state,
            intent,
            is_first: is_recent && matches!(reason, Some(Reason::First | Reason::IncidentOpened)),
            is_whole: alerts.len() == count,
            alerts: alerts.into_iter().map(|alert| (alert.fingerprint, alert.resolved)).collect(),
            is_unsure,
        })
    }
}

fn superseded(id: i64, fate: Fate) -> Option<Superseded> {
    match fate {
        Fate::Kept => None,
        Fate::By(later) => {
            Some(Superseded { id, by: Some(later), reason: format!("superseded by the delivery {later}") })
        }
        Fate::Over => Some(Superseded { id, by: None, reason: OVER.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
