//! What is wrong with what was put into a form, and which field it belongs to.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, check};

use super::value::put;
use crate::api::read_value;

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where, in the form's value.
    pub(super) pointer: String,
    /// What, and what to do.
    pub(super) words: String,
    /// Whether it was put in all the same, since the mend is somewhere else.
    pub(super) taken: bool,
}

/// A value with `new` put at `pointer`, if that makes sense. `problem`: what a dashboard with it would have wrong, with the
/// place in the form's value.
pub(super) fn changed<T: Serialize + DeserializeOwned>(
    mut value: Value,
    pointer: &str,
    new: Value,
    problem: impl FnOnce(&T) -> Option<(String, String)>,
) -> (Option<T>, Option<Wrong>) {
    // A repetition is nothing without the name of its variable.
    let place = if pointer == "/repeat/variable" && new.is_null() { "/repeat" } else { pointer };
    put(&mut value, place, new);
    match read_value::<T>(&value) {
        Ok(thing) => match problem(&thing) {
            Some((there, words)) => {
                let of_this = there == pointer || pointer.starts_with(&format!("{there}/"));
                let wrong = Wrong {
                    pointer: if of_this { pointer.to_owned() } else { there },
                    words,
                    taken: !of_this,
                };
                ((!of_this).then_some(thing), Some(wrong))
            }
            None => (Some(thing), None),
        },
        Err(error) => {
            let words = in_words(&error);
            (None, Some(Wrong { pointer: pointer.to_owned(), words, taken: false }))
        }
    }
}

/// What is wrong with a dashboard: where, as a JSON pointer, and what.
pub(super) fn problem_of(dashboard: &Dashboard) -> Option<(String, String)> {
    let error = check(dashboard).err()?;
    let pointer = error.place.replace('[', "/").replace(']', "").replace('.', "/");
    Some((format!("/{pointer}"), error.message))
}

/// The same of one of its panels, with the place inside it.
pub(super) fn problem_of_panel(dashboard: &Dashboard, id: u32) -> Option<(String, String)> {
    let index = dashboard.panels.iter().position(|panel| panel.id == id)?;
    if let Some((pointer, regex)) = dashboard.panels[index].patterns().find(|(_, regex)| is_broken(regex)) {
        return Some((pointer, format!("{regex:?} is no regular expression; is a bracket open?")));
    }
    let (pointer, words) = problem_of(dashboard)?;
    let inside = pointer.strip_prefix(&format!("/panels/{index}/"))?;
    Some((format!("/{inside}"), words))
}

fn is_broken(regex: &str) -> bool {
    !regex.is_empty() && watchfire_panel::Pattern::new(regex).is_none()
}

/// The words of a reader of JSON for people who fill in a form.
fn in_words(error: &str) -> String {
    let whole = [
        ("expected u8", "must be a whole number from 0 to 255"),
        ("expected u16", "must be a whole number from 0 to 65535"),
        ("expected u32", "must be a whole number, 0 or more"),
        ("expected usize", "must be a whole number, 0 or more"),
        ("expected f64", "must be a number"),
    ];
    let known = whole.into_iter().find(|(part, _)| error.contains(part));
    known.map_or_else(|| error.to_owned(), |(_, words)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use watchfire_dashboard::Panel;

    use crate::api::value_of;

    use super::*;

    fn dashboard(panel: &Panel) -> Dashboard {
        let mut dashboard =
            Dashboard { uid: "a".to_owned(), title: "A".to_owned(), schema: 1, ..Dashboard::default() };
        dashboard.panels.push(Panel { id: 7, ..Panel::default() });
        dashboard.panels.push(panel.clone());
        dashboard
    }

    fn told(value: &Value, pointer: &str, new: Value) -> (bool, Option<(String, String, bool)>) {
        let problem = |panel: &Panel| problem_of_panel(&dashboard(panel), 3);
        let (panel, wrong) = changed::<Panel>(value.clone(), pointer, new, problem);
        (panel.is_some(), wrong.map(|wrong| (wrong.pointer, wrong.words, wrong.taken)))
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field() {
        let value = value_of(&Panel { id: 3, ..Panel::default() });
        let wrong = |pointer: &str, words: &str| (false, Some((pointer.to_owned(), words.to_owned(), false)));
        assert_eq!(told(&value, "/title", json!("A")), (true, None));
        assert_eq!(
            told(&value, "/field/decimals", json!(-3)),
            wrong("/field/decimals", "must be a whole number from 0 to 255")
        );
        assert_eq!(
            told(&value, "/field/decimals", json!(99)),
            wrong("/field/decimals", "must be from 0 to 15")
        );
        assert_eq!(
            told(&value, "/repeat/variable", json!("nope")),
            wrong("/repeat/variable", "there is no variable \"nope\" to repeat by")
        );
        let broken = json!({"id": 3, "overrides": [{"match": {}, "set": {}}], "transformations": [{"rename": {"regex": "", "to": ""}}]});
        for pointer in ["/overrides/0/match/regex", "/transformations/0/rename/regex"] {
            assert_eq!(
                told(&broken, pointer, json!("^(iow")),
                wrong(pointer, "\"^(iow\" is no regular expression; is a bracket open?")
            );
        }
        let (read, refused) = told(&value, "/time_range", json!("abc"));
        assert!(!read && refused.is_some_and(|(pointer, ..)| pointer == "/time_range"));
        let repeated = json!({"id": 3, "repeat": {"variable": "x", "most": 3}});
        assert_eq!(told(&repeated, "/repeat/variable", Value::Null), (true, None));
    }

    #[test]
    fn what_is_wrong_elsewhere_does_not_hold_up() {
        let value = json!({"id": 3, "field": {"max": 5}, "queries": [{"id": "A", "expr": "up"}, {"id": "B", "math": "$A"}]});
        let (taken, wrong) = told(&value, "/field/min", json!(9));
        assert!(taken);
        assert_eq!(wrong, Some(("/field/max".to_owned(), "must be more than min".to_owned(), true)));
        let (taken, wrong) = told(&value, "/queries", json!([{"id": "B", "math": "$A"}]));
        assert!(taken);
        assert!(wrong.is_some_and(|(pointer, _, taken)| pointer == "/queries/0/math" && taken));
        let (taken, wrong) = told(&value, "/queries/1/math", json!("$Z * 2"));
        assert!(!taken);
        assert!(wrong.is_some_and(|(pointer, ..)| pointer == "/queries/1/math"));
    }
}
