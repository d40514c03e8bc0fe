use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, Kind};

use super::super::board::Board;
use super::board_options::DASHBOARD;
use super::form::{Form, fields};
use super::options::Spec;
use super::wrong::{Wrong, changed, problem_of};
use crate::api::value_of;

/// What is set for the dashboard as a whole.
#[component]
pub(super) fn SettingsDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let board = expect_context::<Board>();
    let wrong = RwSignal::new(None::<Wrong>);
    let value = Memo::new(move |_| {
        board.dashboard.with(|dashboard| {
            // The panels are many, and not for this form.
            let bare = Dashboard { panels: Vec::new(), ..Dashboard::clone(dashboard) };
            value_of(&bare)
        })
    });
    let change = Callback::new(move |(pointer, new): (String, Value)| {
        let (bare, found) = changed::<Dashboard>(value.get_untracked(), &pointer, new, problem_of);
        wrong.set(found);
        if let Some(bare) = bare {
            board.change(&format!("settings {pointer}"), |dashboard| {
                let panels = std::mem::take(&mut dashboard.panels);
                *dashboard = Dashboard { panels, ..bare };
            });
        }
    });
    let form = Form { value, kind: Memo::new(|_| Kind::default()), put: change, wrong, id: "settings" };
    let group = move |(title, specs): &'static (&'static str, &'static [Spec])| {
        view! {
            <details class="form-section" open=*title == "General">
                <summary>{*title}</summary>
                {fields(form, specs, "")}
            </details>
        }
        .into_any()
    };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="settings-heading">
            <h2 id="settings-heading">"Settings"</h2>
            <p class="field-error" role="alert">{move || form.wrong_elsewhere()}</p>
            {DASHBOARD.iter().map(group).collect_view()}
            <form method="dialog" class="overlay-actions"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
}
