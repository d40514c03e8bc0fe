use std::fmt;

use crate::config::problem::Place;
use watchfire_yaml::Node;

/// Why a part of a document can't be read as what it should be.
#[derive(Debug)]
pub(super) struct Failure {
    reason: String,
    at: Option<(Place, *const Node)>,
    /// The key that it is the value of.
    key: Option<String>,
}

impl Failure {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), at: None, key: None }
    }

    /// Says where it is, unless that is known already: the innermost part is the culprit.
    pub(super) fn at(mut self, node: &Node) -> Self {
        self.at.get_or_insert((node.place, std::ptr::from_ref(node)));
        self
    }

    /// Says whose value it is, unless that is known already.
    pub(super) fn of(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.to_owned());
        self
    }

    pub(super) fn place(&self) -> Option<Place> {
        self.at.map(|(place, _)| place)
    }

    pub(super) fn culprit(&self) -> Option<*const Node> {
        self.at.map(|(_, node)| node)
    }

    pub(super) fn reason(&self) -> String {
        match &self.key {
            Some(key) => format!("{key}: {}", self.reason),
            None => self.reason.clone(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason())
    }
}

impl std::error::Error for Failure {}

impl serde::de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}
