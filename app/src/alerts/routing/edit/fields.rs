//! Fields of forms, as tables describe them.

use leptos::prelude::*;
use serde_json::Value;

use super::document::{items, put, referred_to, rename};
use super::state::Editor;
use crate::alerts::conditions::conditions;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// A text in one line.
    Text,
    /// A text of several lines.
    Area,
    /// A text that is never shown again.
    Secret,
    /// A whole number.
    Number,
    /// Yes, no, or as usual.
    Switch,
    /// Texts with commas between them.
    List,
    /// Texts, one a line.
    Lines,
    /// The name of a receiver.
    Receiver,
    /// Names of receivers with commas between them.
    Receivers,
    /// The name of a schedule.
    Schedule,
    /// The name of an escalation policy.
    Policy,
    /// Names of time intervals with commas between them.
    Intervals,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its key in the configuration.
    pub(super) name: &'static str,
    /// What people call it.
    pub(super) label: &'static str,
    pub(super) input: Input,
    /// How it may look.
    pub(super) example: &'static str,
}

impl Field {
    pub(super) const fn new(
        name: &'static str,
        label: &'static str,
        input: Input,
        example: &'static str,
    ) -> Self {
        Self { name, label, input, example }
    }
}

/// The fields of the part at a place.
pub(super) fn fields(editor: Editor, at: &str, fields: &'static [Field]) -> AnyView {
    let all: Vec<AnyView> = fields.iter().map(|field| one(editor, at, *field)).collect();
    view! { <div class="edit-fields">{all}</div> }.into_any()
}

/// An id for the field at a place.
pub(super) fn id_of(pointer: &str) -> String {
    format!("at{}", pointer.replace('/', "-"))
}

fn one(editor: Editor, at: &str, field: Field) -> AnyView {
    let pointer = StoredValue::new(format!("{at}/{}", field.name));
    let id = pointer.with_value(|pointer| id_of(pointer));
    let error = format!("{id}-error");
    let input = input(editor, pointer, field, &id, &error);
    let fault = move || {
        pointer.with_value(|pointer| editor.fault_at(pointer).or_else(|| misread(editor, pointer, field)))
    };
    let known = move || {
        let names = match field.input {
            Input::Intervals => editor.intervals,
            Input::Receivers => editor.receivers,
            _ => return None,
        };
        let names = names.get();
        Some(if names.is_empty() {
            "There is none yet.".to_owned()
        } else {
            format!("There are: {}", names.join(", "))
        })
    };
    view! {
        <div class="form-field">
            <label for=id>{field.label}</label>
            {input}
            <span class="hint">{known}</span>
            <p class="field-error" id=error role="alert">{fault}</p>
        </div>
    }
    .into_any()
}

/// Of conditions, a line each: what Alertmanager would read as something else than it looks like. It can be saved all the same.
fn misread(editor: Editor, pointer: &str, field: Field) -> Option<String> {
    if field.input != Input::Lines {
        return None;
    }
    editor.document.with(|document| {
        let mut lines = items(document, pointer).iter().filter_map(Value::as_str);
        lines.find_map(|line| conditions(line).err())
    })
}

fn input(editor: Editor, pointer: StoredValue<String>, field: Field, id: &str, error: &str) -> AnyView {
    let (id, error) = (id.to_owned(), error.to_owned());
    let invalid = move || pointer.with_value(|pointer| editor.fault_at(pointer)).is_some().to_string();
    let value = move || pointer.with_value(|pointer| editor.text_at(pointer));
    let set = move |value: Value| {
        editor.change(|document| pointer.with_value(|pointer| put(document, pointer, value)));
    };
    let written = move |event| set(event_target_value(&event).into());
    match field.input {
        Input::Text if pointer.with_value(|pointer| referred_to(pointer).is_some()) => {
            // When it is written, and not with each letter: what names it follows.
            let renamed = move |event| {
                let name = event_target_value(&event);
                editor.change(|document| {
                    pointer.with_value(|pointer| {
                        if let Some(part) = referred_to(pointer) {
                            rename(document, part, name.trim());
                        }
                    });
                });
            };
            view! {
                <input id=id autocomplete="off" spellcheck="false" placeholder=field.example aria-describedby=error aria-invalid=invalid
                    prop:value=value on:change=renamed/>
            }
            .into_any()
        }
        Input::Text => view! {
            <input id=id autocomplete="off" spellcheck="false" placeholder=field.example aria-describedby=error aria-invalid=invalid
                prop:value=value on:input=written/>
        }
        .into_any(),
        Input::Number => {
            let number = move |event| {
                let text = event_target_value(&event);
                // What is no number is told by the check.
                set(text.trim().parse::<i64>().map_or_else(|_| text.clone().into(), Value::from));
            };
            view! {
                <input id=id autocomplete="off" inputmode="numeric" placeholder=field.example aria-describedby=error aria-invalid=invalid
                    prop:value=value on:input=number/>
            }
            .into_any()
        }
        Input::Area => view! {
            <textarea id=id rows="3" spellcheck="false" placeholder=field.example aria-describedby=error aria-invalid=invalid
                prop:value=value on:input=written></textarea>
        }
        .into_any(),
        Input::Secret => secret(editor, pointer, field, id, error),
        Input::Switch => {
            let words = [("", "as usual"), ("true", "yes"), ("false", "no")];
            let choices = Memo::new(move |_| words.map(|(word, title)| (word.to_owned(), title.to_owned())).to_vec());
            choice(id, value, choices, move |text| {
                set(match text.as_str() {
                    "true" => true.into(),
                    "false" => false.into(),
                    _ => Value::Null,
                });
            })
        }
        Input::Receiver => named(editor.receivers, id, value, field.example, move |text| set(text.into())),
        Input::Policy => named(editor.policies, id, value, field.example, move |text| set(text.into())),
        Input::Schedule => named(editor.schedules, id, value, field.example, move |text| set(text.into())),
        Input::List | Input::Receivers | Input::Intervals => list(editor, pointer, field, ',', id, error),
        Input::Lines => list(editor, pointer, field, '\n', id, error),
    }
}

/// A choice among words.
fn choice(
    id: String,
    value: impl Fn() -> String + Copy + Send + Sync + 'static,
    choices: Memo<Vec<(String, String)>>,
    set: impl Fn(String) + 'static,
) -> AnyView {
    let option = move |(word, title): (String, String)| {
        let own = word.clone();
        view! { <option value=word selected=move || value() == own>{title}</option> }
    };
    view! {
        <select id=id prop:value=value on:change=move |event| set(event_target_value(&event))>
            {move || choices.get().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}

/// A choice among names, with the one that is chosen even where it is not there.
fn named(
    names: Memo<Vec<String>>,
    id: String,
    value: impl Fn() -> String + Copy + Send + Sync + 'static,
    none: &'static str,
    set: impl Fn(String) + 'static,
) -> AnyView {
    let choices = Memo::new(move |_| {
        let (names, current) = (names.get(), value());
        let mut choices = vec![(String::new(), none.to_owned())];
        if !current.is_empty() && !names.contains(&current) {
            choices.push((current.clone(), format!("{current} (is not there)")));
        }
        choices.extend(names.into_iter().map(|name| (name.clone(), name)));
        choices
    });
    choice(id, value, choices, set)
}

fn split(text: &str, at: char) -> Vec<String> {
    text.split(at).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Texts with something between them. What is typed stays as it is typed, also while it has no meaning yet.
fn list(
    editor: Editor,
    pointer: StoredValue<String>,
    field: Field,
    between: char,
    id: String,
    error: String,
) -> AnyView {
    let there = Memo::new(move |_| {
        editor.document.with(|document| match pointer.with_value(|at| document.pointer(at).cloned()) {
            Some(Value::Array(items)) => {
                let text = |item: Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                items.into_iter().map(text).collect::<Vec<_>>()
            }
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        })
    });
    let typed = RwSignal::new(String::new());
    Effect::new(move |_| {
        let there = there.get();
        if typed.with_untracked(|typed| split(typed, between)) != there {
            typed.set(there.join(if between == ',' { ", " } else { "\n" }));
        }
    });
    let write = move |event| {
        let text = event_target_value(&event);
        let items: Vec<Value> = split(&text, between).into_iter().map(Value::from).collect();
        typed.set(text);
        editor.change(|document| pointer.with_value(|at| put(document, at, items.into())));
    };
    let invalid = move || pointer.with_value(|pointer| editor.fault_at(pointer)).is_some().to_string();
    if between == ',' {
        view! {
            <input id=id autocomplete="off" spellcheck="false" placeholder=field.example aria-describedby=error aria-invalid=invalid
                prop:value=move || typed.get() on:input=write/>
        }
        .into_any()
    } else {
        view! {
            <textarea id=id class="mono" rows=move || typed.with(|typed| typed.lines().count().clamp(1, 8)).to_string() spellcheck="false"
                placeholder=field.example aria-describedby=error aria-invalid=invalid prop:value=move || typed.get() on:input=write></textarea>
        }
        .into_any()
    }
}

fn is_mask(text: &str) -> bool {
    text.starts_with("<secret") && text.ends_with('>')
}

/// A secret: one that is kept is not shown, and stays unless another one is written.
fn secret(editor: Editor, pointer: StoredValue<String>, field: Field, id: String, error: String) -> AnyView {
    let value = move || pointer.with_value(|pointer| editor.text_at(pointer));
    // What is there when somebody begins to write: an item may take the place of another one.
    let kept = StoredValue::new(String::new());
    let begin =
        move |_| kept.set_value(Some(untrack(value)).filter(|value| is_mask(value)).unwrap_or_default());
    let shown = move || Some(value()).filter(|value| !is_mask(value)).unwrap_or_default();
    let is_kept = move || is_mask(&value());
    let set = move |text: String| {
        editor.change(|document| pointer.with_value(|pointer| put(document, pointer, text.into())));
    };
    let write = move |event| {
        let text = event_target_value(&event);
        set(if text.is_empty() { kept.get_value() } else { text });
    };
    let forget = move |_| {
        kept.set_value(String::new());
        set(String::new());
    };
    let example =
        move || if is_kept() { "kept, and not shown; write a new one to replace it" } else { field.example };
    let label = format!("Remove: {}", field.label);
    view! {
        <span class="edit-secret">
            <input id=id type="password" autocomplete="new-password" spellcheck="false" placeholder=example aria-describedby=error prop:value=shown
                on:focus=begin on:input=write/>
            <button type="button" class="icon-button" aria-label=label hidden=move || !is_kept() on:click=forget>"✕"</button>
        </span>
    }
    .into_any()
}
