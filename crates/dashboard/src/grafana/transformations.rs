use serde_json::Value;

use super::Losses;
use super::look::Look;
use super::views::reducer;
use crate::{Reducer, Transformation};

/// What is done with the answers.
pub(super) fn of(list: &[Value], losses: &mut Losses) -> Vec<Transformation> {
    let mut found = Vec::new();
    for json in list {
        if json.flag("disabled") == Some(true) {
            continue;
        }
        let id = json.text("id").unwrap_or_default();
        match one(id, json.at("options")) {
            Some(transformation) => found.push(transformation),
            None => losses.add(format!("the transformation {id:?}")),
        }
    }
    found
}

fn one(id: &str, options: &Value) -> Option<Transformation> {
    Some(match id {
        "joinByField" | "seriesToColumns" => Transformation::Join {
            by: options.text("byField").unwrap_or("Time").to_owned(),
            outer: options.text("mode") != Some("inner"),
        },
        "merge" => Transformation::Merge {},
        "renameByRegex" => Transformation::Rename {
            regex: options.text("regex")?.to_owned(),
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
