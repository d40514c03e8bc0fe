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

/// What other parts name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Receiver,
    Policy,
    Schedule,
    Interval,
}

impl Kind {
    /// That of the part at a place; none for parts that nothing names.
    fn at(pointer: &str) -> Option<Self> {
        match place_of(pointer)?.0 {
            "/receivers" => Some(Self::Receiver),
            "/escalation_policies" => Some(Self::Policy),
            "/schedules" => Some(Self::Schedule),
            "/time_intervals" => Some(Self::Interval),
            _ => None,
        }
    }
}

/// Takes what names something: what it names, where it stands in words, and the name.
type Visit<'a> = &'a mut dyn FnMut(Kind, &'static str, &mut Value);

/// The items of a list in a part.
fn each<'a>(of: &'a mut Value, list: &str) -> impl Iterator<Item = &'a mut Value> {
    of.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}

/// The names in a part: by its fields, and by those that have several.
fn each_name(
    of: &mut Value,
    place: &'static str,
    one: &[(&str, Kind)],
    many: &[(&str, Kind)],
    visit: Visit<'_>,
) {
    for (field, kind) in one {
        if let Some(name) = of.get_mut(*field) {
            visit(*kind, place, name);
        }
    }
    for (field, kind) in many {
        each(of, field).for_each(|name| visit(*kind, place, name));
    }
}

fn each_of_routes(route: &mut Value, visit: Visit<'_>) {
    let one = [("receiver", Kind::Receiver), ("escalation_policy", Kind::Policy)];
    let many = [("mute_time_intervals", Kind::Interval), ("active_time_intervals", Kind::Interval)];
    each_name(route, "a route", &one, &many, visit);
    for child in each(route, "routes") {
        each_of_routes(child, visit);
    }
}

/// Everything that names another part.
fn each_use(document: &mut Value, visit: Visit<'_>) {
    let told = [("receiver", Kind::Receiver), ("schedule", Kind::Schedule)];
    if let Some(root) = document.get_mut("route") {
        each_of_routes(root, visit);
    }
    for receiver in each(document, "receivers") {
        each_name(receiver, "a receiver", &[("escalation_policy", Kind::Policy)], &[], visit);
        for step in each(receiver, "escalation_configs") {
            each_name(step, "an escalation", &told, &[], visit);
        }
    }
    for policy in each(document, "escalation_policies") {
        for step in each(policy, "steps") {
            let many = [("receivers", Kind::Receiver)];
            each_name(step, "an escalation policy", &told[1..], &many, visit);
        }
    }
    for schedule in each(document, "schedules") {
        for layer in each(schedule, "layers") {
            let many = [("receivers", Kind::Receiver), ("time_intervals", Kind::Interval)];
            each_name(layer, "a schedule", &[], &many, visit);
        }
        for stand_in in each(schedule, "overrides") {
            each_name(stand_in, "an override of a schedule", &told[..1], &[], visit);
        }
    }
}

/// Where what is called so is named.
fn uses(document: &Value, kind: Kind, name: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    each_use(&mut document.clone(), &mut |of, place, used| {
        if of == kind && used.as_str() == Some(name) && !found.contains(&place) {
            found.push(place);
        }
    });
    found
}

/// Why the part at a place can't go: others name it; `None` where it can.
pub(super) fn may_go(document: &Value, pointer: &str) -> Option<String> {
    let kind = Kind::at(pointer)?;
    let name = document.pointer(pointer)?["name"].as_str()?;
    let uses = uses(document, kind, name);
    (!uses.is_empty()).then(|| format!("{name} is still named by {}; change that first", uses.join(" and ")))
}

/// The part whose name stands at a place, where others refer to it by that.
pub(super) fn referred_to(name: &str) -> Option<&str> {
    name.strip_suffix("/name").filter(|part| Kind::at(part).is_some())
}

/// Gives a part another name, here and wherever it is named.
pub(super) fn rename(document: &mut Value, pointer: &str, new: &str) {
    let name = format!("{pointer}/name");
    let old = document.pointer(&name).and_then(Value::as_str).unwrap_or_default().to_owned();
    put(document, &name, new.into());
    let (Some(kind), Some((list, _))) = (Kind::at(pointer), place_of(pointer)) else { return };
    // Which of two that are called the same is meant, nobody knows.
    let called = |wanted: &str| names(document, list).iter().filter(|name| *name == wanted).count();
    if old.is_empty() || new.is_empty() || called(&old) > 0 || called(new) > 1 {
        return;
    }
    each_use(document, &mut |of, _, used| {
        if of == kind && used.as_str() == Some(&old) {
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
        let places = |found: &Value, name: &str| uses(found, Kind::Receiver, name);
        assert_eq!(places(&found, "b"), ["a route", "a schedule", "an override of a schedule"]);
        assert_eq!(places(&found, "c"), ["a route", "an escalation", "an escalation policy"]);
        rename(&mut found, "/receivers/2", "d");
        assert_eq!(found["escalation_policies"][0]["steps"][0]["receivers"], json!(["d"]));
        rename(&mut found, "/receivers/2", "c");
        rename(&mut found, "/receivers/1", "web");
        assert!(places(&found, "b").is_empty());
        assert_eq!(places(&found, "web").len(), 3);
        assert_eq!(names(&found, "/receivers"), ["a", "web", "c"]);
    }

    #[test]
    fn all_that_is_named_is_followed() {
        // All have the same name: each is followed where it is meant, and nowhere else.
        let mut found = json!({
            "route": {"receiver": "x", "escalation_policy": "x", "routes": [
                {"escalation_policy": "x", "mute_time_intervals": ["x"], "active_time_intervals": ["x", "y"]}]},
            "receivers": [
                {"name": "x", "escalation_configs": [{"schedule": "x"}], "escalation_policy": "x"},
                {"name": "y"}],
            "escalation_policies": [{"name": "x", "steps": [{"schedule": "x", "receivers": ["x"]}]}],
            "schedules": [{"name": "x", "layers": [{"receivers": ["x"], "time_intervals": ["x"]}]}],
            "time_intervals": [{"name": "x"}, {"name": "y"}],
        });
        for (part, expected) in [
            (
                "/receivers/0",
                "x is still named by a route and an escalation policy and a schedule; change that first",
            ),
            ("/escalation_policies/0", "x is still named by a route and a receiver; change that first"),
            ("/schedules/0", "x is still named by an escalation and an escalation policy; change that first"),
            ("/time_intervals/0", "x is still named by a route and a schedule; change that first"),
        ] {
            assert_eq!(may_go(&found, part).as_deref(), Some(expected));
        }
        for part in
            ["/receivers/1", "/escalation_policies/0/steps/0", "/schedules/0/layers/0", "/receivers/7"]
        {
            assert_eq!(may_go(&found, part), None, "{part}");
        }
        rename(&mut found, "/escalation_policies/0", "levels");
        rename(&mut found, "/schedules/0", "web");
        rename(&mut found, "/time_intervals/0", "nights");
        assert_eq!(
            found["route"],
            json!({"receiver": "x", "escalation_policy": "levels", "routes": [
                {"escalation_policy": "levels", "mute_time_intervals": ["nights"], "active_time_intervals": ["nights", "y"]}]})
        );
        assert_eq!(
            found["receivers"][0],
            json!({"name": "x", "escalation_configs": [{"schedule": "web"}], "escalation_policy": "levels"})
        );
        assert_eq!(
            found["escalation_policies"][0]["steps"][0],
            json!({"schedule": "web", "receivers": ["x"]})
        );
        assert_eq!(found["schedules"][0]["layers"][0]["time_intervals"], json!(["nights"]));
        // What would be one with another, or nobody, is not followed: the way back would be lost.
        rename(&mut found, "/time_intervals/0", "y");
        rename(&mut found, "/time_intervals/0", "");
        assert_eq!(found["route"]["routes"][0]["active_time_intervals"], json!(["nights", "y"]));
    }

    #[test]
    fn names_that_others_refer_to() {
        assert_eq!(referred_to("/schedules/3/name"), Some("/schedules/3"));
        for other in
            ["/schedules/3/time_zone", "/inhibit_rules/0/name", "/schedules/0/layers/1/name", "/name"]
        {
            assert_eq!(referred_to(other), None, "{other}");
        }
    }

    #[test]
    fn places_as_problems_name_them() {
        assert_eq!(path_of("/receivers/0/slack_configs/1/api_url"), "receivers[0].slack_configs[1].api_url");
        assert_eq!(path_of("/route"), "route");
        assert_eq!(path_of(""), "");
    }
}
