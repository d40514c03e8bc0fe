use leptos::prelude::*;
use watchfire_model::format_utc;

use super::PanelSpec;
use super::watching::PanelState;
use crate::preferences::Preferences;

/// The frame around every panel: its title, how its data is, and its content.
#[component]
pub(super) fn PanelFrame(
    /// Which panel.
    #[prop(into)]
    spec: Signal<PanelSpec>,
    /// How its data is.
    state: RwSignal<PanelState>,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let panel = spec.get_untracked();
    let heading = format!("{}-title", panel.id);
    let labelled_by = heading.clone();
    let class = format!("panel span-{}", panel.columns);
    view! {
        <section id=panel.id class=class aria-labelledby=labelled_by data-state=move || state.with(word)>
            <header class="panel-head">
                <h2 id=heading>{panel.title}</h2>
                <StateBadge state/>
            </header>
            {children()}
            <StateNotice state/>
        </section>
    }
}

fn word(state: &PanelState) -> &'static str {
    match state {
        PanelState::Loading => "loading",
        PanelState::Ready => "ready",
        PanelState::Empty => "empty",
        PanelState::Stale(_) => "stale",
        PanelState::Disconnected => "disconnected",
        PanelState::Failed(_) => "failed",
    }
}

/// A mark beside the title while there is something to say about old data that is still worth showing.
#[component]
fn StateBadge(state: RwSignal<PanelState>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let mark = move || match state.get() {
        PanelState::Stale(_) => "⚠",
        PanelState::Disconnected => "✕",
        PanelState::Loading => "…",
        PanelState::Ready | PanelState::Empty | PanelState::Failed(_) => "",
    };
    let words = move || match state.get() {
        PanelState::Stale(since) => {
            format!("no samples since {}", format_utc(since, preferences.utc_offset(), "%H:%M:%S"))
        }
        PanelState::Disconnected => "not connected".to_owned(),
        PanelState::Loading => "loading".to_owned(),
        PanelState::Ready | PanelState::Empty | PanelState::Failed(_) => String::new(),
    };
    view! {
        <span class="panel-badge" title=words>
            <span aria-hidden="true">{mark}</span>
            " "
            <span class="panel-badge-words">{words}</span>
        </span>
    }
}

/// What stands in the panel when there is nothing to show, and what to do next.
#[component]
fn StateNotice(state: RwSignal<PanelState>) -> impl IntoView {
    let short = move || match state.get() {
        PanelState::Empty => "No samples in this range.".to_owned(),
        PanelState::Failed(message) => format!("The server could not answer: {message}."),
        _ => String::new(),
    };
    let more = move || {
        state.with(|state| *state == PanelState::Empty).then_some(
            "Choose a longer range, or wait: a source that has just started shows up within seconds; what this machine does \
             not have never does.",
        )
    };
    view! {
        <p class="panel-notice">
            <span>{short}</span>
            " "
            <span class="panel-notice-more">{more}</span>
        </p>
    }
}
