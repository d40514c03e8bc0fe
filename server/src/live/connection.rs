//! One WebSocket: what its client says, and what is done about it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::{SplitSink, SplitStream};
use tokio::time::{MissedTickBehavior, interval};
use watchfire_model::live::{Asked, ClientMessage, Hello, Known, ServerMessage, Subscription, decode};

use super::hub::{Answering, Hub, HubStats, MASKED, Wanted};
use super::outbox::{Inbox, Item, Outbox};
use super::scope::{PanelAsked, PanelQuery, Scope, StepClock};
use super::stream::WatcherKey;
use super::writer::{HEARTBEAT, say_goodbye, write};
use crate::clock::now;
use watchfire_service::{Refusal, Source};

/// How often to look whether a share is still open.
const STILL_OPEN: Duration = Duration::from_secs(2);
/// What a connection reads with: a client says little. The library's default takes 128 KiB of each.
const READ_BUFFER: usize = 4096;

/// Turns the request into a live connection, which may ask for what `scope` allows.
pub(crate) fn upgrade(hub: Hub, scope: Scope, from: IpAddr, upgrade: WebSocketUpgrade) -> Response {
    let most = hub.inner().settings.max_message_bytes;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most).read_buffer_size(READ_BUFFER);
    upgrade.on_upgrade(move |socket| async move {
        hub.track(serve(&hub, scope, from, socket)).await;
    })
}

async fn serve(hub: &Hub, scope: Scope, from: IpAddr, socket: WebSocket) {
    let (sink, stream) = socket.split();
    let stats = hub.stats();
    let before = stats.connections.fetch_add(1, Ordering::Relaxed);
    let _counted = Counted(stats);
    let settings = &hub.inner().settings;
    let counted_from = hub.count_address(from);
    let full = if before >= settings.max_connections {
        let most = settings.max_connections;
        Some(format!("all {most} connections are taken (live.max_connections); try again later"))
    } else if counted_from.is_none() {
        let most = settings.max_connections_per_address;
        Some(format!(
            "your address has {most} connections already (live.max_connections_per_address); close a page"
        ))
    } else {
        None
    };
    if let Some(message) = full {
        stats.refused.fetch_add(1, Ordering::Relaxed);
        let word = ServerMessage::Refused { id: None, message, position: None };
        say_goodbye(sink, &word, close_code::AGAIN, "too many connections").await;
    } else {
        run(hub, scope, sink, stream).await;
    }
}

/// A connection that is counted as long as this lives, however it ends.
struct Counted<'a>(&'a HubStats);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn run(hub: &Hub, scope: Scope, sink: SplitSink<WebSocket, Message>, stream: SplitStream<WebSocket>) {
    let (mut session, inbox) = Session::new(hub.clone(), scope);
    // Whichever of the two ends first ends the other.
    tokio::select! {
        () = read(&mut session, stream) => {}
        () = write(hub, sink, inbox) => {}
    }
    session.end().await;
}

/// Obeys what the client says until it says no more.
async fn read(session: &mut Session, mut stream: SplitStream<WebSocket>) {
    let mut looks = interval(STILL_OPEN);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            message = stream.next() => message,
            _ = looks.tick(), if session.is_share() => {
                session.look().await;
                continue;
            }
        };
        match message {
            None | Some(Ok(Message::Close(_))) => return,
            Some(Ok(Message::Binary(bytes))) => match decode(&bytes) {
                Ok(messages) => {
                    for message in messages {
                        session.obey(message).await;
                    }
                }
                Err(error) => session.refuse(None, Refusal::new(error.to_string())).await,
            },
            Some(Ok(Message::Text(_))) => {
                let words = "text is not understood here; the protocol is binary (docs/LIVE.md)";
                session.refuse(None, Refusal::new(words)).await;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Err(_)) => {
                // Too long a message, most often; a connection that has just broken counts, too.
                session.hub.stats().refused.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
    }
}

/// A connection's side of the conversation.
pub(super) struct Session {
    hub: Hub,
    scope: Scope,
    connection: u64,
    outbox: Outbox,
    held: HashMap<u32, Held>,
    /// Of a share: which of its dashboard's states the subscriptions are of.
    seen_version: u64,
}

/// A subscription, and what answers it; nothing, while it is paused.
struct Held {
    subscription: Subscription,
    answering: Option<Answering>,
}

impl Session {
    /// A conversation that begins with hello, and the end of the queue that the client's messages go to.
    pub(super) fn new(hub: Hub, scope: Scope) -> (Self, Inbox) {
        let connection = hub.next_connection();
        let settings = &hub.inner().settings;
        let (outbox, inbox) = Outbox::new(settings.queue, settings.queue_bytes);
        let hello = Hello {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: hub.inner().instance,
            now: now(),
            heartbeat: HEARTBEAT.as_millis() as u32,
            limits: hub.limits(),
        };
        // The first in an empty queue, so there is room.
        let _ = outbox.offer(Item::own(&ServerMessage::Hello(hello)));
        let seen_version = match &scope {
            Scope::Share(share) => share.version(),
            Scope::All => 0,
        };
        (Self { hub, scope, connection, outbox, held: HashMap::new(), seen_version }, inbox)
    }

    fn is_share(&self) -> bool {
        matches!(self.scope, Scope::Share(_))
    }

    /// Does what the client says.
    pub(super) async fn obey(&mut self, message: ClientMessage) {
        match message {
            ClientMessage::Subscribe { id, subscription } => {
                if let Some(held) = self.held.remove(&id) {
                    self.leave(id, held).await;
                }
                self.begin(id, subscription).await;
            }
            ClientMessage::Unsubscribe { id } => {
                if let Some(held) = self.held.remove(&id) {
                    self.leave(id, held).await;
                }
            }
            ClientMessage::Pause { id } => {
                let key = self.key(id);
                if let Some(answering) = self.held.get_mut(&id).and_then(|held| held.answering.take()) {
                    self.hub.unsubscribe(key, &answering).await;
                }
            }
            ClientMessage::Resume { id, known } => {
                // Also one that was never paused: it is answered anew.
                if let Some(mut held) = self.held.remove(&id) {
                    held.subscription.known = known;
                    let subscription = held.subscription.clone();
                    self.leave(id, held).await;
                    self.begin(id, subscription).await;
                }
            }
        }
    }

    /// Why there is no room for one more. Those that are paused cost next to nothing: many more of them may be held.
    fn full(&self) -> Option<Refusal> {
        const PAUSED: usize = 20;
        let most = self.hub.inner().settings.max_subscriptions;
        let answered = self.held.values().filter(|held| held.answering.is_some()).count();
        (answered >= most || self.held.len() >= most.saturating_mul(PAUSED)).then(|| {
            Refusal::new(format!("a connection may have {most} subscriptions (live.max_subscriptions)"))
        })
    }

    async fn begin(&mut self, id: u32, mut subscription: Subscription) {
        if let Some(refusal) = self.full() {
            return self.refuse(Some(id), refusal).await;
        }
        let known = subscription.known.take();
        let begun = match self.wanted(&subscription, known).await {
            Ok(wanted) => self.hub.subscribe(self.key(id), wanted, &self.outbox).await,
            Err(refusal) => Err(refusal),
        };
        match begun {
            Ok(answering) => {
                self.held.insert(id, Held { subscription, answering: Some(answering) });
            }
            Err(refusal) => self.refuse(Some(id), refusal).await,
        }
    }

    /// Checks what a client asks for.
    async fn wanted(&self, subscription: &Subscription, known: Option<Known>) -> Result<Wanted, Refusal> {
        let Subscription { asked, span, max_points, min_step, refresh, .. } = subscription;
        let most = self.hub.inner().settings.max_points;
        let max_points = *max_points as usize;
        if max_points == 0 || max_points > most {
            let words = format!("{max_points} points cannot be had; ask for 1 to {most} (live.max_points)");
            return Err(Refusal::new(words));
        }
        if *min_step < 0 {
            return Err(Refusal::new("the least step must not be negative; 0 stands for none"));
        }
        let clock = StepClock { now: now(), max_points, min_step: *min_step };
        // Before anyone reckons with the span.
        clock.at(*span).map_err(Refusal::new)?;
        let (source, span) = match (&self.scope, asked) {
            (Scope::All, Asked::Promql { expr, instant }) => (Source::promql(expr.clone(), *instant)?, *span),
            (Scope::All, Asked::Series(query)) => (Source::Series(query.clone()), *span),
            (Scope::Share(share), Asked::Panel { panel, query, variables, role }) => {
                if !share.still_open() {
                    return Err(closed());
                }
                let (query, variables) = (query.clone(), variables.clone());
                let asked = PanelAsked { panel: *panel, query, variables, role: *role, span: *span };
                let PanelQuery { expr, instant, span } =
                    share.query(asked, clock).await.map_err(Refusal::new)?;
                let masked = |_| Refusal::new(MASKED);
                (Source::promql(expr, instant).map_err(masked)?, span)
            }
            (Scope::All, Asked::Panel { .. }) => {
                return Err(Refusal::new(
                    "panels are asked for where a dashboard is shared; ask with PromQL here",
                ));
            }
            (Scope::Share(_), _) => {
                return Err(Refusal::new("a shared dashboard answers for its panels alone"));
            }
        };
        let masked = self.is_share();
        Ok(Wanted { source, span, clock, refresh: *refresh, known, masked })
    }

    /// Ends all subscriptions of a share that is closed.
    pub(super) async fn look(&mut self) {
        let Scope::Share(share) = &self.scope else { return };
        if self.held.is_empty() {
            return;
        }
        if share.still_open() {
            let version = share.version();
            if std::mem::replace(&mut self.seen_version, version) != version {
                self.begin_anew().await;
            }
            return;
        }
        for (id, held) in std::mem::take(&mut self.held) {
            self.leave(id, held).await;
            self.refuse(Some(id), closed()).await;
        }
    }

    /// The dashboard is another: what is asked for is looked at once more.
    async fn begin_anew(&mut self) {
        for (id, held) in std::mem::take(&mut self.held) {
            let paused = held.answering.is_none();
            let subscription = held.subscription.clone();
            self.leave(id, held).await;
            if paused {
                self.held.insert(id, Held { subscription, answering: None });
            } else {
                self.begin(id, subscription).await;
            }
        }
    }

    /// Ends all subscriptions.
    pub(super) async fn end(mut self) {
        for (id, held) in std::mem::take(&mut self.held) {
            self.leave(id, held).await;
        }
    }

    async fn leave(&self, id: u32, held: Held) {
        if let Some(answering) = held.answering {
            self.hub.unsubscribe(self.key(id), &answering).await;
        }
    }

    async fn refuse(&self, id: Option<u32>, refusal: Refusal) {
        self.hub.stats().refused.fetch_add(1, Ordering::Relaxed);
        self.outbox.send(Item::refusal(id, refusal)).await;
    }

    fn key(&self, id: u32) -> WatcherKey {
        WatcherKey { connection: self.connection, id }
    }
}

fn closed() -> Refusal {
    Refusal::new("this dashboard is no longer shared")
}
