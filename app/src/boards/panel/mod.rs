//! A panel on the page: its frame, its data, and what it draws. A kind of panel is a file of `watchfire_panel` that makes of
//! answers what is shown, and where that is no picture an arm in [`body`].

mod body;
#[cfg(feature = "hydrate")]
mod canvas;
mod feed;
mod first;
mod frame;
mod legend;
mod menu;
mod pointer;
mod row;
mod sight;
mod table;
mod tooltip;
mod value_links;

pub(crate) use body::PictureArea;
pub(crate) use feed::{Feed, is_bare};
#[cfg(feature = "ssr")]
pub(crate) use first::FirstPanel;
pub(crate) use frame::BoardPanel;
pub(crate) use menu::MenuEntries;
#[cfg(feature = "ssr")]
pub(crate) use menu::panel_links;
pub(crate) use pointer::Pointer;
pub(crate) use row::RowHeading;
pub(crate) use sight::in_sight;
pub(crate) use tooltip::Tooltip;
