use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// The browser's WebSocket.
#[derive(Debug)]
pub struct Socket {
    web: WebSocket,
    // They must live as long as the browser may call them.
    _opened: Closure<dyn FnMut(Event)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut(Event)>,
}

impl Socket {
    /// Begins to connect to `path` of the server that the page came from; `None` where the browser has no WebSocket to give.
    pub fn open(
        path: &str,
        mut opened: impl FnMut() + 'static,
        mut message: impl FnMut(Vec<u8>) + 'static,
        mut closed: impl FnMut() + 'static,
    ) -> Option<Self> {
        let location = web_sys::window()?.location();
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
        Some(Self { web: socket, _opened: opened, _message: message, _closed: closed })
    }

    /// Whether the connection stands.
    pub fn is_open(&self) -> bool {
        self.web.ready_state() == WebSocket::OPEN
    }

    /// Sends a message.
    pub fn send(&self, bytes: &[u8]) {
        // It fails only when the connection has just closed, and then `closed` follows and all is said again.
        let _ = self.web.send_with_u8_array(bytes);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.web.set_onopen(None);
        self.web.set_onmessage(None);
        self.web.set_onclose(None);
        // It fails only for wrong arguments, and there are none.
        let _ = self.web.close();
    }
}

/// The browser's clock: milliseconds since the epoch.
pub fn browser_now() -> i64 {
    js_sys::Date::now() as i64
}
