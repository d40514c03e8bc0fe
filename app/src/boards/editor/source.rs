use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::super::api::act;
use super::super::board::Board;
use super::versions::{Change, ChangeList};
use crate::address::Encoded;
use crate::shell::Ask;

/// Of a dashboard whose source is a file: how it differs from it, and the ways to make them the same again.
#[component]
pub(super) fn SourceDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let board = expect_context::<Board>();
    let ask = expect_context::<Ask>();
    let changes = RwSignal::new(None::<Vec<Change>>);
    let said = RwSignal::new(None::<String>);
    let uid = move || board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
    let look = move |_| {
        let uid = uid();
        spawn_local(async move {
            match act("GET", &uid, "/drift", None).await.map(serde_json::from_value::<Vec<Change>>) {
                Ok(Ok(found)) => drop(changes.try_set(Some(found))),
                Ok(Err(wrong)) => drop(said.try_set(Some(wrong.to_string()))),
                Err(refusal) => drop(said.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let then = move |outcome: Result<Value, crate::api::Refusal>, reload: bool| match outcome {
        Ok(_) if reload => drop(window().location().reload()),
        Ok(_) => {
            // The file has it now; nothing is kept beside it.
            board.meta.update(|meta| (meta.drifted, meta.version) = (false, 0));
            said.set(Some("Written".to_owned()));
        }
        Err(refusal) => drop(said.try_set(Some(refusal.to_string()))),
    };
    let revert = move |_| {
        let uid = uid();
        let version = board.meta.with_untracked(|meta| meta.version);
        let question = "Go back to what the file says? What was changed here, and its versions, are deleted.";
        ask.confirm(question, "Go back to the file", move || {
            let (uid, path) = (uid.clone(), format!("/revert?version={version}"));
            spawn_local(async move { then(act("POST", &uid, &path, None).await, true) });
        });
    };
    let write = move |_| {
        let uid = uid();
        spawn_local(async move { then(act("POST", &uid, "/write-back", None).await, false) });
    };
    let export = move || {
        format!(
            "/api/v1/dashboards/{}/export",
            Encoded(&board.dashboard.with(|dashboard| dashboard.uid.clone()))
        )
    };
    let list = Signal::derive(move || changes.get().unwrap_or_default());
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="source-title" on:toggle=look>
            <h2 id="source-title">"The file of this dashboard"</h2>
            <p class="hint">"A file is its source. What is changed here is kept beside it, until the file says the same or you go back to it."</p>
            <ChangeList changes=list/>
            <p class="field-error" role="alert">{move || said.get()}</p>
            <form method="dialog" class="overlay-actions">
                <button type="button" class="button" on:click=revert>"Back to the file"</button>
                <button type="button" class="button" on:click=write>"Write into the file"</button>
                <a class="button" href=export rel="external" download="">"Export as a file"</a>
                <button type="submit" class="button">"Close"</button>
            </form>
        </dialog>
    }
    .into_any()
}
