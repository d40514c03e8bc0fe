use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::board::Board;
use super::form::{ShareForm, Wanted};
use super::list::ShareList;
use super::pictures::PictureLinks;
use super::snapshots::SnapshotForm;
use super::{Share, origin};
use crate::api::call;
use crate::range::{PageRange, clock, query_of};
use crate::shell::copy;

/// Makes links to the dashboard, with the snippet for other pages and how it will look there.
#[component]
pub(crate) fn ShareDialog(dialog: NodeRef<html::Dialog>) -> impl IntoView {
    let board = expect_context::<Board>();
    let range = expect_context::<PageRange>();
    let wanted = Wanted::new();
    let fresh = RwSignal::new(None::<(Share, String)>);
    let error = RwSignal::new(None::<String>);
    let again = RwSignal::new(0);
    // The list asks only once the dialog has been opened.
    let opened = RwSignal::new(false);
    let make = move |_| {
        let body = wanted.body(board, range);
        // Whoever gets the link sees what is in sight here; a range that is locked is the share's own.
        let window = range.window_untracked();
        let usual = board.dashboard.with_untracked(|dashboard| dashboard.time.window(clock()));
        let travels = wanted.free_time.get_untracked() && window != usual;
        let view = if travels { query_of(window) } else { String::new() };
        spawn_local(async move {
            match call::<Share>("POST", "/api/v1/shares", Some(&body)).await {
                Ok(share) => {
                    error.try_set(None);
                    fresh.try_set(Some((share, view)));
                    again.try_update(|count| *count += 1);
                }
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
        });
    };
    let field = move |label: &'static str, id: &'static str, text: String| {
        let copied = text.clone();
        let take = move |_| {
            let text = copied.clone();
            spawn_local(async move {
                copy(&text).await;
            });
        };
        view! {
            <div class="form-field">
                <label for=id>{label}</label>
                <span class="share-copy">
                    <input id=id class="mono" readonly value=text/>
                    <button type="button" class="button small" on:click=take>"Copy"</button>
                </span>
            </div>
        }
        .into_any()
    };
    let result = move || {
        let (share, view) = fresh.get()?;
        let origin = origin();
        let embeds = !share.origins.is_empty();
        let snippet =
            embeds.then(|| field("To paste into a page", "share-snippet", share.snippet(&origin, &view)));
        let preview = embeds.then(|| view! { <iframe class="share-preview" title="How it looks in a page" src=share.embed("", &view)></iframe> });
        Some(view! {
            <div class="share-result" role="status">
                {field("The link", "share-link", share.link(&origin, &view))}
                {snippet}
                {preview}
            </div>
        })
    };
    let list = move || {
        let uid = board.dashboard.with(|dashboard| dashboard.uid.clone());
        opened.get().then(|| view! { <ShareList dashboard=Some(uid) again/> })
    };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="share-dialog-title" on:toggle=move |_| opened.set(true)>
            <h2 id="share-dialog-title">"Share this dashboard"</h2>
            <p class="hint">"Whoever has the link sees it live, without an account, and nothing else. Variables that viewers do not choose, and a range that is locked, stay as they are now."</p>
            <ShareForm wanted/>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <button type="button" class="button primary" on:click=make>"Make a link"</button>
            {result}
            <h3>"Links to this dashboard"</h3>
            {list}
            <h3>"As a picture or a report"</h3>
            <p class="hint">"Drawn anew whenever its address is fetched, by whoever reaches this server. For others make a link above and use /render/s/ and its token instead of /render/d/ and the name."</p>
            <PictureLinks/>
            <h3>"A frozen copy"</h3>
            <p class="hint">"What the dashboard shows now, without its queries. It stays as it is."</p>
            <SnapshotForm again=RwSignal::new(0)/>
            <form method="dialog" class="overlay-actions"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
    .into_any()
}
