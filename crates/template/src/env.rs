//! What a template can use besides its data.

use std::fmt;

use watchfire_model::Labels;

use crate::limits::Limits;
use crate::time::{Time, Zones};

/// What a template can use besides its data.
#[derive(Clone)]
pub struct Env<'a> {
    /// The moment of the execution.
    pub now: Time,
    /// Where people reach this server, for links: `https://watchfire.example.org/some/prefix`.
    pub external_url: &'a str,
    /// What answers `query`; without it the function fails.
    pub queries: Option<&'a dyn Queries>,
    /// What knows time zones; without it `tz` knows UTC only.
    pub zones: Option<&'a dyn Zones>,
    /// How far an execution may go.
    pub limits: Limits,
}

impl Env<'_> {
    /// At a moment, with default limits, and without queries, time zones and an address.
    pub fn at(now: Time) -> Self {
        Self { now, external_url: "", queries: None, zones: None, limits: Limits::default() }
    }
}

impl fmt::Debug for Env<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env")
            .field("now", &self.now)
            .field("external_url", &self.external_url)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What answers queries of templates.
pub trait Queries: Send + Sync {
    /// The answer of an instant query at the moment of the execution, in its order; a scalar as one sample without
    /// labels. An error says what is wrong with the query. How many queries one execution may ask, and how expensive
    /// ones, is decided here.
    fn query(&self, expression: &str) -> Result<Vec<QueriedSample>, String>;
}

/// A sample of a query's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct QueriedSample {
    /// With the metric's name.
    pub labels: Labels,
    /// Its value.
    pub value: f64,
}
