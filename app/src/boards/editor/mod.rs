//! Changing a dashboard: moving panels, the editor of a panel, settings, saving.

mod bar;
mod board_options;
mod conflict;
mod form;
mod json;
mod library;
mod options;
mod panel;
mod query;
mod settings;
mod source;
mod tools;
mod value;
mod versions;

pub(crate) use bar::{BoardBar, leave_guard};
pub(crate) use panel::PanelEditor;
pub(crate) use tools::PanelTools;
