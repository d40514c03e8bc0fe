//! Writes fields of protobuf from values of JSON.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::schema::{Field, Form};
use crate::protobuf::put_varint;

/// Reads an object and writes it as a message.
pub(super) fn message<'de, D: Deserializer<'de>>(
    reader: D,
    fields: &'static [Field],
    into: &mut Vec<u8>,
) -> Result<(), D::Error> {
    reader.deserialize_any(Value { name: "the request", form: Form::Message(fields), into })
}

/// Finds the field of a name; `None` for one that is not known.
struct Name(&'static [Field]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<&'static Field>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<&'static Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|field| field.name == name))
    }
}

/// A field with its tag; nothing for `null`.
struct Tagged<'a> {
    field: &'static Field,
    into: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Tagged<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Tagged<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.field.repeated { "a list" } else { self.field.form.expected() })
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        let Self { field, into } = self;
        if field.repeated {
            return reader.deserialize_any(List { field, into });
        }
        put_varint(into, (field.number << 3 | field.form.wire()).into());
        reader.deserialize_any(Value { name: field.name, form: field.form, into })
    }
}

/// The values of a field that may be there several times: each with its tag, or packed.
struct List<'a> {
    field: &'static Field,
    into: &'a mut Vec<u8>,
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list in {}", self.field.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { field, into } = self;
        let (name, form) = (field.name, field.form);
        if form.wire() == 2 {
            loop {
                let start = into.len();
                put_varint(into, (field.number << 3 | 2).into());
                if list.next_element_seed(Value { name, form, into: &mut *into })?.is_none() {
                    into.truncate(start);
                    return Ok(());
                }
            }
        }
        put_varint(into, (field.number << 3 | 2).into());
        with_length(into, |into| {
            while list.next_element_seed(Value { name, form, into: &mut *into })?.is_some() {}
            Ok(())
        })
    }
}

/// One value without its tag.
struct Value<'a> {
    name: &'static str,
    form: Form,
    into: &'a mut Vec<u8>,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl Value<'_> {
    fn unfit<E: Error>(&self) -> E {
        E::custom(format_args!("{} must be {}", self.name, self.form.expected()))
    }

    /// Writes a whole number.
    fn whole<E: Error>(self, number: i128) -> Result<(), E> {
        let fits = |fits: bool| if fits { Ok(()) } else { Err(self.unfit()) };
        match self.form {
            Form::Uint => {
                fits(u64::try_from(number).is_ok())?;
                put_varint(self.into, number as u64);
            }
            Form::Int64 => {
                fits(i64::try_from(number).is_ok())?;
                put_varint(self.into, number as u64);
            }
            Form::Sint32 => {
                fits(i32::try_from(number).is_ok())?;
                let number = number as i32;
                put_varint(self.into, u64::from((number << 1 ^ number >> 31) as u32));
            }
            Form::Fixed64 => {
                fits(u64::try_from(number).is_ok())?;
                self.into.extend_from_slice(&(number as u64).to_le_bytes());
            }
            Form::Sfixed64 => {
                fits(i64::try_from(number).is_ok())?;
                self.into.extend_from_slice(&(number as i64).to_le_bytes());
            }
            Form::Double => self.into.extend_from_slice(&(number as f64).to_le_bytes()),
            _ => return Err(self.unfit()),
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.form.expected(), self.name)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        if matches!(self.form, Form::Bool) {
            self.into.push(value.into());
            return Ok(());
        }
        Err(self.unfit())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.whole(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.whole(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        if matches!(self.form, Form::Double) {
            self.into.extend_from_slice(&value.to_le_bytes());
            return Ok(());
        }
        // Such as 5e3: what JSON calls a number may be a whole one.
        if value.trunc().to_bits() == value.to_bits() && value.abs() < 1e18 {
            return self.whole(value as i128);
        }
        Err(self.unfit())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.form {
            Form::Text => {
                put_varint(self.into, text.len() as u64);
                self.into.extend_from_slice(text.as_bytes());
            }
            Form::Hex => {
                let bytes = hex(text).ok_or_else(|| self.unfit())?;
                put_varint(self.into, bytes.len() as u64);
                self.into.extend_from_slice(&bytes);
            }
            Form::Base64 => {
                let bytes = base64(text).ok_or_else(|| self.unfit())?;
                put_varint(self.into, bytes.len() as u64);
                self.into.extend_from_slice(&bytes);
            }
            // It reads these three words too, in any case.
            Form::Double => {
                let number: f64 = text.parse().map_err(|_| self.unfit())?;
                self.into.extend_from_slice(&number.to_le_bytes());
            }
            Form::Bool | Form::Message(_) => return Err(self.unfit()),
            _ => {
                let number = text.parse().map_err(|_| self.unfit())?;
                return self.whole(number);
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Form::Message(fields) = self.form else { return Err(self.unfit()) };
        let mut write = |into: &mut Vec<u8>| {
            while let Some(field) = map.next_key_seed(Name(fields))? {
                match field {
                    Some(field) => map.next_value_seed(Tagged { field, into: &mut *into })?,
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(())
        };
        // The request itself has no length before it.
        if self.name == "the request" { write(self.into) } else { with_length(self.into, write) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.unfit())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.unfit())
    }
}

/// Writes what `write` does after its length, which is mostly one byte.
fn with_length<E>(into: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
    let at = into.len();
    into.push(0);
    write(into)?;
    let end = into.len();
    let length = end - at - 1;
    if length < 0x80 {
        into[at] = length as u8;
    } else {
        // Its first byte takes the place that is there, the others go between it and what was written.
        put_varint(into, length as u64);
        into[at] = into.remove(end);
        let others = into.len() - end;
        into[at + 1..].rotate_right(others);
    }
    Ok(())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let pairs = pairs.iter().map(|[high, low]| Some((digit(*high)? << 4 | digit(*low)?) as u8));
    if rest.is_empty() { pairs.collect() } else { None }
}

/// Both alphabets, with padding or without: protobuf's JSON takes each.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut group, mut bits) = (0_u32, 0);
    for sign in text.trim_end_matches('=').bytes() {
        let six = match sign {
            b'A'..=b'Z' => sign - b'A',
            b'a'..=b'z' => sign - b'a' + 26,
            b'0'..=b'9' => sign - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        group = group << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((group >> bits) as u8);
        }
    }
    Some(bytes)
}
