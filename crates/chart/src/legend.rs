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

/// The line of a list, and how far from its left.
type Spot = (usize, f64);

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

    /// Where the entries of a list stand, those that have room in `lines`: the line and the distance from the left. And where it says
    /// how many have none, if some have not.
    fn places(&self, room: f64, lines: usize) -> (Vec<Spot>, Option<Spot>) {
        let mut places: Vec<Spot> = Vec::new();
        // Where each entry could begin at the earliest, and its end.
        let (mut line, mut x) = (0, 0.0);
        let mut ends = vec![(0, 0.0)];
        for entry in &self.entries {
            let width = (text_width(&Self::words(entry), SIZE, false) + MARK).min(room);
            if x > 0.0 && (self.right || x + width > room) {
                (line, x) = (line + 1, 0.0);
            }
            if line >= lines {
                break;
            }
            places.push((line, x));
            x += width + GAP;
            ends.push((line, x));
        }
        if places.len() == self.entries.len() {
            return (places, None);
        }
        // As many as leave room for the word on the others, in their line or below it.
        loop {
            let (line, x) = ends[places.len()];
            let more = text_width(&more(self.entries.len() - places.len()), SIZE, false);
            if !self.right && x + more <= room || places.is_empty() {
                return (places, Some((line, x)));
            }
            if line + 1 < lines {
                return (places, Some((line + 1, 0.0)));
            }
            places.pop();
        }
    }

    fn list(&self, surface: &mut dyn Surface, area: Rect, lines: usize) {
        let (places, rest) = self.places(area.width, lines);
        let middle = |line: usize| area.y + (line as f64 + 0.5) * LINE;
        for (entry, (line, x)) in self.entries.iter().zip(&places) {
            let at = (area.x + x, middle(*line));
            mark(surface, entry.color, at);
            let words = Self::words(entry);
            let text = fitted(&words, SIZE, false, area.width - MARK);
            surface.text((at.0 + MARK, at.1), &text, &TextStyle::new(SIZE, Ink::Text));
        }
        if let Some((line, x)) = rest {
            let text = more(self.entries.len() - places.len());
            surface.text((area.x + x, middle(line)), &text, &TextStyle::new(SIZE, Ink::Muted));
        }
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
            let text = more(self.entries.len() - shown);
            let at = (area.x + MARK, area.y + (shown as f64 + 1.5) * LINE);
            surface.text(at, &text, &TextStyle::new(SIZE, Ink::Muted));
        }
    }
}

/// That there are so many more.
fn more(count: usize) -> String {
    ["+ ", &count.to_string(), " more"].concat()
}

fn mark(surface: &mut dyn Surface, color: Rgba, (x, y): (f64, f64)) {
    rounded(surface, Rect::new(x, y - 2.0, 12.0, 4.0), 2.0, color);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn legend(names: &[String], right: bool) -> Legend<'_> {
        let entry = |name: &String| LegendEntry {
            name: name.clone().into(),
            color: Rgba::BLACK,
            numbers: Vec::new(),
        };
        Legend { right, headings: Vec::new(), entries: names.iter().map(entry).collect() }
    }

    #[test]
    fn what_has_no_room_is_counted_beside_what_has() {
        let names: Vec<String> = (0..9).map(|index| format!("series {index}")).collect();
        let below = legend(&names, false);
        let (places, rest) = below.places(270.0, 2);
        assert_eq!((places.len(), rest.map(|(line, _)| line)), (5, Some(1)));
        assert_eq!(below.places(3000.0, 1).1, None);
        let (places, rest) = legend(&names, true).places(300.0, 4);
        assert_eq!((places.len(), rest), (3, Some((3, 0.0))));
    }

    proptest! {
        #[test]
        fn nothing_lies_upon_another(
            names in proptest::collection::vec("[a-z]{1,30}", 1..30),
            room in 40.0..600.0_f64,
            lines in 1_usize..6,
            right in any::<bool>(),
        ) {
            let legend = legend(&names, right);
            let (places, rest) = legend.places(room, lines);
            let width = |index: usize| (text_width(&names[index], SIZE, false) + MARK).min(room);
            let word = rest.map(|(line, x)| (line, x, text_width(&more(names.len() - places.len()), SIZE, false)));
            let own = places.iter().enumerate().map(|(index, (line, x))| (*line, *x, width(index)));
            let all: Vec<_> = own.chain(word).collect();
            prop_assert_eq!(rest.is_none(), places.len() == names.len());
            for (at, (line, x, width)) in all.iter().enumerate() {
                prop_assert!(*line < lines && (*x == 0.0 || x + width <= room + 1e-6));
                prop_assert!(all[at + 1..].iter().all(|(other, begin, _)| other != line || *begin >= x + width));
            }
        }
    }
}
