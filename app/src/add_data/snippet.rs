use std::time::Duration;

use js_sys::{Function, Reflect};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How long the button says what it did.
const SAID: Duration = Duration::from_secs(3);

/// Lines to paste, and a button that copies them.
#[component]
pub(crate) fn SnippetView(
    /// Where the lines belong.
    place: &'static str,
    #[prop(into)] lines: Signal<String>,
) -> impl IntoView {
    let code = NodeRef::<html::Code>::new();
    let said = RwSignal::new(None::<&'static str>);
    let copy = move |_| {
        spawn_local(async move {
            let words = if write(&lines.get_untracked()).await {
                "Copied"
            } else if code.try_get_untracked().flatten().is_some_and(|code| select(&code).is_some()) {
                "Selected: copy with Ctrl+C"
            } else {
                "Copying is not allowed here: select the lines"
            };
            // The page may have been left since.
            said.try_set(Some(words));
            let end = move || {
                said.try_set(None);
            };
            set_timeout(end, SAID);
        });
    };
    view! {
        <figure class="snippet">
            <figcaption class="snippet-head">
                <span>{place}</span>
                <span class="snippet-said" role="status" aria-live="polite">{move || said.get()}</span>
                <button type="button" class="button snippet-copy" aria-label=format!("Copy: {place}") on:click=copy>
                    "Copy"
                </button>
            </figcaption>
            <pre class="snippet-lines"><code node_ref=code>{lines}</code></pre>
        </figure>
    }
}

/// Puts `text` on the clipboard, where the browser has one to give: only on secure pages, and if it is allowed.
async fn write(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    !clipboard.is_undefined() && JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Selects what is in `element`, for the browser's own copying.
fn select(element: &web_sys::Element) -> Option<()> {
    let window = window();
    let selection = method(&window, "getSelection")?.call0(&window).ok()?;
    method(&selection, "selectAllChildren")?.call1(&selection, element).ok()?;
    Some(())
}

fn method(object: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(object, &JsValue::from_str(name)).ok()?.dyn_into().ok()
}
