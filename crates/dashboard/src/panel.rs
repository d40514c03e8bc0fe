use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fields::{fields, words};
use crate::{Field, Kind, Link, Override, Place, Query, Transformation, View, is_default};

/// A panel: what it asks for, how that is shown, and where.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Panel {
    /// Unique on its dashboard and never given twice: links name it.
    pub id: u32,
    /// What it draws.
    pub kind: Kind,
    /// Its heading; may hold variables.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What there is to know about it: Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it lies.
    pub at: Place,
    /// What it asks for.
    #[serde(skip_serializing_if = "is_default")]
    pub queries: Vec<Query>,
    /// What is done with the answers.
    #[serde(skip_serializing_if = "is_default")]
    pub transformations: Vec<Transformation>,
    /// How all series are shown.
    #[serde(skip_serializing_if = "is_default")]
    pub field: Field,
    /// What is different for some; later ones win.
    #[serde(skip_serializing_if = "is_default")]
    pub overrides: Vec<Override>,
    /// What only its kind has.
    #[serde(skip_serializing_if = "is_default")]
    pub view: View,
    /// Where to go from here.
    #[serde(skip_serializing_if = "is_default")]
    pub links: Vec<Link>,
    /// A range of its own, up to the end of the page's: `24h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_range: Option<String>,
    /// How much earlier than the page's range: `1d`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_shift: Option<String>,
    /// Points of a series at most; left out, as many as there are pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_points: Option<u32>,
    /// The shortest step of its queries: `1m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_step: Option<String>,
    /// Whether there is one for each chosen value of a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// The library panel that it shows; what this one says itself but its place does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Whether it has no background.
    #[serde(skip_serializing_if = "is_default")]
    pub transparent: bool,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { Panel { id, kind, title, description, at, queries, transformations, field, overrides, view, links, time_range, time_shift, max_points, min_step, repeat, library, transparent } keeps other }

/// One panel for each chosen value of a variable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The variable.
    pub variable: String,
    /// Where the next one lies.
    #[serde(default)]
    pub direction: Direction,
    /// Panels in a row at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u16>,
}

/// Where the next of repeated panels lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Beside the one before.
    #[default]
    Across,
    /// Below it.
    Down,
}

words! {
    Direction { Across = "across", Down = "down" }
}
