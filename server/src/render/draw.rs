use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::http::StatusCode;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use watchfire_chart::{
    Card, Content, Legend, Mark, PAGE_SIZE, Picture, Point, Rgba, Sheet, Theme, badge, pdf, png, svg,
};
use watchfire_dashboard::{Kind, Place};
use watchfire_model::{TimeRange, format_utc};
use watchfire_panel::{Drawing, Marked, Prepared, Stage, Unfolded, card, title_of};

use super::Trouble;
use super::asked::{Asked, Behind, Form};

/// What was evaluated.
#[derive(Debug)]
pub(super) struct Ready {
    /// The dashboard's title.
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
    /// What is marked on charts.
    pub(super) marks: Vec<Marked>,
    /// Whether a panel is asked for, not the dashboard.
    pub(super) alone: bool,
    pub(super) range: TimeRange,
    /// Milliseconds since the epoch.
    pub(super) now: i64,
    /// How long the picture lasts, in milliseconds.
    pub(super) lasts: i64,
    /// How many panels had no place in the picture.
    pub(super) left_out: usize,
}

/// A panel with what it shows.
#[derive(Debug)]
pub(super) struct Panel {
    pub(super) item: Unfolded,
    pub(super) place: Place,
    pub(super) prepared: Prepared,
    pub(super) failures: Vec<String>,
    /// Where nodes lie, of graphs.
    pub(super) positions: Vec<Point>,
}

/// A picture as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    pub(super) form: Form,
    pub(super) status: StatusCode,
    pub(super) bytes: Bytes,
    /// A strong one, in its quotation marks.
    pub(super) etag: String,
    /// Seconds.
    pub(super) max_age: i64,
}

impl Drawn {
    pub(super) fn new(form: Form, status: StatusCode, bytes: Vec<u8>, max_age: i64) -> Self {
        let mut etag = String::from("\"");
        for byte in &Sha256::digest(&bytes)[..16] {
            // Writing to a String cannot fail.
            let _ = write!(etag, "{byte:02x}");
        }
        etag.push('"');
        Self { form, status, bytes: bytes.into(), etag, max_age }
    }
}

/// The usual sizes in CSS pixels.
const PANEL: (f64, f64) = (1000.0, 400.0);
const DASHBOARD: f64 = 1200.0;

/// Draws what was evaluated. It takes its time: where blocking is allowed.
pub(super) fn draw(ready: &Ready, asked: &Asked, most_pixels: u64) -> Result<Drawn, Trouble> {
    let theme = asked.theme();
    let hidden = BTreeSet::new();
    let marks: Vec<Vec<Mark<'_>>> = ready
        .panels
        .iter()
        .map(|panel| {
            let own = ready.marks.iter().filter(|mark| mark.is_for(panel.item.panel.id));
            own.map(|mark| mark.mark(theme)).collect()
        })
        .collect();
    let stages: Vec<Stage<'_>> = ready
        .panels
        .iter()
        .zip(&marks)
        .map(|(panel, marks)| Stage {
            theme,
            window: ready.range,
            utc_offset: asked.utc_offset,
            now: ready.now,
            hidden: &hidden,
            marks,
            positions: &panel.positions,
        })
        .collect();
    let mut status = StatusCode::OK;
    let bytes = match (asked.form, ready.panels.first()) {
        (Form::Badge, Some(panel)) => badge_of(panel, asked, &stages[0], theme).into_bytes(),
        (Form::Png | Form::Svg, Some(panel)) if ready.alone => {
            if !panel.failures.is_empty()
                && panel.prepared.series.is_empty()
                && panel.prepared.tables.is_empty()
            {
                status = StatusCode::UNPROCESSABLE_ENTITY;
            }
            let card =
                Card { framed: false, ..card(&panel.item, &panel.prepared, &panel.failures, &stages[0]) };
            let background = match asked.behind {
                Behind::Usual => Some(theme.surface),
                Behind::Nothing => None,
                Behind::Color(color) => Some(color),
            };
            raster(&card, panel_size(asked, panel.place), asked, theme, background, most_pixels)?
        }
        (Form::Pdf, _) => {
            let sheets = sheet(ready, asked, &stages).in_pages(PAGE_SIZE.1);
            pdf(&sheets, &ready.title, theme).map_err(|error| Trouble::internal(error.to_string()))?
        }
        _ => {
            let sheet = sheet(ready, asked, &stages);
            let size = (asked.width.unwrap_or(DASHBOARD), asked.height.unwrap_or(sheet.height()));
            let background = match asked.behind {
                Behind::Usual => theme.background,
                Behind::Nothing => Rgba::TRANSPARENT,
                Behind::Color(color) => color,
            };
            raster(&sheet, size, asked, &Theme { background, ..*theme }, None, most_pixels)?
        }
    };
    let drawn = Drawn::new(asked.form, status, bytes, ready.lasts / 1000);
    Ok(drawn)
}

/// A picture that says what is wrong, as small as it was asked for, and never large.
pub(super) fn error(asked: &Asked, trouble: &Trouble) -> Drawn {
    let theme = asked.theme();
    let size = (asked.width.unwrap_or(PANEL.0).min(PANEL.0), asked.height.unwrap_or(PANEL.1).min(PANEL.1));
    let card = Card {
        title: Cow::Borrowed(""),
        content: Content::Error(Cow::Borrowed(&trouble.text)),
        legend: Legend::default(),
        notes: Vec::new(),
        framed: false,
    };
    let small = Asked { scale: asked.scale.min(2.0), ..asked.clone() };
    let bytes = match asked.form {
        Form::Badge => {
            let label = asked.label.as_deref().unwrap_or("watchfire");
            let word = if trouble.status == StatusCode::NOT_FOUND || trouble.status == StatusCode::GONE {
                "not found"
            } else {
                "error"
            };
            badge(label, word, theme.muted).into_bytes()
        }
        Form::Pdf => trouble.text.clone().into_bytes(),
        // What cannot be drawn either has no bytes; the status says it still.
        _ => raster(&card, size, &small, theme, Some(theme.surface), u64::MAX).unwrap_or_default(),
    };
    Drawn::new(asked.form, trouble.status, bytes, 0)
}

/// The size of one panel: where only one side is said, the panel's own shape says the other.
pub(super) fn panel_size(asked: &Asked, place: Place) -> (f64, f64) {
    // A column of a wide screen, and a row.
    let shape = (f64::from(place.h.max(1)) * 36.0) / (f64::from(place.w.max(1)) * 50.0);
    match (asked.width, asked.height) {
        (None, None) => PANEL,
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, (width * shape).round().max(16.0)),
        (None, Some(height)) => ((height / shape).round().max(16.0), height),
    }
}

fn raster(
    picture: &dyn Picture,
    (width, height): (f64, f64),
    asked: &Asked,
    theme: &Theme,
    background: Option<Rgba>,
    most_pixels: u64,
) -> Result<Vec<u8>, Trouble> {
    if asked.form == Form::Svg {
        return Ok(svg(picture, width, height, theme, background).into_bytes());
    }
    let pixels = width * height * asked.scale * asked.scale;
    if pixels > most_pixels as f64 {
        let text = format!(
            "the picture would have {pixels:.0} pixels, {most_pixels} are allowed (render.max_pixels); ask for a smaller one, or as .svg"
        );
        return Err(Trouble::refused(text));
    }
    png(picture, width, height, asked.scale, theme, background)
        .map_err(|error| Trouble::refused(error.to_string()))
}

fn sheet<'a>(ready: &'a Ready, asked: &Asked, stages: &[Stage<'a>]) -> Sheet<'a> {
    let cards = ready.panels.iter().zip(stages).map(|(panel, stage)| {
        let Place { x, y, w, h } = panel.place;
        let place = watchfire_chart::Place { x: x.into(), y: y.into(), width: w.into(), height: h.into() };
        // A panel alone stands at the top.
        let place = if ready.alone {
            watchfire_chart::Place { x: 0, y: 0, width: Sheet::COLUMNS, height: 12 }
        } else {
            place
        };
        (place, card(&panel.item, &panel.prepared, &panel.failures, stage))
    });
    Sheet {
        title: Cow::Borrowed(&ready.title),
        subtitle: Cow::Owned(subtitle(ready, asked.utc_offset)),
        cards: cards.collect(),
    }
}

/// The range in words, and what is missing.
fn subtitle(ready: &Ready, utc_offset: i64) -> String {
    let at = |time, pattern| format_utc(time, utc_offset, pattern);
    let TimeRange { start, end } = ready.range;
    let day = "%Y-%m-%d";
    let to = if at(start, day) == at(end, day) { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    let zone = if utc_offset == 0 {
        "UTC".to_owned()
    } else {
        let minutes = utc_offset.abs() / 60_000;
        let sign = if utc_offset < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let mut text = format!("{} to {} {zone}", at(start, "%Y-%m-%d %H:%M"), at(end, to));
    if ready.left_out > 0 {
        // Writing to a String cannot fail.
        let _ = write!(text, " · {} panels are left out", ready.left_out);
    }
    text
}

/// The first number of a panel, in the colour that it has there.
fn badge_of(panel: &Panel, asked: &Asked, stage: &Stage<'_>, theme: &Theme) -> String {
    let title = title_of(&panel.item);
    let label = asked.label.as_deref().unwrap_or(&title);
    let stat = watchfire_dashboard::Panel { kind: Kind::Stat, ..panel.item.panel.clone() };
    let drawing = Drawing::of(&stat, &panel.prepared, stage);
    let Some(Drawing::Stat(drawing)) = drawing else { return badge(label, "no data", theme.muted) };
    match drawing.items.first() {
        Some(item) => {
            let reading = &item.reading;
            let gap = if reading.unit.is_empty() || reading.unit == "%" { "" } else { " " };
            badge(label, &format!("{}{gap}{}", reading.number, reading.unit), reading.color)
        }
        None if panel.failures.is_empty() => badge(label, "no data", theme.muted),
        None => badge(label, "error", theme.muted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_keep_their_shape() {
        let place = Place { x: 0, y: 0, w: 12, h: 8 };
        for (width, height, expected) in [
            (None, None, (1000.0, 400.0)),
            (Some(600.0), None, (600.0, 288.0)),
            (None, Some(288.0), (600.0, 288.0)),
            (Some(10.0), Some(20.0), (10.0, 20.0)),
        ] {
            let asked = Asked { width, height, ..Asked::usual(Form::Png) };
            assert_eq!(panel_size(&asked, place), expected);
        }
    }
}
