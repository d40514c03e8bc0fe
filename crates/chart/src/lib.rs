//! Pictures of data: one description, drawn to SVG for the server's pages, to canvas in the browser through plotters, and to
//! PNG and PDF.
//!
//! [`Chart`] and its like say what to draw; each is a [`Picture`]. [`draw`] puts a picture on any backend of plotters,
//! [`svg_inline`] makes an SVG that stretches to its container's width, [`svg`] one that is a file. [`Frame`] answers which time a
//! pixel of a chart stands for. [`Format`] writes values, [`Rgba`] reads colours.

mod axes;
mod axis;
mod badge;
mod bar_gauge;
mod bars;
mod card;
mod chart;
mod color;
mod format;
mod gauge;
mod heatmap;
mod layout;
mod legend;
mod node_graph;
mod palette;
#[cfg(feature = "pdf")]
mod pdf;
mod picture;
mod pie;
#[cfg(feature = "png")]
mod png;
mod reading;
mod sheet;
mod stat;
mod states;
mod surface;
mod svg;
mod text;

pub use axis::{Axis, Scaling, Tick, TimeScale, ValueScale};
pub use badge::badge;
pub use bar_gauge::{BarGauge, BarMode};
pub use bars::{BarSeries, Bars};
pub use card::{Card, Content};
pub use chart::{
    Chart, Draw, Frame, Gaps, Insets, Interpolation, Look, Mark, Points, Series, Side, Stacking, Thresholds,
};
pub use color::{ColorScale, Coloring, Rgba, Step, color_of_name};
pub use format::{AxisFormat, Format, format_value, split_value};
pub use gauge::Gauge;
pub use heatmap::{Cell, Heatmap, Rows};
pub use layout::ForceLayout;
pub use legend::{Legend, LegendEntry};
pub use node_graph::{Edge, Node, NodeGraph};
pub use palette::{SERIES_COLORS, Theme, series_color, series_css_color};
#[cfg(feature = "pdf")]
pub use pdf::{PAGE_SIZE, PdfError, pdf};
pub use picture::{Picture, Resolution, draw};
pub use pie::Pie;
#[cfg(feature = "png")]
pub use png::{MOST_PIXELS, PngError, png, png_of_svg, usvg_tree};
pub use reading::Reading;
#[cfg(feature = "png")]
pub use resvg::usvg;
pub use sheet::{Place, Sheet};
pub use stat::{Stat, StatFill, StatItem};
pub use states::{Span, StateRow, States};
pub use surface::{Anchor, Ink, Point, Rect, Stroke, Surface, TextStyle};
pub use svg::{svg, svg_inline};
pub use text::{TableCell, TableColumn, TableText, TextBlock};
