//! What the bar of a dashboard has while it is edited or shared.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use watchfire_dashboard::{Dashboard, Kind};

use super::super::api::{self, Save};
use super::super::board::Board;
use super::super::clipboard::remembered;
use super::super::sharing::ShareDialog;
use super::add_menu::AddMenu;
use super::conflict::{Conflict, ConflictDialog};
use super::json::JsonDialog;
use super::library;
use super::panel::{KINDS, new_panel};
use super::save::SaveDialog;
use super::settings::SettingsDialog;
use super::source::SourceDialog;
use super::versions::VersionsDialog;
use crate::address::Search;
use crate::api::CONFLICT;
use crate::boards::awake::Awake;
use crate::boards::view::{NEW, OpenPanel};
use crate::shell::ask_before_leaving;

/// A dialog of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialog {
    Share,
    Settings,
    Json,
    Versions,
    /// Of the file that it comes from.
    Source,
    /// What a new dashboard is called, and where it lies.
    Save,
}

/// What the bar, its tools and its dialogs know of each other. The latter two are loaded when they are needed.
#[derive(Clone, Copy)]
pub(crate) struct EditBar {
    /// What happened last, in words.
    pub(super) said: RwSignal<Option<String>>,
    /// The dialog that is to be opened.
    pub(super) opened: RwSignal<Option<Dialog>>,
    /// Whether that is something that went wrong.
    pub(super) is_wrong: RwSignal<bool>,
    saving: RwSignal<bool>,
    /// How often saving was asked for.
    wishes: RwSignal<u32>,
    /// Its keys come once somebody does something.
    pub(super) awake: Awake,
}

impl EditBar {
    pub(super) fn new() -> Self {
        Self {
            said: RwSignal::default(),
            opened: RwSignal::default(),
            is_wrong: RwSignal::default(),
            saving: RwSignal::default(),
            wishes: RwSignal::default(),
            awake: Awake::new(),
        }
    }

    /// Says what happened; none: nothing any more.
    pub(super) fn say(self, said: Option<String>) {
        self.is_wrong.set(false);
        self.said.set(said);
    }

    /// Says what went wrong.
    pub(super) fn fail(self, words: String) {
        self.said.set(Some(words));
        self.is_wrong.set(true);
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
    let open = expect_context::<OpenPanel>();
    let kinds: Vec<(Kind, &str)> = KINDS.into_iter().chain([(Kind::Row, "Row")]).collect();
    let entries: Vec<_> =
        kinds.iter().map(|(kind, title)| (kind.as_str().to_owned(), (*title).to_owned())).collect();
    let add = Callback::new(move |word: String| {
        let Some((kind, _)) = kinds.iter().find(|(kind, _)| kind.as_str() == word) else { return };
        let mut id = 0;
        board.change("", |dashboard| id = dashboard.add(new_panel(kind.clone())));
        if *kind != Kind::Row {
            open.edit(Some(id));
        }
    });
    let paste = move || match remembered() {
        Some(panel) => board.change("", |dashboard| {
            dashboard.add(panel);
        }),
        None => bar.fail("There is no panel to paste; copy one by its menu first".to_owned()),
    };
    let ways = Memo::new(move |_| board.ways());
    let changed =
        Memo::new(move |_| board.is_changed() || board.dashboard.with(|dashboard| dashboard.uid == NEW));
    view! {
        <AddMenu title="Add panel" entries add/>
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
    let add = Callback::new(move |uid| library::add(board, uid));
    let entries = Memo::new(move |_| {
        let entry = |panel: &library::LibraryPanel| (panel.uid.clone(), panel.title.clone());
        panels.with(|panels: &Vec<library::LibraryPanel>| panels.iter().map(entry).collect::<Vec<_>>())
    });
    let some = move || entries.with(|entries| !entries.is_empty());
    view! { <Show when=some><AddMenu title="From the library" entries add/></Show> }.into_any()
}

/// The dialogs of a dashboard.
#[component]
pub(crate) fn EditDialogs(bar: EditBar) -> impl IntoView {
    let board = expect_context::<Board>();
    let [settings, json, versions, share, source, first_save] =
        std::array::from_fn(|_| NodeRef::<html::Dialog>::new());
    let conflict = RwSignal::new(None::<Conflict>);
    let versions_shown = RwSignal::new(false);
    let save = saver(board, bar, conflict);
    ask_before_leaving(move || untrack(|| board.is_changed()));
    // What was wrong with what was saved may be mended by what comes next.
    Effect::new(move |_| {
        board.dashboard.track();
        if bar.is_wrong.get_untracked() {
            bar.say(None);
        }
    });
    Effect::new(move |before: Option<u32>| {
        let wishes = bar.wishes.get();
        if before.is_some_and(|before| before != wishes) {
            if board.dashboard.with_untracked(|dashboard| dashboard.uid == NEW) {
                bar.opened.set(Some(Dialog::Save));
            } else {
                save.run(());
            }
        }
        wishes
    });
    Effect::new(move |_| {
        let Some(wanted) = bar.opened.get() else { return };
        let dialog = match wanted {
            Dialog::Share => share,
            Dialog::Settings => settings,
            Dialog::Json => json,
            Dialog::Versions => versions,
            Dialog::Source => source,
            Dialog::Save => first_save,
        };
        let Some(dialog) = dialog.get() else { return };
        bar.opened.set(None);
        if !dialog.open() {
            // It fails only for a dialog that is open or not in the page.
            let _ = dialog.show_modal();
        }
        if wanted == Dialog::Versions {
            versions_shown.set(true);
        }
    });
    view! {
        {view! { <ShareDialog dialog=share/> }.into_any()}
        {view! { <SettingsDialog dialog=settings/> }.into_any()}
        {view! { <JsonDialog dialog=json/> }.into_any()}
        {view! { <VersionsDialog dialog=versions shown=versions_shown/> }.into_any()}
        {view! { <SourceDialog dialog=source/> }.into_any()}
        {view! { <SaveDialog dialog=first_save save/> }.into_any()}
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
        bar.say(None);
        let mut dashboard = Dashboard::clone(&board.dashboard.get_untracked());
        let meta = board.meta.get_untracked();
        let fresh = dashboard.uid == NEW;
        if dashboard.uid == NEW {
            dashboard.uid = new_uid();
        }
        spawn_local(async move {
            let outcome = api::save(Save { dashboard: &dashboard, fresh, meta: &meta, message: "" }).await;
            // Who has left meanwhile has nobody to tell.
            if saving.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(meta) => {
                    let uid = dashboard.uid.clone();
                    let dashboard = Arc::new(dashboard);
                    if fresh {
                        board.name(&uid);
                    }
                    board.was_saved(dashboard, meta);
                    bar.say(Some("Saved".to_owned()));
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
                Err(refusal) => bar.fail(refusal.to_string()),
            }
        });
    })
}

/// A name for a new dashboard that no other has.
pub(crate) fn new_uid() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    (0..12).map(|_| char::from(LETTERS[(js_sys::Math::random() * 32.0) as usize % 32])).collect()
}
