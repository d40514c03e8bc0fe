//! Settings of a panel that nothing here carries over, found by going through all that stand in the file: what is not known to
//! be carried, and is not as Grafana has it from the start, is told.

use serde_json::Value;

use super::Losses;
use super::look::Look;

/// Settings that are carried over, or told by the code that reads them. `*` at the end: all that begin so.
const CARRIED: &[&str] = &[
    // Of the panel.
    "type",
    "title",
    "description",
    "gridPos.*",
    "id",
    "targets.*",
    "transformations.*",
    "links.*",
    "timeFrom",
    "timeShift",
    "maxDataPoints",
    "interval",
    "repeat",
    "repeatDirection",
    "maxPerRow",
    "transparent",
    "collapsed",
    "panels.*",
    "datasource.*",
    "pluginVersion",
    "libraryPanel.*",
    "key",
    "hideTimeOverride",
    "scopedVars.*",
    "repeatPanelId",
    "repeatIteration",
    "repeatedByRow",
    "repeatByRow",
    "editable",
    "error",
    "renderer",
    "isNew",
    "span",
    "height",
    "fieldConfig.overrides.*",
    // Of all series.
    "displayName",
    "unit",
    "links.*",
    "decimals",
    "min",
    "max",
    "noValue",
    "thresholds.*",
    "mappings.*",
    "color.mode",
    "color.fixedColor",
    "custom.drawStyle",
    "custom.fillOpacity",
    "custom.lineWidth",
    "custom.lineInterpolation",
    "custom.lineStyle.*",
    "custom.showPoints",
    "custom.pointSize",
    "custom.stacking.mode",
    "custom.spanNulls",
    "custom.axisPlacement",
    "custom.axisLabel",
    "custom.axisSoftMin",
    "custom.axisSoftMax",
    "custom.scaleDistribution.type",
    "custom.scaleDistribution.log",
    "custom.transform",
    "custom.fillBelowTo",
    "custom.hideFrom.*",
    "custom.thresholdsStyle.mode",
    "custom.width",
    "custom.cellOptions.type",
    "custom.displayMode",
    "custom.gradientMode",
    "custom.axisCenteredZero",
    "custom.barAlignment",
    // Of the kinds.
    "options.legend.displayMode",
    "options.legend.placement",
    "options.legend.showLegend",
    "options.legend.calcs.*",
    "options.legend.sortBy",
    "options.tooltip.mode",
    "options.reduceOptions.calcs.*",
    "options.reduceOptions.values",
    "options.orientation",
    "options.graphMode",
    "options.colorMode",
    "options.textMode",
    "options.showThresholdMarkers",
    "options.pieType",
    "options.displayLabels.*",
    "options.mergeValues",
    "options.rowHeight",
    "options.showValue",
    "options.content",
    "options.mode",
    "options.code.*",
    "options.sortBy.*",
    "options.calculate",
    "options.stacking",
    "options.yAxis.unit",
    "options.yAxis.decimals",
    "options.color.scheme",
    "options.bucketSize",
    "options.tags.*",
    "options.maxItems",
    // These hold only with `sizing` of "manual", which is told.
    "options.minVizWidth",
    "options.minVizHeight",
    "options.maxVizHeight",
    // Of no matter to what is seen.
    "custom.stacking.group",
    "color.seriesBy",
    "nullValueMode",
    "fieldMinMax",
];

/// What Grafana writes where nobody chose anything, or what is so here, too.
const USUAL: &[(&str, &[&str])] = &[
    ("custom.axisBorderShow", &["false"]),
    ("custom.axisColorMode", &["\"text\""]),
    ("custom.axisGridShow", &["true"]),
    ("custom.barWidthFactor", &["0.6"]),
    ("custom.insertNulls", &["false"]),
    ("custom.align", &["\"auto\"", "null"]),
    ("custom.inspect", &["false"]),
    // With the view of its table.
    ("custom.filterable", &["false", "true"]),
    ("custom.cellOptions.wrapText", &["false"]),
    ("custom.cellOptions.applyToRow", &["false"]),
    ("custom.cellOptions.mode", &["\"basic\"", "\"gradient\""]),
    ("custom.neutral", &["0"]),
    ("options.legend.sortDesc", &["true"]),
    ("options.legend.values", &["[]"]),
    ("options.legend.isVisible", &["true"]),
    ("options.legend.asTable", &["false"]),
    // Tooltips are sorted by their values here.
    ("options.tooltip.sort", &["\"none\"", "\"desc\""]),
    ("options.tooltip.hideZeros", &["false"]),
    ("options.tooltip.show", &["true"]),
    ("options.tooltip.showColorScale", &["false"]),
    ("options.tooltip.yHistogram", &["false"]),
    ("options.tooltip.maxHeight", &["600"]),
    ("options.tooltip.maxWidth", &["600"]),
    ("options.reduceOptions.fields", &["\"\""]),
    ("options.justifyMode", &["\"auto\""]),
    ("options.percentChangeColorMode", &["\"standard\""]),
    ("options.showPercentChange", &["false"]),
    ("options.wideLayout", &["true"]),
    ("options.showThresholdLabels", &["false"]),
    ("options.sizing", &["\"auto\""]),
    ("options.displayMode", &["\"basic\"", "\"gradient\"", "\"list\""]),
    ("options.namePlacement", &["\"auto\""]),
    ("options.valueMode", &["\"color\"", "\"text\""]),
    ("options.showUnfilled", &["true"]),
    ("options.alignValue", &["\"left\"", "\"auto\""]),
    ("options.perPage", &["20"]),
    ("options.showHeader", &["true"]),
    ("options.cellHeight", &["\"sm\""]),
    ("options.frameIndex", &["0"]),
    ("options.footer.show", &["false"]),
    ("options.footer.reducer", &["[\"sum\"]", "[]"]),
    ("options.footer.countRows", &["false"]),
    ("options.footer.enablePagination", &["false"]),
    ("options.footer.fields", &["\"\""]),
    ("options.calculation", &["{}"]),
    ("options.cellGap", &["0", "1", "2"]),
    ("options.color.exponent", &["0.5"]),
    ("options.color.fill", &["\"dark-orange\""]),
    ("options.color.mode", &["\"scheme\""]),
    ("options.color.reverse", &["false"]),
    ("options.color.scale", &["\"exponential\""]),
    ("options.color.steps", &["64", "128"]),
    ("options.exemplars.color", &["\"rgba(255,0,255,0.7)\""]),
    ("options.filterValues.le", &["1e-9", "1e-09"]),
    ("options.rowsFrame.layout", &["\"auto\""]),
    ("options.yAxis.axisPlacement", &["\"left\""]),
    ("options.yAxis.reverse", &["false"]),
    ("options.combine", &["false"]),
    ("options.dedupStrategy", &["\"none\""]),
    ("options.enableLogDetails", &["true"]),
    ("options.prettifyLogMessage", &["false"]),
    ("options.showCommonLabels", &["false"]),
    ("options.showLabels", &["false"]),
    ("options.showLogContextToggle", &["false"]),
    ("options.showTime", &["true"]),
    ("options.sortOrder", &["\"Descending\""]),
    ("options.wrapLogMessage", &["false", "true"]),
    ("options.bucketOffset", &["0"]),
    ("options.bucketCount", &["30"]),
    ("options.barRadius", &["0"]),
    ("options.barWidth", &["0.97"]),
    ("options.groupWidth", &["0.7"]),
    ("options.fullHighlight", &["false"]),
    ("options.xTickLabelRotation", &["0"]),
    ("options.xTickLabelSpacing", &["0"]),
];

/// Tells what of `json` is not carried over; `prefix` is where it stands in its panel.
pub(super) fn tell(json: &Value, prefix: &str, losses: &mut Losses) {
    // The width of a legend counts only beside the picture.
    let beside = json.at("options").at("legend").text("placement") == Some("right");
    let mut found = Vec::new();
    leaves(json, prefix, &mut |path, value| {
        let written = value.to_string();
        let known = is_carried(path)
            || is_nothing(value)
            || (path == "options.legend.width" && !beside)
            || USUAL.iter().any(|(usual, values)| *usual == path && values.contains(&written.as_str()));
        if !known {
            found.push(format!("{path} {written}"));
        }
    });
    if !found.is_empty() {
        losses.add(format!("without a counterpart here: {}", found.join(", ")));
    }
}

fn is_carried(path: &str) -> bool {
    CARRIED.iter().any(|known| match known.strip_suffix(".*") {
        Some(start) => path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => *known == path,
    })
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(pairs) => pairs.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Each value that is no object, with its path.
fn leaves(json: &Value, path: &str, each: &mut impl FnMut(&str, &Value)) {
    match json {
        Value::Object(pairs) => {
            for (key, value) in pairs {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                // What is carried as a whole need not be looked into.
                if !is_carried(&path) {
                    leaves(value, &path, each);
                }
            }
        }
        value => each(path, value),
    }
}
