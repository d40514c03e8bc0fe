use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use watchfire_model::live::{ClientMessage, ServerMessage, decode, encode};
use watchfire_view::{Backoff, Pulse, SeriesBuffer, Socket, WatchAsk, WatchState, browser_now};

use super::browser;
use super::entry::Entry;

/// How the connection to the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    /// Not tried yet, or being tried for the first time.
    Connecting,
    /// It stands.
    Live,
    /// It broke; another try follows.
    Lost,
}

/// The page's way to live data; a Leptos context. On the server it does nothing.
#[derive(Clone)]
pub(crate) struct Live(Arc<Inner>);

struct Inner {
    /// Where the server speaks the live protocol: the path.
    path: String,
    connection: RwSignal<Connection>,
    /// The server's clock in whole seconds, as milliseconds since the epoch; moves while the page is open.
    now: RwSignal<i64>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The wrapper is safe because only the browser's one thread makes and uses it.
    socket: Option<SendWrapper<Socket>>,
    backoff: Backoff,
    watches: HashMap<u32, Entry>,
    next_id: u32,
    pulse: Pulse,
    /// Whether nobody can see the page.
    hidden: bool,
}

impl State {
    /// What to tell the server of one subscription; nothing while the connection does not stand: then all is told when it
    /// does.
    fn settle(&mut self, id: u32) -> Option<ClientMessage> {
        if !self.socket.as_ref().is_some_and(|socket| socket.is_open()) {
            return None;
        }
        self.watches.get_mut(&id)?.settle(id, self.hidden, browser_now())
    }

    fn settle_all(&mut self) -> Vec<ClientMessage> {
        let ids: Vec<u32> = self.watches.keys().copied().collect();
        ids.into_iter().filter_map(|id| self.settle(id)).collect()
    }
}

impl Live {
    /// Where the server answers all queries; shared dashboards have paths of their own.
    pub(crate) const PATH: &str = "/api/v1/live";

    /// Not connected; [`Live::start`] connects to `path` of the server that the page came from.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            path: path.into(),
            connection: RwSignal::new(Connection::Connecting),
            now: RwSignal::new(0),
            state: Mutex::default(),
        }))
    }

    /// How the connection is.
    pub(crate) fn connection(&self) -> ReadSignal<Connection> {
        self.0.connection.read_only()
    }

    /// The server's clock, in whole seconds; 0 before the first tick.
    pub(crate) fn now(&self) -> ReadSignal<i64> {
        self.0.now.read_only()
    }

    /// Connects, and keeps connected as long as the page is open. For the browser.
    pub(crate) fn start(&self) {
        self.connect();
        let live = self.clone();
        browser::each_second(move || live.tick());
        let live = self.clone();
        browser::when_hidden(move |hidden| live.hide(hidden));
        self.tick();
    }

    /// Pauses everything while nobody can see the page; what was missed is fetched when it comes back.
    fn hide(&self, hidden: bool) {
        let messages: Vec<ClientMessage> = {
            let mut state = self.state();
            state.hidden = hidden;
            state.settle_all()
        };
        self.send(&messages);
    }

    fn tick(&self) {
        let (now, silent) = {
            let state = self.state();
            let now = browser_now();
            (state.pulse.server_now(now), state.socket.is_some() && state.pulse.is_silent(now))
        };
        self.show(now);
        if silent {
            self.lost();
        }
    }

    /// Moves the shown clock to `now`, in whole seconds.
    fn show(&self, now: i64) {
        let second = now.div_euclid(1000) * 1000;
        if self.0.now.get_untracked() != second {
            self.0.now.set(second);
        }
    }

    fn connect(&self) {
        let opened = self.clone();
        let message = self.clone();
        let closed = self.clone();
        let socket = Socket::open(
            &self.0.path,
            move || opened.opened(),
            move |bytes| message.heard(&bytes),
            move || closed.lost(),
        );
        let mut state = self.state();
        state.pulse.heard(browser_now());
        state.socket = socket.map(SendWrapper::new);
    }

    fn opened(&self) {
        let messages: Vec<ClientMessage> = {
            let mut state = self.state();
            state.pulse.heard(browser_now());
            state.watches.values_mut().for_each(|entry| entry.interest.forget());
            state.settle_all()
        };
        self.send(&messages);
    }

    fn lost(&self) {
        let wait = {
            let mut state = self.state();
            if state.socket.take().is_none() {
                return;
            }
            state.backoff.next(js_sys::Math::random())
        };
        self.0.connection.set(Connection::Lost);
        let live = self.clone();
        browser::after(wait, move || live.connect());
    }

    fn heard(&self, bytes: &[u8]) {
        self.state().pulse.heard(browser_now());
        match decode::<ServerMessage>(bytes) {
            Ok(messages) => {
                // With the data, so that what has just come is in sight at once.
                let now = self.state().pulse.server_now(browser_now());
                self.show(now);
                for message in messages {
                    self.obey(message);
                }
            }
            Err(error) => leptos::logging::error!("live: {error}"),
        }
    }

    fn obey(&self, message: ServerMessage) {
        match message {
            ServerMessage::Hello(hello) => {
                let mut state = self.state();
                let restarted = state.pulse.met(&hello, browser_now());
                // Only now: a server that is full takes the connection and then ends it.
                state.backoff.reset();
                drop(state);
                self.0.connection.set(Connection::Live);
                if restarted {
                    browser::reload_in_development();
                }
            }
            ServerMessage::Heartbeat { now } => {
                self.state().pulse.set_clock(now, browser_now());
            }
            ServerMessage::Range { id, mut body } => {
                let notes = std::mem::take(&mut body.notes);
                self.change(id, Some(notes), |buffer| buffer.apply_range(body));
            }
            ServerMessage::Delta { id, mut body } => {
                let notes = body.notes.take();
                self.change(id, notes, |buffer| buffer.apply_delta(body));
            }
            ServerMessage::Refused { id: Some(id), message, position } => {
                let signal = self.state().watches.get(&id).map(|entry| entry.state.clone());
                if let Some(signal) = signal {
                    signal.set(WatchState::Refused { message, position });
                }
            }
            ServerMessage::Refused { id: None, message, .. } => leptos::logging::warn!("live: {message}"),
            // The range that follows says all.
            ServerMessage::Skipped { .. } => {}
            ServerMessage::Closing => self.lost(),
        }
    }

    fn change(&self, id: u32, notes: Option<Vec<String>>, change: impl FnOnce(&mut SeriesBuffer)) {
        let found = {
            let state = self.state();
            state.watches.get(&id).map(|entry| {
                let mut buffer = entry.buffer.lock().unwrap_or_else(PoisonError::into_inner);
                change(&mut buffer);
                let now = state.pulse.server_now(browser_now());
                if let Some(since) = entry.interest.since(now, buffer.grid().step) {
                    buffer.trim(since);
                }
                (entry.version.clone(), entry.state.clone(), entry.notes.clone())
            })
        };
        // Outside the lock: what reacts to these may come back here.
        if let Some((version, state, known)) = found {
            if let Some(notes) = notes
                && known.with_untracked(|known| *known != notes)
            {
                known.set(notes);
            }
            if state.with_untracked(|state| *state != WatchState::Ready) {
                state.set(WatchState::Ready);
            }
            version.update(|version| *version = version.wrapping_add(1));
        }
    }

    /// Watches what is asked for until the returned value is dropped. The same is subscribed to once, however many watch
    /// it.
    pub(crate) fn watch(&self, ask: WatchAsk) -> Watch {
        let mut state = self.state();
        let known = state.watches.iter().find(|(_, entry)| entry.interest.ask == ask).map(|(id, _)| *id);
        let id = known.unwrap_or(state.next_id);
        if known.is_none() {
            state.next_id += 1;
        }
        let entry = state.watches.entry(id).or_insert_with(|| Entry::new(ask));
        entry.interest.watchers += 1;
        entry.interest.active += 1;
        let watch = Watch {
            id,
            live: self.clone(),
            active: AtomicBool::new(true),
            buffer: entry.buffer.clone(),
            version: entry.version.clone(),
            state: entry.state.clone(),
            notes: entry.notes.clone(),
        };
        let message = state.settle(id);
        drop(state);
        self.send(message.as_slice());
        watch
    }

    /// Counts one more, or one less, who can see what is watched.
    fn activate(&self, id: u32, active: bool) {
        let message = {
            let mut state = self.state();
            let Some(entry) = state.watches.get_mut(&id) else { return };
            entry.interest.active =
                if active { entry.interest.active + 1 } else { entry.interest.active.saturating_sub(1) };
            state.settle(id)
        };
        self.send(message.as_slice());
    }

    fn release(&self, id: u32, active: bool) {
        let mut state = self.state();
        let Some(entry) = state.watches.get_mut(&id) else { return };
        entry.interest.watchers -= 1;
        if entry.interest.watchers > 0 {
            drop(state);
            if active {
                self.activate(id, false);
            }
            return;
        }
        state.watches.remove(&id);
        drop(state);
        self.send(&[ClientMessage::Unsubscribe { id }]);
    }

    /// Sends if the connection stands; if not, `opened` will say it all.
    fn send(&self, messages: &[ClientMessage]) {
        let state = self.state();
        let Some(socket) = state.socket.as_ref().filter(|socket| socket.is_open()) else { return };
        for message in messages {
            match encode(message) {
                Ok(bytes) => socket.send(&bytes),
                Err(error) => leptos::logging::error!("live: {error}"),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A panel's hold on a subscription. The signals live as long as the subscription, not as long as the panel that happened
/// to ask first.
pub(crate) struct Watch {
    id: u32,
    live: Live,
    active: AtomicBool,
    pub(crate) buffer: Arc<Mutex<SeriesBuffer>>,
    /// Counts the changes of `buffer`.
    pub(crate) version: ArcRwSignal<u32>,
    pub(crate) state: ArcRwSignal<WatchState>,
    /// What may be wrong with the answer, in sentences.
    pub(crate) notes: ArcRwSignal<Vec<String>>,
}

impl Watch {
    /// Says whether anyone can see what is watched; a new watch is seen. While none of those who watch the same can, nothing
    /// is sent, and what was missed is fetched afterwards.
    pub(crate) fn set_active(&self, active: bool) {
        if self.active.swap(active, Ordering::Relaxed) != active {
            self.live.activate(self.id, active);
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.live.release(self.id, self.active.load(Ordering::Relaxed));
    }
}
