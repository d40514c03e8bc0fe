use serde_json::Value;

use super::look::Look;
use super::views::reducer;
use super::{Losses, patterns};
use crate::{Comparison, Reducer, Transformation};

/// What is done with the answers.
pub(super) fn of(list: &[Value], losses: &mut Losses) -> Vec<Transformation> {
    let mut found = Vec::new();
    for json in list {
        if json.flag("disabled") == Some(true) {
            continue;
        }
        let (id, options) = (json.text("id").unwrap_or_default(), json.at("options"));
        let changes = match id {
            "filterByValue" => filters(options),
            _ => one(id, options).map(|one| vec![one]),
        };
        let Some(changes) = changes else {
            losses.add(format!("the transformation {id:?}"));
            continue;
        };
        found.extend(changes);
        if !json.at("filter").is_null() {
            losses.add(format!("the transformation {id:?}: only of some queries; here of all"));
        }
        for what in lost(id, options) {
            losses.add(format!("the transformation {id:?}: {what}"));
        }
    }
    found
}

/// What is left out of a transformation that is carried over.
fn lost(id: &str, options: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    match id {
        "labelsToFields" => {
            if options.text("mode") == Some("rows") {
                lost.push("labels as rows; here they are columns".to_owned());
            }
            if let Some(label) = options.text("valueLabel").filter(|label| !label.is_empty()) {
                lost.push(format!("columns that are called as the label {label:?} says"));
            }
            let kept: Vec<&str> = options.list("keepLabels").iter().filter_map(Value::as_str).collect();
            if !kept.is_empty() {
                lost.push(format!("the labels {} alone; here all are columns", kept.join(", ")));
            }
        }
        "reduce" => {
            if options.text("mode") == Some("reduceFields") {
                lost.push("columns that stay columns; here each becomes a row".to_owned());
            }
            if options.flag("includeTimeField") == Some(true) {
                lost.push("the column of times".to_owned());
            }
        }
        "organize" => {
            let included = options.pairs("includeByName");
            let included = included.iter().filter(|(_, shown)| shown.as_bool() == Some(true));
            let included: Vec<&str> = included.map(|(name, _)| name.as_str()).collect();
            if !included.is_empty() {
                lost.push(format!("the columns {} alone; here the others stay, too", included.join(", ")));
            }
        }
        "sortBy" => {
            let keys = options.list("sort").iter().chain(options.list("fields"));
            let keys = keys.filter_map(|key| key.text("field").or(key.text("displayName")));
            let further: Vec<&str> = keys.skip(1).collect();
            if !further.is_empty() {
                lost.push(format!("sorting by {}, too", further.join(", ")));
            }
        }
        "renameByRegex" => {
            let flags = options.text("regex").and_then(|regex| regex.strip_prefix('/')?.rsplit_once('/'));
            if flags.is_some_and(|(_, flags)| flags.contains('g')) {
                lost.push("all places of a name that match; here the first one is replaced".to_owned());
            }
        }
        _ => {}
    }
    lost
}

/// `filterByValue`: one after the other, filters keep what meets all of them, or leave out what meets any. The other two ways
/// have no counterpart where there are several.
fn filters(options: &Value) -> Option<Vec<Transformation>> {
    let (any, exclude) = (options.text("match") != Some("all"), options.text("type") == Some("exclude"));
    let filters = options.list("filters");
    if filters.len() > 1 && any != exclude {
        return None;
    }
    filters.iter().map(|filter| condition(filter, exclude)).collect()
}

fn condition(filter: &Value, exclude: bool) -> Option<Transformation> {
    let config = filter.at("config");
    let (is, not) = match config.text("id")? {
        "equal" => (Comparison::Equal, false),
        "notEqual" => (Comparison::Equal, true),
        "greater" => (Comparison::Greater, false),
        "greaterOrEqual" => (Comparison::GreaterOrEqual, false),
        "lower" => (Comparison::Less, false),
        "lowerOrEqual" => (Comparison::LessOrEqual, false),
        "regex" => (Comparison::Regex, false),
        "isNull" => (Comparison::Empty, false),
        "isNotNull" => (Comparison::Empty, true),
        _ => return None,
    };
    let value = match config.at("options").at("value") {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    };
    let column = filter.text("fieldName").filter(|name| !name.is_empty())?.to_owned();
    Some(Transformation::Filter { column, reduce: Reducer::default(), is, value, not: not != exclude })
}

fn one(id: &str, options: &Value) -> Option<Transformation> {
    Some(match id {
        "joinByField" | "seriesToColumns" => Transformation::Join {
            by: options.text("byField").unwrap_or("Time").to_owned(),
            outer: options.text("mode") != Some("inner"),
        },
        "merge" => Transformation::Merge {},
        "renameByRegex" => Transformation::Rename {
            regex: patterns::of(options.text("regex")?),
            to: options.text("renamePattern").unwrap_or_default().to_owned(),
        },
        "sortBy" => {
            let sort = options.list("sort").first().or_else(|| options.list("fields").first())?;
            let by = sort.text("field").or_else(|| sort.text("displayName"))?.to_owned();
            Transformation::Sort { by, descending: sort.flag("desc") == Some(true) }
        }
        "groupBy" => {
            let (mut by, mut columns) = (Vec::new(), Vec::new());
            for (name, field) in options.pairs("fields") {
                match field.text("operation") {
                    Some("groupby") => by.push(name.clone()),
                    Some("aggregate") => {
                        for aggregation in field.list("aggregations") {
                            columns.push((name.clone(), reducer(aggregation.as_str()?)?));
                        }
                    }
                    _ => {}
                }
            }
            Transformation::Group { by, columns }
        }
        "organize" => organise(options),
        "reduce" => {
            let names = options.list("reducers").iter();
            let by: Option<Vec<Reducer>> = names.map(|name| reducer(name.as_str()?)).collect();
            Transformation::Reduce { by: by?.into_iter().collect() }
        }
        "labelsToFields" => Transformation::LabelsToColumns {},
        "limit" => Transformation::Limit {
            most: options.number("limitField").unwrap_or(10.0).clamp(0.0, 1e6) as u32,
        },
        _ => return None,
    })
}

fn organise(options: &Value) -> Transformation {
    let excluded = options.pairs("excludeByName").into_iter().filter(|(_, out)| out.as_bool() == Some(true));
    let mut order: Vec<(i64, String)> = options
        .pairs("indexByName")
        .into_iter()
        .filter_map(|(name, index)| Some((index.as_i64()?, name.clone())))
        .collect();
    order.sort();
    Transformation::Organise {
        hide: excluded.map(|(name, _)| name.clone()).collect(),
        order: order.into_iter().map(|(_, name)| name).collect(),
        rename: options
            .pairs("renameByName")
            .into_iter()
            .filter_map(|(name, new)| {
                Some((name.clone(), new.as_str().filter(|new| !new.is_empty())?.to_owned()))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> (String, String) {
        let mut losses = Losses::default();
        let found = of(&[serde_json::from_str(json).unwrap()], &mut losses);
        let losses: Vec<String> = losses.all.into_iter().map(|loss| loss.what).collect();
        (serde_json::to_string(&found).unwrap(), losses.join(" | "))
    }

    #[test]
    fn filters_are_carried_over() {
        let of = |kind: &str, filters: &str| {
            told(&format!(r#"{{"id": "filterByValue", "options": {{{kind} "filters": [{filters}]}}}}"#))
        };
        let above = r#"{"fieldName": "Value", "config": {"id": "greater", "options": {"value": 3}}}"#;
        let named = r#"{"fieldName": "host", "config": {"id": "notEqual", "options": {"value": "a"}}}"#;
        let kept = |column: &str, is: &str, value: &str, not: bool| {
            format!(
                r#"{{"filter":{{"column":"{column}","reduce":"last","is":"{is}","value":"{value}","not":{not}}}}}"#
            )
        };
        let none = String::new();
        let (greater, equal) = (kept("Value", "greater", "3", false), kept("host", "equal", "a", true));
        assert_eq!(of("", above), (format!("[{greater}]"), none.clone()));
        assert_eq!(
            of(r#""match": "all", "type": "include","#, &format!("{above}, {named}")),
            (format!("[{greater},{equal}]"), none.clone())
        );
        let (greater, equal) = (kept("Value", "greater", "3", true), kept("host", "equal", "a", false));
        assert_eq!(
            of(r#""match": "any", "type": "exclude","#, &format!("{above}, {named}")),
            (format!("[{greater},{equal}]"), none)
        );
        for (kind, filters) in [
            (r#""match": "any","#, format!("{above}, {named}")),
            (r#""match": "all", "type": "exclude","#, format!("{above}, {named}")),
            ("", r#"{"fieldName": "Value", "config": {"id": "range"}}"#.to_owned()),
        ] {
            let lost = "the transformation \"filterByValue\"".to_owned();
            assert_eq!(of(kind, &filters), ("[]".to_owned(), lost), "{kind}");
        }
    }

    #[test]
    fn what_is_left_out_of_one_is_told() {
        for (json, what) in [
            (r#"{"id": "merge", "filter": {"id": "byRefId", "options": "A"}}"#, "only of some queries"),
            (r#"{"id": "labelsToFields", "options": {"mode": "rows"}}"#, "labels as rows"),
            (r#"{"id": "labelsToFields", "options": {"valueLabel": "le"}}"#, "the label \"le\""),
            (r#"{"id": "labelsToFields", "options": {"keepLabels": ["a", "b"]}}"#, "the labels a, b alone"),
            (r#"{"id": "reduce", "options": {"reducers": ["max"], "mode": "reduceFields"}}"#, "stay columns"),
            (r#"{"id": "reduce", "options": {"reducers": ["max"], "includeTimeField": true}}"#, "of times"),
            (
                r#"{"id": "organize", "options": {"includeByName": {"a": true, "b": false}}}"#,
                "columns a alone",
            ),
            (
                r#"{"id": "sortBy", "options": {"sort": [{"field": "a"}, {"field": "b"}]}}"#,
                "sorting by b, too",
            ),
            (
                r#"{"id": "renameByRegex", "options": {"regex": "/a/g", "renamePattern": "b"}}"#,
                "the first one",
            ),
        ] {
            let (found, lost) = told(json);
            assert_ne!(found, "[]", "{json}");
            assert!(lost.contains(what), "{json}\n{lost}");
        }
    }

    #[test]
    fn a_bare_pattern_is_for_whole_names() {
        let json = r#"{"id": "renameByRegex", "options": {"regex": "(.*)-total", "renamePattern": "$1"}}"#;
        let (found, lost) = told(json);
        assert_eq!(found, r#"[{"rename":{"regex":"^(.*)-total$","to":"$1"}}]"#);
        assert_eq!(lost, "");
    }
}
