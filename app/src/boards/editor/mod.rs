//! Changing a dashboard: moving panels, the editor of a panel, settings, saving.

mod add_menu;
mod bar;
mod board_options;
mod conflict;
mod edit;
mod form;
mod json;
mod keys;
mod library;
mod merge;
mod options;
mod panel;
mod query;
mod save;
mod settings;
mod source;
mod tools;
mod value;
mod versions;
mod wrong;

pub(crate) use bar::BoardBar;
pub(crate) use edit::{EditBar, EditDialogs, EditTools};
pub(crate) use keys::BoardKeys;
pub(crate) use panel::PanelEditor;
pub(crate) use tools::{PanelItem, PanelTools, tools_while_edited};
