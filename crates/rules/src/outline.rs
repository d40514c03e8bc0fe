//! Rules in the two forms that users of other systems bring: a list with `metric_path`, `condition` and `threshold`, and a map of names
//! with `metric`, `threshold` and `duration`. Both become rules of one group.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::NonFiniteFloatPolicy;
use watchfire_model::parse_duration;
use watchfire_promql::ast::ExprKind;
use watchfire_promql::parse;

use crate::check::{Flaw, Flaws, flaw};
use crate::{Group, Kind, Rule, Severity};

/// The window of a rule that names none, in seconds.
const WINDOW: u64 = 300;

/// The name of the group that they become.
const GROUP: &str = "alert_rules";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    alert_rules: Vec<Spanned<Listed>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    metric_path: String,
    condition: String,
    threshold: f64,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    evaluation_window: Option<Window>,
    #[serde(default)]
    description: Option<String>,
}

/// A window: seconds, or a length of time such as `1m`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Window {
    Seconds(u64),
    Number(f64),
    Written(String),
}

impl Window {
    /// In seconds, or what is wrong with it.
    fn seconds(&self) -> Result<u64, String> {
        let seconds = match self {
            Self::Seconds(seconds) => Some(*seconds),
            Self::Number(_) => None,
            Self::Written(text) => {
                let millis = parse_duration(text).ok().and_then(|millis| u64::try_from(millis).ok());
                millis.filter(|millis| millis % 1000 == 0).map(|millis| millis / 1000)
            }
        };
        match (seconds, self) {
            (Some(0), _) => Err("a window must be longer than 0 seconds".to_owned()),
            (Some(seconds), _) => Ok(seconds),
            (None, Self::Written(text)) => Err(told(&format!("{text:?}"))),
            (None, Self::Seconds(number)) => Err(told(&number.to_string())),
            (None, Self::Number(number)) => Err(told(&number.to_string())),
        }
    }
}

fn told(window: &str) -> String {
    format!("{window} is no window; write whole seconds, such as 60, or a length of time, such as 1m")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapFile {
    alert_rules: BTreeMap<String, Spanned<Named>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    metric: String,
    threshold: f64,
    #[serde(default)]
    duration: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    description: Option<String>,
}

/// Whether a text has one of these forms: `alert_rules` at its top.
pub fn is_outline(text: &str) -> bool {
    text.lines()
        .any(|line| line.starts_with("alert_rules:") || line.trim_start().starts_with("\"alert_rules\""))
}

/// Reads either form.
///
/// # Errors
///
/// All that is wrong, with lines: unknown fields, conditions and suffixes that cannot be expressed, severities and times that cannot be
/// read.
pub fn read_outline(text: &str) -> Result<Group, Flaws> {
    let mut flaws = Vec::new();
    let rules: Vec<Rule> = if is_list(text) {
        let file: ListFile = serde_saphyr::from_str(text).map_err(|error| unreadable(&error))?;
        let listed = file.alert_rules.into_iter();
        listed.filter_map(|one| of_list(&one.value, line_of(&one), &mut flaws)).collect()
    } else {
        let file: MapFile = serde_saphyr::from_str(text).map_err(|error| unreadable(&error))?;
        let named = file.alert_rules.iter();
        named.filter_map(|(name, one)| of_map(name, &one.value, line_of(one), &mut flaws)).collect()
    };
    let group = Group { name: GROUP.to_owned(), rules, ..Group::default() };
    flaws.extend(group.check());
    flaws.sort_by_key(|flaw| flaw.line);
    if flaws.is_empty() { Ok(group) } else { Err(Flaws(flaws)) }
}

/// Reads a rule file in any form.
///
/// # Errors
///
/// All that is wrong with it, as [`read`](crate::read) and [`read_outline`] tell it.
pub fn read_any(text: &str) -> Result<Vec<Group>, Flaws> {
    if is_outline(text) { read_outline(text).map(|group| vec![group]) } else { crate::read(text) }
}

/// Which of the two forms is meant. What is neither is told by who reads the map.
fn is_list(text: &str) -> bool {
    // A bound that is no number is told with its rule.
    let options = serde_saphyr::options! { non_finite_float_policy: NonFiniteFloatPolicy::PassThrough };
    let shape = serde_saphyr::from_str_with_options::<Shape>(text, options);
    shape.is_ok_and(|shape| matches!(shape.alert_rules, Form::List))
}

#[derive(Deserialize)]
struct Shape {
    alert_rules: Form,
}

/// What stands under the key, whatever is in it.
enum Form {
    List,
    Map,
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Forms)
    }
}

struct Forms;

impl<'de> Visitor<'de> for Forms {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a mapping of rules")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Form, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Form::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Form, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Form::Map)
    }
}

/// A metric and what is said of it behind the last point. Points of texts, numbers and names are none of these.
fn split(path: &str) -> (&str, &str) {
    let is_suffix = |suffix: &str| {
        suffix.starts_with(|first: char| first.is_ascii_alphabetic())
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    path.rsplit_once('.').filter(|&(_, suffix)| is_suffix(suffix)).unwrap_or((path, ""))
}

/// A query as one side of a comparison: what has operators of its own stands in parentheses, so that all of it is compared. What cannot
/// be read stays as it is, and is told when the whole is read.
fn operand(query: &str) -> String {
    let Ok(expr) = parse(query) else { return query.to_owned() };
    let whole = !matches!(expr.kind, ExprKind::Binary(_) | ExprKind::Unary { .. });
    match (whole, query.contains('#')) {
        (true, false) => query.to_owned(),
        (false, false) => format!("({query})"),
        // A comment would hide what follows it.
        (_, true) => format!("({query}\n)"),
    }
}

/// What is wrong with a bound, if anything is.
fn unbounded(threshold: f64) -> Option<String> {
    (!threshold.is_finite())
        .then(|| format!("{threshold} is no bound: nothing is above or below it; write a number, such as 85"))
}

fn unreadable(error: &serde_saphyr::Error) -> Flaws {
    let line = error.location().map_or(0, |place| u32::try_from(place.line()).unwrap_or(0));
    let reason = error.without_snippet().to_string();
    let reason = reason.lines().next().unwrap_or_default();
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    Flaws(vec![flaw(line, GROUP, "", reason)])
}

fn of_list(one: &Listed, line: u32, flaws: &mut Vec<Flaw>) -> Option<Rule> {
    let place = format!("{GROUP} {:?}", one.name);
    let operator = match one.condition.as_str() {
        "greater_than" | "above" | ">" => ">",
        "greater_than_or_equal" | "greater_or_equal" | ">=" => ">=",
        "less_than" | "below" | "<" => "<",
        "less_than_or_equal" | "less_or_equal" | "<=" => "<=",
        "equal" | "equals" | "==" => "==",
        "not_equal" | "not_equals" | "!=" => "!=",
        other => {
            let message = format!(
                "{other:?} is not known; there are greater_than, greater_or_equal, less_than, less_or_equal, equal and not_equal. What else \
                 there is to say can be written as PromQL in a rule file of Prometheus"
            );
            flaws.push(flaw(line, &place, "condition", &message));
            return None;
        }
    };
    let window = match one.evaluation_window.as_ref().map_or(Ok(WINDOW), Window::seconds) {
        Ok(window) => window,
        Err(message) => {
            flaws.push(flaw(line, &place, "evaluation_window", &message));
            return None;
        }
    };
    if let Some(message) = unbounded(one.threshold) {
        flaws.push(flaw(line, &place, "threshold", &message));
        return None;
    }
    let (metric, suffix) = split(&one.metric_path);
    let over = |function: &str| format!("{function}({metric}[{window}s])");
    let expr = match suffix {
        "" | "score" => operand(metric),
        "rate" => over("rate"),
        "avg" => over("avg_over_time"),
        "max" => over("max_over_time"),
        "min" => over("min_over_time"),
        "sum" => over("sum_over_time"),
        "count" => over("count_over_time"),
        "p95" => format!("quantile_over_time(0.95, {metric}[{window}s])"),
        other => {
            let message = format!(
                ".{other} is not known; there are .rate, .score, .avg, .max, .min, .sum, .count, .p95, and none for the last value"
            );
            flaws.push(flaw(line, &place, "metric_path", &message));
            return None;
        }
    };
    let labels = labels(one.severity.as_deref(), line, &place, flaws)?;
    let kind =
        Kind::Alerting { hold: 0, keep_firing: 0, annotations: annotations(one.description.as_deref()) };
    let expr = format!("{expr} {operator} {}", one.threshold);
    Some(Rule { name: one.name.clone(), expr, labels, kind, line, usual: None })
}

fn of_map(name: &str, one: &Named, line: u32, flaws: &mut Vec<Flaw>) -> Option<Rule> {
    let place = format!("{GROUP} {name:?}");
    let hold = match one.duration.as_deref().map(parse_duration) {
        None => 0,
        Some(Ok(hold)) => hold,
        Some(Err(error)) => {
            flaws.push(flaw(line, &place, "duration", &error.to_string()));
            return None;
        }
    };
    if let Some(message) = unbounded(one.threshold) {
        flaws.push(flaw(line, &place, "threshold", &message));
        return None;
    }
    let mut labels = labels(one.severity.as_deref(), line, &place, flaws)?;
    if !one.channels.is_empty() {
        // Routes match it: `channels=~".*slack.*"`.
        labels.insert("channels".to_owned(), one.channels.join(","));
    }
    let kind = Kind::Alerting { hold, keep_firing: 0, annotations: annotations(one.description.as_deref()) };
    let expr = format!("{} > {}", operand(&one.metric), one.threshold);
    Some(Rule { name: name.to_owned(), expr, labels, kind, line, usual: None })
}

fn labels(
    severity: Option<&str>,
    line: u32,
    place: &str,
    flaws: &mut Vec<Flaw>,
) -> Option<BTreeMap<String, String>> {
    let Some(word) = severity else { return Some(BTreeMap::new()) };
    let Some(severity) = Severity::of(word) else {
        let message = format!("{word:?} is not known; there are info, warning, high and critical");
        flaws.push(flaw(line, place, "severity", &message));
        return None;
    };
    Some([("severity".to_owned(), severity.word().to_owned())].into())
}

fn annotations(description: Option<&str>) -> BTreeMap<String, String> {
    description.map(|text| ("description".to_owned(), text.to_owned())).into_iter().collect()
}

fn line_of<T>(spanned: &Spanned<T>) -> u32 {
    u32::try_from(spanned.referenced.line()).unwrap_or(0)
}
