//! Dashboards: the list, the page that shows one, the editor, and what shares it.

mod address;
mod api;
mod awake;
mod board;
mod broken;
mod clipboard;
mod demo;
mod editor;
#[cfg(feature = "ssr")]
mod embed;
mod grid;
mod history;
mod import;
mod links;
mod list;
mod lists;
mod marks;
mod panel;
mod playlist;
#[cfg(feature = "ssr")]
mod prefetch;
mod refresh;
mod share;
mod sharing;
mod snapshot;
mod text;
mod thaw;
mod turns;
mod variables;
mod view;

pub(crate) use address::earlier;
pub(crate) use board::Board;
pub(crate) use clipboard::remember;
pub(crate) use demo::DemoBar;
pub(crate) use editor::{BoardKeys, EditBar, EditDialogs, EditTools, PanelEditor, PanelItem, PanelTools};
#[cfg(feature = "ssr")]
pub use embed::EmbedPage;
pub(crate) use list::BoardListPage;
pub(crate) use lists::DashboardHeads;
pub(crate) use panel::{Feed, MenuEntries, PictureArea, Pointer, Tooltip, is_bare};
pub(crate) use playlist::{PlaylistsPage, follow_playlist};
pub(crate) use refresh::CHOICES;
pub use share::ShareView;
pub(crate) use share::{FirstShare, SharePage};
pub(crate) use sharing::SharesPage;
pub(crate) use variables::{ChoiceMenu, VariableChoices};
pub(crate) use view::{BoardPage, NEW};
#[cfg(feature = "ssr")]
pub(crate) use {
    list::FirstList,
    panel::FirstPanel,
    prefetch::{first_pictures, first_pictures_of, read_board, read_frozen, read_list, read_share},
    view::FirstBoard,
};
