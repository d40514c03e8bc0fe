//! The connection to the server: one for all panels of the page, which comes back by itself.

use std::collections::BTreeMap;

use watchfire_model::live::{ClientMessage, ServerMessage, decode, encode};
use watchfire_view::{Backoff, Interest, Pulse, SeriesBuffer, Socket, WatchAsk, WatchState, browser_now};
use web_sys::console;

/// A subscription and what came of it.
pub(crate) struct Entry {
    interest: Interest,
    pub(crate) buffer: SeriesBuffer,
    /// Counts the changes of `buffer`.
    pub(crate) version: u32,
    pub(crate) state: WatchState,
    pub(crate) notes: Vec<String>,
}

impl Entry {
    /// Why the server does not answer.
    pub(crate) fn refusal(&self) -> Option<&str> {
        match &self.state {
            WatchState::Refused { message, .. } => Some(message),
            _ => None,
        }
    }
}

/// The connection, and what is watched over it.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) socket: Option<Socket>,
    pub(crate) pulse: Pulse,
    backoff: Backoff,
    entries: BTreeMap<u32, Entry>,
    next_id: u32,
    /// Whether it broke, and another try follows.
    pub(crate) lost: bool,
    /// Whether nobody can see the page.
    hidden: bool,
}

/// What has to be done after a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Nothing,
    /// The server is about to stop.
    Close,
    /// The server was started again.
    Restarted,
}

impl Line {
    /// The server's clock: milliseconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.pulse.server_now(browser_now())
    }

    pub(crate) fn entry(&self, id: u32) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// Whether the connection is dead without the browser having noticed.
    pub(crate) fn is_silent(&self) -> bool {
        self.socket.is_some() && self.pulse.is_silent(browser_now())
    }

    /// The connection stands: the server is told everything.
    pub(crate) fn opened(&mut self) {
        self.pulse.heard(browser_now());
        self.entries.values_mut().for_each(|entry| entry.interest.forget());
        self.settle_all();
    }

    /// It broke. Returns how long to wait before the next try, in milliseconds; none where that is known already.
    pub(crate) fn closed(&mut self) -> Option<u32> {
        self.socket.take()?;
        self.lost = true;
        Some(self.backoff.next(js_sys::Math::random()))
    }

    pub(crate) fn hide(&mut self, hidden: bool) {
        self.hidden = hidden;
        self.settle_all();
    }

    /// Takes what the server says.
    pub(crate) fn heard(&mut self, bytes: &[u8]) -> After {
        self.pulse.heard(browser_now());
        let mut after = After::Nothing;
        match decode::<ServerMessage>(bytes) {
            Ok(messages) => {
                for message in messages {
                    match self.obey(message) {
                        After::Nothing => {}
                        other => after = other,
                    }
                }
            }
            Err(error) => console::error_1(&format!("live: {error}").into()),
        }
        after
    }

    fn obey(&mut self, message: ServerMessage) -> After {
        match message {
            ServerMessage::Hello(hello) => {
                // Only now: a server that is full takes the connection and then ends it.
                self.backoff.reset();
                self.lost = false;
                if self.pulse.met(&hello, browser_now()) {
                    return After::Restarted;
                }
            }
            ServerMessage::Heartbeat { now } => self.pulse.set_clock(now, browser_now()),
            ServerMessage::Range { id, mut body } => {
                let notes = std::mem::take(&mut body.notes);
                self.change(id, Some(notes), |buffer| buffer.apply_range(body));
            }
            ServerMessage::Delta { id, mut body } => {
                let notes = body.notes.take();
                self.change(id, notes, |buffer| buffer.apply_delta(body));
            }
            ServerMessage::Refused { id: Some(id), message, position } => {
                if let Some(entry) = self.entries.get_mut(&id) {
                    entry.state = WatchState::Refused { message, position };
                }
            }
            ServerMessage::Refused { id: None, message, .. } => {
                console::warn_1(&format!("live: {message}").into());
            }
            // The range that follows says all.
            ServerMessage::Skipped { .. } => {}
            ServerMessage::Closing => return After::Close,
        }
        After::Nothing
    }

    fn change(&mut self, id: u32, notes: Option<Vec<String>>, change: impl FnOnce(&mut SeriesBuffer)) {
        let now = self.now();
        let Some(entry) = self.entries.get_mut(&id) else { return };
        change(&mut entry.buffer);
        if let Some(since) = entry.interest.since(now, entry.buffer.grid().step) {
            entry.buffer.trim(since);
        }
        entry.notes = notes.unwrap_or(std::mem::take(&mut entry.notes));
        entry.state = WatchState::Ready;
        entry.version = entry.version.wrapping_add(1);
    }

    /// Watches what is asked for until it is released as often. The same is subscribed to once, however many watch it.
    pub(crate) fn watch(&mut self, ask: WatchAsk) -> u32 {
        let known = self.entries.iter().find(|(_, entry)| entry.interest.ask == ask).map(|(id, _)| *id);
        let id = known.unwrap_or(self.next_id);
        if known.is_none() {
            self.next_id += 1;
        }
        let entry = self.entries.entry(id).or_insert_with(|| Entry {
            interest: Interest::new(ask),
            buffer: SeriesBuffer::default(),
            version: 0,
            state: WatchState::Waiting,
            notes: Vec::new(),
        });
        entry.interest.watchers += 1;
        entry.interest.active += 1;
        self.settle(id);
        id
    }

    /// Counts one more, or one less, who can see what is watched.
    pub(crate) fn activate(&mut self, id: u32, active: bool) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let seen = &mut entry.interest.active;
        *seen = if active { *seen + 1 } else { seen.saturating_sub(1) };
        self.settle(id);
    }

    /// One less who watches; `active`: and who could see it.
    pub(crate) fn release(&mut self, id: u32, active: bool) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        entry.interest.watchers -= 1;
        if entry.interest.watchers == 0 {
            self.entries.remove(&id);
            self.send(&ClientMessage::Unsubscribe { id });
        } else if active {
            self.activate(id, false);
        }
    }

    /// Tells the server of one subscription; nothing while the connection does not stand: then all is told when it does.
    fn settle(&mut self, id: u32) {
        if !self.socket.as_ref().is_some_and(Socket::is_open) {
            return;
        }
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let buffer = &entry.buffer;
        if let Some(message) = entry.interest.settle(id, self.hidden, browser_now(), || buffer.known()) {
            self.send(&message);
        }
    }

    fn settle_all(&mut self) {
        let ids: Vec<u32> = self.entries.keys().copied().collect();
        for id in ids {
            self.settle(id);
        }
    }

    fn send(&self, message: &ClientMessage) {
        let Some(socket) = self.socket.as_ref().filter(|socket| socket.is_open()) else { return };
        match encode(message) {
            Ok(bytes) => socket.send(&bytes),
            Err(error) => console::error_1(&format!("live: {error}").into()),
        }
    }
}
