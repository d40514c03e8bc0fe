use leptos::prelude::*;
use watchfire_dashboard::Dashboard;

use super::super::board::Board;
use super::super::snapshot::BoardSnapshot;
use super::merge::{Merged, merged};
use super::versions::{Change, ChangeList, changes};
use crate::api::{Refusal, read_value, value_of};

/// Somebody else saved the dashboard meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    theirs: Dashboard,
    version: u64,
    changes: Vec<Change>,
    /// Both together, and what that is not.
    both: Result<Merged, String>,
}

impl Conflict {
    /// From what the server says.
    pub(super) fn of(base: &Dashboard, ours: &Dashboard, refusal: &Refusal) -> Option<Self> {
        let theirs: Dashboard = read_value(&refusal.data["dashboard"]).ok()?;
        let changes = changes(&value_of(&theirs), &value_of(ours));
        let both = merged(base, &theirs, ours);
        Some(Self { version: refusal.data["version"].as_u64()?, theirs, changes, both })
    }
}

/// Shows what differs, and asks which to keep. Nothing is lost either way: every version that was saved stays in the history.
#[component]
pub(super) fn ConflictDialog(conflict: RwSignal<Option<Conflict>>, save: Callback<()>) -> impl IntoView {
    let board = expect_context::<Board>();
    let ours = move |_| {
        if let Some(conflict) = conflict.get_untracked() {
            board.meta.update(|meta| meta.version = conflict.version);
        }
        conflict.set(None);
        save.run(());
    };
    let both = move |_| {
        let Some(Conflict { both: Ok(Merged { dashboard, .. }), version, .. }) = conflict.get_untracked()
        else {
            return;
        };
        board.change("", |known| *known = dashboard);
        board.meta.update(|meta| meta.version = version);
        conflict.set(None);
        save.run(());
    };
    let together = move || match conflict.get().map(|conflict| conflict.both) {
        Some(Ok(Merged { clashes, .. })) if !clashes.is_empty() => {
            format!("Where both changed the same, yours is kept: {}.", clashes.join(", "))
        }
        Some(Err(words)) => format!("Both can't be kept together: {words}."),
        _ => String::new(),
    };
    let fits =
        move || conflict.with(|conflict| conflict.as_ref().is_some_and(|conflict| conflict.both.is_ok()));
    let theirs = move |_| {
        if let Some(found) = conflict.get_untracked() {
            let mut meta = board.meta.get_untracked();
            meta.version = found.version;
            let variables = board.variables.get_untracked();
            let marks = Vec::new();
            board.load(BoardSnapshot { dashboard: found.theirs, meta, variables, marks });
        }
        conflict.set(None);
    };
    view! {
        <Show when=move || conflict.with(Option::is_some)>
            <div class="overlay" role="dialog" aria-modal="true" aria-labelledby="conflict-title">
                <div class="overlay-body">
                    <h2 id="conflict-title">"Somebody else has saved this dashboard"</h2>
                    <p>"Your changes are not saved yet. This is how yours differs from what is saved now, which stays in the versions:"</p>
                    <ChangeList sides=("Theirs", "Yours") changes=Signal::derive(move || conflict.get().map(|conflict| conflict.changes).unwrap_or_default())/>
                    <p class="hint">{together}</p>
                    <div class="overlay-actions">
                        <Show when=fits>
                            <button type="button" class="button primary" on:click=both>"Keep both"</button>
                        </Show>
                        <button type="button" class="button" on:click=ours>"Save mine as the newest version"</button>
                        <button type="button" class="button" on:click=theirs>"Take theirs, drop mine"</button>
                        <button type="button" class="button" on:click=move |_| conflict.set(None)>"Go on editing"</button>
                    </div>
                </div>
            </div>
        </Show>
    }
}
