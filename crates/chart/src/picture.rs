use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{DrawingArea, DrawingBackend};

use crate::Theme;
use crate::chart::Insets;
use crate::surface::plotters::OnPlotters;
use crate::surface::{Rect, Surface};

/// Something that can be drawn at any size on any surface.
pub trait Picture {
    /// For pictures with axes, which may be stretched: the room around the plot in a picture of this size in CSS pixels.
    /// `None` for those that keep their shape.
    fn insets(&self, width: f64, height: f64) -> Option<Insets> {
        let _ = (width, height);
        None
    }

    /// Draws itself into `area`.
    fn paint(&self, surface: &mut dyn Surface, area: Rect, theme: &Theme);
}

/// How fine a backend of plotters is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Backend pixels a CSS pixel has.
    pub scale: f64,
    /// Backend pixels a pixel of the screen has: straight edges lie on whole ones. More than one where the caller has scaled the
    /// backend down, so that lines lie between pixels.
    pub grain: u32,
}

impl Default for Resolution {
    fn default() -> Self {
        Self { scale: 1.0, grain: 1 }
    }
}

/// Draws a picture into the whole of `area`, on any backend of plotters.
///
/// Plotters' pixels are whole numbers. Where the backend can scale, as a canvas can, curves and slopes get smoother by drawing on a
/// grid four times as fine: scale the canvas by a quarter, and pass `scale: ratio * 4.0, grain: 4`. The area is then taken as that much
/// larger.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    picture: &dyn Picture,
    theme: &Theme,
    resolution: Resolution,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (width, height) = area.dim_in_pixel();
    let grain = f64::from(resolution.grain.max(1));
    let scale = if resolution.scale > 0.0 { resolution.scale } else { 1.0 };
    let mut surface = OnPlotters::new(area, scale, grain, theme);
    let area = Rect::new(0.0, 0.0, f64::from(width) * grain / scale, f64::from(height) * grain / scale);
    picture.paint(&mut surface, area, theme);
    surface.error.map_or(Ok(()), Err)
}
