use serde_json::Value;

use super::look::Look;
use super::queries::Sources;
use super::{Losses, patterns};
use crate::{Choice, Sort, Variable, VariableKind};

/// The variables, without those that choose data sources: here is only one.
pub(super) fn of(json: &Value, sources: &Sources, losses: &mut Losses) -> Vec<Variable> {
    json.at("templating").list("list").iter().filter_map(|json| variable(json, sources, losses)).collect()
}

fn variable(json: &Value, sources: &Sources, losses: &mut Losses) -> Option<Variable> {
    let name = json.text("name").unwrap_or_default().to_owned();
    let kind = json.text("type").unwrap_or("query");
    if kind == "datasource" {
        return None;
    }
    if !Variable::is_name(&name) {
        losses.add(format!("the variable {name:?}: names are letters, digits and _"));
        return None;
    }
    let mut variable = Variable {
        label: json.text("label").unwrap_or_default().to_owned(),
        description: json.text("description").unwrap_or_default().to_owned(),
        multi: json.flag("multi") == Some(true),
        include_all: json.flag("includeAll") == Some(true),
        all_value: json.text("allValue").filter(|value| !value.is_empty()).map(str::to_owned),
        current: current(json.at("current").at("value")),
        hide: json.number("hide") == Some(2.0) || json.text("hide") == Some("hideVariable"),
        ..Variable::default()
    };
    match kind {
        "query" => {
            if !sources.is_prometheus(json.at("datasource")) {
                losses.add(format!("the variable ${name}: it does not ask Prometheus"));
                return None;
            }
            let query = json.at("query");
            let text = query.as_str().or_else(|| query.text("query")).filter(|text| !text.trim().is_empty());
            let Some(text) = text.or_else(|| json.text("definition")).filter(|text| !text.trim().is_empty())
            else {
                losses.add(format!("the variable ${name}: its query is empty"));
                return None;
            };
            text.clone_into(&mut variable.query);
            if let Some(regex) = json.text("regex").filter(|regex| !regex.is_empty()) {
                variable.regex = patterns::of(regex);
            }
            variable.sort = match json.number("sort").map(|sort| sort as u8) {
                None | Some(0) => Sort::None,
                Some(sort) if sort % 2 == 1 => Sort::Natural,
                Some(_) => Sort::NaturalDescending,
            };
        }
        "custom" => {
            variable.kind = VariableKind::List;
            variable.choices = list(json.text("query").unwrap_or_default());
            if variable.choices.is_empty() {
                let options = json.list("options").iter();
                variable.choices = options
                    .filter_map(|option| option.text("value"))
                    .filter(|value| *value != Variable::ALL)
                    .map(Choice::plain)
                    .collect();
            }
        }
        "interval" => {
            variable.kind = VariableKind::Interval;
            variable.choices = list(json.text("query").unwrap_or_default());
            if json.flag("auto") == Some(true) {
                variable.choices.insert(0, Choice::plain("auto"));
                for value in &mut variable.current {
                    if value.starts_with("$__auto") {
                        "auto".clone_into(value);
                    }
                }
            }
        }
        "constant" => {
            variable.kind = VariableKind::Constant;
            variable.choices = vec![Choice::plain(json.text("query").unwrap_or_default())];
        }
        "textbox" => {
            variable.kind = VariableKind::Text;
            variable.choices = vec![Choice::plain(json.text("query").unwrap_or_default())];
        }
        other => {
            losses.add(format!("the variable ${name}: there is no kind {other:?} here"));
            return None;
        }
    }
    if variable.choices.is_empty() && matches!(variable.kind, VariableKind::List | VariableKind::Interval) {
        losses.add(format!("the variable ${name}: it has no choices"));
        return None;
    }
    variable.name = name;
    Some(variable)
}

fn current(value: &Value) -> Vec<String> {
    let texts: Vec<&str> = match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // Exported files have "undefined" where nothing was chosen.
    texts.into_iter().filter(|text| !text.is_empty() && *text != "undefined").map(str::to_owned).collect()
}

/// `one, Two : 2, with\, comma`.
fn list(text: &str) -> Vec<Choice> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => parts.last_mut().into_iter().for_each(|part| part.extend(letters.next())),
            ',' => parts.push(String::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.push(letter)),
        }
    }
    let choice = |part: &String| match part.split_once(" : ") {
        Some((text, value)) => Choice { text: text.trim().to_owned(), value: value.trim().to_owned() },
        None => Choice::plain(part.trim()),
    };
    parts.iter().map(choice).filter(|choice| !choice.value.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_have_values_and_texts() {
        let found: Vec<String> = list(r"1m, Five : 5m,a\,b,,")
            .into_iter()
            .map(|choice| format!("{}={}", choice.text, choice.value))
            .collect();
        assert_eq!(found, ["1m=1m", "Five=5m", "a,b=a,b"]);
    }
}
