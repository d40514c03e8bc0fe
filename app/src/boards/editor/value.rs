//! Places in JSON, as RFC 6901 has them, created as they are needed.

use serde_json::{Map, Value};

/// What stands at a place; nothing where there is none.
pub(crate) fn at<'a>(value: &'a Value, pointer: &str) -> Option<&'a Value> {
    value.pointer(pointer).filter(|value| !value.is_null())
}

/// Puts a value at a place; `Null` takes away what stands there, and the objects around it that this leaves empty.
pub(crate) fn put(value: &mut Value, pointer: &str, new: Value) {
    let Some((first, rest)) =
        pointer.strip_prefix('/').map(|path| path.split_once('/').unwrap_or((path, "")))
    else {
        *value = new;
        return;
    };
    let deeper = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    if let Value::Array(items) = value {
        if let Some(item) = first.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
            put(item, &deeper, new);
        }
        return;
    }
    if !value.is_object() {
        if new.is_null() {
            return;
        }
        *value = Value::Object(Map::new());
    }
    let Value::Object(fields) = value else { return };
    if deeper.is_empty() && new.is_null() {
        fields.remove(first);
        return;
    }
    let inner = fields.entry(first).or_insert(Value::Null);
    put(inner, &deeper, new);
    if inner.is_null() || inner.as_object().is_some_and(Map::is_empty) && !deeper.is_empty() {
        fields.remove(first);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_made_and_left() {
        let mut value = json!({"field": {"unit": "s"}, "queries": [{"id": "A"}]});
        for (pointer, new, expected) in [
            (
                "/field/decimals",
                json!(2),
                json!({"field": {"unit": "s", "decimals": 2}, "queries": [{"id": "A"}]}),
            ),
            (
                "/queries/0/expr",
                json!("up"),
                json!({"field": {"unit": "s", "decimals": 2}, "queries": [{"id": "A", "expr": "up"}]}),
            ),
            (
                "/field/unit",
                Value::Null,
                json!({"field": {"decimals": 2}, "queries": [{"id": "A", "expr": "up"}]}),
            ),
            ("/field/decimals", Value::Null, json!({"queries": [{"id": "A", "expr": "up"}]})),
            (
                "/view/legend/shape",
                json!("list"),
                json!({"queries": [{"id": "A", "expr": "up"}], "view": {"legend": {"shape": "list"}}}),
            ),
            ("/view/legend/shape", Value::Null, json!({"queries": [{"id": "A", "expr": "up"}]})),
            ("/queries/7/expr", json!("up"), json!({"queries": [{"id": "A", "expr": "up"}]})),
            ("/none/at/all", Value::Null, json!({"queries": [{"id": "A", "expr": "up"}]})),
        ] {
            put(&mut value, pointer, new);
            assert_eq!(value, expected, "{pointer}");
        }
        assert_eq!(at(&value, "/queries/0/id"), Some(&json!("A")));
        assert_eq!(at(&value, "/view"), None);
    }
}
