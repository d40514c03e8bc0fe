use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use wasm_bindgen::JsCast;

use super::list::BoardList;
use crate::address::{Encoded, Search};
use crate::api::call_with_text;

/// What a text would bring, or has brought, as the API tells of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Told {
    uid: String,
    title: String,
    panels: usize,
    /// Whether its uid is taken.
    clash: bool,
    /// The places of what is not the same, and how it differs.
    notes: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Note {
    place: String,
    message: String,
}

impl Told {
    /// Of a dashboard that is about to be imported.
    fn of_preview(one: &Value) -> Self {
        let dashboard = &one["dashboard"];
        let panels = dashboard["panels"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            panels: panels.iter().filter(|panel| panel["kind"] != "row").count(),
            clash: one["clash"].is_object(),
            ..Self::named(dashboard, &one["notes"])
        }
    }

    fn named(dashboard: &Value, notes: &Value) -> Self {
        let text = |name: &str| dashboard[name].as_str().unwrap_or_default().to_owned();
        let note = |note: &Value| {
            let note = Note::deserialize(note).ok()?;
            Some((note.place, note.message))
        };
        let notes = notes.as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            uid: text("uid"),
            title: text("title"),
            notes: notes.iter().filter_map(note).collect(),
            ..Self::default()
        }
    }

    /// What it is, in words.
    fn words(&self) -> String {
        let panels = if self.panels == 1 { "1 panel".to_owned() } else { format!("{} panels", self.panels) };
        format!("“{}” with {panels}", self.title)
    }
}

/// Takes dashboards over from files: Watchfire's own, Grafana's, or YAML. First it shows what will become of them, and under which name
/// and where they shall be.
#[expect(clippy::too_many_lines, reason = "a dialog in one piece reads better than in two")]
#[component]
pub(super) fn ImportDialog(
    dialog: NodeRef<html::Dialog>,
    list: RwSignal<BoardList>,
    reload: Callback<()>,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let preview = RwSignal::new(None::<Vec<Told>>);
    let done = RwSignal::new(None::<Vec<Told>>);
    let file = NodeRef::<html::Input>::new();
    let name = RwSignal::new(String::new());
    let (title, uid, folder) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    // Whether one that is there already is saved over; else both stay.
    let over = RwSignal::new(false);
    let ask = move |create: bool| {
        let clashes = if over.get_untracked() { "overwrite" } else { "copies" };
        let mut search = Search::default().with("name", &name.get_untracked());
        if create {
            search =
                search.with("create", "true").with(clashes, "true").with("folder", &folder.get_untracked());
            if preview.with_untracked(|all| all.as_ref().is_some_and(|all| all.len() == 1)) {
                search = search.with("title", &title.get_untracked()).with("uid", &uid.get_untracked());
            }
        }
        let text = text.get_untracked();
        done.set(None);
        if text.trim().is_empty() {
            return preview.set(None);
        }
        spawn_local(async move {
            let answer =
                call_with_text::<Value>("POST", &format!("/api/v1/dashboards/import{search}"), &text).await;
            let all = |answer: &Value, name: &str, told: &dyn Fn(&Value) -> Told| {
                answer[name]
                    .as_array()
                    .map(|all| all.iter().map(told).collect::<Vec<_>>())
                    .unwrap_or_default()
            };
            match answer {
                Ok(answer) if create => {
                    error.try_set(None);
                    let before = preview.try_get_untracked().flatten().unwrap_or_default();
                    let uids = all(&answer, "saved", &|one| Told::named(one, &Value::Null));
                    let saved =
                        uids.into_iter().zip(before).map(|(one, before)| Told { uid: one.uid, ..before });
                    let mut saved: Vec<Told> = saved.collect();
                    if let ([one], Some(title)) = (saved.as_mut_slice(), title.try_get_untracked()) {
                        one.title = title;
                    }
                    match saved.as_slice() {
                        // A whole load: the server has the page ready with its data.
                        [one] if one.notes.is_empty() => {
                            let _ = window().location().assign(&format!("/d/{}", Encoded(&one.uid)));
                        }
                        _ => {
                            done.try_set(Some(saved));
                            preview.try_set(None);
                            let _ = reload.try_run(());
                        }
                    }
                }
                Ok(answer) => {
                    let told = all(&answer, "dashboards", &Told::of_preview);
                    if let [one] = told.as_slice() {
                        title.try_set(one.title.clone());
                        uid.try_set(one.uid.clone());
                    }
                    error.try_set(None);
                    preview.try_set(Some(told));
                }
                Err(refusal) => {
                    if !create {
                        preview.try_set(None);
                    }
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
            if let Ok(content) = wasm_bindgen_futures::JsFuture::from(blob.text()).await
                && text.try_set(content.as_string().unwrap_or_default()).is_none()
            {
                ask(false);
            }
        });
    };
    // Who pastes need not leave the field first; who types is not answered at each letter.
    let mut look = leptos::leptos_dom::helpers::debounce(Duration::from_millis(300), move |()| ask(false));
    let write = move |event| {
        text.set(event_target_value(&event));
        preview.set(None);
        look(());
    };
    let told = move || done.get().or_else(|| preview.get()).unwrap_or_default();
    let heading = move || told().iter().map(Told::words).collect::<Vec<_>>().join(", ");
    let clash = move || preview.with(|all| all.iter().flatten().any(|one| one.clash));
    let alone = move || preview.with(|all| all.as_ref().is_some_and(|all| all.len() == 1));
    let field = move |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! {
            <div class="form-field"><label for=id>{label}</label>
                <input id=id autocomplete="off" spellcheck="false" prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))/></div>
        }
    };
    let folders = move || {
        let all = list.with(|list| list.folders.clone()).into_iter().filter(|folder| !folder.managed);
        all.map(|folder| view! { <option value=folder.uid>{folder.title}</option> }).collect_view()
    };
    let row =
        |(panel, what): (String, String)| view! { <tr><th scope="row">{panel}</th><td>{what}</td></tr> };
    let notes = move || told().into_iter().flat_map(|one| one.notes).collect::<Vec<_>>();
    let link = |one: Told| view! { <li><a href=format!("/d/{}", Encoded(&one.uid)) rel="external">{one.title.clone()}</a></li> };
    let links = move || {
        let all = done.get()?;
        Some(
            view! { <p role="status">"Imported. Open:"</p><ul class="import-done">{all.into_iter().map(link).collect_view()}</ul> },
        )
    };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="import-title">
            <h2 id="import-title">"Import a dashboard"</h2>
            <p class="hint">"A file of Watchfire, of Grafana (JSON), or YAML with title and panels."</p>
            <input type="file" node_ref=file aria-label="File" accept=".json,.yaml,.yml" on:change=read/>
            <textarea class="json-area mono" rows="8" spellcheck="false" aria-label="The text of the file" placeholder="... or paste it here"
                prop:value=move || text.get() on:input=write></textarea>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <Show when=move || !told().is_empty()>
                <h3>{heading}</h3>
                {links}
                <Show when=move || preview.with(Option::is_some)>
                    <div class="share-form">
                        <Show when=alone>{field("import-name", "Title", title)}{field("import-uid", "Uid, which stands in its address", uid)}</Show>
                        <div class="form-field"><label for="import-folder">"Folder"</label>
                            <select id="import-folder" on:change=move |event| folder.set(event_target_value(&event))>
                                <option value="">"none"</option>{folders}
                            </select></div>
                    </div>
                    <Show when=clash>
                        <p class="hint">"A dashboard with this uid is there already; this one gets another."</p>
                        <label class="check"><input type="checkbox" prop:checked=move || over.get()
                            on:change=move |event| over.set(event_target_checked(&event))/>"Save it over the one that is there, as its next version"</label>
                    </Show>
                </Show>
                <Show when=move || !notes().is_empty() fallback=|| view! { <p class="hint">"Everything can be carried over."</p> }>
                    <p>"What cannot be carried over, or is not the same:"</p>
                    <div class="table-scroll"><table class="diff"><tbody>{move || notes().into_iter().map(row).collect_view()}</tbody></table></div>
                </Show>
            </Show>
            <form method="dialog" class="overlay-actions">
                <button type="button" class="button primary" disabled=move || preview.with(Option::is_none) on:click=move |_| ask(true)>"Import"</button>
                <button type="submit" class="button">"Close"</button>
            </form>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_no_panels() {
        let told = Told::of_preview(&json!({
            "dashboard": {"uid": "u", "title": "T", "panels": [{"kind": "row"}, {"kind": "stat"}]},
            "notes": [{"place": "panel 2", "message": "what it is not"}],
            "clash": null,
        }));
        assert_eq!((told.words().as_str(), told.clash, told.notes.len()), ("“T” with 1 panel", false, 1));
    }
}
