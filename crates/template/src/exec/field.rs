//! Fields, keys and methods.

use super::Exec;
use crate::error::Stop;
use crate::time::{number_method, time_method};
use crate::value::{Shape, Value};

impl Exec<'_> {
    /// A field, a key's value, or what a method returns. Nothing has nothing, but only where it is looked into `first`.
    #[allow(clippy::unused_self)] // Beside the other steps of a walk.
    pub(super) fn field(
        &self,
        value: &Value,
        name: &str,
        arguments: &[Value],
        first: bool,
    ) -> Result<Value, Stop> {
        let called = match value {
            Value::Nil if first => return Ok(Value::Nil),
            Value::Nil => {
                return Err(Stop::fault(format!(
                    "what stands before .{name} is not there; look first, by `if` or `with`, whether it is"
                )));
            }
            Value::Object(object) => object.call(name, arguments),
            Value::Time(time) => time_method(time, name, arguments),
            Value::Number(unit, number) => number_method(*unit, *number, name, arguments),
            _ => None,
        };
        if let Some(result) = called {
            return result.map_err(Stop::Fault);
        }
        let found = match value {
            Value::Map(map) => Some(map.get(name)),
            Value::Object(object) => match object.shape() {
                Shape::Map(map) => Some(map.get(name)),
                Shape::Fields(fields) => {
                    fields.iter().find(|field| field.name == name).map(|field| field.value.clone())
                }
                Shape::List(_) => None,
            },
            _ => None,
        };
        match found {
            Some(_) if !arguments.is_empty() => Err(Stop::fault(format!(
                "{name:?} is no method and takes no arguments; use `index` for keys of keys"
            ))),
            Some(found) => Ok(found),
            None => Err(Stop::fault(format!(
                "{} has no field or method {name:?}{}",
                value.described(),
                hint(value, name)
            ))),
        }
    }
}

/// What to write instead.
fn hint(value: &Value, name: &str) -> String {
    match value {
        Value::Object(object) => {
            if let Shape::Fields(fields) = object.shape() {
                let near = fields.iter().map(|field| (strsim::levenshtein(field.name, name), field.name));
                if let Some((0..=3, near)) = near.min() {
                    return format!("; did you mean {near:?}?");
                }
                let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
                return format!("; it has {}", names.join(", "));
            }
            "; use `range` or `index` for what is in it".into()
        }
        Value::List(_) => "; use `range` or `index` for what is in it".into(),
        Value::Time(_) => "; use Format, Unix, Year, Sub or another method of times".into(),
        _ => String::new(),
    }
}
