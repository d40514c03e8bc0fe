use serde_json::Value;

use super::look::Look;
use super::queries::{self, Sources};
use super::{Losses, fields, link, transformations, views};
use crate::{Color, Direction, Field, Kind, LineStyle, Panel, Place, Points, Repeat, Stacking, View};

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
        "graph" => old_graph(json, &mut panel),
        "singlestat" => old_stat(json, &mut panel),
        _ => {}
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

/// The graph of before Grafana 8 says in other words what `timeseries` says.
fn old_graph(json: &Value, panel: &mut Panel) {
    let style = match (json.flag("bars"), json.flag("lines"), json.flag("points")) {
        (Some(true), _, _) => LineStyle::Bars,
        (_, Some(false), Some(true)) => LineStyle::Points,
        _ => LineStyle::Line,
    };
    let axis = json.list("yaxes").first().unwrap_or(&Value::Null);
    let stacking = match (json.flag("stack"), json.flag("percentage")) {
        (Some(true), Some(true)) => Stacking::Percent,
        (Some(true), _) => Stacking::Normal,
        _ => Stacking::None,
    };
    let points = if json.flag("points") == Some(true) { Points::Always } else { Points::Never };
    panel.field = Field {
        unit: axis.text("format").map(str::to_owned),
        min: axis.number("min"),
        max: axis.number("max"),
        axis_label: axis.text("label").filter(|label| !label.is_empty()).map(str::to_owned),
        decimals: json.number("decimals").map(|decimals| decimals.clamp(0.0, 15.0) as u8),
        color: Some(Color::Palette),
        style: Some(style),
        // 0 to 10 there, percent here.
        fill: Some(json.number("fill").map_or(10, |fill| (fill * 10.0).clamp(0.0, 100.0) as u8)),
        width: Some(json.number("linewidth").unwrap_or(1.0)),
        points: Some(points),
        stacking: Some(stacking),
        ..Field::default()
    };
    if let (Some(min), Some(max)) = (panel.field.min, panel.field.max)
        && min >= max
    {
        panel.field.max = None;
    }
}

/// The number of before Grafana 7.
fn old_stat(json: &Value, panel: &mut Panel) {
    panel.field.unit = json.text("format").map(str::to_owned);
    panel.view = View {
        reduce: json.text("valueName").and_then(views::reducer),
        sparkline: Some(json.at("sparkline").flag("show") == Some(true)),
        ..View::default()
    };
}
