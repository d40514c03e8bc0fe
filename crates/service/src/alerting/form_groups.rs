//! Groups of rules that forms made: each rule is a group, so that a change of one leaves the others alone.

use std::collections::HashMap;

use watchfire_rules::{Flaw, Form, Group};
use watchfire_storage::DocumentKind;

use super::AlertingSettings;
use super::plan::{FORM_FILE, GroupPlan};
use crate::Service;

/// What a look found of a rule.
enum Found {
    /// The version that is known.
    Same,
    /// Another version, with its group where it is evaluated.
    New(u64, Option<Box<GroupPlan>>),
    /// It is there and could not be read.
    Unread,
}

/// The groups as they were read last.
#[derive(Default)]
pub(super) struct FormGroups {
    /// By uid; `None` for one that is paused or cannot be evaluated.
    known: HashMap<String, (u64, Option<GroupPlan>)>,
    /// Whether the last look saw all of them.
    complete: bool,
}

impl FormGroups {
    /// Reads what changed; whether anything did.
    pub(super) async fn look(&mut self, service: &Service, settings: &AlertingSettings) -> bool {
        let Some(store) = service.control_store() else {
            self.complete = true;
            return false;
        };
        let heads = match store.list(DocumentKind::Rule).await {
            Ok(heads) => heads,
            Err(error) => {
                tracing::warn!(%error, "rules cannot be read; they stay as they are");
                return false;
            }
        };
        let mut found = Vec::with_capacity(heads.len());
        for head in heads {
            let what = if self.known.get(&head.uid).is_some_and(|(version, _)| *version == head.version) {
                Found::Same
            } else {
                match store.get(DocumentKind::Rule, &head.uid).await {
                    Ok(Some(document)) => {
                        let plan = read(service, settings, &head.uid, &document.body);
                        let plan = plan.unwrap_or_else(|reason| {
                            tracing::warn!(
                                uid = head.uid,
                                reason,
                                "a rule cannot be evaluated; save it anew"
                            );
                            None
                        });
                        Found::New(head.version, plan.map(Box::new))
                    }
                    // It was deleted meanwhile.
                    Ok(None) => continue,
                    Err(error) => {
                        tracing::warn!(uid = head.uid, %error, "a rule cannot be read; it stays as it is, and is read again");
                        Found::Unread
                    }
                }
            };
            found.push((head.uid, what));
        }
        self.take(found)
    }

    /// Takes what a look found in place of what was known; whether anything changed.
    fn take(&mut self, found: Vec<(String, Found)>) -> bool {
        let (mut changed, mut complete) = (false, true);
        let mut known = HashMap::with_capacity(found.len());
        for (uid, what) in found {
            let before = self.known.remove(&uid);
            let now = match what {
                Found::Same => before,
                Found::New(version, plan) => {
                    changed = true;
                    Some((version, plan.map(|plan| *plan)))
                }
                // With the version that it had: the next look reads it again.
                Found::Unread => {
                    complete &= before.is_some();
                    before
                }
            };
            known.extend(now.map(|now| (uid, now)));
        }
        // Those that are left are not there any more.
        changed |= !self.known.is_empty() || (complete && !self.complete);
        (self.known, self.complete) = (known, complete);
        changed
    }

    /// Whether all that are kept are known: only then one that is not known is gone.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Those that are evaluated.
    pub(super) fn plans(&self) -> impl Iterator<Item = &GroupPlan> {
        self.known.values().filter_map(|(_, plan)| plan.as_ref())
    }
}

fn read(
    service: &Service,
    settings: &AlertingSettings,
    uid: &str,
    body: &[u8],
) -> Result<Option<GroupPlan>, String> {
    let form: Form = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if form.paused {
        return Ok(None);
    }
    let told = |flaws: Vec<Flaw>| flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("; ");
    compile(service, settings, uid, &form).map(Some).map_err(told)
}

/// The group of a rule.
pub(super) fn compile(
    service: &Service,
    settings: &AlertingSettings,
    uid: &str,
    form: &Form,
) -> Result<GroupPlan, Vec<Flaw>> {
    GroupPlan::compile(service, settings, FORM_FILE, group(uid, form)?)
}

/// The same as a file would have it.
pub(super) fn group(uid: &str, form: &Form) -> Result<Group, Vec<Flaw>> {
    let rule = form.compile().map_err(|flaws| flaws.0)?;
    let interval = form.interval.map(|interval| interval.0);
    Ok(Group { name: uid.to_owned(), interval, rules: vec![rule], ..Group::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(groups: &FormGroups) -> Vec<(&str, u64)> {
        let mut known: Vec<_> =
            groups.known.iter().map(|(uid, (version, _))| (uid.as_str(), *version)).collect();
        known.sort_unstable();
        known
    }

    #[test]
    fn a_rule_that_cannot_be_read_stays_and_is_read_again() {
        let mut groups = FormGroups::default();
        let found =
            |all: Vec<(&str, Found)>| all.into_iter().map(|(uid, what)| (uid.to_owned(), what)).collect();
        // At the start: nothing is known of it, so it is not known to be gone either.
        assert!(groups.take(found(vec![("a", Found::New(1, None)), ("b", Found::Unread)])));
        assert_eq!((known(&groups), groups.is_complete()), (vec![("a", 1)], false));
        assert!(!groups.take(found(vec![("a", Found::Same), ("b", Found::Unread)])));
        assert!(groups.take(found(vec![("a", Found::Same), ("b", Found::New(4, None))])));
        assert_eq!((known(&groups), groups.is_complete()), (vec![("a", 1), ("b", 4)], true));
        // A newer version that cannot be read: the one before goes on, and the newer one is not taken for read.
        assert!(!groups.take(found(vec![("a", Found::Unread), ("b", Found::Same)])));
        assert_eq!((known(&groups), groups.is_complete()), (vec![("a", 1), ("b", 4)], true));
        assert!(groups.take(found(vec![("a", Found::New(2, None)), ("b", Found::Same)])));
        assert!(groups.take(found(vec![("a", Found::Same)])), "one was deleted");
        assert_eq!(known(&groups), [("a", 2)]);
        assert!(!groups.take(found(vec![("a", Found::Same)])));
    }

    #[test]
    fn none_at_all_is_something_to_know() {
        let mut groups = FormGroups::default();
        assert!(!groups.is_complete());
        assert!(groups.take(Vec::new()), "rules of before may be forgotten from now on");
        assert!(groups.is_complete() && !groups.take(Vec::new()));
    }
}
