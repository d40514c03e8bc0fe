use std::collections::BTreeMap;

use watchfire_chart::svg_inline;
use watchfire_model::{Grid, GridSeries, TimeRange, TimeWindow, choose_step};
use watchfire_service::Service;
use watchfire_service::dashboards::{Frozen, OpenShare};

use super::snapshot::{PageSnapshot, SeriesSummary};
use crate::boards::{FirstBoard, FirstList, FirstShare, ShareView};
use crate::pages::Page;
use crate::panels::{Kind, MAX_POINTS, PanelSpec};
use crate::range::DEFAULT_WINDOW;

/// Everything that the first render of a page needs, read before rendering begins.
#[derive(Clone, Debug, Default)]
pub struct FirstPaint {
    pub(crate) snapshot: PageSnapshot,
    /// The charts as SVG, by the panel's id. They are not sent twice: the browser keeps them as they stand in the page.
    pub(crate) pictures: BTreeMap<String, String>,
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
    let Asked { path, now, utc_offset, .. } = asked;
    match Page::at(path) {
        Some(Page::Board) => return board(service, asked).await,
        Some(Page::Dashboards) => {
            let list = FirstList(crate::boards::read_list(service).await);
            return FirstPaint { list, ..FirstPaint::default() };
        }
        _ => {}
    }
    let window = asked.window.unwrap_or(DEFAULT_WINDOW);
    let mut paint = FirstPaint::default();
    let range = window.resolve(now);
    let step = choose_step(range.length(), MAX_POINTS);
    // A window without length, or beyond all calendars, has nothing to show.
    let Ok(grid) = Grid::covering(range, step) else { return paint };
    let panels = Page::at(path).map(Page::panels).unwrap_or_default();
    for panel in &panels {
        let mut answers = Vec::with_capacity(panel.queries.len());
        for query in &panel.queries {
            // The panel itself says what is wrong as soon as it is live; the others need not suffer for it.
            let answer = service.query(&query.query, grid).await;
            answers.push(answer.unwrap_or_else(|error| {
                paint.failures.push(format!("{}: {error}", panel.id));
                Vec::new()
            }));
        }
        if panel.has_picture() {
            let picture = picture(panel, &answers, grid, range, utc_offset);
            paint.pictures.extend(picture.map(|picture| (panel.id.to_owned(), picture)));
        }
        paint.snapshot.panels.insert(panel.id.to_owned(), summaries(answers, grid));
    }
    paint
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

/// What the page of a snapshot shows: pictures of what was, which stay as they are.
pub fn frozen_paint(service: &Service, frozen: Frozen, asked: Asked<'_>) -> FirstPaint {
    let range = frozen.window;
    let view = ShareView {
        frozen: true,
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

fn summaries(answers: Vec<Vec<GridSeries>>, grid: Grid) -> Vec<SeriesSummary> {
    let numbered = answers.into_iter().enumerate();
    let all = numbered.flat_map(|(query, series)| series.into_iter().map(move |series| (query, series)));
    all.filter_map(|(query, series)| {
        let index = series.values.iter().rposition(|value| !value.is_nan())?;
        Some(SeriesSummary { query, labels: series.labels, last: series.values[index], at: grid.time(index) })
    })
    .collect()
}

fn picture(
    panel: &PanelSpec,
    answers: &[Vec<GridSeries>],
    grid: Grid,
    window: TimeRange,
    utc_offset: i64,
) -> Option<String> {
    // A tile draws its first query only; the others are what it compares with.
    let drawn = if panel.kind == Kind::Tile { answers.get(..1)? } else { answers };
    let series: Vec<&GridSeries> = drawn.iter().flatten().take(panel.most_drawn()).collect();
    if series.is_empty() {
        return None;
    }
    let columns: Vec<_> =
        series.iter().enumerate().map(|(color, series)| (color, series.values.as_slice())).collect();
    let chart = panel.chart(window, grid, utc_offset, &columns)?;
    Some(svg_inline(&chart, panel.height(), panel.title))
}
