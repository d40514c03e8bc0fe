use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::{Clock, Kind};
use watchfire_panel::Unfolded;
use watchfire_view::{PanelState, points_of};

use super::body::PanelBody;
use super::feed::{Feed, is_bare};
use super::first::FirstPanel;
use super::menu::PanelMenu;
use super::sight::{in_sight, size_of};
use crate::preferences::Preferences;

/// Panels of so many columns have no room for more than their title beside it.
const NARROW: u16 = 4;

/// Panels of so many columns say by a mark alone that their data is old; the words are there for those who listen, and under the
/// pointer.
const SMALL: u16 = 8;

/// A panel with everything around it.
#[component]
pub(crate) fn BoardPanel(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let element = NodeRef::<html::Section>::new();
    let sight = in_sight(element);
    let size = size_of(element);
    let points = Memo::new(move |_| points_of(size.get().0));
    let key = item.with_untracked(|item| item.as_ref().map(|item| item.key.clone()).unwrap_or_default());
    let first = FirstPanel::of(&key);
    let feed = Feed::of(item, points, sight, first.state.clone());
    // Of tables with different columns one is shown at a time.
    let shown = RwSignal::new(0_usize);
    let id = format!("panel-{key}");
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    let title = Memo::new(move |_| {
        item.with(|item| {
            item.as_ref()
                .map(|item| item.values.in_text(&item.panel.title, &Clock::default()))
                .unwrap_or_default()
        })
    });
    let description = Memo::new(move |_| {
        item.with(|item| {
            let item = item.as_ref()?;
            let text = item.values.in_text(&item.panel.description, &Clock::default());
            (!text.is_empty()).then_some(text)
        })
    });
    let kind = Memo::new(move |_| {
        item.with(|item| item.as_ref().map(|item| item.panel.kind.clone()).unwrap_or_default())
    });
    let transparent = move || item.with(|item| item.as_ref().is_some_and(|item| item.panel.transparent));
    let narrow = move || item.with(|item| item.as_ref().is_some_and(|item| item.panel.at.w <= NARROW));
    let small = move || item.with(|item| item.as_ref().is_some_and(|item| item.panel.at.w <= SMALL));
    let shifted = move || item.with(|item| item.as_ref().and_then(|item| own_time(&item.panel)));
    view! {
        <section
            id=id class="board-panel" class:transparent=transparent class:narrow=narrow class:small=small node_ref=element aria-labelledby=labelled_by
            data-state=move || feed.state.with(PanelState::word) data-kind=move || kind.with(|kind| kind.as_str().to_owned())
            tabindex="-1"
        >
            <header class="panel-head">
                <h2 id=heading title=move || title.get()>{move || title.get()}</h2>
                <Show when=move || description.with(Option::is_some)>
                    <button type="button" class="panel-info" title=move || description.get() aria-label=move || description.get()>"i"</button>
                </Show>
                <span class="panel-own-time">{shifted}</span>
                <StateBadge state=feed.state/>
                <Notes notes=feed.notes/>
                {crate::boards::editor::tools_while_edited(item)}
                <PanelMenu item feed shown/>
            </header>
            <PanelBody item feed kind shown first/>
            <StateNotice state=feed.state item/>
        </section>
    }
    .into_any()
}

/// A range of the panel's own, in words.
fn own_time(panel: &watchfire_dashboard::Panel) -> Option<String> {
    let length = panel.time_range.as_ref().map(|length| format!("last {length}"));
    let shift = panel.time_shift.as_ref().map(|shift| format!("{shift} earlier"));
    let words: Vec<String> = length.into_iter().chain(shift).collect();
    (!words.is_empty() && panel.kind != Kind::Text).then(|| words.join(", "))
}

/// A mark beside the title while there is something to say about old data that is still worth showing.
#[component]
fn StateBadge(state: RwSignal<PanelState>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let mark = move || state.with(PanelState::mark);
    let words = move || state.with(|state| state.mark_words(preferences.utc_offset()));
    view! {
        <span class="panel-badge" title=words>
            <span aria-hidden="true">{mark}</span>
            " "
            <span class="panel-badge-words">{words}</span>
        </span>
    }
}

/// What was left out or is to be taken with care.
#[component]
fn Notes(notes: RwSignal<Vec<String>>) -> impl IntoView {
    let text = move || notes.with(|notes| notes.join("\n"));
    view! {
        <Show when=move || notes.with(|notes| !notes.is_empty())>
            <span class="panel-notes" role="note" title=text aria-label=text>
                {move || format!("⚠ {}", notes.with(Vec::len))}
            </span>
        </Show>
    }
}

/// What stands in the panel when there is nothing to show, and what to do next.
#[component]
fn StateNotice(state: RwSignal<PanelState>, item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let no_value = move || item.with(|item| item.as_ref().and_then(|item| item.panel.field.no_value.clone()));
    let bare = move || item.with(|item| item.as_ref().is_some_and(|item| is_bare(&item.panel)));
    let words = move || match state.with(|state| state.notice(no_value().as_deref())) {
        _ if bare() => ("There is no query yet.".to_owned(), "Edit the panel to write one."),
        words => words,
    };
    view! {
        <p class="panel-notice">
            <span>{move || words().0}</span>
            " "
            <span class="panel-notice-more">{move || words().1}</span>
        </p>
    }
}
