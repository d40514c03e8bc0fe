//! What was sent of alerts, and how it ended, as their history tells it.

use serde::Deserialize;

use super::alert::LabelMap;

/// How the server's words begin of what somebody dropped.
const DROPPED: &str = "dropped by ";

/// How they begin of what nobody had to hear of.
const UNHEARD: &str = "it was over ";

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
        // In the words of the server: what nobody had to hear of was not given up.
        _ if reason.starts_with(DROPPED) => format!("{channel} to {receiver}: {reason}"),
        _ if reason.starts_with(UNHEARD) => format!("{channel} to {receiver}: not sent: {reason}"),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::envelope;

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
        for (reason, words) in [
            ("", "given up"),
            ("dropped by ann", "dropped by ann"),
            (
                "it was over before the channel heard that it fired",
                "not sent: it was over before the channel heard that it fired",
            ),
        ] {
            let told = sent_words(Some("a"), Some("webhook[0]"), "not sent", reason);
            assert_eq!(told, format!("webhook to a: {words}"));
        }
        assert!(is_sent("sent") && is_sent("not sent") && !is_sent("firing"));
    }

    #[test]
    fn the_server_says_it_in_these_words() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/service/src/alerting/delivery");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let sources: String =
            files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap()).collect();
        for words in [DROPPED, UNHEARD] {
            assert!(sources.contains(&format!("\"{words}")), "nothing there says “{words}”");
        }
    }
}
