//! Lists of parts, as tables describe them: what a part has, and which lists are in it.

use leptos::html;
use leptos::prelude::*;
use serde_json::Value;

use super::channels::BROWSER_DETAILS;
use super::document::{items, may_go, push, remove, shift};
use super::fields::{Field, fields};
use super::mail::{MAILS, preview};
use super::policies::{STEPS, step_words};
use super::state::Editor;
use super::subscribe::BROWSERS;

/// A list of a configuration.
#[derive(Debug)]
pub(super) struct Section {
    /// Its key.
    pub(super) key: &'static str,
    /// What one of them is called.
    pub(super) one: &'static str,
    pub(super) fields: &'static [Field],
    /// Lists in each.
    pub(super) parts: &'static [Section],
    /// What a new one begins with, as JSON.
    pub(super) fresh: &'static str,
}

impl Section {
    pub(super) fn fresh(&self) -> Value {
        serde_json::from_str(self.fresh).unwrap_or_default()
    }
}

/// The list in the part at `at` (empty: the document).
pub(super) fn section(editor: Editor, at: &str, section: &'static Section) -> AnyView {
    let list = StoredValue::new(format!("{at}/{}", section.key));
    let count = Memo::new(move |_| {
        editor.document.with(|document| list.with_value(|list| items(document, list).len()))
    });
    let add = move |_| {
        editor.change(|document| {
            let place = list.with_value(|list| push(document, list, section.fresh()));
            editor.opened.set(place);
        });
    };
    // Who subscribes a browser needs no empty one.
    let words = if section.key == BROWSERS {
        "Add a browser by hand".to_owned()
    } else {
        format!("Add {}", article(section.one))
    };
    view! {
        <div class="edit-section">
            <For each=move || 0..count.get() key=|index| *index let:index>
                {item(editor, list.with_value(|list| format!("{list}/{index}")), section)}
            </For>
            <button type="button" class="button small" on:click=add>{words}</button>
        </div>
    }
    .into_any()
}

fn article(words: &str) -> String {
    let vowel = words.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {words}", if vowel { "an" } else { "a" })
}

/// Buttons that move the item of a list, and take it out.
pub(super) fn tools(
    editor: Editor,
    at: StoredValue<String>,
    what: Signal<String>,
    may: fn(&Value, &str) -> Option<String>,
) -> AnyView {
    let move_it = move |down: bool| {
        editor.change(|document| {
            if let Some(place) = at.with_value(|at| shift(document, at, down)) {
                editor.opened.set(place);
            }
        });
    };
    let refused = RwSignal::new(None::<String>);
    let take = move |_| {
        let reason = editor.document.with_untracked(|document| at.with_value(|at| may(document, at)));
        if reason.is_none() {
            editor.opened.set(String::new());
            editor.change(|document| at.with_value(|at| remove(document, at)));
        }
        refused.try_set(reason);
    };
    view! {
        <span class="edit-tools">
            <button type="button" class="icon-button" aria-label=move || format!("Move {} up", what.get()) on:click=move |_| move_it(false)>"↑"</button>
            <button type="button" class="icon-button" aria-label=move || format!("Move {} down", what.get()) on:click=move |_| move_it(true)>"↓"</button>
            <button type="button" class="icon-button" aria-label=move || format!("Remove {}", what.get()) on:click=take>"✕"</button>
        </span>
        <span class="field-error" role="alert">{move || refused.get()}</span>
    }
    .into_any()
}

/// Everything may go.
pub(super) fn always(_: &Value, _: &str) -> Option<String> {
    None
}

/// A part that opens and closes; what is in it is made when it opens first.
pub(super) fn folding(
    editor: Editor,
    at: StoredValue<String>,
    title: Signal<String>,
    content: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let details = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let opened = editor.opened.get();
        let Some(details) = details.get() else { return };
        if !opened.is_empty() && at.with_value(|at| *at == opened) {
            details.set_open(true);
        }
    });
    let toggled = move |_| {
        if let Some(details) = details.get_untracked() {
            open.set(details.open());
        }
    };
    view! {
        <details class="edit-item" node_ref=details on:toggle=toggled>
            <summary>{move || title.get()}</summary>
            <div class="edit-content">{move || open.get().then(&content)}</div>
        </details>
    }
    .into_any()
}

fn item(editor: Editor, at: String, of: &'static Section) -> AnyView {
    let at = StoredValue::new(at);
    let title = Signal::derive(move || {
        editor.document.with(|document| {
            let item = at.with_value(|at| document.pointer(at).cloned()).unwrap_or_default();
            if of.key == STEPS { step_words(&item) } else { titled(&item, of.one) }
        })
    });
    let faults = move || {
        let faults = at.with_value(|at| editor.faults_at(at)).into_iter();
        faults.map(|words| view! { <p class="field-error" role="alert">{words}</p> }).collect_view()
    };
    let content = move || {
        let parts = of.parts.iter().map(|part| at.with_value(|at| section(editor, at, part)));
        view! {
            {at.with_value(|at| fields(editor, at, of.fields))}
            {(of.key == BROWSERS).then(|| details(editor, at))}
            {parts.collect_view()}
            {(of.key == MAILS).then(|| preview(editor, at))}
        }
        .into_any()
    };
    view! {
        <div class="edit-row">
            {folding(editor, at, title, content)}
            {tools(editor, at, title, may_go)}
            {faults}
        </div>
    }
    .into_any()
}

/// What those need not see who do not change it by hand.
fn details(editor: Editor, at: StoredValue<String>) -> AnyView {
    view! {
        <details class="edit-item">
            <summary>"Details"</summary>
            <div class="edit-content">{at.with_value(|at| fields(editor, at, BROWSER_DETAILS))}</div>
        </details>
    }
    .into_any()
}

/// What one of a list is called: by its name, or by what tells most of it.
fn titled(item: &Value, one: &str) -> String {
    let telling = [
        "name",
        "receiver",
        "schedule",
        "url",
        "to",
        "channel",
        "topic",
        "repository",
        "project",
        "start_time",
        "after",
        "start",
        "from",
    ];
    let found = telling
        .iter()
        .find_map(|key| item[*key].as_str().filter(|text| !text.is_empty() && !text.starts_with("<secret")));
    if let Some(text) = found {
        return format!("{one} {text}");
    }
    // Lists, in the order in which they are read: what mutes what, and when.
    let lists = [
        ("source_matchers", ""),
        ("target_matchers", "mutes"),
        ("equal", "with the same"),
        ("weekdays", ""),
        ("days_of_month", "days"),
        ("months", ""),
        ("years", ""),
        ("times", ""),
    ];
    let words = |item: &Value| match (item["start_time"].as_str(), item["end_time"].as_str()) {
        (Some(start), Some(end)) => Some(format!("{start}–{end}")),
        _ => item.as_str().map(str::to_owned),
    };
    let told = lists.iter().filter_map(|(key, before)| {
        let all: Vec<String> = item[*key].as_array()?.iter().filter_map(words).collect();
        let space = if before.is_empty() { "" } else { " " };
        (!all.is_empty()).then(|| format!("{before}{space}{}", all.join(", ")))
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { one.to_owned() } else { format!("{one}: {}", told.join(" ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_are_called_by_what_tells_most() {
        assert_eq!(titled(&json!({"name": "nights"}), "time interval"), "time interval nights");
        assert_eq!(titled(&json!({"url": "<secret:1>"}), "webhook"), "webhook");
        let rule = json!({"source_matchers": ["severity=\"critical\""], "target_matchers": ["severity=\"warning\""], "equal": ["host"]});
        assert_eq!(
            titled(&rule, "inhibit rule"),
            "inhibit rule: severity=\"critical\" mutes severity=\"warning\" with the same host"
        );
        let time =
            json!({"weekdays": ["monday:friday"], "times": [{"start_time": "22:00", "end_time": "24:00"}]});
        assert_eq!(titled(&time, "time"), "time: monday:friday 22:00–24:00");
        assert_eq!(titled(&json!({}), "time"), "time");
        assert_eq!(article("inhibit rule"), "an inhibit rule");
        assert_eq!(article("layer"), "a layer");
    }
}
