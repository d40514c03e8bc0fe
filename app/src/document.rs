use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::parts::LATER_STYLE;
use crate::{App, Choices};

/// Where the page finds its files; the names carry their content's hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// The URL of the script that starts the interface in the browser; `None` if the interface was not built.
    pub script: Option<String>,
    /// The URL of the WebAssembly module, to load it early.
    pub wasm: Option<String>,
    /// The URLs of what the page's parts of it need, to load them as early.
    pub parts: Vec<String>,
    /// The URL of the style sheet.
    pub style: Option<String>,
    /// The URL of the style sheet of all that is no dashboard, and whether this page needs it itself.
    pub later_style: Option<(String, bool)>,
    /// The URL of the icon.
    pub icon: Option<String>,
    /// Whether pages reload when the server was built anew.
    pub dev_reload: bool,
}

/// The whole HTML page.
pub fn document(assets: Assets, choices: Choices) -> impl IntoView {
    let nonce = use_nonce();
    #[cfg(feature = "ssr")]
    let transparent = use_context::<crate::EmbedPage>().is_some_and(|page| page.transparent);
    #[cfg(not(feature = "ssr"))]
    let transparent = false;
    let script = assets.script.map(|script| {
        view! {
            <link rel="modulepreload" href=script.clone() nonce=nonce.clone()/>
            <script type="module" src=script nonce=nonce></script>
        }
    });
    let wasm = assets.wasm.into_iter().chain(assets.parts).map(|wasm| {
        view! { <link rel="preload" href=wasm r#as="fetch" crossorigin="anonymous"/> }
    });
    let wasm = wasm.collect_view();
    let later_style = assets.later_style.map(|(style, now)| {
        let (rel, kind) = if now { ("stylesheet", None) } else { ("prefetch", Some("style")) };
        view! { <link id=LATER_STYLE rel=rel r#as=kind href=style/> }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=choices.theme.word() data-dev-reload=assets.dev_reload.then_some("true") data-transparent=transparent.then_some("true")>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="dark light"/>
                <meta name="description" content="Watchfire: metrics of this host, live."/>
                {assets.style.map(|style| view! { <link rel="stylesheet" href=style/> })}
                {later_style}
                {assets.icon.map(|icon| view! { <link rel="icon" type="image/svg+xml" href=icon/> })}
                {wasm}
                {script}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
