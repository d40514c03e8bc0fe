//! YAML as it is written: a document with the place of every part, for configuration files whose problems are told with
//! line and column.

mod write;

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

pub use write::write;

/// A place in a file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The character of the line.
    pub column: u32,
}

impl Place {
    /// Where every file begins.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A YAML document with the place of every part. Scalars stay as they are written: whether `1.10` is a number or a label's
/// value is known only to the one who asks.
#[derive(Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// The bytes of the text that say it; of an alias those where its anchor stands. `None` where that is not known.
    pub span: Option<Range<usize>>,
    /// What it is.
    pub kind: Kind,
}

/// What a part of a document is.
#[derive(Debug)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A text, in quotes or not.
    Text(String),
    /// A number or a truth value, as it is written.
    Bare(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Key, Node)>),
}

/// The key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// Where it begins.
    pub place: Place,
    /// What it says.
    pub name: String,
}

/// What stands where nothing does.
static NOTHING: Node = Node { place: Place::START, span: None, kind: Kind::Null };

impl Node {
    /// Reads one document; an empty one is a null. Aliases and merges are resolved.
    ///
    /// # Errors
    ///
    /// For what is no YAML: the place where the reader stopped, and why.
    pub fn read(text: &str) -> Result<Self, (Place, String)> {
        let raw: Option<Spanned<Raw>> = serde_saphyr::from_str(text).map_err(|error| {
            let place = error.location().map_or(Place::START, place);
            // The place stands before the reason, in the form of all problems.
            let reason = error.without_snippet().to_string();
            let reason = reason.lines().next().unwrap_or_default();
            let end = reason.rfind(" at line ").unwrap_or(reason.len());
            (place, reason[..end].to_owned())
        })?;
        Ok(raw.map_or(Self { place: Place::START, span: None, kind: Kind::Null }, |raw| node(raw, text)))
    }

    /// The value of a key; nothing where this is no mapping or has no such key.
    #[must_use]
    pub fn get(&self, name: &str) -> &Self {
        let Kind::Map(pairs) = &self.kind else { return &NOTHING };
        pairs.iter().find(|(key, _)| key.name == name).map_or(&NOTHING, |(_, node)| node)
    }

    /// Whether a key is there with a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        !matches!(self.get(name).kind, Kind::Null)
    }

    /// The place of a key's value, or of the whole where the key is not there.
    #[must_use]
    pub fn place_of(&self, name: &str) -> Place {
        let node = self.get(name);
        if matches!(node.kind, Kind::Null) { self.place } else { node.place }
    }

    /// The items of a list.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    /// What it is, for people.
    #[must_use]
    pub fn what(&self) -> &'static str {
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
        // As it is written: `1.10` and `1.1` are different labels.
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
    Node { place: place(raw.referenced), span: span(raw.defined, text), kind }
}

fn written(at: Location, text: &str) -> Option<String> {
    Some(text.get(span(at, text)?)?.to_owned())
}

/// The bytes of a part without the white space around it; `None` where there are none.
fn span(at: Location, text: &str) -> Option<Range<usize>> {
    let start = usize::try_from(at.span().byte_offset()?).ok()?;
    let end = start + usize::try_from(at.span().byte_len()?).ok()?;
    let slice = text.get(start..end)?;
    let (before, content) = (slice.len() - slice.trim_start().len(), slice.trim());
    (!content.is_empty()).then(|| start + before..start + before + content.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_places_and_the_way_of_writing() {
        let root = Node::read("a: 1.10\nb:\n  - {c: yes, d: 0x10}\n  - \"15s\"\n").unwrap();
        let Kind::Map(pairs) = root.kind else { panic!("a mapping") };
        assert_eq!(pairs[0].1.place, Place { line: 1, column: 4 });
        assert!(matches!(&pairs[0].1.kind, Kind::Bare(text) if text == "1.10"));
        let Kind::List(items) = &pairs[1].1.kind else { panic!("a list") };
        let Kind::Map(inner) = &items[0].kind else { panic!("a mapping") };
        assert_eq!(inner[1].0.place, Place { line: 3, column: 14 });
        assert!(matches!(&inner[1].1.kind, Kind::Bare(text) if text == "0x10"));
        assert!(matches!(&items[1].kind, Kind::Text(text) if text == "15s"));
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
