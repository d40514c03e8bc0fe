use std::collections::BTreeMap;

use watchfire_model::{TimeWindow, format_utc};
use watchfire_service::Service;
use watchfire_service::dashboards::{Frozen, OpenShare};

use crate::boards::{FirstBoard, FirstList, FirstPanel, FirstShare, ShareView};
use crate::pages::Page;

/// Everything that the first render of a page needs, read before rendering begins.
#[derive(Clone, Debug, Default)]
pub struct FirstPaint {
    /// The panels by their key, with charts as SVG. They are not sent twice: the browser keeps them as they stand in the page.
    pub(crate) pictures: BTreeMap<String, FirstPanel>,
    /// The dashboard, if the page shows one.
    pub(crate) board: FirstBoard,
    /// The dashboards, if the page lists them.
    pub(crate) list: FirstList,
    /// The share, if the page is that of one.
    pub(crate) share: FirstShare,
    /// Panels that stay empty because a query of theirs failed, and why; for the log.
    pub failures: Vec<String>,
}

impl FirstPaint {
    /// The page of a share that is closed, or that there never was.
    pub fn closed_share(error: String, embedded: bool) -> Self {
        let share = FirstShare(Some(ShareView { embedded, ..ShareView::default() }));
        Self { board: FirstBoard(Some(Err(error))), share, ..Self::default() }
    }

    /// Whether the page is for a frame of another; its client is not this interface.
    pub fn is_embedded(&self) -> bool {
        self.share.0.as_ref().is_some_and(|share| share.embedded)
    }

    /// Whether the page is one of a share, which has no ways to other pages.
    pub fn is_shared(&self) -> bool {
        self.share.0.is_some()
    }

    /// Whether the page shows a dashboard that there is not.
    pub fn is_missing(&self) -> bool {
        matches!(self.board.0, Some(Err(_)))
    }
}

/// What a page is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The path of its URL.
    pub path: &'a str,
    /// The query part.
    pub search: &'a str,
    /// The range that the URL names; none where it names none.
    pub window: Option<TimeWindow>,
    /// Milliseconds since the epoch.
    pub now: i64,
    /// Milliseconds that the shown zone is east of UTC.
    pub utc_offset: i64,
}

/// Reads what a page shows; nothing for a path that is no page.
pub async fn prefetch(service: &Service, asked: Asked<'_>) -> FirstPaint {
    match Page::at(asked.path) {
        Some(page) if page.board(asked.path).is_some() => board(service, asked).await,
        Some(Page::Dashboards) => {
            let list = FirstList(crate::boards::read_list(service).await);
            FirstPaint { list, ..FirstPaint::default() }
        }
        _ => FirstPaint::default(),
    }
}

/// Reads what the page of a share shows.
pub async fn shared_paint(
    service: &Service,
    open: &OpenShare,
    view: ShareView,
    asked: Asked<'_>,
) -> FirstPaint {
    let share = FirstShare(Some(view));
    match crate::boards::read_share(service, open, asked).await {
        Ok((seen, values, whole)) => {
            let (pictures, failures) =
                crate::boards::first_pictures_of(service, &whole, &values, asked, true).await;
            FirstPaint {
                board: FirstBoard(Some(Ok(seen))),
                pictures,
                failures,
                share,
                ..FirstPaint::default()
            }
        }
        Err(error) => FirstPaint { board: FirstBoard(Some(Err(error))), share, ..FirstPaint::default() },
    }
}

/// What the page of a snapshot shows first: pictures of what was, until the browser has drawn its own.
pub fn frozen_paint(service: &Service, frozen: Frozen, asked: Asked<'_>) -> FirstPaint {
    let range = frozen.window;
    let at = |timestamp| format_utc(timestamp, asked.utc_offset, "%Y-%m-%d %H:%M");
    let zone = if asked.utc_offset == 0 { " UTC" } else { "" };
    let (made, start, end) = (at(frozen.created_at), at(range.start), at(range.end));
    let words = format!("Snapshot made {made}{zone}, from {start} to {end}");
    let view = ShareView {
        frozen: Some(words),
        window: Some((range.start.to_string(), range.end.to_string())),
        ..ShareView::default()
    };
    let (seen, pictures) = crate::boards::read_frozen(service, frozen, asked);
    FirstPaint {
        board: FirstBoard(Some(Ok(seen))),
        pictures,
        share: FirstShare(Some(view)),
        ..FirstPaint::default()
    }
}

async fn board(service: &Service, asked: Asked<'_>) -> FirstPaint {
    let first = crate::boards::read_board(service, asked).await;
    let mut paint = FirstPaint { board: FirstBoard(Some(first)), ..FirstPaint::default() };
    if let FirstBoard(Some(Ok(snapshot))) = &paint.board {
        (paint.pictures, paint.failures) = crate::boards::first_pictures(service, snapshot, asked).await;
    }
    paint
}
