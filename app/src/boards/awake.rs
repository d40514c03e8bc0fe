//! What is loaded once somebody does something: a page that is only looked at needs none of it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

type Key = SendWrapper<web_sys::KeyboardEvent>;

/// Whether anything was done on the page since it is there.
#[derive(Clone, Copy)]
pub(crate) struct Awake {
    awake: RwSignal<bool>,
    /// The key that was pressed first, for those who listen to keys and come after it.
    key: StoredValue<Option<Key>>,
}

impl Awake {
    /// Listens as long as the calling component lives.
    pub(crate) fn new() -> Self {
        let all = Self { awake: RwSignal::new(false), key: StoredValue::new(None) };
        Effect::new(move |_| {
            for what in ["keydown", "pointerdown", "pointermove"] {
                let handle = window_event_listener_untyped(what, move |event| all.wake(&event));
                on_cleanup(move || handle.remove());
            }
        });
        all
    }

    fn wake(self, event: &web_sys::Event) {
        // The page may be gone.
        if self.awake.try_get_untracked() != Some(false) {
            return;
        }
        self.key.set_value(event.dyn_ref().cloned().map(SendWrapper::new));
        self.awake.set(true);
    }

    /// Whether it was.
    pub(crate) fn get(self) -> bool {
        self.awake.get()
    }

    /// The key that nobody heard, once.
    pub(crate) fn unheard(self) -> Option<Key> {
        self.key.try_update_value(Option::take).flatten()
    }
}
