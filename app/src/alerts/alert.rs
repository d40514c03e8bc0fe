//! Alerts as the pages show them: those of rules here, and those that others send, made one list.

use std::collections::BTreeMap;

use serde::Deserialize;
use watchfire_model::Matcher;

use super::filter::written;
use crate::address::{Encoded, Search};
use crate::api::{
    self, Failure, Muting, RuleGroup, RuleState, RulesAnswer, Silence, envelope, instant, read_plain,
};

/// Names and values; of an alert they name it.
pub(crate) type LabelMap = BTreeMap<String, String>;

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
        Self::of_word(labels.get("severity").map(String::as_str).unwrap_or_default())
    }

    /// The same of the label's value.
    pub(super) fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
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

    /// Without its word.
    fn shape(self) -> &'static str {
        match self {
            Self::Critical => "◆",
            Self::High => "▲",
            Self::Warning => "●",
            Self::Info => "○",
            Self::Other => "–",
        }
    }

    /// The label as it is, with the shape of what it means: what others call `page` is called so here, too.
    pub(super) fn mark_of(labels: &LabelMap) -> String {
        Self::mark_of_word(labels.get("severity").map(String::as_str).unwrap_or_default())
    }

    /// The same of the label's value.
    pub(super) fn mark_of_word(word: &str) -> String {
        let severity = Self::of_word(word);
        if word.is_empty() { severity.mark().to_owned() } else { format!("{} {word}", severity.shape()) }
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

/// What somebody said of an alert.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub(super) by: String,
    pub(super) comment: String,
    /// Milliseconds since the epoch.
    pub(super) at: i64,
    /// Until when it counts; none: as long as the alert fires.
    pub(super) until: Option<i64>,
}

/// What `/api/v1/watchfire/alerts` tells.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Handed {
    alerts: Vec<Told>,
    resolved_by_hand: Vec<Told>,
}

/// An alert that was handed on; of one that somebody said to be over only its names, and who said so.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    fingerprint: String,
    labels: LabelMap,
    annotations: LabelMap,
    starts_at: Option<i64>,
    generator_url: String,
    receivers: Vec<String>,
    escalates_to: Vec<String>,
    acknowledged: Option<Said>,
    resolved: Option<Said>,
    muted_by: MutedBy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct MutedBy {
    silences: Vec<String>,
    inhibitions: Vec<String>,
    maintenance: Option<String>,
    maintenance_name: Option<String>,
}

/// What stands in place of a window's id where the data is made up, and the label of such data.
const DEMO: &str = "demo";

/// What the comment of a silence begins with that was made as a snooze.
const SNOOZED: &str = "snoozed";

/// Why an alert may be quiet, by the comment of a silence; none where that was not made as a snooze.
pub(super) fn snoozed_why(comment: &str) -> Option<&str> {
    let rest = comment.strip_prefix(SNOOZED)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(": ") }
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
    /// The group of its rule.
    pub(super) group: String,
    /// What names its rule in the history, where a file has it.
    pub(super) rule_key: Option<String>,
    /// Who is or may be told besides `receivers`, by their escalations.
    pub(super) escalates_to: Vec<String>,
    /// Who looks after it.
    pub(super) acknowledged: Option<Said>,
    /// Who said that it is over, whatever its source says.
    pub(super) resolved: Option<Said>,
}

impl Alert {
    pub(super) fn name(&self) -> &str {
        self.labels.get("alertname").map_or("an alert without a name", String::as_str)
    }

    pub(super) fn severity(&self) -> Severity {
        Severity::of(&self.labels)
    }

    /// Whether it fires, and nobody said that it is over.
    pub(super) fn is_firing(&self) -> bool {
        self.state == RuleState::Firing && self.resolved.is_none()
    }

    /// Whether it is one of a rule of a file, by what names that in the history: the file, the group, the name, the labels.
    pub(super) fn is_of(&self, key: &str) -> bool {
        let Some(file) = &self.file else { return false };
        let rest = key.strip_prefix(&format!("{file};{};{}", self.group, self.name()));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([';', '#']))
    }

    /// The page of its rule; none where another server sent it.
    pub(super) fn rule_path(&self) -> Option<String> {
        match (&self.uid, &self.rule_key) {
            (Some(uid), _) => Some(format!("/alerts/rules/{}", Encoded(uid))),
            (None, Some(key)) => Some(format!("/alerts/rules/~{}", Search::default().with("rule", key))),
            (None, None) => None,
        }
    }

    /// Whether somebody is told of it, at once or by an escalation.
    pub(super) fn is_told_to(&self, receiver: &str) -> bool {
        self.receivers.iter().chain(&self.escalates_to).any(|name| name == receiver)
    }

    /// Whether nobody is told of it now.
    pub(super) fn is_muted(&self) -> bool {
        self.muting != Muting::default()
    }

    /// Whether nobody is told of it, or will be, since its data is made up.
    pub(super) fn is_demo(&self) -> bool {
        let is_made_up = self.labels.get(DEMO).is_some_and(|demo| demo == "true");
        self.muting.muted_by.iter().any(|by| by == DEMO) || (self.state == RuleState::Pending && is_made_up)
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
        let handed = api::get("/api/v1/watchfire/alerts", &none).await?;
        let silences: Vec<Silence> = read_plain(&api::get("/api/v2/silences", &none).await?)?;
        let mut alerts = Self::new(RulesAnswer::read(&rules)?.groups, envelope(&handed)?);
        alerts.silences = silences.into_iter().map(|silence| (silence.id.clone(), silence)).collect();
        Ok(alerts)
    }

    /// Those that were handed on alone.
    pub(super) fn of_handed(handed: Handed) -> Self {
        Self::new(Vec::new(), handed)
    }

    fn new(groups: Vec<RuleGroup>, handed: Handed) -> Self {
        let mut all = BTreeMap::new();
        for group in groups {
            let uid = group.is_of_form().then(|| group.name.clone());
            let keyed = group.rules.into_iter().flat_map(|mut rule| {
                let key = uid.is_none().then(|| rule.history_key(&group.file, &group.name));
                std::mem::take(&mut rule.alerts).into_iter().map(move |alert| (alert, key.clone()))
            });
            for (alert, rule_key) in keyed {
                let own = Alert {
                    rule_key,
                    annotations: alert.annotations,
                    state: alert.state,
                    since: instant(&alert.active_at),
                    value: alert.value.parse().ok(),
                    kept: alert.keep_firing_since.is_some(),
                    uid: uid.clone(),
                    file: Some(group.file.clone()),
                    group: group.name.clone(),
                    labels: alert.labels.clone(),
                    ..Alert::default()
                };
                all.insert(alert.labels, own);
            }
        }
        for told in handed.alerts.into_iter().chain(handed.resolved_by_hand) {
            let own = own_of(&all, &told.labels).unwrap_or_else(|| told.labels.clone());
            let state = if told.resolved.is_some() { RuleState::Inactive } else { RuleState::Firing };
            let known = all.entry(own).or_insert_with(|| Alert {
                labels: told.labels,
                annotations: told.annotations,
                state,
                since: told.starts_at,
                generator_url: told.generator_url,
                ..Alert::default()
            });
            let MutedBy { silences, inhibitions, maintenance, maintenance_name } = told.muted_by;
            // The name where there is one: an id says nothing to people.
            let muted_by = match maintenance {
                Some(id) if id != DEMO => vec![maintenance_name.unwrap_or(id)],
                other => other.into_iter().collect(),
            };
            known.muting = Muting { silenced_by: silences, inhibited_by: inhibitions, muted_by };
            (known.fingerprint, known.receivers) = (told.fingerprint, told.receivers);
            known.escalates_to = told.escalates_to;
            (known.acknowledged, known.resolved) = (told.acknowledged, told.resolved);
        }
        Self { all, silences: BTreeMap::new() }
    }

    /// The silence that was made as a snooze of this alert alone: it may be quiet for a while.
    pub(super) fn snooze(&self, alert: &Alert) -> Option<&Silence> {
        let silences = alert.muting.silenced_by.iter().filter_map(|id| self.silences.get(id));
        silences.filter(|silence| snoozed_why(&silence.comment).is_some()).find(|silence| {
            alert.labels.iter().all(|(name, value)| {
                let mut matchers = silence.matchers.iter();
                matchers.any(|one| one.is_equal && !one.is_regex && one.name == *name && one.value == *value)
            })
        })
    }

    /// What keeps an alert from being told, in words; a snooze is told with what else was said of it.
    pub(super) fn muted_words(&self, alert: &Alert) -> Vec<String> {
        let snooze = self.snooze(alert).map(|silence| &silence.id);
        let others = alert.muting.silenced_by.iter().filter(|id| Some(*id) != snooze);
        let silenced = others.map(|id| match self.silences.get(id) {
            Some(silence) => format!("silenced by {}: {}", silence.created_by, silence.comment),
            None => "silenced".to_owned(),
        });
        let inhibited = alert.muting.inhibited_by.iter().map(|fingerprint| {
            let by = self.all.values().find(|other| other.fingerprint == *fingerprint);
            format!("inhibited by {}", by.map_or("an alert that is over", Alert::name))
        });
        let planned = alert.muting.muted_by.iter().map(|id| match id.as_str() {
            DEMO => "made-up data, of which nobody is told".to_owned(),
            id => format!("in the maintenance window {id}"),
        });
        silenced.chain(inhibited).chain(planned).collect()
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
    use crate::alerts::counts::{Counts, MutedCounts};
    use crate::api::SilenceMatcher;

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
        let text = r#"{"status":"success","data":{"alerts":[
            {"fingerprint":"a","labels":{"alertname":"Hot","host":"a"},"annotations":{},"state":"suppressed",
             "starts_at":1763712120000,"updated_at":1763712120000,"generator_url":"","receivers":["ops"],"escalates_to":["bob"],"acknowledged":null,
             "muted_by":{"silences":["s"],"inhibitions":[],"maintenance":null}},
            {"fingerprint":"c","labels":{"alertname":"Hot","host":"c"},"annotations":{},"state":"suppressed",
             "starts_at":1763712120000,"updated_at":1763712120000,"generator_url":"","receivers":[],
             "acknowledged":{"by":"ann","comment":"on it","at":1763712130000,"until":null},
             "muted_by":{"silences":[],"inhibitions":["a","z"],"maintenance":"x7","maintenance_name":"move-1"}}],
            "resolved_by_hand":[{"fingerprint":"d","labels":{"alertname":"Hot","host":"d"},
             "resolved":{"by":"bob","comment":"","at":1763712140000,"until":null}}]}}"#;
        let mut alerts = Alerts::new(rules(), envelope(text).unwrap());
        let muted = MutedCounts { silenced: 1, maintenance: 1, ..MutedCounts::default() };
        let expected = Counts { muted, pending: 1, resolved: 1, ..Counts::default() };
        assert_eq!(alerts.counts(), expected);
        let of = |host: &str| &alerts.all[&labels(&[("alertname", "Hot"), ("host", host)])];
        let (a, b, c) = (of("a").clone(), of("b").clone(), of("c").clone());
        assert!(
            !a.is_of("form;hot;Hotter") && a.is_of("form;hot;Hot;severity=high") && a.is_of("form;hot;Hot#2")
        );
        assert_eq!((a.value, a.since, a.uid.as_deref()), (Some(80.0), Some(1_763_712_000_000), Some("hot")));
        assert_eq!((b.state, b.is_muted()), (RuleState::Pending, false));
        assert_eq!((c.value, c.since, c.file.as_deref()), (None, Some(1_763_712_120_000), None));
        assert_eq!(
            alerts.muted_words(&c),
            ["inhibited by Hot", "inhibited by an alert that is over", "in the maintenance window move-1"]
        );
        assert_eq!(c.acknowledged.as_ref().map(|said| said.by.as_str()), Some("ann"));
        let d = of("d");
        assert_eq!((d.state, d.is_firing(), d.resolved.is_some()), (RuleState::Inactive, false, true));
        assert_eq!(alerts.muted_words(&a), ["silenced"]);
        let silence =
            Silence { created_by: "me".to_owned(), comment: "known".to_owned(), ..Silence::default() };
        alerts.silences.insert("s".to_owned(), silence);
        assert_eq!(alerts.muted_words(&a), ["silenced by me: known"]);
        assert_eq!(alerts.snooze(&a), None, "it is for others, too");
        let matchers = [("alertname", "Hot"), ("host", "a")].map(|(name, value)| SilenceMatcher {
            name: name.to_owned(),
            value: value.to_owned(),
            is_regex: false,
            is_equal: true,
        });
        let of_comment = |comment: &str| Silence {
            id: "s".to_owned(),
            comment: comment.to_owned(),
            matchers: matchers.to_vec(),
            ..Silence::default()
        };
        for (comment, is_snooze) in
            [("snoozed", true), ("snoozed: known", true), ("known", false), ("snoozed by rain", false)]
        {
            alerts.silences.insert("s".to_owned(), of_comment(comment));
            assert_eq!(alerts.snooze(&a).is_some(), is_snooze, "{comment}");
            assert_eq!(alerts.muted_words(&a).is_empty(), is_snooze, "told once: {comment}");
        }
        assert!(a.is_told_to("ops") && a.is_told_to("bob") && !a.is_told_to("cem"));
        assert_eq!((a.rule_path().as_deref(), c.rule_path()), (Some("/alerts/rules/hot"), None));
        let of_file = Alert { rule_key: Some("a.yml;g;Full;severity=x".to_owned()), ..Alert::default() };
        assert_eq!(
            of_file.rule_path().as_deref(),
            Some("/alerts/rules/~?rule=a.yml%3Bg%3BFull%3Bseverity%3Dx")
        );
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
        let marks = ["low", "page", "warning", "odd", ""].map(Severity::mark_of_word);
        assert_eq!(marks, ["○ low", "◆ page", "● warning", "– odd", "– no severity"]);
    }
}
