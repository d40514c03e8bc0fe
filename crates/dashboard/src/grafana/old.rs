//! Panels of before Grafana 7 and 8, `graph` and `singlestat`, which say in other words what `timeseries` and `stat` say.

use serde_json::Value;

use super::look::Look;
use super::{Losses, colors, views};
use crate::{
    Axis, Color, ColorOf, Field, Gaps, Interpolation, Kind, Legend, LegendPlace, LegendShape, LineStyle,
    Matcher, Override, Panel, Points, Reducer, Scale, Stacking, Threshold, Thresholds, View,
};

/// The settings of the old graph that are carried over or do not matter here.
const GRAPH: &[&str] = &[
    "bars",
    "lines",
    "points",
    "stack",
    "percentage",
    "fill",
    "linewidth",
    "yaxes",
    "decimals",
    "legend",
    "aliasColors",
    "seriesOverrides",
    "nullPointMode",
    "steppedLine",
    "dashes",
    "dashLength",
    "spaceLength",
    "tooltip",
    "fieldConfig",
    "options",
    "pointradius",
    "renderer",
    "xaxis",
    "yaxis",
    "grid",
    "fillGradient",
    "hiddenSeries",
];

/// The settings of the old number that are carried over or do not matter here.
const STAT: &[&str] = &[
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

/// What [`super::rest`] should look at of such a panel: all but what is read here.
pub(super) fn rest(json: &Value) -> Value {
    let known = match json.text("type") {
        Some("graph") => GRAPH,
        Some("singlestat") => STAT,
        _ => return json.clone(),
    };
    let mut json = json.clone();
    if let Value::Object(pairs) = &mut json {
        pairs.retain(|key, _| !known.contains(&key.as_str()));
    }
    json
}

pub(super) fn graph(json: &Value, panel: &mut Panel, losses: &mut Losses) {
    let axis = json.list("yaxes").first().unwrap_or(&Value::Null);
    let stacking = match (json.flag("stack"), json.flag("percentage")) {
        (Some(true), Some(true)) => Stacking::Percent,
        (Some(true), _) => Stacking::Normal,
        _ => Stacking::None,
    };
    let points = if json.flag("points") == Some(true) { Points::Always } else { Points::Never };
    panel.field = Field {
        decimals: digits(json),
        color: Some(Color::Palette),
        style: Some(style(json)),
        // 0 to 10 there, percent here.
        fill: Some(json.number("fill").map_or(10, tenths)),
        width: Some(json.number("linewidth").unwrap_or(1.0)),
        points: Some(points),
        stacking: Some(stacking),
        gaps: (json.text("nullPointMode") == Some("connected")).then_some(Gaps::Connect),
        interpolation: (json.flag("steppedLine") == Some(true)).then_some(Interpolation::StepAfter),
        dash: if json.flag("dashes") == Some(true) {
            vec![json.number("dashLength").unwrap_or(10.0), json.number("spaceLength").unwrap_or(10.0)]
        } else {
            Vec::new()
        },
        ..Field::default()
    };
    if json.text("nullPointMode") == Some("null as zero") {
        losses.add("gaps that are drawn as zero");
    }
    put_axis(axis, &mut panel.field);
    panel.view.legend = legend(json.at("legend"));
    panel.view.tooltip_all = json.at("tooltip").flag("shared");
    for (name, color) in json.pairs("aliasColors") {
        let set =
            Field { color: color.as_str().map(|color| Color::Fixed(colors::of(color))), ..Field::default() };
        let matcher = Matcher { names: vec![name.clone()], ..Matcher::default() };
        panel.overrides.push(Override { matcher, set });
    }
    let right = json.list("yaxes").get(1).unwrap_or(&Value::Null);
    panel.overrides.extend(json.list("seriesOverrides").iter().filter_map(|one| series(one, right, losses)));
}

fn style(json: &Value) -> LineStyle {
    match (json.flag("bars"), json.flag("lines"), json.flag("points")) {
        (Some(true), _, _) => LineStyle::Bars,
        (_, Some(false), Some(true)) => LineStyle::Points,
        _ => LineStyle::Line,
    }
}

fn tenths(fill: f64) -> u8 {
    (fill * 10.0).clamp(0.0, 100.0) as u8
}

fn digits(json: &Value) -> Option<u8> {
    json.number("decimals").map(|decimals| decimals.clamp(0.0, 15.0) as u8)
}

fn put_axis(axis: &Value, field: &mut Field) {
    field.unit = axis.text("format").map(str::to_owned);
    field.min = axis.number("min");
    field.max = axis.number("max");
    if let (Some(min), Some(max)) = (field.min, field.max)
        && min >= max
    {
        field.max = None;
    }
    field.axis_label = axis.text("label").filter(|label| !label.is_empty()).map(str::to_owned);
    field.scale = match axis.number("logBase") {
        Some(2.0) => Some(Scale::Log2),
        Some(base) if base > 2.0 => Some(Scale::Log10),
        _ => None,
    };
}

fn legend(json: &Value) -> Legend {
    let numbers = [
        ("min", Reducer::Min),
        ("max", Reducer::Max),
        ("avg", Reducer::Mean),
        ("current", Reducer::Last),
        ("total", Reducer::Sum),
    ];
    let shown = json.flag("values") == Some(true);
    let chosen = |word: &str| shown && json.flag(word) == Some(true);
    let shape = match (json.flag("show"), json.flag("alignAsTable")) {
        (Some(false), _) => LegendShape::Hidden,
        (_, Some(true)) => LegendShape::Table,
        _ => LegendShape::List,
    };
    Legend {
        shape: Some(shape),
        place: (json.flag("rightSide") == Some(true)).then_some(LegendPlace::Right),
        numbers: numbers.iter().filter(|(word, _)| chosen(word)).map(|(_, reducer)| *reducer).collect(),
        sort_by: json.text("sort").and_then(views::reducer),
    }
}

/// What is different for some series.
fn series(json: &Value, right: &Value, losses: &mut Losses) -> Option<Override> {
    let alias = json.text("alias")?;
    let regex =
        alias.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')).map(|(inside, _)| inside.to_owned());
    let names = if regex.is_some() { Vec::new() } else { vec![alias.to_owned()] };
    let mut set = Field::default();
    for (key, value) in json.as_object()? {
        match (key.as_str(), value) {
            ("yaxis", value) if value.as_f64() == Some(2.0) => {
                put_axis(right, &mut set);
                set.axis = Some(Axis::Right);
            }
            ("yaxis", _) => set.axis = Some(Axis::Left),
            ("color", Value::String(color)) => set.color = Some(Color::Fixed(colors::of(color))),
            ("bars" | "lines" | "points", _) => set.style = Some(style(json)),
            ("fill", value) => set.fill = value.as_f64().map(tenths),
            ("linewidth", value) => set.width = value.as_f64(),
            ("dashes", Value::Bool(true)) => set.dash = vec![10.0, 10.0],
            ("stack", Value::Bool(false)) => set.stacking = Some(Stacking::None),
            ("stack", Value::Bool(true)) => set.stacking = Some(Stacking::Normal),
            ("transform", Value::String(how)) if how == "negative-Y" => set.negate = Some(true),
            ("fillBelowTo", Value::String(name)) => set.band_to = Some(name.clone()),
            ("steppedLine", Value::Bool(true)) => set.interpolation = Some(Interpolation::StepAfter),
            ("legend", Value::Bool(false)) => {
                set.hide = Some(crate::Hide { legend: true, ..crate::Hide::default() });
            }
            ("alias" | "$$hashKey", _) | (_, Value::Null | Value::Bool(false)) => {}
            (key, value) => losses.add(format!("{key} {value} of the series {alias:?}")),
        }
    }
    (set != Field::default())
        .then_some(Override { matcher: Matcher { names, regex, ..Matcher::default() }, set })
}

pub(super) fn stat(json: &Value, panel: &mut Panel, losses: &mut Losses) {
    let gauge = json.at("gauge");
    if gauge.flag("show") == Some(true) {
        panel.kind = Kind::Gauge;
        panel.field.min = gauge.number("minValue");
        panel.field.max = gauge.number("maxValue");
    }
    panel.field.unit = json.text("format").map(str::to_owned);
    panel.field.decimals = digits(json);
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
    let texts = json.list("valueMaps").iter().filter(|map| map.text("value") != Some("null"));
    if texts.count() + json.list("rangeMaps").len() > 1 {
        losses.add("words in the place of values");
    }
    for part in ["prefix", "postfix"] {
        if let Some(text) = json.text(part).filter(|text| !text.trim().is_empty()) {
            losses.add(format!("{part} {text:?}"));
        }
    }
    panel.view = View {
        reduce: json.text("valueName").and_then(views::reducer),
        sparkline: Some(json.at("sparkline").flag("show") == Some(true)),
        color_of: Some(color_of),
        ..View::default()
    };
}
