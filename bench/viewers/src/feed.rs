//! The samples: one a second for each series, whose value is its number.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use tokio::time::{MissedTickBehavior, interval};

use crate::http::post;

/// Series of a panel.
const SERIES: u32 = 5;
/// How far back there are samples when the first viewer comes.
const PAST: i64 = 900;
/// The values of the past are below this, those of the measurement from it on.
const FIRST: usize = 1000;

/// When each value was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Feed(Mutex<Vec<Instant>>);

impl Feed {
    /// When the sample with this value was acknowledged; `None` for one of the past.
    pub(crate) fn acknowledged(&self, value: f64) -> Option<Instant> {
        let index = (value as usize).checked_sub(FIRST)?;
        self.0.lock().ok()?.get(index).copied()
    }

    /// Stores what was before the first viewer came.
    pub(crate) async fn back_fill(&self, address: SocketAddr, panels: u32) -> Result<()> {
        let now = now();
        let mut body = String::new();
        for second in (1..=PAST).rev() {
            lines(&mut body, panels, (PAST - second) as usize, now - second * 1000);
        }
        post(address, "/api/v1/import/prometheus", &body).await?;
        Ok(())
    }
}

/// Stores a sample of each series each second, until something fails.
pub(crate) async fn run(feed: Arc<Feed>, address: SocketAddr, panels: u32) -> Result<()> {
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for value in FIRST.. {
        seconds.tick().await;
        let mut body = String::new();
        lines(&mut body, panels, value, now());
        post(address, "/api/v1/import/prometheus", &body).await?;
        if let Ok(mut times) = feed.0.lock() {
            times.push(Instant::now());
        }
    }
    Ok(())
}

fn lines(body: &mut String, panels: u32, value: usize, at: i64) {
    for panel in 0..panels {
        for series in 0..SERIES {
            // Writing to a string can't fail.
            let _ = writeln!(body, "viewed{{panel=\"{panel}\",series=\"{series}\"}} {value} {at}");
        }
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64
}
