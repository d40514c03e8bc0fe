//! Rule files of Prometheus, written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use watchfire_model::format_duration;

use crate::{Group, Kind, Rule};

/// Writes groups as a rule file that Prometheus and its tools read; [`read`](crate::read) gives the same groups back, lines aside.
///
/// What a rule file cannot say, [`Rule::usual`], is not written.
///
/// What only Prometheus 3 knows (labels and `query_offset` of a group) is written only where it is set.
pub fn write(groups: &[Group]) -> String {
    let mut out = String::new();
    if groups.is_empty() {
        out.push_str("groups: []\n");
        return out;
    }
    out.push_str("groups:\n");
    for group in groups {
        line(&mut out, "  - name", &scalar(&group.name));
        let times = [("    interval", group.interval), ("    query_offset", group.query_offset)];
        for (key, time) in times {
            if let Some(time) = time {
                line(&mut out, key, &format_duration(time));
            }
        }
        if group.limit > 0 {
            line(&mut out, "    limit", &group.limit.to_string());
        }
        pairs(&mut out, "    ", "labels", &group.labels);
        out.push_str(if group.rules.is_empty() { "    rules: []\n" } else { "    rules:\n" });
        for rule in &group.rules {
            one(&mut out, rule);
        }
    }
    out
}

fn one(out: &mut String, rule: &Rule) {
    let key = if rule.is_alerting() { "      - alert" } else { "      - record" };
    line(out, key, &scalar(&rule.name));
    line(out, "        expr", &scalar(&rule.expr));
    if let Kind::Alerting { hold, keep_firing, .. } = &rule.kind {
        for (key, time) in [("        for", *hold), ("        keep_firing_for", *keep_firing)] {
            if time > 0 {
                line(out, key, &format_duration(time));
            }
        }
    }
    pairs(out, "        ", "labels", &rule.labels);
    if let Kind::Alerting { annotations, .. } = &rule.kind {
        pairs(out, "        ", "annotations", annotations);
    }
}

fn line(out: &mut String, key: &str, value: &str) {
    // Writing to a text can't fail.
    let _ = writeln!(out, "{key}: {value}");
}

fn pairs(out: &mut String, indent: &str, key: &str, pairs: &BTreeMap<String, String>) {
    if pairs.is_empty() {
        return;
    }
    let _ = writeln!(out, "{indent}{key}:");
    for (name, value) in pairs {
        let _ = writeln!(out, "{indent}  {}: {}", scalar(name), scalar(value));
    }
}

/// A text as YAML: in single quotes where all of it can be seen, else in double quotes with escapes, as JSON has them.
fn scalar(text: &str) -> String {
    if text
        .chars()
        .any(|letter| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}'))
    {
        let mut out = String::from("\"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' => out.extend(['\\', letter]),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                _ if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                    let _ = write!(out, "\\u{:04x}", u32::from(letter));
                }
                _ => out.push(letter),
            }
        }
        out.push('"');
        return out;
    }
    let is_word = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if is_word { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    /// Without the lines where they stand.
    fn tidy(mut groups: Vec<Group>) -> Vec<Group> {
        for rule in groups.iter_mut().flat_map(|group| &mut group.rules) {
            rule.line = 0;
        }
        groups
    }

    #[test]
    fn what_is_written_is_read_again() {
        let odd = "it's \"x\" \\ : # - {{ $labels.a }}\n\tnext\u{85}line\u{2028}\u{feff}\u{1F525} ";
        let texts = ["", " ", "true", "12", "1e3", "~", "a: b", "- a", "#", "null", "NO", "'", "\u{7f}", odd];
        let map: BTreeMap<String, String> =
            texts.iter().enumerate().map(|(at, text)| (format!("a{at}"), (*text).to_owned())).collect();
        let alert = |name: &str| Rule {
            name: name.to_owned(),
            expr: "sum by (job) (rate(a{b=~\"x'y\\\\.z\"}[5m])) > 1\n# why\nor up == 0".to_owned(),
            labels: map.clone(),
            kind: Kind::Alerting { hold: 90_000, keep_firing: 600_000, annotations: map.clone() },
            line: 0,
            usual: None,
        };
        let record =
            Rule { name: "a:b".to_owned(), kind: Kind::Recording, expr: "sum(up)".to_owned(), ..alert("") };
        let full = Group {
            name: "full: all".to_owned(),
            interval: Some(1500),
            query_offset: Some(60_000),
            limit: 3,
            labels: [("team".to_owned(), "ops".to_owned())].into(),
            rules: vec![alert("High"), alert("on"), record],
        };
        let groups = vec![full, Group { name: "empty".to_owned(), ..Group::default() }];
        let text = write(&groups);
        assert_eq!(tidy(read(&text).unwrap_or_else(|flaws| panic!("{flaws}\n{text}"))), groups, "{text}");
        assert_eq!(read(&write(&[])).unwrap(), []);
    }
}
