use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::super::board::Board;
use crate::api::call;

/// What a new dashboard is to be called, and the folder that it goes to, before it is saved for the first time.
#[component]
pub(super) fn SaveDialog(dialog: NodeRef<html::Dialog>, save: Callback<()>) -> impl IntoView {
    let board = expect_context::<Board>();
    let (title, folder) = (NodeRef::<html::Input>::new(), NodeRef::<html::Select>::new());
    // The uid of each folder, and what it is called.
    let folders = RwSignal::new(Vec::<(String, String)>::new());
    Effect::new(move |_| {
        spawn_local(async move {
            // Without an answer it can be put into one later.
            if let Ok(all) = call::<Value>("GET", "/api/v1/folders", None).await {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let one = |folder: &Value| (text(&folder["uid"]), text(&folder["title"]));
                folders.try_set(all.as_array().into_iter().flatten().map(one).collect());
            }
        });
    });
    let agreed = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(title), Some(folder)) = (title.get_untracked(), folder.get_untracked()) else { return };
        let written = title.value().trim().to_owned();
        if written.is_empty() {
            return;
        }
        board.change("", |dashboard| dashboard.title = written);
        let chosen = folder.value();
        board.meta.update(|meta| meta.folder = (!chosen.is_empty()).then_some(chosen));
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        save.run(());
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let option = |(uid, title): (String, String)| view! { <option value=uid>{title}</option> };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="save-heading">
            <form on:submit=agreed>
                <h2 id="save-heading">"Save the new dashboard"</h2>
                <div class="form-field">
                    <label for="save-title">"Title"</label>
                    <input id="save-title" node_ref=title autocomplete="off" required=true
                        prop:value=move || board.dashboard.with(|dashboard| dashboard.title.clone())/>
                </div>
                <div class="form-field">
                    <label for="save-folder">"Folder"</label>
                    <select id="save-folder" node_ref=folder>
                        <option value="">"None"</option>
                        {move || folders.get().into_iter().map(option).collect_view()}
                    </select>
                </div>
                <p class="overlay-actions">
                    <button type="submit" class="button primary">"Save"</button>
                    <button type="button" class="button" on:click=close>"Cancel"</button>
                </p>
            </form>
        </dialog>
    }
}
