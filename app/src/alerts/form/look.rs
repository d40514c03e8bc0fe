//! Where to look: the dashboard and its panel to which alerts of a rule lead, chosen by their titles or written.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::draft::{Draft, Field};
use super::fields::fault;
use super::flaws::Flaw;
use crate::address::Encoded;
use crate::api::{Refusal, call};

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    /// As the rule names it.
    name: String,
    title: String,
}

/// The dashboards of an answer, by title.
fn dashboards(answer: &Value) -> Vec<Choice> {
    let choice = |head: &Value| {
        let title = head["title"].as_str().unwrap_or_default().to_owned();
        Some(Choice { name: head["uid"].as_str()?.to_owned(), title })
    };
    let mut found: Vec<Choice> = answer.as_array().into_iter().flatten().filter_map(choice).collect();
    found.sort_by(|one, other| one.title.cmp(&other.title));
    found
}

/// The panels of a dashboard, in its order; rows show nothing by themselves.
fn panels(answer: &Value) -> Vec<Choice> {
    let choice = |panel: &Value| {
        let title = panel["title"].as_str().filter(|title| !title.is_empty()).unwrap_or("without a title");
        Some(Choice { name: panel["id"].as_u64()?.to_string(), title: title.to_owned() })
    };
    let all = answer["dashboard"]["panels"].as_array().into_iter().flatten();
    all.filter(|panel| panel["kind"] != "row").filter_map(choice).collect()
}

/// What is known of what is written: its title, or that there is none; nothing while there is no list.
fn known(choices: Option<&[Choice]>, text: &str, what: &str) -> Option<String> {
    let (choices, text) = (choices?, text.trim());
    if text.is_empty() {
        return None;
    }
    let found = choices.iter().find(|choice| choice.name == text);
    Some(
        found.map_or_else(
            || format!("△ There is no such {what} now."),
            |choice| format!("✓ {}", choice.title),
        ),
    )
}

/// A field that offers choices, and takes what is written.
fn field(
    draft: Draft,
    flaws: Memo<Vec<Flaw>>,
    field: Field,
    label: &'static str,
    choices: RwSignal<Option<Vec<Choice>>>,
) -> impl IntoView {
    let text = draft.text(field);
    let (id, error, list) = (field.id(), format!("{}-error", field.id()), format!("{}-list", field.id()));
    let what = if field == Field::Panel { "panel" } else { "dashboard" };
    let option = |choice: Choice| view! { <option value=choice.name>{choice.title}</option> };
    let options = move || choices.get().unwrap_or_default().into_iter().map(option).collect_view();
    let hint = move || choices.with(|choices| text.with(|text| known(choices.as_deref(), text, what)));
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <input id=id list=list.clone() autocomplete="off" spellcheck="false" placeholder="none"
                aria-describedby=error.clone()
                aria-invalid=move || fault(flaws, field).is_some().to_string()
                prop:value=move || text.get() on:input=move |event| text.set(event_target_value(&event))/>
            <datalist id=list>{options}</datalist>
            <p class="hint">{hint}</p>
            <p class="field-error" id=error role="alert">{move || fault(flaws, field)}</p>
        </div>
    }
    .into_any()
}

/// Both fields.
#[component]
pub(super) fn WhereToLook(draft: Draft, flaws: Memo<Vec<Flaw>>) -> impl IntoView {
    let boards = RwSignal::new(None::<Vec<Choice>>);
    let parts = RwSignal::new(None::<Vec<Choice>>);
    let chosen = draft.text(Field::Dashboard);
    // In the browser alone. Without an answer they are written.
    Effect::new(move |_| {
        spawn_local(async move {
            let answer: Result<Value, Refusal> = call("GET", "/api/v1/dashboards", None).await;
            if let Ok(answer) = answer {
                boards.try_set(Some(dashboards(&answer)));
            }
        });
    });
    // Counts the questions: a late answer to an earlier one is not shown.
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let uid = chosen.with(|uid| uid.trim().to_owned());
        // One that is half written is not asked for.
        let is_there = boards.with(|boards| boards.iter().flatten().any(|board| board.name == uid));
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        parts.set(None);
        if !is_there {
            return;
        }
        spawn_local(async move {
            let path = format!("/api/v1/dashboards/{}", Encoded(&uid));
            let answer: Result<Value, Refusal> = call("GET", &path, None).await;
            if number.try_get_value() == Some(mine)
                && let Ok(answer) = answer
            {
                parts.set(Some(panels(&answer)));
            }
        });
    });
    view! {
        <fieldset class="form-row">
            <legend>"Where to look"</legend>
            {field(draft, flaws, Field::Dashboard, "Dashboard", boards)}
            {field(draft, flaws, Field::Panel, "Panel", parts)}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dashboards_and_panels_by_title() {
        let names = |choices: &[Choice]| {
            choices.iter().map(|choice| format!("{} {}", choice.name, choice.title)).collect::<Vec<_>>()
        };
        let heads = json!([{"uid": "b", "title": "Web"}, {"uid": "a", "title": "Host"}, {"title": "odd"}]);
        let boards = dashboards(&heads);
        assert_eq!(names(&boards), ["a Host", "b Web"]);
        let board = json!({"dashboard": {"panels": [
            {"id": 7, "kind": "row", "title": "Row"}, {"id": 3, "kind": "time_series", "title": "CPU"}, {"id": 4, "kind": "text"},
        ]}});
        assert_eq!(names(&panels(&board)), ["3 CPU", "4 without a title"]);
        for (text, expected) in
            [("", None), (" a ", Some("✓ Host")), ("c", Some("△ There is no such dashboard now."))]
        {
            assert_eq!(known(Some(&boards), text, "dashboard").as_deref(), expected, "{text}");
        }
        assert_eq!(known(None, "c", "dashboard"), None, "nobody knows yet");
    }
}
