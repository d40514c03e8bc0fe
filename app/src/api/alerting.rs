//! Rules and alerts as Prometheus tells them, alerts and silences as Alertmanager does. docs/API.md names both.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use watchfire_model::{MatchOp, Matcher, TimeExpr};

use super::Failure;
use super::reply::data;

/// A time in RFC 3339 as milliseconds since the epoch; none for the year 1, which stands for a time that never was.
pub(crate) fn instant(text: &str) -> Option<i64> {
    if text.starts_with("0001-") {
        return None;
    }
    TimeExpr::parse(text, 0).ok().map(|time| time.resolve(0))
}

/// Reads an answer that has no envelope.
pub(crate) fn read_plain<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Strange(format!("the answer can't be read: {error}")))
}

/// What `/api/v1/rules` tells.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct RulesAnswer {
    pub(crate) groups: Vec<RuleGroup>,
}

impl RulesAnswer {
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        data(text)
    }
}

/// A group of rules that are evaluated together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RuleGroup {
    /// Of a rule that a form made its uid.
    pub(crate) name: String,
    /// `form` for rules that forms made.
    pub(crate) file: String,
    /// Seconds between two evaluations.
    pub(crate) interval: f64,
    pub(crate) rules: Vec<RuleShown>,
}

impl RuleGroup {
    /// Whether a form made its rule; its name is the rule's uid then.
    pub(crate) fn is_of_form(&self) -> bool {
        self.file == "form"
    }
}

/// A rule as it is now.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RuleShown {
    pub(crate) name: String,
    pub(crate) query: String,
    pub(crate) health: RuleHealth,
    pub(crate) last_error: String,
    /// Seconds.
    pub(crate) evaluation_time: f64,
    /// RFC 3339.
    pub(crate) last_evaluation: String,
    /// None for a rule that records.
    pub(crate) state: Option<RuleState>,
    /// Seconds for which the condition has to hold.
    pub(crate) duration: f64,
    /// Seconds for which it goes on firing after its condition held last.
    pub(crate) keep_firing_for: f64,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) alerts: Vec<RuleAlert>,
}

impl RuleShown {
    /// What names it in the history, as the server composes it, where a file has it in this group.
    pub(crate) fn history_key(&self, file: &str, group: &str) -> String {
        let labels = self.labels.iter().map(|(name, value)| format!(";{name}={value}"));
        format!("{file};{group};{}{}", self.name, labels.collect::<String>())
    }
}

/// How evaluating a rule goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuleHealth {
    Ok,
    Err,
    #[default]
    Unknown,
}

/// The state of an alert; of a rule that of the gravest of its alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RuleState {
    Firing,
    Pending,
    #[default]
    Inactive,
}

impl RuleState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Pending => "pending",
            Self::Inactive => "inactive",
        }
    }
}

/// An alert of a rule.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RuleAlert {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) state: RuleState,
    /// RFC 3339.
    pub(crate) active_at: String,
    /// As Go writes numbers.
    pub(crate) value: String,
    /// RFC 3339, where it fires only because of `keep_firing_for`.
    pub(crate) keep_firing_since: Option<String>,
}

/// An alert that fires, as `/api/v2/alerts` tells it: which it is, and what mutes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct SeenAlert {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) status: Muting,
}

/// What keeps an alert from being told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names are those of the API")]
pub(crate) struct Muting {
    /// Ids of silences.
    pub(crate) silenced_by: Vec<String>,
    /// Fingerprints of alerts.
    pub(crate) inhibited_by: Vec<String>,
    /// Names of time intervals.
    pub(crate) muted_by: Vec<String>,
}

/// A silence, as `/api/v2/silences` tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Silence {
    pub(crate) id: String,
    pub(crate) status: SilenceStatus,
    pub(crate) comment: String,
    pub(crate) created_by: String,
    /// RFC 3339.
    pub(crate) starts_at: String,
    /// RFC 3339.
    pub(crate) ends_at: String,
    pub(crate) matchers: Vec<SilenceMatcher>,
}

/// How a silence is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct SilenceStatus {
    pub(crate) state: SilenceState,
}

/// Whether a silence works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SilenceState {
    #[default]
    Active,
    Pending,
    Expired,
}

impl SilenceState {
    pub(crate) const ALL: [Self; 3] = [Self::Active, Self::Pending, Self::Expired];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Expired => "expired",
        }
    }
}

/// A condition of a silence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SilenceMatcher {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) is_regex: bool,
    pub(crate) is_equal: bool,
}

impl From<&SilenceMatcher> for Matcher {
    fn from(matcher: &SilenceMatcher) -> Self {
        let op = match (matcher.is_regex, matcher.is_equal) {
            (false, true) => MatchOp::Equal,
            (false, false) => MatchOp::NotEqual,
            (true, true) => MatchOp::Regex,
            (true, false) => MatchOp::NotRegex,
        };
        Self { name: matcher.name.clone(), op, value: matcher.value.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules() {
        let text = r#"{"status":"success","data":{"groups":[{"name":"hot","file":"form","interval":15,"limit":0,
            "evaluationTime":0.01,"lastEvaluation":"2025-11-21T08:00:00.25Z","rules":[
            {"name":"Hot","query":"temp > 80","health":"ok","evaluationTime":0.001,"lastEvaluation":"2025-11-21T08:00:00.25Z",
             "state":"firing","duration":120,"keepFiringFor":0,"labels":{"severity":"critical"},"annotations":{},"type":"alerting",
             "alerts":[{"labels":{"alertname":"Hot"},"annotations":{"summary":"s"},"state":"firing",
                        "activeAt":"2025-11-21T08:00:00Z","value":"8.1e+01"}]},
            {"name":"a:b","query":"sum(b)","health":"err","lastError":"no","evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z",
             "type":"recording"}]}]}}"#;
        let answer = RulesAnswer::read(text).unwrap();
        let group = &answer.groups[0];
        assert!(group.is_of_form());
        let [alerting, recording] = &group.rules[..] else { panic!("two rules") };
        assert_eq!(alerting.state, Some(RuleState::Firing));
        assert_eq!(instant(&alerting.alerts[0].active_at), Some(1_763_712_000_000));
        assert_eq!(alerting.alerts[0].value.parse(), Ok(81.0));
        assert_eq!((recording.state, recording.health), (None, RuleHealth::Err));
        assert_eq!(instant(&recording.last_evaluation), None);
    }

    #[test]
    fn reads_what_alertmanager_tells() {
        let text = r#"[{"annotations":{},"endsAt":"2025-11-21T08:05:00.000Z","fingerprint":"f","receivers":[{"name":"ops"}],
            "startsAt":"2025-11-21T08:00:00.000Z","updatedAt":"2025-11-21T08:00:00.000Z","generatorURL":"http://p",
            "status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":["s1"],"state":"suppressed"},"labels":{"alertname":"A"}}]"#;
        let alerts: Vec<SeenAlert> = read_plain(text).unwrap();
        assert_eq!(alerts[0].status.silenced_by, ["s1"]);
        assert_eq!(alerts[0].labels["alertname"], "A");
        let text = r#"[{"id":"s1","status":{"state":"pending"},"updatedAt":"","comment":"c","createdBy":"me",
            "endsAt":"2025-11-21T08:05:00.000Z","startsAt":"2025-11-21T08:00:00.000Z",
            "matchers":[{"name":"a","value":"b.*","isRegex":true,"isEqual":false}]}]"#;
        let silences: Vec<Silence> = read_plain(text).unwrap();
        assert_eq!(silences[0].status.state, SilenceState::Pending);
        assert_eq!(Matcher::from(&silences[0].matchers[0]).to_string(), r#"a!~"b.*""#);
        assert!(read_plain::<Vec<Silence>>("{}").is_err());
    }
}
