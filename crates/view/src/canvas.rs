use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use watchfire_chart::{Picture, Resolution, Theme, draw};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Between pixels of the screen there are so many steps, so that slopes are smooth.
const GRAIN: u32 = 4;

/// Draws on the canvas at the screen's own resolution. `size`: in CSS pixels. `None` if there is no room or no drawing context.
pub fn paint_on(
    canvas: &HtmlCanvasElement,
    picture: &dyn Picture,
    size: (f64, f64),
    theme: &Theme,
) -> Option<()> {
    let ratio = web_sys::window()?.device_pixel_ratio();
    let (width, height) = ((size.0 * ratio).round() as u32, (size.1 * ratio).round() as u32);
    if width < 2 || height < 2 {
        return None;
    }
    // Setting the size also clears the canvas.
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    // A sharp peak must not seem higher than it is.
    context.set_line_join("round");
    let area = CanvasBackend::with_canvas_object(canvas.clone())?.into_drawing_area();
    context.scale(1.0 / f64::from(GRAIN), 1.0 / f64::from(GRAIN)).ok()?;
    let resolution = Resolution { scale: ratio * f64::from(GRAIN), grain: GRAIN };
    draw(&area, picture, theme, resolution).ok()?;
    area.present().ok()
}
