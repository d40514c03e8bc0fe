//! Panels of before Grafana 8, `graph`, which say in other words what `timeseries` says.

use serde_json::Value;

use super::look::Look;
use super::{Losses, colors, patterns, singlestat, views};
use crate::{
    Axis, Color, Field, Gaps, Interpolation, Legend, LegendPlace, LegendShape, LineStyle, Matcher, Override,
    Panel, Points, Reducer, Scale, Stacking, Threshold, Thresholds, ThresholdsAs,
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
    "thresholds",
    "yaxis",
    "grid",
    "fillGradient",
    "hiddenSeries",
];

/// What [`super::rest`] should look at of such a panel: all but what is read here.
pub(super) fn rest(json: &Value) -> Value {
    let known = match json.text("type") {
        Some("graph") => GRAPH,
        Some("singlestat") => singlestat::SETTINGS,
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
    if axis.flag("show") == Some(false) {
        panel.field.axis = Some(Axis::Hidden);
    }
    across(json.at("xaxis"), losses);
    panel.field.thresholds = thresholds(json.list("thresholds"), losses);
    panel.view.legend = legend(json.at("legend"), losses);
    panel.view.tooltip_all = json.at("tooltip").flag("shared");
    for (name, color) in json.pairs("aliasColors") {
        let set =
            Field { color: color.as_str().map(|color| Color::Fixed(colors::of(color))), ..Field::default() };
        let matcher = Matcher { names: vec![name.clone()], ..Matcher::default() };
        panel.overrides.push(Override { matcher, set });
    }
    let scales = json.list("yaxes");
    panel.overrides.extend(json.list("seriesOverrides").iter().filter_map(|one| series(one, scales, losses)));
}

/// The horizontal axis, which is time here.
fn across(axis: &Value, losses: &mut Losses) {
    if let Some(mode) = axis.text("mode").filter(|mode| *mode != "time") {
        losses.add(format!("a horizontal axis by {mode:?}; here it is time"));
    }
    if axis.flag("show") == Some(false) {
        losses.add("a hidden horizontal axis");
    }
}

/// Lines and areas from a value on. Those below a value, and those of the right axis, have no counterpart.
fn thresholds(list: &[Value], losses: &mut Losses) -> Option<Thresholds> {
    let mut steps: Vec<Threshold> = Vec::new();
    let (mut lines, mut bands) = (false, false);
    for json in list {
        let Some(value) = json.number("value") else { continue };
        if json.text("op") == Some("lt") || json.text("yaxis") == Some("right") {
            losses.add(format!("a threshold: {json}"));
            continue;
        }
        let (line, band) = (json.flag("line") != Some(false), json.flag("fill") != Some(false));
        let color = match json.text("colorMode") {
            Some("ok") => "ok".to_owned(),
            Some("warning") => "warning".to_owned(),
            Some("custom") => {
                let own = if line { json.text("lineColor") } else { json.text("fillColor") };
                colors::of(own.unwrap_or("red"))
            }
            _ => "critical".to_owned(),
        };
        lines |= line;
        bands |= band;
        if steps.iter().all(|step| step.value.total_cmp(&value).is_ne()) {
            steps.push(Threshold { value, color });
        }
    }
    steps.sort_by(|one, other| one.value.total_cmp(&other.value));
    let shown = match (lines, bands) {
        (true, true) => ThresholdsAs::LinesAndBands,
        (true, false) => ThresholdsAs::Lines,
        (false, true) => ThresholdsAs::Bands,
        (false, false) => ThresholdsAs::Off,
    };
    // Nothing is coloured below the first.
    let base = Some("transparent".to_owned());
    (!steps.is_empty()).then_some(Thresholds { percent: false, base, steps, shown: Some(shown) })
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

pub(super) fn digits(json: &Value) -> Option<u8> {
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

fn legend(json: &Value, losses: &mut Losses) -> Legend {
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
    let sort = json.text("sort").filter(|sort| !sort.is_empty());
    let sort_by = sort.and_then(views::reducer);
    if let (Some(sort), None) = (sort, sort_by) {
        losses.add(format!("the legend sorted by {sort:?}"));
    }
    if sort_by.is_some() && json.flag("sortDesc") == Some(false) {
        losses.add("the legend with the least first");
    }
    Legend {
        shape: Some(shape),
        place: (json.flag("rightSide") == Some(true)).then_some(LegendPlace::Right),
        numbers: numbers.iter().filter(|(word, _)| chosen(word)).map(|(_, reducer)| *reducer).collect(),
        sort_by,
    }
}

/// What is different for some series.
fn series(json: &Value, axes: &[Value], losses: &mut Losses) -> Option<Override> {
    let alias = json.text("alias")?;
    // Without slashes it is a name.
    let regex = alias.strip_prefix('/').filter(|rest| rest.contains('/')).map(|_| patterns::of(alias));
    let hidden = |axis: usize| axes.get(axis).and_then(|axis| axis.flag("show")) == Some(false);
    let names = if regex.is_some() { Vec::new() } else { vec![alias.to_owned()] };
    let mut set = Field::default();
    for (key, value) in json.as_object()? {
        match (key.as_str(), value) {
            ("yaxis", value) if value.as_f64() == Some(2.0) => {
                put_axis(axes.get(1).unwrap_or(&Value::Null), &mut set);
                set.axis = Some(if hidden(1) { Axis::Hidden } else { Axis::Right });
            }
            ("yaxis", _) => set.axis = Some(if hidden(0) { Axis::Hidden } else { Axis::Left }),
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
