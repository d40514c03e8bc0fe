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
use watchfire_model::parse_duration;

use crate::{
    Dashboard, Field, Kind, Legend, LegendShape, Note, Panel, Place, Query, ReadError, Threshold, Thresholds,
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

/// The dashboards of an outline, each with what of it was left out or is otherwise; `name` is the file's, for an outline that
/// stands alone and so has no key to be called by.
///
/// # Errors
///
/// The first thing that is wrong, by its field.
pub fn read_outline(whole: &Value, name: &str) -> Result<Vec<(Dashboard, Vec<Note>)>, ReadError> {
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
        let mut notes = Vec::new();
        let dashboard = outline.dashboard(key, &mut notes).map_err(|(panel, message)| ReadError {
            line: None,
            place: inside(format!("panels[{panel}]")),
            message,
        })?;
        check(&dashboard).map_err(|error| {
            let place = match error.place.as_str() {
                "time.from" => "time_range".to_owned(),
                "time.refresh" => "refresh_interval".to_owned(),
                _ => error.place,
            };
            ReadError { line: error.line, place: inside(place), message: error.message }
        })?;
        for note in &mut notes {
            note.place = inside(std::mem::take(&mut note.place));
        }
        Ok((dashboard, notes))
    };
    match whole.as_object() {
        Some(map) if !map.contains_key("panels") => {
            map.iter().map(|(key, value)| one(key, key, value)).collect()
        }
        _ => Ok(vec![one("", name, whole)?]),
    }
}

impl Outline {
    fn dashboard(self, key: &str, notes: &mut Vec<Note>) -> Result<Dashboard, (usize, String)> {
        let mut panels = Vec::with_capacity(self.panels.len());
        let kinds: Vec<EntryKind> = self.panels.iter().map(|entry| entry.kind).collect();
        for ((index, entry), place) in self.panels.into_iter().enumerate().zip(places(&kinds)) {
            if entry.target.is_some() && !entry.thresholds.is_empty() {
                let message = "it is left out beside the thresholds; write one of the two".to_owned();
                notes.push(Note { place: format!("panels[{index}].target"), message });
            }
            panels.push(entry.panel(index as u32 + 1, place).map_err(|message| (index, message))?);
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
                refresh: self.refresh_interval.map(|text| refresh(text, notes)),
                ..TimeSettings::default()
            },
            panels,
            ..Dashboard::default()
        })
    }
}

/// An interval that dashboards can have: those that are too short or too long become the nearest.
fn refresh(text: String, notes: &mut Vec<Note>) -> String {
    let nearest = match parse_duration(&text) {
        Ok(1000..=3_600_000) | Err(_) => return text,
        Ok(..1000) => "1s",
        Ok(_) => "1h",
    };
    let message = format!("dashboards ask every 1s to 1h; {text:?} is taken as {nearest}");
    notes.push(Note { place: "refresh_interval".to_owned(), message });
    nearest.to_owned()
}

/// Where panels lie: beside each other while there is room, numbers at least a quarter, charts a half of the width; and what is left
/// of a row they share, so that there are no gaps. Only numbers alone in the last row stay as they are.
fn places(kinds: &[EntryKind]) -> Vec<Place> {
    let size = |kind: &EntryKind| -> (u16, u16) {
        if matches!(kind, EntryKind::Stat | EntryKind::Gauge) { (6, 5) } else { (12, 8) }
    };
    let mut places: Vec<Place> = Vec::with_capacity(kinds.len());
    let (mut rest, mut y) = (kinds, 0);
    while !rest.is_empty() {
        let mut used = 0;
        let fits = |kind: &&EntryKind| {
            used += size(kind).0;
            used <= crate::COLUMNS
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (row, below) = rest.split_at(count);
        rest = below;
        let taken: u16 = row.iter().map(|kind| size(kind).0).sum();
        let height = row.iter().map(|kind| size(kind).1).max().unwrap_or(0);
        let stays = below.is_empty() && row.iter().all(|kind| size(kind).0 == 6);
        let left = if stays { 0 } else { crate::COLUMNS - taken };
        let mut x = 0;
        for (index, kind) in row.iter().enumerate() {
            let (count, index) = (row.len() as u16, index as u16);
            let w = size(kind).0 + left / count + u16::from(index < left % count);
            places.push(Place { x, y, w, h: height });
            x += w;
        }
        y += height;
    }
    places
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
                EntryKind::Heatmap => {
                    format!("sum by (le) (increase({metric}_bucket[$__rate_interval])) or {metric}")
                }
                _ => metric.clone(),
            };
            // The metric, and what tells its series apart.
            let legend = if several { format!("{metric} {{{{__auto}}}}") } else { String::new() };
            let id =
                u8::try_from(index).ok().filter(|index| *index < 26).map(|index| char::from(b'A' + index));
            Query::new(&id.map_or_else(|| format!("Q{index}"), String::from), &expr, &legend)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_no_gaps() {
        use EntryKind::{Gauge, Graph, Heatmap, Stat};
        let told = |kinds: &[EntryKind]| {
            let told = places(kinds).into_iter().map(|Place { x, y, w, h }| format!("{x},{y} {w}x{h}"));
            told.collect::<Vec<_>>().join(" | ")
        };
        assert_eq!(told(&[Gauge, Graph, Heatmap]), "0,0 9x8 | 9,0 15x8 | 0,8 24x8");
        assert_eq!(
            told(&[Stat, Stat, Stat, Stat, Stat]),
            "0,0 6x5 | 6,0 6x5 | 12,0 6x5 | 18,0 6x5 | 0,5 6x5"
        );
        assert_eq!(told(&[Graph, Graph]), "0,0 12x8 | 12,0 12x8");
        assert_eq!(told(&[Stat, Stat, Stat, Graph]), "0,0 8x5 | 8,0 8x5 | 16,0 8x5 | 0,5 24x8");
        assert_eq!(told(&[]), "");
    }
}
