use serde::Serialize;

use super::draft::Unsendable;

/// What a mail says, for those who write its templates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailTexts {
    /// The subject, in one line.
    pub subject: String,
    /// The body as text.
    pub text: String,
    /// The body in HTML; empty for a mail without.
    pub html: String,
}

/// A template of a mail that fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct MailFlaw {
    /// Which one: `subject` (of `headers`), `text` or `html`.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl MailFlaw {
    pub(super) fn new(field: &'static str, error: Unsendable) -> Self {
        Self { field, reason: error.reason }
    }
}
