use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use wasm_bindgen::JsCast;

use crate::address::{Encoded, Search};
use crate::api::call_with_text;

/// Takes dashboards over from files: Watchfire's own, Grafana's, or YAML. First it shows what will become of one.
#[component]
pub(super) fn ImportDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let preview = RwSignal::new(None::<Value>);
    let file = NodeRef::<html::Input>::new();
    let name = RwSignal::new(String::new());
    // Whether one that is there already is saved over; else both stay.
    let over = RwSignal::new(false);
    let ask = move |create: bool| {
        let clashes = if over.get_untracked() { "overwrite" } else { "copies" };
        let search = Search::default().with("name", &name.get_untracked());
        let search = if create { search.with("create", "true").with(clashes, "true") } else { search };
        let text = text.get_untracked();
        spawn_local(async move {
            match call_with_text::<Value>("POST", &format!("/api/v1/dashboards/import{search}"), &text).await
            {
                Ok(answer) if create => {
                    let uid = answer["saved"][0]["uid"].as_str().unwrap_or_default();
                    // A whole load: the server has the page ready with its data.
                    let _ = window().location().assign(&format!("/d/{}", Encoded(uid)));
                }
                Ok(mut answer) => {
                    error.try_set(None);
                    preview.try_set(Some(answer["dashboards"].take()));
                }
                Err(refusal) => {
                    preview.try_set(None);
                    error.try_set(Some(refusal.to_string()));
                }
            }
        });
    };
    let read = move |_| {
        let chosen = file.get_untracked().and_then(|input| input.files()?.get(0));
        let Some(chosen) = chosen else { return };
        name.set(chosen.name());
        spawn_local(async move {
            let blob: &web_sys::Blob = chosen.unchecked_ref();
            if let Ok(content) = wasm_bindgen_futures::JsFuture::from(blob.text()).await {
                text.try_set(content.as_string().unwrap_or_default());
                ask(false);
            }
        });
    };
    let losses = move || {
        preview.with(|preview| {
            let all = preview.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let notes = all.iter().filter_map(|one| one["notes"].as_array()).flatten();
            let note = |note: &Value| {
                let text = |name: &str| note[name].as_str().unwrap_or_default().to_owned();
                (text("place"), text("message"))
            };
            notes.map(note).collect::<Vec<_>>()
        })
    };
    let title = move || {
        preview.with(|preview| {
            let all = preview.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let one = |one: &Value| {
                let panels = one["dashboard"]["panels"].as_array().map_or(0, Vec::len);
                let title = one["dashboard"]["title"].as_str().unwrap_or_default();
                format!("“{title}” with {panels} panels")
            };
            all.iter().map(one).collect::<Vec<_>>().join(", ")
        })
    };
    let clash = move || {
        preview.with(|preview| {
            let all = preview.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            all.iter().any(|one| one["clash"].is_object())
        })
    };
    let row =
        |(panel, what): (String, String)| view! { <tr><th scope="row">{panel}</th><td>{what}</td></tr> };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="import-title">
            <h2 id="import-title">"Import a dashboard"</h2>
            <p class="hint">"A file of Watchfire, of Grafana (JSON), or YAML with title and panels."</p>
            <input type="file" node_ref=file aria-label="File" accept=".json,.yaml,.yml" on:change=read/>
            <textarea class="json-area mono" rows="8" spellcheck="false" aria-label="The text of the file" placeholder="... or paste it here"
                prop:value=move || text.get() on:change=move |event| { text.set(event_target_value(&event)); ask(false); }></textarea>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <Show when=move || preview.with(Option::is_some)>
                <h3>{title}</h3>
                <Show when=clash>
                    <p class="hint">"A dashboard with this uid is there already; this one gets another."</p>
                    <label class="check"><input type="checkbox" prop:checked=move || over.get()
                        on:change=move |event| over.set(event_target_checked(&event))/>"Save it over the one that is there, as its next version"</label>
                </Show>
                <Show when=move || !losses().is_empty() fallback=|| view! { <p class="hint">"Everything can be carried over."</p> }>
                    <p>"What cannot be carried over, or is not the same:"</p>
                    <div class="table-scroll"><table class="diff"><tbody>{move || losses().into_iter().map(row).collect_view()}</tbody></table></div>
                </Show>
            </Show>
            <form method="dialog" class="overlay-actions">
                <button type="button" class="button primary" disabled=move || preview.with(Option::is_none) on:click=move |_| ask(true)>"Import"</button>
                <button type="submit" class="button">"Close"</button>
            </form>
        </dialog>
    }
}
