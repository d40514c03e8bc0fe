//! Lists and maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Value;

/// Values in order; a copy shares them.
#[derive(Clone, Debug)]
pub struct List {
    items: Arc<[Value]>,
    strings: bool,
    depth: u16,
}

impl List {
    /// A list of any values (`[]interface {}`).
    pub fn new(items: impl Into<Arc<[Value]>>) -> Self {
        let items = items.into();
        let depth = deepest(items.iter());
        Self { items, strings: false, depth }
    }

    /// A list of texts (`[]string`).
    pub fn strings<T: Into<Arc<str>>>(texts: impl IntoIterator<Item = T>) -> Self {
        let items = texts.into_iter().map(|text| Value::String(text.into())).collect();
        Self { items, strings: true, depth: 1 }
    }

    /// Its elements.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether it is a list of texts by its type.
    pub fn is_strings(&self) -> bool {
        self.strings
    }

    /// A part of it, by valid bounds.
    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        Self { items: self.items[from..to].into(), ..*self }
    }

    pub(crate) fn type_name(&self) -> &'static str {
        if self.strings { "[]string" } else { "[]interface {}" }
    }

    pub(crate) fn depth(&self) -> u16 {
        self.depth
    }
}

/// Values by name, in the order of the names' bytes; a copy shares them.
#[derive(Clone, Debug)]
pub struct Map {
    entries: Arc<BTreeMap<Arc<str>, Value>>,
    strings: bool,
    depth: u16,
}

impl Map {
    /// A map of any values (`map[string]interface {}`).
    pub fn new<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        let entries: BTreeMap<_, _> = entries.into_iter().map(|(key, value)| (key.into(), value)).collect();
        let depth = deepest(entries.values());
        Self { entries: Arc::new(entries), strings: false, depth }
    }

    /// A map of texts (`map[string]string`): what is not there is an empty text.
    pub fn strings<K: Into<Arc<str>>, V: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (key.into(), Value::String(value.into())));
        Self { entries: Arc::new(entries.collect()), strings: true, depth: 1 }
    }

    /// The value of a name; of one that is not there nothing, or an empty text.
    pub fn get(&self, name: &str) -> Value {
        match self.entries.get(name) {
            Some(value) => value.clone(),
            None if self.strings => Value::String(Arc::default()),
            None => Value::Nil,
        }
    }

    /// Its entries by their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.entries.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether it is a map of texts by its type.
    pub fn is_strings(&self) -> bool {
        self.strings
    }

    pub(crate) fn type_name(&self) -> &'static str {
        if self.strings { "map[string]string" } else { "map[string]interface {}" }
    }

    pub(crate) fn depth(&self) -> u16 {
        self.depth
    }
}

/// One more than the deepest of them.
fn deepest<'a>(values: impl Iterator<Item = &'a Value>) -> u16 {
    values.map(Value::depth).max().unwrap_or(0).saturating_add(1)
}
