use serde::Serialize;
use watchfire_model::Labels;

use super::named::{CHANNELS, RECEIVERS, words};
use super::{RouteId, RouteOptions, RouteTree};

/// Where an alert would go, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The routes that take it, in the order of the tree.
    pub taken: Vec<Taken>,
    /// What each route of the tree says to it, the root first, children after their parents.
    pub steps: Vec<Step>,
    /// Names in the alert's labels for receivers that there are not.
    pub unknown: Vec<String>,
}

/// A route that takes the alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The route.
    pub route: RouteId,
    /// The way there in words: the conditions of each route below the root, and the receiver at the end.
    pub path: Vec<String>,
    /// What holds there.
    pub options: RouteOptions,
    /// The labels that the alert has in common with its group.
    pub group: Labels,
    /// What names the group.
    pub group_key: String,
}

/// What a route says to the alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The route.
    pub route: RouteId,
    /// How far below the root it is.
    pub depth: usize,
    /// Its conditions in words.
    pub conditions: String,
    /// Who is told by it.
    pub receiver: String,
    /// What it says.
    pub outcome: Outcome,
}

/// What a route says to an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It takes it.
    Takes,
    /// It matches, and a route below takes it.
    PassesOn,
    /// It does not match: the first condition that is not fulfilled, and the value that the alert has.
    Refuses {
        /// The condition.
        condition: String,
        /// The alert's value of the label; empty where it has none.
        value: String,
    },
    /// It is not asked: a sibling before it took the alert and does not let it continue.
    NotAsked {
        /// That sibling.
        after: RouteId,
    },
    /// It is not asked: a route above it does not match.
    NotReached,
    /// It is not asked: the alert's labels name who is told.
    Named,
}

impl RouteTree {
    /// Where an alert with these labels would go, and why.
    pub fn explain(&self, labels: &Labels) -> Explanation {
        let taken = self.matching(labels);
        let is_named = taken.iter().all(|route| self.is_direct(*route));
        let mut steps = Vec::with_capacity(self.written);
        self.step(RouteId(0), 0, labels, &taken, is_named.then_some(&Outcome::Named), &mut steps);
        let unknown = [RECEIVERS, CHANNELS].into_iter().flat_map(|label| self.named(labels, label).1);
        let unknown = unknown.map(str::to_owned).collect();
        let taken = taken.into_iter().map(|route| self.taken(route, labels)).collect();
        Explanation { taken, steps, unknown }
    }

    fn taken(&self, route: RouteId, labels: &Labels) -> Taken {
        let options = self.options(route).clone();
        let mut path = vec![format!("receiver {}", options.receiver)];
        let mut at = route;
        if self.is_direct(route) {
            let by_receivers = !self.named(labels, RECEIVERS).0.is_empty();
            path.push(words(labels, if by_receivers { RECEIVERS } else { CHANNELS }));
            at = RouteId(0);
        }
        while let Some(parent) = self.parent(at) {
            path.push(self.words(at));
            at = parent;
        }
        path.reverse();
        let group = options.group_by.labels(labels);
        let group_key = self.group_key(route, &group);
        Taken { route, path, options, group, group_key }
    }

    /// The conditions of a route: `team="web" and severity=~"a|b"`.
    fn words(&self, route: RouteId) -> String {
        let matchers = self.matchers(route);
        if matchers.is_empty() {
            return "every alert".to_owned();
        }
        matchers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    }

    /// Adds what the route and those below it say; `ruled_out` where they are not asked.
    fn step(
        &self,
        route: RouteId,
        depth: usize,
        labels: &Labels,
        taken: &[RouteId],
        ruled_out: Option<&Outcome>,
        steps: &mut Vec<Step>,
    ) {
        let node = self.node(route);
        let unfulfilled = if depth == 0 { None } else { node.matchers.first_unfulfilled(labels) };
        let outcome = match (ruled_out, unfulfilled) {
            (Some(outcome), _) => outcome.clone(),
            (None, Some(matcher)) => Outcome::Refuses {
                condition: matcher.to_string(),
                value: labels.get(matcher.name()).unwrap_or_default().to_owned(),
            },
            (None, None) if taken.contains(&route) => Outcome::Takes,
            (None, None) => Outcome::PassesOn,
        };
        let mut below = match outcome {
            Outcome::Takes | Outcome::PassesOn => None,
            Outcome::NotAsked { .. } | Outcome::Named => Some(outcome.clone()),
            Outcome::Refuses { .. } | Outcome::NotReached => Some(Outcome::NotReached),
        };
        let receiver = self.options(route).receiver.clone();
        steps.push(Step { route, depth, conditions: self.words(route), receiver, outcome });
        for child in &node.children {
            self.step(*child, depth + 1, labels, taken, below.as_ref(), steps);
            let matched = below.is_none() && self.node(*child).matchers.matches(labels);
            if matched && !self.node(*child).goes_on {
                below = Some(Outcome::NotAsked { after: *child });
            }
        }
    }
}
