//! The page of an embedded share, as the server renders it: the same panels, for a client that is smaller than this interface
//! (`watchfire-embed`). What that needs to know stands in the page; what it need not do are links and forms.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use watchfire_dashboard::{Choice, Kind, Variable, VariableKind};
use watchfire_panel::{Marked, Unfolded, layout};
use watchfire_view::{Embedded, EmbeddedPanel, place_style};

use super::address::VARIABLE;
use super::board::Board;
use super::panel::{BoardPanel, RowHeading, panel_links};
use super::refresh::BoardRefresh;
use super::share::ShareView;
use super::snapshot::Resolved;
use super::variables::{is_seen, summary};
use super::view::OpenPanel;
use crate::address::Search;
use crate::preferences::Preferences;
use crate::range::{PageRange, with_range};

/// That the page is for a frame of another; a Leptos context.
#[derive(Clone, Copy, Debug)]
pub struct EmbedPage {
    /// Whether what lies behind the frame is seen between the panels.
    pub transparent: bool,
}

/// What stands in the frame. `alone`: the key of the only panel that is seen.
#[expect(clippy::needless_pass_by_value, reason = "properties of a component are values")]
#[component]
pub(super) fn EmbedContent(alone: Option<String>, marks: Vec<Marked>, share: ShareView) -> impl IntoView {
    let board = expect_context::<Board>();
    let told = told(board, alone.as_deref(), marks, &share);
    // The text of a script ends at the first tag that closes it, wherever that stands.
    let told = serde_json::to_string(&told).unwrap_or_default().replace('<', "\\u003c");
    let content = match alone {
        Some(key) => {
            let item = board.item(&key);
            view! { <div class="board-single"><BoardPanel item/></div> }.into_any()
        }
        None => view! { <EmbedGrid/> }.into_any(),
    };
    view! {
        <div class="board">
            <VariableForm/>
            {content}
        </div>
        <script type="application/json" id="embed-data" inner_html=told></script>
    }
}

/// What the client gets to know.
fn told(board: Board, alone: Option<&str>, marks: Vec<Marked>, share: &ShareView) -> Embedded {
    let window = expect_context::<PageRange>().window_untracked();
    let values = board.values().get_untracked();
    let chosen: Vec<(String, Vec<String>)> = board
        .variables
        .with_untracked(|all| all.iter().map(|one| (one.name.clone(), one.chosen.clone())).collect());
    let panels = board.items().with_untracked(|items| {
        let seen = items.values().filter(|item| alone.is_none_or(|key| item.key == key));
        let names = || chosen.iter().map(|(name, _)| name.as_str());
        seen.map(|item| EmbeddedPanel::of(item, &values, names())).collect()
    });
    Embedded {
        live: share.live_path(),
        range: (window.from.to_string(), window.to.to_string()),
        time_is_free: share.time_is_free,
        refresh: expect_context::<BoardRefresh>().word().get_untracked().to_string(),
        chosen,
        values: (*values).clone(),
        panels,
        marks,
        utc: expect_context::<Preferences>().utc.get_untracked(),
    }
}

/// All panels, those of folded rows as well: the client only shows them.
#[component]
fn EmbedGrid() -> impl IntoView {
    let board = expect_context::<Board>();
    let items = board.items().get_untracked();
    let places = layout(&items, |_, folded| folded);
    let others = items.keys().filter(|key| !places.iter().any(|(other, _)| other == *key));
    let folded: Vec<String> = others.cloned().collect();
    let cell = |key: String, style: String| {
        let item = board.item(&key);
        let is_row = items.get(&key).is_some_and(|item| item.panel.kind == Kind::Row);
        let content = if is_row {
            view! { <RowHeading item/> }.into_any()
        } else {
            view! { <BoardPanel item/> }.into_any()
        };
        view! { <div class="board-cell" class:row-cell=is_row data-key=key style=style>{content}</div> }
    };
    let seen: Vec<_> = places.iter().map(|(key, place)| cell(key.clone(), place_style(*place))).collect();
    let folded: Vec<_> = folded.into_iter().map(|key| cell(key, "display:none".to_owned())).collect();
    let empty = items.is_empty().then(|| view! { <p class="page-notice">"There are no panels yet."</p> });
    view! { <div class="board-grid">{seen}{folded}</div>{empty} }
}

/// A field for each variable that viewers may choose, as a form: it leads to the same page with what is chosen.
#[component]
fn VariableForm() -> impl IntoView {
    let board = expect_context::<Board>();
    let shown: Vec<Variable> = board
        .dashboard
        .with_untracked(|dashboard| dashboard.variables.iter().filter(|one| is_seen(one)).cloned().collect());
    if shown.is_empty() {
        return None;
    }
    let search = use_location().search.with_untracked(|search| Search::parse(search));
    let names: Vec<String> = shown.iter().map(|one| format!("{VARIABLE}{}", one.name)).collect();
    let others = search.without(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let kept: Vec<_> = others
        .pairs()
        .iter()
        .map(|(name, value)| view! { <input type="hidden" name=name.clone() value=value.clone()/> })
        .collect();
    let apply = || view! { <button type="submit" class="button small">"Apply"</button> };
    // What is chosen alone is sent at once where there is the client.
    let button = if shown.iter().any(|one| one.multi) {
        apply().into_any()
    } else {
        view! { <noscript>{apply()}</noscript> }.into_any()
    };
    let fields: Vec<_> = shown.iter().map(|variable| field(board, variable)).collect();
    Some(view! {
        <form method="get" class="variables" role="group" aria-label="Variables">{kept}{fields}{button}</form>
    })
}

fn field(board: Board, variable: &Variable) -> impl IntoView + use<> {
    let state = board
        .variables
        .with_untracked(|all| all.iter().find(|one| one.name == variable.name).cloned().unwrap_or_default());
    let (id, name) = (format!("variable-{}", variable.name), format!("{VARIABLE}{}", variable.name));
    let note = state.error.clone().or_else(|| state.note.clone());
    let note = note.map(|note| view! { <span class="variable-note" role="status" title=note>"⚠"</span> });
    let control = match variable.kind {
        VariableKind::Text => {
            let value = state.chosen.first().cloned().unwrap_or_default();
            view! { <input id=id.clone() class="variable-text" name=name autocomplete="off" spellcheck="false" value=value/> }
                .into_any()
        }
        _ if variable.multi => several(&id, &name, variable, &state).into_any(),
        _ => one_of(&id, name, variable, &state).into_any(),
    };
    view! {
        <div class="variable" title=variable.description.clone()>
            <label for=id>{variable.shown().to_owned()}</label>
            {control}
            {note}
        </div>
    }
}

/// What can be chosen, with whether it is.
fn choices(variable: &Variable, state: &Resolved) -> Vec<(Choice, bool)> {
    let all = Choice { value: Variable::ALL.to_owned(), text: "All".to_owned() };
    let all = variable.include_all.then(|| (all, state.is_all()));
    let one = |choice: &Choice| (choice.clone(), state.chosen.contains(&choice.value));
    all.into_iter().chain(state.choices.iter().map(one)).collect()
}

fn one_of(id: &str, name: String, variable: &Variable, state: &Resolved) -> impl IntoView + use<> {
    let option = |(choice, chosen): (Choice, bool)| {
        view! { <option value=choice.value selected=chosen>{choice.text}</option> }
    };
    let options: Vec<_> = choices(variable, state).into_iter().map(option).collect();
    view! { <select id=id.to_owned() class="variable-text" name=name>{options}</select> }
}

fn several(id: &str, name: &str, variable: &Variable, state: &Resolved) -> impl IntoView + use<> {
    let entry = |(choice, chosen): (Choice, bool)| {
        view! {
            <li><label class="check"><input type="checkbox" name=name.to_owned() value=choice.value checked=chosen/>{choice.text}</label></li>
        }
    };
    let entries: Vec<_> = choices(variable, state).into_iter().map(entry).collect();
    view! {
        <details class="menu variable-menu">
            <summary id=id.to_owned()>{summary(state)}</summary>
            <div class="menu-body"><ul class="choices">{entries}</ul></div>
        </details>
    }
}

/// What can be done with a panel.
pub(super) fn menu(item: Memo<Option<Arc<Unfolded>>>) -> AnyView {
    let search = use_location().search.get_untracked();
    let alone = expect_context::<OpenPanel>().asked().with_untracked(|asked| asked.panel.is_some());
    let item = item.get_untracked();
    let key = item.as_ref().map(|item| item.key.clone()).unwrap_or_default();
    let href = Search::parse(&search).with("panel", if alone { "" } else { &key }).to_string();
    // A link with nothing in it leads to the page as it is.
    let href = if href.is_empty() { "?".to_owned() } else { href };
    let shown = with_range(&search, expect_context::<PageRange>().window_untracked());
    let links = item.map(|item| panel_links(&item, &shown)).unwrap_or_default();
    view! {
        <details class="menu panel-menu">
            <summary aria-label="Panel menu" title="Panel menu">"⋮"</summary>
            <ul class="menu-body menu-list">
                <li><a href=href rel="external">{if alone { "Back to the dashboard" } else { "View alone" }}</a></li>
                <li><button type="button" data-csv="true">"Download as CSV"</button></li>
                {links}
            </ul>
        </details>
    }
    .into_any()
}
