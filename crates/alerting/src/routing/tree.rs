use std::collections::BTreeMap;

use serde::Serialize;
use watchfire_model::Labels;

use super::RouteOptions;
use super::named::{CHANNELS, RECEIVERS, named};
use crate::config::{Config, Route};
use crate::matcher::{Matchers, quoted};

/// A route by its place in its tree: 0 is the root, the others follow depth first, as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct RouteId(pub u32);

/// A node of the tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) parent: Option<RouteId>,
    pub(super) children: Vec<RouteId>,
    pub(super) matchers: Matchers,
    pub(super) goes_on: bool,
    options: RouteOptions,
    key: String,
    name: String,
}

/// The routing tree. Every alert enters at the root and goes to the first child that it matches, and on from there; where no
/// child takes it, the node does. A child with `continue` lets its siblings take it, too.
///
/// An alert whose labels name receivers ([`RECEIVERS`](super::RECEIVERS)) goes straight to those of them that there are, by
/// routes that are not written: behind the others, one for each receiver, with the options of the root.
#[derive(Clone, Debug)]
pub struct RouteTree {
    pub(super) nodes: Vec<Node>,
    /// How many of them are written.
    pub(super) written: usize,
    /// By the receiver the routes of alerts that name it.
    direct: BTreeMap<String, RouteId>,
}

impl RouteTree {
    /// The tree of a root route, without receivers that labels could name.
    pub fn new(root: &Route) -> Self {
        let mut tree = Self { nodes: Vec::new(), written: 0, direct: BTreeMap::new() };
        tree.add(root, None, 0, &RouteOptions::nobodys());
        tree.written = tree.nodes.len();
        tree
    }

    /// The tree of a configuration.
    pub fn of(config: &Config) -> Self {
        let mut tree = Self::new(&config.route);
        for receiver in &config.receivers {
            tree.add_direct(&receiver.name);
        }
        tree
    }

    fn add_direct(&mut self, receiver: &str) {
        let id = RouteId(self.nodes.len() as u32);
        let root = self.node(RouteId(0));
        // What is written has braces there.
        let key = format!("{}/receiver={}", root.key, quoted(receiver));
        let node = Node {
            parent: Some(RouteId(0)),
            children: Vec::new(),
            matchers: Matchers::default(),
            goes_on: false,
            // Who is named goes on as it says itself.
            options: RouteOptions {
                receiver: receiver.to_owned(),
                escalation_policy: None,
                ..root.options.clone()
            },
            name: key.clone(),
            key,
        };
        self.nodes.push(node);
        self.direct.insert(receiver.to_owned(), id);
    }

    /// The routes of the receivers that the label called `label` names, as far as there are such, and the names of those that there are
    /// not.
    pub(super) fn named<'a>(&self, labels: &'a Labels, label: &str) -> (Vec<RouteId>, Vec<&'a str>) {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for name in named(labels, label) {
            match self.direct.get(name) {
                Some(route) if !found.contains(route) => found.push(*route),
                Some(_) => {}
                None => unknown.push(name),
            }
        }
        found.sort();
        (found, unknown)
    }

    /// Whether a route is not written, but there for alerts that name its receiver.
    pub fn is_direct(&self, id: RouteId) -> bool {
        id.0 as usize >= self.written
    }

    fn add(
        &mut self,
        route: &Route,
        parent: Option<RouteId>,
        position: usize,
        above: &RouteOptions,
    ) -> RouteId {
        let id = RouteId(self.nodes.len() as u32);
        let matchers = route.conditions();
        let (key, name) = match parent.map(|parent| self.node(parent)) {
            Some(parent) => {
                (format!("{}/{matchers}", parent.key), format!("{}/{matchers}/{position}", parent.name))
            }
            None => (matchers.to_string(), matchers.to_string()),
        };
        let options = above.below(route);
        let children = Vec::new();
        let goes_on = route.goes_on;
        self.nodes.push(Node { parent, children, matchers, goes_on, options: options.clone(), key, name });
        for (position, child) in route.routes.iter().enumerate() {
            let child = self.add(child, Some(id), position, &options);
            self.nodes[id.0 as usize].children.push(child);
        }
        id
    }

    pub(super) fn node(&self, id: RouteId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// All routes that are written, the root first.
    pub fn routes(&self) -> impl Iterator<Item = RouteId> + use<> {
        (0..self.written as u32).map(RouteId)
    }

    /// The routes that take an alert with these labels, in the order of the tree; at least one.
    pub fn matching(&self, labels: &Labels) -> Vec<RouteId> {
        let (mut found, _) = self.named(labels, RECEIVERS);
        if !found.is_empty() {
            return found;
        }
        self.collect(RouteId(0), labels, &mut found);
        if found == [RouteId(0)] {
            // No route is about it.
            let (named, _) = self.named(labels, CHANNELS);
            return if named.is_empty() { found } else { named };
        }
        found
    }

    /// Adds what takes the alert from `id` on; says whether anything does.
    fn collect(&self, id: RouteId, labels: &Labels, found: &mut Vec<RouteId>) -> bool {
        let node = self.node(id);
        // The root takes every alert; a configuration where it does not is refused.
        if node.parent.is_some() && !node.matchers.matches(labels) {
            return false;
        }
        let before = found.len();
        for child in &node.children {
            if self.collect(*child, labels, found) && !self.node(*child).goes_on {
                break;
            }
        }
        if found.len() == before {
            found.push(id);
        }
        true
    }

    /// What holds for a route of this tree.
    ///
    /// # Panics
    ///
    /// Where the route is of a larger tree.
    pub fn options(&self, id: RouteId) -> &RouteOptions {
        &self.node(id).options
    }

    /// What an alert has to fulfil to get to the route from its parent.
    pub fn matchers(&self, id: RouteId) -> &Matchers {
        &self.node(id).matchers
    }

    /// The routes below it, in the order in which they are tried.
    pub fn children(&self, id: RouteId) -> &[RouteId] {
        &self.node(id).children
    }

    /// Whether siblings after it are tried, too, where it takes an alert.
    pub fn goes_on(&self, id: RouteId) -> bool {
        self.node(id).goes_on
    }

    /// The route's parent; the root has none.
    pub fn parent(&self, id: RouteId) -> Option<RouteId> {
        self.node(id).parent
    }

    /// The matchers on the way to the route: `{}/{team="web"}/{severity="critical"}`. Siblings with the same matchers have
    /// the same key.
    pub fn key(&self, id: RouteId) -> &str {
        &self.node(id).key
    }

    /// The same with the places of the routes among their siblings, which no other route of the tree has. It stays where
    /// the configuration changes elsewhere.
    pub fn name(&self, id: RouteId) -> &str {
        &self.node(id).name
    }

    /// The route with this name.
    pub fn find(&self, name: &str) -> Option<RouteId> {
        (0..self.nodes.len() as u32).map(RouteId).find(|route| self.name(*route) == name)
    }

    /// What names a group to receivers, in Alertmanager's form: `{}/{team="web"}:{alertname="Fire", cluster="a"}`.
    pub fn group_key(&self, id: RouteId, group: &Labels) -> String {
        let labels: Vec<String> =
            group.iter().map(|label| format!("{}={}", label.name, quoted(label.value))).collect();
        format!("{}:{{{}}}", self.key(id), labels.join(", "))
    }
}
