//! Dashboards as an outline: a title, and panels that name metrics. So they are written by hand, in YAML:
//!
//! ```yaml
//! operations:
//!   title: Operations
//!   refresh_interval: 30s
//!   panels:
//!     - {title: Lead time, type: gauge, metric: lead_time_hours, thresholds: [24, 168, 720]}
//!     - {title: Errors, type: graph, metrics: [error_rate_5xx, error_rate_4xx], time_range: 24h}
//! ```

use serde::Deserialize;
use serde_json::Value;

use crate::{
    Dashboard, Field, Kind, Legend, LegendShape, Panel, Place, Query, ReadError, Threshold, Thresholds,
    TimeSettings, View, check,
};

/// The colours of what lies below the first threshold, and of each step above it; the last one stands for all further ones.
const COLORS: [&str; 4] = ["ok", "notice", "warning", "critical"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outline {
    title: String,
    #[serde(default)]
    description: String,
    refresh_interval: Option<String>,
    time_range: Option<String>,
    panels: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    #[serde(rename = "type")]
    kind: EntryKind,
    #[serde(default)]
    description: String,
    metric: Option<String>,
    #[serde(default)]
    metrics: Vec<String>,
    target: Option<f64>,
    #[serde(default)]
    thresholds: Vec<f64>,
    unit: Option<String>,
    time_range: Option<String>,
    #[serde(default)]
    buckets: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EntryKind {
    Stat,
    Gauge,
    Graph,
    Heatmap,
    Histogram,
}

/// Whether JSON, or YAML read as such, is an outline, or a map of them.
pub fn is_outline(whole: &Value) -> bool {
    let panels_have_types = |value: &Value| {
        let panels = value.get("panels").and_then(Value::as_array);
        panels.is_some_and(|panels| {
            panels.iter().all(|panel| panel.get("type").is_some() && panel.get("gridPos").is_none())
        })
    };
    match whole.as_object() {
        Some(map) if map.contains_key("panels") => panels_have_types(whole),
        Some(map) => !map.is_empty() && map.values().all(panels_have_types),
        None => false,
    }
}

/// The dashboards of an outline; `name` is the file's, for an outline that stands alone and so has no key to be called by.
///
/// # Errors
///
/// The first thing that is wrong, by its field.
pub fn read_outline(whole: &Value, name: &str) -> Result<Vec<Dashboard>, ReadError> {
    let one = |place: &str, key: &str, value: &Value| {
        let inside = |path: String| match (place, path.as_str()) {
            (place, ".") => place.to_owned(),
            ("", path) => path.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        let outline: Outline = serde_path_to_error::deserialize(value).map_err(|error| ReadError {
            line: None,
            place: inside(error.path().to_string()),
            message: error.into_inner().to_string(),
        })?;
        let dashboard = outline.dashboard(key).map_err(|(panel, message)| ReadError {
            line: None,
            place: inside(format!("panels[{panel}]")),
            message,
        })?;
        check(&dashboard).map_err(|error| ReadError { place: inside(error.place), ..error })?;
        Ok(dashboard)
    };
    match whole.as_object() {
        Some(map) if !map.contains_key("panels") => {
            map.iter().map(|(key, value)| one(key, key, value)).collect()
        }
        _ => Ok(vec![one("", name, whole)?]),
    }
}

impl Outline {
    fn dashboard(self, key: &str) -> Result<Dashboard, (usize, String)> {
        let mut panels = Vec::with_capacity(self.panels.len());
        // Beside each other while there is room, numbers a quarter, charts a half of the width.
        let (mut x, mut y, mut height) = (0, 0, 0);
        for (index, entry) in self.panels.into_iter().enumerate() {
            let (w, h) =
                if matches!(entry.kind, EntryKind::Stat | EntryKind::Gauge) { (6, 5) } else { (12, 8) };
            if x + w > crate::COLUMNS {
                (x, y, height) = (0, y + height, 0);
            }
            let panel =
                entry.panel(index as u32 + 1, Place { x, y, w, h }).map_err(|message| (index, message))?;
            panels.push(panel);
            x += w;
            height = height.max(h);
        }
        let uid = key
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
        Ok(Dashboard {
            uid: uid.take(64).collect(),
            title: self.title,
            description: self.description,
            time: TimeSettings {
                from: self.time_range.map(|range| format!("now-{range}")),
                refresh: self.refresh_interval,
                ..TimeSettings::default()
            },
            panels,
            ..Dashboard::default()
        })
    }
}

impl Entry {
    fn panel(self, id: u32, at: Place) -> Result<Panel, String> {
        let metrics: Vec<String> = self.metric.into_iter().chain(self.metrics).collect();
        if metrics.is_empty() {
            return Err("name a metric, or a list of metrics".to_owned());
        }
        let kind = match self.kind {
            EntryKind::Stat => Kind::Stat,
            EntryKind::Gauge => Kind::Gauge,
            EntryKind::Graph => Kind::TimeSeries,
            EntryKind::Heatmap => Kind::Heatmap,
            EntryKind::Histogram => Kind::Histogram,
        };
        let several = metrics.len() > 1;
        let query = |(index, metric): (usize, &String)| {
            // A histogram that is stored in buckets, or else the values themselves.
            let expr = match self.kind {
                EntryKind::Histogram => {
                    format!("sum by (le) (increase({metric}_bucket[$__range])) or {metric}")
                }
                _ => metric.clone(),
            };
            let legend = if several { metric.as_str() } else { "" };
            let id =
                u8::try_from(index).ok().filter(|index| *index < 26).map(|index| char::from(b'A' + index));
            Query::new(&id.map_or_else(|| format!("Q{index}"), String::from), &expr, legend)
        };
        let thresholds = match (self.target, self.thresholds.as_slice()) {
            (None, []) => None,
            (Some(target), []) => Some(Thresholds {
                base: Some("warning".to_owned()),
                steps: vec![Threshold { value: target, color: "ok".to_owned() }],
                ..Thresholds::default()
            }),
            (_, steps) => Some(Thresholds {
                base: Some(COLORS[0].to_owned()),
                steps: steps
                    .iter()
                    .enumerate()
                    .map(|(index, value)| Threshold {
                        value: *value,
                        color: COLORS[(index + 1).min(3)].to_owned(),
                    })
                    .collect(),
                ..Thresholds::default()
            }),
        };
        let legend = Legend { shape: several.then_some(LegendShape::List), ..Legend::default() };
        Ok(Panel {
            id,
            kind,
            title: self.title,
            description: self.description,
            at,
            queries: metrics.iter().enumerate().map(query).collect(),
            field: Field { unit: self.unit, thresholds, ..Field::default() },
            view: View { buckets: self.buckets, legend, ..View::default() },
            time_range: self.time_range,
            ..Panel::default()
        })
    }
}
