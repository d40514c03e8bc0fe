use super::read::{Fields, Reading};
use crate::relabel::{Action, Pattern, Rule};
use watchfire_yaml::{Kind, Node};

const KNOWN: &[&str] =
    &["source_labels", "separator", "regex", "modulus", "target_label", "replacement", "action"];

/// Reads a list of relabelling rules.
pub(super) fn rules(reading: &mut Reading, node: Option<&Node>, what: &str) -> Vec<Rule> {
    let items = reading.list(node, what);
    items.iter().filter_map(|item| rule(reading, item, what)).collect()
}

fn rule(reading: &mut Reading, node: &Node, what: &str) -> Option<Rule> {
    let before = reading.problems.len();
    let fields = reading.fields(node, what, KNOWN)?;
    let action = action(reading, &fields);
    let pattern = fields.get("regex").map_or(Some("(.*)"), |node| reading.text(node, "regex"));
    let regex = pattern.and_then(|text| match Pattern::new(text) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let place = fields.get("regex").map_or(fields.place, |node| node.place);
            // The error of the regex crate draws lines; the last one has the reason.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            reading.problem(place, format!("regex {text:?} can't be read: {reason}"));
            None
        }
    });
    let modulus = modulus(reading, &fields);
    let rule = Rule {
        source_labels: reading.texts(fields.get("source_labels"), "source_labels"),
        // An empty separator or replacement is a value of its own, unlike an absent one.
        separator: given(reading, &fields, "separator").unwrap_or_else(|| ";".to_owned()),
        regex: regex?,
        modulus,
        target_label: reading.owned(&fields, "target_label").unwrap_or_default(),
        replacement: given(reading, &fields, "replacement").unwrap_or_else(|| "$1".to_owned()),
        action: action?,
    };
    if let Err(reason) = check(&rule, &fields) {
        reading.problem(fields.place, reason);
    }
    (reading.problems.len() == before).then_some(rule)
}

fn given(reading: &mut Reading, fields: &Fields<'_>, name: &str) -> Option<String> {
    let (_, node) = fields.iter().find(|(key, _)| key.name == name)?;
    reading.text(node, name).map(str::to_owned)
}

fn action(reading: &mut Reading, fields: &Fields<'_>) -> Option<Action> {
    let Some(node) = fields.get("action") else { return Some(Action::Replace) };
    let word = reading.text(node, "action")?.to_lowercase();
    let found = Action::ALL.iter().find(|(known, _)| *known == word).map(|(_, action)| *action);
    if found.is_none() {
        let words: Vec<&str> = Action::ALL.iter().map(|(word, _)| *word).collect();
        reading.problem(node.place, format!("unknown action {word:?}; write one of {}", words.join(", ")));
    }
    found
}

fn modulus(reading: &mut Reading, fields: &Fields<'_>) -> u64 {
    let Some(node) = fields.get("modulus") else { return 0 };
    match reading.text(node, "modulus").map(str::parse) {
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            reading.problem(node.place, "modulus must be a whole number greater than 0");
            // One problem is enough for one value.
            1
        }
        None => 0,
    }
}

/// The rules of Prometheus on which fields go with which action.
fn check(rule: &Rule, fields: &Fields<'_>) -> Result<(), String> {
    let word = Action::ALL.iter().find(|(_, action)| *action == rule.action).map_or("", |(word, _)| *word);
    let set = |name: &str| fields.get(name).is_some_and(|node| !matches!(node.kind, Kind::Null));
    let refuse = |names: &[&str], allowed: &str| match names.iter().find(|name| set(name)) {
        Some(name) => {
            Err(format!("{name} has no meaning with the action {word}, which takes only {allowed}"))
        }
        None => Ok(()),
    };
    let needs_target = matches!(
        rule.action,
        Action::Replace
            | Action::HashMod
            | Action::Lowercase
            | Action::Uppercase
            | Action::KeepEqual
            | Action::DropEqual
    );
    if needs_target && rule.target_label.is_empty() {
        return Err(format!("the action {word} needs a target_label"));
    }
    match rule.action {
        Action::HashMod if rule.modulus == 0 => {
            Err("the action hashmod needs a modulus greater than 0".to_owned())
        }
        Action::LabelDrop | Action::LabelKeep => {
            refuse(&["source_labels", "separator", "modulus", "target_label", "replacement"], "regex")
        }
        Action::KeepEqual | Action::DropEqual => {
            refuse(&["regex", "separator", "modulus", "replacement"], "source_labels and target_label")
        }
        Action::Lowercase | Action::Uppercase => {
            refuse(&["replacement"], "source_labels, separator and target_label")
        }
        _ => Ok(()),
    }
}
