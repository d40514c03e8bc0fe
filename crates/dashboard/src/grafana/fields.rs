use serde_json::{Map, Value, json};

use super::look::Look;
use super::{Losses, colors, mappings, patterns, rest};
use crate::{
    Axis, Color, Field, Gaps, Hide, Interpolation, LineStyle, Matcher, Override, Points, Scale, Stacking,
    Threshold, Thresholds, ThresholdsAs,
};

/// `fieldConfig.defaults`: how all series are shown.
pub(super) fn of(defaults: &Value, losses: &mut Losses) -> Field {
    let custom = defaults.at("custom");
    let mut field = Field {
        name: filled(defaults.text("displayName")),
        unit: filled(defaults.text("unit")),
        decimals: defaults.number("decimals").map(|decimals| decimals.clamp(0.0, 15.0) as u8),
        min: defaults.number("min"),
        max: defaults.number("max"),
        no_value: filled(defaults.text("noValue")),
        thresholds: thresholds(defaults.at("thresholds")),
        mappings: mappings::of(defaults.list("mappings"), losses),
        color: color(defaults.at("color"), losses),
        links: defaults.list("links").iter().map(super::link).collect(),
        ..Field::default()
    };
    if let (Some(min), Some(max)) = (field.min, field.max)
        && min >= max
    {
        losses.add("a scale that ends before it begins");
        field.max = None;
    }
    drawing(custom, &mut field, losses);
    rest::tell(defaults, "", losses);
    field
}

/// `fieldConfig.defaults.custom`: how a series is drawn, a column is shown.
fn drawing(custom: &Value, field: &mut Field, losses: &mut Losses) {
    field.style = match custom.text("drawStyle") {
        Some("bars") => Some(LineStyle::Bars),
        Some("points") => Some(LineStyle::Points),
        Some("line") => Some(LineStyle::Line),
        _ => None,
    };
    field.fill = custom.number("fillOpacity").map(|fill| fill.clamp(0.0, 100.0) as u8);
    field.width = custom.number("lineWidth");
    field.interpolation = match custom.text("lineInterpolation") {
        Some("smooth") => Some(Interpolation::Smooth),
        Some("stepAfter") => Some(Interpolation::StepAfter),
        Some("stepBefore") => Some(Interpolation::StepBefore),
        Some("linear") => Some(Interpolation::Linear),
        _ => None,
    };
    let line = custom.at("lineStyle");
    field.dash = match line.text("fill") {
        Some("dash" | "dot") => match line.list("dash") {
            [] if line.text("fill") == Some("dot") => vec![1.0, 4.0],
            [] => vec![10.0, 10.0],
            lengths => lengths.iter().filter_map(Value::as_f64).collect(),
        },
        _ => Vec::new(),
    };
    field.points = match custom.text("showPoints") {
        Some("always") => Some(Points::Always),
        Some("never") => Some(Points::Never),
        Some("auto") => Some(Points::Auto),
        _ => None,
    };
    field.point_size = custom.number("pointSize");
    let stacking = custom.at("stacking");
    field.stacking = match stacking.text("mode") {
        // Grafana stacks within groups; what is in none stands by itself.
        Some("normal" | "percent") if stacking.flag("group") == Some(false) => Some(Stacking::None),
        Some("normal") => Some(Stacking::Normal),
        Some("percent") => Some(Stacking::Percent),
        Some("none") => Some(Stacking::None),
        _ => None,
    };
    if let Some(group) = stacking.text("group").filter(|group| !["", "A"].contains(group)) {
        losses.add(format!("stacking in a group of its own, {group:?}"));
    }
    field.gaps = match custom.at("spanNulls") {
        Value::Bool(true) => Some(Gaps::Connect),
        Value::Number(most) => {
            losses.add(format!("gaps that are closed up to {most} ms; here all are"));
            Some(Gaps::Connect)
        }
        Value::Bool(false) => Some(Gaps::Break),
        _ => None,
    };
    field.axis = match custom.text("axisPlacement") {
        Some("left") => Some(Axis::Left),
        Some("right") => Some(Axis::Right),
        Some("hidden") => Some(Axis::Hidden),
        Some("auto") => Some(Axis::Auto),
        _ => None,
    };
    field.axis_label = filled(custom.text("axisLabel"));
    field.soft_min = custom.number("axisSoftMin");
    field.soft_max = custom.number("axisSoftMax");
    let scale = custom.at("scaleDistribution");
    field.scale = match (scale.text("type"), scale.number("log")) {
        (Some("log"), Some(2.0)) => Some(Scale::Log2),
        (Some("log"), _) => Some(Scale::Log10),
        (Some("symlog"), _) => Some(Scale::Symlog),
        (Some("linear"), _) => Some(Scale::Linear),
        _ => None,
    };
    match custom.text("transform") {
        Some("negative-Y") => field.negate = Some(true),
        Some("constant") => losses.add("the series that is drawn as a constant line"),
        _ => {}
    }
    field.band_to = filled(custom.text("fillBelowTo"));
    let hide = custom.at("hideFrom");
    let hide = Hide {
        legend: hide.flag("legend") == Some(true),
        tooltip: hide.flag("tooltip") == Some(true),
        drawing: hide.flag("viz") == Some(true),
    };
    field.hide = (hide != Hide::default()).then_some(hide);
    let shown = match custom.at("thresholdsStyle").text("mode") {
        Some("line" | "dashed") => Some(ThresholdsAs::Lines),
        Some("area") => Some(ThresholdsAs::Bands),
        Some("line+area" | "dashed+area") => Some(ThresholdsAs::LinesAndBands),
        _ => None,
    };
    if let (Some(thresholds), Some(shown)) = (&mut field.thresholds, shown) {
        thresholds.shown = Some(shown);
    }
    column(custom, field, losses);
    for (key, usual) in [("gradientMode", "none"), ("axisCenteredZero", "false"), ("barAlignment", "0")] {
        let value = custom.at(key);
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !value.is_null() && written != usual {
            losses.add(format!("{key} {written}"));
        }
    }
}

/// What tables have.
fn column(custom: &Value, field: &mut Field, losses: &mut Losses) {
    field.column_width = custom.number("width").map(|width| width.clamp(0.0, 4000.0) as u16);
    let cell = custom.at("cellOptions").text("type").or_else(|| custom.text("displayMode"));
    match cell {
        None | Some("auto" | "color-text") => {}
        Some(mode) if mode.starts_with("color-background") => field.fill_cell = Some(true),
        Some(mode) => losses.add(format!("cells of the kind {mode:?}")),
    }
}

fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

pub(super) fn thresholds(json: &Value) -> Option<Thresholds> {
    let mut base = None;
    let mut steps: Vec<Threshold> = Vec::new();
    for step in json.list("steps") {
        let color = colors::of(step.text("color").unwrap_or("green"));
        match step.number("value") {
            None => base = Some(color),
            Some(value) => steps.push(Threshold { value, color }),
        }
    }
    steps.sort_by(|one, other| one.value.total_cmp(&other.value));
    // Of two at the same value the later one is seen.
    steps.reverse();
    steps.dedup_by(|one, other| one.value.total_cmp(&other.value).is_eq());
    steps.reverse();
    // A file that never touched them has Grafana's own ones, of green alone.
    let said = !steps.is_empty() || base.is_some();
    said.then(|| Thresholds { percent: json.text("mode") == Some("percentage"), base, steps, shown: None })
}

fn color(json: &Value, losses: &mut Losses) -> Option<Color> {
    Some(match json.text("mode")? {
        "palette-classic" => Color::Palette,
        "palette-classic-by-name" => Color::ByName,
        "fixed" => Color::Fixed(colors::of(json.text("fixedColor")?)),
        "thresholds" => Color::Thresholds,
        mode if mode.starts_with("continuous-") => {
            let scale = match &mode["continuous-".len()..] {
                "GrYlRd" => "green_yellow_red",
                "RdYlGr" => "red_yellow_green",
                "BlYlRd" => "blue_yellow_red",
                "YlRd" => "yellow_red",
                "BlPu" => "blue_purple",
                "YlBl" => "yellow_blue",
                other => other,
            };
            Color::Continuous(scale.to_owned())
        }
        mode => {
            losses.add(format!("colours by {mode:?}"));
            return None;
        }
    })
}

/// `fieldConfig.overrides`: what is different for some series.
pub(super) fn overrides(list: &[Value], losses: &mut Losses) -> Vec<Override> {
    let mut overrides = Vec::new();
    for json in list {
        let Some(matcher) = matcher(json.at("matcher"), losses) else { continue };
        // The properties are paths into `defaults`; put there, they are read as those are.
        let mut defaults = Map::new();
        let mut custom = Map::new();
        for property in json.list("properties") {
            let Some(id) = property.text("id") else { continue };
            let value = property.at("value").clone();
            match id.strip_prefix("custom.") {
                Some(name) => custom.insert(name.to_owned(), value),
                None => defaults.insert(id.to_owned(), value),
            };
        }
        defaults.insert("custom".to_owned(), Value::Object(custom));
        let set = of(&json!(defaults), losses);
        if set != Field::default() {
            overrides.push(Override { matcher, set });
        }
    }
    overrides
}

fn matcher(json: &Value, losses: &mut Losses) -> Option<Matcher> {
    let options = json.at("options");
    match json.text("id")? {
        "byName" => Some(Matcher { names: vec![options.as_str()?.to_owned()], ..Matcher::default() }),
        "byNames" => {
            let names = options.list("names").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            Some(Matcher { names, not: options.text("mode") == Some("exclude"), ..Matcher::default() })
        }
        "byRegexp" => Some(Matcher { regex: Some(patterns::of(options.as_str()?)), ..Matcher::default() }),
        "byFrameRefID" => Some(Matcher { query: Some(options.as_str()?.to_owned()), ..Matcher::default() }),
        other => {
            losses.add(format!("an override for series chosen by {other:?}"));
            None
        }
    }
}
