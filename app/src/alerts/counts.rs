//! How many alerts there are of each kind, in numbers and in words.

use super::alert::{Alert, Alerts};
use crate::api::{Muting, RuleState};
use crate::numbers::grouped;

/// How many alerts fire muted, by what mutes them; each counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MutedCounts {
    pub(super) silenced: usize,
    pub(super) maintenance: usize,
    pub(super) inhibited: usize,
    /// Made-up data.
    pub(super) demo: usize,
}

impl MutedCounts {
    fn add(&mut self, alert: &Alert) {
        let Muting { silenced_by, muted_by, .. } = &alert.muting;
        let count = match (silenced_by.is_empty(), muted_by.is_empty()) {
            _ if alert.is_demo() => &mut self.demo,
            (false, _) => &mut self.silenced,
            (_, false) => &mut self.maintenance,
            _ => &mut self.inhibited,
        };
        *count += 1;
    }
}

/// How many alerts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Those that fire and that nothing mutes.
    pub(super) firing: usize,
    /// Those of them that somebody looks after.
    pub(super) handled: usize,
    /// Those that fire muted.
    pub(super) muted: MutedCounts,
    pub(super) pending: usize,
    /// Those that somebody said to be over.
    pub(super) resolved: usize,
}

impl Alerts {
    pub(super) fn counts(&self) -> Counts {
        let count = |wanted: fn(&Alert) -> bool| self.all.values().filter(|alert| wanted(alert)).count();
        let mut muted = MutedCounts::default();
        for alert in self.all.values().filter(|alert| alert.is_firing() && alert.is_muted()) {
            muted.add(alert);
        }
        Counts {
            firing: count(|alert| alert.is_firing() && !alert.is_muted()),
            handled: count(|alert| alert.is_firing() && !alert.is_muted() && alert.acknowledged.is_some()),
            muted,
            pending: count(|alert| alert.state == RuleState::Pending && !alert.is_demo()),
            resolved: count(|alert| alert.resolved.is_some()),
        }
    }
}

/// The numbers in words.
pub(super) fn counted(Counts { firing, handled, muted, pending, resolved }: Counts) -> String {
    let number = |count: usize| grouped(count as u64);
    let parts = [
        Some(if firing > 0 {
            format!("◆ {} firing", number(firing))
        } else {
            "✓ nothing fires".to_owned()
        }),
        (handled > 0).then(|| format!("{} of them acknowledged", number(handled))),
        (pending > 0).then(|| format!("{} pending", number(pending))),
        muted_words(muted),
        (resolved > 0).then(|| format!("{} resolved by hand", number(resolved))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// How many are muted, and by what.
fn muted_words(muted: MutedCounts) -> Option<String> {
    let MutedCounts { silenced, maintenance, inhibited, demo } = muted;
    let kinds =
        [(silenced, "silenced"), (maintenance, "in maintenance"), (inhibited, "inhibited"), (demo, "demo")];
    let kinds: Vec<(usize, &str)> = kinds.into_iter().filter(|(count, _)| *count > 0).collect();
    let all = grouped(kinds.iter().map(|(count, _)| *count as u64).sum());
    match kinds.as_slice() {
        [] => None,
        [(_, kind)] => Some(format!("{all} muted ({kind})")),
        several => {
            let parts = several.iter().map(|(count, kind)| format!("{} {kind}", grouped(*count as u64)));
            Some(format!("{all} muted ({})", parts.collect::<Vec<_>>().join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_in_words() {
        assert_eq!(counted(Counts::default()), "✓ nothing fires");
        let muted = MutedCounts { silenced: 1, ..MutedCounts::default() };
        let some = Counts { firing: 2, muted, pending: 1234, ..Counts::default() };
        assert_eq!(counted(some), "◆ 2 firing · 1\u{202f}234 pending · 1 muted (silenced)");
        let muted = MutedCounts { silenced: 3, maintenance: 2, inhibited: 0, demo: 9 };
        let words = muted_words(muted);
        assert_eq!(words.as_deref(), Some("14 muted (3 silenced, 2 in maintenance, 9 demo)"));
        let more = Counts { firing: 2, handled: 1, resolved: 3, ..Counts::default() };
        assert_eq!(counted(more), "◆ 2 firing · 1 of them acknowledged · 3 resolved by hand");
    }
}
