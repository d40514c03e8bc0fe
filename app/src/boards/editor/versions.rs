use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use watchfire_dashboard::Dashboard;
use watchfire_model::format_utc;

use super::super::api::act;
use super::super::board::Board;
use crate::api::{read_value, value_of};
use crate::preferences::Preferences;

/// One difference between two dashboards.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Change {
    /// Where: `panels[7].title`; panels go by their id.
    pub(super) path: String,
    pub(super) before: Value,
    pub(super) after: Value,
}

/// What differs, in the order of the fields. Lists of things with an id, a name or a uid are compared by it, others by place.
pub(super) fn changes(before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Change>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(
                    &inner,
                    one.get(name).unwrap_or(&Value::Null),
                    other.get(name).unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            let mut keys: Vec<String> = Vec::new();
            for key in one
                .iter()
                .enumerate()
                .chain(other.iter().enumerate())
                .map(|(index, item)| key_of(index, item))
            {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            let by_key = |all: &[Value], key: &str| {
                all.iter()
                    .enumerate()
                    .find(|(index, item)| key_of(*index, item) == key)
                    .map(|(_, item)| item.clone())
            };
            for key in keys {
                let (one, other) =
                    (by_key(one, &key).unwrap_or(Value::Null), by_key(other, &key).unwrap_or(Value::Null));
                compare(&format!("{path}[{key}]"), &one, &other, found);
            }
        }
        _ => found.push(Change { path: path.to_owned(), before: before.clone(), after: after.clone() }),
    }
}

fn key_of(index: usize, item: &Value) -> String {
    let named = ["id", "name", "uid"].iter().find_map(|name| match &item[*name] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    named.unwrap_or_else(|| index.to_string())
}

/// A list of differences.
#[component]
pub(super) fn ChangeList(
    changes: Signal<Vec<Change>>,
    /// What the two sides are called.
    #[prop(default = ("Before", "After"))]
    sides: (&'static str, &'static str),
) -> impl IntoView {
    let cell = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => {
            let text = other.to_string();
            if text.chars().count() > 160 {
                format!("{} ...", text.chars().take(160).collect::<String>())
            } else {
                text
            }
        }
    };
    let row = move |change: Change| {
        view! {
            <tr>
                <th scope="row">{change.path}</th>
                <td class="before">{cell(&change.before)}</td>
                <td class="after">{cell(&change.after)}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll">
            <table class="diff">
                <thead><tr><th>"Where"</th><th>{sides.0}</th><th>{sides.1}</th></tr></thead>
                <tbody>{move || changes.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        <Show when=move || changes.with(Vec::is_empty)><p class="hint">"No differences."</p></Show>
    }
}

/// A version as the list has it.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Version {
    #[serde(rename = "version")]
    number: u64,
    /// Milliseconds since the epoch.
    #[serde(alias = "updated_at", alias = "created_at")]
    at: i64,
    message: String,
}

/// The versions of the dashboard, how one differs from what is in sight, and the way back to it.
#[component]
pub(super) fn VersionsDialog(
    dialog: NodeRef<html::Dialog>,
    /// Set when it is opened.
    shown: RwSignal<bool>,
) -> impl IntoView {
    let board = expect_context::<Board>();
    let preferences = expect_context::<Preferences>();
    let list = RwSignal::new(Vec::<Version>::new());
    let error = RwSignal::new(None::<String>);
    let seen = RwSignal::new(None::<(u64, Dashboard)>);
    let uid = move || board.dashboard.with_untracked(|dashboard| dashboard.uid.clone());
    let load = move || {
        let uid = uid();
        seen.set(None);
        spawn_local(async move {
            match act("GET", &uid, "/versions", None).await.map(|answer| read_value::<Vec<Version>>(&answer))
            {
                Ok(Ok(versions)) => list.set(versions),
                Ok(Err(wrong)) => error.set(Some(wrong)),
                Err(refusal) => error.set(Some(refusal.to_string())),
            }
        });
    };
    // Each time it is opened.
    Effect::new(move |_| {
        if shown.get() {
            load();
        }
    });
    let look = move |version: u64| {
        let uid = uid();
        spawn_local(async move {
            let answer = act("GET", &uid, &format!("/versions/{version}"), None).await;
            match answer.map(|answer| read_value::<Dashboard>(&answer["dashboard"])) {
                Ok(Ok(dashboard)) => seen.set(Some((version, dashboard))),
                Ok(Err(wrong)) => error.set(Some(wrong)),
                Err(refusal) => error.set(Some(refusal.to_string())),
            }
        });
    };
    let differences = Signal::derive(move || {
        let json = |dashboard: &Dashboard| value_of(dashboard);
        seen.with(|seen| {
            let (_, old) = seen.as_ref()?;
            Some(board.dashboard.with(|now| changes(&json(old), &json(now))))
        })
        .unwrap_or_default()
    });
    // It comes back as a change of its own, which can be looked at, undone, and then saved.
    let restore = move |_| {
        if let Some((_, old)) = seen.get_untracked() {
            board.change("", |dashboard| *dashboard = old);
            if let Some(dialog) = dialog.get_untracked() {
                dialog.close();
            }
        }
    };
    let row = move |version: Version| {
        let number = version.number;
        let at = move || format_utc(version.at, preferences.utc_offset(), "%Y-%m-%d %H:%M:%S");
        view! {
            <li>
                <button type="button" class="version" aria-pressed=move || seen.with(|seen| seen.as_ref().is_some_and(|(seen, _)| *seen == number)).to_string()
                    on:click=move |_| look(number)>
                    <strong>{format!("Version {number}")}</strong>
                    <time>{at}</time>
                    <span>{version.message}</span>
                </button>
            </li>
        }
    };
    view! {
        <dialog class="dialog wide" node_ref=dialog aria-labelledby="versions-title" on:close=move |_| shown.set(false)>
            <h2 id="versions-title">"Versions"</h2>
            <p class="field-error" role="alert">{move || error.get()}</p>
            <ul class="versions">{move || list.get().into_iter().map(row).collect_view()}</ul>
            <Show when=move || seen.with(Option::is_some)>
                <h3>{move || seen.with(|seen| seen.as_ref().map(|(version, _)| format!("From version {version} to what is in sight")))}</h3>
                <ChangeList changes=differences/>
                <button type="button" class="button primary" on:click=restore>"Bring this version back"</button>
                <p class="hint">"It comes back as a change, which Undo takes back and Save keeps."</p>
            </Show>
            <form method="dialog" class="overlay-actions"><button type="submit" class="button">"Close"</button></form>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_have_a_place() {
        let before = json!({"title": "A", "panels": [{"id": 1, "title": "x"}, {"id": 2}], "tags": ["a"]});
        let after =
            json!({"title": "B", "panels": [{"id": 2}, {"id": 1, "title": "y"}, {"id": 3}], "tags": ["a"]});
        let told: Vec<String> = changes(&before, &after)
            .iter()
            .map(|change| format!("{}: {} -> {}", change.path, change.before, change.after))
            .collect();
        assert_eq!(
            told,
            [r#"panels[1].title: "x" -> "y""#, r#"panels[3]: null -> {"id":3}"#, r#"title: "A" -> "B""#]
        );
        assert!(changes(&before, &before).is_empty());
    }
}
