//! Rules that forms make: kept in versions, as dashboards are.

use serde::{Deserialize, Serialize};
use watchfire_rules::{Form, Severity};
use watchfire_storage::{ControlError, ControlStore, DocumentHead, DocumentKind, NewVersion};

use super::form_groups::compile;
use super::{Alerting, AlertingError};
use crate::clock::now;
use crate::dashboards::{is_uid, new_uid};

/// What stands in the place of a uid in addresses of the API.
const RESERVED: [&str; 7] = ["preview", "backtest", "history", "values", "evaluated", "files", "export"];

/// Who makes rules, while there is no login.
const PRINCIPAL: &str = "local";

/// What lists show of a rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormHead {
    /// Names it; the same for ever.
    pub uid: String,
    /// 1, 2, ...
    pub version: u64,
    /// When it was made: milliseconds since the epoch.
    pub created_at: i64,
    /// When this version was stored.
    pub updated_at: i64,
    /// What this version changed.
    pub message: String,
    /// What stands in the store beside it.
    #[serde(flatten)]
    pub kept: KeptHead,
}

/// What the store keeps for lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptHead {
    /// The alert's name.
    pub name: String,
    /// How grave it is.
    pub severity: Option<Severity>,
    /// Whether it is not evaluated.
    #[serde(default)]
    pub paused: bool,
    /// Who stored this version.
    #[serde(default)]
    pub author: String,
}

/// A rule with what is around it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KeptForm {
    /// What lists show.
    #[serde(flatten)]
    pub head: FormHead,
    /// The rule.
    pub rule: Form,
}

/// A version that was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedForm {
    /// Which rule.
    pub uid: String,
    /// The version that it is now.
    pub version: u64,
}

impl Alerting {
    pub(super) fn control(&self) -> Result<&dyn ControlStore, AlertingError> {
        self.service().control_store().ok_or(AlertingError::Absent)
    }

    /// All rules that forms made, by uid.
    pub async fn forms(&self) -> Result<Vec<FormHead>, AlertingError> {
        self.control()?.list(DocumentKind::Rule).await?.into_iter().map(head).collect()
    }

    /// One of them.
    pub async fn form(&self, uid: &str) -> Result<KeptForm, AlertingError> {
        let document = self.control()?.get(DocumentKind::Rule, uid).await?;
        let document = document.ok_or_else(|| AlertingError::NotFound(uid.to_owned()))?;
        let rule = serde_json::from_slice(&document.body).map_err(damaged)?;
        Ok(KeptForm { head: head(document.head)?, rule })
    }

    /// Stores a new rule, under `uid` or one that tells its name. It is evaluated when this returns.
    ///
    /// # Errors
    ///
    /// [`AlertingError::Invalid`] with all that is wrong with it; [`AlertingError::Exists`].
    pub async fn create_form(
        &self,
        uid: Option<String>,
        form: &Form,
        message: &str,
    ) -> Result<SavedForm, AlertingError> {
        let most = self.settings().max_rules;
        let found = self.control()?.list(DocumentKind::Rule).await?.len() + 1;
        if found > most {
            return Err(AlertingError::Limit {
                what: "rules by form",
                found,
                most,
                setting: "rules.max_count",
            });
        }
        let uid = match uid {
            Some(uid) if RESERVED.contains(&uid.as_str()) => {
                return Err(AlertingError::BadInput(format!(
                    "uid: {uid:?} is a word of the API's addresses; choose another"
                )));
            }
            Some(uid) if is_uid(&uid) => uid,
            Some(uid) => {
                return Err(AlertingError::BadInput(format!(
                    "uid: {uid:?} cannot stand in addresses; write 1 to 64 letters, digits, - and _"
                )));
            }
            None => new_uid(&form.name)?,
        };
        self.store_form(uid, None, form, message).await
    }

    /// Stores the next version of a rule; `expected` is the one that its writer has seen.
    ///
    /// # Errors
    ///
    /// [`AlertingError::Conflict`] where another version is there.
    pub async fn save_form(
        &self,
        uid: &str,
        expected: u64,
        form: &Form,
        message: &str,
    ) -> Result<SavedForm, AlertingError> {
        self.store_form(uid.to_owned(), Some(expected), form, message).await
    }

    async fn store_form(
        &self,
        uid: String,
        expected: Option<u64>,
        form: &Form,
        message: &str,
    ) -> Result<SavedForm, AlertingError> {
        self.check(&uid, form)?;
        let kept = KeptHead {
            name: form.name.clone(),
            severity: form.severity,
            paused: form.paused,
            author: PRINCIPAL.to_owned(),
        };
        let encode = |error: serde_json::Error| AlertingError::BadInput(error.to_string());
        let body = serde_json::to_vec(form).map_err(encode)?;
        let (found, most) = (body.len(), self.settings().max_rule_bytes);
        if found > most {
            return Err(AlertingError::Limit {
                what: "bytes of the rule",
                found,
                most,
                setting: "rules.max_bytes",
            });
        }
        let new = NewVersion {
            kind: DocumentKind::Rule,
            uid: uid.clone(),
            expected,
            head: serde_json::to_string(&kept).map_err(encode)?,
            body,
            message: message.to_owned(),
            now: now(),
        };
        let version = match self.control()?.put(new).await {
            Err(ControlError::Conflict { uid, current: Some(_), .. }) if expected.is_none() => {
                return Err(AlertingError::Exists(uid));
            }
            stored => stored?,
        };
        self.reload().await;
        Ok(SavedForm { uid, version })
    }

    /// Deletes a rule; its alerts are over. With `expected`, only that version.
    pub async fn remove_form(&self, uid: &str, expected: Option<u64>) -> Result<(), AlertingError> {
        self.control()?.delete(DocumentKind::Rule, uid, expected).await?;
        self.reload().await;
        Ok(())
    }

    /// Refuses a rule that cannot be evaluated, with all that is wrong.
    pub(super) fn check(&self, uid: &str, form: &Form) -> Result<super::plan::GroupPlan, AlertingError> {
        compile(self.service(), self.settings(), uid, form)
            .map_err(|flaws| AlertingError::Invalid(watchfire_rules::Flaws(flaws)))
    }
}

fn head(head: DocumentHead) -> Result<FormHead, AlertingError> {
    let kept = serde_json::from_str(&head.head).map_err(damaged)?;
    let DocumentHead { uid, version, created_at, updated_at, message, .. } = head;
    Ok(FormHead { uid, version, created_at, updated_at, message, kept })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn damaged(error: serde_json::Error) -> AlertingError {
    AlertingError::BadInput(format!("what is stored of the rule cannot be read: {error}; save it anew"))
}
