use watchfire_view::PanelState;

/// What the first render of a page knows of a panel.
#[derive(Clone, Debug, Default)]
pub(crate) struct FirstPanel {
    /// Its content as HTML.
    pub(crate) picture: String,
    /// Its legend as HTML.
    pub(crate) legend: String,
    /// How its data is.
    pub(crate) state: PanelState,
}

impl FirstPanel {
    /// That of a panel: on the server what was read ahead, in the browser what stands in the page that it takes over.
    pub(super) fn of(key: &str) -> Self {
        #[cfg(feature = "ssr")]
        return leptos::prelude::use_context::<crate::Pictures>()
            .and_then(|pictures| pictures.of(key))
            .unwrap_or_default();
        #[cfg(not(feature = "ssr"))]
        return Self { state: standing(key).unwrap_or_default(), ..Self::default() };
    }
}

/// How the page that is taken over says that a panel's data is. Pages that are reached from it have nothing yet.
#[cfg(not(feature = "ssr"))]
fn standing(key: &str) -> Option<PanelState> {
    let document = leptos::prelude::document();
    if document.document_element()?.has_attribute("data-hydrated") {
        return None;
    }
    let panel = document.get_element_by_id(&format!("panel-{key}"))?;
    PanelState::of_word(&panel.get_attribute("data-state")?)
}
