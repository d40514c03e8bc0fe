use leptos::prelude::*;

/// The instant that the pointer is on, shared by all charts of a page; a Leptos context. While it is set, pictures hold
/// still.
#[derive(Clone, Copy)]
pub(crate) struct Crosshair {
    pub(crate) time: RwSignal<Option<i64>>,
}

impl Crosshair {
    /// Nowhere.
    pub(crate) fn new() -> Self {
        Self { time: RwSignal::new(None) }
    }
}
