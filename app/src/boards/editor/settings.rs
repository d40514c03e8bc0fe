use leptos::html;
use leptos::prelude::*;
use serde_json::Value;
use watchfire_dashboard::{Dashboard, Kind};

use super::super::board::Board;
use super::board_options::DASHBOARD;
use super::form::{Form, fields};
use super::options::Spec;
use super::value::put;
use crate::api::{read_value, value_of};

/// What is set for the dashboard as a whole.
#[component]
pub(super) fn SettingsDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let board = expect_context::<Board>();
    let error = RwSignal::new(None::<String>);
    let value = Memo::new(move |_| {
        board.dashboard.with(|dashboard| {
            // The panels are many, and not for this form.
            let bare = Dashboard { panels: Vec::new(), ..Dashboard::clone(dashboard) };
            value_of(&bare)
        })
    });
    let change = Callback::new(move |(pointer, new): (String, Value)| {
        let mut value = value.get_untracked();
        put(&mut value, &pointer, new);
        match read_value::<Dashboard>(&value) {
            Ok(bare) => {
                error.set(None);
                board.change(&format!("settings {pointer}"), |dashboard| {
                    let panels = std::mem::take(&mut dashboard.panels);
                    *dashboard = Dashboard { panels, ..bare };
                });
            }
            Err(wrong) => {
                error.set(Some(format!("{}: {wrong}", pointer.trim_start_matches('/').replace('/', "."))));
            }
        }
    });
    let form = Form { value, kind: Memo::new(|_| Kind::default()), put: change, id: "settings" };
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
            <p class="field-error" role="alert">{move || error.get()}</p>
            {DASHBOARD.iter().map(group).collect_view()}
            <form method="dialog" class="overlay-actions"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
}
