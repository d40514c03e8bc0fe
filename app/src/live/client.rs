use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use watchfire_model::live::{ClientMessage, ServerMessage, Span, Subscription, decode, encode};
use watchfire_model::{SeriesQuery, TimeExpr, TimeWindow};

use super::backoff::Backoff;
use super::socket::{self, Socket};
use crate::data::SeriesBuffer;
use crate::panels::MAX_POINTS;

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

/// How a subscription is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WatchState {
    /// The first answer has not come yet.
    Waiting,
    /// There is an answer.
    Ready,
    /// The server refused, with this reason.
    Refused(String),
}

/// The page's way to live data; a Leptos context. On the server it does nothing.
#[derive(Clone)]
pub(crate) struct Live(Arc<Inner>);

struct Inner {
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
}

struct Entry {
    key: Key,
    /// How many panels watch it.
    watchers: usize,
    buffer: Arc<Mutex<SeriesBuffer>>,
    version: ArcRwSignal<u32>,
    state: ArcRwSignal<WatchState>,
}

/// What makes two subscriptions the same.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    query: SeriesQuery,
    window: TimeWindow,
}

impl Live {
    /// Not connected; [`Live::start`] connects.
    pub(crate) fn new() -> Self {
        let state = State { heartbeat: 5000, ..State::default() };
        Self(Arc::new(Inner {
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
        self.tick();
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
        let socket =
            Socket::open(move || opened.opened(), move |bytes| message.heard(&bytes), move || closed.lost());
        let mut state = self.state();
        state.heard = socket::browser_now();
        state.socket = socket;
    }

    fn opened(&self) {
        let messages: Vec<ClientMessage> = {
            let mut state = self.state();
            state.heard = socket::browser_now();
            state.watches.iter().map(|(id, entry)| entry.subscribe(*id)).collect()
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
            ServerMessage::Range { id, body } => self.change(id, |buffer| buffer.apply_range(body)),
            ServerMessage::Delta { id, body } => self.change(id, |buffer| buffer.apply_delta(body)),
            ServerMessage::Refused { id: Some(id), message } => {
                let signal = self.state().watches.get(&id).map(|entry| entry.state.clone());
                if let Some(signal) = signal {
                    signal.set(WatchState::Refused(message));
                }
            }
            ServerMessage::Refused { id: None, message } => leptos::logging::warn!("live: {message}"),
            // The range that follows says all.
            ServerMessage::Skipped { .. } => {}
            ServerMessage::Closing => self.lost(),
        }
    }

    fn change(&self, id: u32, change: impl FnOnce(&mut SeriesBuffer)) {
        let found = {
            let state = self.state();
            state.watches.get(&id).map(|entry| {
                let mut buffer = entry.buffer.lock().unwrap_or_else(PoisonError::into_inner);
                change(&mut buffer);
                if let (TimeExpr::BeforeNow(back), true) = (entry.key.window.from, entry.key.window.is_live())
                {
                    let now = socket::browser_now() + state.clock_offset;
                    let step = buffer.grid().step;
                    buffer.trim(now - back - step * 2);
                }
                (entry.version.clone(), entry.state.clone())
            })
        };
        // Outside the lock: what reacts to these may come back here.
        if let Some((version, state)) = found {
            if state.with_untracked(|state| *state != WatchState::Ready) {
                state.set(WatchState::Ready);
            }
            version.update(|version| *version = version.wrapping_add(1));
        }
    }

    /// Watches `query` over `window` until the returned value is dropped. The same query over the same window is
    /// subscribed to once, however many watch it.
    pub(crate) fn watch(&self, query: &SeriesQuery, window: TimeWindow) -> Watch {
        let key = Key { query: query.clone(), window };
        let mut state = self.state();
        if let Some((id, entry)) = state.watches.iter_mut().find(|(_, entry)| entry.key == key) {
            entry.watchers += 1;
            return entry.watch(*id, self);
        }
        let id = state.next_id;
        state.next_id += 1;
        let entry = Entry {
            key,
            watchers: 1,
            buffer: Arc::default(),
            version: ArcRwSignal::new(0),
            state: ArcRwSignal::new(WatchState::Waiting),
        };
        let message = entry.subscribe(id);
        let watch = entry.watch(id, self);
        state.watches.insert(id, entry);
        drop(state);
        self.send(&[message]);
        watch
    }

    fn release(&self, id: u32) {
        let mut state = self.state();
        let Some(entry) = state.watches.get_mut(&id) else { return };
        entry.watchers -= 1;
        if entry.watchers == 0 {
            state.watches.remove(&id);
            drop(state);
            self.send(&[ClientMessage::Unsubscribe { id }]);
        }
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

impl Entry {
    fn watch(&self, id: u32, live: &Live) -> Watch {
        let (version, state) = (self.version.clone(), self.state.clone());
        Watch { id, live: live.clone(), buffer: self.buffer.clone(), version, state }
    }

    fn subscribe(&self, id: u32) -> ClientMessage {
        let window = self.key.window;
        let span = match (window.from, window.to) {
            (TimeExpr::BeforeNow(length), TimeExpr::BeforeNow(0)) => Span::Last { length },
            (TimeExpr::At(start), TimeExpr::BeforeNow(0)) => Span::Since { start },
            _ => {
                let range = window.resolve(socket::browser_now());
                Span::Fixed { start: range.start, end: range.end }
            }
        };
        let known = self.buffer.lock().unwrap_or_else(PoisonError::into_inner).known();
        let subscription =
            Subscription { query: self.key.query.clone(), span, max_points: MAX_POINTS as u32, known };
        ClientMessage::Subscribe { id, subscription }
    }
}

/// A panel's hold on a subscription. The signals live as long as the subscription, not as long as the panel that happened
/// to ask first.
pub(crate) struct Watch {
    id: u32,
    live: Live,
    pub(crate) buffer: Arc<Mutex<SeriesBuffer>>,
    /// Counts the changes of `buffer`.
    pub(crate) version: ArcRwSignal<u32>,
    pub(crate) state: ArcRwSignal<WatchState>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.live.release(self.id);
    }
}
