use super::notification::Reason;
use crate::alert::Fingerprint;
use crate::config::receiver::Integration;

/// Who was told of what: a channel of a receiver, of a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sent {
    pub(super) group_key: String,
    pub(super) receiver: String,
    pub(super) integration: Integration,
}

/// What was told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The alerts that fired, in order.
    pub(super) firing: Vec<Fingerprint>,
    /// The alerts that were resolved, in order.
    pub(super) resolved: Vec<Fingerprint>,
    /// The tick at which it was told.
    pub(super) at: i64,
    /// From when on it counts no more for a group that is new then.
    pub(super) expires_at: i64,
}

impl Entry {
    /// Whether it counts for a group that is there since `since`: that group wrote it, or came before it was too old.
    pub(super) fn counts(&self, since: i64) -> bool {
        self.at >= since || self.expires_at > since
    }
}

/// What a group is like at a tick, without what is muted; both in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture<'a> {
    pub(super) firing: &'a [Fingerprint],
    pub(super) resolved: &'a [Fingerprint],
}

/// Whether all of `some` are in `all`, which is in order.
fn subset(some: &[Fingerprint], all: &[Fingerprint]) -> bool {
    some.iter().all(|one| all.binary_search(one).is_ok())
}

impl Picture<'_> {
    /// Why a channel has to be told, as Alertmanager decides it; `None` where it knows all that it needs.
    ///
    /// `entry` is what it was told last, `repeat` after how many milliseconds it is told the same again.
    pub(super) fn reason(
        self,
        entry: Option<&Entry>,
        send_resolved: bool,
        repeat: i64,
        tick: i64,
    ) -> Option<Reason> {
        let Some(entry) = entry else {
            // What came and went before anyone heard of it is no news.
            return (!self.firing.is_empty()).then_some(Reason::First);
        };
        if !subset(self.firing, &entry.firing) {
            return Some(if entry.firing.is_empty() { Reason::First } else { Reason::NewAlerts });
        }
        if self.firing.is_empty() {
            // Also for channels that do not tell it: their entry has to say so.
            return (!entry.firing.is_empty()).then_some(Reason::AllResolved);
        }
        if send_resolved && !subset(self.resolved, &entry.resolved) {
            return Some(Reason::SomeResolved);
        }
        (tick.saturating_sub(entry.at) >= repeat).then_some(Reason::Repeat)
    }

    /// The entry that says that this was told.
    pub(super) fn entry(self, repeat: i64, tick: i64) -> Entry {
        Entry {
            firing: self.firing.to_vec(),
            resolved: self.resolved.to_vec(),
            at: tick,
            // As in Alertmanager: what was not repeated for twice the time is not there any more.
            expires_at: tick.saturating_add(repeat.saturating_mul(2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_channel_has_to_be_told() {
        let list = |numbers: &str| -> Vec<Fingerprint> {
            numbers.bytes().map(|byte| Fingerprint(u64::from(byte))).collect()
        };
        // Told last (firing, resolved, at), now (firing, resolved), send_resolved, the reason; repeated after 100, now 1000.
        let table = [
            (None, ("a", ""), true, Some(Reason::First)),
            (None, ("", "a"), true, None),
            (Some(("a", "", 950)), ("a", ""), true, None),
            (Some(("a", "", 901)), ("a", ""), true, None),
            (Some(("a", "", 900)), ("a", ""), true, Some(Reason::Repeat)),
            (Some(("a", "", 950)), ("ab", ""), true, Some(Reason::NewAlerts)),
            (Some(("ab", "", 950)), ("b", ""), true, None),
            (Some(("ab", "", 950)), ("b", "a"), true, Some(Reason::SomeResolved)),
            (Some(("ab", "", 950)), ("b", "a"), false, None),
            (Some(("b", "a", 950)), ("b", "a"), true, None),
            (Some(("b", "a", 950)), ("ab", ""), true, Some(Reason::NewAlerts)),
            (Some(("a", "", 950)), ("", "a"), true, Some(Reason::AllResolved)),
            (Some(("a", "", 950)), ("", "a"), false, Some(Reason::AllResolved)),
            (Some(("", "a", 950)), ("", "a"), true, None),
            (Some(("", "a", 100)), ("", "ab"), true, None),
            (Some(("", "a", 950)), ("a", ""), true, Some(Reason::First)),
        ];
        for (told, (firing, resolved), send_resolved, reason) in table {
            let entry = told.map(|(firing, resolved, at)| Entry {
                firing: list(firing),
                resolved: list(resolved),
                at,
                expires_at: i64::MAX,
            });
            let (firing, resolved) = (list(firing), list(resolved));
            let picture = Picture { firing: &firing, resolved: &resolved };
            assert_eq!(
                picture.reason(entry.as_ref(), send_resolved, 100, 1000),
                reason,
                "{told:?} {firing:?} {resolved:?}"
            );
        }
    }
}
