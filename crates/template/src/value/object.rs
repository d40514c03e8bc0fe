//! Things with fields and methods.

use std::fmt;

use super::{List, Map, Value};

/// Something that templates can look into: a struct, or a list or map with methods.
pub trait Object: fmt::Debug + Send + Sync {
    /// What Go calls its type.
    fn type_name(&self) -> &str;

    /// What it is besides its methods.
    fn shape(&self) -> Shape<'_>;

    /// Calls a method; `None` if there is none of this name. An error says what is wrong with the arguments.
    fn call(&self, _method: &str, _arguments: &[Value]) -> Option<Result<Value, String>> {
        None
    }

    /// How it is printed, if not as Go prints what it is made of.
    fn text(&self) -> Option<String> {
        None
    }
}

/// What an object is besides its methods.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// A struct.
    Fields(&'a [Field]),
    /// A list.
    List(&'a List),
    /// A map.
    Map(&'a Map),
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in templates.
    pub name: &'static str,
    /// Its name in JSON.
    pub key: &'static str,
    /// What it holds.
    pub value: Value,
}
