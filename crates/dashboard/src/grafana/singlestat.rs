//! Panels of before Grafana 7, `singlestat`, which say in other words what `stat` and `gauge` say.

use serde_json::Value;

use super::look::Look;
use super::{Losses, colors, mappings, old, views};
use crate::{ColorOf, Kind, Panel, TextOf, Threshold, Thresholds, View};

/// The settings of the old number that are carried over or do not matter here.
pub(super) const SETTINGS: &[&str] = &[
    "format",
    "valueName",
    "sparkline",
    "thresholds",
    "colors",
    "colorBackground",
    "colorValue",
    "gauge",
    "decimals",
    "nullText",
    "mappingTypes",
    "mappingType",
    "rangeMaps",
    "valueMaps",
    "valueFontSize",
    "prefixFontSize",
    "postfixFontSize",
    "nullPointMode",
    "tableColumn",
    "fieldConfig",
    "options",
    "colorPrefix",
    "colorPostfix",
    "postfix",
    "prefix",
];

pub(super) fn stat(json: &Value, panel: &mut Panel, losses: &mut Losses) {
    let gauge = json.at("gauge");
    if gauge.flag("show") == Some(true) {
        panel.kind = Kind::Gauge;
        panel.field.min = gauge.number("minValue");
        // A scale that ends before it begins would be refused.
        let min = panel.field.min.unwrap_or(f64::NEG_INFINITY);
        panel.field.max = gauge.number("maxValue").filter(|max| *max > min);
    }
    panel.field.unit = json.text("format").map(str::to_owned);
    panel.field.decimals = old::digits(json);
    panel.field.no_value = json.text("nullText").filter(|text| !text.is_empty()).map(str::to_owned);
    let colors: Vec<String> = json.list("colors").iter().filter_map(Value::as_str).map(colors::of).collect();
    let steps: Vec<f64> = json
        .text("thresholds")
        .unwrap_or_default()
        .split(',')
        .filter_map(|text| text.trim().parse().ok())
        .collect();
    if !steps.is_empty() && colors.len() > steps.len() && steps.is_sorted_by(|one, other| one < other) {
        let step = |(value, color): (f64, &String)| Threshold { value, color: color.clone() };
        panel.field.thresholds = Some(Thresholds {
            percent: false,
            base: colors.first().cloned(),
            steps: steps.into_iter().zip(&colors[1..]).map(step).collect(),
            shown: None,
        });
    }
    let color_of = match (json.flag("colorBackground"), json.flag("colorValue")) {
        (Some(true), _) => ColorOf::Background,
        (_, Some(true)) => ColorOf::Value,
        _ => ColorOf::None,
    };
    panel.field.mappings = mappings::of_stat(json);
    let number = json.text("valueName").filter(|name| *name != "name");
    let reduce = number.and_then(views::reducer);
    if let (Some(number), None) = (number, reduce) {
        losses.add(format!("the number by {number:?}; the newest value is shown"));
    }
    for part in ["prefix", "postfix"] {
        if let Some(text) = json.text(part).filter(|text| !text.trim().is_empty()) {
            losses.add(format!("{part} {text:?}"));
        }
    }
    panel.view = View {
        reduce,
        text_of: (json.text("valueName") == Some("name")).then_some(TextOf::Name),
        sparkline: Some(json.at("sparkline").flag("show") == Some(true)),
        color_of: Some(color_of),
        ..View::default()
    };
}
