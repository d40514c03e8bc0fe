use std::cell::RefCell;
use std::collections::HashSet;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::failure::Failure;
use crate::config::files::{FileField, PROGRAMS};
use crate::config::mask::{Hidden, Mask};
use crate::config::problem::Place;
use crate::config::secret::NAMES;
use crate::config::stands::{Stands, variable};
use crate::config::url::{NAME, Url};
use watchfire_yaml::{Key, Kind, Node};

/// What the readers of one document share.
pub(super) struct Session<'a> {
    /// Parts that are passed over.
    pub(super) left_out: &'a HashSet<*const Node>,
    /// Keys that nothing is known of.
    pub(super) unknown: RefCell<Vec<(Place, String)>>,
    /// What a secret may be written as instead of itself.
    pub(super) stands: Stands<'a>,
    /// What was read as a secret.
    pub(super) secrets: RefCell<Vec<Hidden>>,
    /// Fields that name files of this machine.
    pub(super) files: RefCell<Vec<FileField>>,
}

/// Whether what is read is a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Hides {
    /// It is none.
    #[default]
    Nothing,
    /// An address: one if it has a password.
    Password,
    /// All of it is.
    All,
}

impl Session<'_> {
    fn has(&self, node: &Node) -> bool {
        !self.left_out.contains(&std::ptr::from_ref(node))
    }

    fn unknown(&self, key: &Key, what: &str, known: &[&str]) {
        let nearest = known
            .iter()
            .map(|name| (strsim::damerau_levenshtein(name, &key.name), *name))
            .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
            .min();
        let mend = match (key.name.as_str(), nearest) {
            ("mattermost_configs", _) => {
                "Mattermost is not there yet; its webhooks understand slack_configs".to_owned()
            }
            ("incidentio_configs", _) => "incident.io is not there yet; use webhook_configs".to_owned(),
            (_, Some((_, name))) => format!("did you mean {name:?}?"),
            // Longer lists help nobody.
            (_, None) if known.len() > 20 => "Alertmanager has no such key there".to_owned(),
            (_, None) => format!("known here are {}", known.join(", ")),
        };
        let reason = format!("unknown key {:?} in {what}; {mend}", key.name);
        self.unknown.borrow_mut().push((key.place, reason));
    }
}

/// Reads one part of a document.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) node: &'a Node,
    /// The key under which it stands.
    pub(super) name: &'a str,
    pub(super) session: &'a Session<'a>,
    /// Whether it is a secret.
    pub(super) hides: Hides,
}

impl<'a> Reader<'a> {
    fn expected(&self, what: &str) -> Failure {
        Failure::new(format!("{what} is expected, and this is {}", self.node.what())).at(self.node)
    }

    fn list<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        let items: &[Node] = match &self.node.kind {
            Kind::Null => &[],
            Kind::List(items) => items,
            _ => return Err(self.expected("a list")),
        };
        visitor
            .visit_seq(Items { reader: self, items: items.iter() })
            .map_err(|failure| failure.at(self.node))
    }

    fn map<V: Visitor<'a>>(self, visitor: V, known: Option<&[&str]>) -> Result<V::Value, Failure> {
        let pairs: &[(Key, Node)] = match &self.node.kind {
            Kind::Null => &[],
            Kind::Map(pairs) => pairs,
            _ => return Err(self.expected("a mapping")),
        };
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            if known.is_some_and(|known| !known.contains(&key.name.as_str())) {
                self.session.unknown(key, self.name, known.unwrap_or_default());
            // An empty field is as good as none; an empty label's value is one.
            } else if self.session.has(value) && (known.is_none() || !matches!(value.kind, Kind::Null)) {
                entries.push((key, value));
            }
        }
        let entries = Entries { reader: self, rest: entries.into_iter(), value: None };
        visitor.visit_map(entries).map_err(|failure| failure.at(self.node))
    }

    /// Notes what names files and programs. Only fields of structs do: the keys of maps are names that people choose.
    fn files(&self, of: &str, known: &[&str]) {
        let Kind::Map(pairs) = &self.node.kind else { return };
        for (key, value) in pairs {
            let named = match of {
                "Config" if key.name == "templates" => true,
                "Header" if key.name == "files" => true,
                "Receiver" if key.name == PROGRAMS => true,
                _ => key.name.ends_with("_file"),
            };
            let given = match &value.kind {
                Kind::Null => false,
                Kind::Text(text) | Kind::Bare(text) => !text.is_empty(),
                Kind::List(items) => !items.is_empty(),
                Kind::Map(_) => true,
            };
            if named && given && known.contains(&key.name.as_str()) {
                let field = FileField { place: value.place, key: key.name.clone() };
                let mut files = self.session.files.borrow_mut();
                // What is read again since a part was left out is noted once.
                if !files.contains(&field) {
                    files.push(field);
                }
            }
        }
    }

    /// What is meant where a secret is read, if that is not what is written; of a configuration that is kept it is noted that there is one.
    fn secret(&self, text: &str) -> Result<Option<String>, Failure> {
        let variable = variable(text).filter(|_| self.hides == Hides::All);
        let kept = match (self.session.stands, variable) {
            (Stands::Written, _) | (Stands::Variables(_), None) => return Ok(None),
            (Stands::Variables(variables), Some(name)) => {
                let unset = || {
                    Failure::new(format!(
                        "the environment variable {name} is not set; set it where the server is started, or write the secret itself"
                    ))
                };
                let value = variables(name).filter(|value| !value.is_empty());
                return value.map(Some).ok_or_else(|| unset().at(self.node));
            }
            // Not repeated: it may be a password that looks like one.
            (Stands::Kept(_), Some(_)) => {
                let reason = "${...} names an environment variable of the server, which only a configuration file (notify.config) may; \
                              write the secret itself, which is kept encrypted";
                return Err(Failure::new(reason).at(self.node));
            }
            (Stands::Kept(kept), None) => kept,
        };
        let hidden = match self.hides {
            Hides::Nothing => false,
            Hides::Password => {
                Mask::read(text).is_some() || Url::new(text).is_ok_and(|url| url.has_password())
            }
            Hides::All => !text.is_empty(),
        };
        if !hidden {
            return Ok(None);
        }
        let known = match Mask::read(text) {
            None => None,
            Some(mask) => Some(mask.reveal(kept).map_err(|reason| Failure::new(reason).at(self.node))?),
        };
        let value = known.clone().unwrap_or_else(|| text.to_owned());
        let (place, span) = (self.node.place, self.node.span.clone());
        self.session.secrets.borrow_mut().push(Hidden { place, span, value });
        Ok(known)
    }

    fn number<T: std::str::FromStr>(&self) -> Result<T, Failure> {
        match &self.node.kind {
            Kind::Bare(text) => text
                .parse()
                .map_err(|_| Failure::new(format!("a whole number is expected, not {text}")).at(self.node)),
            Kind::Text(text) => {
                let mend = if text.parse::<i128>().is_ok() { "; leave the quotes out" } else { "" };
                Err(Failure::new(format!("a whole number is expected, not {text:?}{mend}")).at(self.node))
            }
            _ => Err(self.expected("a whole number")),
        }
    }
}

macro_rules! numbers {
    ($($name:ident $visit:ident),*) => {
        $(fn $name<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
            visitor.$visit(self.number()?).map_err(|failure: Failure| failure.at(self.node))
        })*
    };
}

impl<'a> Deserializer<'a> for Reader<'a> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        let value = match &self.node.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::Text(text) => visitor.visit_str(text),
            Kind::Bare(text) => match (truth(text), text.parse::<i64>(), text.parse::<f64>()) {
                (Some(truth), ..) => visitor.visit_bool(truth),
                (None, Ok(number), _) => visitor.visit_i64(number),
                (None, Err(_), Ok(number)) => visitor.visit_f64(number),
                _ => visitor.visit_str(text),
            },
            Kind::List(_) => self.list(visitor),
            Kind::Map(_) => self.map(visitor, None),
        };
        value.map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        let (Kind::Bare(text) | Kind::Text(text)) = &self.node.kind else {
            return Err(self.expected("true or false"));
        };
        let refused = || Failure::new(format!("true or false is expected, not {text:?}")).at(self.node);
        visitor.visit_bool(truth(text).ok_or_else(refused)?)
    }

    numbers!(
        deserialize_i64 visit_i64,
        deserialize_i32 visit_i32,
        deserialize_u64 visit_u64,
        deserialize_u32 visit_u32
    );

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        let text = match &self.node.kind {
            Kind::Null => "",
            Kind::Text(text) | Kind::Bare(text) => text,
            _ => return Err(self.expected("a text")),
        };
        let secret = self.secret(text)?;
        visitor.visit_str(secret.as_deref().unwrap_or(text)).map_err(|failure: Failure| failure.at(self.node))
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.node.kind {
            Kind::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let hides = match name {
            _ if NAMES.contains(&name) => Hides::All,
            // What is inside of a secret address is an address.
            NAME if self.hides == Hides::Nothing => Hides::Password,
            _ => self.hides,
        };
        visitor.visit_newtype_struct(Self { hides, ..self })
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.map(visitor, None)
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.files(name, fields);
        self.map(visitor, Some(fields))
    }

    forward_to_deserialize_any! {
        <V: Visitor<'a>>
        i8 i16 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier
        ignored_any
    }
}

/// A truth value, in the words of YAML 1.1, which Alertmanager reads.
fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => Some(false),
        _ => None,
    }
}

struct Items<'a> {
    reader: Reader<'a>,
    items: std::slice::Iter<'a, Node>,
}

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let session = self.reader.session;
        let Some(node) = self.items.by_ref().find(|node| session.has(node)) else { return Ok(None) };
        seed.deserialize(Reader { node, ..self.reader }).map(Some).map_err(|failure| failure.at(node))
    }
}

struct Entries<'a> {
    reader: Reader<'a>,
    rest: std::vec::IntoIter<(&'a Key, &'a Node)>,
    value: Option<(&'a Key, &'a Node)>,
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        self.value = self.rest.next();
        let Some((key, node)) = self.value else { return Ok(None) };
        let name = serde::de::value::StrDeserializer::new(&key.name);
        seed.deserialize(name).map(Some).map_err(|failure: Failure| failure.at(node).of(&key.name))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some((key, node)) = self.value.take() else {
            return Err(Failure::new("a value is asked for before its key"));
        };
        seed.deserialize(Reader { node, name: &key.name, ..self.reader })
            .map_err(|failure| failure.at(node).of(&key.name))
    }
}
