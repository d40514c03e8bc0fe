use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::config::problem::Place;

/// A YAML document with the place of every part. Scalars stay as they are written: whether `1.10` is a number or a label's
/// value is known only to the one who asks.
#[derive(Debug)]
pub(in crate::config) struct Node {
    pub(in crate::config) place: Place,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    /// A text, in quotes or not.
    Text(String),
    /// A number or a truth value, as it is written.
    Bare(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: String,
}

/// What stands where nothing does.
static NOTHING: Node = Node { place: Place::START, kind: Kind::Null };

impl Node {
    /// Reads one document; an empty one is a null. The error has the place where the reader stopped.
    pub(in crate::config) fn read(text: &str) -> Result<Self, (Place, String)> {
        let raw: Option<Spanned<Raw>> = serde_saphyr::from_str(text).map_err(|error| {
            let place = error.location().map_or(Place::START, place);
            // The place stands before the reason, in the form of all problems.
            let reason = error.without_snippet().to_string();
            let reason = reason.lines().next().unwrap_or_default();
            let end = reason.rfind(" at line ").unwrap_or(reason.len());
            (place, reason[..end].to_owned())
        })?;
        Ok(raw.map_or(Self { place: Place::START, kind: Kind::Null }, |raw| node(raw, text)))
    }

    /// The value of a key; nothing where this is no mapping or has no such key.
    pub(in crate::config) fn get(&self, name: &str) -> &Self {
        let Kind::Map(pairs) = &self.kind else { return &NOTHING };
        pairs.iter().find(|(key, _)| key.name == name).map_or(&NOTHING, |(_, node)| node)
    }

    /// Whether a key is there with a value.
    pub(in crate::config) fn has(&self, name: &str) -> bool {
        !matches!(self.get(name).kind, Kind::Null)
    }

    /// The place of a key's value, or of the whole where the key is not there.
    pub(in crate::config) fn place_of(&self, name: &str) -> Place {
        let node = self.get(name);
        if matches!(node.kind, Kind::Null) { self.place } else { node.place }
    }

    /// The items of a list.
    pub(in crate::config) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, for people.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Text(_) | Kind::Bare(_) => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}

fn place(at: Location) -> Place {
    Place { line: at.line() as u32, column: at.column() as u32 }
}

fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let kind = match raw.value {
        Raw::Null => Kind::Null,
        Raw::Text(value) => Kind::Text(value),
        Raw::Bare(value) => Kind::Bare(written(raw.defined, text).unwrap_or(value)),
        Raw::List(items) => Kind::List(items.into_iter().map(|item| node(item, text)).collect()),
        Raw::Map(pairs) => Kind::Map(
            pairs
                .into_iter()
                .map(|(key, value)| {
                    (Key { place: place(key.referenced), name: key.value }, node(value, text))
                })
                .collect(),
        ),
    };
    Node { place: place(raw.referenced), kind }
}

fn written(at: Location, text: &str) -> Option<String> {
    let start = usize::try_from(at.span().byte_offset()?).ok()?;
    let end = start + usize::try_from(at.span().byte_len()?).ok()?;
    let slice = text.get(start..end)?.trim();
    (!slice.is_empty()).then(|| slice.to_owned())
}

enum Raw {
    Null,
    Text(String),
    Bare(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bare(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Bare(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Bare(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Bare(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
