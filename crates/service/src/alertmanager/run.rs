use std::time::Duration;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio_util::sync::CancellationToken;

use super::Alertmanager;
use crate::alerting::delivery::DeadLetter;
use crate::clock::now;

/// How long to wait after what could not be stored.
const AGAIN: Duration = Duration::from_secs(1);

/// The longest wait without a look at what is due: clocks may be set.
const LONGEST: Duration = Duration::from_secs(30);

/// Tells receivers what they have to hear, when they have to, until `stop`.
pub async fn keep_alertmanager(alertmanager: Alertmanager, stop: CancellationToken) {
    loop {
        let wait = match alertmanager.tick(now()).await {
            Ok(Some(due)) => Duration::from_millis(due.saturating_sub(now()).max(0).unsigned_abs()),
            Ok(None) => LONGEST,
            Err(error) => {
                tracing::warn!(%error, "notifications could not be stored; it is tried again");
                AGAIN
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = alertmanager.0.wake.notified() => {}
            () = tokio::time::sleep(wait.min(LONGEST)) => {}
        }
    }
}

impl Alertmanager {
    /// Does what is due at `now`; says when there is more to do.
    ///
    /// # Errors
    ///
    /// In words. What was decided is not lost: the next call goes on with it.
    pub async fn tick(&self, now: i64) -> Result<Option<i64>, String> {
        let _turn = self.0.writing.lock().await;
        let outgoing = {
            let mut state = self.state();
            state.poll(now);
            std::mem::take(&mut state.outgoing)
        };
        // First what is sent, then that it was: after a crash between the two it is taken once more, with the same key.
        if !outgoing.is_empty()
            && let Err(error) = self.0.deliver.deliver(&outgoing).await
        {
            self.state().outgoing.splice(0..0, outgoing);
            return Err(error);
        }
        self.write_in_turn().await.map_err(|error| error.to_string())?;
        Ok(self.state().dispatcher.next_deadline())
    }

    /// Says that a notification was given up: its group tells it anew.
    pub fn not_delivered(&self, dead: &DeadLetter) {
        let DeadLetter { group_key, receiver, integration, at } = dead;
        self.state().dispatcher.not_delivered(group_key, receiver, *integration, *at);
        self.0.wake.notify_one();
    }
}

/// Lets groups tell anew what was given up, until `stop`.
pub async fn tell_anew(
    alertmanager: Alertmanager,
    mut dead: broadcast::Receiver<DeadLetter>,
    stop: CancellationToken,
) {
    loop {
        let dead = tokio::select! {
            () = stop.cancelled() => break,
            dead = dead.recv() => dead,
        };
        match dead {
            Ok(dead) => alertmanager.not_delivered(&dead),
            Err(RecvError::Lagged(count)) => {
                tracing::warn!(
                    count,
                    "notifications that were given up are told anew only when they are repeated"
                );
            }
            Err(RecvError::Closed) => break,
        }
    }
}
