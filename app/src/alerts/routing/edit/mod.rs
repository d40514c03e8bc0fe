//! Who hears of what, to be changed: by forms, or as text.

mod browser;
mod channels;
mod document;
mod fields;
mod mail;
mod policies;
mod receivers;
mod routes;
mod schedules;
mod sections;
mod state;
mod subscribe;
mod tables;
mod versions;
mod yaml;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use self::policies::policies;
use self::receivers::ReceiversForm;
use self::routes::RoutesForm;
use self::schedules::SchedulesForm;
use self::sections::section;
use self::state::{Editor, PATH, Shown};
use self::tables::{GLOBAL, INHIBIT_RULES, TIME_INTERVALS};
use self::versions::Versions;
use self::yaml::{YamlForm, flaws};
use super::tester::Explained;
use crate::api::{Poll, Refusal, call};
use crate::shell::{Ask, ask_before_leaving};

/// What the editor and the page that it is part of know of each other.
#[derive(Clone, Copy)]
pub(crate) struct EditorPorts {
    /// The draft for the tester; null where nothing is changed.
    pub(super) draft: RwSignal<Value>,
    pub(super) explained: RwSignal<Option<Explained>>,
    pub(super) poll: Poll,
    pub(super) close: Callback<()>,
}

/// What is to be seen of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Routes,
    Receivers,
    Schedules,
    Escalation,
    Muting,
    General,
    Yaml,
    Versions,
}

impl Tab {
    const ALL: [(Self, &str); 8] = [
        (Self::Routes, "Routes"),
        (Self::Receivers, "Receivers"),
        (Self::Schedules, "Schedules"),
        (Self::Escalation, "Escalation"),
        (Self::Muting, "Muting and times"),
        (Self::General, "General"),
        (Self::Yaml, "YAML"),
        (Self::Versions, "Versions"),
    ];
}

/// The editor: asks for what there is first.
#[component]
pub(crate) fn RoutingEditor(ports: EditorPorts) -> impl IntoView {
    let opened = RwSignal::new(None::<Result<Shown, String>>);
    spawn_local(async move {
        let shown: Result<Shown, Refusal> = call("GET", PATH, None).await;
        opened.try_set(Some(shown.map_err(|refusal| refusal.to_string())));
    });
    move || {
        match opened.get() {
        None => view! { <p class="page-notice" role="status">"… loading"</p> }.into_any(),
        Some(Err(words)) => view! {
            <p class="page-notice" role="alert">{format!("✕ The configuration can't be shown: {words}. Load the page again.")}</p>
        }
        .into_any(),
        Some(Ok(shown)) if !shown.editable => read_only(&shown),
        Some(Ok(shown)) => editing(ports, shown),
    }
    }
}

/// A file says it: it is shown, and not changed.
fn read_only(shown: &Shown) -> AnyView {
    let file = shown.file.clone().unwrap_or_default();
    let problems = shown.problems.iter().map(|flaw| view! { <li>{flaw.words()}</li> }).collect_view();
    view! {
        <section class="panel" aria-label="YAML">
            <header class="panel-head"><h2>"YAML"</h2></header>
            <p>
                "This is read from the file "<code>{file}</code>" (notify.config), which alone can change it. To change it here, start Watchfire \
                 without that setting, and paste the file under “YAML”. "
                <a href=format!("{PATH}/export") download="alertmanager.yml">"Export without secrets"</a>
            </p>
            <ul class="edit-flaws" aria-live="polite">{problems}</ul>
            <pre class="edit-version">{shown.yaml.clone()}</pre>
        </section>
    }
    .into_any()
}

fn editing(ports: EditorPorts, shown: Shown) -> AnyView {
    let ask = expect_context::<Ask>();
    let editor = Editor::new(shown, ports.draft);
    ask_before_leaving(move || editor.changed.try_get_untracked() == Some(true));
    let tab = RwSignal::new(Tab::Routes);
    let message = RwSignal::new(String::new());
    let saved = Callback::new(move |()| {
        message.set(String::new());
        ports.poll.ask_at_once();
    });
    let save = Callback::new(move |()| {
        let mut body = editor.written();
        body["version"] = json!(editor.version.get_untracked());
        body["message"] = message.get_untracked().trim().into();
        editor.conflict.set(None);
        editor.send("PUT", PATH.to_owned(), body, saved);
    });
    // A version that was restored counts for the page, too.
    Effect::new(move |before: Option<u64>| {
        let version = editor.version.get();
        if before.is_some_and(|before| before != version) {
            ports.poll.ask_at_once();
        }
        version
    });
    let leave = move |then: fn(EditorPorts, Editor)| {
        if !editor.changed.get_untracked() {
            return then(ports, editor);
        }
        ask.confirm("There are changes that are not saved. Drop them?", "Drop them", move || {
            then(ports, editor);
        });
    };
    let close = move |_| {
        leave(|ports, _| {
            ports.draft.set(Value::Null);
            ports.close.run(());
        });
    };
    let undo = move |_| leave(|_, editor| editor.reload(Some("✓ Your changes are dropped.".to_owned())));
    let state = move || {
        let problems = editor.problems.with(Vec::len);
        let version = editor.version.get();
        match (editor.changed.get(), problems) {
            (false, 0) if version == 0 => "○ Nothing is saved yet, and nothing is changed.".to_owned(),
            (false, 0) => format!("✓ No changes since version {version}."),
            (true, 0) if version == 0 => "● Changes that are not saved.".to_owned(),
            (true, 0) => format!("● Changes that are not saved, since version {version}."),
            (_, 1) => "✕ 1 problem; it can be saved when that is mended.".to_owned(),
            (_, many) => format!("✕ {many} problems; it can be saved when they are mended."),
        }
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        save.run(());
    };
    let tab_button = move |(own, title): (Tab, &'static str)| {
        view! {
            <button type="button" class="button small" aria-pressed=move || (tab.get() == own).to_string() on:click=move |_| tab.set(own)>
                {title}
            </button>
        }
    };
    let content = move || match tab.get() {
        Tab::Routes => view! { <RoutesForm editor explained=ports.explained/> }.into_any(),
        Tab::Receivers => view! { <ReceiversForm editor/> }.into_any(),
        Tab::Schedules => view! { <SchedulesForm editor/> }.into_any(),
        Tab::Escalation => policies(editor),
        Tab::Muting => muting(editor),
        Tab::General => general(editor),
        Tab::Yaml => view! { <YamlForm editor/> }.into_any(),
        Tab::Versions => view! { <Versions editor/> }.into_any(),
    };
    view! {
        <form class="panel edit-bar" aria-label="Save" on:submit=submit>
            <p class="alerting-words" role="status">{state}</p>
            <label for="edit-message" class="visually-hidden">"What you changed"</label>
            <input id="edit-message" autocomplete="off" placeholder="what you changed" prop:value=move || message.get()
                on:input=move |event| message.set(event_target_value(&event))/>
            <span class="overlay-actions">
                <button type="submit" class="button primary" disabled=move || !editor.changed.get() || !editor.may_save()>"Save"</button>
                <button type="button" class="button" disabled=move || !editor.changed.get() on:click=undo>"Drop changes"</button>
                <button type="button" class="button" on:click=close>"Close"</button>
            </span>
            <p class="edit-said" role="status">{move || editor.said.get()}</p>
        </form>
        {conflict(editor, save)}
        <div class="edit-tabs" role="group" aria-label="What to change">{Tab::ALL.map(tab_button).collect_view()}</div>
        {move || (tab.get() != Tab::Yaml).then(|| flaws(editor, None))}
        <div class="alert-form">{content}</div>
    }
    .into_any()
}

fn muting(editor: Editor) -> AnyView {
    view! {
        <section class="panel" aria-label="Inhibit rules">
            <header class="panel-head"><h2>"Inhibit rules"</h2></header>
            <p class="hint">"While one alert fires, nobody is told of others that come of it."</p>
            {section(editor, "", &INHIBIT_RULES)}
        </section>
        <section class="panel" aria-label="Time intervals">
            <header class="panel-head"><h2>"Time intervals"</h2></header>
            <p class="hint">"Times that routes and schedules name: nights, weekends, holidays."</p>
            {section(editor, "", &TIME_INTERVALS)}
        </section>
    }
    .into_any()
}

fn general(editor: Editor) -> AnyView {
    view! {
        <section class="panel" aria-label="General">
            <header class="panel-head"><h2>"General"</h2></header>
            <p class="hint">"What channels get that say nothing themselves."</p>
            {fields::fields(editor, "/global", GLOBAL)}
        </section>
    }
    .into_any()
}

/// Somebody else was faster: nothing is lost, and the reader says which counts.
fn conflict(editor: Editor, save: Callback<()>) -> AnyView {
    let theirs = RwSignal::new(None::<String>);
    let mine = move |_| {
        if let Some(version) = editor.conflict.get_untracked() {
            editor.version.set(version);
            save.run(());
        }
    };
    let take =
        move |_| editor.reload(Some("✓ This is what they saved; your changes are dropped.".to_owned()));
    let look = move |_| {
        spawn_local(async move {
            let shown: Result<Shown, Refusal> = call("GET", PATH, None).await;
            theirs.try_set(Some(shown.map_or_else(|refusal| format!("✕ {refusal}"), |shown| shown.yaml)));
        });
    };
    let view = move |version: u64| {
        view! {
            <section class="panel edit-conflict" role="alert" aria-label="Conflict">
                <p>{format!("✕ Somebody else has saved version {version} meanwhile. Your changes are here still, and not saved.")}</p>
                <p class="overlay-actions">
                    <button type="button" class="button primary" disabled=move || !editor.may_save() on:click=mine>"Save mine as the newest version"</button>
                    <button type="button" class="button" on:click=take>"Take theirs, drop mine"</button>
                    <button type="button" class="button" on:click=look>"Show theirs"</button>
                </p>
                <p class="hint" hidden=move || editor.problems.with(Vec::is_empty)>"Yours can be saved when its problems are mended."</p>
                <pre class="edit-version" hidden=move || theirs.with(Option::is_none)>{move || theirs.get()}</pre>
            </section>
        }
    };
    (move || editor.conflict.get().map(view)).into_any()
}
