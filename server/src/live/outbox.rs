use bytes::Bytes;
use tokio::sync::mpsc;

/// The way to one client: a bounded queue of messages, each with its version byte. Cloning shares the queue.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    queue: mpsc::Sender<Bytes>,
}

impl Outbox {
    /// A queue of `capacity` messages, and its end.
    pub(super) fn new(capacity: usize) -> (Self, mpsc::Receiver<Bytes>) {
        let (queue, messages) = mpsc::channel(capacity.max(2));
        (Self { queue }, messages)
    }

    /// Queues a message, or says that there is no room: the client reads too slowly.
    pub(super) fn offer(&self, message: Bytes) -> Result<(), Full> {
        match self.queue.try_send(message) {
            // A closed queue takes everything: nobody waits for it any more.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Full),
        }
    }

    /// Queues a message as soon as there is room.
    pub(super) async fn send(&self, message: Bytes) {
        // A closed queue means that the connection is gone, which its own task tidies up after.
        let _ = self.queue.send(message).await;
    }

    /// Whether at least half of the queue is free, so that catching up makes sense.
    pub(super) fn has_drained(&self) -> bool {
        self.queue.capacity() * 2 >= self.queue.max_capacity()
    }
}

/// There was no room in a client's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;
