//! Labels and annotations of notifications (<https://prometheus.io/docs/alerting/latest/notifications/#kv>).

use std::sync::Arc;

use crate::value::{Field, List, Map, Object, Shape, Value};

/// Labels or annotations: texts by name, with methods.
#[derive(Clone, Debug)]
pub struct Kv(Map);

impl Kv {
    /// Of pairs of a name and a text; of two with the same name the last one counts.
    pub fn new<K: Into<Arc<str>>, V: Into<Arc<str>>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(Map::strings(pairs))
    }

    /// The text of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// The pairs by their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, text.as_str().unwrap_or_default()))
    }

    /// As what templates work on.
    pub fn to_value(&self) -> Value {
        Value::Object(Arc::new(self.clone()))
    }

    /// The pairs in the order of `SortedPairs`: by name, but the alert's name first.
    fn sorted(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_name = |pair: &(&str, &str)| pair.0 == "alertname";
        self.iter().filter(is_name).chain(self.iter().filter(move |pair| !is_name(pair)))
    }
}

impl Default for Kv {
    fn default() -> Self {
        Self::new([("", ""); 0])
    }
}

impl Object for Kv {
    fn type_name(&self) -> &'static str {
        "template.KV"
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Map(&self.0)
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        if method == "Remove" {
            let names = match arguments {
                [names] => names.as_list().filter(|names| names.is_strings()),
                _ => None,
            };
            let Some(names) = names else {
                return Some(Err(
                    "Remove wants one list of names, such as .GroupLabels.Names or stringSlice gives".into(),
                ));
            };
            let stays = |name: &str| !names.items().iter().any(|removed| removed.as_str() == Some(name));
            return Some(Ok(Self::new(self.iter().filter(|(name, _)| stays(name))).to_value()));
        }
        let value: Value = match method {
            "SortedPairs" => Pairs::of(self.sorted()),
            "Names" => List::strings(self.sorted().map(|(name, _)| name)).into(),
            "Values" => List::strings(self.sorted().map(|(_, text)| text)).into(),
            "String" => written(self.sorted()).into(),
            _ => return None,
        };
        Some(if arguments.is_empty() { Ok(value) } else { Err(format!("{method} takes no arguments")) })
    }

    fn text(&self) -> Option<String> {
        Some(written(self.sorted()))
    }
}

/// `name=text, name=text`
fn written<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> = pairs.map(|(name, text)| format!("{name}={text}")).collect();
    pairs.join(", ")
}

/// Pairs in order.
#[derive(Debug)]
struct Pairs(List);

impl Pairs {
    fn of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
        let pair = |(name, text): (&str, &str)| Value::Object(Arc::new(Pair::of(name, text)));
        Value::Object(Arc::new(Self(List::new(pairs.map(pair).collect::<Vec<_>>()))))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.items().iter().filter_map(|pair| match pair {
            Value::Object(object) => match object.shape() {
                Shape::Fields([name, text]) => Some((name.value.as_str()?, text.value.as_str()?)),
                _ => None,
            },
            _ => None,
        })
    }
}

impl Object for Pairs {
    fn type_name(&self) -> &'static str {
        "template.Pairs"
    }

    fn shape(&self) -> Shape<'_> {
        Shape::List(&self.0)
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let value: Value = match method {
            "Names" => List::strings(self.pairs().map(|(name, _)| name)).into(),
            "Values" => List::strings(self.pairs().map(|(_, text)| text)).into(),
            "String" => written(self.pairs()).into(),
            _ => return None,
        };
        Some(if arguments.is_empty() { Ok(value) } else { Err(format!("{method} takes no arguments")) })
    }

    fn text(&self) -> Option<String> {
        Some(written(self.pairs()))
    }
}

/// A name and a text.
#[derive(Debug)]
struct Pair([Field; 2]);

impl Pair {
    fn of(name: &str, text: &str) -> Self {
        Self([
            Field { name: "Name", key: "Name", value: name.into() },
            Field { name: "Value", key: "Value", value: text.into() },
        ])
    }
}

impl Object for Pair {
    fn type_name(&self) -> &'static str {
        "template.Pair"
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Fields(&self.0)
    }
}
