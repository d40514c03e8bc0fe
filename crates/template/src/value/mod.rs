//! What templates work on.

mod collection;
mod compare;
mod object;

use std::fmt;
use std::sync::Arc;

pub use collection::{List, Map};
pub(crate) use compare::{equal, less};
pub use object::{Field, Object, Shape};

use crate::time::{Time, Unit};

/// What templates work on. The kinds are those of Go as far as templates can tell them apart: `eq 1 1.0` is an error.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing: what is not there.
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number (`int`).
    Int(i64),
    /// A number (`float64`).
    Float(f64),
    /// A text (`string`).
    String(Arc<str>),
    /// A text that HTML takes as it is at places of its kind.
    Safe(Safe, Arc<str>),
    /// A whole number of a unit: nanoseconds of a duration, a month from 1, a weekday from Sunday 0.
    Number(Unit, i64),
    /// A moment.
    Time(Time),
    /// Values in order (`[]interface {}`, `[]string`).
    List(List),
    /// Values by name (`map[string]interface {}`, `map[string]string`).
    Map(Map),
    /// Something with fields or methods.
    Object(Arc<dyn Object>),
}

/// Where a safe text is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safe {
    /// As HTML.
    Html,
    /// As a URL, or a part of one.
    Url,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::String(text.into())
    }

    /// Whether `{{ if }}` takes it for true: nothing, zero and what is empty is false.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) | Self::Number(_, value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::String(text) | Self::Safe(_, text) => !text.is_empty(),
            Self::Time(_) => true,
            Self::List(list) => !list.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => match object.shape() {
                Shape::Fields(_) => true,
                Shape::List(list) => !list.is_empty(),
                Shape::Map(map) => !map.is_empty(),
            },
        }
    }

    /// Its elements, if it is a list or an object that is one.
    pub fn as_list(&self) -> Option<&List> {
        match self {
            Self::List(list) => Some(list),
            Self::Object(object) => match object.shape() {
                Shape::List(list) => Some(list),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its entries, if it is a map or an object that is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            Self::Object(object) => match object.shape() {
                Shape::Map(map) => Some(map),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its text, if it is one, safe or not.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) | Self::Safe(_, text) => Some(text),
            _ => None,
        }
    }

    /// What Go calls its type.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::String(_) => "string",
            Self::Safe(Safe::Html, _) => "template.HTML",
            Self::Safe(Safe::Url, _) => "template.URL",
            Self::Number(unit, _) => unit.type_name(),
            Self::Time(_) => "time.Time",
            Self::List(list) => list.type_name(),
            Self::Map(map) => map.type_name(),
            Self::Object(object) => object.type_name(),
        }
    }

    /// What it is, with an article, for errors.
    pub(crate) fn described(&self) -> String {
        match self {
            Self::Nil => "nil".into(),
            Self::List(list) if list.is_strings() => "a list of strings".into(),
            Self::List(_) => "a list".into(),
            Self::Map(map) if map.is_strings() => "a map of strings".into(),
            Self::Map(_) => "a map".into(),
            Self::Time(_) => "a time".into(),
            Self::Int(_) => "an int".into(),
            other => format!("a {}", other.type_name()),
        }
    }

    /// How deep lists and maps are in each other; an object is as deep as what it is made of.
    pub(crate) fn depth(&self) -> u16 {
        match self {
            Self::List(list) => list.depth(),
            Self::Map(map) => map.depth(),
            Self::Object(object) => match object.shape() {
                Shape::Fields(fields) => {
                    fields.iter().map(|field| field.value.depth()).max().unwrap_or(0).saturating_add(1)
                }
                Shape::List(list) => list.depth(),
                Shape::Map(map) => map.depth(),
            },
            _ => 0,
        }
    }
}

/// As `print` writes it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::format::write_plain(f, self)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::String(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Self::List(list)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        Self::Time(time)
    }
}
