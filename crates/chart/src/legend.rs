use std::borrow::Cow;

use crate::surface::metrics::{fitted, text_width};
use crate::surface::shapes::rounded;
use crate::surface::{Anchor, Ink, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// The legend of a picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legend<'a> {
    /// Whether it is right of the picture; otherwise it is below.
    pub right: bool,
    /// What the numbers of entries are; a legend with headings is a table.
    pub headings: Vec<Cow<'a, str>>,
    /// The series, in order.
    pub entries: Vec<LegendEntry<'a>>,
}

/// A series in a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry<'a> {
    /// What it is called.
    pub name: Cow<'a, str>,
    /// Its colour.
    pub color: Rgba,
    /// Its numbers in words; in a list they stand behind the name.
    pub numbers: Vec<Cow<'a, str>>,
}

const SIZE: f64 = 11.5;
const LINE: f64 = 19.0;
/// A mark, and the gap behind it.
const MARK: f64 = 18.0;
const GAP: f64 = 16.0;

impl Legend<'_> {
    fn is_table(&self) -> bool {
        !self.headings.is_empty()
    }

    /// What an entry of a list says.
    fn words(entry: &LegendEntry<'_>) -> String {
        let mut words = entry.name.to_string();
        for number in &entry.numbers {
            words.push_str("  ");
            words.push_str(number);
        }
        words
    }

    /// The part of `area` that the legend takes, and what is left for the picture.
    pub(crate) fn split(&self, area: Rect) -> (Rect, Rect) {
        if self.entries.is_empty() {
            return (Rect::new(area.x, area.bottom(), 0.0, 0.0), area);
        }
        if self.right {
            let width = if self.is_table() { self.table_width() } else { self.list_width() };
            let width = width.min(area.width * 0.5);
            let legend = Rect::new(area.right() - width, area.y, width, area.height);
            return (legend, area.shrunk(0.0, 0.0, width + 10.0, 0.0));
        }
        let lines = if self.is_table() { self.entries.len() + 1 } else { self.rows(area.width) };
        // The picture is more important.
        let most = if self.is_table() { 0.45 } else { 0.35 };
        let height = (lines as f64 * LINE).min((area.height * most / LINE).floor().max(1.0) * LINE);
        let legend = Rect::new(area.x, area.bottom() - height, area.width, height);
        (legend, area.shrunk(0.0, 0.0, 0.0, height + 6.0))
    }

    fn list_width(&self) -> f64 {
        let entries = self.entries.iter().map(|entry| text_width(&Self::words(entry), SIZE, false));
        entries.fold(0.0, f64::max) + MARK + 6.0
    }

    /// The widths of the columns of a table: the name, and each number.
    fn columns(&self) -> (f64, Vec<f64>) {
        let entries = self.entries.iter().take(500);
        let name = entries.clone().map(|entry| text_width(&entry.name, SIZE, false)).fold(0.0, f64::max);
        let numbers = self.headings.iter().enumerate().map(|(column, heading)| {
            let numbers = entries.clone().filter_map(|entry| entry.numbers.get(column));
            let widest = numbers.map(|number| text_width(number, SIZE, false)).fold(0.0, f64::max);
            widest.max(text_width(heading, SIZE, true)) + GAP
        });
        (name + MARK + 6.0, numbers.collect())
    }

    fn table_width(&self) -> f64 {
        let (name, numbers) = self.columns();
        name + numbers.iter().sum::<f64>()
    }

    /// How many lines a list takes in a width.
    fn rows(&self, room: f64) -> usize {
        let (mut rows, mut x) = (1, 0.0);
        for entry in &self.entries {
            let width = (text_width(&Self::words(entry), SIZE, false) + MARK).min(room);
            if x > 0.0 && x + width > room {
                rows += 1;
                x = 0.0;
            }
            x += width + GAP;
        }
        rows
    }

    pub(crate) fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let lines = (area.height / LINE + 0.01).floor() as usize;
        if self.entries.is_empty() || lines == 0 || area.width < MARK {
            return;
        }
        if self.is_table() {
            self.table(surface, area, lines, theme);
        } else {
            self.list(surface, area, lines);
        }
    }

    fn list(&self, surface: &mut dyn Surface, area: Rect, lines: usize) {
        let (mut line, mut x) = (0, 0.0);
        for (index, entry) in self.entries.iter().enumerate() {
            let words = Self::words(entry);
            let width = (text_width(&words, SIZE, false) + MARK).min(area.width);
            if x > 0.0 && (self.right || x + width > area.width) {
                line += 1;
                x = 0.0;
            }
            let left = self.entries.len() - index;
            // The last line, or the rest of it, tells how many have no room.
            let last = line + 1 == lines && left > 1;
            let more = last
                && (self.right || x + width + GAP + 60.0 > area.width)
                && !self.fits(index, x, area.width);
            let y = area.y + (line as f64 + 0.5) * LINE;
            if line >= lines || more {
                let text = ["+ ", &left.to_string(), " more"].concat();
                let at = (area.x + x, (y).min(area.bottom() - LINE / 2.0));
                surface.text(at, &text, &TextStyle::new(SIZE, Ink::Muted));
                return;
            }
            mark(surface, entry.color, (area.x + x, y));
            let text = fitted(&words, SIZE, false, area.width - MARK);
            surface.text((area.x + x + MARK, y), &text, &TextStyle::new(SIZE, Ink::Text));
            x += width + GAP;
        }
    }

    /// Whether all entries from `index` on fit the rest of a line.
    fn fits(&self, index: usize, x: f64, room: f64) -> bool {
        let rest = self.entries[index..].iter();
        let width: f64 = rest.map(|entry| text_width(&Self::words(entry), SIZE, false) + MARK + GAP).sum();
        !self.right && x + width - GAP <= room
    }

    fn table(&self, surface: &mut dyn Surface, area: Rect, lines: usize, theme: &Theme) {
        let (names, numbers) = self.columns();
        // What has no room for its numbers shows the first of them.
        let mut room = area.width - names.min(area.width * 0.4) + 1.0;
        let numbers: Vec<f64> = numbers
            .into_iter()
            .take_while(|width| {
                room -= width;
                room >= 0.0
            })
            .collect();
        let name = area.width - numbers.iter().sum::<f64>();
        let mut right = area.x + name;
        let y = area.y + LINE * 0.5;
        for (heading, width) in self.headings.iter().zip(&numbers) {
            right += width;
            let style = TextStyle::new(SIZE, Ink::Muted).bold().anchored(Anchor::End);
            surface.text((right - 2.0, y), heading, &style);
        }
        let line = [(area.x, area.y + LINE), (area.right(), area.y + LINE)];
        surface.line(&line, &Stroke::solid(theme.grid, 1.0));
        let rows = lines.saturating_sub(1);
        let shown = if self.entries.len() > rows { rows.saturating_sub(1) } else { self.entries.len() };
        for (index, entry) in self.entries.iter().take(shown).enumerate() {
            let y = area.y + (index as f64 + 1.5) * LINE;
            mark(surface, entry.color, (area.x, y));
            let text = fitted(&entry.name, SIZE, false, name - MARK - 4.0);
            surface.text((area.x + MARK, y), &text, &TextStyle::new(SIZE, Ink::Text));
            let mut right = area.x + name;
            for (number, width) in entry.numbers.iter().zip(&numbers) {
                right += width;
                let style = TextStyle::new(SIZE, Ink::Text).anchored(Anchor::End);
                surface.text((right - 2.0, y), number, &style);
            }
        }
        if shown < self.entries.len() && rows > 0 {
            let text = ["+ ", &(self.entries.len() - shown).to_string(), " more"].concat();
            let at = (area.x + MARK, area.y + (shown as f64 + 1.5) * LINE);
            surface.text(at, &text, &TextStyle::new(SIZE, Ink::Muted));
        }
    }
}

fn mark(surface: &mut dyn Surface, color: Rgba, (x, y): (f64, f64)) {
    rounded(surface, Rect::new(x, y - 2.0, 12.0, 4.0), 2.0, color);
}
