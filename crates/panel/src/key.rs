//! The legend of a panel.

use std::fmt::Write;

use watchfire_chart::Theme;
use watchfire_dashboard::{Kind, LegendPlace, LegendShape, Panel, Reducer};

use crate::Prepared;
use crate::html::escape;
use crate::picture::has_buckets;
use crate::words::{Manner, Words};

/// A legend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Key {
    /// Whether it is a table; otherwise names one after the other.
    pub table: bool,
    /// Whether it stands right of the picture.
    pub right: bool,
    /// The headings of the numbers.
    pub heads: Vec<&'static str>,
    /// A row for each series.
    pub rows: Vec<KeyRow>,
}

/// A series in the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// What it is called.
    pub name: String,
    /// Its colour, as CSS has it.
    pub color: String,
    /// Its numbers in words.
    pub numbers: Vec<String>,
}

/// The legend of a panel; none for kinds without, and where there is nothing to tell apart.
pub fn key(panel: &Panel, prepared: &Prepared, theme: &Theme, utc_offset: i64, now: i64) -> Option<Key> {
    let legend = &panel.view.legend;
    if !matches!(panel.kind, Kind::TimeSeries | Kind::BarChart | Kind::Histogram | Kind::Pie)
        || legend.shape == Some(LegendShape::Hidden)
        // Its series are the buckets, which the axis names.
        || (panel.kind == Kind::Histogram && has_buckets(panel, prepared))
        || prepared.series.is_empty()
    {
        return None;
    }
    let last = [Reducer::Last];
    // A list without numbers still tells the newest value.
    let numbers: &[Reducer] =
        if legend.numbers.is_empty() && panel.kind != Kind::Histogram { &last } else { &legend.numbers };
    let mut rows: Vec<(f64, KeyRow)> = Vec::new();
    for (index, series) in prepared.series.iter().enumerate() {
        if series.field.hide.is_some_and(|hide| hide.legend) {
            continue;
        }
        let manner = Manner {
            theme,
            index: series.color_at(index),
            name: &series.name,
            extent: (series.field.min.unwrap_or(0.0), series.field.max.unwrap_or(100.0)),
            by_thresholds: false,
            utc_offset,
            now,
        };
        let words = Words::of(&series.field, &manner);
        let number = |reducer: Reducer| reducer.of(series.values.iter().copied()).unwrap_or(f64::NAN);
        let color = words.coloring.of(number(Reducer::Last)).css();
        let told = numbers.iter().map(|reducer| words.say(number(*reducer)).text()).collect();
        let sort = legend.sort_by.map_or(0.0, number);
        rows.push((sort, KeyRow { name: series.name.clone(), color, numbers: told }));
    }
    if legend.sort_by.is_some() {
        // The greatest first, what has no value last.
        watchfire_model::sort_small(&mut rows, &|(one, _), (other, _)| {
            one.is_nan().cmp(&other.is_nan()).then(other.total_cmp(one))
        });
    }
    Some(Key {
        table: legend.shape == Some(LegendShape::Table),
        right: legend.place == Some(LegendPlace::Right),
        heads: numbers.iter().map(|reducer| reducer.title()).collect(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    })
}

/// How many rows of a legend a page holds that is rendered before there is a browser.
const MOST_IN_PAGE: usize = 50;

/// A legend as HTML, as the browser would make it, without what is clicked.
pub fn key_html(key: &Key) -> String {
    let shape = if key.table { "board-legend table" } else { "board-legend" };
    // Writing to a String cannot fail, so the results are not looked at.
    let mut html = String::new();
    let _ = write!(html, "<div class=\"{shape}\" style=\"--numbers:{}\">", key.heads.len().max(1));
    if key.table {
        html.push_str("<div class=\"legend-heads\">");
        for head in &key.heads {
            let _ = write!(html, "<span class=\"legend-head\">{}</span>", escape(head));
        }
        html.push_str("</div>");
    }
    html.push_str("<ul>");
    for row in key.rows.iter().take(MOST_IN_PAGE) {
        let (name, color) = (escape(&row.name), escape(&row.color));
        let _ = write!(
            html,
            "<li><span class=\"legend-entry\"><span class=\"legend-mark\" style=\"background-color:{color}\"></span>\
             <span class=\"legend-name\">{name}</span>"
        );
        for number in &row.numbers {
            let _ = write!(html, "<span class=\"legend-value\">{}</span>", escape(number));
        }
        html.push_str("</span></li>");
    }
    html.push_str("</ul></div>");
    html
}
