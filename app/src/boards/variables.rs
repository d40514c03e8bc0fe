//! The bar in which readers choose the values of variables.

use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use watchfire_dashboard::{Choice, Variable, VariableKind};

use super::address::with_variable;
use super::board::Board;
use super::marks::MarkSwitches;
use super::snapshot::Resolved;

/// How many choices a list shows; the rest is found by writing.
const MOST_SHOWN: usize = 200;

/// A field for each variable that readers see.
#[component]
pub(crate) fn VariableBar() -> impl IntoView {
    let board = expect_context::<Board>();
    let shown = Memo::new(move |_| {
        board.dashboard.with(|dashboard| {
            dashboard.variables.iter().filter(|one| is_seen(one)).cloned().collect::<Vec<_>>()
        })
    });
    let has_any = Memo::new(move |_| {
        !shown.with(Vec::is_empty) || board.dashboard.with(|dashboard| !dashboard.annotations.is_empty())
    });
    let navigate = use_navigate();
    let location = use_location();
    let choose = StoredValue::new(move |name: &str, values: &[String]| {
        let search = location.search.with_untracked(|search| with_variable(search, name, values));
        let path = location.pathname.get_untracked();
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{path}{search}"), options);
    });
    let choose = Callback::new(move |(name, values): (String, Vec<String>)| {
        choose.with_value(|choose| choose(&name, &values));
    });
    view! {
        <Show when=move || has_any.get()>
            <div class="variables" role="group" aria-label="Variables">
                <For each=move || shown.get() key=|variable| serde_json::to_string(variable).unwrap_or_default() let:variable>
                    <VariableField variable choose/>
                </For>
                <MarkSwitches/>
            </div>
        </Show>
    }
}

#[component]
fn VariableField(variable: Variable, choose: Callback<(String, Vec<String>)>) -> impl IntoView {
    let board = expect_context::<Board>();
    let name = variable.name.clone();
    let state = Memo::new(move |_| {
        board.variables.with(|all| all.iter().find(|one| one.name == name).cloned().unwrap_or_default())
    });
    let note = move || state.with(|state| state.error.clone().or(state.note.clone()));
    let label = variable.shown().to_owned();
    let title = variable.description.clone();
    let id = format!("variable-{}", variable.name);
    let field = match variable.kind {
        VariableKind::Text => text_field(&variable, &id, state, choose).into_any(),
        _ => view! { <ChoiceField variable id=id.clone() state choose/> }.into_any(),
    };
    view! {
        <div class="variable" title=title>
            <label for=id>{label}</label>
            {field}
            <Show when=move || note().is_some()><span class="variable-note" role="status" title=note>"⚠"</span></Show>
        </div>
    }
}

fn text_field(
    variable: &Variable,
    id: &str,
    state: Memo<Resolved>,
    choose: Callback<(String, Vec<String>)>,
) -> impl IntoView + use<> {
    let name = variable.name.clone();
    let value = move || state.with(|state| state.chosen.first().cloned().unwrap_or_default());
    let change = move |event| choose.run((name.clone(), vec![event_target_value(&event)]));
    view! { <input id=id.to_owned() class="variable-text" autocomplete="off" spellcheck="false" prop:value=value value=value on:change=change/> }
}

/// A list to choose one or several from; what it has comes once it is opened for the first time.
#[component]
fn ChoiceField(
    variable: Variable,
    id: String,
    state: Memo<Resolved>,
    choose: Callback<(String, Vec<String>)>,
) -> impl IntoView {
    let menu = NodeRef::<html::Details>::new();
    let opened = RwSignal::new(0_u32);
    let summary = move || state.with(summary);
    let turned = move |_| {
        if menu.get_untracked().is_some_and(|menu| menu.open()) {
            opened.update(|count| *count = count.wrapping_add(1));
        }
    };
    let of = StoredValue::new(ChoiceMenu { variable, state, choose, menu, opened });
    let was_opened = Memo::new(move |_| opened.get() > 0);
    view! {
        <details class="menu variable-menu" node_ref=menu on:toggle=turned>
            <summary id=id>{summary}</summary>
            {move || was_opened.get().then(|| crate::parts::variable_choices(of.get_value()))}
        </details>
    }
}

/// The list of choices of a variable.
#[derive(Clone)]
pub(crate) struct ChoiceMenu {
    variable: Variable,
    state: Memo<Resolved>,
    choose: Callback<(String, Vec<String>)>,
    menu: NodeRef<html::Details>,
    /// Counts how often it was opened.
    opened: RwSignal<u32>,
}

/// The choices, with a field to find by. Written choices that the list does not have count, too.
#[component]
pub(crate) fn VariableChoices(of: ChoiceMenu) -> impl IntoView {
    let ChoiceMenu { variable, state, choose, menu, opened } = of;
    let find = NodeRef::<html::Input>::new();
    let written = RwSignal::new(String::new());
    let (multi, include_all) = (variable.multi, variable.include_all);
    let name = StoredValue::new(variable.name.clone());
    let send = move |values: Vec<String>| choose.run((name.get_value(), values));
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
        written.set(String::new());
    };
    // Who opens it goes on writing; elsewhere the letters would be the page's keys.
    Effect::new(move |_| {
        opened.track();
        if let Some(find) = find.get() {
            // Focus is a courtesy.
            let _ = find.focus();
        }
    });
    let pick = move |choice: String| {
        if !multi {
            close();
            return send(vec![choice]);
        }
        let (all, mut chosen) = state.with_untracked(|state| (state.is_all(), state.chosen.clone()));
        if choice == Variable::ALL || all {
            chosen = vec![choice];
        } else if let Some(at) = chosen.iter().position(|known| *known == choice) {
            // One at least stays.
            if chosen.len() > 1 {
                chosen.remove(at);
            }
        } else {
            chosen.push(choice);
        }
        send(chosen);
    };
    let found = Memo::new(move |_| {
        let wanted = written.get().to_lowercase();
        state.with(|state| {
            let fits = |choice: &&Choice| wanted.is_empty() || choice.text.to_lowercase().contains(&wanted);
            let all = Choice { value: Variable::ALL.to_owned(), text: "All".to_owned() };
            let all = (include_all && wanted.is_empty()).then_some((all, state.is_all()));
            let one = |choice: &Choice| {
                let chosen = state.chosen.contains(&choice.value);
                (choice.clone(), chosen)
            };
            all.into_iter()
                .chain(state.choices.iter().filter(fits).take(MOST_SHOWN).map(one))
                .collect::<Vec<_>>()
        })
    });
    let more = move || {
        let (shown, there) = (found.with(Vec::len), state.with(|state| state.choices.len()));
        (there > shown && shown >= MOST_SHOWN).then(|| format!("{there} choices; write to find others"))
    };
    let enter = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            let first = found.with_untracked(|found| {
                found.iter().find(|(choice, _)| choice.value != Variable::ALL).cloned()
            });
            let text = written.get_untracked();
            if let Some(value) = first.map(|(choice, _)| choice.value).or((!text.is_empty()).then_some(text))
            {
                pick(value);
            }
        }
    };
    let entry = move |(choice, chosen): (Choice, bool)| {
        let value = choice.value.clone();
        view! {
            <li>
                <button type="button" role="option" aria-selected=chosen.to_string() on:click=move |_| pick(value.clone())>
                    <span class="choice-mark" aria-hidden="true">{if chosen { "✓" } else { "" }}</span>
                    {choice.text}
                </button>
            </li>
        }
    };
    view! {
        <div class="menu-body">
            <input
                node_ref=find class="variable-find" type="search" placeholder="Find or write a value" aria-label="Find or write a value"
                autocomplete="off" spellcheck="false" prop:value=move || written.get()
                on:input=move |event| written.set(event_target_value(&event)) on:keydown=enter
            />
            <ul class="choices" role="listbox" aria-multiselectable=multi.to_string()>
                {move || found.get().into_iter().map(entry).collect_view()}
            </ul>
            <p class="hint">{more}</p>
        </div>
    }
}

/// Whether readers see a variable.
pub(super) fn is_seen(variable: &Variable) -> bool {
    !variable.hide && variable.kind != VariableKind::Constant
}

/// What is chosen, in short.
pub(super) fn summary(state: &Resolved) -> String {
    if state.is_all() {
        return "All".to_owned();
    }
    match state.shown().as_slice() {
        [] => "none".to_owned(),
        [one] => one.text.clone(),
        [one, other] => format!("{}, {}", one.text, other.text),
        [one, others @ ..] => format!("{} and {} more", one.text, others.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_fits_a_button() {
        let state = |names: &[&str]| Resolved {
            chosen: names.iter().map(|name| (*name).to_owned()).collect(),
            choices: vec![Choice { value: "a".to_owned(), text: "A".to_owned() }],
            ..Resolved::default()
        };
        for (chosen, text) in [
            (&[][..], "none"),
            (&["a"], "A"),
            (&["a", "b"], "A, b"),
            (&["a", "b", "c"], "A and 2 more"),
            (&[Variable::ALL], "All"),
        ] {
            assert_eq!(summary(&state(chosen)), text);
        }
    }
}
