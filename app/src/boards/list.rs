//! The list of dashboards: by folder, found by words and tags.

use std::collections::BTreeSet;

use crate::pages::Title;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api::act;
use super::broken::BrokenFiles;
use super::import::ImportDialog;
use crate::address::Encoded;
use crate::api::{Refusal, call};
use crate::pages::{Page, Views};
use crate::shell::Ask;

/// A dashboard as the list shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts, and the API tells each by its name"
)]
pub(crate) struct BoardHead {
    /// Names it in URLs.
    pub(crate) uid: String,
    /// Its heading.
    pub(crate) title: String,
    /// What it is for.
    pub(crate) description: String,
    /// Words to find it by.
    pub(crate) tags: Vec<String>,
    /// The uid of its folder.
    pub(crate) folder: Option<String>,
    /// Whether it is a favourite.
    pub(crate) favourite: bool,
    /// Whether a file is its source.
    pub(crate) managed: bool,
    /// Whether that file came with the program.
    pub(crate) shipped: bool,
    /// Whether it differs from that file.
    pub(crate) drifted: bool,
    /// How many panels it has.
    pub(crate) panels: usize,
}

/// A folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct FolderHead {
    /// Names it.
    pub(crate) uid: String,
    /// Its heading.
    pub(crate) title: String,
    /// Whether files make it.
    pub(crate) managed: bool,
}

/// All dashboards: what the first render knows of them. A Leptos context.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FirstList(pub(crate) Option<BoardList>);

/// All dashboards and folders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct BoardList {
    /// The dashboards, by title.
    pub(crate) dashboards: Vec<BoardHead>,
    /// The folders, by title.
    pub(crate) folders: Vec<FolderHead>,
}

async fn load() -> Result<BoardList, Refusal> {
    let dashboards = call("GET", "/api/v1/dashboards", None).await?;
    let folders = call("GET", "/api/v1/folders", None).await?;
    Ok(BoardList { dashboards, folders })
}

/// The page.
#[expect(clippy::too_many_lines, reason = "a page in one piece reads better than in two")]
#[component]
pub(crate) fn BoardListPage() -> impl IntoView {
    let first = SharedValue::new(|| use_context::<FirstList>().unwrap_or_default()).into_inner().0;
    let list = RwSignal::new(first.clone().unwrap_or_default());
    let error = RwSignal::new(None::<String>);
    let words = RwSignal::new(String::new());
    let query = use_query_map();
    let tags = RwSignal::new(query.with_untracked(|query| query.get_all("tag").unwrap_or_default()));
    let starred = RwSignal::new(false);
    let import = NodeRef::<html::Dialog>::new();
    let reload = Callback::new(move |()| {
        spawn_local(async move {
            match load().await {
                Ok(loaded) => drop(list.try_set(loaded)),
                Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
            }
        });
    });
    Effect::new(move |_| {
        if first.is_none() {
            reload.run(());
        }
    });
    let found = Memo::new(move |_| {
        let (words, tags, starred) = (words.get().to_lowercase(), tags.get(), starred.get());
        list.with(|list| {
            let fits = |head: &&BoardHead| fits(head, &words, &tags) && (!starred || head.favourite);
            list.dashboards.iter().filter(fits).cloned().collect::<Vec<_>>()
        })
    });
    let all_tags = Memo::new(move |_| {
        list.with(|list| {
            list.dashboards.iter().flat_map(|head| head.tags.iter().cloned()).collect::<BTreeSet<_>>()
        })
    });
    let groups = Memo::new(move |_| {
        let folders = list.with(|list| list.folders.clone());
        let top = FolderHead::default();
        let searching = !words.with(String::is_empty) || !tags.with(Vec::is_empty) || starred.get();
        found.with(|found| {
            let of = |folder: &FolderHead| {
                let own =
                    found.iter().filter(|head| head.folder.as_deref().unwrap_or_default() == folder.uid);
                own.cloned().collect::<Vec<_>>()
            };
            folders
                .into_iter()
                .chain([top])
                .map(|folder| {
                    let own = of(&folder);
                    (folder, own)
                })
                .filter(|(_, own)| !searching || !own.is_empty())
                .collect::<Vec<_>>()
        })
    });
    let tag_button = move |tag: String| {
        let (own, shown) = (tag.clone(), tag.clone());
        let pressed = move || tags.with(|tags| tags.contains(&own)).to_string();
        let turn = move |_| {
            tags.update(|tags| {
                if let Some(at) = tags.iter().position(|known| *known == tag) {
                    tags.remove(at);
                } else {
                    tags.push(tag.clone());
                }
            });
        };
        view! { <button type="button" class="tag" aria-pressed=pressed on:click=turn>{shown}</button> }
    };
    let ask = expect_context::<Ask>();
    let new_folder = move |_| {
        ask.text("The name of the new folder", "Create", "", move |title| {
            spawn_local(async move {
                match call::<Value>("POST", "/api/v1/folders", Some(&json!({"title": title}))).await {
                    Ok(_) => reload.run(()),
                    Err(refusal) => error.set(Some(refusal.to_string())),
                }
            });
        });
    };
    let open_import = move |_| {
        if let Some(dialog) = import.get_untracked().filter(|dialog| !dialog.open()) {
            // It fails only for a dialog that is open or not in the page.
            let _ = dialog.show_modal();
        }
    };
    let group = move |(folder, own): (FolderHead, Vec<BoardHead>)| {
        let title = if folder.uid.is_empty() { "Dashboards".to_owned() } else { folder.title.clone() };
        let empty = own.is_empty().then_some(view! { <p class="hint">"Nothing in here yet."</p> });
        let tools = (!folder.uid.is_empty() && !folder.managed)
            .then(|| view! { <FolderTools folder=folder.clone() reload error/> });
        view! {
            <section class="board-folder" aria-label=title.clone()>
                <header><h2>{title.clone()}</h2>{tools}</header>
                {empty}
                <ul class="board-list">{own.into_iter().map(|head| view! { <Entry head list reload error/> }).collect_view()}</ul>
            </section>
        }
    };
    view! {
        <Title text=Page::Dashboards.title()/>
        <div class="boards">
            <Views current=Page::Dashboards/>
            <h1 class="visually-hidden">"Dashboards"</h1>
            <div class="boards-bar">
                <input type="search" class="boards-find" placeholder="Find dashboards" aria-label="Find dashboards" data-search="true"
                    prop:value=move || words.get() on:input=move |event| words.set(event_target_value(&event))/>
                <label class="check"><input type="checkbox" prop:checked=move || starred.get() on:change=move |event| starred.set(event_target_checked(&event))/>"Favourites"</label>
                <span class="boards-actions">
                    <a class="button primary" href="/d/new">"New dashboard"</a>
                    <button type="button" class="button" on:click=open_import>"Import"</button>
                    <button type="button" class="button" on:click=new_folder>"New folder"</button>
                </span>
            </div>
            <div class="tags" role="group" aria-label="Tags">{move || all_tags.get().into_iter().map(tag_button).collect_view()}</div>
            <BrokenFiles/>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <p class="visually-hidden" role="status">{move || match found.with(Vec::len) {
                1 => "1 dashboard".to_owned(),
                count => format!("{count} dashboards"),
            }}</p>
            {move || groups.get().into_iter().map(group).collect_view()}
        </div>
        <ImportDialog dialog=import list reload/>
    }
}

fn fits(head: &BoardHead, words: &str, tags: &[String]) -> bool {
    let text =
        format!("{} {} {} {}", head.title, head.description, head.tags.join(" "), head.uid).to_lowercase();
    words.split_whitespace().all(|word| text.contains(word)) && tags.iter().all(|tag| head.tags.contains(tag))
}

#[component]
fn Entry(
    head: BoardHead,
    list: RwSignal<BoardList>,
    reload: Callback<()>,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let uid = StoredValue::new(head.uid.clone());
    let favourite = head.favourite;
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        Ok(_) => reload.run(()),
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let star = move |_| {
        let method = if favourite { "DELETE" } else { "PUT" };
        spawn_local(async move { done(act(method, &uid.get_value(), "/favourite", None).await) });
    };
    let name = head.title.clone();
    let ask = expect_context::<Ask>();
    let remove = move |_| {
        ask.confirm(format!("Delete “{name}” and all its versions?"), "Delete", move || {
            spawn_local(async move { done(act("DELETE", &uid.get_value(), "", None).await) });
        });
    };
    let folder = head.folder.clone().unwrap_or_default();
    let to = move |event| {
        let folder = Some(event_target_value(&event)).filter(|folder| !folder.is_empty());
        spawn_local(async move {
            done(act("PUT", &uid.get_value(), "/folder", Some(&json!({"folder": folder}))).await);
        });
    };
    let folders = move || {
        let folder = folder.clone();
        let option = move |one: FolderHead| {
            let chosen = one.uid == folder;
            view! { <option value=one.uid selected=chosen>{one.title}</option> }
        };
        list.with(|list| list.folders.clone()).into_iter().map(option).collect_view()
    };
    let href = format!("/d/{}", Encoded(&head.uid));
    let source = head.managed.then_some(match (head.shipped, head.drifted) {
        (true, true) => "comes with Watchfire, changed",
        (true, false) => "comes with Watchfire",
        (false, true) => "differs from its file",
        (false, false) => "from a file",
    });
    let panels = if head.panels == 1 { "1 panel".to_owned() } else { format!("{} panels", head.panels) };
    view! {
        <li class="board-entry">
            <button type="button" class="icon-button star" aria-pressed=favourite.to_string() aria-label=format!("Favourite: {}", head.title) on:click=star>
                {if favourite { "★" } else { "☆" }}
            </button>
            <a class="board-name" href=href>{head.title.clone()}</a>
            <span class="board-description">{head.description}</span>
            <span class="board-tags">{head.tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span> }).collect_view()}</span>
            <span class="board-panels">{panels}</span>
            <span class="board-source">{source}</span>
            <details class="menu board-menu">
                <summary aria-label=format!("More for {}", head.title)>"⋯"</summary>
                <div class="menu-body">
                    <label>"Folder"<select on:change=to disabled=head.managed><option value="">"none"</option>{folders}</select></label>
                    <button type="button" class="button" on:click=remove disabled=head.managed>"Delete"</button>
                </div>
            </details>
        </li>
    }
    .into_any()
}

#[component]
fn FolderTools(folder: FolderHead, reload: Callback<()>, error: RwSignal<Option<String>>) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/folders/{}", Encoded(&folder.uid)));
    let old = folder.title.clone();
    let done = move |outcome: Result<Value, Refusal>| match outcome {
        Ok(_) => reload.run(()),
        Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
    };
    let ask = expect_context::<Ask>();
    let question = format!("Delete the folder “{old}”? Its dashboards stay, outside of folders.");
    let rename = move |_| {
        ask.text("The name of the folder", "Rename", old.clone(), move |title| {
            let body = json!({"title": title});
            spawn_local(async move { done(call("PUT", &path.get_value(), Some(&body)).await) });
        });
    };
    let remove = move |_| {
        ask.confirm(question.clone(), "Delete", move || {
            let path = format!("{}?move_to=", path.get_value());
            spawn_local(async move { done(call("DELETE", &path, None).await) });
        });
    };
    view! {
        <span class="folder-tools">
            <button type="button" class="button small" on:click=rename>"Rename"</button>
            <button type="button" class="button small" on:click=remove>"Delete"</button>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashboards_are_found_by_words_and_tags() {
        let head = BoardHead {
            title: "Web servers".to_owned(),
            description: "Latency".to_owned(),
            tags: vec!["prod".to_owned()],
            ..BoardHead::default()
        };
        for (words, tags, found) in [
            ("", vec![], true),
            ("latency web", vec![], true),
            ("db", vec![], false),
            ("", vec!["prod"], true),
            ("", vec!["test"], false),
        ] {
            let tags: Vec<String> = tags.into_iter().map(str::to_owned).collect();
            assert_eq!(fits(&head, words, &tags), found, "{words} {tags:?}");
        }
    }
}
