use std::borrow::Cow;

use crate::Theme;
use crate::legend::Legend;
use crate::picture::Picture;
use crate::surface::metrics::{fitted, wrapped};
use crate::surface::shapes::{outlined, rounded};
use crate::surface::{Anchor, Ink, Rect, Stroke, Surface, TextStyle};

/// A whole panel as a picture.
pub struct Card<'a> {
    /// Its title; empty for none.
    pub title: Cow<'a, str>,
    /// What it shows.
    pub content: Content<'a>,
    /// Its legend.
    pub legend: Legend<'a>,
    /// What readers should know of it, such as what is left out; a line each below the rest.
    pub notes: Vec<Cow<'a, str>>,
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
        inside = self.paint_notes(surface, inside);
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

impl Card<'_> {
    /// Whether it is the heading of what lies below it, and nothing more.
    pub(crate) fn is_heading(&self) -> bool {
        !self.framed && matches!(&self.content, Content::Empty(text) if text.is_empty())
    }

    /// Writes the notes at the bottom, as far as they leave the picture most of the room; returns what is left.
    fn paint_notes(&self, surface: &mut dyn Surface, inside: Rect) -> Rect {
        const SIZE: f64 = 11.0;
        const LINE: f64 = 16.0;
        let lines = self.notes.len().min((inside.height * 0.25 / LINE) as usize);
        let top = inside.bottom() - lines as f64 * LINE;
        for (index, note) in self.notes.iter().take(lines).enumerate() {
            let text = fitted(note, SIZE, false, inside.width);
            let at = (inside.x, top + (index as f64 + 0.6) * LINE);
            surface.text(at, &text, &TextStyle::new(SIZE, Ink::Muted));
        }
        inside.shrunk(0.0, 0.0, 0.0, lines as f64 * LINE)
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
