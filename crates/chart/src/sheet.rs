use std::borrow::Cow;

use crate::picture::Picture;
use crate::surface::metrics::fitted;
use crate::surface::{Anchor, Ink, Rect, Surface, TextStyle};
use crate::{Card, Theme};

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

    /// How many rows of panels a picture of this height has room for; at least one.
    pub fn rows_in(&self, height: f64) -> u32 {
        ((height - self.top() - 12.0) / (Self::ROW + Self::GAP)).floor().max(1.0) as u32
    }

    /// Where cards begin in CSS pixels from the top, and their titles, of those that have one.
    pub fn titles(&self) -> impl Iterator<Item = (f64, &str)> {
        let titled = self.cards.iter().filter(|(_, card)| !card.title.is_empty());
        titled.map(|(place, card)| {
            (self.top() + f64::from(place.y) * (Self::ROW + Self::GAP), card.title.as_ref())
        })
    }

    /// The same cards on pages of a height. What lies side by side stays together, a heading with what it stands above, and what is
    /// taller than a page is made to fit.
    /// Each page has the title, and its number behind the subtitle.
    #[must_use]
    pub fn in_pages(self, height: f64) -> Vec<Self> {
        let room = self.rows_in(height);
        let Self { title, subtitle, mut cards } = self;
        cards.sort_by_key(|(place, _)| (place.y, place.x));
        let mut pages: Vec<Vec<(Place, Card<'_>)>> = vec![Vec::new()];
        let mut used = 0;
        let bands = bands(cards);
        // The rows of each band with those that must not be parted from it.
        let mut needs: Vec<u32> = Vec::with_capacity(bands.len());
        for (top, bottom, band) in bands.iter().rev() {
            let heads = band.iter().all(|(_, card)| card.is_heading());
            let below = needs.last().copied().filter(|_| heads).unwrap_or(0);
            needs.push((bottom - top).saturating_add(below).min(room));
        }
        for ((top, bottom, mut band), needed) in bands.into_iter().zip(needs.into_iter().rev()) {
            let rows = (bottom - top).min(room);
            if used > 0 && used + needed > room {
                pages.push(Vec::new());
                used = 0;
            }
            let squeezed = |row: u32| (row - top) * rows / (bottom - top).max(1);
            for (place, _) in &mut band {
                let end = squeezed(place.y + place.height);
                let begin = squeezed(place.y);
                (place.y, place.height) = (used + begin, (end - begin).max(1));
            }
            used += rows;
            if let Some(page) = pages.last_mut() {
                page.append(&mut band);
            }
        }
        let count = pages.len();
        let numbered = |index: usize| match count {
            1 => subtitle.clone(),
            _ => Cow::Owned(format!("{subtitle} · {} of {count}", index + 1)),
        };
        let page = |(index, cards)| Self { title: title.clone(), subtitle: numbered(index), cards };
        pages.into_iter().enumerate().map(page).collect()
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

/// The first row, the one below the last, and the cards.
type Band<'a> = (u32, u32, Vec<(Place, Card<'a>)>);

/// Cards that have rows in common, with their first row and the one below their last; from the top, cards sorted so.
fn bands(cards: Vec<(Place, Card<'_>)>) -> Vec<Band<'_>> {
    let mut bands: Vec<Band<'_>> = Vec::new();
    for (place, card) in cards {
        let bottom = place.y.saturating_add(place.height);
        match bands.last_mut() {
            Some((_, end, band)) if place.y < *end => {
                *end = bottom.max(*end);
                band.push((place, card));
            }
            _ => bands.push((place.y, bottom, vec![(place, card)])),
        }
    }
    bands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Content;

    fn sheet(places: &[(u32, u32, u32)]) -> Sheet<'static> {
        let card = |(index, (x, y, height)): (usize, &(u32, u32, u32))| {
            let place = Place { x: *x, y: *y, width: 12, height: *height };
            let content = Content::Empty("".into());
            let title = index.to_string().into();
            (
                place,
                Card {
                    title,
                    content,
                    legend: crate::Legend::default(),
                    notes: Vec::new(),
                    framed: *height > 1,
                },
            )
        };
        Sheet {
            title: "t".into(),
            subtitle: "s".into(),
            cards: places.iter().enumerate().map(card).collect(),
        }
    }

    #[test]
    fn what_lies_side_by_side_stays_on_a_page() {
        type Places<'a> = &'a [(u32, u32, u32)];
        // Ten rows fit a page.
        let height = 48.0 + 12.0 + 10.0 * 38.0;
        let table: [(Places<'_>, &str); 6] = [
            (&[(0, 0, 4), (12, 0, 6), (0, 6, 4)], "0@0+4 1@0+6 2@6+4"),
            (&[(0, 0, 6), (0, 6, 6)], "0@0+6 | 1@0+6"),
            (&[(0, 0, 5), (12, 0, 5), (0, 5, 5), (12, 5, 6)], "0@0+5 1@0+5 | 2@0+5 3@0+6"),
            (&[(0, 0, 10), (0, 10, 10), (12, 0, 20)], "0@0+5 2@0+10 1@5+5"),
            // Headings go with what they stand above, where that is possible.
            (&[(0, 0, 8), (0, 8, 1), (0, 9, 4)], "0@0+8 | 1@0+1 2@1+4"),
            (&[(0, 0, 1), (0, 1, 10), (0, 11, 1)], "0@0+1 | 1@0+10 | 2@0+1"),
        ];
        for (places, expected) in table {
            let pages = sheet(places).in_pages(height);
            let told = |page: &Sheet<'_>| {
                let cards =
                    page.cards.iter().map(|(at, card)| format!("{}@{}+{}", card.title, at.y, at.height));
                cards.collect::<Vec<_>>().join(" ")
            };
            assert_eq!(pages.iter().map(told).collect::<Vec<_>>().join(" | "), expected);
            assert!(pages.iter().all(|page| page.height() <= height + 0.1));
        }
    }
}
