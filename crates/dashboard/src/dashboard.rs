use serde::Serialize;
use serde_json::{Map, Value};
use watchfire_model::TimeWindow;

use crate::fields::fields;
use crate::{Panel, Variable, is_default};

/// The version of the format that this program writes.
pub const SCHEMA: u32 = 1;

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dashboard {
    /// The version of the format.
    pub schema: u32,
    /// Names it in URLs, for good: 1 to 64 letters, digits, `-` and `_`.
    pub uid: String,
    /// Its heading.
    pub title: String,
    /// What it is for: Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Words to find it by.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Vec<String>,
    /// Its range and how often it asks.
    #[serde(skip_serializing_if = "is_default")]
    pub time: TimeSettings,
    /// What readers can choose.
    #[serde(skip_serializing_if = "is_default")]
    pub variables: Vec<Variable>,
    /// What is marked on its charts.
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: Vec<AnnotationQuery>,
    /// Where to go from here.
    #[serde(skip_serializing_if = "is_default")]
    pub links: Vec<Link>,
    /// The panels, in the order in which they are read.
    pub panels: Vec<Panel>,
    /// The greatest id that a panel ever had, where that panel is gone: no id is given twice, as links go by it.
    #[serde(skip_serializing_if = "is_default")]
    pub last_panel: u32,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { Dashboard { schema, uid, title, description, tags, time, variables, annotations, links, panels, last_panel } keeps other }

impl Default for Dashboard {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            uid: String::new(),
            title: String::new(),
            description: String::new(),
            tags: Vec::new(),
            time: TimeSettings::default(),
            variables: Vec::new(),
            annotations: Vec::new(),
            links: Vec::new(),
            panels: Vec::new(),
            last_panel: 0,
            other: Map::new(),
        }
    }
}

impl TimeSettings {
    /// The range that a dashboard opens with, as seen at `now` (milliseconds since the epoch): the last hour where it says none, or
    /// one that cannot be read.
    pub fn window(&self, now: i64) -> TimeWindow {
        const HOUR: i64 = 3_600_000;
        let (from, to) = (self.from.as_deref().unwrap_or("now-1h"), self.to.as_deref().unwrap_or("now"));
        TimeWindow::parse(from, to, 0, now).unwrap_or(TimeWindow::last(HOUR))
    }
}

/// The range that a dashboard opens with, and how often it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimeSettings {
    /// The start: `now-6h`, or as ISO 8601 has it. Left out: an hour ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The end. Left out: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `auto`, `off`, or 1s to 1h. Left out: `auto`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
    /// Whether times are shown in UTC; left out, as the reader has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc: Option<bool>,
}

fields! { TimeSettings { from, to, refresh, utc } }

/// What is marked on charts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AnnotationQuery {
    /// What readers see.
    pub name: String,
    /// PromQL: where the value is not 0 is marked. Empty: the annotations that were written by hand or over the API.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expr: String,
    /// Of those written: with one of these tags; none for all.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Vec<String>,
    /// What stands in the mark; `{{label}}` stands for a label's value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The mark's colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Whether it is off until the reader switches it on.
    #[serde(skip_serializing_if = "is_default")]
    pub off: bool,
    /// What this version does not know; kept.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

fields! { AnnotationQuery { name, expr, tags, text, color, off } keeps other }

/// Where to go from here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What readers see.
    pub title: String,
    /// Where it leads; may hold variables.
    pub url: String,
    /// Instead of a URL: the dashboards with all of these tags.
    #[serde(skip_serializing_if = "is_default")]
    pub tags: Vec<String>,
    /// Whether the range goes with it.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_time: bool,
    /// Whether the variables go with it.
    #[serde(skip_serializing_if = "is_default")]
    pub keep_variables: bool,
    /// Whether it opens beside this page.
    #[serde(skip_serializing_if = "is_default")]
    pub new_tab: bool,
}

fields! { Link { title, url, tags, keep_time, keep_variables, new_tab } }
