//! Shared dashboards, as those see them who have a link: whole pages, and frames in other pages.

use std::pin::Pin;

use crate::pages::Title;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::api;
use super::board::Board;
use super::grid::BoardGrid;
use super::marks::Marks;
use super::panel::BoardPanel;
use super::refresh::BoardRefresh;
use super::snapshot::BoardSnapshot;
use super::thaw::Thaw;
use super::variables::VariableBar;
use super::view::{FirstBoard, OpenPanel, follow_variables};
use crate::address::{Encoded, Search};
use crate::range::PageRange;
use crate::shell::{Connected, ThemeSwitch, TimePicker};

/// What a share lets its viewers do. A Leptos context, there where a page is that of a share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareView {
    /// What stands in the link.
    pub token: String,
    /// Whether the page is for a frame of another.
    pub embedded: bool,
    /// Whether viewers choose the range.
    pub time_is_free: bool,
    /// How often it asks; none: as the dashboard has it.
    pub refresh: Option<String>,
    /// The range that it is locked to, as it would be typed.
    pub window: Option<(String, String)>,
    /// Of a snapshot when it was made and what range it shows, in words; it has no live data.
    pub frozen: Option<String>,
}

/// The share of the page; what the first render knows. A Leptos context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FirstShare(pub(crate) Option<ShareView>);

impl ShareView {
    /// Where its live data is.
    pub(crate) fn live_path(&self) -> String {
        format!("/s/{}/live", Encoded(&self.token))
    }

    /// Where its variables are asked for.
    pub(crate) fn variables_path(&self) -> String {
        format!("/s/{}/variables", Encoded(&self.token))
    }
}

/// The page of a share, without the frame of the interface.
#[component]
pub(crate) fn SharePage(share: ShareView) -> impl IntoView {
    let first = crate::carried::<FirstBoard>().0;
    let embedded = share.embedded;
    let content = match first {
        Some(Ok(snapshot)) => view! { <Shared snapshot share/> }.into_any(),
        Some(Err(error)) => view! {
            <div class="page-notice" role="alert">
                <h1>"Nothing to see here"</h1>
                <p>{error}</p>
            </div>
        }
        .into_any(),
        None => ().into_any(),
    };
    view! { <main id="main" class=if embedded { "shared-page embedded" } else { "shared-page" }>{content}</main> }
}

#[component]
fn Shared(snapshot: BoardSnapshot, share: ShareView) -> impl IntoView {
    let range = expect_context::<PageRange>();
    let (time_is_free, frozen) = (share.time_is_free, share.frozen.clone());
    let alone = snapshot.dashboard.panels.len() == 1;
    let title = snapshot.dashboard.title.clone();
    let marks = snapshot.marks.clone();
    let board = Board::new(snapshot);
    let open = OpenPanel::new();
    provide_context(board);
    provide_context(open);
    provide_context(share.clone());
    provide_context(BoardRefresh::new(board));
    range.follow_board(board);
    provide_context(Marks::fixed(marks.clone()));
    if frozen.is_some() {
        provide_context(Thaw::new(range.window_untracked().resolve(0)));
    } else {
        let path = share.variables_path();
        let resolve =
            move |_, asked: std::collections::BTreeMap<_, _>, window| -> Pin<Box<dyn Future<Output = _>>> {
                let path = path.clone();
                Box::pin(async move { api::resolve_shared(&path, &asked, window).await })
            };
        follow_variables(board, open, range, Box::new(resolve));
    }
    let transparent = Memo::new(move |_| {
        let search = leptos_router::hooks::use_location().search.get();
        Search::parse(&search).get("background") == Some("transparent")
    });
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Only an invalid attribute name could fail.
            let _ = root.toggle_attribute_with_force("data-transparent", transparent.get());
        }
    });
    let shown = Memo::new(move |_| open.asked().with(|asked| asked.panel.clone()));
    let first_key = move || board.layout().into_iter().next().map(|(key, _)| key);
    // The browser has another client for these.
    #[cfg(feature = "ssr")]
    if share.embedded {
        let alone = shown.get_untracked().or_else(|| alone.then(first_key).flatten());
        let content = view! { <super::embed::EmbedContent alone marks share/> };
        return view! { <Title text=title/>{content} }.into_any();
    }
    let content = move || {
        let key = shown.get().or_else(|| alone.then(first_key).flatten());
        match key {
            Some(key) => {
                let item = board.item(&key);
                view! { <div class="board-single"><BoardPanel item/></div> }.into_any()
            }
            None => view! { <BoardGrid/> }.into_any(),
        }
    };
    let head = {
        let title = title.clone();
        view! {
            <header class="shared-head">
                <h1>{title}</h1>
                {match frozen {
                    Some(words) => view! { <p class="frozen">{words}</p> }.into_any(),
                    None => view! { <Connected/> }.into_any(),
                }}
                <Show when=move || time_is_free><TimePicker/></Show>
                <ThemeSwitch/>
            </header>
        }
    };
    view! {
        <Title text=title.clone()/>
        {head}
        <div class="board">
            <VariableBar/>
            {content}
        </div>
    }
    .into_any()
}
