use leptos::prelude::*;
use serde_json::{Value, json};

use super::document::{push, routes};
use super::fields::fields;
use super::sections::{always, folding, tools};
use super::state::Editor;
use super::tables::{ROOT, ROUTE};
use crate::alerts::routing::tester::Explained;

/// Adds a route to the one at `at`, and opens it.
fn add_to(editor: Editor, at: StoredValue<String>) {
    editor.change(|document| {
        let list = at.with_value(|at| format!("{at}/routes"));
        editor.opened.set(push(document, &list, json!({})));
    });
}

/// The conditions of a route and who is told, in a line.
fn words(route: &Value, is_root: bool) -> String {
    let mut conditions: Vec<String> = Vec::new();
    for (key, op) in [("match", "="), ("match_re", "=~")] {
        for (name, value) in route[key].as_object().into_iter().flatten() {
            conditions.push(format!("{name}{op}{value}"));
        }
    }
    let matchers = route["matchers"].as_array().into_iter().flatten();
    conditions.extend(matchers.filter_map(Value::as_str).map(str::to_owned));
    let conditions = if conditions.is_empty() { "every alert".to_owned() } else { conditions.join(" and ") };
    let receiver = match route["receiver"].as_str() {
        Some(name) if !name.is_empty() => name,
        _ if is_root => "nobody yet",
        _ => "as above",
    };
    let goes_on = if route["continue"] == true { " · goes on to the next" } else { "" };
    format!("{conditions} → {receiver}{goes_on}")
}

/// The routing tree, to be changed.
#[component]
pub(super) fn RoutesForm(editor: Editor, explained: RwSignal<Option<Explained>>) -> impl IntoView {
    let all = Memo::new(move |_| editor.document.with(routes));
    let numbered = move || all.get().into_iter().enumerate().map(|(number, (depth, at))| (number, depth, at));
    view! {
        <section class="panel" aria-label="Routes">
            <header class="panel-head"><h2>"Routes"</h2></header>
            <p class="hint">"An alert goes to the first route that it matches, and on from there; where none takes it, to the one above."</p>
            <ul class="route-tree">
                <For each=numbered key=Clone::clone let:route>
                    {row(editor, explained, route)}
                </For>
            </ul>
        </section>
    }
    .into_any()
}

fn row(
    editor: Editor,
    explained: RwSignal<Option<Explained>>,
    (number, depth, at): (usize, usize, String),
) -> AnyView {
    let at = StoredValue::new(at);
    let is_root = depth == 0;
    let title = Signal::derive(move || {
        editor
            .document
            .with(|document| at.with_value(|at| words(document.pointer(at).unwrap_or(&Value::Null), is_root)))
    });
    let what = Signal::derive(move || format!("the route {}", title.get()));
    let step = move || explained.with(|explained| explained.as_ref()?.step(number));
    let fault = move || at.with_value(|at| editor.fault_at(at));
    let content = move || at.with_value(|at| fields(editor, at, if is_root { ROOT } else { ROUTE }));
    let style = format!("--depth:{depth}");
    view! {
        <li class="route edit-row" style=style data-outcome=move || step().map(|step| step.outcome)>
            {folding(editor, at, title, content)}
            <span class="edit-tools">
                <button type="button" class="button small" aria-label=move || format!("Add a route below {}", title.get())
                    on:click=move |_| add_to(editor, at)>"Add a route below"</button>
                {(!is_root).then(|| tools(editor, at, what, always))}
            </span>
            <span class="route-outcome">{move || step().map(|step| step.words())}</span>
            <p class="field-error" role="alert">{fault}</p>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_in_words() {
        let route = json!({"receiver": "web", "matchers": ["team=\"web\"", "a=b"], "match": {"x": "y"}, "continue": true});
        assert_eq!(words(&route, false), "x=\"y\" and team=\"web\" and a=b → web · goes on to the next");
        assert_eq!(words(&json!({}), false), "every alert → as above");
        assert_eq!(words(&Value::Null, true), "every alert → nobody yet");
    }
}
