//! What is loaded once somebody does something: a page that is only looked at needs none of it.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;

type Key = SendWrapper<web_sys::KeyboardEvent>;

/// Whether anything was done on the page since it is there.
#[derive(Clone, Copy)]
pub(crate) struct Awake {
    woken: RwSignal<bool>,
    /// The key that was pressed last before those were there who listen to keys.
    key: StoredValue<Option<Key>>,
    /// Whether they are.
    heard: StoredValue<bool>,
}

impl Awake {
    /// Listens as long as the calling component lives.
    pub(crate) fn new() -> Self {
        let all =
            Self { woken: RwSignal::new(false), key: StoredValue::new(None), heard: StoredValue::new(false) };
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
        let Some(awake) = self.woken.try_get_untracked() else { return };
        if self.heard.try_get_value() != Some(false) {
            return;
        }
        if let Some(key) = event.dyn_ref::<web_sys::KeyboardEvent>() {
            self.key.set_value(Some(SendWrapper::new(key.clone())));
        }
        if !awake {
            self.woken.set(true);
        }
    }

    /// Whether it was.
    pub(crate) fn get(self) -> bool {
        self.woken.get()
    }

    /// The key that nobody heard, once.
    pub(crate) fn unheard(self) -> Option<Key> {
        self.heard.set_value(true);
        self.key.try_update_value(Option::take).flatten()
    }
}
