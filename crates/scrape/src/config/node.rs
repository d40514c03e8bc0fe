use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::problem::Place;

/// A YAML document with the place of every part. Scalars stay as they are written: whether `1.10` is a number or a
/// label's value is known only to the one who asks.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) place: Place,
    pub(super) name: String,
}

impl Node {
    /// Reads one document; an empty one is a null. The error has the place where the reader stopped.
    pub(super) fn read(text: &str) -> Result<Self, (Place, String)> {
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

    /// What it is, for people.
    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Scalar(_) => "a single value",
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
        Raw::Text(value) => Kind::Scalar(value),
        // A number as it is written: `1.10` and `1.1` are different labels.
        Raw::Other(value) => Kind::Scalar(written(raw.defined, text).unwrap_or(value)),
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
    Other(String),
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
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_places_and_the_way_of_writing() {
        let root = Node::read("a: 1.10\nb:\n  - {c: yes, d: 0x10}\n  - \"15s\"\n").unwrap();
        let Kind::Map(pairs) = root.kind else { panic!("a mapping") };
        assert_eq!(pairs[0].1.place, Place { line: 1, column: 4 });
        assert!(matches!(&pairs[0].1.kind, Kind::Scalar(text) if text == "1.10"));
        let Kind::List(items) = &pairs[1].1.kind else { panic!("a list") };
        let Kind::Map(inner) = &items[0].kind else { panic!("a mapping") };
        assert_eq!(inner[1].0.place, Place { line: 3, column: 14 });
        assert!(matches!(&inner[1].1.kind, Kind::Scalar(text) if text == "0x10"));
        assert!(matches!(&items[1].kind, Kind::Scalar(text) if text == "15s"));
    }

    #[test]
    fn aliases_and_merges_are_resolved() {
        let root = Node::read("x: &a {p: 1}\ny: *a\nz:\n  <<: *a\n  q: 2\n").unwrap();
        let Kind::Map(pairs) = root.kind else { panic!("a mapping") };
        assert!(matches!(&pairs[1].1.kind, Kind::Map(inner) if inner[0].0.name == "p"));
        assert!(matches!(&pairs[2].1.kind, Kind::Map(inner) if inner.len() == 2));
    }

    #[test]
    fn an_empty_file_is_nothing_and_a_broken_one_an_error() {
        assert!(matches!(Node::read("").unwrap().kind, Kind::Null));
        assert!(matches!(Node::read("# only words\n").unwrap().kind, Kind::Null));
        let (place, reason) = Node::read("a: [1\nb: 2\n").unwrap_err();
        assert!(place.line >= 1 && !reason.contains(" at line "), "{reason}");
    }
}
