//! The way to one client: a queue with bounds, which takes few moves for each message.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use watchfire_model::live::{SHARED_HEAD, ServerMessage, Shared, VERSION, append, append_shared};

/// A WebSocket message that has reached so many bytes takes no further ones in.
const LONG: usize = 1 << 20;

/// What waits for a client.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// Messages of its own, encoded, without the version byte.
    Own(Bytes),
    /// A body that others get, too; encoded once.
    Shared {
        /// What it is.
        kind: Shared,
        /// The client's subscription.
        id: u32,
        /// Whether the client is told first that it missed something.
        skipped: bool,
        /// The body.
        body: Bytes,
    },
}

impl Item {
    /// A message of its own; failing to encode it means a bug in the types, which is logged rather than hidden.
    pub(super) fn own(message: &ServerMessage) -> Self {
        let mut bytes = Vec::new();
        if let Err(error) = append(&mut bytes, message) {
            tracing::error!(%error, "a live message could not be encoded");
        }
        Self::Own(bytes.into())
    }

    fn len(&self) -> usize {
        match self {
            Self::Own(bytes) => bytes.len(),
            // Room for the word that it skipped, too.
            Self::Shared { body, .. } => body.len() + SHARED_HEAD * 2,
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Own(own) => bytes.extend_from_slice(own),
            Self::Shared { kind, id, skipped, body } => {
                if *skipped && let Err(error) = append(bytes, &ServerMessage::Skipped { id: *id }) {
                    tracing::error!(%error, "a live message could not be encoded");
                }
                append_shared(bytes, *kind, *id, body);
            }
        }
    }
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    /// The client is gone; nobody waits for what comes.
    closed: bool,
}

#[derive(Debug)]
struct Inner {
    queue: Mutex<Queue>,
    /// The most items, and the most bytes of more than one.
    most: usize,
    most_bytes: usize,
    /// The queue is no longer empty, or half full.
    filled: Notify,
    /// The queue has been emptied.
    drained: Notify,
}

impl Inner {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of the queue that is filled. Cloning shares the queue.
#[derive(Clone, Debug)]
pub(super) struct Outbox(Arc<Inner>);

/// The end that is emptied. Dropping it closes the queue.
#[derive(Debug)]
pub(super) struct Inbox(Arc<Inner>);

/// There was no room in a client's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Outbox {
    /// A queue of `most` messages and `most_bytes`, of which a single message may have more.
    pub(super) fn new(most: usize, most_bytes: usize) -> (Self, Inbox) {
        let inner = Arc::new(Inner {
            queue: Mutex::default(),
            most: most.max(2),
            most_bytes,
            filled: Notify::new(),
            drained: Notify::new(),
        });
        (Self(inner.clone()), Inbox(inner))
    }

    /// Queues a message, or says that there is no room: the client reads too slowly.
    pub(super) fn offer(&self, item: Item) -> Result<(), Full> {
        let inner = &*self.0;
        let mut queue = inner.queue();
        if queue.closed {
            return Ok(());
        }
        let (waiting, bytes) = (queue.items.len(), queue.bytes + item.len());
        if waiting >= inner.most || (waiting > 0 && bytes > inner.most_bytes) {
            return Err(Full);
        }
        queue.items.push_back(item);
        queue.bytes = bytes;
        drop(queue);
        if waiting == 0 || (waiting + 1) * 2 == inner.most {
            inner.filled.notify_one();
        }
        Ok(())
    }

    /// Queues a message as soon as there is room.
    pub(super) async fn send(&self, item: Item) {
        loop {
            let drained = self.0.drained.notified();
            tokio::pin!(drained);
            // Before the look, so that no emptying is missed.
            drained.as_mut().enable();
            if self.offer(item.clone()).is_ok() {
                return;
            }
            drained.await;
        }
    }

    /// Whether at least half of the queue is free, so that catching up makes sense.
    pub(super) fn has_drained(&self) -> bool {
        let queue = self.0.queue();
        queue.items.len() * 2 <= self.0.most && queue.bytes * 2 <= self.0.most_bytes
    }
}

impl Inbox {
    /// Returns when something waits.
    pub(super) async fn filled(&self) {
        self.reached(1).await;
    }

    /// Gives others `time` to add to what waits, unless it has become much.
    pub(super) async fn gather(&self, time: Duration) {
        // Half full in time or not: either way it goes out now.
        let _ = tokio::time::timeout(time, self.reached(self.0.most / 2)).await;
    }

    async fn reached(&self, items: usize) {
        while self.waiting() < items {
            // A permit that was given before this is kept, so nothing is missed.
            self.0.filled.notified().await;
        }
    }

    /// How many items wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.queue().items.len()
    }

    /// Takes what waits, the first first.
    pub(super) fn take(&self) -> VecDeque<Item> {
        let items = {
            let mut queue = self.0.queue();
            queue.bytes = 0;
            std::mem::take(&mut queue.items)
        };
        self.0.drained.notify_waiters();
        items
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        queue.closed = true;
        queue.items.clear();
        drop(queue);
        self.0.drained.notify_waiters();
    }
}

/// Makes one WebSocket message of the first items; of all of them, unless they are long.
pub(super) fn join(items: &mut VecDeque<Item>) -> Bytes {
    let mut bytes = Vec::with_capacity(1 + items.iter().map(Item::len).sum::<usize>().min(LONG));
    bytes.push(VERSION);
    while let Some(item) = items.pop_front() {
        item.write(&mut bytes);
        if bytes.len() >= LONG {
            break;
        }
    }
    bytes.into()
}

#[cfg(test)]
mod tests {
    use watchfire_model::live::decode;

    use super::*;

    fn small(now: i64) -> Item {
        Item::own(&ServerMessage::Heartbeat { now })
    }

    fn long(bytes: usize) -> Item {
        Item::Shared { kind: Shared::Range, id: 1, skipped: false, body: vec![0; bytes].into() }
    }

    #[tokio::test]
    async fn a_queue_has_bounds_and_lets_one_long_message_through() {
        let (outbox, inbox) = Outbox::new(3, 1000);
        for now in 0..3 {
            assert_eq!(outbox.offer(small(now)), Ok(()));
        }
        assert!(!outbox.has_drained());
        assert_eq!(outbox.offer(small(3)), Err(Full));
        let messages: Vec<ServerMessage> = decode(&join(&mut inbox.take())).unwrap();
        assert_eq!(messages, [0, 1, 2].map(|now| ServerMessage::Heartbeat { now }));
        assert_eq!(outbox.offer(long(5000)), Ok(()));
        assert!(!outbox.has_drained());
        assert_eq!(outbox.offer(small(4)), Err(Full));
        drop(inbox);
        assert_eq!(outbox.offer(small(5)), Ok(()), "nobody waits for it");
    }

    #[tokio::test]
    async fn whoever_waits_for_room_gets_it() {
        let (outbox, inbox) = Outbox::new(2, 1000);
        let sender = tokio::spawn(async move {
            for now in 0..100 {
                outbox.send(small(now)).await;
            }
        });
        let mut taken = 0;
        while taken < 100 {
            inbox.filled().await;
            taken += inbox.take().len();
        }
        sender.await.unwrap();
        assert_eq!(taken, 100);
    }

    #[test]
    fn long_messages_are_not_joined() {
        let mut items = VecDeque::from([long(LONG), small(1), small(2)]);
        assert!(join(&mut items).len() > LONG);
        assert_eq!(items.len(), 2);
        join(&mut items);
        assert!(items.is_empty());
    }
}
