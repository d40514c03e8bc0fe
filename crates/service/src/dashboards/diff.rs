//! What changed between two versions of something, field by field. Items of lists are told apart by their `id`, `name` or
//! `uid`, so that a panel that was put in between does not show as a change of all that follow.

use serde::Serialize;
use serde_json::Value;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where: `panels[id=7].title`; `panels.order` where the same items stand in another order.
    pub path: String,
    /// What stood there; none for what is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there; none for what is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// What changed, in the order of the fields.
pub fn diff<T: Serialize>(before: &T, after: &T) -> Vec<Change> {
    let value = |of: &T| serde_json::to_value(of).unwrap_or_default();
    let mut changes = Vec::new();
    compare("", Some(&value(before)), Some(&value(after)), &mut changes);
    changes
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let added = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(added) {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                compare(&path, one.get(key), other.get(key), changes);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => lists(path, one, other, changes),
        (before, after) => {
            changes.push(Change { path: path.to_owned(), before: before.cloned(), after: after.cloned() });
        }
    }
}

fn lists(path: &str, before: &[Value], after: &[Value], changes: &mut Vec<Change>) {
    let Some(key) = ["id", "name", "uid"].into_iter().find(|key| names(before, key) && names(after, key))
    else {
        for index in 0..before.len().max(after.len()) {
            compare(&format!("{path}[{index}]"), before.get(index), after.get(index), changes);
        }
        return;
    };
    let with = |list: &'_ [Value], name: &Value| list.iter().position(|item| item.get(key) == Some(name));
    let place = |name: &Value| match name {
        Value::String(name) => format!("{path}[{key}={name}]"),
        other => format!("{path}[{key}={other}]"),
    };
    for item in before {
        let name = &item[key];
        let found = with(after, name).and_then(|index| after.get(index));
        compare(&place(name), Some(item), found, changes);
    }
    for item in after.iter().filter(|item| with(before, &item[key]).is_none()) {
        compare(&place(&item[key]), None, Some(item), changes);
    }
    let order = |list: &[Value], other: &[Value]| -> Vec<Value> {
        list.iter().map(|item| item[key].clone()).filter(|name| with(other, name).is_some()).collect()
    };
    let (one, other) = (order(before, after), order(after, before));
    if one != other {
        let path = format!("{path}.order");
        changes.push(Change { path, before: Some(one.into()), after: Some(other.into()) });
    }
}

/// Whether each item has a name of its own below this key.
fn names(list: &[Value], key: &str) -> bool {
    let names: Option<Vec<String>> = list
        .iter()
        .map(|item| {
            item.get(key).filter(|name| name.is_string() || name.is_number()).map(ToString::to_string)
        })
        .collect();
    names.is_some_and(|mut names| {
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == all
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let told = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let changes = diff(before, after).into_iter();
        changes
            .map(|change| format!("{}: {} -> {}", change.path, told(change.before), told(change.after)))
            .collect()
    }

    #[test]
    fn changes_are_told_by_field() {
        let before = json!({
            "title": "Web", "tags": ["a", "b"], "gone": 1,
            "panels": [{"id": 1, "title": "One", "at": {"x": 0}}, {"id": 7, "title": "CPU"}, {"id": 8}],
        });
        let after = json!({
            "title": "Web", "tags": ["a", "c", "d"], "new": null,
            "panels": [{"id": 9}, {"id": 7, "title": "Load"}, {"id": 1, "title": "One", "at": {"x": 12}}],
        });
        assert_eq!(
            told(&before, &after),
            [
                "gone: 1 -> -",
                "panels[id=1].at.x: 0 -> 12",
                "panels[id=7].title: \"CPU\" -> \"Load\"",
                "panels[id=8]: {\"id\":8} -> -",
                "panels[id=9]: - -> {\"id\":9}",
                "panels.order: [1,7] -> [7,1]",
                "tags[1]: \"b\" -> \"c\"",
                "tags[2]: - -> \"d\"",
                "new: - -> null",
            ]
        );
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i8>().prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from),
            Just(Value::Null)
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("id|name|[xy]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn there_are_changes_where_there_is_a_difference(one in json_value(), other in json_value()) {
            prop_assert_eq!(diff(&one, &one), vec![]);
            prop_assert_eq!(diff(&one, &other).is_empty(), one == other);
        }
    }
}
