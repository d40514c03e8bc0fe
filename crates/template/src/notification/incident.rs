use super::{Alert, record};
use crate::time::Time;
use crate::value::{Field, Value};

/// The incident that a notification tells of.
#[derive(Clone, Debug)]
pub struct Incident {
    /// What names it.
    pub id: String,
    /// What its first cause says.
    pub title: String,
    /// The gravest word of its alerts; empty where none has one.
    pub severity: String,
    /// `open`, `acknowledged` or `resolved`.
    pub state: String,
    /// Why it is told: `opened`, `worse`, `cause`, `over`, or `merged` where it is part of another now, to whose page `url` leads.
    pub change: String,
    /// When its first alert began.
    pub opened_at: Time,
    /// When it was over; Go's zero time while it is not.
    pub resolved_at: Time,
    /// The alert that is guessed to have begun it.
    pub cause: Option<Alert>,
    /// Why that is guessed; may be empty.
    pub why: String,
    /// Who looks after it; empty for nobody.
    pub assignee: String,
    /// How many of its alerts there are besides those of the notification.
    pub left_out: usize,
    /// Its page.
    pub url: String,
}

impl Incident {
    /// As what templates work on.
    pub fn to_value(&self) -> Value {
        let field = |name, key, value| Field { name, key, value };
        let text = |text: &str| Value::from(text);
        record(
            "template.Incident",
            vec![
                field("ID", "id", text(&self.id)),
                field("Title", "title", text(&self.title)),
                field("Severity", "severity", text(&self.severity)),
                field("State", "state", text(&self.state)),
                field("Change", "change", text(&self.change)),
                field("OpenedAt", "openedAt", self.opened_at.clone().into()),
                field("ResolvedAt", "resolvedAt", self.resolved_at.clone().into()),
                field("Cause", "cause", self.cause.as_ref().map_or(Value::Nil, Alert::to_value)),
                field("Why", "why", text(&self.why)),
                field("Assignee", "assignee", text(&self.assignee)),
                field("LeftOut", "leftOut", i64::try_from(self.left_out).unwrap_or(i64::MAX).into()),
                field("URL", "url", text(&self.url)),
            ],
        )
    }
}
