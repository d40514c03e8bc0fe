//! Looking into lists, maps and texts.

use super::arguments::unfit;
use super::{ANY, Function};
use crate::error::Stop;
use crate::exec::Exec;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::of_all("len", 1, 1, |_, arguments| length(&arguments[0]).map(Value::Int)),
    Function::of_all("index", 1, ANY, index),
    Function::of_all("slice", 1, 4, slice),
];

fn length(value: &Value) -> Result<i64, Stop> {
    let length = match (value.as_str(), value.as_list(), value.as_map()) {
        (Some(text), ..) => text.len(),
        (_, Some(list), _) => list.len(),
        (.., Some(map)) => map.len(),
        _ => return Err(Stop::fault(format!("{} has no length", value.described()))),
    };
    Ok(length as i64)
}

/// An element by its number, a value by its key, one after the other.
fn index(_: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    if let Value::Nil = arguments[0] {
        return Err(Stop::fault(
            "there is nothing to look into; look first, by `if` or `with`, whether it is there",
        ));
    }
    let mut value = arguments[0].clone();
    for (at, key) in arguments.iter().enumerate().skip(1) {
        value = if let Some(map) = value.as_map() {
            match key {
                Value::String(key) => map.get(key),
                other => return Err(unfit(at, "a key in quotes", other, "")),
            }
        } else if let Some(list) = value.as_list() {
            let number = place(at, key, list.len(), "elements")?;
            // One that is just behind the last is no element.
            list.items().get(number).cloned().ok_or_else(|| beyond(key, list.len(), "elements"))?
        } else if let Some(text) = value.as_str() {
            let number = place(at, key, text.len(), "bytes")?;
            let byte = text.as_bytes().get(number).ok_or_else(|| beyond(key, text.len(), "bytes"))?;
            Value::Int(i64::from(*byte))
        } else {
            return Err(Stop::fault(format!("{} has no elements or keys", value.described())));
        };
    }
    Ok(value)
}

/// A place in something, or right behind it.
fn place(at: usize, value: &Value, length: usize, what: &str) -> Result<usize, Stop> {
    let (Value::Int(number) | Value::Number(_, number)) = value else {
        return Err(unfit(at, "a whole number", value, ""));
    };
    usize::try_from(*number)
        .ok()
        .filter(|number| *number <= length)
        .ok_or_else(|| beyond(value, length, what))
}

fn beyond(number: &Value, length: usize, what: &str) -> Stop {
    Stop::fault(format!("{number} is out of range: there are {length} {what}, counted from 0"))
}

/// A part of a list or text, from one place to before another.
fn slice(_: &mut Exec<'_>, arguments: &[Value]) -> Result<Value, Stop> {
    let value = &arguments[0];
    let (length, what) = match (value.as_str(), value.as_list()) {
        (Some(_), _) if arguments.len() > 3 => {
            return Err(Stop::fault("a text has no capacity; leave the third number out"));
        }
        (Some(text), _) => (text.len(), "bytes"),
        (_, Some(list)) => (list.len(), "elements"),
        _ => return Err(Stop::fault(format!("{} has no parts", value.described()))),
    };
    if arguments.len() == 1 {
        return Ok(value.clone());
    }
    let mut bounds = [0, length, length];
    for (at, number) in arguments.iter().enumerate().skip(1) {
        bounds[at - 1] = place(at, number, length, what)?;
    }
    let [from, to, most] = bounds;
    if from > to || to > most {
        return Err(Stop::fault(format!("a part can't start at {from} and end at {}", to.min(most))));
    }
    if let Some(list) = value.as_list() {
        return Ok(list.part(from, to).into());
    }
    let part = value.as_str().and_then(|text| text.get(from..to));
    part.map(Value::from).ok_or_else(|| {
        Stop::fault(format!(
            "the bytes {from} to {to} cut a character in two; characters beyond ASCII have several bytes"
        ))
    })
}
