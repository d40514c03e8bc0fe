//! How the objects of a dashboard are read: field by field, into what they are by default.
//!
//! What serde derives keeps each field in a place of its own until the object has ended, and cleans all of them up wherever
//! something can fail. For objects with so many fields that was a twentieth of what a browser loaded for a dashboard.

use std::fmt::{Formatter, Result as FmtResult};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What is read field by field; `fields!` implements it.
pub(crate) trait Fields: Default {
    /// What an error says is expected.
    const EXPECTED: &'static str;

    /// The names of its fields, as files write them; 64 at most.
    const NAMES: &'static [&'static str];

    /// Reads the value of the field with this place in [`NAMES`](Self::NAMES).
    fn read<'de, A: MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error>;

    /// Where what is not known is kept; without it that is an error.
    fn other(&mut self) -> Option<&mut Map<String, Value>> {
        None
    }
}

/// Reads an object. Fields that are left out are what they are by default; one that is there twice is an error.
pub(crate) fn read_fields<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Reader(PhantomData))
}

/// The value of a field: compiled once for each type of value, not for each field.
#[inline(never)]
pub(crate) fn value<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<T, A::Error> {
    map.next_value()
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Fields> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, out: &mut Formatter<'_>) -> FmtResult {
        out.write_str(T::EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        let mut seen = 0_u64;
        let keeps = object.other().is_some();
        while let Some(name) = map.next_key_seed(Names { known: T::NAMES, keeps })? {
            match (name, object.other()) {
                (Name::Known(at), _) => {
                    if seen & (1 << at) != 0 {
                        return Err(A::Error::duplicate_field(T::NAMES[at]));
                    }
                    seen |= 1 << at;
                    object.read(at, &mut map)?;
                }
                (Name::Other(name), Some(other)) => {
                    other.insert(name, map.next_value()?);
                }
                (Name::Other(_), None) => {}
            }
        }
        Ok(object)
    }
}

/// A field's name in a file.
enum Name {
    /// The place among those that are known.
    Known(usize),
    Other(String),
}

/// Reads a name. That it is not known is told here, where the error gets its place.
struct Names {
    known: &'static [&'static str],
    keeps: bool,
}

impl<'de> DeserializeSeed<'de> for Names {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Names {
    type Value = Name;

    fn expecting(&self, out: &mut Formatter<'_>) -> FmtResult {
        out.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
        match self.known.iter().position(|known| *known == name) {
            Some(at) => Ok(Name::Known(at)),
            None if self.keeps => Ok(Name::Other(name.to_owned())),
            None => Err(E::unknown_field(name, self.known)),
        }
    }
}

/// Reads a struct field by field: `fields! { Name { field, matcher as "match" } }`; with `keeps other` behind it what is not
/// known goes into that field.
macro_rules! fields {
    ($name:ident { $($field:ident $(as $written:literal)?),* $(,)? } $(keeps $other:ident)?) => {
        impl crate::fields::Fields for $name {
            const EXPECTED: &'static str = concat!("struct ", stringify!($name));
            const NAMES: &'static [&'static str] = &[$(fields!(@ $field $($written)?)),*];

            fn read<'de, A: serde::de::MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
                #[allow(non_camel_case_types, reason = "they are the names of fields")]
                enum At { $($field),* }
                $(if at == At::$field as usize {
                    self.$field = crate::fields::value(map)?;
                })*
                Ok(())
            }

            $(fn other(&mut self) -> Option<&mut serde_json::Map<String, serde_json::Value>> {
                Some(&mut self.$other)
            })?
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::fields::read_fields(deserializer)
            }
        }
    };
    (@ $field:ident) => { stringify!($field) };
    (@ $field:ident $written:literal) => { $written };
}

/// Reads one of `words`, and tells which.
pub(crate) fn read_word<'de, D: Deserializer<'de>>(
    deserializer: D,
    words: &'static [&'static str],
) -> Result<usize, D::Error> {
    deserializer.deserialize_str(Words(words))
}

struct Words(&'static [&'static str]);

impl Visitor<'_> for Words {
    type Value = usize;

    fn expecting(&self, out: &mut Formatter<'_>) -> FmtResult {
        out.write_str("one of ")?;
        out.write_str(&self.0.join(", "))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<usize, E> {
        let at = self.0.iter().position(|known| *known == word);
        at.ok_or_else(|| E::unknown_variant(word, self.0))
    }
}

/// Writes and reads an enum as words: `words! { Name { Variant = "word" } }`.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl $name {
            const WORDS: &'static [&'static str] = &[$($word),*];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self { $(Self::$variant => $word),* })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let at = crate::fields::read_word(deserializer, Self::WORDS)?;
                Ok([$(Self::$variant),*][at])
            }
        }
    )*};
}

pub(crate) use {fields, words};
