use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{AcquireError, OnceCell, OwnedSemaphorePermit, Semaphore};

use super::asked::{Asked, Form};
use super::draw::Drawn;
use super::trouble::Trouble;
use crate::config::RenderConfig;

/// How long a picture is kept at most: longer than any lasts.
const KEPT: Duration = Duration::from_mins(5);

/// How many may wait for each that is drawn.
const WAITING: usize = 16;

/// Where pictures are drawn: some at a time, each once for all who ask for it. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    cache: Cache<[u8; 32], Arc<OnceCell<Arc<Drawn>>>>,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
    timeout: Duration,
    max_pixels: u64,
    stats: DeskStats,
}

/// What happened at a desk since the start.
#[derive(Debug, Default)]
pub(crate) struct DeskStats {
    /// Pictures drawn.
    pub(crate) drawn: AtomicU64,
    /// Pictures that were there already.
    pub(crate) cached: AtomicU64,
    /// Pictures that say what is wrong.
    pub(crate) failed: AtomicU64,
    /// What a limit refused or cut short.
    pub(crate) limited: AtomicU64,
    /// Microseconds that drawing took, evaluation aside.
    pub(crate) micros: AtomicU64,
}

impl Desk {
    pub(crate) fn new(config: &RenderConfig) -> Self {
        let weigh = |_: &[u8; 32], cell: &Arc<OnceCell<Arc<Drawn>>>| {
            let bytes = cell.get().map_or(0, |drawn| drawn.bytes.len());
            u32::try_from(bytes + 512).unwrap_or(u32::MAX)
        };
        let cache =
            Cache::builder().max_capacity(config.cache_bytes).weigher(weigh).time_to_live(KEPT).build();
        Self {
            inner: Arc::new(Inner {
                cache,
                places: Arc::new(Semaphore::new(config.max_concurrent)),
                waiting: AtomicUsize::new(0),
                most_waiting: config.max_concurrent.saturating_mul(WAITING),
                timeout: config.timeout,
                max_pixels: config.max_pixels,
                stats: DeskStats::default(),
            }),
        }
    }

    /// A place to draw at, held until it is dropped; none once the server stops.
    pub(crate) async fn place(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.inner.places.clone().acquire_owned().await
    }

    pub(crate) fn stats(&self) -> &DeskStats {
        &self.inner.stats
    }

    /// Bytes of pictures that are kept.
    pub(crate) fn cache_bytes(&self) -> u64 {
        self.inner.cache.weighted_size()
    }

    /// Counts what a limit refused or cut short.
    pub(super) fn note_limit(&self) {
        self.inner.stats.limited.fetch_add(1, Ordering::Relaxed);
    }

    /// Refuses sizes that cannot be drawn, before anything is evaluated.
    pub(super) fn check_size(&self, asked: &Asked) -> Result<(), Trouble> {
        let (Some(width), Some(height)) = (asked.width, asked.height) else { return Ok(()) };
        let pixels = width * height * asked.scale * asked.scale;
        let most = self.inner.max_pixels;
        if asked.form == Form::Png && pixels > most as f64 {
            self.note_limit();
            let text = format!(
                "the picture would have {pixels:.0} pixels, {most} are allowed (render.max_pixels); ask for a smaller one, or as .svg"
            );
            return Err(Trouble::refused(text));
        }
        Ok(())
    }

    /// The picture of a key: one that is there, one that somebody draws just now, or a new one.
    pub(super) async fn drawn<F>(
        &self,
        key: &[u8; 32],
        draw: impl FnOnce() -> F,
    ) -> Result<Arc<Drawn>, Trouble>
    where
        F: Future<Output = Result<Drawn, Trouble>>,
    {
        let cell = self.inner.cache.get_with(*key, Arc::default);
        if let Some(drawn) = cell.get() {
            self.inner.stats.cached.fetch_add(1, Ordering::Relaxed);
            return Ok(drawn.clone());
        }
        let new = cell.get_or_try_init(|| async {
            let drawn = draw().await?;
            self.inner.stats.drawn.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Trouble>(Arc::new(drawn))
        });
        let Ok(new) = tokio::time::timeout(self.inner.timeout, new).await else {
            self.note_limit();
            return Err(Trouble::late());
        };
        let drawn = new?.clone();
        if drawn.status.is_success() {
            // Once more: now it is known how many bytes it has.
            self.inner.cache.insert(*key, cell);
        } else {
            self.inner.cache.invalidate(key);
        }
        Ok(drawn)
    }

    /// Draws where blocking is allowed, when it is its turn.
    pub(super) async fn at_work<T: Send + 'static>(
        &self,
        draw: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let place = {
            let _waiting = Waiting::new(&self.inner)?;
            self.inner.places.clone().acquire_owned().await.map_err(|_| Trouble::busy())?
        };
        let inner = self.inner.clone();
        let drawn = tokio::task::spawn_blocking(move || {
            let begun = std::time::Instant::now();
            let drawn = draw();
            let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            inner.stats.micros.fetch_add(micros, Ordering::Relaxed);
            // The place is free when the work is done, also where nobody waits for it any more.
            drop(place);
            drawn
        });
        drawn.await.map_err(|error| Trouble::internal(error.to_string()))?
    }
}

/// Somebody who waits; not any more when it is dropped.
struct Waiting<'a>(&'a Inner);

impl<'a> Waiting<'a> {
    fn new(inner: &'a Inner) -> Result<Self, Trouble> {
        if inner.waiting.fetch_add(1, Ordering::Relaxed) >= inner.most_waiting {
            inner.waiting.fetch_sub(1, Ordering::Relaxed);
            inner.stats.limited.fetch_add(1, Ordering::Relaxed);
            return Err(Trouble::busy());
        }
        Ok(Self(inner))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn desk() -> Desk {
        let config = RenderConfig {
            max_pixels: 1000,
            max_panels: 10,
            max_concurrent: 1,
            timeout: Duration::from_secs(10),
            cache_bytes: 1 << 20,
        };
        Desk::new(&config)
    }

    fn drawn(status: StatusCode) -> Drawn {
        Drawn::new(Form::Svg, status, b"<svg/>".to_vec(), 1)
    }

    #[tokio::test]
    async fn a_picture_is_drawn_once_for_all() {
        let desk = desk();
        let many = (0..10).map(|_| {
            desk.drawn(&[1; 32], || async {
                tokio::task::yield_now().await;
                desk.at_work(|| Ok(drawn(StatusCode::OK))).await
            })
        });
        let all = futures::future::join_all(many).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(desk.stats().drawn.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_went_wrong_is_not_kept() {
        let desk = desk();
        for _ in 0..2 {
            let refused = desk.drawn(&[1; 32], || async { Err(Trouble::busy()) }).await;
            assert_eq!(refused, Err(Trouble::busy()));
            let wrong = desk.drawn(&[2; 32], || async { Ok(drawn(StatusCode::UNPROCESSABLE_ENTITY)) }).await;
            assert!(wrong.is_ok());
        }
        assert_eq!(desk.stats().drawn.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn only_some_may_wait() {
        let desk = desk();
        let place = desk.inner.places.clone().acquire_owned().await.unwrap();
        let waiting = (0..20).map(|_| desk.at_work(|| Ok(())));
        let (refused, ()) = tokio::join!(
            async {
                let all = futures::future::join_all(waiting).await;
                all.into_iter().filter(Result::is_err).count()
            },
            async {
                tokio::task::yield_now().await;
                drop(place);
            }
        );
        assert_eq!(refused, 20 - WAITING);
    }
}
