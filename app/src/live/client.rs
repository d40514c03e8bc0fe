use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use watchfire_model::TimeExpr;
use watchfire_model::live::{ClientMessage, ServerMessage, decode, encode};

use super::backoff::Backoff;
use super::entry::{Entry, WatchAsk, WatchState};
use super::socket::{self, Socket};
use crate::data::SeriesBuffer;

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
    socket: Option<Socket>,
    backoff: Backoff,
    watches: HashMap<u32, Entry>,
    next_id: u32,
    /// The server's clock less the browser's, in milliseconds.
    clock_offset: i64,
    /// When something was last heard, by the browser's clock.
    heard: i64,
    heartbeat: i64,
    /// Which start of the server this is.
    instance: Option<u64>,
    /// Whether nobody can see the page.
    hidden: bool,
}

impl State {
    /// What to tell the server of one subscription; nothing while the connection does not stand: then all is told when it
    /// does.
    fn settle(&mut self, id: u32) -> Option<ClientMessage> {
        if !self.socket.as_ref().is_some_and(Socket::is_open) {
            return None;
        }
        self.watches.get_mut(&id)?.settle(id, self.hidden, socket::browser_now())
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
        let state = State { heartbeat: 5000, ..State::default() };
        Self(Arc::new(Inner {
            path: path.into(),
            connection: RwSignal::new(Connection::Connecting),
            now: RwSignal::new(0),
            state: Mutex::new(state),
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
        socket::each_second(move || live.tick());
        let live = self.clone();
        socket::when_hidden(move |hidden| live.hide(hidden));
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
            let browser_now = socket::browser_now();
            let silent = state.socket.is_some() && browser_now - state.heard > state.heartbeat * 3;
            (browser_now + state.clock_offset, silent)
        };
        self.show(now);
        if silent {
            // A cable was pulled, a laptop slept: the browser has not noticed, and would not for minutes.
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
        state.heard = socket::browser_now();
        state.socket = socket;
    }

    fn opened(&self) {
        let messages: Vec<ClientMessage> = {
            let mut state = self.state();
            state.heard = socket::browser_now();
            state.watches.values_mut().for_each(Entry::forget);
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
        socket::after(wait, move || live.connect());
    }

    fn heard(&self, bytes: &[u8]) {
        self.state().heard = socket::browser_now();
        match decode::<ServerMessage>(bytes) {
            Ok(messages) => {
                // With the data, so that what has just come is in sight at once.
                let now = socket::browser_now() + self.state().clock_offset;
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
                state.clock_offset = hello.now - socket::browser_now();
                state.heartbeat = i64::from(hello.heartbeat);
                // Only now: a server that is full takes the connection and then ends it.
                state.backoff.reset();
                let before = state.instance.replace(hello.instance);
                drop(state);
                self.0.connection.set(Connection::Live);
                if before.is_some_and(|before| before != hello.instance) {
                    socket::reload_in_development();
                }
            }
            ServerMessage::Heartbeat { now } => {
                let mut state = self.state();
                state.clock_offset = now - socket::browser_now();
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
                let window = entry.ask.window;
                if let (TimeExpr::BeforeNow(back), true) = (window.from, window.is_live()) {
                    let now = socket::browser_now() + state.clock_offset;
                    let step = buffer.grid().step;
                    buffer.trim(now - back - step * 2);
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
        let known = state.watches.iter().find(|(_, entry)| entry.ask == ask).map(|(id, _)| *id);
        let id = known.unwrap_or(state.next_id);
        if known.is_none() {
            state.next_id += 1;
        }
        let entry = state.watches.entry(id).or_insert_with(|| Entry::new(ask));
        entry.watchers += 1;
        entry.active += 1;
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
            entry.active = if active { entry.active + 1 } else { entry.active.saturating_sub(1) };
            state.settle(id)
        };
        self.send(message.as_slice());
    }

    fn release(&self, id: u32, active: bool) {
        let mut state = self.state();
        let Some(entry) = state.watches.get_mut(&id) else { return };
        entry.watchers -= 1;
        if entry.watchers > 0 {
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
    #[allow(dead_code, reason = "for the panels of dashboards")]
    pub(crate) notes: ArcRwSignal<Vec<String>>,
}

impl Watch {
    /// Says whether anyone can see what is watched; a new watch is seen. While none of those who watch the same can, nothing
    /// is sent, and what was missed is fetched afterwards.
    #[allow(dead_code, reason = "for the panels of dashboards")]
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
