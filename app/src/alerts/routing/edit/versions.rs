use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

use super::state::{Editor, PATH, Shown};
use crate::alerts::moment;
use crate::api::{Refusal, call};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// A version that is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Saved {
    version: u64,
    /// Milliseconds since the epoch.
    updated_at: i64,
    author: String,
    message: String,
}

/// The version before one, where it is kept still.
fn earlier(versions: &[Saved], number: u64) -> Option<u64> {
    versions.iter().map(|saved| saved.version).filter(|other| *other < number).max()
}

/// With what a version is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// The one before it.
    Before,
    /// The one that counts.
    Now,
}

/// A line of a difference; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Line {
    before: Option<usize>,
    after: Option<usize>,
    text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Same,
    Gone,
    New,
    /// Some lines that both have are left out.
    Gap,
}

/// Lines with what becomes of them.
fn marked(lines: Vec<Line>) -> Vec<(Mark, String)> {
    let (mut before, mut after) = (1, 1);
    let mut found = Vec::new();
    for line in lines {
        if line.before.is_some_and(|at| at != before) || line.after.is_some_and(|at| at != after) {
            found.push((Mark::Gap, String::new()));
        }
        before = line.before.map_or(before, |at| at + 1);
        after = line.after.map_or(after, |at| at + 1);
        let mark = match (line.before, line.after) {
            (Some(_), Some(_)) => Mark::Same,
            (Some(_), None) => Mark::Gone,
            (None, _) => Mark::New,
        };
        found.push((mark, line.text));
    }
    found
}

/// What differs, a line a row.
fn difference(lines: Vec<Line>) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="hint">"No differences."</p> }.into_any();
    }
    let row = |(mark, text): (Mark, String)| match mark {
        Mark::Same => view! { <span>{format!("  {text}\n")}</span> }.into_any(),
        Mark::Gone => view! { <del>{format!("- {text}\n")}</del> }.into_any(),
        Mark::New => view! { <ins>{format!("+ {text}\n")}</ins> }.into_any(),
        Mark::Gap => view! { <span class="hint">"…\n"</span> }.into_any(),
    };
    view! { <pre class="edit-version edit-diff">{marked(lines).into_iter().map(row).collect_view()}</pre> }
        .into_any()
}

/// The versions that are kept: what each says, how it differs, and the way back to it.
#[component]
pub(super) fn Versions(editor: Editor) -> impl IntoView {
    let known = RwSignal::new(Vec::<Saved>::new());
    let error = RwSignal::new(None::<String>);
    // Again with each version that is stored.
    Effect::new(move |_| {
        editor.version.track();
        spawn_local(async move {
            match call::<Vec<Saved>>("GET", &format!("{PATH}/versions"), None).await {
                Ok(versions) => drop(known.try_set(versions)),
                Err(refusal) => {
                    drop(error.try_set(Some(format!("✕ The versions can't be shown: {refusal}"))));
                }
            }
        });
    });
    let none = move || {
        known.with(Vec::is_empty).then(|| view! { <p class="panel-none">"Nothing was saved yet."</p> })
    };
    view! {
        <section class="panel" aria-label="Versions">
            <header class="panel-head"><h2>"Versions"</h2></header>
            <p class="field-error" role="alert">{move || error.get()}</p>
            {none}
            <ul class="receiver-list">
                <For each=move || known.get() key=|version| version.version let:version>{entry(editor, known, version)}</For>
            </ul>
        </section>
    }
    .into_any()
}

/// With what a version is compared, and what differs.
type Compared = (Side, Result<Vec<Line>, String>);

/// What is shown of a version.
#[derive(Clone, Copy)]
struct Look {
    number: u64,
    /// The version before it, where it is kept still.
    before: Memo<Option<u64>>,
    text: RwSignal<Option<String>>,
    compared: RwSignal<Option<Compared>>,
    /// Counts questions: the answer to the last one is shown.
    asked: StoredValue<u32>,
}

impl Look {
    fn new(editor: Editor, known: RwSignal<Vec<Saved>>, number: u64) -> Self {
        let look = Self {
            number,
            before: Memo::new(move |_| known.with(|known| earlier(known, number))),
            text: RwSignal::new(None),
            compared: RwSignal::new(None),
            asked: StoredValue::new(0),
        };
        // What counts now is another one then.
        Effect::new(move |last: Option<u64>| {
            let counts = editor.version.get();
            if last.is_some_and(|last| last != counts) {
                look.next();
                look.compared.set(None);
            }
            counts
        });
        look
    }

    /// The number of a question; no answer to an earlier one counts.
    fn next(self) -> u32 {
        let mine = self.asked.get_value().wrapping_add(1);
        self.asked.set_value(mine);
        mine
    }

    fn is_compared(self, side: Side) -> bool {
        self.compared.with(|shown| shown.as_ref().is_some_and(|(shown, _)| *shown == side))
    }

    /// Shows what differs, or hides it.
    fn compare(self, side: Side) {
        let mine = self.next();
        self.text.set(None);
        if untrack(|| self.is_compared(side)) {
            return self.compared.set(None);
        }
        let number = self.number;
        let path = match (side, self.before.get_untracked()) {
            (Side::Before, None) => return,
            (Side::Before, Some(from)) => format!("{PATH}/diff?from={from}&to={number}"),
            (Side::Now, _) => format!("{PATH}/diff?from={number}"),
        };
        spawn_local(async move {
            let lines: Result<Vec<Line>, Refusal> = call("GET", &path, None).await;
            // Something else was asked for, or the page was left.
            if self.asked.try_get_value() == Some(mine) {
                self.compared.set(Some((side, lines.map_err(|refusal| refusal.to_string()))));
            }
        });
    }

    /// Shows what it says, or hides it.
    fn show(self) {
        let mine = self.next();
        self.compared.set(None);
        if self.text.with_untracked(Option::is_some) {
            return self.text.set(None);
        }
        let path = format!("{PATH}/versions/{}", self.number);
        spawn_local(async move {
            let shown: Result<Shown, Refusal> = call("GET", &path, None).await;
            if self.asked.try_get_value() == Some(mine) {
                let text = shown.map_or_else(|refusal| format!("✕ {refusal}"), |shown| shown.yaml);
                self.text.set(Some(text));
            }
        });
    }

    fn differs(self) -> Option<AnyView> {
        let (side, lines) = self.compared.get()?;
        let words = match side {
            Side::Before => format!("What version {} changed:", self.number),
            Side::Now => format!("From version {} to what counts now:", self.number),
        };
        let lines = match lines {
            Ok(lines) => difference(lines),
            Err(words) => view! { <p class="field-error">{format!("✕ {words}")}</p> }.into_any(),
        };
        Some(view! { <div class="edit-differs"><p class="hint">{words}</p>{lines}</div> }.into_any())
    }
}

fn entry(editor: Editor, known: RwSignal<Vec<Saved>>, version: Saved) -> AnyView {
    let (ask, preferences) = (expect_context::<Ask>(), expect_context::<Preferences>());
    let number = version.version;
    let look = Look::new(editor, known, number);
    let text = look.text;
    let side_button = move |side: Side, title: &'static str, label: String| {
        let can_not = move || side == Side::Before && look.before.with(Option::is_none);
        view! {
            <button type="button" class="button small" aria-label=label aria-expanded=move || look.is_compared(side).to_string()
                disabled=can_not on:click=move |_| look.compare(side)>{title}</button>
        }
    };
    let restore = move |_| {
        let lost = if editor.changed.get_untracked() { " Changes that are not saved are lost." } else { "" };
        let question = format!(
            "Let version {number} count again? It becomes the newest version, with the secrets that it had.{lost}"
        );
        ask.confirm(question, "Restore", move || {
            let body = json!({"restore": number, "version": editor.version.get_untracked()});
            editor.send("POST", format!("{PATH}/restore"), body, Callback::new(|()| {}));
        });
    };
    let is_current = move || editor.version.get() == number;
    let message = if version.message.is_empty() { "without a message".to_owned() } else { version.message };
    let at = move || moment(version.updated_at, preferences);
    view! {
        <li class="receiver">
            <strong>{format!("Version {number}")}</strong>
            <span>{message}" "<span class="hint">{version.author}", "{at}</span></span>
            <span class="edit-tools">
                <button type="button" class="button small" aria-label=format!("Show version {number}")
                    aria-expanded=move || text.with(Option::is_some).to_string() on:click=move |_| look.show()>"Show"</button>
                {side_button(Side::Before, "Changes", format!("What version {number} changed"))}
                {side_button(Side::Now, "Against now", format!("Version {number} against what counts now"))}
                <button type="button" class="button small" aria-label=format!("Restore version {number}") disabled=is_current on:click=restore>
                    {move || if is_current() { "counts now" } else { "Restore" }}
                </button>
            </span>
            <pre class="edit-version" hidden=move || text.with(Option::is_none)>{move || text.get()}</pre>
            {move || look.differs()}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_has_none_before_it() {
        let versions: Vec<Saved> =
            [9, 8, 7].map(|version| Saved { version, ..Saved::default() }).into_iter().collect();
        assert_eq!(earlier(&versions, 9), Some(8));
        assert_eq!(earlier(&versions, 7), None);
        assert_eq!(earlier(&[], 1), None);
    }

    #[test]
    fn lines_that_are_left_out_leave_a_gap() {
        let line = |before: usize, after: usize, text: &str| {
            let given = |at: usize| (at > 0).then_some(at);
            Line { before: given(before), after: given(after), text: text.to_owned() }
        };
        let lines =
            vec![line(1, 1, "a"), line(2, 0, "b"), line(0, 2, "c"), line(9, 9, "d"), line(0, 10, "e")];
        let told: Vec<_> = marked(lines).into_iter().map(|(mark, text)| format!("{mark:?} {text}")).collect();
        assert_eq!(told, ["Same a", "Gone b", "New c", "Gap ", "Same d", "New e"]);
        assert_eq!(marked(vec![line(7, 7, "x")])[0].0, Mark::Gap);
    }
}
