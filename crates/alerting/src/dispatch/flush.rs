use std::collections::BTreeSet;

use super::group::GroupId;
use super::log::{Picture, Sent};
use super::notification::{Notification, Notified, Reason, order};
use super::rows::RowId;
use super::{Dispatcher, Looks};
use crate::alert::Fingerprint;

/// Who hears of some alerts of a group.
struct Hearer {
    receiver: String,
    due: BTreeSet<Fingerprint>,
    /// Whether it is told again while nothing changes: not where it was on call before.
    is_open: bool,
}

impl Dispatcher {
    /// Looks at a group that was due at `due`: adds what is to be sent, and lets go of what is resolved.
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
        // Ticks that nobody looked at are one; the next ones keep their distance.
        let tick = due + now.saturating_sub(due) / interval * interval;
        let Some(group) = self.groups.get_mut(id) else { return };
        self.changed.insert(RowId::group(&plan, id));
        if group.alerts.is_empty() {
            self.groups.remove(id);
            return;
        }
        group.flushed = true;
        group.next = tick.saturating_add(interval);
        self.due.insert((group.next, id.clone()));

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
                // Nobody is told again and again after the end of a shift.
                let over = Looks { is_muted: looks.is_muted, is_acknowledged: &|_| true };
                for Hearer { receiver, due, is_open } in self.hearers(id, (since, now), &alerts, looks) {
                    let told = alerts.iter().filter(|(fingerprint, _)| due.contains(fingerprint));
                    let told: Vec<_> = told.cloned().collect();
                    let looks = if is_open { looks } else { &over };
                    self.tell(id, &receiver, (since, tick), &told, looks, notifications);
                }
            }
        }
    }

    /// Who hears of the alerts of a group now: its receiver of all, and those of the steps by which it goes on of what nobody has looked
    /// after for so long. Each is there once, however many steps name it: a channel is told once at a tick.
    fn hearers(
        &self,
        id: &GroupId,
        (since, now): (i64, i64),
        alerts: &[(Fingerprint, Notified)],
        looks: &Looks<'_>,
    ) -> Vec<Hearer> {
        let receiver = self.plan.tree().options(id.route).receiver.clone();
        let steps = self.plan.escalations(&receiver);
        let all = alerts.iter().map(|(fingerprint, _)| *fingerprint).collect();
        let heard_since = |fingerprint: Fingerprint, starts_at: i64| {
            self.groups.get(id).map_or(starts_at, |group| group.heard_since(fingerprint, starts_at))
        };
        let mut hearers = vec![Hearer { receiver, due: all, is_open: true }];
        for step in steps {
            for (receiver, is_open) in self.plan.told_by(step, now) {
                let known = self.told_of(id, &receiver, since);
                let is_due = |fingerprint: &Fingerprint, notified: &Notified| {
                    // Who was told is told of the end, too, whoever has looked after it since; of what was over before, nobody else is.
                    known.contains(fingerprint)
                        || (is_open
                            && !notified.resolved
                            && now.saturating_sub(heard_since(*fingerprint, notified.alert.starts_at))
                                >= step.after.millis()
                            && !(looks.is_acknowledged)(&notified.alert))
                };
                let due = alerts.iter().filter(|(fingerprint, notified)| is_due(fingerprint, notified));
                let due: BTreeSet<_> = due.map(|(fingerprint, _)| *fingerprint).collect();
                if due.is_empty() {
                    continue;
                }
                match hearers.iter_mut().find(|hearer| hearer.receiver == receiver) {
                    Some(hearer) => {
                        hearer.due.extend(due);
                        hearer.is_open |= is_open;
                    }
                    None => hearers.push(Hearer { receiver, due, is_open }),
                }
            }
        }
        hearers
    }

    /// The alerts that fire in the eyes of a receiver of a group that is there `since`.
    fn told_of(&self, id: &GroupId, receiver: &str, since: i64) -> BTreeSet<Fingerprint> {
        let group_key = self.plan.tree().group_key(id.route, &id.labels);
        let sent = self.plan.channels(receiver).iter().map(|(integration, _)| Sent {
            group_key: group_key.clone(),
            receiver: receiver.to_owned(),
            integration: *integration,
        });
        let entries = sent.filter_map(|sent| self.log.get(&sent)).filter(|entry| entry.counts(since));
        entries.flat_map(|entry| entry.firing.iter().copied()).collect()
    }

    /// Asks the log which channels of a receiver have to be told at `tick` of a group that is there `since`, and writes down that they
    /// were.
    fn tell(
        &mut self,
        id: &GroupId,
        receiver: &str,
        (since, tick): (i64, i64),
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
        let repeat = options.repeat_interval.millis();
        let group_key = plan.tree().group_key(id.route, &id.labels);
        for (integration, send_resolved) in plan.channels(receiver) {
            let receiver = receiver.to_owned();
            let sent = Sent { group_key: group_key.clone(), receiver, integration: *integration };
            let entry = self.log.get(&sent).filter(|entry| entry.counts(since));
            let Some(reason) = picture.reason(entry, *send_resolved, repeat, tick) else { continue };
            if reason == Reason::Repeat && is_acknowledged {
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
