//! Text as pictures: for where a whole dashboard is one.

use std::borrow::Cow;

use crate::picture::Picture;
use crate::surface::metrics::{fitted, text_width, wrapped};
use crate::surface::shapes::rounded;
use crate::surface::{Anchor, Ink, Rect, Stroke, Surface, TextStyle};
use crate::{Rgba, Theme};

/// Rows of text below headings; what has no room is counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableText<'a> {
    /// The headings.
    pub columns: Vec<TableColumn<'a>>,
    /// The rows, each with a cell for each column.
    pub rows: Vec<Vec<TableCell<'a>>>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableColumn<'a> {
    /// Its heading.
    pub name: Cow<'a, str>,
    /// Whether its cells are numbers, which end at the right.
    pub numbers: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableCell<'a> {
    /// What stands in it.
    pub text: Cow<'a, str>,
    /// Its colour.
    pub color: Option<Rgba>,
    /// Whether the colour fills the cell.
    pub fill: bool,
}

const ROW: f64 = 24.0;
const SIZE: f64 = 12.0;
const GAP: f64 = 16.0;

impl TableText<'_> {
    /// The columns' widths: what they need where there is room, otherwise wide ones give way first.
    fn widths(&self, room: f64) -> Vec<f64> {
        let mut needs: Vec<f64> = (0..self.columns.len())
            .map(|column| {
                let cells = self.rows.iter().take(200).filter_map(|row| row.get(column));
                let widest = cells.map(|cell| text_width(&cell.text, SIZE, false)).fold(0.0, f64::max);
                widest.max(text_width(&self.columns[column].name, SIZE, true)) + GAP
            })
            .collect();
        let whole: f64 = needs.iter().sum();
        if needs.is_empty() {
            return needs;
        }
        if whole <= room {
            let more = (room - whole) / needs.len() as f64;
            for need in &mut needs {
                *need += more;
            }
            return needs;
        }
        // The greatest width that none exceeds, so that all fit.
        let mut sorted = needs.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut left = room;
        let mut most = 0.0;
        for (index, need) in sorted.iter().enumerate() {
            let even = left / (sorted.len() - index) as f64;
            if *need > even {
                most = even;
                break;
            }
            left -= need;
        }
        for need in &mut needs {
            *need = need.min(most);
        }
        needs
    }
}

impl Picture for TableText<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme) {
        let widths = self.widths(area.width);
        let rows = ((area.height / ROW).floor() as usize).saturating_sub(1);
        if rows == 0 || area.width < 8.0 {
            return;
        }
        // The last line tells how many have no room.
        let shown = if self.rows.len() > rows { rows.saturating_sub(1) } else { self.rows.len() };
        let mut x = area.x;
        for (column, width) in self.columns.iter().zip(&widths) {
            let place = Rect::new(x, area.y, *width, ROW);
            let style = TextStyle::new(SIZE, Ink::Muted).bold();
            cell(surface, &column.name, place, column.numbers, style);
            x += width;
        }
        let line = |surface: &mut dyn Surface, y: f64| {
            surface.line(&[(area.x, y), (area.right(), y)], &Stroke::solid(theme.grid, 1.0));
        };
        for (index, row) in self.rows.iter().take(shown).enumerate() {
            let y = area.y + ROW * (index + 1) as f64;
            line(surface, y);
            let mut x = area.x;
            for ((entry, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                let place = Rect::new(x, y, *width, ROW);
                let ink = match entry.color {
                    Some(color) if entry.fill => {
                        let solid = color.over(theme.surface);
                        rounded(surface, place.shrunk(1.0, 2.0, 1.0, 1.0), 3.0, solid);
                        Ink::Color(solid.ink())
                    }
                    Some(color) => Ink::Legible(color),
                    None => Ink::Text,
                };
                cell(surface, &entry.text, place, column.numbers, TextStyle::new(SIZE, ink));
                x += width;
            }
        }
        if shown < self.rows.len() {
            let y = area.y + ROW * (shown + 1) as f64;
            line(surface, y);
            let more = (self.rows.len() - shown).to_string();
            let style = TextStyle::new(SIZE, Ink::Muted);
            surface.text((area.x + 6.0, y + ROW / 2.0), &["and ", &more, " more"].concat(), &style);
        }
    }
}

fn cell(surface: &mut dyn Surface, text: &str, place: Rect, right: bool, style: TextStyle) {
    let text = fitted(text, style.size, style.bold, place.width - 10.0);
    let (x, anchor) = if right { (place.right() - 6.0, Anchor::End) } else { (place.x + 6.0, Anchor::Start) };
    surface.text((x, place.center().1), &text, &style.anchored(anchor));
}

/// Plain text, broken into lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TextBlock<'a> {
    /// The text; its line ends are kept.
    pub text: Cow<'a, str>,
    /// The size of letters in CSS pixels; 0 for 13.
    pub size: f64,
    /// Whether it stands in the middle of the picture.
    pub centered: bool,
}

impl Picture for TextBlock<'_> {
    fn paint(&self, surface: &mut dyn Surface, area: Rect, _: &Theme) {
        let size = if self.size > 0.0 { self.size.min(200.0) } else { 13.0 };
        if area.width < size || area.height < size {
            return;
        }
        let lines = wrapped(&self.text, size, area.width);
        let height = size * 1.45;
        let most = (area.height / height).floor().max(1.0) as usize;
        let shown = lines.len().min(most);
        let style = TextStyle::new(size, Ink::Text);
        let (x, style, top) = if self.centered {
            let top = area.y + (area.height - shown as f64 * height) / 2.0;
            (area.center().0, style.anchored(Anchor::Middle), top)
        } else {
            (area.x, style, area.y)
        };
        for (index, line) in lines.iter().take(shown).enumerate() {
            let y = top + (index as f64 + 0.5) * height;
            if index + 1 == shown && lines.len() > shown {
                surface.text((x, y), &[line, " …"].concat(), &style);
            } else {
                surface.text((x, y), line, &style);
            }
        }
    }
}
