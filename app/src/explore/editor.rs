use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use watchfire_model::TimeRange;
use watchfire_promql::{ParseError, parse, pretty};

use super::history::History;
use super::offsets::{byte_at, units_before};
use super::popup::{CompletionList, Popup};
use super::suggest::insertion;
use super::variable::Variable;
use crate::range::{PageRange, clock};

/// How long typing must pause before the query is checked: half a word is no fault.
const PAUSE: Duration = Duration::from_millis(600);

/// The box that a query is written in.
#[derive(Clone, Copy)]
pub(crate) struct QueryBox {
    pub(crate) text: RwSignal<String>,
    /// What is wrong with it.
    pub(super) error: RwSignal<Option<ParseError>>,
    pub(super) history: History,
    area: NodeRef<html::Textarea>,
    popup: Popup,
    range: PageRange,
    /// While the page itself changes the text: no list opens.
    quiet: StoredValue<bool>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Of the text area; what belongs to it has ids that begin so.
    id: StoredValue<String>,
    check: StoredValue<Check>,
}

/// What is wrong with a text, if anything is.
type Check = Box<dyn Fn(&str) -> Option<ParseError> + Send + Sync>;

/// A space without width.
const NOTHING: &str = "\u{200b}";

/// What is wrong with a query, if it has any text.
fn fault(text: &str) -> Option<ParseError> {
    if text.trim().is_empty() { None } else { parse(text).err() }
}

impl QueryBox {
    /// A box for PromQL.
    pub(super) fn new(text: &str) -> Self {
        Self::with_check(text, "query".to_owned(), fault)
    }

    /// A box for texts that `check` finds nothing wrong with; `id` is unique on the page.
    pub(crate) fn with_check(
        text: &str,
        id: String,
        check: impl Fn(&str) -> Option<ParseError> + Send + Sync + 'static,
    ) -> Self {
        let (popup, range) = (Popup::new(&id), expect_context::<PageRange>());
        let query_box = Self {
            text: RwSignal::new(text.to_owned()),
            error: RwSignal::new(check(text)),
            history: History::new(),
            area: NodeRef::new(),
            popup,
            range,
            quiet: StoredValue::new(false),
            timer: StoredValue::new(None),
            id: StoredValue::new(id),
            check: StoredValue::new(Box::new(check)),
        };
        popup.follow(move || query_box.shown_range());
        query_box
    }

    /// Offers these where one is written.
    pub(crate) fn offer(self, variables: Vec<Variable>) {
        // The page may be gone.
        let _ = self.popup.variables.try_set_value(variables);
    }

    fn fault(self, text: &str) -> Option<ParseError> {
        self.check.try_with_value(|check| check(text)).flatten()
    }

    fn shown_range(self) -> TimeRange {
        self.range.window_untracked().resolve(clock())
    }

    /// Puts another text into the box, with the cursor at its end.
    pub(super) fn set(self, text: &str) {
        let length = self.text.with_untracked(String::len);
        self.replace((0, length), text);
        self.error.set(self.fault(text));
    }

    /// Shows the query that a link or the way back has brought, unless it stands here.
    pub(crate) fn bring(self, query: &str) {
        if self.text.with_untracked(|text| text.trim() != query.trim()) {
            self.set(query);
        }
    }

    /// Whether nothing is wrong with the text, as far as the box can tell.
    pub(crate) fn has_no_fault(self) -> bool {
        self.error.with(Option::is_none)
    }

    /// Whether nothing would be wrong with this text.
    pub(crate) fn is_sound(self, text: &str) -> bool {
        self.fault(text).is_none()
    }

    /// Writes the query as it is read best.
    pub(super) fn format(self) {
        match self.text.with_untracked(|text| parse(text)) {
            Ok(expr) => self.set(&pretty(&expr)),
            Err(error) => self.error.set(Some(error)),
        }
        self.focus();
    }

    /// The query, if it can be read; if not, the box says why.
    pub(super) fn checked(self) -> Option<String> {
        self.popup.close();
        let text = self.text.get_untracked();
        let fault = self.fault(&text);
        let readable = fault.is_none();
        self.error.set(fault);
        readable.then(|| text.trim().to_owned())
    }

    pub(super) fn focus(self) {
        if let Some(area) = self.area.get_untracked() {
            // Focus is a courtesy.
            let _ = area.focus();
        }
    }

    /// Takes over what was typed before the page was in the browser's hands.
    fn adopt(self) {
        if let Some(area) = self.area.get_untracked() {
            let typed = area.value();
            if self.text.with_untracked(|text| *text != typed) {
                self.error.set(self.fault(&typed));
                self.text.set(typed);
            }
        }
    }

    /// Puts `with` in the place of bytes of the text, in such a way that the browser can undo it.
    fn replace(self, (start, end): (usize, usize), with: &str) {
        let Some(area) = self.area.get_untracked() else {
            self.text.update(|text| text.replace_range(start.min(text.len())..end.min(text.len()), with));
            return;
        };
        let units = self.text.with_untracked(|text| (units_before(text, start), units_before(text, end)));
        self.quiet.set_value(true);
        let focused = document().active_element().is_some_and(|element| element == **area);
        let _ = area.focus();
        let _ = area.set_selection_range(units.0, units.1);
        let document = document();
        let document = document.dyn_ref::<web_sys::HtmlDocument>();
        let command = if with.is_empty() { "delete" } else { "insertText" };
        let done = document.is_some_and(|document| {
            document.exec_command_with_show_ui_and_value(command, false, with).unwrap_or(false)
        });
        if !done {
            // The way that cannot be undone with Ctrl+Z, for browsers that lack the other.
            let _ = area.set_range_text_with_start_and_end(with, units.0, units.1);
        }
        if !focused {
            let _ = area.blur();
        }
        self.text.set(area.value());
        self.quiet.set_value(false);
    }

    fn cursor(self) -> usize {
        let units = self.area.get_untracked().and_then(|area| area.selection_start().ok().flatten());
        self.text.with_untracked(|text| units.map_or(text.len(), |units| byte_at(text, units)))
    }

    fn complete(self, forced: bool) {
        let text = self.text.get_untracked();
        self.popup.look(&text, self.cursor(), forced, self.shown_range());
    }

    fn take(self, index: usize) {
        let Some(item) = self.popup.items.with_untracked(|items| items.get(index).cloned()) else { return };
        let (start, end) = self.popup.span.get_value();
        let (text, again) = self.text.with_untracked(|text| {
            insertion(&item, text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default())
        });
        self.popup.close();
        self.replace((start, end), &text);
        self.check_soon();
        if again {
            self.complete(false);
        }
    }

    fn typed(self) {
        let Some(area) = self.area.get_untracked() else { return };
        self.text.set(area.value());
        if self.quiet.get_value() {
            return;
        }
        self.history.leave();
        self.check_soon();
        self.complete(false);
    }

    /// A fault that is shown goes as soon as it is mended; a new one waits for a pause.
    fn check_soon(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if self.error.with_untracked(Option::is_some) {
            self.error.set(self.text.with_untracked(|text| self.fault(text)));
            return;
        }
        let check = move || {
            if let Some(fault) = self.text.try_with_untracked(|text| self.fault(text)) {
                self.error.try_set(fault);
            }
        };
        self.timer.set_value(set_timeout_with_handle(check, PAUSE).ok());
    }

    fn key(self, event: &KeyboardEvent, run: Callback<()>) {
        if event.is_composing() {
            return;
        }
        let control = event.ctrl_key() || event.meta_key();
        let open = self.popup.is_open_untracked();
        let active = self.popup.active.get_untracked();
        match event.key().as_str() {
            " " if control => self.complete(true),
            "ArrowUp" if control => self.recall(self.history.older(&self.text.get_untracked())),
            "ArrowDown" if control => self.recall(self.history.newer()),
            "ArrowDown" if open => self.popup.step(1),
            "ArrowUp" if open => self.popup.step(-1),
            "Escape" if open => self.popup.close(),
            "Escape" => {
                if let Some(area) = self.area.get_untracked() {
                    let _ = area.blur();
                }
            }
            "Tab" if open && !event.shift_key() => self.take(active.unwrap_or(0)),
            "Enter" if event.shift_key() => return,
            "Enter" if open && active.is_some() && !control => self.take(active.unwrap_or(0)),
            "Enter" => run.run(()),
            "ArrowLeft" | "ArrowRight" | "Home" | "End" => return self.popup.close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn recall(self, query: Option<String>) {
        self.popup.close();
        if let Some(query) = query {
            self.set(&query);
        }
    }
}

/// The box: a text area over a copy of its text, which gives it its height and bears the marks.
#[component]
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_types_passed_by_value, reason = "components take their properties so")
)]
pub(crate) fn Editor(
    /// What is written.
    query_box: QueryBox,
    /// Enter was pressed.
    run: Callback<()>,
) -> impl IntoView {
    let id = query_box.id.get_value();
    let error_id = format!("{id}-error");
    let described_by = error_id.clone();
    let popup = query_box.popup;
    let shown_error = Memo::new(move |_| query_box.error.get().filter(|_| !popup.is_open()));
    let copy = Memo::new(move |_| {
        let text = query_box.text.get();
        let (before, marked, after) = match shown_error.get() {
            Some(error) => parts(&text, error.span.start as usize, error.span.end as usize),
            None => (text, String::new(), String::new()),
        };
        // The last line counts even if it is empty; so does each part, for hydration to find its text.
        let filled = |part: String| if part.is_empty() { NOTHING.to_owned() } else { part };
        (filled(before), filled(marked), format!("{after}{NOTHING}"))
    });
    // Put in as HTML, since an area's text is no child that hydration could find.
    let first = query_box.text.get_untracked().replace('&', "&amp;").replace('<', "&lt;");
    // Of HTML that is read as a page the first line end is dropped, of HTML that a script puts in it is not.
    let first = if cfg!(feature = "ssr") { format!("\n{first}") } else { first };
    let active = move || popup.active.get().filter(|_| popup.is_open()).map(|index| popup.option_id(index));
    Effect::new(move |_| query_box.adopt());
    view! {
        <div class="editor">
            <div class="editor-box">
                <div class="editor-text editor-copy" aria-hidden="true">
                    <span>{move || copy.get().0}</span>
                    <mark class:fault=move || shown_error.with(Option::is_some)>{move || copy.get().1}</mark>
                    <span>{move || copy.get().2}</span>
                </div>
                <textarea
                    id=id
                    name="q"
                    class="editor-text editor-area"
                    node_ref=query_box.area
                    inner_html=first
                    rows="1"
                    data-search="true"
                    role="combobox"
                    aria-label="Query in PromQL"
                    aria-autocomplete="list"
                    aria-haspopup="listbox"
                    aria-expanded=move || popup.is_open().to_string()
                    aria-controls=popup.list_id()
                    aria-activedescendant=active
                    aria-invalid=move || shown_error.with(Option::is_some).to_string()
                    aria-describedby=described_by
                    placeholder="PromQL: Enter runs it, Shift+Enter starts a line, Ctrl+Space completes"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    on:input=move |_| query_box.typed()
                    on:keydown=move |event| query_box.key(&event, run)
                    on:focus=move |_| popup.prepare(query_box.shown_range())
                    on:blur=move |_| popup.close()
                    on:click=move |_| popup.close()
                ></textarea>
                <CompletionList popup take=move |index| query_box.take(index)/>
            </div>
            <p id=error_id class="field-error editor-error" role="alert">
                {move || shown_error.get().map(|error| format!("{}: {}", error.position, error.message))}
            </p>
        </div>
    }
    .into_any()
}

/// The text before, in and behind the bytes that are to be marked. Where there is nothing to mark, the next letter is; at a
/// line's end a space.
fn parts(text: &str, start: usize, end: usize) -> (String, String, String) {
    let start = text.floor_char_boundary(start);
    let end = text.floor_char_boundary(end).max(start);
    let (before, rest) = text.split_at(start);
    let (marked, after) = rest.split_at(end - start);
    if !marked.trim().is_empty() {
        return (before.to_owned(), marked.to_owned(), after.to_owned());
    }
    let next = rest.chars().next().filter(|next| *next != '\n');
    let (marked, after) = rest.split_at(next.map_or(0, char::len_utf8));
    let marked = if marked.is_empty() { "\u{a0}" } else { marked };
    (before.to_owned(), marked.to_owned(), after.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_something_to_mark() {
        let parts = |text: &str, start, end| {
            let (before, marked, after) = parts(text, start, end);
            format!("{before}[{marked}]{after}")
        };
        assert_eq!(parts("sum(x", 3, 4), "sum[(]x");
        assert_eq!(parts("sum(x", 5, 5), "sum(x[\u{a0}]");
        assert_eq!(parts("a\nb", 1, 1), "a[\u{a0}]\nb");
        assert_eq!(parts("aéb", 2, 2), "a[é]b");
        assert_eq!(parts("ab", 9, 12), "ab[\u{a0}]");
    }

    #[test]
    fn an_empty_box_is_no_fault() {
        assert_eq!(fault(" \n"), None);
        assert!(fault("sum(").is_some());
    }
}
