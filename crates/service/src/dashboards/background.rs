use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Dashboards;
use crate::clock::now;

/// How often the uses of shares are stored.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// How often snapshots that have expired are looked for.
const SWEEP_EVERY: Duration = Duration::from_mins(1);

/// Does what dashboards need from time to time, until `stop`: it looks at their files, stores how often shares were opened, and
/// deletes snapshots that have expired.
pub async fn keep_dashboards(dashboards: Dashboards, stop: CancellationToken) {
    let every = |period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    };
    let mut look = every(dashboards.settings().reload_interval.max(Duration::from_millis(10)));
    let (mut flush, mut sweep) = (every(FLUSH_EVERY), every(SWEEP_EVERY));
    loop {
        let failed = tokio::select! {
            () = stop.cancelled() => break,
            _ = look.tick() => dashboards.reload_files().await,
            _ = flush.tick() => dashboards.flush_uses().await,
            _ = sweep.tick() => dashboards.sweep_snapshots(now()).await.map(drop),
        };
        if let Err(error) = failed {
            tracing::warn!(%error, "dashboards could not be kept in order; it is tried again");
        }
    }
    if let Err(error) = dashboards.flush_uses().await {
        tracing::warn!(%error, "the last uses of shares were not counted");
    }
}
