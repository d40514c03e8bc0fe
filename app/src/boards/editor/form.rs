//! A form over a JSON value, from a table of its fields.

use leptos::prelude::*;
use serde_json::{Value, json};
use watchfire_dashboard::Kind;

use super::add_menu::AddMenu;
use super::options::{Input, Spec};
use super::value::at;
use super::wrong::Wrong;

/// What a form shows and changes.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// The value as it is.
    pub(super) value: Memo<Value>,
    /// The kind of the panel, where it is one.
    pub(super) kind: Memo<Kind>,
    /// Puts a value at a place; `Null` takes it away.
    pub(super) put: Callback<(String, Value)>,
    /// What was wrong with what was put in last.
    pub(super) wrong: RwSignal<Option<Wrong>>,
    /// Comes before the ids of the form's elements.
    pub(super) id: &'static str,
}

impl Form {
    fn at(self, pointer: &str) -> Value {
        self.value.with(|value| at(value, pointer).cloned().unwrap_or(Value::Null))
    }

    fn put(self, pointer: &str, value: Value) {
        self.put.run((pointer.to_owned(), value));
    }

    /// What is wrong with what a field holds.
    pub(super) fn wrong_at(self, pointer: &str) -> Option<String> {
        self.wrong.with(|wrong| {
            wrong.as_ref().filter(|wrong| wrong.pointer == pointer).map(|wrong| wrong.words.clone())
        })
    }

    /// What is wrong with another field than the one that was changed.
    pub(super) fn wrong_elsewhere(self) -> Option<String> {
        self.wrong.with(|wrong| {
            let wrong = wrong.as_ref().filter(|wrong| wrong.taken)?;
            Some(format!("{}: {}", wrong.pointer.trim_start_matches('/').replace('/', "."), wrong.words))
        })
    }

    fn has(self, spec: &Spec) -> bool {
        spec.kinds.is_empty() || self.kind.with(|kind| spec.kinds.contains(kind))
    }
}

/// The fields of `specs`, whose places are below `prefix`.
pub(super) fn fields(form: Form, specs: &'static [Spec], prefix: &str) -> AnyView {
    let prefix = prefix.to_owned();
    let one = move |spec: &'static Spec| {
        let pointer = format!("{prefix}{}", spec.pointer);
        let beside = spec.when.map(|(beside, values)| (format!("{prefix}{beside}"), values));
        let fits = move || {
            beside
                .as_ref()
                .is_none_or(|(beside, values)| values.contains(&as_text(&form.at(beside)).as_str()))
        };
        let shown = Memo::new(move |_| form.has(spec) && fits());
        let pointer = StoredValue::new(pointer);
        view! { <Show when=move || shown.get()>{field(form, spec, &pointer.get_value())}</Show> }.into_any()
    };
    specs.iter().map(one).collect_view().into_any()
}

/// Whether a group has a field for this kind of panel.
pub(super) fn applies(form: Form, specs: &'static [Spec]) -> bool {
    specs.iter().any(|spec| {
        form.has(spec)
            && match spec.input {
                Input::Group(inner) => applies(form, inner),
                _ => true,
            }
    })
}

fn field(form: Form, spec: &'static Spec, pointer: &str) -> AnyView {
    match spec.input {
        Input::Group(specs) => {
            let heading = (!spec.label.is_empty()).then(|| view! { <h4>{spec.label}</h4> });
            return view! { <div class="form-group">{heading}{fields(form, specs, pointer)}</div> }
                .into_any();
        }
        Input::List(specs, new) => return list(form, spec.label, pointer, specs, new),
        Input::Tagged(variants) => return tagged(form, pointer, variants),
        _ => {}
    }
    let id = format!("{}{}", form.id, pointer.replace('/', "-"));
    let input = input(form, spec, pointer, &id);
    let hint = (!spec.help.is_empty()).then(|| view! { <span class="hint">{spec.help}</span> });
    let class = if matches!(spec.input, Input::Check) { "form-field form-check" } else { "form-field" };
    view! { <div class=class><label for=id>{spec.label}</label>{input}{hint}{mistake(form, pointer)}</div> }
        .into_any()
}

/// What is wrong with a field, below it.
pub(super) fn mistake(form: Form, pointer: &str) -> AnyView {
    let pointer = pointer.to_owned();
    let wrong = Memo::new(move |_| form.wrong_at(&pointer));
    (move || wrong.get().map(|words| view! { <p class="field-error" role="alert">{words}</p> })).into_any()
}

fn input(form: Form, spec: &'static Spec, pointer: &str, id: &str) -> AnyView {
    let pointer = StoredValue::new(pointer.to_owned());
    let value = move || form.at(&pointer.get_value());
    let put = move |value: Value| form.put(&pointer.get_value(), value);
    let id = id.to_owned();
    match spec.input {
        Input::Check => {
            let change = move |event| put(if event_target_checked(&event) { Value::Bool(true) } else { Value::Null });
            view! { <input id=id type="checkbox" prop:checked=move || value() == Value::Bool(true) on:change=change/> }.into_any()
        }
        Input::Choice(choices) => {
            let change = move |event| put(chosen(&event_target_value(&event)));
            let option = move |(word, title): &(&'static str, &'static str)| {
                let (word, title) = (*word, *title);
                view! { <option value=word selected=move || as_text(&value()) == word>{title}</option> }
            };
            view! {
                <select id=id on:change=change>
                    <option value="" selected=move || value().is_null()>"Auto"</option>
                    {choices.iter().map(option).collect_view()}
                </select>
            }
            .into_any()
        }
        Input::Several(choices) => {
            let one = move |(word, title): &(&'static str, &'static str)| {
                let (word, title) = (*word, *title);
                let is_in = move || value().as_array().is_some_and(|all| all.iter().any(|one| one == word));
                let change = move |event| {
                    let mut all = value().as_array().cloned().unwrap_or_default();
                    all.retain(|one| one != word);
                    if event_target_checked(&event) {
                        all.push(json!(word));
                    }
                    put(if all.is_empty() { Value::Null } else { Value::Array(all) });
                };
                view! { <label class="check"><input type="checkbox" prop:checked=is_in on:change=change/>{title}</label> }
            };
            view! { <div class="form-several" id=id role="group">{choices.iter().map(one).collect_view()}</div> }.into_any()
        }
        Input::Color => view! { <ColorInput id value=Signal::derive(move || as_text(&value())) put=Callback::new(move |text: String| put(text_or_null(&text)))/> }.into_any(),
        Input::ColorMode => color_mode(id, value, put),
        Input::Lines | Input::Pairs | Input::Choices => {
            let input = spec.input;
            let shown = move || written(input, &value());
            let change = move |event| put(read(input, &event_target_value(&event)));
            view! { <textarea id=id rows="4" spellcheck="false" prop:value=shown on:change=change></textarea> }.into_any()
        }
        input => {
            let numeric = matches!(input, Input::Number);
            let list = matches!(input, Input::Unit).then_some("units");
            let shown = move || written(input, &value());
            let change = move |event| put(read(input, &event_target_value(&event)));
            view! {
                <input id=id type=if numeric { "number" } else { "text" } step="any" list=list autocomplete="off" spellcheck="false"
                    prop:value=shown on:change=change/>
            }
            .into_any()
        }
    }
}

/// A colour by its name or as CSS has it, with a box that shows it and opens the browser's own choice.
#[component]
fn ColorInput(id: String, value: Signal<String>, put: Callback<String>) -> impl IntoView {
    let picked = move |event| put.run(event_target_value(&event));
    let css = move || {
        watchfire_chart::Rgba::parse(&value.get(), &watchfire_chart::Theme::BOTH)
            .map(watchfire_chart::Rgba::css)
    };
    let hex = move || {
        css().filter(|css| css.starts_with('#') && css.len() == 7).unwrap_or_else(|| "#808080".to_owned())
    };
    view! {
        <span class="form-color">
            <input type="color" aria-label="Choose a colour" prop:value=hex on:change=picked/>
            <input id=id type="text" list="colors" autocomplete="off" spellcheck="false" prop:value=move || value.get() on:change=picked/>
        </span>
    }
}

/// How series get their colour: a word, or with a value of its own.
fn color_mode(
    id: String,
    value: impl Fn() -> Value + Copy + Send + Sync + 'static,
    put: impl Fn(Value) + Copy + Send + Sync + 'static,
) -> AnyView {
    const MODES: [(&str, &str); 5] = [
        ("palette", "From the palette"),
        ("by_name", "By name"),
        ("thresholds", "By thresholds"),
        ("fixed", "Always this one"),
        ("continuous", "From low to high"),
    ];
    let mode = move || match value() {
        Value::String(word) => word,
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    };
    let own = move || {
        value().as_object().and_then(|fields| fields.values().next().map(as_text)).unwrap_or_default()
    };
    let change = move |event| {
        put(match event_target_value(&event).as_str() {
            "" => Value::Null,
            "fixed" => json!({"fixed": "ok"}),
            "continuous" => json!({"continuous": "viridis"}),
            word => json!(word),
        });
    };
    let set_own = Callback::new(move |text: String| {
        let mode = mode();
        put(json!({mode: text}));
    });
    let option = move |(word, title): (&'static str, &'static str)| {
        view! { <option value=word selected=move || mode() == word>{title}</option> }
    };
    let scale = move |event| set_own.run(event_target_value(&event));
    let own_id = format!("{id}-own");
    view! {
        <select id=id on:change=change>
            <option value="" selected=move || mode().is_empty()>"Auto"</option>
            {MODES.map(option).into_iter().collect_view()}
        </select>
        {move || match mode().as_str() {
            "fixed" => view! { <ColorInput id=own_id.clone() value=Signal::derive(own) put=set_own/> }.into_any(),
            "continuous" => view! { <input type="text" list="scales" aria-label="Scale" prop:value=own on:change=scale/> }.into_any(),
            _ => ().into_any(),
        }}
    }
    .into_any()
}

/// A list of objects.
fn list(
    form: Form,
    label: &'static str,
    pointer: &str,
    specs: &'static [Spec],
    new: &'static str,
) -> AnyView {
    let pointer = StoredValue::new(pointer.to_owned());
    let items = move || form.at(&pointer.get_value()).as_array().cloned().unwrap_or_default();
    let count = Memo::new(move |_| items().len());
    let add = move |_| {
        let mut all = items();
        let mut item: Value = serde_json::from_str(new).unwrap_or(Value::Null);
        // Steps go up.
        if let (Some(before), Some(own)) =
            (all.last().and_then(|last| last["value"].as_f64()), item["value"].as_f64())
            && own <= before
        {
            item["value"] = number(before + (before / 8.0).abs().max(1.0).round());
        }
        all.push(item);
        form.put(&pointer.get_value(), Value::Array(all));
    };
    let one = move |index: usize| {
        let inner = format!("{}/{index}", pointer.get_value());
        view! { <fieldset class="form-item">{item_tools(form, pointer, index)}{fields(form, specs, &inner)}</fieldset> }
    };
    let heading = (!label.is_empty()).then(|| view! { <h4>{label}</h4> });
    view! {
        <div class="form-list">
            {heading}
            {move || (0..count.get()).map(one).collect_view()}
            {mistake(form, &pointer.get_value())}
            <button type="button" class="button small" on:click=add>"Add"</button>
        </div>
    }
    .into_any()
}

fn tagged(
    form: Form,
    pointer: &str,
    variants: &'static [(&'static str, &'static str, &'static str, &'static [Spec])],
) -> AnyView {
    let pointer = StoredValue::new(pointer.to_owned());
    let items = move || form.at(&pointer.get_value()).as_array().cloned().unwrap_or_default();
    let tags = Memo::new(move |_| {
        let tag = |item: &Value| {
            item.as_object().and_then(|fields| fields.keys().next().cloned()).unwrap_or_default()
        };
        items().iter().map(tag).collect::<Vec<_>>()
    });
    let one = move |(index, tag): (usize, String)| {
        let variant = variants.iter().find(|(word, ..)| *word == tag);
        let title = variant.map_or(tag.clone(), |(_, title, ..)| (*title).to_owned());
        let inner = format!("{}/{index}/{tag}", pointer.get_value());
        let specs = variant.map_or(&[][..], |(_, _, _, specs)| specs);
        view! {
            <fieldset class="form-item">
                <legend>{title}</legend>
                {item_tools(form, pointer, index)}
                {fields(form, specs, &inner)}
            </fieldset>
        }
    };
    let add = Callback::new(move |word: String| {
        let Some((word, _, new, _)) = variants.iter().find(|(known, ..)| *known == word) else { return };
        let mut all = items();
        let inner: Value = serde_json::from_str(new).unwrap_or(Value::Null);
        all.push(json!({*word: inner}));
        form.put(&pointer.get_value(), Value::Array(all));
    });
    let entries: Vec<_> =
        variants.iter().map(|(word, title, ..)| ((*word).to_owned(), (*title).to_owned())).collect();
    view! {
        <div class="form-list">
            {move || tags.get().into_iter().enumerate().map(one).collect_view()}
            <AddMenu title="Add a transformation" entries add/>
        </div>
    }
    .into_any()
}

/// Up, down, away.
fn item_tools(form: Form, pointer: StoredValue<String>, index: usize) -> AnyView {
    let change = move |change: &dyn Fn(&mut Vec<Value>)| {
        let mut all = form.at(&pointer.get_value()).as_array().cloned().unwrap_or_default();
        change(&mut all);
        form.put(&pointer.get_value(), if all.is_empty() { Value::Null } else { Value::Array(all) });
    };
    let up = move |_| {
        change(&|all| {
            if index > 0 && index < all.len() {
                all.swap(index, index - 1);
            }
        });
    };
    let away = move |_| {
        change(&|all| {
            if index < all.len() {
                drop(all.remove(index));
            }
        });
    };
    view! {
        <span class="form-item-tools">
            <button type="button" aria-label="Move up" title="Move up" disabled=index == 0 on:click=up>"↑"</button>
            <button type="button" aria-label="Remove" title="Remove" on:click=away>"✕"</button>
        </span>
    }
    .into_any()
}

/// A value as the field shows it.
fn written(input: Input, value: &Value) -> String {
    let texts = |value: &Value| {
        value.as_array().map(|all| all.iter().map(as_text).collect::<Vec<_>>()).unwrap_or_default()
    };
    match input {
        Input::Words | Input::Numbers => texts(value).join(", "),
        Input::Pairs => {
            let pair = |pair: &Value| texts(pair).join(" = ");
            value
                .as_array()
                .map(|all| all.iter().map(pair).collect::<Vec<_>>().join("\n"))
                .unwrap_or_default()
        }
        Input::Choices => {
            let one = |choice: &Value| match (&choice["value"], &choice["text"]) {
                (Value::String(value), Value::String(text)) if value != text => format!("{value} = {text}"),
                (Value::String(value), _) => value.clone(),
                _ => as_text(choice),
            };
            value.as_array().map(|all| all.iter().map(one).collect::<Vec<_>>().join("\n")).unwrap_or_default()
        }
        _ => as_text(value),
    }
}

/// What was typed as a value; `Null` for nothing.
fn read(input: Input, text: &str) -> Value {
    let or_null = |all: Vec<Value>| if all.is_empty() { Value::Null } else { Value::Array(all) };
    let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let pair = |line: &str| {
        line.split_once('=').map(|(one, other)| (one.trim().to_owned(), other.trim().to_owned()))
    };
    match input {
        Input::Number => text.trim().parse::<f64>().map_or(Value::Null, number),
        Input::Words => or_null(words().map(|word| json!(word)).collect()),
        Input::Numbers => or_null(words().filter_map(|word| word.parse::<f64>().ok()).map(number).collect()),
        Input::Pairs => or_null(lines().filter_map(pair).map(|(one, other)| json!([one, other])).collect()),
        Input::Choices => or_null(
            lines()
                .map(|line| match pair(line) {
                    Some((value, text)) => json!({"value": value, "text": text}),
                    None => json!(line),
                })
                .collect(),
        ),
        _ => text_or_null(text),
    }
}

/// Whole numbers as such: some fields take no others.
fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 { json!(number as i64) } else { json!(number) }
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn chosen(word: &str) -> Value {
    match word {
        "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        word => json!(word),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        // Whole numbers without a fraction.
        other => other.as_f64().map_or_else(|| other.to_string(), |value| number(value).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for (input, typed, value, shown) in [
            (Input::Number, " 80 ", json!(80), "80"),
            (Input::Number, "80.0", json!(80), "80"),
            (Input::Number, "0.5", json!(0.5), "0.5"),
            (Input::Number, "many", Value::Null, ""),
            (Input::Words, "a, b ,,", json!(["a", "b"]), "a, b"),
            (Input::Numbers, "4,x, 2.5", json!([4, 2.5]), "4, 2.5"),
            (Input::Pairs, "old = new\nrest", json!([["old", "new"]]), "old = new"),
            (Input::Choices, "a\nb = B", json!(["a", {"value": "b", "text": "B"}]), "a\nb = B"),
            (Input::Text, "", Value::Null, ""),
        ] {
            assert_eq!(read(input, typed), value, "{typed}");
            assert_eq!(written(input, &value), shown, "{typed}");
        }
        assert_eq!(written(Input::Number, &json!(80.0)), "80");
        assert_eq!(written(Input::Choices, &json!([{"value": "a", "text": "a"}])), "a");
    }
}
