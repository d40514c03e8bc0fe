use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use watchfire_model::TimeRange;
use watchfire_promql::{Fit, complete_at};

use super::names::{NameCache, Source};
use super::suggest::{Known, Suggestion, suggestions};
use super::variable::{Variable, fitting, name_end, variable_at};

/// How long typing must pause before the server is asked for names.
const PAUSE: Duration = Duration::from_millis(120);

/// The list of what fits at the cursor.
#[derive(Clone, Copy)]
pub(super) struct Popup {
    /// The id of the list, for the box's `aria-controls`.
    list: StoredValue<String>,
    pub(super) items: RwSignal<Vec<Suggestion>>,
    /// Which one Enter takes.
    pub(super) active: RwSignal<Option<usize>>,
    /// The bytes that a suggestion takes the place of.
    pub(super) span: StoredValue<(usize, usize)>,
    /// The text before them; its end is where the list is put.
    before: RwSignal<String>,
    /// Where that is, in pixels from the box's corner.
    place: RwSignal<(f64, f64)>,
    /// The text, the cursor and whether the list was asked for, to look again when names have come.
    last: StoredValue<Option<(String, usize, bool)>>,
    timer: StoredValue<Option<TimeoutHandle>>,
    names: NameCache,
    /// What queries may hold besides.
    pub(super) variables: StoredValue<Vec<Variable>>,
}

impl Popup {
    /// The list of the box with this id.
    pub(super) fn new(id: &str) -> Self {
        Self {
            list: StoredValue::new(format!("{id}-completions")),
            items: RwSignal::new(Vec::new()),
            active: RwSignal::new(None),
            span: StoredValue::new((0, 0)),
            before: RwSignal::new(String::new()),
            place: RwSignal::new((0.0, 0.0)),
            last: StoredValue::new(None),
            timer: StoredValue::new(None),
            names: NameCache::new(),
            variables: StoredValue::default(),
        }
    }

    /// The id of the list.
    pub(super) fn list_id(self) -> String {
        self.list.get_value()
    }

    /// The id of a line of the list.
    pub(super) fn option_id(self, index: usize) -> String {
        format!("{}-{index}", self.list_id())
    }

    pub(super) fn is_open(self) -> bool {
        self.items.with(|items| !items.is_empty())
    }

    pub(super) fn is_open_untracked(self) -> bool {
        self.items.with_untracked(|items| !items.is_empty())
    }

    pub(super) fn close(self) {
        // A box that goes with its page loses the focus once more.
        if self.items.try_with_untracked(Vec::is_empty).is_none() {
            return;
        }
        self.last.set_value(None);
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if self.is_open_untracked() {
            self.items.set(Vec::new());
            self.active.set(None);
        }
    }

    /// Gets what will be needed soon.
    pub(super) fn prepare(self, range: TimeRange) {
        self.names.want_descriptions();
        if let Some(source) = Source::of(&Fit::Metrics, range) {
            self.names.want(source);
        }
    }

    /// Looks again when names have come that were missing.
    pub(super) fn follow(self, range: impl Fn() -> TimeRange + 'static) {
        let arrived = self.names.arrived;
        Effect::new(move |_| {
            arrived.track();
            if let Some((text, cursor, forced)) = self.last.get_value() {
                self.look(&text, cursor, forced, range());
            }
        });
    }

    /// Shows what fits at byte `cursor` of `text`. While nothing of a word is typed it opens only if it was asked for
    /// (`forced`), or where there is little to choose from.
    pub(super) fn look(self, text: &str, cursor: usize, forced: bool, range: TimeRange) {
        let variables = self.variables.get_value();
        if let Some(start) = variable_at(text, cursor).filter(|_| !variables.is_empty()) {
            self.last.set_value(None);
            let items = fitting(&variables, text.get(start..cursor).unwrap_or_default());
            return self.show(text, (start, name_end(text, cursor)), items);
        }
        let completion = complete_at(text, cursor);
        let (start, end) = (completion.span.start as usize, completion.span.end as usize);
        let typed = text.get(start..end).unwrap_or_default();
        let few = |fit: &Fit| matches!(fit, Fit::LabelNames(_) | Fit::LabelValues { .. } | Fit::Durations);
        if completion.fits.is_empty() || (typed.is_empty() && !forced && !completion.fits.iter().any(few)) {
            return self.close();
        }
        self.last.set_value(Some((text.to_owned(), cursor, forced)));
        let sources: Vec<(Fit, Source)> =
            completion.fits.iter().filter_map(|fit| Some((fit.clone(), Source::of(fit, range)?))).collect();
        let list = |wanted: fn(&Fit) -> bool| -> Arc<Vec<String>> {
            let source = sources.iter().find(|(fit, _)| wanted(fit)).map(|(_, source)| source);
            source.and_then(|source| self.names.list(source)).unwrap_or_default()
        };
        let metrics = list(|fit| matches!(fit, Fit::Metrics));
        let label_names = list(|fit| matches!(fit, Fit::LabelNames(_)));
        let label_values = list(|fit| matches!(fit, Fit::LabelValues { .. }));
        let described = self.names.described();
        let known = Known {
            metrics: &metrics,
            label_names: &label_names,
            label_values: &label_values,
            described: described.as_deref(),
            variables: &variables,
        };
        let items = suggestions(&completion.fits, typed, &known);
        self.show(text, (start, end), items);
        self.ask_for(sources);
    }

    /// Shows these for a part of the text.
    fn show(self, text: &str, (start, end): (usize, usize), items: Vec<Suggestion>) {
        // What is already there in full need not be taken: Enter runs the query then.
        let done = items.first().is_none_or(|first| Some(first.text.as_str()) == text.get(start..end));
        self.span.set_value((start, end));
        self.before.set(text.get(..start).unwrap_or_default().to_owned());
        self.active.set((!done).then_some(0));
        self.items.set(items);
    }

    fn ask_for(self, sources: Vec<(Fit, Source)>) {
        let missing: Vec<Source> =
            sources.into_iter().map(|(_, source)| source).filter(|source| self.names.lacks(source)).collect();
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if missing.is_empty() {
            return;
        }
        let ask = move || missing.into_iter().for_each(|source| self.names.want(source));
        // Without a timer there is no list: a browser that is that short of everything has other troubles.
        self.timer.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    }

    /// Moves the choice, around the ends.
    pub(super) fn step(self, by: isize) {
        let count = self.items.with_untracked(Vec::len) as isize;
        if count == 0 {
            return;
        }
        self.active.update(|active| {
            let next = match *active {
                None if by > 0 => 0,
                None => count - 1,
                Some(at) => (at as isize + by).rem_euclid(count),
            };
            *active = Some(next as usize);
        });
    }
}

/// The list, below the place where the text is put in.
#[component]
pub(super) fn CompletionList(
    /// What is in it.
    popup: Popup,
    /// Takes line number `index`.
    #[prop(into)]
    take: Callback<usize>,
) -> impl IntoView {
    let marker = NodeRef::<html::Span>::new();
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        popup.before.track();
        popup.items.track();
        if let Some(marker) = marker.get() {
            let bottom = marker.offset_top() + marker.offset_height();
            popup.place.set((f64::from(marker.offset_left()), f64::from(bottom)));
        }
    });
    Effect::new(move |_| {
        let active = popup.active.get();
        popup.items.track();
        let line = list.get().and_then(|list| list.children().item(active.unwrap_or(0) as u32));
        if let Some(line) = line {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            line.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let line = move |(index, item): (usize, Suggestion)| {
        view! {
            <li
                id=popup.option_id(index)
                role="option"
                class="completion"
                aria-selected=move || (popup.active.get() == Some(index)).to_string()
                // The box keeps the focus. Only a whole click takes the line: a list that is gone when the finger is lifted
                // would let it click on what lies below.
                on:mousedown=move |event| event.prevent_default()
                on:click=move |_| take.run(index)
            >
                <span class="completion-text">{item.text}</span>
                <span class="completion-kind">{item.kind.word()}</span>
                <span class="completion-help">{item.help}</span>
            </li>
        }
    };
    let style = move || {
        let (x, y) = popup.place.get();
        format!("--caret-x:{x:.0}px;--caret-y:{y:.0}px")
    };
    move || {
        popup.is_open().then(|| {
            view! {
                <div class="editor-text editor-caret" aria-hidden="true">
                    {move || popup.before.get()}<span node_ref=marker>"\u{200b}"</span>
                </div>
                <ul id=popup.list_id() class="completions" role="listbox" aria-label="Completions" style=style node_ref=list>
                    {move || popup.items.get().into_iter().enumerate().map(line).collect_view()}
                </ul>
            }
        })
    }
}
