use serde_json::Value;

use super::Losses;
use super::look::Look;
use crate::{ColorOf, Kind, Legend, LegendPlace, LegendShape, Reducer, Show, TextOf, View};

/// A way of making a series one number, by Grafana's name.
pub(super) fn reducer(name: &str) -> Option<Reducer> {
    Some(match name {
        "last" | "lastNotNull" | "current" => Reducer::Last,
        "first" | "firstNotNull" => Reducer::First,
        "min" => Reducer::Min,
        "max" => Reducer::Max,
        "mean" | "avg" => Reducer::Mean,
        "median" => Reducer::Median,
        "sum" | "total" => Reducer::Sum,
        "count" => Reducer::Count,
        "range" => Reducer::Range,
        "diff" | "delta" => Reducer::Difference,
        "diffperc" => Reducer::DifferencePercent,
        "stdDev" => Reducer::StdDev,
        _ => return None,
    })
}

/// `options`: what only a kind of panel has.
pub(super) fn of(options: &Value, kind: &Kind, losses: &mut Losses) -> View {
    let mut view = View { legend: legend(options.at("legend"), losses), ..View::default() };
    view.tooltip_all = match options.at("tooltip").text("mode") {
        Some("multi") => Some(true),
        Some("single") => Some(false),
        _ => None,
    };
    let reduce = options.at("reduceOptions");
    view.each_row = reduce.flag("values") == Some(true);
    if let Some(name) = reduce.list("calcs").first().and_then(Value::as_str) {
        view.reduce = reducer(name);
        if view.reduce.is_none() {
            losses.add(format!("the reduction by {name:?}; the newest value is shown"));
        }
    }
    view.horizontal = match options.text("orientation") {
        Some("horizontal") => Some(true),
        Some("vertical") => Some(false),
        _ => None,
    };
    match kind {
        Kind::Stat => stat(options, &mut view),
        Kind::Gauge => view.threshold_marks = options.flag("showThresholdMarkers"),
        Kind::Pie => {
            view.donut = options.text("pieType") == Some("donut");
            view.show = shown(options.list("displayLabels"));
        }
        Kind::StateTimeline | Kind::StatusHistory => {
            view.merge = options.flag("mergeValues");
            view.row_height = options.number("rowHeight").map(|height| height.clamp(0.0, 1.0));
            if options.text("showValue").is_some_and(|show| show != "never") {
                view.show = vec![Show::Value];
            }
        }
        Kind::Text => {
            options.text("content").unwrap_or_default().clone_into(&mut view.text);
            match options.text("mode") {
                Some("code") => view.code = true,
                Some("html") => {
                    // Without empty and indented lines, which mean something in Markdown, it is HTML there, too.
                    let lines: Vec<&str> =
                        view.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                    view.text = lines.join("\n");
                    if ["<script", "<iframe", "<form", "<style"].iter().any(|tag| view.text.contains(tag)) {
                        losses.add("scripts, frames, forms and style sheets in the HTML of a text");
                    }
                }
                _ => {}
            }
        }
        Kind::Table => {
            let sorts = options.list("sortBy").iter();
            view.sort_by = sorts
                .filter_map(|sort| {
                    let minus = if sort.flag("desc") == Some(true) { "-" } else { "" };
                    Some(format!("{minus}{}", sort.text("displayName")?))
                })
                .collect();
        }
        Kind::Heatmap => {
            view.from_buckets = options.flag("calculate") == Some(false);
            view.color_scale = options.at("color").text("scheme").map(str::to_lowercase);
        }
        Kind::Histogram => view.bucket_size = options.number("bucketSize").filter(|size| *size > 0.0),
        Kind::DashboardList => {
            view.only = options.list("tags").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            view.most = options.number("maxItems").map(|most| most.clamp(0.0, 1e6) as u32);
        }
        _ => {}
    }
    view
}

fn stat(options: &Value, view: &mut View) {
    view.sparkline = options.text("graphMode").map(|mode| mode == "area");
    view.color_of = match options.text("colorMode") {
        Some("none") => Some(ColorOf::None),
        Some("value") => Some(ColorOf::Value),
        Some("background" | "background_solid") => Some(ColorOf::Background),
        _ => None,
    };
    view.text_of = match options.text("textMode") {
        Some("value") => Some(TextOf::Value),
        Some("value_and_name") => Some(TextOf::ValueAndName),
        Some("name") => Some(TextOf::Name),
        Some("none") => Some(TextOf::None),
        _ => None,
    };
}

fn shown(list: &[Value]) -> Vec<Show> {
    let known = |name: &str| match name {
        "value" => Some(Show::Value),
        "percent" => Some(Show::Percent),
        "name" => Some(Show::Name),
        _ => None,
    };
    list.iter().filter_map(Value::as_str).filter_map(known).collect()
}

fn legend(json: &Value, losses: &mut Losses) -> Legend {
    let shape = match json.text("displayMode") {
        _ if json.flag("showLegend") == Some(false) => Some(LegendShape::Hidden),
        Some("table") => Some(LegendShape::Table),
        Some("list") => Some(LegendShape::List),
        Some("hidden") => Some(LegendShape::Hidden),
        _ => None,
    };
    let place = match json.text("placement") {
        Some("right") => Some(LegendPlace::Right),
        Some("bottom") => Some(LegendPlace::Bottom),
        _ => None,
    };
    let mut numbers = Vec::new();
    for name in json.list("calcs").iter().filter_map(Value::as_str) {
        match reducer(name) {
            Some(reducer) if !numbers.contains(&reducer) => numbers.push(reducer),
            Some(_) => {}
            None => losses.add(format!("{name:?} in the legend")),
        }
    }
    let sorted = json.text("sortBy").filter(|name| !name.is_empty());
    let sort_by = sorted.and_then(|name| match name {
        "Last" | "Last *" => Some(Reducer::Last),
        "First" | "First *" => Some(Reducer::First),
        "Max" => Some(Reducer::Max),
        "Min" => Some(Reducer::Min),
        "Mean" => Some(Reducer::Mean),
        "Median" => Some(Reducer::Median),
        "Total" => Some(Reducer::Sum),
        "Count" => Some(Reducer::Count),
        "Range" => Some(Reducer::Range),
        "Difference" => Some(Reducer::Difference),
        _ => None,
    });
    if let (Some(sorted), None) = (sorted, sort_by) {
        losses.add(format!("the legend sorted by {sorted:?}"));
    }
    Legend { shape, place, numbers, sort_by }
}
