//! Charts: one description, drawn with plotters to SVG for the server's pages and to canvas in the browser.
//!
//! [`Chart`] is what to draw, [`Frame`] is where (it also answers which time a pixel stands for), [`draw`] puts the one
//! into the other on any plotters backend, and [`svg`] makes an SVG that stretches to its container's width.

mod chart;
mod draw;
mod frame;
mod palette;
mod scale;
mod svg;
mod unit;

pub use chart::{Chart, Column, Style};
pub use draw::{Labelling, draw};
pub use frame::{Frame, Insets};
pub use palette::{SERIES_COLORS, Theme, series_color, series_css_color};
pub use scale::{Tick, TimeScale, ValueScale};
pub use svg::svg;
pub use unit::{format_value, split_value};
