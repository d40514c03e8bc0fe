use leptos::html;
use leptos::prelude::*;

use super::state::{Editor, Flaw};

/// Where a line begins and ends in a text, in the units of JavaScript's texts.
fn line_range(text: &str, line: usize) -> (u32, u32) {
    let length = |text: &str| text.encode_utf16().count() as u32;
    let before: String = text.split_inclusive('\n').take(line.saturating_sub(1)).collect();
    let own = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let start = length(&before);
    (start, start + length(own))
}

/// The whole as text, with its problems at their lines.
#[component]
pub(super) fn YamlForm(editor: Editor) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let lines = Memo::new(move |_| editor.text.with(|text| text.split('\n').count()));
    let flawed =
        move |line: usize| editor.problems.with(|problems| problems.iter().any(|flaw| flaw.line == line));
    let number = move |line: usize| {
        let mark = move || if flawed(line) { format!("✕ {line}") } else { line.to_string() };
        view! { <span data-flawed=move || flawed(line).to_string()>{mark}</span> }
    };
    view! {
        <section class="panel" aria-label="YAML">
            <header class="panel-head"><h2>"YAML"</h2></header>
            <p class="hint">
                "Alertmanager's own format. It is kept as it is written, comments included; they go with the first change by the forms, which \
                 write it anew. Secrets are shown as <secret:1>: leave that to keep them."
            </p>
            <div class="yaml-area">
                <div class="yaml-lines" aria-hidden="true">
                    <For each=move || 1..=lines.get() key=|line| *line let:line>{number(line)}</For>
                </div>
                <textarea class="mono" node_ref=area aria-label="The configuration as YAML" spellcheck="false" autocomplete="off" wrap="off"
                    rows=move || lines.get().max(12).to_string() prop:value=move || editor.text.get()
                    on:input=move |event| editor.write(event_target_value(&event))></textarea>
            </div>
            {flaws(editor, Some(area))}
        </section>
    }
    .into_any()
}

/// The most problems that are written out.
const MOST: usize = 20;

/// What is wrong, each with a way to its line where there is a text.
pub(super) fn flaws(editor: Editor, area: Option<NodeRef<html::Textarea>>) -> AnyView {
    let one = move |flaw: Flaw| {
        let line = flaw.line;
        let show = move |_| {
            let Some(area) = area.and_then(|area| area.get_untracked()) else { return };
            let (start, end) = editor.text.with_untracked(|text| line_range(text, line));
            // It fails only where the area takes no text.
            let _ = area.focus();
            let _ = area.set_selection_range(start, end);
        };
        let button = (area.is_some() && line > 0).then(|| {
            view! { <button type="button" class="button small" on:click=show>{format!("To line {line}")}</button> }
        });
        view! { <li><span>{flaw.words()}</span>" "{button}</li> }
    };
    let more = move || match editor.problems.with(Vec::len).saturating_sub(MOST) {
        0 => None,
        more => Some(view! { <li>{format!("... and {more} more, at the marked lines and fields")}</li> }),
    };
    view! {
        <ul class="edit-flaws" aria-live="polite">
            {move || editor.problems.get().into_iter().take(MOST).map(one).collect_view()}
            {more}
        </ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found() {
        let text = "äb\nc\nd";
        assert_eq!(line_range(text, 1), (0, 2));
        assert_eq!(line_range("a\n𝄞x\nd", 2), (2, 5));
        assert_eq!(line_range("a\nb", 2), (2, 3));
        assert_eq!(line_range("a", 7), (1, 1));
    }
}
