//! Questions that stand in the way of an action, in one dialog of the page.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

type Then = Arc<dyn Fn(String) + Send + Sync>;

/// What is asked.
#[derive(Clone)]
struct Question {
    words: String,
    /// What the button says that does it.
    verb: &'static str,
    /// The text to begin with, where a text is asked for.
    text: Option<String>,
    then: Then,
}

/// Asks the reader. A Leptos context.
#[derive(Clone, Copy)]
pub(crate) struct Ask(RwSignal<Option<Question>>);

impl Ask {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// Whether something is asked.
    pub(super) fn is_open(self) -> bool {
        self.0.with(Option::is_some)
    }

    /// Does `then` if the reader agrees to `words`.
    pub(crate) fn confirm(
        self,
        words: impl Into<String>,
        verb: &'static str,
        then: impl Fn() + Send + Sync + 'static,
    ) {
        let then: Then = Arc::new(move |_| then());
        self.0.set(Some(Question { words: words.into(), verb, text: None, then }));
    }

    /// Does `then` with the text that the reader writes, trimmed; not with an empty one. `text` is what stands there first.
    pub(crate) fn text(
        self,
        words: impl Into<String>,
        verb: &'static str,
        text: impl Into<String>,
        then: impl Fn(String) + Send + Sync + 'static,
    ) {
        let then: Then = Arc::new(then);
        self.0.set(Some(Question { words: words.into(), verb, text: Some(text.into()), then }));
    }
}

/// The dialog of [`Ask`].
#[component]
pub(crate) fn AskDialog(ask: Ask) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let written = RwSignal::new(String::new());
    let with =
        move |of: fn(&Question) -> String| ask.0.with(|asked| asked.as_ref().map(of).unwrap_or_default());
    let takes_text = move || ask.0.with(|asked| asked.as_ref().is_some_and(|asked| asked.text.is_some()));
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        let Some(text) = ask.0.with(|asked| asked.as_ref().map(|asked| asked.text.clone())) else { return };
        written.set(text.unwrap_or_default());
        if !dialog.open() {
            // It fails only for a dialog that is open or not in the page.
            let _ = dialog.show_modal();
        }
    });
    let agreed = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = written.get_untracked().trim().to_owned();
        let Some(asked) = ask.0.get_untracked() else { return };
        if asked.text.is_some() && text.is_empty() {
            return;
        }
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        (asked.then)(text);
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    // What is closed must not be asked again when its page comes back.
    let closed = move |_| ask.0.set(None);
    view! {
        <dialog class="dialog ask" node_ref=dialog aria-labelledby="ask-words" on:close=closed>
            <form on:submit=agreed>
                <h2 id="ask-words">{move || with(|asked| asked.words.clone())}</h2>
                <Show when=takes_text>
                    <input type="text" class="field" aria-labelledby="ask-words"
                        prop:value=move || written.get() on:input=move |event| written.set(event_target_value(&event))/>
                </Show>
                <p class="overlay-actions">
                    <button type="submit" class="button primary">{move || with(|asked| asked.verb.to_owned())}</button>
                    <button type="button" class="button" on:click=close>"Cancel"</button>
                </p>
            </form>
        </dialog>
    }
    .into_any()
}
