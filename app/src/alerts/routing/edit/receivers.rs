use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};

use super::channels::{CHANNELS, PROGRAMS};
use super::document::{items, may_go, names, push, rename};
use super::fields::{fields, id_of};
use super::sections::{Section, folding, section, tools};
use super::state::Editor;
use super::subscribe::{BROWSERS, subscribing};
use super::tables::{ESCALATIONS, REPEAT};
use crate::address::Encoded;
use crate::alerts::routing::receivers::{Line, Trial, said_list, tell};
use crate::api::{Refusal, call};
use crate::shell::Ask;

/// A name that no receiver has.
fn fresh_name(document: &Value) -> String {
    let names = names(document, "/receivers");
    let mut number = names.len() + 1;
    loop {
        let name = format!("receiver-{number}");
        if !names.contains(&name) {
            return name;
        }
        number += 1;
    }
}

/// Why a receiver can't be called so.
fn flaw_of_name(document: &Value, at: &str, name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("a receiver needs a name".to_owned());
    }
    let others = items(document, "/receivers").iter().enumerate();
    let taken = others
        .filter(|(index, _)| format!("/receivers/{index}") != at)
        .any(|(_, other)| other["name"] == name);
    taken.then(|| format!("there is a receiver {name} already; choose another name"))
}

/// Who is told, to be changed.
#[component]
pub(super) fn ReceiversForm(editor: Editor) -> impl IntoView {
    let count = Memo::new(move |_| editor.document.with(|document| items(document, "/receivers").len()));
    let add = move |_| {
        editor.change(|document| {
            let name = fresh_name(document);
            editor.opened.set(push(document, "/receivers", json!({"name": name})));
        });
    };
    view! {
        <section class="panel" aria-label="Receivers">
            <header class="panel-head"><h2>"Receivers"</h2></header>
            <div class="edit-section">
                <For each=move || 0..count.get() key=|index| *index let:index>
                    {receiver(editor, format!("/receivers/{index}"))}
                </For>
                <button type="button" class="button small" on:click=add>"Add a receiver"</button>
            </div>
        </section>
    }
    .into_any()
}

/// By what a receiver tells whom, in words.
fn told(receiver: &Value) -> String {
    let kinds = CHANNELS.iter().filter_map(|kind| match receiver[kind.key].as_array().map_or(0, Vec::len) {
        0 => None,
        1 => Some(kind.one.to_owned()),
        many => Some(format!("{many} × {}", kind.one)),
    });
    let steps = receiver[ESCALATIONS.key].as_array().into_iter().flatten();
    let steps = steps.filter_map(|step| {
        let named = |name: &str| step[name].as_str().filter(|text| !text.is_empty());
        named("receiver")
            .map(str::to_owned)
            .or_else(|| named("schedule").map(|name| format!("who is on call by {name}")))
    });
    let (kinds, steps): (Vec<String>, Vec<String>) = (kinds.collect(), steps.collect());
    let policy = receiver["escalation_policy"].as_str().filter(|name| !name.is_empty());
    let by_policy = policy.map(|name| format!("goes on by the policy {name}"));
    let later = by_policy.or_else(|| (!steps.is_empty()).then(|| format!("goes on to {}", steps.join(", "))));
    let parts: Vec<String> = kinds.into_iter().chain(later).collect();
    if parts.is_empty() { "tells nobody".to_owned() } else { parts.join(", ") }
}

fn receiver(editor: Editor, at: String) -> AnyView {
    let at = StoredValue::new(at);
    let title = Signal::derive(move || {
        editor.document.with(|document| {
            let receiver = at.with_value(|at| document.pointer(at).cloned()).unwrap_or_default();
            format!("{} · {}", receiver["name"].as_str().unwrap_or("without a name"), told(&receiver))
        })
    });
    let what = Signal::derive(move || {
        format!("the receiver {}", at.with_value(|at| editor.text_at(&format!("{at}/name"))))
    });
    let fault = move || at.with_value(|at| editor.fault_at(at));
    view! {
        <div class="edit-row">
            {folding(editor, at, title, move || opened(editor, at))}
            {tools(editor, at, what, may_go)}
            <p class="field-error" role="alert">{fault}</p>
        </div>
    }
    .into_any()
}

fn opened(editor: Editor, at: StoredValue<String>) -> AnyView {
    let name_at = at.with_value(|at| format!("{at}/name"));
    let id = id_of(&name_at);
    let error = format!("{id}-error");
    let flaw = RwSignal::new(None::<String>);
    // When it is written, and not with each letter: what names it follows.
    let name = move |event| {
        let name = event_target_value(&event).trim().to_owned();
        let found =
            editor.document.with_untracked(|document| at.with_value(|at| flaw_of_name(document, at, &name)));
        if found.is_none() {
            editor.change(|document| at.with_value(|at| rename(document, at, &name)));
        }
        flaw.set(found);
    };
    let present = move |kind: &'static Section| {
        Memo::new(move |_| {
            let list = at.with_value(|at| format!("{at}/{}", kind.key));
            editor.document.with(|document| !items(document, &list).is_empty())
        })
    };
    // A browser is no entry before it is subscribed: there is nothing to say of it.
    let subscribes = RwSignal::new(false);
    let channels = CHANNELS.iter().map(|kind| {
        let present = present(kind);
        let browsers = kind.key == BROWSERS;
        let is_shown = Memo::new(move |_| present.get() || (browsers && subscribes.get()));
        move || {
            is_shown.get().then(|| {
                let button = browsers.then(|| subscribing(editor, at));
                let list = at.with_value(|at| section(editor, at, kind));
                view! { {button} {list} }.into_any()
            })
        }
    });
    let add = move |event: web_sys::Event| {
        let key = event_target_value(&event);
        // It says what to add, and nothing else.
        event_target::<web_sys::HtmlSelectElement>(&event).set_value("");
        let Some(kind) = CHANNELS.iter().find(|kind| kind.key == key) else { return };
        if kind.key == BROWSERS {
            return subscribes.set(true);
        }
        editor.change(|document| {
            let list = at.with_value(|at| format!("{at}/{}", kind.key));
            let place = push(document, &list, kind.fresh());
            editor.opened.set(place);
        });
    };
    let offered = CHANNELS.iter().filter(|kind| kind.key != PROGRAMS);
    let options = offered.map(|kind| view! { <option value=kind.key>{kind.one}</option> }).collect_view();
    let kind_id = format!("{id}-kind");
    view! {
        <div class="form-field">
            <label for=id.clone()>"Name"</label>
            <input id=id autocomplete="off" spellcheck="false" aria-describedby=error.clone()
                prop:value=move || editor.text_at(&name_at) on:change=name/>
            <p class="field-error" id=error role="alert">{move || flaw.get()}</p>
        </div>
        {channels.collect_view()}
        <div class="form-field">
            <label for=kind_id.clone()>"Add a channel"</label>
            <select id=kind_id on:change=add>
                <option value="">"choose a kind"</option>
                {options}
            </select>
        </div>
        <h3>"If nobody looks after it"</h3>
        {at.with_value(|at| section(editor, at, &ESCALATIONS))}
        {at.with_value(|at| fields(editor, at, REPEAT))}
        {trial(editor, at)}
    }
    .into_any()
}

/// A test with the settings as they are written here.
fn trial(editor: Editor, at: StoredValue<String>) -> AnyView {
    let ask = expect_context::<Ask>();
    let said = RwSignal::new(Vec::<Line>::new());
    let name = move || at.with_value(|at| editor.text_at(&format!("{at}/name")));
    let test = move |_| {
        let name = untrack(name);
        let question = format!(
            "Send a test notification to “{name}” now, with these settings? It says that it is a test."
        );
        ask.confirm(question, "Send it", move || {
            let path = format!("/api/v1/watchfire/receivers/{}/test", Encoded(&name));
            let body = json!({"draft": editor.written()});
            said.set(vec![Line::sending()]);
            spawn_local(async move {
                let answer: Result<Trial, Refusal> = call("POST", &path, Some(&body)).await;
                said.try_set(tell(answer));
            });
        });
    };
    view! {
        <p class="edit-trial">
            <button type="button" class="button small" on:click=test>"Send a test"</button>
        </p>
        {said_list(said)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_does_in_words() {
        for (receiver, expected) in [
            (json!({"name": "a"}), "tells nobody"),
            (
                json!({"webhook_configs": [{}], "escalation_policy": "levels"}),
                "webhook, goes on by the policy levels",
            ),
            (
                json!({"escalation_configs": [{"schedule": "web"}, {"after": "1m", "receiver": "boss"}]}),
                "goes on to who is on call by web, boss",
            ),
            (
                json!({"email_configs": [{}, {}], "escalation_configs": [{"receiver": "boss"}]}),
                "2 × email, goes on to boss",
            ),
        ] {
            assert_eq!(told(&receiver), expected);
        }
    }

    #[test]
    fn receivers_keep_their_names_apart() {
        let document =
            json!({"route": {"receiver": "a"}, "receivers": [{"name": "a"}, {"name": "receiver-2"}]});
        assert_eq!(fresh_name(&document), "receiver-3");
        assert!(flaw_of_name(&document, "/receivers/1", "a").is_some());
        assert_eq!(flaw_of_name(&document, "/receivers/0", "a"), None);
        assert!(flaw_of_name(&document, "/receivers/0", " ").is_some());
        assert_eq!(
            may_go(&document, "/receivers/0").as_deref(),
            Some("a is still named by a route; change that first")
        );
        assert_eq!(may_go(&document, "/receivers/1"), None);
    }
}
