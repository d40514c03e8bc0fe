//! Values as JSON, as Go's `json.Marshal` writes it: what would end a script in HTML is escaped.

use std::fmt::Write as _;

use super::check_depth;
use crate::error::Stop;
use crate::limits::Bounded;
use crate::number::{Style, write_float};
use crate::value::{List, Map, Shape, Value};

/// Writes a value as JSON. A number that JSON does not have is a fault.
pub(crate) fn write_json(out: &mut Bounded, value: &Value) -> Result<(), Stop> {
    check_depth(value)?;
    write(out, value)
}

fn write(out: &mut Bounded, value: &Value) -> Result<(), Stop> {
    match value {
        Value::Nil => out.push("null")?,
        Value::Bool(value) => out.push(if *value { "true" } else { "false" })?,
        Value::Int(value) | Value::Number(_, value) => write!(out, "{value}")?,
        Value::Float(value) => write_number(out, *value)?,
        Value::String(text) | Value::Safe(_, text) => write_text(out, text)?,
        Value::Time(time) => write_text(out, &time.rfc3339())?,
        Value::List(list) => write_list(out, list)?,
        Value::Map(map) => write_map(out, map)?,
        Value::Object(object) => match object.shape() {
            Shape::List(list) => write_list(out, list)?,
            Shape::Map(map) => write_map(out, map)?,
            Shape::Fields(fields) => {
                out.push("{")?;
                for (at, field) in fields.iter().enumerate() {
                    out.push(if at > 0 { "," } else { "" })?;
                    write_text(out, field.key)?;
                    out.push(":")?;
                    write(out, &field.value)?;
                }
                out.push("}")?;
            }
        },
    }
    Ok(())
}

fn write_list(out: &mut Bounded, list: &List) -> Result<(), Stop> {
    out.push("[")?;
    for (at, item) in list.items().iter().enumerate() {
        out.push(if at > 0 { "," } else { "" })?;
        write(out, item)?;
    }
    out.push("]")?;
    Ok(())
}

fn write_map(out: &mut Bounded, map: &Map) -> Result<(), Stop> {
    out.push("{")?;
    for (at, (key, value)) in map.iter().enumerate() {
        out.push(if at > 0 { "," } else { "" })?;
        write_text(out, key)?;
        out.push(":")?;
        write(out, value)?;
    }
    out.push("}")?;
    Ok(())
}

fn write_number(out: &mut Bounded, value: f64) -> Result<(), Stop> {
    if !value.is_finite() {
        return Err(Stop::fault(format!("JSON has no number {value}; make it a text by printf")));
    }
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let mut text = String::new();
        write_float(&mut text, value, Style::Exponent, None)?;
        // Without the zero of an exponent with one digit.
        out.push(&text.replace("e-0", "e-"))?;
        return Ok(());
    }
    write_float(out, value, Style::Fixed, None)?;
    Ok(())
}

fn write_text(out: &mut Bounded, text: &str) -> Result<(), Stop> {
    out.push("\"")?;
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let short = match c {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\x08' => "\\b",
            '\x0c' => "\\f",
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => "",
            _ if c < ' ' => "",
            _ => continue,
        };
        out.push(&text[plain..at])?;
        if short.is_empty() {
            write!(out, "\\u{:04x}", u32::from(c))?;
        } else {
            out.push(short)?;
        }
        plain = at + c.len_utf8();
    }
    out.push(&text[plain..])?;
    out.push("\"")?;
    Ok(())
}
