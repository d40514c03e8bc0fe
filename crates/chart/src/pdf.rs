//! Dashboards as PDF: pages of A4, vectors and text that can be selected. Written by krilla straight from what pictures draw.

use krilla::Document;
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Transform};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::text::Font;

use crate::surface::Rect;
use crate::surface::pdf::{Fonts, PdfSurface};
use crate::{Picture, Sheet, Theme};

/// Why there is no document.
#[derive(Debug, PartialEq, Eq)]
pub struct PdfError(String);

impl std::fmt::Display for PdfError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the document could not be written: {}", self.0)
    }
}

impl std::error::Error for PdfError {}

/// A4 across, in points of 1/72 inch.
const PAGE: (f32, f32) = (841.89, 595.28);

/// Points that a CSS pixel has.
const POINTS: f32 = 0.75;

/// The size of a page in CSS pixels.
pub const PAGE_SIZE: (f64, f64) = ((PAGE.0 / POINTS) as f64, (PAGE.1 / POINTS) as f64);

/// A document with a page for each sheet, and an outline that leads to the panels by their titles.
///
/// # Errors
///
/// What was drawn could not be written.
pub fn pdf(sheets: &[Sheet<'_>], title: &str, theme: &Theme) -> Result<Vec<u8>, PdfError> {
    let mut document = Document::new();
    let fonts = fonts()?;
    let mut outline = Outline::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1)
            .ok_or_else(|| PdfError("the page has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_scale(POINTS, POINTS));
        let area = Rect::new(0.0, 0.0, PAGE_SIZE.0, PAGE_SIZE.1);
        sheet.paint(&mut PdfSurface { page: &mut surface, fonts: &fonts, theme }, area, theme);
        surface.pop();
        surface.finish();
        page.finish();
        for (at, title) in sheet.titles() {
            let at = Point::from_xy(0.0, at as f32 * POINTS);
            outline.push_child(OutlineNode::new(title.to_owned(), XyzDestination::new(index, at)));
        }
    }
    document.set_outline(outline);
    let metadata = Metadata::new().title(title.to_owned()).creator("Watchfire".to_owned());
    document.set_metadata(metadata);
    document.finish().map_err(|error| PdfError(format!("{error:?}")))
}

fn fonts() -> Result<Fonts, PdfError> {
    let read = |data: &'static [u8]| {
        Font::new(data.into(), 0).ok_or_else(|| PdfError("a font cannot be read".to_owned()))
    };
    Ok(Fonts {
        regular: read(include_bytes!("../fonts/Inter-Regular.otf"))?,
        bold: read(include_bytes!("../fonts/Inter-SemiBold.otf"))?,
    })
}
