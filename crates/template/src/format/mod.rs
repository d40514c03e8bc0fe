//! Values as text, by the rules of Go's package `fmt` (<https://pkg.go.dev/fmt>).

mod directive;
mod integer;
mod json;
mod printf;
mod quote;
mod text;
mod value;

use std::fmt::{self, Write};

pub(crate) use json::write_json;
pub(crate) use printf::printf;
pub(crate) use quote::{Quoted, is_printable};

use crate::error::Stop;
use crate::limits::{Bounded, MOST_NESTED_VALUES};
use crate::value::Value;

use directive::Spec;
use value::Place;

/// Values with spaces between those of which neither is a text, as `print` writes them.
pub(crate) fn print(out: &mut Bounded, values: &[Value]) -> Result<(), Stop> {
    let mut after_text = true;
    for (at, value) in values.iter().enumerate() {
        let is_text = value.as_str().is_some();
        if at > 0 && !is_text && !after_text {
            out.push(" ")?;
        }
        write_value(out, value)?;
        after_text = is_text;
    }
    Ok(())
}

/// Values with spaces between them and a line end, as `println` writes them.
pub(crate) fn println(out: &mut Bounded, values: &[Value]) -> Result<(), Stop> {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(" ")?;
        }
        write_value(out, value)?;
    }
    out.push("\n")?;
    Ok(())
}

/// A value as `print` writes it; nothing is `<nil>`.
pub(crate) fn write_value(out: &mut Bounded, value: &Value) -> Result<(), Stop> {
    check_depth(value)?;
    write_plain(out, value)?;
    Ok(())
}

/// A value as an action writes it; nothing is `<no value>`.
pub(crate) fn write_shown(out: &mut Bounded, value: &Value) -> Result<(), Stop> {
    match value {
        Value::Nil => out.push("<no value>")?,
        Value::String(text) | Value::Safe(_, text) => out.push(text)?,
        other => {
            check_depth(other)?;
            value::write(out, other, &Spec::plain(), Place::Action)?;
        }
    }
    Ok(())
}

/// Refuses what is nested too deep to be walked through.
pub(crate) fn check_depth(value: &Value) -> Result<(), Stop> {
    if value.depth() > MOST_NESTED_VALUES {
        let message = format!("lists and maps are nested more than {MOST_NESTED_VALUES} deep");
        return Err(Stop::Limit(crate::error::Limit::Nesting, message));
    }
    Ok(())
}

pub(crate) fn write_plain(out: &mut impl Write, value: &Value) -> fmt::Result {
    value::write(out, value, &Spec::plain(), Place::Argument)
}
