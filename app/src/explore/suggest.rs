//! From what fits at the cursor to the list that is shown, and to the text that is put in.

use std::collections::BTreeMap;

use watchfire_model::{is_plain_label_name, is_plain_metric_name};
use watchfire_promql::Fit;
use watchfire_promql::ast::AggregateOp;
use watchfire_promql::functions::FUNCTIONS;

use super::variable::Variable;
use crate::api::MetricHelp;

/// How many suggestions are shown.
const MOST: usize = 60;

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Variable,
    LabelValue,
    LabelName,
    Duration,
    Metric,
    Aggregation,
    Function,
    Keyword,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Variable => "variable",
            Self::LabelValue => "value",
            Self::LabelName => "label",
            Self::Duration => "duration",
            Self::Metric => "metric",
            Self::Aggregation => "aggregation",
            Self::Function => "function",
            Self::Keyword => "keyword",
        }
    }
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Suggestion {
    pub(super) kind: Kind,
    pub(super) text: String,
    pub(super) help: String,
}

/// The names that the server knows, as far as they have come.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) metrics: &'a [String],
    pub(super) label_names: &'a [String],
    pub(super) label_values: &'a [String],
    pub(super) described: Option<&'a BTreeMap<String, MetricHelp>>,
    pub(super) variables: &'a [Variable],
}

/// The suggestions for `typed`, the best first.
pub(super) fn suggestions(fits: &[Fit], typed: &str, known: &Known<'_>) -> Vec<Suggestion> {
    let needle = typed.to_lowercase();
    let mut found: Vec<(u8, Kind, usize, Suggestion)> = Vec::new();
    let mut offer = |kind: Kind, text: &str, help: &dyn Fn() -> String| {
        if let Some(rank) = rank(text, typed, &needle) {
            found.push((rank, kind, text.len(), Suggestion { kind, text: text.to_owned(), help: help() }));
        }
    };
    for fit in fits {
        match fit {
            Fit::Metrics => {
                for name in known.metrics {
                    offer(Kind::Metric, name, &|| metric_help(known, name));
                }
            }
            Fit::Functions => {
                for function in FUNCTIONS {
                    offer(Kind::Function, function.name, &|| function.help.to_owned());
                }
            }
            Fit::Aggregations => {
                for op in AggregateOp::ALL {
                    offer(Kind::Aggregation, op.name(), &|| aggregation_help(op).to_owned());
                }
            }
            Fit::Keywords(words) => {
                for word in words {
                    offer(Kind::Keyword, word, &|| keyword_help(word).to_owned());
                }
            }
            Fit::LabelNames(_) => {
                for name in known.label_names {
                    offer(Kind::LabelName, name, &String::new);
                }
            }
            Fit::LabelValues { .. } => {
                for variable in known.variables.iter().filter(|variable| !variable.is_time()) {
                    offer(Kind::Variable, &variable.written(), &|| variable.help.clone());
                }
                for value in known.label_values {
                    offer(Kind::LabelValue, value, &String::new);
                }
            }
            Fit::Durations => {
                for variable in known.variables.iter().filter(|variable| variable.is_duration()) {
                    offer(Kind::Variable, &variable.written(), &|| variable.help.clone());
                }
                for duration in durations(typed) {
                    offer(Kind::Duration, &duration, &String::new);
                }
            }
        }
    }
    // Durations come from short to long already.
    let length = |kind, length| if matches!(kind, Kind::Duration | Kind::Variable) { 0 } else { length };
    found.sort_by(|a, b| {
        let key = |entry: &(u8, Kind, usize, Suggestion)| (entry.0, entry.1, length(entry.1, entry.2));
        key(a).cmp(&key(b)).then_with(|| match a.1 {
            Kind::Duration | Kind::Variable => std::cmp::Ordering::Equal,
            _ => a.3.text.cmp(&b.3.text),
        })
    });
    found.truncate(MOST);
    found.into_iter().map(|entry| entry.3).collect()
}

/// How well a name fits what was typed; less is better.
pub(super) fn rank(name: &str, typed: &str, needle: &str) -> Option<u8> {
    if needle.is_empty() {
        return Some(3);
    }
    if name == typed {
        return Some(0);
    }
    if name.starts_with(typed) {
        return Some(1);
    }
    let name = name.to_lowercase();
    if name.starts_with(needle) {
        return Some(2);
    }
    let parts = name.split(['_', ':', '.', '-', '/', ' ']);
    if parts.into_iter().any(|part| part.starts_with(needle)) {
        return Some(3);
    }
    name.contains(needle).then_some(4)
}

fn metric_help(known: &Known<'_>, name: &str) -> String {
    // A histogram's and a summary's series are described under the name that they share.
    let stem = ["_bucket", "_count", "_sum", "_total"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let described = known.described.and_then(|all| all.get(name).or_else(|| all.get(stem?)));
    described.map_or_else(String::new, |metric| match (metric.kind.as_str(), metric.help.as_str()) {
        ("" | "unknown", help) => help.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, help) => format!("{kind}: {help}"),
    })
}

fn durations(typed: &str) -> Vec<String> {
    let digits: String = typed.chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() {
        return ["30s", "1m", "5m", "15m", "30m", "1h", "6h", "12h", "1d", "7d"].map(str::to_owned).to_vec();
    }
    ["s", "m", "h", "d", "w"].iter().map(|unit| format!("{digits}{unit}")).collect()
}

fn aggregation_help(op: AggregateOp) -> &'static str {
    match op {
        AggregateOp::Sum => "The sum of the values of each group.",
        AggregateOp::Avg => "The average of the values of each group.",
        AggregateOp::Min => "The smallest value of each group.",
        AggregateOp::Max => "The largest value of each group.",
        AggregateOp::Count => "How many series each group has.",
        AggregateOp::Group => "1 for each group.",
        AggregateOp::Stddev => "The standard deviation of the values of each group.",
        AggregateOp::Stdvar => "The standard variance of the values of each group.",
        AggregateOp::Topk => "The k series with the largest values of each group.",
        AggregateOp::Bottomk => "The k series with the smallest values of each group.",
        AggregateOp::CountValues => "How many series have each value, the value as a new label.",
        AggregateOp::Quantile => "The quantile (0 to 1) of the values of each group.",
        AggregateOp::Limitk => "Any k series of each group; experimental.",
        AggregateOp::LimitRatio => "A share of the series of each group; experimental.",
    }
}

fn keyword_help(word: &str) -> &'static str {
    match word {
        "and" => "Series of the left side that the right side has, too.",
        "or" => "Series of the left side, and those of the right side that it lacks.",
        "unless" => "Series of the left side that the right side lacks.",
        "atan2" => "The angle of two values, in radians.",
        "by" => "Groups by these labels.",
        "without" => "Groups by all labels but these.",
        "on" => "Matches series by these labels.",
        "ignoring" => "Matches series by all labels but these.",
        "group_left" => "Many series of the left side match one of the right side.",
        "group_right" => "Many series of the right side match one of the left side.",
        "bool" => "Gives 0 or 1 instead of leaving series out.",
        "offset" => "Looks back by a duration.",
        "start()" => "The range's start.",
        "end()" => "The range's end.",
        _ => "",
    }
}

/// What takes the place of what was typed, and whether the list should open anew behind it. `before` and `after` are the
/// text around the place.
pub(super) fn insertion(suggestion: &Suggestion, before: &str, after: &str) -> (String, bool) {
    let text = &suggestion.text;
    let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\'' | '`'));
    let close = |quote: char| if after.starts_with(quote) { String::new() } else { quote.to_string() };
    match (suggestion.kind, quote) {
        (Kind::Variable, quote) => {
            let closed = after.starts_with('}') && text.starts_with("${");
            let text = if closed { text.trim_end_matches('}') } else { text };
            // What goes on behind it is part of the same text.
            let ends = after.is_empty() || after.starts_with(['}', ',', ')', ' ', '\n']);
            let close = quote.filter(|_| ends).map(String::from).unwrap_or_default();
            (text.to_owned() + &close, false)
        }
        (Kind::LabelValue | Kind::LabelName | Kind::Metric, Some(quote)) => {
            let escaped = if quote == '`' {
                text.clone()
            } else {
                text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")).replace('\n', "\\n")
            };
            (escaped + &close(quote), false)
        }
        (Kind::LabelValue, None) => (format!("{text:?}"), false),
        (Kind::Metric, None) if !is_plain_metric_name(text) => (format!("{{{text:?}}}"), false),
        (Kind::LabelName, None) => {
            let name = if is_plain_label_name(text) { text.clone() } else { format!("{text:?}") };
            let compared = after.trim_start().starts_with(['=', '!']);
            if in_braces(before) && !compared { (format!("{name}=\""), true) } else { (name, false) }
        }
        (Kind::Function, _) if !after.starts_with('(') => (format!("{text}("), false),
        _ => (text.clone(), false),
    }
}

/// Whether the end of `before` lies in braces rather than in the parentheses of a grouping.
fn in_braces(before: &str) -> bool {
    before.rfind(['{', '(', '}', ')']).is_some_and(|at| before[at..].starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(fits: &[Fit], typed: &str, known: &Known<'_>) -> Vec<String> {
        suggestions(fits, typed, known).into_iter().map(|suggestion| suggestion.text).collect()
    }

    #[test]
    fn the_best_come_first() {
        let metrics = ["node_load1", "load", "loader", "payload", "other"].map(str::to_owned);
        let known = Known { metrics: &metrics, ..Known::default() };
        assert_eq!(texts(&[Fit::Metrics], "load", &known), ["load", "loader", "node_load1", "payload"]);
        assert_eq!(texts(&[Fit::Metrics], "LOADE", &known), ["loader"]);
        assert_eq!(texts(&[Fit::Functions], "histogram_q", &known), ["histogram_quantile"]);
        assert_eq!(texts(&[Fit::Durations], "5", &known), ["5s", "5m", "5h", "5d", "5w"]);
        assert_eq!(texts(&[Fit::Durations], "", &known)[..3], ["30s", "1m", "5m"]);
        assert!(texts(&[Fit::Metrics, Fit::Functions, Fit::Aggregations], "zzz", &known).is_empty());
    }

    #[test]
    fn help_is_found_for_the_parts_of_a_histogram() {
        let help = MetricHelp { kind: "histogram".into(), help: "How long.".into() };
        let described = BTreeMap::from([("d_seconds".to_owned(), help)]);
        let metrics = ["d_seconds_bucket".to_owned()];
        let known = Known { metrics: &metrics, described: Some(&described), ..Known::default() };
        assert_eq!(suggestions(&[Fit::Metrics], "d_", &known)[0].help, "histogram: How long.");
    }

    #[test]
    fn what_is_put_in_fits_what_is_around() {
        let table = [
            (Kind::Variable, "$host", "up{host=\"", "", "$host\"", false),
            (Kind::Variable, "$host", "up{host=\"", "}", "$host\"", false),
            (Kind::Variable, "$host", "up{host=\"", "\"}", "$host", false),
            (Kind::Variable, "$host", "up{host=\"", "-b\"}", "$host", false),
            (Kind::Variable, "${host}", "x", "}-b", "${host", false),
            (Kind::Variable, "$__interval", "rate(x[", "])", "$__interval", false),
            (Kind::Function, "rate", "", "", "rate(", false),
            (Kind::Function, "rate", "", "(x)", "rate", false),
            (Kind::Aggregation, "sum", "", "", "sum", false),
            (Kind::LabelName, "job", "up{", "", "job=\"", true),
            (Kind::LabelName, "job", "up{a=\"b\",", "}", "job=\"", true),
            (Kind::LabelName, "job", "up{", "=\"x\"}", "job", false),
            (Kind::LabelName, "job", "sum by (", ")", "job", false),
            (Kind::LabelName, "my.label", "sum by (", ")", "\"my.label\"", false),
            (Kind::LabelValue, "a\"b", "up{job=\"", "", "a\\\"b\"", false),
            (Kind::LabelValue, "a", "up{job=\"", "\"}", "a", false),
            (Kind::LabelValue, "a\"b", "up{job=`", "", "a\"b`", false),
            (Kind::Metric, "my.metric", "", "", "{\"my.metric\"}", false),
            (Kind::Metric, "my.metric", "{\"", "\"}", "my.metric", false),
        ];
        for (kind, text, before, after, expected, again) in table {
            let suggestion = Suggestion { kind, text: text.to_owned(), help: String::new() };
            assert_eq!(
                insertion(&suggestion, before, after),
                (expected.to_owned(), again),
                "{before}|{after}"
            );
        }
    }
}
