use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use watchfire_dashboard::Clock;
use watchfire_panel::Unfolded;

use crate::api::call;

/// Markdown. The server makes HTML of it, and lets nothing through that could run: the browser is spared the code for both.
#[component]
pub(super) fn TextPanel(item: Memo<Option<Arc<Unfolded>>>, first: StoredValue<String>) -> impl IntoView {
    let text = Memo::new(move |_| {
        item.with(|item| {
            let item = item.as_ref()?;
            let text = item.values.in_text(&item.panel.view.text, &Clock::default());
            Some((text, item.panel.view.code))
        })
    });
    let html = RwSignal::new(first.get_value());
    Effect::new(move |before: Option<()>| {
        let Some((text, code)) = text.get() else { return };
        if code || (before.is_none() && !html.with_untracked(String::is_empty)) {
            return;
        }
        spawn_local(async move {
            if let Ok(answer) = call::<Value>("POST", "/api/v1/markdown", Some(&json!({"text": text}))).await
            {
                html.try_set(answer["html"].as_str().unwrap_or_default().to_owned());
            }
        });
    });
    let content = move || match text.get() {
        Some((text, true)) => view! { <pre class="panel-code">{text}</pre> }.into_any(),
        _ => view! { <div class="markdown" inner_html=move || html.get()></div> }.into_any(),
    };
    view! { <div class="panel-text" tabindex="0">{content}</div> }
}
