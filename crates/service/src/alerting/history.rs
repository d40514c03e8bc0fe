//! What became of alerts and of rules.

use watchfire_model::{Labels, TimeRange};
use watchfire_storage::{AlertEvent, AlertEventFilter};

use super::plan::form_key;
use super::{Alerting, AlertingError};

/// Events of one answer, where it is not said how many.
pub(crate) const SHOWN: usize = 1000;

/// The most that can be asked for.
pub(crate) const MOST: usize = 10_000;

/// Which events are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryQuestion {
    /// Those of the rule with this key.
    pub rule: Option<String>,
    /// Those of the rule that a form made under this uid.
    pub uid: Option<String>,
    /// Those of this alert.
    pub labels: Option<Labels>,
    /// Those at these times.
    pub range: TimeRange,
    /// Whether they tell of notifications; `None` for all.
    pub deliveries: Option<bool>,
    /// So many at most.
    pub limit: Option<usize>,
}

impl Alerting {
    /// What became of alerts and of rules, the newest first.
    pub async fn history(&self, question: HistoryQuestion) -> Result<Vec<AlertEvent>, AlertingError> {
        let store = self.shared().store.as_ref().ok_or(AlertingError::Absent)?;
        let HistoryQuestion { rule, uid, labels, range, deliveries, limit } = question;
        let rule = uid.map(|uid| form_key(&uid)).or(rule);
        let limit = limit.unwrap_or(SHOWN).min(MOST);
        let labels = labels.into_iter().collect();
        Ok(store.alert_events(&AlertEventFilter { rule, labels, range, deliveries, limit }).await?)
    }
}
