//! Who else is told of what nobody looks after, and when: looks at groups between their ticks.

use std::collections::BTreeSet;

use super::group::GroupId;
use super::log::Sent;
use super::notification::{Notification, Notified};
use super::rows::RowId;
use super::{Dispatcher, Looks, When};
use crate::alert::Fingerprint;

/// How often all steps are told again, and after how many milliseconds each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rounds {
    pub(super) times: i64,
    pub(super) every: i64,
}

impl Rounds {
    /// When a step that is due at `first` is told for the last time until `at`, if it is by then.
    pub(super) fn last(self, first: i64, at: i64) -> Option<i64> {
        if first > at {
            return None;
        }
        let past = at.saturating_sub(first).checked_div(self.every).unwrap_or(0);
        Some(first.saturating_add(past.min(self.times).saturating_mul(self.every)))
    }

    /// When it is told next after `now`.
    fn next(self, first: i64, now: i64) -> Option<i64> {
        if first > now {
            return Some(first);
        }
        let round = now.saturating_sub(first).checked_div(self.every)?.saturating_add(1);
        (round <= self.times).then(|| first.saturating_add(round.saturating_mul(self.every)))
    }
}

impl Dispatcher {
    /// Looks at a group between its ticks, since a step was due at `due`: tells those who are to hear by it. What is new to the receiver
    /// itself waits for the tick.
    pub(super) fn look_at_steps(
        &mut self,
        id: &GroupId,
        (due, now): (i64, i64),
        looks: &Looks<'_>,
        notifications: &mut Vec<Notification>,
    ) {
        let plan = self.plan.clone();
        self.changed.insert(RowId::group(&plan, id));
        let since = self.groups.get(id).map_or(now, |group| group.since);
        let alerts = self.told_alerts(id, (since, now), looks);
        if !alerts.is_empty() && plan.muted_by(id.route, now).is_empty() {
            let when = When { since, tick: due, now, again_at: None };
            for hearer in self.hearers(id, when, &alerts, looks).into_iter().filter(|hearer| hearer.is_news) {
                self.tell_hearer(id, hearer, when, &alerts, looks, notifications);
            }
        }
        self.await_step(id, now);
    }

    /// The alerts of a group of which its receiver has heard, without those that are muted, or were at the last tick.
    fn told_alerts(
        &self,
        id: &GroupId,
        (since, now): (i64, i64),
        looks: &Looks<'_>,
    ) -> Vec<(Fingerprint, Notified)> {
        let Some(group) = self.groups.get(id) else { return Vec::new() };
        let receiver = &self.plan.tree().options(id.route).receiver;
        let has_channels = !self.plan.channels(receiver).is_empty();
        let told = self.told_of(id, receiver, since);
        let heard = group
            .alerts
            .iter()
            .filter(|of| !group.is_muted(**of) && (!has_channels || told.contains(*of)))
            .filter_map(|of| self.alert(*of).map(|alert| (*of, alert.clone())));
        heard
            .filter(|(_, alert)| !(looks.is_muted)(alert))
            .map(|(of, alert)| (of, Notified { resolved: alert.is_resolved(now), alert }))
            .collect()
    }

    /// Puts a group that was looked at back to those that are due: at its tick, or earlier where a step is.
    pub(super) fn await_step(&mut self, id: &GroupId, now: i64) {
        let step_at = self.next_step(id, now);
        let Some(group) = self.groups.get_mut(id) else { return };
        let next = group.next;
        group.step_at = step_at.filter(|at| *at < next);
        self.due.insert((group.due(), id.clone()));
    }

    /// When a step of a group is due next after `now`.
    fn next_step(&self, id: &GroupId, now: i64) -> Option<i64> {
        let group = self.groups.get(id)?;
        let escalation = self.plan.escalation(id.route);
        if escalation.steps.is_empty() {
            return None;
        }
        let mut found: Option<i64> = None;
        for fingerprint in group.alerts.iter().filter(|of| !group.is_muted(**of)) {
            let Some(alert) = self.alert(*fingerprint).filter(|alert| !alert.is_resolved(now)) else {
                continue;
            };
            let since = group.heard_since(*fingerprint, alert.starts_at);
            let of_steps = escalation.steps_for(&alert.labels).map(|step| since.saturating_add(step.after));
            let of_steps = of_steps.filter_map(|first| escalation.rounds.next(first, now));
            let is_doubted = self.is_doubted(*fingerprint, now);
            found = of_steps.chain(is_doubted.then_some(self.doubted_until)).chain(found).min();
        }
        found
    }

    /// Lets a group be looked at for its steps at `now`, where it has any.
    pub(super) fn look_soon(&mut self, id: &GroupId, now: i64) {
        if self.plan.escalation(id.route).steps.is_empty() {
            return;
        }
        let Some(group) = self.groups.get_mut(id).filter(|group| group.flushed) else { return };
        self.due.remove(&(group.due(), id.clone()));
        if now < group.next {
            group.step_at = Some(now);
        }
        self.due.insert((group.due(), id.clone()));
        self.changed.insert(RowId::group(&self.plan, id));
    }

    /// The alerts that fire in the eyes of a receiver of a group that is there `since`.
    pub(super) fn told_of(&self, id: &GroupId, receiver: &str, since: i64) -> BTreeSet<Fingerprint> {
        let group_key = self.plan.tree().group_key(id.route, &id.labels);
        let sent = self.plan.channels(receiver).iter().map(|(integration, _)| Sent {
            group_key: group_key.clone(),
            receiver: receiver.to_owned(),
            integration: *integration,
        });
        let entries = sent.filter_map(|sent| self.log.get(&sent)).filter(|entry| entry.counts(since));
        entries.flat_map(|entry| entry.firing.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Rounds;

    #[test]
    fn steps_are_told_so_often() {
        let (once, thrice) = (Rounds::default(), Rounds { times: 2, every: 10 });
        // Rounds, it is now; when it was told last and when it is told next. It is due at 5.
        for (rounds, now, last, next) in [
            (once, 4, None, Some(5)),
            (once, 5, Some(5), None),
            (once, 100, Some(5), None),
            (thrice, 4, None, Some(5)),
            (thrice, 5, Some(5), Some(15)),
            (thrice, 14, Some(5), Some(15)),
            (thrice, 15, Some(15), Some(25)),
            (thrice, 25, Some(25), None),
            (thrice, 100, Some(25), None),
        ] {
            assert_eq!((rounds.last(5, now), rounds.next(5, now)), (last, next), "{rounds:?} {now}");
        }
    }
}
