use serde::Serialize;
use serde_json::{Map, Value};
use watchfire_model::{TimeError, TimeExpr, TimeWindow};

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

    /// The field that keeps the range from being one, and why.
    pub(crate) fn flaw(&self) -> Option<(&'static str, TimeError)> {
        // Whether a time can be read does not hang on when it is read.
        const NOW: i64 = 0;
        let (from, to) = (self.from.as_deref().unwrap_or("now-1h"), self.to.as_deref().unwrap_or("now"));
        let start = match TimeExpr::parse_at(from, 0, NOW, false) {
            Ok(start) => start,
            Err(error) => return Some(("from", error)),
        };
        let end = match TimeExpr::parse_at(to, 0, NOW, true) {
            Ok(end) => end,
            Err(error) => return Some(("to", error)),
        };
        // Which of a relative, a rounded and a fixed time comes first may change from day to day.
        let alike = matches!(
            (start, end),
            (TimeExpr::BeforeNow(_), TimeExpr::BeforeNow(_)) | (TimeExpr::At(_), TimeExpr::At(_))
        );
        let rounded = from.contains('/') || to.contains('/');
        let reversed = alike && !rounded && end.resolve(NOW) <= start.resolve(NOW);
        reversed.then_some(("to", TimeError::Reversed))
    }
}

/// The range that a dashboard opens with, and how often it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimeSettings {
    /// The start: `now-6h`, as ISO 8601 has it, or rounded in UTC: `now/d`. Left out: an hour ago.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_is_none_is_found() {
        for (from, to, flaw) in [
            (None, None, None),
            (Some("now-6h"), None, None),
            (Some("now/d"), Some("now/d"), None),
            (Some("now-1M/M"), Some("now-1M/M"), None),
            (Some("2026-11-20"), Some("now-1d/d"), None),
            (Some("2026-11-20T00:00:00.000Z"), Some("2026-11-21"), None),
            (Some("yesterday"), None, Some("from")),
            (Some("now-6M"), None, Some("from")),
            (None, Some("tomorrow"), Some("to")),
            (None, Some("now-6h"), Some("to")),
            (Some("now-1h"), Some("now-1h"), Some("to")),
            (Some("2026-11-21"), Some("2026-11-20"), Some("to")),
        ] {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let time = TimeSettings { from: own(from), to: own(to), ..TimeSettings::default() };
            assert_eq!(time.flaw().map(|(field, _)| field), flaw, "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_dashboard_opens_with_a_rounded_range() {
        const HOUR: i64 = 3_600_000;
        let time = TimeSettings { from: Some("now/d".to_owned()), ..TimeSettings::default() };
        let window = time.window(30 * HOUR);
        assert_eq!((window.from, window.is_live()), (TimeExpr::At(24 * HOUR), true));
    }
}
