use serde_json::Value;

use super::look::Look;
use super::{Losses, colors, patterns};
use crate::Mapping;

/// Words for values, of the form that Grafana has since version 8, and of the one before.
pub(super) fn of(list: &[Value], losses: &mut Losses) -> Vec<Mapping> {
    let mut mappings = Vec::new();
    for json in list {
        match (json.text("type"), json.number("type")) {
            (Some("value"), _) => {
                for (value, result) in json.pairs("options") {
                    mappings.push(Mapping { value: Some(value.clone()), ..worded(result) });
                }
            }
            (Some("range"), _) => {
                let options = json.at("options");
                let (from, to) = (options.number("from"), options.number("to"));
                mappings.push(Mapping { from, to, ..worded(options.at("result")) });
            }
            (Some("regex"), _) => {
                let options = json.at("options");
                let regex = options.text("pattern").map(patterns::of);
                mappings.push(Mapping { regex, ..worded(options.at("result")) });
            }
            (Some("special"), _) => {
                let options = json.at("options");
                let matched = options.text("match").unwrap_or_default();
                let value = match matched {
                    "null" | "null+nan" => "null",
                    "nan" => "nan",
                    other => {
                        losses.add(format!("words for the special value {other:?}"));
                        continue;
                    }
                };
                mappings.push(Mapping { value: Some(value.to_owned()), ..worded(options.at("result")) });
            }
            (_, Some(1.0)) => {
                let value = json.text("value").map(str::to_owned);
                mappings.push(Mapping { value, ..worded(json) });
            }
            (_, Some(2.0)) => {
                mappings.push(Mapping { from: json.number("from"), to: json.number("to"), ..worded(json) });
            }
            _ => losses.add("a mapping of values of an unknown form"),
        }
    }
    mappings
}

/// Words for values of a `singlestat`: of its two lists the one that is chosen counts.
pub(super) fn of_stat(json: &Value) -> Vec<Mapping> {
    let written = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    if json.number("mappingType") == Some(2.0) {
        let range = |map: &Value| {
            let nothing = map.text("from") == Some("null") && map.text("to") == Some("null");
            let value = nothing.then(|| "null".to_owned());
            Mapping { value, from: map.number("from"), to: map.number("to"), ..worded(map) }
        };
        return json.list("rangeMaps").iter().map(range).collect();
    }
    let value = |map: &Value| Mapping { value: written(map.at("value")), ..worded(map) };
    json.list("valueMaps").iter().map(value).collect()
}

fn worded(result: &Value) -> Mapping {
    Mapping {
        value: None,
        from: None,
        to: None,
        regex: None,
        text: result.text("text").unwrap_or_default().to_owned(),
        color: result.text("color").map(colors::of),
    }
}
