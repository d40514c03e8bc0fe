//! What forms do to a configuration: pure steps on its JSON. A place is a JSON pointer (RFC 6901), such as `/receivers/0/name`.

use serde_json::{Map, Value};

/// Writes a value; a parent that is not there becomes a mapping. An empty value goes, as it says nothing.
pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return };
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    if !parent.is_empty() && document.pointer(parent).is_none_or(Value::is_null) {
        if empty {
            return;
        }
        put(document, parent, Value::Object(Map::new()));
    }
    match document.pointer_mut(parent) {
        Some(Value::Object(fields)) if empty => drop(fields.remove(key)),
        Some(Value::Object(fields)) => drop(fields.insert(key.to_owned(), value)),
        Some(Value::Array(items)) => {
            if let Some(item) = key.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                *item = value;
            }
        }
        _ => {}
    }
    // Nor does a mapping that nothing is left of; one of a list is an item still.
    let is_bare = document.pointer(parent).and_then(Value::as_object).is_some_and(Map::is_empty);
    let within = parent.rsplit_once('/').and_then(|(above, _)| document.pointer(above));
    if empty && is_bare && within.is_some_and(Value::is_object) {
        put(document, parent, Value::Null);
    }
}

/// The items of a list.
pub(super) fn items<'a>(document: &'a Value, pointer: &str) -> &'a [Value] {
    document.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Adds an item to a list, which is made where there is none. Its place.
pub(super) fn push(document: &mut Value, pointer: &str, item: Value) -> String {
    let mut all = items(document, pointer).to_vec();
    let place = format!("{pointer}/{}", all.len());
    all.push(item);
    put(document, pointer, Value::Array(all));
    place
}

/// The list that an item stands in, and which one it is.
fn place_of(pointer: &str) -> Option<(&str, usize)> {
    let (list, index) = pointer.rsplit_once('/')?;
    Some((list, index.parse().ok()?))
}

/// Takes an item out of its list.
pub(super) fn remove(document: &mut Value, pointer: &str) {
    let Some((list, index)) = place_of(pointer) else { return };
    let mut all = items(document, list).to_vec();
    if index < all.len() {
        all.remove(index);
        put(document, list, Value::Array(all));
    }
}

/// Moves an item of a list up (`false`) or down; its new place, `None` where there is no room.
pub(super) fn shift(document: &mut Value, pointer: &str, down: bool) -> Option<String> {
    let (list, index) = place_of(pointer)?;
    let other = if down { index + 1 } else { index.checked_sub(1)? };
    let all = document.pointer_mut(list)?.as_array_mut()?;
    if other >= all.len() {
        return None;
    }
    all.swap(index, other);
    Some(format!("{list}/{other}"))
}

/// The routes with their depths, in their order: the root first.
pub(super) fn routes(document: &Value) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    add_routes(document, "/route".to_owned(), 0, &mut found);
    found
}

fn add_routes(document: &Value, pointer: String, depth: usize, found: &mut Vec<(usize, String)>) {
    let list = format!("{pointer}/routes");
    found.push((depth, pointer));
    for index in 0..items(document, &list).len() {
        add_routes(document, format!("{list}/{index}"), depth + 1, found);
    }
}

/// The names of the things in a list.
pub(super) fn names(document: &Value, list: &str) -> Vec<String> {
    let names = items(document, list).iter().filter_map(|item| item["name"].as_str());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Everything that names a receiver: where it stands in words, and the name.
fn each_use(document: &mut Value, visit: &mut dyn FnMut(&'static str, &mut Value)) {
    fn of_route(route: &mut Value, visit: &mut dyn FnMut(&'static str, &mut Value)) {
        if let Some(name) = route.get_mut("receiver") {
            visit("a route", name);
        }
        for child in route.get_mut("routes").and_then(Value::as_array_mut).into_iter().flatten() {
            of_route(child, visit);
        }
    }
    fn list<'a>(of: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
        of.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
    }
    if let Some(root) = document.get_mut("route") {
        of_route(root, visit);
    }
    for receiver in list(document, "receivers") {
        for step in list(receiver, "escalation_configs") {
            if let Some(name) = step.get_mut("receiver") {
                visit("an escalation", name);
            }
        }
    }
    for policy in list(document, "escalation_policies") {
        for step in list(policy, "steps") {
            list(step, "receivers").for_each(|name| visit("an escalation policy", name));
        }
    }
    for schedule in list(document, "schedules") {
        for layer in list(schedule, "layers") {
            list(layer, "receivers").for_each(|name| visit("a schedule", name));
        }
        for stand_in in list(schedule, "overrides") {
            if let Some(name) = stand_in.get_mut("receiver") {
                visit("an override of a schedule", name);
            }
        }
    }
}

/// Where a receiver is named.
pub(super) fn uses(document: &Value, name: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    each_use(&mut document.clone(), &mut |place, used| {
        if used.as_str() == Some(name) && !found.contains(&place) {
            found.push(place);
        }
    });
    found
}

/// Gives a receiver another name, here and wherever it is named.
pub(super) fn rename(document: &mut Value, pointer: &str, new: &str) {
    let name = format!("{pointer}/name");
    let old = document.pointer(&name).and_then(Value::as_str).unwrap_or_default().to_owned();
    put(document, &name, new.into());
    if old.is_empty() {
        return;
    }
    each_use(document, &mut |_, used| {
        if used.as_str() == Some(&old) {
            *used = new.into();
        }
    });
}

/// A place as problems name it: `receivers[0].name`.
pub(super) fn path_of(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.bytes().all(|byte| byte.is_ascii_digit()) {
            path.extend(["[", part, "]"]);
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "route": {"receiver": "a", "routes": [{"receiver": "b", "routes": [{"matchers": ["x=y"]}]}, {"receiver": "c"}]},
            "receivers": [{"name": "a"}, {"name": "b", "escalation_configs": [{"after": "1m", "receiver": "c"}]}, {"name": "c"}],
            "schedules": [{"name": "s", "layers": [{"receivers": ["a", "b"]}], "overrides": [{"receiver": "b"}]}],
            "escalation_policies": [{"name": "p", "steps": [{"after": "5m", "receivers": ["c"]}]}],
        })
    }

    #[test]
    fn routes_move_and_go() {
        let mut found = document();
        let all: Vec<String> =
            routes(&found).into_iter().map(|(depth, pointer)| format!("{depth} {pointer}")).collect();
        assert_eq!(all, ["0 /route", "1 /route/routes/0", "2 /route/routes/0/routes/0", "1 /route/routes/1"]);
        assert_eq!(shift(&mut found, "/route/routes/0", true).as_deref(), Some("/route/routes/1"));
        assert_eq!(shift(&mut found, "/route/routes/1", true), None);
        assert_eq!(shift(&mut found, "/route/routes/0", false), None);
        assert_eq!(shift(&mut found, "/route", false), None);
        assert_eq!(found["route"]["routes"][0]["receiver"], "c");
        assert_eq!(
            push(&mut found, "/route/routes/0/routes", json!({"receiver": "d"})),
            "/route/routes/0/routes/0"
        );
        remove(&mut found, "/route/routes/0/routes/0");
        assert_eq!(found["route"]["routes"][0], json!({"receiver": "c"}));
        remove(&mut found, "/route/routes/9");
        assert_eq!(items(&found, "/route/routes").len(), 2);
    }

    #[test]
    fn values_come_and_go() {
        let mut found = json!({"receivers": [{"name": "a"}]});
        put(&mut found, "/receivers/0/webhook_configs/0/url", "x".into());
        assert_eq!(
            found["receivers"][0]["webhook_configs"],
            json!({"0": {"url": "x"}}),
            "lists are made by push"
        );
        put(&mut found, "/global/smtp_from", "".into());
        assert!(found.get("global").is_none(), "nothing is made for nothing");
        put(&mut found, "/receivers/0/escalation_repeat/times", 3.into());
        assert_eq!(found["receivers"][0]["escalation_repeat"], json!({"times": 3}));
        put(&mut found, "/receivers/0/escalation_repeat/times", Value::Null);
        assert!(found["receivers"][0].get("escalation_repeat").is_none(), "nothing stays of nothing");
        put(&mut found, "/global/smtp_from", "b@c".into());
        put(&mut found, "/global/smtp_from", "".into());
        assert!(found.get("global").is_none());
        put(&mut found, "/receivers/0/name", "".into());
        assert!(found["receivers"][0].get("name").is_none());
    }

    #[test]
    fn a_name_is_followed_everywhere() {
        let mut found = document();
        assert_eq!(uses(&found, "b"), ["a route", "a schedule", "an override of a schedule"]);
        assert_eq!(uses(&found, "c"), ["a route", "an escalation", "an escalation policy"]);
        rename(&mut found, "/receivers/2", "d");
        assert_eq!(found["escalation_policies"][0]["steps"][0]["receivers"], json!(["d"]));
        rename(&mut found, "/receivers/2", "c");
        rename(&mut found, "/receivers/1", "web");
        assert!(uses(&found, "b").is_empty());
        assert_eq!(uses(&found, "web").len(), 3);
        assert_eq!(names(&found, "/receivers"), ["a", "web", "c"]);
    }

    #[test]
    fn places_as_problems_name_them() {
        assert_eq!(path_of("/receivers/0/slack_configs/1/api_url"), "receivers[0].slack_configs[1].api_url");
        assert_eq!(path_of("/route"), "route");
        assert_eq!(path_of(""), "");
    }
}
