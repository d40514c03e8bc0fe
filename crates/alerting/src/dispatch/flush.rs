use std::collections::BTreeSet;

use super::group::GroupId;
use super::log::{Picture, Sent};
use super::notification::{Notification, Notified, Reason, order};
use super::rows::RowId;
use super::{Dispatcher, Looks, When};
use crate::alert::Fingerprint;

/// Who hears of some alerts of a group.
pub(super) struct Hearer {
    receiver: String,
    due: BTreeSet<Fingerprint>,
    /// Whether it is told again while nothing changes: not where it was on call before.
    is_open: bool,
    /// Whether a step brings something that it has not heard of, or not in this round.
    pub(super) is_news: bool,
    /// Since when it is to be told once more by a step.
    again_at: Option<i64>,
}

impl Dispatcher {
    /// Looks at a group that was due at `due`: adds what is to be sent, and lets go of what is resolved. Before its tick only a step can
    /// be due.
    pub(super) fn flush(
        &mut self,
        id: &GroupId,
        due: i64,
        now: i64,
        looks: &Looks<'_>,
        notifications: &mut Vec<Notification>,
    ) {
        let plan = self.plan.clone();
        let interval = plan.tree().options(id.route).group_interval.millis().max(1);
        let Some(group) = self.groups.get_mut(id) else { return };
        if group.next > now {
            self.look_at_steps(id, (due, now), looks, notifications);
            return;
        }
        // Ticks that nobody looked at are one; the next ones keep their distance.
        let tick = group.next + now.saturating_sub(group.next) / interval * interval;
        self.changed.insert(RowId::group(&plan, id));
        if group.alerts.is_empty() {
            self.groups.remove(id);
            return;
        }
        group.flushed = true;
        group.next = tick.saturating_add(interval);

        let mut alerts: Vec<(Fingerprint, Notified)> = Vec::with_capacity(group.alerts.len());
        for fingerprint in &group.alerts {
            let Some(known) = self.alerts.get(fingerprint) else { continue };
            let resolved = known.alert.is_resolved(now);
            alerts.push((*fingerprint, Notified { alert: known.alert.clone(), resolved }));
        }
        let is_route_muted = !plan.muted_by(id.route, now).is_empty();
        for (fingerprint, notified) in &alerts {
            if notified.resolved {
                group.alerts.remove(fingerprint);
            } else {
                let is_muted = is_route_muted || (looks.is_muted)(&notified.alert);
                group.note_muted(*fingerprint, is_muted, now);
            }
        }
        group.heard_since.retain(|fingerprint, _| group.alerts.contains(fingerprint));
        if group.alerts.is_empty() {
            group.empty_since = Some(now);
        }
        let since = group.since;
        if !is_route_muted {
            alerts.retain(|(_, notified)| !(looks.is_muted)(&notified.alert));
            if !alerts.is_empty() {
                let when = When { since, tick, now, again_at: None };
                for hearer in self.hearers(id, when, &alerts, looks) {
                    self.tell_hearer(id, hearer, when, &alerts, looks, notifications);
                }
            }
        }
        self.await_step(id, now);
    }

    /// Tells somebody of those of the alerts of which they hear.
    pub(super) fn tell_hearer(
        &mut self,
        id: &GroupId,
        hearer: Hearer,
        when: When,
        alerts: &[(Fingerprint, Notified)],
        looks: &Looks<'_>,
        notifications: &mut Vec<Notification>,
    ) {
        let Hearer { receiver, due, is_open, again_at, .. } = hearer;
        let told = alerts.iter().filter(|(fingerprint, _)| due.contains(fingerprint));
        let told: Vec<_> = told.cloned().collect();
        // Nobody is told again and again after the end of a shift.
        let over = Looks { is_muted: looks.is_muted, is_acknowledged: &|_| true };
        let looks = if is_open { looks } else { &over };
        self.tell(id, &receiver, When { again_at, ..when }, &told, looks, notifications);
    }

    /// Who hears of the alerts of a group now: its receiver of all, and those of the steps by which it goes on of what nobody has looked
    /// after for so long. Each is there once, however many steps name it: a channel is told once at a tick.
    pub(super) fn hearers(
        &self,
        id: &GroupId,
        When { since, tick, now, .. }: When,
        alerts: &[(Fingerprint, Notified)],
        looks: &Looks<'_>,
    ) -> Vec<Hearer> {
        let receiver = self.plan.tree().options(id.route).receiver.clone();
        let escalation = self.plan.escalation(id.route);
        let all = alerts.iter().map(|(fingerprint, _)| *fingerprint).collect();
        let heard_since = |fingerprint: Fingerprint, starts_at: i64| {
            self.groups.get(id).map_or(starts_at, |group| group.heard_since(fingerprint, starts_at))
        };
        let mut hearers = vec![Hearer { receiver, due: all, is_open: true, is_news: false, again_at: None }];
        for step in &escalation.steps {
            for (receiver, is_open) in self.plan.told_by(step, now) {
                let known = self.told_of(id, &receiver, since);
                let first = |fingerprint: Fingerprint, notified: &Notified| {
                    heard_since(fingerprint, notified.alert.starts_at).saturating_add(step.after)
                };
                let is_open_for = |fingerprint: Fingerprint, notified: &Notified| {
                    is_open
                        && !notified.resolved
                        && step.is_for(&notified.alert.labels)
                        && !self.is_doubted(fingerprint, now)
                        && now >= first(fingerprint, notified)
                        && !(looks.is_acknowledged)(&notified.alert)
                };
                let (mut due, mut is_news) = (BTreeSet::new(), false);
                let mut again_at: Option<i64> = None;
                for (fingerprint, notified) in alerts {
                    let is_known = known.contains(fingerprint);
                    let is_told = is_open_for(*fingerprint, notified);
                    if is_told {
                        let first = first(*fingerprint, notified);
                        // The first round is told since it is new, and not again.
                        let last = escalation.rounds.last(first, tick);
                        again_at = again_at.max(last.filter(|last| *last > first));
                    }
                    is_news |= is_told && !is_known;
                    // Who was told is told of the end, too, whoever has looked after it since; of what was over before, nobody else is.
                    if is_known || is_told {
                        due.insert(*fingerprint);
                    }
                }
                if due.is_empty() {
                    continue;
                }
                is_news |= again_at.is_some();
                match hearers.iter_mut().find(|hearer| hearer.receiver == receiver) {
                    Some(hearer) => {
                        hearer.due.extend(due);
                        hearer.is_open |= is_open;
                        hearer.is_news |= is_news;
                        hearer.again_at = hearer.again_at.max(again_at);
                    }
                    None => hearers.push(Hearer { receiver, due, is_open, is_news, again_at }),
                }
            }
        }
        hearers
    }

    /// Asks the log which channels of a receiver have to be told at `tick`, looked at `now`, of a group that is there `since`, and writes
    /// down that they were.
    fn tell(
        &mut self,
        id: &GroupId,
        receiver: &str,
        When { since, tick, now, again_at }: When,
        alerts: &[(Fingerprint, Notified)],
        looks: &Looks<'_>,
        notifications: &mut Vec<Notification>,
    ) {
        let plan = self.plan.clone();
        let options = plan.tree().options(id.route);
        let of = |resolved: bool| -> Vec<Fingerprint> {
            let kept = alerts.iter().filter(|(_, notified)| notified.resolved == resolved);
            kept.map(|(fingerprint, _)| *fingerprint).collect()
        };
        let (firing, resolved) = (of(false), of(true));
        let picture = Picture { firing: &firing, resolved: &resolved };
        let known = || alerts.iter().filter(|(_, notified)| !notified.resolved);
        let is_acknowledged = known().all(|(_, notified)| (looks.is_acknowledged)(&notified.alert));
        let is_doubted = known().any(|(fingerprint, _)| self.is_doubted(*fingerprint, now));
        let repeat = options.repeat_interval.millis();
        let group_key = plan.tree().group_key(id.route, &id.labels);
        for (integration, send_resolved) in plan.channels(receiver) {
            let receiver = receiver.to_owned();
            let sent = Sent { group_key: group_key.clone(), receiver, integration: *integration };
            let entry = self.log.get(&sent).filter(|entry| entry.counts(since));
            let is_again = !firing.is_empty()
                && entry.zip(again_at).is_some_and(|(entry, again_at)| entry.at < again_at);
            let reason = picture.reason(entry, *send_resolved, repeat, tick);
            let Some(reason) = reason.or(is_again.then_some(Reason::Repeat)) else { continue };
            // What is uncertain is told again once it is known, or at the next look after that.
            if reason == Reason::Repeat && (is_acknowledged || is_doubted) {
                continue;
            }
            self.changed.insert(RowId::Sent(sent.clone()));
            self.log.insert(sent.clone(), picture.entry(repeat, tick));
            let told =
                alerts.iter().map(|(_, notified)| notified).filter(|told| *send_resolved || !told.resolved);
            let mut told: Vec<Notified> = told.cloned().collect();
            if told.is_empty() {
                continue;
            }
            told.sort_by(|one, other| order(&one.alert.labels, &other.alert.labels));
            notifications.push(Notification {
                group_key: sent.group_key,
                group_labels: id.labels.clone(),
                route: plan.tree().name(id.route).to_owned(),
                receiver: sent.receiver,
                integration: *integration,
                at: tick,
                reason,
                alerts: told,
                incident: None,
            });
        }
    }
}
