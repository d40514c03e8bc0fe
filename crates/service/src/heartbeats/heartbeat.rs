use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use watchfire_model::{is_plain_label_name, parse_duration};
use watchfire_storage::random_bytes;

use super::{HeartbeatError, HeartbeatFlaw};

/// The metric that says how a heartbeat is: 1 for well, 0 for missed, -1 for failed.
pub const HEARTBEAT_METRIC: &str = "watchfire_heartbeat_up";

/// The longest that may be waited for a job: a leap year, in milliseconds.
const LONGEST: i64 = 366 * 86_400_000;

/// The shortest, in milliseconds: what is heard of more often is better measured.
const SHORTEST: i64 = 1000;

/// A job that has to be heard of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// What people call it.
    pub name: String,
    /// How often it is heard of at least, such as `1d`.
    pub every: String,
    /// How much later it may be, such as `1h`.
    #[serde(default = "none")]
    pub grace: String,
    /// The alert's label `severity`; empty for none.
    #[serde(default = "critical")]
    pub severity: String,
    /// More labels of the alert.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What people read; a template. Empty for what is said by itself.
    #[serde(default)]
    pub summary: String,
    /// Whether it is not waited for.
    #[serde(default)]
    pub paused: bool,
}

fn none() -> String {
    "0s".to_owned()
}

fn critical() -> String {
    "critical".to_owned()
}

/// When a job was heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Milliseconds since the epoch.
    pub at: i64,
    /// Whether it said that it failed.
    pub failed: bool,
}

/// How a heartbeat is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeartbeatState {
    /// It was not heard of yet, and need not have been.
    New,
    /// It was heard of in time.
    Well,
    /// It was not heard of in time.
    Missed,
    /// It said that it failed.
    Failed,
    /// It is not waited for.
    Paused,
}

impl HeartbeatState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::New, Self::Well, Self::Missed, Self::Failed, Self::Paused];

    /// As the API and the metrics have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Well => "well",
            Self::Missed => "missed",
            Self::Failed => "failed",
            Self::Paused => "paused",
        }
    }
}

/// A heartbeat with what is known of it. Times are milliseconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Names it; the same for ever.
    pub uid: String,
    /// What was asked for.
    pub heartbeat: Heartbeat,
    /// The end of its address, which nobody can guess.
    pub token: String,
    /// When it was made.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
    /// When it was heard of last.
    #[serde(default)]
    pub last: Option<Ping>,
}

impl Heartbeat {
    /// How long it may be silent, in milliseconds. It was checked.
    fn patience(&self) -> i64 {
        let length = |text: &str| parse_duration(text).unwrap_or(0);
        length(&self.every).saturating_add(length(&self.grace))
    }

    /// All that is wrong with it.
    pub(super) fn check(&self) -> Result<(), HeartbeatError> {
        let mut flaws: Vec<HeartbeatFlaw> = Vec::new();
        if self.name.trim().is_empty() || self.name.len() > 200 {
            flaws.push(("name", "write 1 to 200 bytes".to_owned()));
        }
        for (field, text, least) in [("every", &self.every, SHORTEST), ("grace", &self.grace, 0)] {
            if !parse_duration(text).is_ok_and(|length| (least..=LONGEST).contains(&length)) {
                let least = if least == 0 { "0s" } else { "1s" };
                let words =
                    format!("{text:?} is no length of time from {least} to 366d; write 25h, for example");
                flaws.push((field, words));
            }
        }
        let own = ["alertname", "heartbeat", "name", "severity"];
        let is_wrong = |name: &&String| !is_plain_label_name(name) || own.contains(&name.as_str());
        if let Some(name) = self.labels.keys().find(is_wrong) {
            let text = format!("{name:?} is no name for a label of one's own; choose another");
            flaws.push(("labels", text));
        }
        if let Err(error) = watchfire_template::RuleTemplate::parse(&self.summary) {
            flaws.push(("summary", error.to_string()));
        }
        if flaws.is_empty() { Ok(()) } else { Err(HeartbeatError::Invalid(flaws)) }
    }
}

impl Kept {
    pub(super) fn new(uid: String, heartbeat: Heartbeat, now: i64) -> Result<Self, HeartbeatError> {
        let token = URL_SAFE_NO_PAD.encode(random_bytes::<18>()?);
        Ok(Self { uid, heartbeat, token, created_at: now, updated_at: now, last: None })
    }

    /// How it is at `now`.
    pub fn state(&self, now: i64) -> HeartbeatState {
        if self.heartbeat.paused {
            return HeartbeatState::Paused;
        }
        let since = self.last.map_or(self.created_at, |last| last.at);
        let late = now > since.saturating_add(self.heartbeat.patience());
        match self.last {
            Some(Ping { failed: true, .. }) => HeartbeatState::Failed,
            _ if late => HeartbeatState::Missed,
            Some(_) => HeartbeatState::Well,
            None => HeartbeatState::New,
        }
    }

    /// From when on it is missed.
    pub fn due_at(&self) -> i64 {
        let since = self.last.map_or(self.created_at, |last| last.at);
        since.saturating_add(self.heartbeat.patience())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(in crate::heartbeats) fn heartbeat(every: &str, grace: &str) -> Heartbeat {
        Heartbeat {
            name: "Backup".to_owned(),
            every: every.to_owned(),
            grace: grace.to_owned(),
            severity: critical(),
            labels: BTreeMap::new(),
            summary: String::new(),
            paused: false,
        }
    }

    #[test]
    fn how_a_job_is() {
        let ping = |at, failed| Some(Ping { at, failed });
        for (last, now, state) in [
            (None, 3000, HeartbeatState::New),
            (None, 3001, HeartbeatState::Missed),
            (ping(2000, false), 5000, HeartbeatState::Well),
            (ping(2000, false), 5001, HeartbeatState::Missed),
            (ping(2000, true), 2001, HeartbeatState::Failed),
            (ping(2000, true), 9001, HeartbeatState::Failed),
        ] {
            let kept = Kept { last, ..Kept::new("a".to_owned(), heartbeat("1s", "2s"), 0).unwrap() };
            assert_eq!(kept.state(now), state, "{last:?} {now}");
            let paused = Heartbeat { paused: true, ..kept.heartbeat.clone() };
            assert_eq!(Kept { heartbeat: paused, ..kept }.state(now), HeartbeatState::Paused);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = heartbeat("25h", "0s");
        assert!(good.check().is_ok());
        let labels = |name: &str| BTreeMap::from([(name.to_owned(), "x".to_owned())]);
        for (wrong, field) in [
            (Heartbeat { name: " ".to_owned(), ..good.clone() }, "name:"),
            (Heartbeat { every: "0s".to_owned(), ..good.clone() }, "every:"),
            (Heartbeat { every: "often".to_owned(), ..good.clone() }, "every:"),
            (Heartbeat { grace: "-1s".to_owned(), ..good.clone() }, "grace:"),
            (Heartbeat { labels: labels("a b"), ..good.clone() }, "labels:"),
            (Heartbeat { labels: labels("name"), ..good.clone() }, "labels:"),
            (Heartbeat { summary: "{{ end }}".to_owned(), ..good.clone() }, "summary:"),
        ] {
            let error = wrong.check().unwrap_err().to_string();
            assert!(error.starts_with(field), "{error}");
        }
        // All at once.
        let wrong =
            Heartbeat { name: String::new(), every: "soon".to_owned(), labels: labels("a b"), ..good };
        let Err(HeartbeatError::Invalid(flaws)) = wrong.check() else { panic!("three fields are wrong") };
        assert_eq!(flaws.iter().map(|(field, _)| *field).collect::<Vec<_>>(), ["name", "every", "labels"]);
    }
}
