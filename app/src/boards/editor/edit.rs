//! What the bar of a dashboard has while it is edited or shared.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use watchfire_dashboard::Dashboard;

use super::super::api::{self, Save};
use super::super::board::Board;
use super::super::clipboard::remembered;
use super::super::sharing::ShareDialog;
use super::add_panel::AddPanel;
use super::conflict::{Conflict, ConflictDialog};
use super::json::JsonDialog;
use super::library;
use super::settings::SettingsDialog;
use super::source::SourceDialog;
use super::versions::VersionsDialog;
use crate::address::Search;
use crate::api::CONFLICT;
use crate::boards::view::NEW;

/// A dialog of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Share,
    Settings,
    Json,
    Versions,
    /// Of the file that it comes from.
    Source,
}

/// What the bar, its tools and its dialogs know of each other. The latter two are loaded when they are needed.
#[derive(Clone, Copy)]
pub(crate) struct EditBar {
    /// What happened last, in words.
    pub(super) said: RwSignal<Option<String>>,
    /// The dialog that is to be opened.
    pub(super) opened: RwSignal<Option<Dialog>>,
    saving: RwSignal<bool>,
    /// How often saving was asked for.
    wishes: RwSignal<u32>,
}

impl EditBar {
    pub(super) fn new() -> Self {
        Self {
            said: RwSignal::default(),
            opened: RwSignal::default(),
            saving: RwSignal::default(),
            wishes: RwSignal::default(),
        }
    }

    /// Saves what is in sight.
    pub(super) fn save(self) {
        self.wishes.update(|wishes| *wishes = wishes.wrapping_add(1));
    }

    /// A button that opens a dialog.
    pub(super) fn opener(self, words: &'static str, class: &'static str, dialog: Dialog) -> AnyView {
        tool(words, class, Box::new(move || self.opened.set(Some(dialog))))
    }
}

/// A button.
fn tool(words: &'static str, class: &'static str, run: Box<dyn Fn()>) -> AnyView {
    let class = format!("button {class}");
    view! { <button type="button" class=class on:click=move |_| run()>{words}</button> }.into_any()
}

/// What stands in the bar while the dashboard is edited.
#[component]
pub(crate) fn EditTools(bar: EditBar) -> impl IntoView {
    let board = expect_context::<Board>();
    let paste = move || match remembered() {
        Some(panel) => board.change("", |dashboard| {
            dashboard.add(panel);
        }),
        None => bar.said.set(Some("There is no panel to paste; copy one by its menu first".to_owned())),
    };
    let ways = Memo::new(move |_| board.ways());
    let changed =
        Memo::new(move |_| board.is_changed() || board.dashboard.with(|dashboard| dashboard.uid == NEW));
    view! {
        <AddPanel/>
        {tool("Paste panel", "", Box::new(paste))}
        <LibraryChoice/>
        <button type="button" class="button" title="Undo ( Ctrl+Z )" disabled=move || !ways.get().0 on:click=move |_| board.undo()>"Undo"</button>
        <button type="button" class="button" title="Redo ( Ctrl+Shift+Z )" disabled=move || !ways.get().1 on:click=move |_| board.redo()>"Redo"</button>
        {bar.opener("Settings", "", Dialog::Settings)}
        {bar.opener("JSON", "", Dialog::Json)}
        {bar.opener("Versions", "", Dialog::Versions)}
        <button
            type="button" class="button primary" title="Save ( Ctrl+S )" disabled=move || bar.saving.get() || !changed.get()
            on:click=move |_| bar.save()
        >{move || if bar.saving.get() { "Saving ..." } else { "Save" }}</button>
    }
    .into_any()
}

/// Puts panels of the library on the dashboard.
#[component]
fn LibraryChoice() -> impl IntoView {
    let board = expect_context::<Board>();
    let panels = RwSignal::new(Vec::new());
    Effect::new(move |_| {
        spawn_local(async move {
            panels.try_set(library::all().await);
        });
    });
    let choose = move |event| library::add(board, event_target_value(&event));
    let option = |panel: library::LibraryPanel| view! { <option value=panel.uid>{panel.title}</option> };
    let some = move || panels.with(|panels: &Vec<library::LibraryPanel>| !panels.is_empty());
    view! {
        <Show when=some>
            <select aria-label="Add from the library" prop:value="" on:change=choose>
                <option value="">"From the library ..."</option>
                {move || panels.get().into_iter().map(option).collect_view()}
            </select>
        </Show>
    }
    .into_any()
}

/// The dialogs of a dashboard.
#[component]
pub(crate) fn EditDialogs(bar: EditBar) -> impl IntoView {
    let board = expect_context::<Board>();
    let [settings, json, versions, share, source] = std::array::from_fn(|_| NodeRef::<html::Dialog>::new());
    let conflict = RwSignal::new(None::<Conflict>);
    let save = saver(board, bar, conflict);
    Effect::new(move |before: Option<u32>| {
        let wishes = bar.wishes.get();
        if before.is_some_and(|before| before != wishes) {
            save.run(());
        }
        wishes
    });
    Effect::new(move |_| {
        let dialog = match bar.opened.get() {
            Some(Dialog::Share) => share,
            Some(Dialog::Settings) => settings,
            Some(Dialog::Json) => json,
            Some(Dialog::Versions) => versions,
            Some(Dialog::Source) => source,
            None => return,
        };
        let Some(dialog) = dialog.get() else { return };
        bar.opened.set(None);
        if !dialog.open() {
            // It fails only for a dialog that is open or not in the page.
            let _ = dialog.show_modal();
        }
    });
    view! {
        {view! { <ShareDialog dialog=share/> }.into_any()}
        {view! { <SettingsDialog dialog=settings/> }.into_any()}
        {view! { <JsonDialog dialog=json/> }.into_any()}
        {view! { <VersionsDialog dialog=versions/> }.into_any()}
        {view! { <SourceDialog dialog=source/> }.into_any()}
        {view! { <ConflictDialog conflict save/> }.into_any()}
    }
    .into_any()
}

/// Saves what is in sight.
fn saver(board: Board, bar: EditBar, conflict: RwSignal<Option<Conflict>>) -> Callback<()> {
    let EditBar { said, saving, .. } = bar;
    let navigate = use_navigate();
    let search = use_location().search;
    let navigate = StoredValue::new(navigate);
    Callback::new(move |()| {
        if saving.get_untracked() {
            return;
        }
        saving.set(true);
        said.set(None);
        let mut dashboard = Dashboard::clone(&board.dashboard.get_untracked());
        let meta = board.meta.get_untracked();
        let fresh = dashboard.uid == NEW;
        if dashboard.uid == NEW {
            dashboard.uid = new_uid();
        }
        spawn_local(async move {
            let outcome = api::save(Save { dashboard: &dashboard, fresh, meta: &meta, message: "" }).await;
            saving.try_set(false);
            match outcome {
                Ok(meta) => {
                    let uid = dashboard.uid.clone();
                    let dashboard = Arc::new(dashboard);
                    if fresh {
                        board.name(&uid);
                    }
                    board.was_saved(dashboard, meta);
                    said.set(Some("Saved".to_owned()));
                    set_timeout(move || drop(said.try_set(None)), std::time::Duration::from_secs(3));
                    if fresh {
                        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                        navigate.with_value(|navigate| {
                            let search = Search::parse(&search.get_untracked());
                            navigate(&format!("/d/{uid}{search}"), options);
                        });
                    }
                }
                Err(refusal) if refusal.status == CONFLICT => {
                    conflict.set(Conflict::of(&board.saved.get_untracked(), &dashboard, &refusal));
                }
                Err(refusal) => said.set(Some(refusal.to_string())),
            }
        });
    })
}

/// A name for a new dashboard that no other has.
pub(crate) fn new_uid() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..12).map(|_| char::from(LETTERS[(js_sys::Math::random() * 32.0) as usize % 32])).collect()
}
