use std::borrow::Cow;

use crate::legend::Legend;
use crate::picture::Picture;
use crate::surface::metrics::{fitted, wrapped};
use crate::surface::shapes::{outlined, rounded};
use crate::surface::{Anchor, Ink, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// A whole panel as a picture.
pub struct Card<'a> {
    /// Its title; empty for none.
    pub title: Cow<'a, str>,
    /// What it shows.
    pub content: Content<'a>,
    /// Its legend.
    pub legend: Legend<'a>,
    /// Whether it has a background and a border.
    pub framed: bool,
}

/// What a panel shows.
pub enum Content<'a> {
    /// A picture.
    Picture(Box<dyn Picture + 'a>),
    /// Nothing: what stands there instead, such as "no data".
    Empty(Cow<'a, str>),
    /// An error, in words.
    Error(Cow<'a, str>),
}

const TITLE: f64 = 13.0;
const PAD: f64 = 10.0;

impl Picture for Card<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        if self.framed {
            rounded(surface, area, 4.0, theme.surface);
            outlined(surface, area.shrunk(0.5, 0.5, 0.5, 0.5), 4.0, &Stroke::solid(theme.border, 1.0));
        }
        let mut inside = area.shrunk(PAD, PAD, PAD, PAD);
        if !self.title.is_empty() {
            let title = fitted(&self.title, TITLE, true, inside.width);
            surface.text(
                (inside.x, inside.y + TITLE * 0.6),
                &title,
                &TextStyle::new(TITLE, Ink::Text).bold(),
            );
            inside = inside.shrunk(0.0, TITLE * 1.9, 0.0, 0.0);
        }
        match &self.content {
            Content::Picture(picture) => {
                let (legend, rest) = self.legend.split(inside);
                picture.paint(surface, rest, theme);
                self.legend.paint(surface, legend, theme);
            }
            Content::Empty(text) => message(surface, text, inside, Ink::Muted),
            Content::Error(text) => {
                let (x, y) = inside.center();
                if inside.height > 60.0 {
                    surface.circle((x, y - 26.0), 9.0, theme.critical);
                    let ink = Ink::Color(theme.critical.ink());
                    surface.text(
                        (x, y - 26.0),
                        "!",
                        &TextStyle::new(12.0, ink).bold().anchored(Anchor::Middle),
                    );
                    message(surface, text, inside.shrunk(0.0, 16.0, 0.0, 0.0), Ink::Legible(theme.critical));
                } else {
                    message(surface, text, inside, Ink::Legible(theme.critical));
                }
            }
        }
    }
}

fn message(surface: &mut dyn Surface, text: &str, area: Rect, ink: Ink) {
    const SIZE: f64 = 12.5;
    const LINE: f64 = SIZE * 1.4;
    let lines = wrapped(text, SIZE, area.width.min(420.0));
    let most = (area.height / LINE).floor() as usize;
    let shown = lines.len().min(most);
    let (x, y) = area.center();
    let style = TextStyle::new(SIZE, ink).anchored(Anchor::Middle);
    for (index, line) in lines.iter().take(shown).enumerate() {
        surface.text((x, y + (index as f64 + 0.5 - shown as f64 / 2.0) * LINE), line, &style);
    }
}

/// A dashboard as one picture: panels on a grid of 24 columns.
pub struct Sheet<'a> {
    /// The dashboard's title; empty for none.
    pub title: Cow<'a, str>,
    /// What stands behind it, such as the time range.
    pub subtitle: Cow<'a, str>,
    /// The panels.
    pub cards: Vec<(Place, Card<'a>)>,
}

/// Where a panel lies, in columns of 24 and in rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Columns from the left.
    pub x: u32,
    /// Rows from the top.
    pub y: u32,
    /// Columns that it takes.
    pub width: u32,
    /// Rows that it takes.
    pub height: u32,
}

impl Sheet<'_> {
    /// How many columns there are.
    pub const COLUMNS: u32 = 24;
    /// A row's height in CSS pixels.
    const ROW: f64 = 30.0;
    const GAP: f64 = 8.0;

    fn top(&self) -> f64 {
        if self.title.is_empty() { 12.0 } else { 48.0 }
    }

    /// How high the picture is in CSS pixels.
    pub fn height(&self) -> f64 {
        let rows =
            self.cards.iter().map(|(place, _)| place.y.saturating_add(place.height)).max().unwrap_or(0);
        self.top() + f64::from(rows) * (Self::ROW + Self::GAP) + 12.0
    }
}

impl Picture for Sheet<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        surface.rect(area, theme.background);
        let inside = area.shrunk(12.0, 0.0, 12.0, 0.0);
        if !self.title.is_empty() {
            let y = area.y + 25.0;
            let title = fitted(&self.title, 17.0, true, inside.width * 0.65);
            surface.text((inside.x, y), &title, &TextStyle::new(17.0, Ink::Text).bold());
            let subtitle = fitted(&self.subtitle, 12.0, false, inside.width * 0.33);
            let style = TextStyle::new(12.0, Ink::Muted).anchored(Anchor::End);
            surface.text((inside.right(), y), &subtitle, &style);
        }
        let column = (inside.width + Self::GAP) / f64::from(Self::COLUMNS);
        let row = Self::ROW + Self::GAP;
        for (place, card) in &self.cards {
            let left = place.x.min(Self::COLUMNS);
            let columns = place.width.min(Self::COLUMNS - left);
            let rect = Rect::new(
                inside.x + f64::from(left) * column,
                area.y + self.top() + f64::from(place.y) * row,
                f64::from(columns) * column - Self::GAP,
                f64::from(place.height) * row - Self::GAP,
            );
            if rect.width >= 1.0 && rect.height >= 1.0 {
                card.paint(surface, rect, theme);
            }
        }
    }
}

/// A badge such as those in READMEs, as an SVG file: a label, and a value on a colour.
pub fn badge(label: &str, value: &str, color: Rgba) -> String {
    use crate::surface::metrics::text_width;
    use crate::surface::svg::{Fit, SvgSurface};
    const HEIGHT: f64 = 20.0;
    const SIZE: f64 = 11.0;
    const LABEL: Rgba = Rgba::hex(0x4a_50_59);
    // A badge is a line, not a page.
    let (label, value) = (fitted(label, SIZE, false, 400.0), fitted(value, SIZE, false, 400.0));
    let room = |text: &str| if text.is_empty() { 0.0 } else { (text_width(text, SIZE, false) + 12.0).ceil() };
    let (left, right) = (room(&label), room(&value));
    let width = (left + right).max(8.0);
    let mut surface = SvgSurface::new(Fit::Fixed, &Theme::LIGHT);
    let solid = Rgba { alpha: 1.0, ..color };
    // The corners of both ends are round, the edge between them is not.
    rounded(&mut surface, Rect::new(0.0, 0.0, width, HEIGHT), 3.0, if right > 0.0 { solid } else { LABEL });
    if left > 0.0 && right > 0.0 {
        rounded(&mut surface, Rect::new(0.0, 0.0, left.min(width), HEIGHT), 3.0, LABEL);
        surface.rect(Rect::new(left - 3.0, 0.0, 3.0, HEIGHT), LABEL);
    }
    let style = |ink: Rgba| TextStyle::new(SIZE, Ink::Color(ink)).anchored(Anchor::Middle);
    surface.text((left / 2.0, HEIGHT / 2.0), &label, &style(Rgba::WHITE));
    surface.text((left + right / 2.0, HEIGHT / 2.0), &value, &style(solid.ink()));
    let mut out = String::new();
    crate::svg::open(&mut out, width, HEIGHT);
    out.push_str(&surface.shapes);
    out.push_str("</svg>");
    out
}
