//! Groups of rules that forms made: each rule is a group, so that a change of one leaves the others alone.

use std::collections::HashMap;

use watchfire_rules::{Flaw, Form, Group};
use watchfire_storage::DocumentKind;

use super::AlertingSettings;
use super::plan::{FORM_FILE, GroupPlan};
use crate::Service;

/// The groups as they were read last.
#[derive(Default)]
pub(super) struct FormGroups {
    /// By uid; `None` for one that is paused or cannot be evaluated.
    known: HashMap<String, (u64, Option<GroupPlan>)>,
}

impl FormGroups {
    /// Reads what changed; whether anything did.
    pub(super) async fn look(&mut self, service: &Service, settings: &AlertingSettings) -> bool {
        let Some(store) = service.control_store() else { return false };
        let heads = match store.list(DocumentKind::Rule).await {
            Ok(heads) => heads,
            Err(error) => {
                tracing::warn!(%error, "rules cannot be read; they stay as they are");
                return false;
            }
        };
        let mut changed = self.known.len() != heads.len();
        let mut known = HashMap::with_capacity(heads.len());
        for head in heads {
            if let Some(before) = self.known.remove(&head.uid).filter(|(version, _)| *version == head.version)
            {
                known.insert(head.uid, before);
                continue;
            }
            changed = true;
            let plan = match store.get(DocumentKind::Rule, &head.uid).await {
                Ok(Some(document)) => read(service, settings, &head.uid, &document.body),
                Ok(None) => continue,
                Err(error) => Err(error.to_string()),
            };
            let plan = plan.unwrap_or_else(|reason| {
                tracing::warn!(uid = head.uid, reason, "a rule cannot be evaluated; save it anew");
                None
            });
            known.insert(head.uid, (head.version, plan));
        }
        self.known = known;
        changed
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
