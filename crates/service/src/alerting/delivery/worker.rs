use std::collections::HashSet;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use watchfire_storage::{ControlError, Delivery, Due};

use super::Deliveries;
use super::lane::{self, LaneId, Lanes, Turn};
use super::under_way::Claim;

/// The longest time without a look into the store.
const LONGEST: Duration = Duration::from_mins(1);

/// How long to wait after the store failed.
const STORE_FAILED: Duration = Duration::from_secs(1);

/// How often what is old is deleted.
const PRUNE_EVERY: Duration = Duration::from_mins(10);

/// How often it is counted how many there are, where something happens all the time.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// Attempts that are under way, each with its lane and the number of its delivery.
type Tasks = JoinSet<(LaneId, i64)>;

impl Deliveries {
    /// Sends what is due, until `stop`. Exactly one such task may run for a store.
    pub async fn run(self, stop: CancellationToken) {
        let mut lanes = Lanes::default();
        let mut tasks = Tasks::new();
        let mut prune_at = Instant::now();
        let mut count_at = Instant::now();
        loop {
            if prune_at <= Instant::now() {
                prune_at = Instant::now() + PRUNE_EVERY;
                lanes.tidy((self.clock)());
                self.pauses.tidy((self.clock)());
                self.prune().await;
            }
            let wait = self.start_due(&mut lanes, &mut tasks).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the queue of notifications can't be read; it is tried again");
                STORE_FAILED
            });
            // Only what has happened since makes another count, and a loop that comes by later is too late for it.
            let wait = match count_at.checked_duration_since(Instant::now()) {
                Some(left) if !left.is_zero() => wait.min(left),
                _ => {
                    count_at = Instant::now() + COUNT_EVERY;
                    self.count().await;
                    wait
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.wake.notified() => {}
                () = sleep(wait) => {}
                Some(ended) = tasks.join_next() => {
                    free(&mut lanes, ended);
                    while let Some(ended) = tasks.try_join_next() {
                        free(&mut lanes, ended);
                    }
                }
            }
        }
        let rest = async { while tasks.join_next().await.is_some() {} };
        if timeout(self.settings.grace, rest).await.is_err() {
            // They are in the queue still, and are sent after the next start.
            tracing::info!(count = tasks.len(), "notifications under way are left for the next start");
            self.metrics.canceled(tasks.len());
        }
    }

    /// Starts what is due, and says how long there is nothing to do unless something ends or comes.
    async fn start_due(&self, lanes: &mut Lanes, tasks: &mut Tasks) -> Result<Duration, ControlError> {
        let now = (self.clock)();
        // Those that are under way are due still: so many more have to be seen.
        let each = self.settings.lane_concurrency.max(1) * 2;
        let due = self.store.due(now, each).await?;
        let mut next = self.store.next_due(now).await?.map(|at| at - now);
        let ids: HashSet<i64> = due.iter().map(|due| due.delivery.id).collect();
        lanes.keep_held(|id| ids.contains(&id));
        let mut sooner = |wait: i64| next = Some(next.map_or(wait, |next| next.min(wait)));
        for Due { delivery, has_newer } in due {
            // Whoever tests a channel wants to know now how it is.
            let is_wanted = self.hastened.is_wanted(&delivery) || delivery.test;
            let wait = self.pauses.left(&lane::id(&delivery), now, self.settings.backoff.most_asked);
            if let Some(wait) = wait.filter(|_| !is_wanted) {
                sooner(wait);
                continue;
            }
            // Before the past of its group is read, which is long.
            match lanes.look(&delivery, &self.settings, now) {
                Turn::Go => {}
                Turn::Busy => continue,
                Turn::After(wait) => {
                    sooner(wait);
                    continue;
                }
            }
            let delivery = if has_newer {
                let news = self.newest_news(&delivery, now).await;
                match news {
                    Ok(Some(newest)) => newest,
                    Ok(None) => continue,
                    // Better one after the other than none at all.
                    Err(error) => {
                        tracing::warn!(%error, "what a group was told can't be read; its notifications are sent one by one");
                        delivery
                    }
                }
            } else {
                delivery
            };
            // Else somebody drops it just now, who wakes this task.
            let Some(claim) = self.under_way.claim(delivery.id) else { continue };
            if lanes.turn(&delivery, &self.settings, now) == Turn::Go {
                self.hastened.started(&delivery);
                self.start(&delivery, claim, tasks);
            }
        }
        self.metrics.held(lanes.take_newly_held());
        let next = next.and_then(|wait| u64::try_from(wait).ok()).map(Duration::from_millis);
        Ok(next.unwrap_or(LONGEST).min(LONGEST))
    }

    fn start(&self, delivery: &Delivery, claim: Claim, tasks: &mut Tasks) {
        let deliveries = self.clone();
        let lane = lane::id(delivery);
        let id = delivery.id;
        tasks.spawn(async move {
            // An attempt that panics must not stay under way for ever.
            let attempt = tokio::spawn(async move { deliveries.attempt(id).await });
            let _abort = AbortOnDrop(attempt.abort_handle());
            match attempt.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, delivery = id, "a notification, or what is known of its group, can't be read; it waits");
                    sleep(STORE_FAILED).await;
                }
                Err(error) => {
                    tracing::error!(%error, delivery = id, "sending a notification broke down");
                    sleep(LONGEST).await;
                }
            }
            drop(claim);
            (lane, id)
        });
    }

    async fn count(&self) {
        let counted = async {
            let counts = self.store.counts().await?;
            let dead = if counts.dead > 0 { self.store.dead_letters().await? } else { Vec::new() };
            Ok::<_, ControlError>((counts, dead))
        };
        match counted.await {
            Ok((counts, dead)) => self.metrics.counted(counts, dead),
            Err(error) => tracing::debug!(%error, "the queue of notifications can't be counted"),
        }
    }

    async fn prune(&self) {
        let now = (self.clock)();
        let (done, dead) = (now - self.settings.keep_done, now - self.settings.keep_dead);
        match self.store.prune(done, dead).await {
            Ok(0) => {}
            Ok(count) => tracing::debug!(count, "old deliveries were deleted"),
            Err(error) => tracing::warn!(%error, "old deliveries could not be deleted; it is tried again"),
        }
    }
}

fn free(lanes: &mut Lanes, ended: Result<(LaneId, i64), tokio::task::JoinError>) {
    if let Ok((lane, id)) = ended {
        lanes.done(&lane, id);
    }
}

/// Ends a task with the one that waits for it.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
