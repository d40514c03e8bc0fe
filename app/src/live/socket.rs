use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// The browser's WebSocket. The wrapper is safe because only the browser's one thread makes and uses it.
pub(super) struct Socket(SendWrapper<Parts>);

struct Parts {
    socket: WebSocket,
    // They must live as long as the browser may call them.
    _opened: Closure<dyn FnMut(Event)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(Event)>,
}

impl Socket {
    /// Begins to connect to `path` of the server that the page came from; `None` where the browser has no WebSocket to give.
    pub(super) fn open(
        path: &str,
        mut opened: impl FnMut() + 'static,
        mut message: impl FnMut(Vec<u8>) + 'static,
        mut closed: impl FnMut() + 'static,
    ) -> Option<Self> {
        let location = window().location();
        let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host().ok()?)).ok()?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = Closure::new(move |_: Event| opened());
        let message = Closure::new(move |event: MessageEvent| {
            if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                message(Uint8Array::new(&buffer).to_vec());
            }
        });
        let closed = Closure::new(move |_: Event| closed());
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Some(Self(SendWrapper::new(Parts { socket, _opened: opened, _message: message, _closed: closed })))
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.socket.ready_state() == WebSocket::OPEN
    }

    pub(super) fn send(&self, bytes: &[u8]) {
        // It fails only when the connection has just closed, and then `closed` follows and all is said again.
        let _ = self.0.socket.send_with_u8_array(bytes);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let socket = &self.0.socket;
        socket.set_onopen(None);
        socket.set_onmessage(None);
        socket.set_onclose(None);
        // It fails only for wrong arguments, and there are none.
        let _ = socket.close();
    }
}

/// The browser's clock: milliseconds since the epoch.
pub(super) fn browser_now() -> i64 {
    js_sys::Date::now() as i64
}

/// Calls `then` after `millis` milliseconds.
pub(super) fn after(millis: u32, then: impl FnOnce() + 'static) {
    set_timeout(then, std::time::Duration::from_millis(u64::from(millis)));
}

/// Calls `then` each second as long as the page is open.
pub(super) fn each_second(then: impl Fn() + 'static) {
    set_interval(then, std::time::Duration::from_secs(1));
}

/// Tells `then` each time that the page is hidden (`true`) or seen again, as long as it is open.
pub(super) fn when_hidden(then: impl Fn(bool) + 'static) {
    // The listener stays: dropping the handle does not remove it.
    let _ = window_event_listener(leptos::ev::visibilitychange, move |_| then(document().hidden()));
}

/// Loads the page again if the server said that it is being developed.
pub(super) fn reload_in_development() {
    let root = document().document_element();
    if root.is_some_and(|root| root.has_attribute("data-dev-reload")) {
        // Nothing is lost if it fails: the developer has a reload key, too.
        let _ = window().location().reload();
    }
}
