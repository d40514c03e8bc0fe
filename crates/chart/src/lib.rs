//! Pictures of data: one description, drawn to SVG for the server's pages, to canvas in the browser through plotters, and to
//! PNG.
//!
//! [`Chart`] and its like say what to draw; each is a [`Picture`]. [`draw`] puts a picture on any backend of plotters,
//! [`svg_inline`] makes an SVG that stretches to its container's width, [`svg`] one that is a file. [`Frame`] answers which time a
//! pixel of a chart stands for. [`Format`] writes values, [`Rgba`] reads colours.

mod axes;
mod axis;
mod chart;
mod color;
mod format;
mod palette;
mod picture;
mod surface;
mod svg;

pub use axis::{Axis, Scaling, Tick, TimeScale, ValueScale};
pub use chart::{
    Chart, Draw, Frame, Gaps, Insets, Interpolation, Look, Mark, Points, Series, Side, Stacking, Thresholds,
};
pub use color::{ColorScale, Coloring, Rgba, Step, color_of_name};
pub use format::{AxisFormat, Format, format_value, split_value};
pub use palette::{SERIES_COLORS, Theme, series_color, series_css_color};
pub use picture::{Picture, Resolution, draw};
pub use surface::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
pub use svg::{svg, svg_inline};
