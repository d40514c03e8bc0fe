//! The page of a dashboard.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use watchfire_dashboard::Dashboard;
use watchfire_model::TimeWindow;

use super::address::Asked;
use super::api;
use super::board::Board;
use super::editor::BoardBar;
use super::grid::BoardGrid;
use super::marks::Marks;
use super::panel::BoardPanel;
use super::refresh::BoardRefresh;
use super::snapshot::{BoardSnapshot, Resolved};
use super::variables::VariableBar;
use crate::address::Search;
use crate::api::Refusal;
use crate::pages::Page;
use crate::parts;
use crate::range::PageRange;
use crate::shell::Heading;

/// The uid in the path of a dashboard that is not saved yet.
pub(crate) const NEW: &str = "new";

/// How long after the overview the offer of made-up data comes, whose code would hold it up.
const OFFER: Duration = Duration::from_secs(2);

/// What stands where the dashboard would.
#[derive(Clone, Debug, PartialEq)]
enum Loaded {
    Yes,
    Waiting,
    Failed(String),
}

/// What the server has read for the page, as a Leptos context; the browser finds it in the page.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct FirstBoard(pub(crate) Option<Result<BoardSnapshot, String>>);

/// Opens panels: alone in sight, or in the editor. A Leptos context; it lives in the URL.
#[derive(Clone, Copy)]
pub(crate) struct OpenPanel {
    asked: Memo<Asked>,
    go: StoredValue<Arc<dyn Fn(Search) + Send + Sync>>,
    search: Memo<String>,
}

impl OpenPanel {
    pub(crate) fn new() -> Self {
        let location = use_location();
        let navigate = use_navigate();
        let path = location.pathname;
        let go: Arc<dyn Fn(Search) + Send + Sync> = Arc::new(move |search| {
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&format!("{}{search}", path.get_untracked()), options);
        });
        let search = location.search;
        let asked = Memo::new(move |_| search.with(|search| Asked::of(search)));
        Self { asked, go: StoredValue::new(go), search }
    }

    /// The query part of the URL.
    pub(crate) fn search(self) -> Memo<String> {
        self.search
    }

    /// What the URL asks for.
    pub(crate) fn asked(self) -> Memo<Asked> {
        self.asked
    }

    fn with(self, name: &str, value: &str) {
        let search = self
            .search
            .with_untracked(|search| Search::parse(search))
            .without(&["panel", "edit"])
            .with(name, value);
        self.go.with_value(|go| go(search));
    }

    /// Shows again what is around the panels, and goes on to no other dashboard.
    pub(crate) fn leave_kiosk(self) {
        let search =
            self.search.with_untracked(|search| Search::parse(search)).without(&["kiosk", "playlist"]);
        self.go.with_value(|go| go(search));
    }

    /// Opens a panel in the editor, or goes back to the dashboard.
    pub(crate) fn edit(self, id: Option<u32>) {
        self.with("edit", &id.map(|id| id.to_string()).unwrap_or_default());
    }

    /// Shows a panel alone, or all again.
    pub(crate) fn view(self, key: Option<&str>) {
        self.with("panel", key.unwrap_or_default());
    }
}

/// Who opens the editor of a panel by its address changes the dashboard.
fn edit_as_asked(board: Board, open: OpenPanel, loaded: RwSignal<Loaded>) {
    Effect::new(move |_| {
        let asked = loaded.get() == Loaded::Yes && open.asked().with(|asked| asked.edit.is_some());
        if asked && !board.editing.get_untracked() {
            board.editing.set(true);
        }
    });
}

/// A dashboard.
#[component]
pub(crate) fn BoardPage() -> impl IntoView {
    let path = use_location().pathname;
    // While the page that the reader goes to is loaded, this one is still there.
    let uid = Memo::new(move |before: Option<&String>| {
        let asked_for = path.with(|path| Page::at(path).and_then(|page| page.board(path)).map(str::to_owned));
        asked_for.or_else(|| before.cloned()).unwrap_or_default()
    });
    let first = SharedValue::new(|| use_context::<FirstBoard>().unwrap_or_default()).into_inner().0;
    let open = OpenPanel::new();
    let range = expect_context::<PageRange>();
    // The snapshot belongs to the page that the server rendered, not to one that is reached from it.
    let first = first.filter(|first| match first {
        Ok(snapshot) => snapshot.dashboard.uid == uid.get_untracked() || uid.get_untracked() == NEW,
        Err(_) => true,
    });
    let loaded = RwSignal::new(match &first {
        Some(Ok(_)) => Loaded::Yes,
        Some(Err(error)) => Loaded::Failed(error.clone()),
        None if uid.get_untracked() == NEW => Loaded::Yes,
        None => Loaded::Waiting,
    });
    let board = Board::new(first.and_then(Result::ok).unwrap_or_else(new_board));
    provide_context(board);
    provide_context(open);
    provide_context(BoardRefresh::new(board));
    range.follow_board(board);
    provide_context(Marks::of(board));
    board.editing.set(uid.get_untracked() == NEW);
    edit_as_asked(board, open, loaded);
    Effect::new(move |before: Option<String>| {
        let (asked_for, uid) = (uid, uid.get());
        let known = before.as_ref() == Some(&uid)
            || (before.is_none() && loaded.get_untracked() != Loaded::Waiting)
            || (loaded.get_untracked() == Loaded::Yes
                && board.dashboard.with_untracked(|dashboard| dashboard.uid == uid));
        if !known && uid == NEW {
            board.load(new_board());
            board.editing.set(true);
            loaded.set(Loaded::Yes);
        } else if !known {
            loaded.set(Loaded::Waiting);
            let asked = open.asked().get_untracked().variables;
            let window = range.window_untracked();
            let wanted = uid.clone();
            spawn_local(async move {
                let answer = api::load(&wanted, &asked, window).await;
                // Another dashboard may have been asked for meanwhile.
                let (Some(()), Some(now)) = (loaded.try_update(|_| ()), asked_for.try_get_untracked()) else {
                    return;
                };
                if now != wanted {
                    return;
                }
                match answer {
                    Ok(snapshot) => {
                        board.load(snapshot);
                        board.editing.set(false);
                        loaded.set(Loaded::Yes);
                    }
                    Err(error) => loaded.set(Loaded::Failed(error.to_string())),
                }
            });
        }
        uid
    });
    follow_variables(board, open, range, resolve_here());
    let turn = playlist_turn(uid, open.search());
    let title = move || board.dashboard.with(|dashboard| dashboard.title.clone());
    expect_context::<Heading>().follow(title);
    let kiosk = Memo::new(move |_| open.asked().with(|asked| asked.kiosk));
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Only an invalid attribute name could fail.
            let _ = root.toggle_attribute_with_force("data-kiosk", kiosk.get());
        }
    });
    #[cfg(feature = "hydrate")]
    on_cleanup(move || {
        if let Some(root) = document().document_element() {
            let _ = root.remove_attribute("data-kiosk");
        }
    });
    let content = move || match loaded.get() {
        Loaded::Yes => view! { <BoardContent/> }.into_any(),
        Loaded::Waiting => {
            view! { <p class="page-notice" role="status">"Loading the dashboard ..."</p> }.into_any()
        }
        Loaded::Failed(error) => view! {
            <div class="page-notice" role="alert">
                <h2>"This dashboard cannot be shown"</h2>
                <p>{error}</p>
                <p><a href="/dashboards">"All dashboards"</a></p>
            </div>
        }
        .into_any(),
    };
    view! {
        <Title text=title/>
        <h1 class="visually-hidden">{title}</h1>
        {content}
        {turn}
    }
}

/// What goes on in a playlist, where the URL names one.
fn playlist_turn(uid: Memo<String>, search: Memo<String>) -> impl Fn() -> Option<AnyView> {
    let taken_over = taken_over();
    let plays = Memo::new(move |_| {
        taken_over.get() && search.with(|search| Search::parse(search).get("playlist").is_some())
    });
    move || plays.get().then(|| parts::playlist_turn(uid, search))
}

/// Whether the browser has taken over the page that the server has rendered: parts that no first view has can be loaded.
fn taken_over() -> RwSignal<bool> {
    let taken_over = RwSignal::new(false);
    Effect::new(move |_| taken_over.set(true));
    taken_over
}

/// What is in sight: all panels, one of them, or the editor of one.
#[component]
fn BoardContent() -> impl IntoView {
    let board = expect_context::<Board>();
    let open = expect_context::<OpenPanel>();
    let path = use_location().pathname;
    let is_overview = Memo::new(move |_| path.with(|path| Page::at(path)) == Some(Page::Overview));
    let offers = RwSignal::new(false);
    Effect::new(move |_| {
        // Who opens the page sees it first. It fails nowhere but without timers, which every browser has.
        let offer = move || {
            // The page may be gone.
            let _gone = offers.try_set(true);
        };
        let _ = set_timeout_with_handle(offer, OFFER);
    });
    let demo = move || (offers.get() && is_overview.get()).then(parts::demo_bar);
    let shown = Memo::new(move |_| open.asked().with(|asked| (asked.edit, asked.panel.clone())));
    let content = move || match shown.get() {
        (Some(id), _) => parts::panel_editor(id),
        (None, Some(key)) => {
            let item = board.item(&key);
            let gone = move || item.with(Option::is_none).then_some("This dashboard has no such panel.");
            view! {
                <div class="board-single">
                    <BoardPanel item/>
                    <p class="page-notice">{gone}</p>
                </div>
            }
            .into_any()
        }
        (None, None) => view! { <BoardGrid/> }.into_any(),
    };
    view! {
        <div class="board">
            <BoardBar/>
            <VariableBar/>
            {content}
            {demo}
        </div>
    }
    .into_any()
}

/// What stands on a dashboard without panels.
#[component]
pub(crate) fn EmptyBoard() -> impl IntoView {
    let board = expect_context::<Board>();
    view! {
        <div class="page-notice">
            <p>"There are no panels yet."</p>
            <Show when=move || !board.editing.get()>
                <button type="button" class="button" on:click=move |_| board.editing.set(true)>"Edit this dashboard"</button>
            </Show>
            <Show when=move || board.editing.get()><p>"Choose a kind under “Add panel” above."</p></Show>
        </div>
    }
}

/// Asks for the choices of variables: those of a dashboard, for the values that the URL chooses, in a range. The page of a share
/// asks in another way, and needs none of the code for this one.
pub(crate) type Resolve = Box<
    dyn Fn(
            Arc<Dashboard>,
            BTreeMap<String, Vec<String>>,
            TimeWindow,
        ) -> Pin<Box<dyn Future<Output = Result<Vec<Resolved>, Refusal>>>>
        + Send
        + Sync,
>;

fn resolve_here() -> Resolve {
    Box::new(|dashboard, asked, window| {
        Box::pin(async move { api::resolve(&dashboard, &asked, window).await })
    })
}

/// Asks for the choices anew when the URL chooses other values, or when the variables themselves are changed.
pub(crate) fn follow_variables(board: Board, open: OpenPanel, range: PageRange, resolve: Resolve) {
    let definitions = Memo::new(move |_| board.dashboard.with(|dashboard| dashboard.variables.clone()));
    let asked = Memo::new(move |_| open.asked().with(|asked| asked.variables.clone()));
    let runs = StoredValue::new(0_u32);
    Effect::new(move |before: Option<()>| {
        let (definitions, asked) = (definitions.get(), asked.get());
        let window = range.window();
        // What is there at first follows from the same URL.
        if before.is_none() || definitions.is_empty() {
            if definitions.is_empty() {
                board.variables.set(Vec::new());
            }
            return;
        }
        runs.update_value(|runs| *runs = runs.wrapping_add(1));
        let run = runs.get_value();
        let dashboard = board.dashboard.get_untracked();
        let answer = resolve(dashboard, asked, window);
        spawn_local(async move {
            let answer = answer.await;
            if runs.try_get_value() != Some(run) {
                return;
            }
            // Without an answer what was chosen before stays; the panels say that the server is away.
            if let Ok(resolved) = answer {
                board.variables.set(resolved);
            }
        });
    });
}

/// A dashboard with nothing on it.
pub(crate) fn new_board() -> BoardSnapshot {
    let dashboard =
        Dashboard { uid: NEW.to_owned(), title: "New dashboard".to_owned(), ..Dashboard::default() };
    BoardSnapshot { dashboard, ..BoardSnapshot::default() }
}
