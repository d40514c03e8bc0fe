//! Time that did not go on as it should: nobody listened for a while, or the clock was set back.

use std::sync::Arc;

use super::group::GroupId;
use super::rows::RowId;
use super::{Dispatcher, KEEP_RESOLVED};
use crate::alert::{Alert, Fingerprint};

impl Dispatcher {
    /// Lets alerts go on whose announced end came after `since`, while nobody listened: that a sender said nothing more could not be
    /// heard. From `now` on they fire for `resolve_timeout`, in which their senders tell how they are. Gives them as they now are.
    ///
    /// What its sender ended is over, and so is what a look at its group has seen to be over.
    pub fn revive(&mut self, since: i64, now: i64) -> Vec<Arc<Alert>> {
        let ends_at = now.saturating_add(self.plan.resolve_timeout());
        let mut revived = Vec::new();
        for (fingerprint, known) in &mut self.alerts {
            let alert = &known.alert;
            let has_lapsed = alert.ends_at > since.max(alert.updated_at) && alert.is_resolved(now);
            // A group lets go of what is over when it is looked at.
            let waits =
                |id: &GroupId| self.groups.get(id).is_some_and(|group| group.alerts.contains(fingerprint));
            if !has_lapsed || !known.groups.iter().any(waits) {
                continue;
            }
            known.alert = Arc::new(Alert { ends_at, timeout: true, ..(**alert).clone() });
            self.changed.insert(RowId::Alert(*fingerprint));
            revived.push(known.alert.clone());
        }
        revived
    }

    /// Takes what fires at `now` for uncertain: it may be over for long, and whoever knows could not say so. Until it is
    /// [confirmed](Self::confirm), and until `until` at most, nobody is told of it again, nor is anybody else told; what nobody was told
    /// of waits for nothing. It is not stored: after a start all is uncertain anyway.
    pub fn doubt(&mut self, now: i64, until: i64) {
        let fires = self.alerts.iter().filter(|(_, known)| !known.alert.is_resolved(now));
        self.doubted = fires.map(|(fingerprint, _)| *fingerprint).collect();
        self.doubted_until = until;
    }

    /// Notes at `now` that an alert was heard of by somebody who knows how it is: steps that waited for that are looked at.
    pub fn confirm(&mut self, fingerprint: Fingerprint, now: i64) {
        if !self.doubted.remove(&fingerprint) {
            return;
        }
        let groups = self.alerts.get(&fingerprint).map(|known| known.groups.clone());
        for id in groups.unwrap_or_default() {
            self.look_soon(&id, now);
        }
    }

    /// Whether it is uncertain at `now` that an alert fires still.
    pub(super) fn is_doubted(&self, fingerprint: Fingerprint, now: i64) -> bool {
        now < self.doubted_until && self.doubted.contains(&fingerprint)
    }

    /// Goes on by a clock that was set back to `now`: nothing that is known has happened later. Groups wait no longer than new ones
    /// would, what was told was told now, and alerts were heard of now and last as long as they would have.
    pub fn set_back(&mut self, now: i64) {
        for (fingerprint, known) in &mut self.alerts {
            let alert = &known.alert;
            if alert.updated_at > now {
                let ends_at = alert.ends_at.saturating_sub(alert.updated_at.saturating_sub(now));
                let starts_at = alert.starts_at.min(now).min(ends_at);
                known.alert = Arc::new(Alert { starts_at, ends_at, updated_at: now, ..(**alert).clone() });
                self.changed.insert(RowId::Alert(*fingerprint));
            }
        }
        for (id, group) in &mut self.groups {
            let next =
                group.next.min(now.saturating_add(group.longest_wait(self.plan.tree().options(id.route))));
            let since = group.since.min(now);
            let empty_since = group.empty_since.map(|since| since.min(now));
            for heard_since in group.heard_since.values_mut() {
                *heard_since = heard_since.map(|since| since.min(now));
            }
            let step_at = group.step_at.filter(|at| *at <= next);
            let known = (group.next, group.since, group.empty_since, group.step_at);
            if (next, since, empty_since, step_at) != known {
                self.due.remove(&(group.due(), id.clone()));
                (group.next, group.since, group.empty_since, group.step_at) =
                    (next, since, empty_since, step_at);
                self.due.insert((group.due(), id.clone()));
                self.changed.insert(RowId::group(&self.plan, id));
            }
        }
        for (sent, entry) in &mut self.log {
            if entry.at > now {
                entry.expires_at = entry.expires_at.saturating_sub(entry.at.saturating_sub(now));
                entry.at = now;
                self.changed.insert(RowId::Sent(sent.clone()));
            }
        }
        // By that clock its end may be hours away.
        self.doubted.clear();
        self.clear_at = self.clear_at.min(now.saturating_add(KEEP_RESOLVED));
    }
}
