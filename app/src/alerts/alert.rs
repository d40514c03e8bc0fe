//! Alerts as the pages show them: those of rules here, and those that others send, made one list.

use std::collections::BTreeMap;

use watchfire_model::Matcher;

use super::filter::written;
use crate::address::{Encoded, Search};
use crate::api::{
    self, Failure, Muting, RuleGroup, RuleState, RulesAnswer, SeenAlert, Silence, instant, read_plain,
};

/// Names and values; of an alert they name it.
pub(super) type LabelMap = BTreeMap<String, String>;

/// How grave an alert is, by its label `severity`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    Critical,
    High,
    Warning,
    Info,
    /// It has no such label, or one that says nothing known.
    #[default]
    Other,
}

impl Severity {
    pub(super) const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Warning, Self::Info, Self::Other];

    /// What a label means; the words are those that rules by form know, too.
    pub(super) fn of(labels: &LabelMap) -> Self {
        let word = labels.get("severity").map(|word| word.to_ascii_lowercase()).unwrap_or_default();
        match word.as_str() {
            "critical" | "page" | "emergency" | "disaster" | "outage" => Self::Critical,
            "high" | "error" | "major" => Self::High,
            "warning" | "warn" | "medium" | "moderate" => Self::Warning,
            "info" | "information" | "informational" | "low" | "none" => Self::Info,
            _ => Self::Other,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Other => "other",
        }
    }

    /// With its shape: no two look the same without colour.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Critical => "◆ critical",
            Self::High => "▲ high",
            Self::Warning => "● warning",
            Self::Info => "○ info",
            Self::Other => "– no severity",
        }
    }
}

/// An alert that is pending or fires.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Alert {
    pub(super) labels: LabelMap,
    pub(super) annotations: LabelMap,
    pub(super) state: RuleState,
    /// Since when: milliseconds since the epoch. Of a rule here since its condition holds, else since it fires.
    pub(super) since: Option<i64>,
    /// Of a rule here.
    pub(super) value: Option<f64>,
    /// Whether its condition holds no longer, and it fires because of `keep_firing_for`.
    pub(super) kept: bool,
    /// The uid of the rule, where a form made it.
    pub(super) uid: Option<String>,
    /// Where its rule stands: a file, or a form; none where another server sent it.
    pub(super) file: Option<String>,
    /// Where it came from, where another server sent it.
    pub(super) generator_url: String,
    pub(super) fingerprint: String,
    pub(super) muting: Muting,
    pub(super) receivers: Vec<String>,
}

impl Alert {
    pub(super) fn name(&self) -> &str {
        self.labels.get("alertname").map_or("an alert without a name", String::as_str)
    }

    pub(super) fn severity(&self) -> Severity {
        Severity::of(&self.labels)
    }

    /// Whether nobody is told of it now.
    pub(super) fn is_muted(&self) -> bool {
        self.muting != Muting::default()
    }

    /// The form of a silence for it alone.
    pub(super) fn silence_path(&self) -> String {
        let matchers = self.labels.iter().map(|(name, value)| written(&Matcher::equal(name, value)));
        let search = matchers.fold(Search::default(), |search, matcher| search.and("filter", &matcher));
        format!("/alerts/silences/new{search}")
    }

    /// The dashboard that its rule names.
    pub(super) fn dashboard_path(&self) -> Option<String> {
        let uid = self.annotations.get("dashboard").filter(|uid| !uid.is_empty())?;
        let panel = self.annotations.get("panel").map(String::as_str).unwrap_or_default();
        Some(format!("/d/{}{}", Encoded(uid), Search::default().with("panel", panel)))
    }

    /// The annotation that says what to do: a link, or a text.
    pub(super) fn runbook(&self) -> Option<&str> {
        let named = ["runbook_url", "runbook"].iter().find_map(|name| self.annotations.get(*name));
        named.map(String::as_str).filter(|text| !text.is_empty())
    }
}

/// All alerts there are, and the silences that some are under.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Alerts {
    /// By their labels, which name them.
    pub(super) all: BTreeMap<LabelMap, Alert>,
    /// By id.
    pub(super) silences: BTreeMap<String, Silence>,
}

impl Alerts {
    pub(super) async fn ask() -> Result<Self, Failure> {
        let none = Search::default();
        let rules = api::get("/api/v1/rules", &Search::default().with("type", "alert")).await?;
        let seen = api::get("/api/v2/alerts", &none).await?;
        let silences: Vec<Silence> = read_plain(&api::get("/api/v2/silences", &none).await?)?;
        let mut alerts = Self::new(RulesAnswer::read(&rules)?.groups, read_plain(&seen)?);
        alerts.silences = silences.into_iter().map(|silence| (silence.id.clone(), silence)).collect();
        Ok(alerts)
    }

    fn new(groups: Vec<RuleGroup>, seen: Vec<SeenAlert>) -> Self {
        let mut all = BTreeMap::new();
        for group in groups {
            let uid = group.is_of_form().then(|| group.name.clone());
            for alert in group.rules.into_iter().flat_map(|rule| rule.alerts) {
                let own = Alert {
                    annotations: alert.annotations,
                    state: alert.state,
                    since: instant(&alert.active_at),
                    value: alert.value.parse().ok(),
                    kept: alert.keep_firing_since.is_some(),
                    uid: uid.clone(),
                    file: Some(group.file.clone()),
                    labels: alert.labels.clone(),
                    ..Alert::default()
                };
                all.insert(alert.labels, own);
            }
        }
        for seen in seen {
            let receivers = seen.receivers.into_iter().map(|receiver| receiver.name).collect();
            let own = own_of(&all, &seen.labels).unwrap_or_else(|| seen.labels.clone());
            let known = all.entry(own).or_insert_with(|| Alert {
                labels: seen.labels,
                annotations: seen.annotations,
                state: RuleState::Firing,
                since: instant(&seen.starts_at),
                generator_url: seen.generator_url,
                ..Alert::default()
            });
            (known.fingerprint, known.muting, known.receivers) = (seen.fingerprint, seen.status, receivers);
        }
        Self { all, silences: BTreeMap::new() }
    }

    /// How many fire that nothing mutes, fire muted, and are pending.
    pub(super) fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Alert) -> bool| self.all.values().filter(|alert| wanted(alert)).count();
        (
            count(|alert| alert.state == RuleState::Firing && !alert.is_muted()),
            count(|alert| alert.state == RuleState::Firing && alert.is_muted()),
            count(|alert| alert.state == RuleState::Pending),
        )
    }

    /// What keeps an alert from being told, in words.
    pub(super) fn muted_words(&self, alert: &Alert) -> Vec<String> {
        let silenced = alert.muting.silenced_by.iter().map(|id| match self.silences.get(id) {
            Some(silence) => format!("silenced by {}: {}", silence.created_by, silence.comment),
            None => "silenced".to_owned(),
        });
        let inhibited = alert.muting.inhibited_by.iter().map(|fingerprint| {
            let by = self.all.values().find(|other| other.fingerprint == *fingerprint);
            format!("inhibited by {}", by.map_or("an alert that is over", Alert::name))
        });
        let intervals = alert.muting.muted_by.iter().map(|name| format!("muted in the time {name}"));
        silenced.chain(inhibited).chain(intervals).collect()
    }
}

/// The alert of a rule here that was handed on with these labels: some may have been added to all that is handed on.
fn own_of(all: &BTreeMap<LabelMap, Alert>, handed: &LabelMap) -> Option<LabelMap> {
    if all.contains_key(handed) {
        return None;
    }
    let own = all.values().filter(|alert| alert.file.is_some() && alert.state == RuleState::Firing);
    let all_in = |alert: &&Alert| alert.labels.iter().all(|(name, value)| handed.get(name) == Some(value));
    own.filter(all_in).max_by_key(|alert| alert.labels.len()).map(|alert| alert.labels.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> LabelMap {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn rules() -> Vec<RuleGroup> {
        let text = r#"{"status":"success","data":{"groups":[{"name":"hot","file":"form","interval":15,"rules":[
            {"name":"Hot","state":"firing","alerts":[
              {"labels":{"alertname":"Hot","host":"a"},"state":"firing","activeAt":"2025-11-21T08:00:00Z","value":"8e+01"},
              {"labels":{"alertname":"Hot","host":"b"},"state":"pending","activeAt":"2025-11-21T08:00:00Z","value":"9e+01"}]}]}]}}"#;
        RulesAnswer::read(text).unwrap().groups
    }

    #[test]
    fn what_is_told_twice_is_one_alert() {
        let seen = |host: &str, muting: Muting| SeenAlert {
            labels: labels(&[("alertname", "Hot"), ("host", host)]),
            starts_at: "2025-11-21T08:02:00Z".to_owned(),
            fingerprint: host.to_owned(),
            status: muting,
            ..SeenAlert::default()
        };
        let silenced = Muting { silenced_by: vec!["s".to_owned()], ..Muting::default() };
        let inhibited = Muting { inhibited_by: vec!["a".to_owned(), "z".to_owned()], ..Muting::default() };
        let mut alerts = Alerts::new(rules(), vec![seen("a", silenced), seen("c", inhibited)]);
        assert_eq!(alerts.counts(), (0, 2, 1));
        let of = |host: &str| &alerts.all[&labels(&[("alertname", "Hot"), ("host", host)])];
        let (a, b, c) = (of("a").clone(), of("b").clone(), of("c").clone());
        assert_eq!((a.value, a.since, a.uid.as_deref()), (Some(80.0), Some(1_763_712_000_000), Some("hot")));
        assert_eq!((b.state, b.is_muted()), (RuleState::Pending, false));
        assert_eq!((c.value, c.since, c.file.as_deref()), (None, Some(1_763_712_120_000), None));
        assert_eq!(alerts.muted_words(&c), ["inhibited by Hot", "inhibited by an alert that is over"]);
        assert_eq!(alerts.muted_words(&a), ["silenced"]);
        let silence =
            Silence { created_by: "me".to_owned(), comment: "known".to_owned(), ..Silence::default() };
        alerts.silences.insert("s".to_owned(), silence);
        assert_eq!(alerts.muted_words(&a), ["silenced by me: known"]);
        let mut handed = labels(&[("alertname", "Hot"), ("host", "a"), ("region", "north")]);
        assert_eq!(own_of(&alerts.all, &handed), Some(a.labels.clone()), "labels that are added to all");
        handed.insert("host".to_owned(), "b".to_owned());
        assert_eq!(own_of(&alerts.all, &handed), None, "what is pending was not handed on");
        assert_eq!(
            a.silence_path(),
            "/alerts/silences/new?filter=alertname%3D%22Hot%22&filter=host%3D%22a%22"
        );
    }

    #[test]
    fn annotations_lead_on() {
        let annotations = labels(&[("dashboard", "host"), ("panel", "3"), ("runbook", "call")]);
        let alert = Alert { annotations, ..Alert::default() };
        assert_eq!(alert.dashboard_path().as_deref(), Some("/d/host?panel=3"));
        assert_eq!(alert.runbook(), Some("call"));
        assert_eq!(Alert::default().dashboard_path(), None);
        assert_eq!(Severity::of(&labels(&[("severity", "Page")])), Severity::Critical);
        assert_eq!(Severity::of(&labels(&[])), Severity::Other);
    }
}
