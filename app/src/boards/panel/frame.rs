use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use watchfire_dashboard::{Clock, Kind};
use watchfire_model::format_utc;
use watchfire_panel::Unfolded;

use super::body::PanelBody;
use super::feed::Feed;
use super::menu::PanelMenu;
use super::sight::{in_sight, size_of};
use super::state::PanelState;
use crate::Pictures;
use crate::preferences::Preferences;

/// Panels of so many columns have no room for more than their title beside it.
const NARROW: u16 = 4;

/// A panel with everything around it.
#[component]
pub(crate) fn BoardPanel(item: Memo<Option<Arc<Unfolded>>>) -> impl IntoView {
    let element = NodeRef::<html::Section>::new();
    let sight = in_sight(element);
    let size = size_of(element);
    let points = Memo::new(move |_| points_of(size.get().0));
    let first = use_context::<Pictures>();
    let key = item.with_untracked(|item| item.as_ref().map(|item| item.key.clone()).unwrap_or_default());
    let picture = first.and_then(|pictures| pictures.of(&key)).unwrap_or_default();
    let feed = Feed::of(item, points, sight);
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
    let shifted = move || item.with(|item| item.as_ref().and_then(|item| own_time(&item.panel)));
    view! {
        <section
            id=id class="board-panel" class:transparent=transparent class:narrow=narrow node_ref=element aria-labelledby=labelled_by
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
                <PanelMenu item feed/>
            </header>
            <PanelBody item feed kind picture/>
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

/// For how many points a width has room; few choices, so that screens that differ little share their data.
fn points_of(width: f64) -> u32 {
    ((width / 200.0).ceil() as u32).clamp(1, 10) * 200
}

/// A mark beside the title while there is something to say about old data that is still worth showing.
#[component]
fn StateBadge(state: RwSignal<PanelState>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let mark = move || match state.get() {
        PanelState::Stale(_) => "⚠",
        PanelState::Disconnected => "✕",
        PanelState::Loading => "…",
        PanelState::Unseen | PanelState::Ready | PanelState::Empty | PanelState::Failed(..) => "",
    };
    let words = move || match state.get() {
        PanelState::Stale(since) => {
            format!("no samples since {}", format_utc(since, preferences.utc_offset(), "%H:%M:%S"))
        }
        PanelState::Disconnected => "not connected".to_owned(),
        PanelState::Loading => "loading".to_owned(),
        PanelState::Unseen | PanelState::Ready | PanelState::Empty | PanelState::Failed(..) => String::new(),
    };
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
    let words = move || match state.get() {
        // Its author knows what it means that there is nothing.
        PanelState::Empty if no_value().is_some() => (no_value().unwrap_or_default(), ""),
        PanelState::Empty => (
            "No data in this range.".to_owned(),
            "Choose a longer range, or look whether the query fits what is stored.",
        ),
        PanelState::Failed(message, Some((start, _))) => {
            (format!("{message} (character {})", start + 1), "Edit the panel to mend its query.")
        }
        PanelState::Failed(message, None) => (message, ""),
        _ => (String::new(), ""),
    };
    view! {
        <p class="panel-notice">
            <span>{move || words().0}</span>
            " "
            <span class="panel-notice-more">{move || words().1}</span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_that_differ_little_ask_for_the_same() {
        for (width, points) in [(0.0, 200), (390.0, 400), (580.0, 600), (600.0, 600), (9000.0, 2000)] {
            assert_eq!(points_of(width), points, "{width}");
        }
    }
}
