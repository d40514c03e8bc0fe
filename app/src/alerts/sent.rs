//! What was sent of alerts, and how it ended, as their history tells it.

use serde::Deserialize;

use super::alert::LabelMap;
use crate::address::Search;
use crate::api::{self, Failure, envelope};

/// How many notifications are asked for.
const MOST: usize = 1000;

/// Whether a change of the history tells of a notification, which changes nothing.
pub(super) fn is_sent(state: &str) -> bool {
    matches!(state, "sent" | "not sent")
}

/// `mail to team: sent`.
pub(super) fn sent_words(
    receiver: Option<&str>,
    integration: Option<&str>,
    to: &str,
    reason: &str,
) -> String {
    let integration = integration.unwrap_or("a message");
    // The first of its kind is mostly the only one.
    let channel = integration.strip_suffix("[0]").unwrap_or(integration);
    let mail = channel.strip_prefix("email").map(|rest| format!("mail{rest}"));
    let channel = mail.unwrap_or_else(|| channel.to_owned());
    let receiver = receiver.unwrap_or("somebody");
    match (to, reason) {
        ("sent", _) => format!("{channel} to {receiver}: sent"),
        (_, "") => format!("{channel} to {receiver}: given up"),
        _ => format!("{channel} to {receiver}: given up: {reason}"),
    }
}

/// A notification of an alert that ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    /// Milliseconds since the epoch.
    pub(super) at: i64,
    pub(super) labels: LabelMap,
    /// sent, not sent.
    pub(super) to: String,
    reason: String,
    receiver: Option<String>,
    integration: Option<String>,
}

impl Sent {
    /// How it ended.
    pub(super) fn words(&self) -> String {
        sent_words(self.receiver.as_deref(), self.integration.as_deref(), &self.to, &self.reason)
    }

    /// The newest of a time, of all alerts; `to` is now where it is left out.
    pub(super) async fn ask(from: i64, to: Option<i64>) -> Result<Vec<Self>, Failure> {
        let to = to.map_or_else(|| "now".to_owned(), |to| to.to_string());
        let search = Search::default()
            .with("deliveries", "true")
            .with("from", &from.to_string())
            .with("to", &to)
            .with("limit", &MOST.to_string());
        envelope(&api::get("/api/v1/watchfire/rules/history", &search).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_in_words() {
        let text = r#"{"status":"success","data":[
            {"at":7,"rule":"form;a","labels":{"alertname":"A"},"from":"firing","to":"sent","value":"NaN","reason":"",
             "receiver":"oncall","integration":"email[0]"},
            {"at":6,"rule":"form;a","labels":{},"from":"resolved","to":"not sent","value":"NaN","reason":"no such channel",
             "receiver":"team","integration":"slack[1]"}]}"#;
        let sent: Vec<Sent> = envelope(text).unwrap();
        let words: Vec<String> = sent.iter().map(Sent::words).collect();
        assert_eq!(words, ["mail to oncall: sent", "slack[1] to team: given up: no such channel"]);
        assert_eq!(sent_words(Some("a"), Some("webhook[0]"), "not sent", ""), "webhook to a: given up");
        assert!(is_sent("sent") && is_sent("not sent") && !is_sent("firing"));
    }
}
