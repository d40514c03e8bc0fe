//! Any value by a verb of `printf`.

use std::fmt::{self, Write};

use super::directive::Spec;
use super::integer::{write_int, write_number};
use super::text::write_text;
use crate::value::{Field, List, Map, Shape, Value};

/// Where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By an action itself.
    Action,
    /// As an argument of a function.
    Argument,
    /// In a list, a map or a struct.
    Inside,
}

/// Writes a value.
pub(super) fn write(out: &mut impl Write, value: &Value, spec: &Spec, place: Place) -> fmt::Result {
    // What prints itself does so for the verbs of texts.
    if matches!(spec.verb, 'v' | 's' | 'q' | 'x' | 'X') && !spec.source {
        let own = match value {
            Value::Number(unit, number) => Some(unit.text(*number)),
            Value::Time(time) => Some(time.to_string()),
            Value::Object(object) => object.text(),
            _ => None,
        };
        if let Some(text) = own {
            write_text(out, &text, spec)?;
            return Ok(());
        }
    }
    let fits = match value {
        Value::Nil => {
            // In a list it is an empty place, which any verb shows.
            match spec.verb {
                'v' if spec.source && place == Place::Inside => out.write_str("interface {}(nil)")?,
                _ if place == Place::Inside => out.write_str("<nil>")?,
                'v' => spec.pad(out, "<nil>")?,
                verb => write!(out, "%!{verb}(<nil>)")?,
            }
            return Ok(());
        }
        Value::Bool(value) => match spec.verb {
            'v' | 't' => spec.pad(out, if *value { "true" } else { "false" }).map(|()| true)?,
            _ => false,
        },
        Value::Int(value) | Value::Number(_, value) => write_int(out, *value, spec)?,
        Value::Float(value) => write_number(out, *value, spec)?,
        Value::String(text) | Value::Safe(_, text) => write_text(out, text, spec)?,
        Value::Time(time) => return write(out, &Value::from(time.to_string()), spec, place),
        Value::List(list) => return write_list(out, list, list.type_name(), spec),
        Value::Map(map) => return write_map(out, map, map.type_name(), spec),
        Value::Object(object) => {
            let name = object.type_name();
            return match object.shape() {
                Shape::Fields(fields) => write_fields(out, fields, (name, place), spec),
                Shape::List(list) => write_list(out, list, name, spec),
                Shape::Map(map) => write_map(out, map, name, spec),
            };
        }
    };
    if !fits {
        write!(out, "%!{}({}=", spec.verb, value.type_name())?;
        let number = if let Value::Number(_, number) = value { Some(Value::Int(*number)) } else { None };
        write(out, number.as_ref().unwrap_or(value), &Spec { verb: 'v', ..*spec }, place)?;
        out.write_char(')')?;
    }
    Ok(())
}

fn write_list(out: &mut impl Write, list: &List, name: &str, spec: &Spec) -> fmt::Result {
    let (open, between, close) = if spec.source { ("{", ", ", "}") } else { ("[", " ", "]") };
    if spec.source {
        out.write_str(name)?;
    }
    out.write_str(open)?;
    for (at, item) in list.items().iter().enumerate() {
        if at > 0 {
            out.write_str(between)?;
        }
        write(out, item, spec, Place::Inside)?;
    }
    out.write_str(close)
}

fn write_map(out: &mut impl Write, map: &Map, name: &str, spec: &Spec) -> fmt::Result {
    let source = spec.source;
    out.write_str(if source { name } else { "map" })?;
    out.write_str(if source { "{" } else { "[" })?;
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            out.write_str(if source { ", " } else { " " })?;
        }
        write(out, &Value::String(key.clone()), spec, Place::Inside)?;
        out.write_char(':')?;
        write(out, value, spec, Place::Inside)?;
    }
    out.write_str(if source { "}" } else { "]" })
}

fn write_fields(
    out: &mut impl Write,
    fields: &[Field],
    (name, place): (&str, Place),
    spec: &Spec,
) -> fmt::Result {
    let source = spec.source;
    // A pointer shows what it points to, and an action what a pointer points to.
    let (pointer, name) = name.strip_prefix('*').map_or((false, name), |name| (true, name));
    if pointer && place != Place::Action {
        out.write_char('&')?;
    }
    if source {
        out.write_str(name)?;
    }
    out.write_char('{')?;
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.write_str(if source { ", " } else { " " })?;
        }
        if source || spec.names {
            write!(out, "{}:", field.name)?;
        }
        write(out, &field.value, spec, Place::Inside)?;
    }
    out.write_char('}')
}
