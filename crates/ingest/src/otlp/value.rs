//! Attributes and their values.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::refused::Reason;
use super::wire::{any_value, key_value, values};
use crate::protobuf::{Broken, Reader};

/// How deep arrays and lists may nest.
const MOST_DEPTH: usize = 16;

/// An `AnyValue`.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Empty,
    Text(&'a [u8]),
    Bool(bool),
    Int(i64),
    Double(f64),
    Array(Reader<'a>),
    Fields(Reader<'a>),
    Bytes(&'a [u8]),
}

/// Reads a `KeyValue`.
#[inline]
pub(super) fn attribute(mut reader: Reader<'_>) -> Result<(&[u8], Value<'_>), Broken> {
    let (mut key, mut value) = (&[][..], Value::Empty);
    while let Some(tag) = reader.tag()? {
        match tag {
            key_value::KEY => key = reader.bytes()?,
            key_value::VALUE => value = read(reader.message()?)?,
            other => reader.skip(other, key_value::FIELDS)?,
        }
    }
    Ok((key, value))
}

/// Reads an `AnyValue`.
#[inline]
fn read(mut reader: Reader<'_>) -> Result<Value<'_>, Broken> {
    let mut value = Value::Empty;
    while let Some(tag) = reader.tag()? {
        value = match tag {
            any_value::STRING => Value::Text(reader.bytes()?),
            any_value::BOOL => Value::Bool(reader.varint()? != 0),
            any_value::INT => Value::Int(reader.int64()?),
            any_value::DOUBLE => Value::Double(reader.double()?),
            any_value::ARRAY => Value::Array(reader.message()?),
            any_value::KVLIST => Value::Fields(reader.message()?),
            any_value::BYTES => Value::Bytes(reader.bytes()?),
            other => {
                reader.skip(other, any_value::FIELDS)?;
                continue;
            }
        };
    }
    Ok(value)
}

/// Reads the messages within an `ArrayValue` or a `KeyValueList`.
fn each<'a>(
    mut list: Reader<'a>,
    mut see: impl FnMut(Reader<'a>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    while let Some(tag) = list.tag()? {
        match tag {
            values::VALUES => see(list.message()?)?,
            other => list.skip(other, values::FIELDS)?,
        }
    }
    Ok(())
}

/// Checks a `KeyValue`, so that a key of a series that holds it can be read later. Says what is wrong with one that is
/// whole but cannot be a label.
#[inline]
pub(super) fn check(reader: Reader<'_>) -> Result<Option<Reason>, Broken> {
    let (key, value) = attribute(reader)?;
    let flaw = if key.is_empty() { Some(Reason::AttributeKey) } else { text_flaw(key) };
    Ok(flaw.or(match value {
        Value::Text(text) => text_flaw(text),
        Value::Array(_) | Value::Fields(_) => check_list(value, 1)?,
        _ => None,
    }))
}

#[inline]
fn text_flaw(text: &[u8]) -> Option<Reason> {
    (!text.is_ascii() && std::str::from_utf8(text).is_err()).then_some(Reason::AttributeText)
}

fn check_list(value: Value<'_>, depth: usize) -> Result<Option<Reason>, Broken> {
    if depth > MOST_DEPTH {
        return Ok(Some(Reason::AttributeDepth));
    }
    let mut flaw = None;
    match value {
        Value::Text(text) => flaw = text_flaw(text),
        Value::Array(list) => each(list, |item| {
            flaw = flaw.or(check_list(read(item)?, depth + 1)?);
            Ok(())
        })?,
        Value::Fields(list) => each(list, |item| {
            let (key, value) = attribute(item)?;
            flaw = flaw.or(text_flaw(key)).or(check_list(value, depth + 1)?);
            Ok(())
        })?,
        _ => {}
    }
    Ok(flaw)
}

/// Text in UTF-8; of what was not checked, what is none in it is shown as such.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

impl<'a> Value<'a> {
    /// The value of a label: text as it is, bytes in base 64, arrays and lists as JSON.
    pub(super) fn text(self) -> Cow<'a, str> {
        match self {
            Value::Empty => Cow::Borrowed(""),
            Value::Text(bytes) => text(bytes),
            Value::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Value::Int(value) => Cow::Owned(value.to_string()),
            Value::Double(value) => Cow::Owned(double(value)),
            Value::Bytes(bytes) => Cow::Owned(base64(bytes)),
            Value::Array(_) | Value::Fields(_) => {
                let mut json = String::new();
                self.write_json(&mut json, 1);
                Cow::Owned(json)
            }
        }
    }

    fn write_json(self, into: &mut String, depth: usize) {
        match self {
            Value::Empty => into.push_str("null"),
            Value::Text(_) | Value::Bytes(_) => write_json_text(into, &self.text()),
            // JSON has no such numbers.
            Value::Double(value) if !value.is_finite() => write_json_text(into, &self.text()),
            Value::Bool(_) | Value::Int(_) | Value::Double(_) => into.push_str(&self.text()),
            // Checked before, so this is never left out.
            Value::Array(_) | Value::Fields(_) if depth > MOST_DEPTH => into.push_str("null"),
            Value::Array(list) => {
                into.push('[');
                let mut comma = "";
                // Broken bytes were refused when the attribute was checked.
                let _ = each(list, |item| {
                    into.push_str(std::mem::replace(&mut comma, ","));
                    read(item)?.write_json(into, depth + 1);
                    Ok(())
                });
                into.push(']');
            }
            Value::Fields(list) => {
                // By key, so that the text does not depend on the order in which they came.
                let mut fields = BTreeMap::new();
                let _ = each(list, |item| {
                    let (key, value) = attribute(item)?;
                    fields.insert(text(key), value);
                    Ok(())
                });
                into.push('{');
                let mut comma = "";
                for (key, value) in fields {
                    into.push_str(std::mem::replace(&mut comma, ","));
                    write_json_text(into, &key);
                    into.push(':');
                    value.write_json(into, depth + 1);
                }
                into.push('}');
            }
        }
    }
}

fn write_json_text(into: &mut String, text: &str) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => into.extend(['\\', c]),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            // Writing to a String cannot fail.
            '\0'..=' ' if c != ' ' => drop(write!(into, "\\u{:04x}", u32::from(c))),
            _ => into.push(c),
        }
    }
    into.push('"');
}

/// A number as JavaScript writes it, which Prometheus does too: very large and very small ones with an exponent.
fn double(value: f64) -> String {
    let size = value.abs();
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    if size == 0.0 || value.is_nan() || (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    if size < 1.0 { text } else { text.replace('e', "e+") }
}

/// The standard alphabet with padding; <https://www.rfc-editor.org/rfc/rfc4648#section-4>.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let group =
            three.iter().fold(0, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let sign = ALPHABET[(group >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::put_bytes;

    /// An `AnyValue` with one field that has a length.
    fn wrapped(field: u32, bytes: &[u8]) -> Vec<u8> {
        let mut message = Vec::new();
        put_bytes(&mut message, field, bytes);
        message
    }

    #[test]
    fn values_become_text() {
        let number = |value: f64| [b"\x21".as_slice(), &value.to_le_bytes()].concat();
        let list =
            wrapped(5, &[wrapped(1, b"\x0a\x03a\"\n"), wrapped(1, b"\x10\x01"), wrapped(1, b"")].concat());
        let entry = |key: &[u8], value: &[u8]| wrapped(1, &[wrapped(1, key), wrapped(2, value)].concat());
        let fields = wrapped(6, &[entry(b"z", &list), entry(b"a", b"\x18\x07")].concat());
        for (message, expected) in [
            (b"".to_vec(), ""),
            (wrapped(1, "é".as_bytes()), "é"),
            (b"\x10\x00".to_vec(), "false"),
            (b"\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01".to_vec(), "-1"),
            (number(1.0), "1"),
            (number(-0.25), "-0.25"),
            (number(1e21), "1e+21"),
            (number(1.5e-7), "1.5e-7"),
            (number(f64::NAN), "NaN"),
            (number(f64::NEG_INFINITY), "-Inf"),
            (wrapped(7, b"\x00\xff\x10\x20"), "AP8QIA=="),
            (wrapped(7, b"abc"), "YWJj"),
            (list, r#"["a\"\n",true,null]"#),
            (fields, r#"{"a":7,"z":["a\"\n",true,null]}"#),
        ] {
            assert_eq!(read(Reader::new(&message)).unwrap().text(), expected, "{message:x?}");
        }
    }

    #[test]
    fn depth_has_a_limit() {
        for (depth, flaw) in
            [(15, None), (17, Some(Reason::AttributeDepth)), (3000, Some(Reason::AttributeDepth))]
        {
            let value = (0..depth).fold(b"\x10\x01".to_vec(), |inner, _| wrapped(5, &wrapped(1, &inner)));
            let attribute = [wrapped(1, b"deep"), wrapped(2, &value)].concat();
            assert_eq!(check(Reader::new(&attribute)), Ok(flaw), "{depth}");
        }
    }
}
