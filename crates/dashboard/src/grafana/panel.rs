use serde_json::Value;

use super::look::Look;
use super::queries::{self, Sources};
use super::{Losses, fields, link, old, rest, singlestat, transformations, views};
use crate::{Direction, Kind, Panel, Place, Repeat, Stacking};

/// Grafana's kinds of panels.
fn kind(name: &str) -> Kind {
    match name {
        "timeseries" | "graph" => Kind::TimeSeries,
        "stat" | "singlestat" => Kind::Stat,
        "gauge" => Kind::Gauge,
        "bargauge" => Kind::BarGauge,
        "barchart" => Kind::BarChart,
        "piechart" | "grafana-piechart-panel" => Kind::Pie,
        "table" | "table-old" => Kind::Table,
        "heatmap" | "heatmap-new" => Kind::Heatmap,
        "histogram" => Kind::Histogram,
        "state-timeline" => Kind::StateTimeline,
        "status-history" => Kind::StatusHistory,
        "text" => Kind::Text,
        "nodeGraph" => Kind::NodeGraph,
        "alertlist" => Kind::AlertList,
        "dashlist" => Kind::DashboardList,
        "logs" => Kind::Logs,
        "row" => Kind::Row,
        other => Kind::Other(other.to_owned()),
    }
}

/// A panel, with the id that it gets here.
pub(super) fn of(json: &Value, id: u32, at: Place, sources: &Sources, losses: &mut Losses) -> Panel {
    let name = json.text("type").unwrap_or_default();
    let kind = kind(name);
    let title = json.text("title").unwrap_or_default().to_owned();
    losses.panel = Some((id, title.clone()));
    let config = json.at("fieldConfig");
    let mut panel = Panel {
        id,
        title,
        description: json.text("description").unwrap_or_default().to_owned(),
        at,
        queries: queries::of(json, &kind, sources, losses),
        transformations: transformations::of(json.list("transformations"), losses),
        field: fields::of(config.at("defaults"), losses),
        overrides: fields::overrides(config.list("overrides"), losses),
        view: views::of(json.at("options"), &kind, losses),
        links: json.list("links").iter().map(link).collect(),
        time_range: relative(json.text("timeFrom"), losses),
        time_shift: relative(json.text("timeShift"), losses),
        max_points: json
            .number("maxDataPoints")
            .filter(|most| *most >= 1.0)
            .map(|most| most.min(11_000.0) as u32),
        min_step: queries::step(json.text("interval"), losses),
        repeat: repeat(json),
        transparent: json.flag("transparent") == Some(true),
        kind,
        ..Panel::default()
    };
    match name {
        "graph" => old::graph(json, &mut panel, losses),
        "singlestat" => singlestat::stat(json, &mut panel, losses),
        _ => moved(json, &mut panel, losses),
    }
    if !matches!(panel.kind, Kind::Other(_) | Kind::Row) {
        let mut json = old::rest(json);
        // Told with the fields, as overrides have them, too.
        if let Some(config) = json.get_mut("fieldConfig").and_then(Value::as_object_mut) {
            config.remove("defaults");
        }
        rest::tell(&json, "", losses);
    }
    if let Kind::Other(name) = &panel.kind {
        losses.add(format!("there is no panel of the kind {name:?} here; a frame stands in its place"));
        panel.other.insert("grafana".to_owned(), json.clone());
    }
    if !json.at("libraryPanel").is_null() && json.at("targets").is_null() {
        losses.add("it is a library panel; its content is not in the file");
    }
    losses.panel = None;
    panel
}

/// Settings that stand with the kind there and with the series here, and the other way round.
fn moved(json: &Value, panel: &mut Panel, losses: &mut Losses) {
    let (options, config) = (json.at("options"), json.at("fieldConfig"));
    match panel.kind {
        Kind::BarChart => {
            panel.field.stacking = match options.text("stacking") {
                Some("normal") => Some(Stacking::Normal),
                Some("percent") => Some(Stacking::Percent),
                _ => panel.field.stacking,
            };
        }
        Kind::Heatmap => {
            // The unit of the series is the one of their sizes here, of the counts there.
            let axis = options.at("yAxis");
            if let Some(unit) = axis.text("unit").filter(|unit| !unit.is_empty()) {
                panel.field.unit = Some(unit.to_owned());
            }
            if let Some(decimals) = axis.number("decimals") {
                panel.field.decimals = Some(decimals.clamp(0.0, 15.0) as u8);
            }
        }
        Kind::Table => {
            let of_column = |property: &Value| {
                property.text("id") == Some("custom.filterable") && property.flag("value") == Some(true)
            };
            let mut properties = config.list("overrides").iter().flat_map(|one| one.list("properties"));
            let some = properties.any(of_column);
            panel.view.filterable = config.at("defaults").at("custom").flag("filterable") == Some(true);
            if some && !panel.view.filterable {
                panel.view.filterable = true;
                losses.add("boxes to filter by at some columns; here all have them");
            }
        }
        _ => {}
    }
}

fn relative(text: Option<&str>, losses: &mut Losses) -> Option<String> {
    let text = text.filter(|text| !text.is_empty())?;
    let length = text.strip_prefix("now-").unwrap_or(text);
    if watchfire_model::parse_duration(length).is_ok() {
        return Some(length.to_owned());
    }
    losses.add(format!("its own time {text:?}"));
    None
}

fn repeat(json: &Value) -> Option<Repeat> {
    let variable = json.text("repeat").filter(|name| !name.is_empty())?.to_owned();
    let direction =
        if json.text("repeatDirection") == Some("v") { Direction::Down } else { Direction::Across };
    Some(Repeat {
        variable,
        direction,
        most: json.number("maxPerRow").map(|most| most.clamp(1.0, 24.0) as u16),
    })
}
