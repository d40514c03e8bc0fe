//! What the server reads before it renders: a dashboard with its variables, and the first pictures of the panels that come in sight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use watchfire_chart::{Theme, svg_inline};
use watchfire_dashboard::{Clock, Dashboard, Kind, Values};
use watchfire_model::TimeRange;
use watchfire_panel::{
    Drawing, Marked, Prepared, Sight, Stage, Unfolded, in_own_order, key, key_html, layout, settled,
    shown_table, table_html, title_of, unfold,
};
use watchfire_service::Service;
use watchfire_service::dashboards::{DashboardFilter, Frozen, OpenShare, ResolvedVariable, withhold};
use watchfire_view::{PanelState, SCRAPE_INTERVAL};

use super::address::Asked as InUrl;
use super::grid::is_first;
use super::list::{BoardHead, BoardList, FolderHead};
use super::panel::FirstPanel;
use super::snapshot::{BoardSnapshot, Meta, Resolved, values_of};
use super::view::{NEW, new_board};
use crate::data::Asked;
use crate::pages::Page;

/// The height of a row with its gap, and what the frame of a panel takes of its height, in CSS pixels.
const ROW: f64 = 36.0;
const HEAD: f64 = 36.0;
const LEGEND: f64 = 30.0;

/// For how many points a panel is asked first; the width of the screen is not known yet.
const POINTS: u32 = 600;

/// Reads a dashboard with the choices of its variables.
pub(crate) async fn read_board(service: &Service, asked: Asked<'_>) -> Result<BoardSnapshot, String> {
    let uid = Page::at(asked.path).and_then(|page| page.board(asked.path)).unwrap_or_default();
    if uid == NEW {
        return Ok(new_board());
    }
    let dashboards = service.dashboards();
    let found = dashboards.get(uid).await.map_err(|error| error.to_string())?;
    let dashboard = dashboards.resolve(found.dashboard).await.map_err(|error| error.to_string())?;
    let window = asked.window.unwrap_or_else(|| dashboard.time.window(asked.now));
    let in_url = InUrl::of(asked.search).variables;
    let resolved = dashboards
        .resolve_variables(&dashboard, &in_url, window.resolve(asked.now))
        .await
        .map_err(|error| error.to_string())?;
    let variables = resolved.variables.into_iter().map(Resolved::from);
    let meta = Meta {
        version: found.version,
        folder: found.meta.folder,
        favourite: found.meta.favourite,
        managed: found.meta.managed,
        drifted: found.meta.drifted,
        shipped: found.meta.shipped,
        updated_at: found.meta.updated_at,
    };
    Ok(BoardSnapshot { dashboard, meta, variables: variables.collect(), marks: Vec::new() })
}

/// What a share lets see, with its variables as far as viewers may choose, and what the panels are drawn from: the same dashboard
/// with its queries.
pub(crate) async fn read_share(
    service: &Service,
    open: &OpenShare,
    asked: Asked<'_>,
) -> Result<(BoardSnapshot, Values, BoardSnapshot), String> {
    let dashboard = open.dashboard().clone();
    let window = asked.window.unwrap_or_else(|| dashboard.time.window(asked.now));
    let in_url = InUrl::of(asked.search).variables;
    let (values, resolved) = service
        .dashboards()
        .shown_variables(open, &in_url, window.resolve(asked.now))
        .await
        .map_err(|error| error.to_string())?;
    let variables: Vec<Resolved> = resolved.into_iter().map(Resolved::from).collect();
    let mut marks =
        service.dashboards().marks(&dashboard, &values, window.resolve(asked.now), asked.now).await;
    // What is marked on other panels is not for those who see one.
    marks.retain(|mark| open.panel().is_none_or(|panel| mark.is_for(panel)));
    let whole = BoardSnapshot { dashboard, meta: Meta::default(), variables, marks };
    Ok((BoardSnapshot { dashboard: open.stripped(), ..whole.clone() }, values, whole))
}

impl From<ResolvedVariable> for Resolved {
    fn from(one: ResolvedVariable) -> Self {
        Self { name: one.name, choices: one.choices, chosen: one.chosen, note: one.note, error: one.error }
    }
}

/// All dashboards; none if they cannot be read, which the browser then finds out itself.
pub(crate) async fn read_list(service: &Service) -> Option<BoardList> {
    let dashboards = service.dashboards();
    let heads = dashboards.list(&DashboardFilter::default()).await.ok()?;
    let folders = dashboards.folders().await.ok()?;
    let head = |head: watchfire_service::dashboards::DashboardHead| BoardHead {
        uid: head.uid,
        title: head.title,
        description: head.description,
        tags: head.tags,
        folder: head.folder,
        favourite: head.favourite,
        managed: head.managed,
        drifted: head.drifted,
        shipped: head.shipped,
        panels: head.panels,
    };
    Some(BoardList {
        dashboards: heads.into_iter().map(head).collect(),
        folders: folders
            .into_iter()
            .map(|folder| FolderHead { uid: folder.uid, title: folder.title, managed: folder.managed })
            .collect(),
    })
}

/// The panels that come in sight first, by key; and what went wrong, for the log.
pub(crate) async fn first_pictures(
    service: &Service,
    snapshot: &BoardSnapshot,
    asked: Asked<'_>,
) -> (BTreeMap<String, FirstPanel>, Vec<String>) {
    let values = values_of(&snapshot.dashboard.variables, &snapshot.variables);
    first_pictures_of(service, snapshot, &values, asked, false).await
}

/// The same with other values of variables: of a share those that its viewers do not get to see. `withheld`: the texts of
/// queries must not be seen either, as names of series would show them.
pub(crate) async fn first_pictures_of(
    service: &Service,
    snapshot: &BoardSnapshot,
    values: &Values,
    asked: Asked<'_>,
    withheld: bool,
) -> (BTreeMap<String, FirstPanel>, Vec<String>) {
    let dashboard = &snapshot.dashboard;
    let window = asked.window.unwrap_or_else(|| dashboard.time.window(asked.now));
    let range = window.resolve(asked.now);
    let seen = in_sight(dashboard, values, asked, withheld);
    // Those of a share were asked for with it.
    let marks = match snapshot.marks.as_slice() {
        [] => service.dashboards().marks(dashboard, values, range, asked.now).await,
        marks => marks.to_vec(),
    };
    let compare = if withheld { 0 } else { InUrl::of(asked.search).compare };
    let sight = Sight { range, points: POINTS, scrape_interval: SCRAPE_INTERVAL, compare };
    let found = join_all(seen.into_iter().map(|item| async move {
        let answers = service.see(&item, sight, asked.now).await;
        (item, answers)
    }))
    .await;
    let mut pictures = BTreeMap::new();
    let mut all_failures = Vec::new();
    for (item, mut answers) in found {
        let failures = std::mem::take(&mut answers.failures);
        all_failures.extend(failures.iter().map(|failure| format!("panel {}: {failure}", item.key)));
        let mut item = Unfolded::clone(&item);
        if withheld {
            withhold(&mut item.panel);
        }
        let prepared = answers.prepared(&item, range, SCRAPE_INTERVAL);
        let mut panel = drawn(service, &item, &prepared, range, &marks, asked);
        if let Some(failure) = failures.into_iter().next().filter(|_| panel.state == PanelState::Empty) {
            panel.state = PanelState::Failed(if withheld { WITHHELD.to_owned() } else { failure }, None);
        }
        pictures.insert(item.key, panel);
    }
    (pictures, all_failures)
}

/// What a page shows of a snapshot, and the pictures of all of its panels.
pub(crate) fn read_frozen(
    service: &Service,
    frozen: Frozen,
    asked: Asked<'_>,
) -> (BoardSnapshot, BTreeMap<String, FirstPanel>) {
    let mut pictures = BTreeMap::new();
    for item in unfold(&frozen.dashboard.panels, &frozen.values()) {
        let prepared = frozen.answers_of(&item.key).prepared(&item, frozen.window, frozen.scrape_interval);
        let panel = drawn(service, &item, &prepared, frozen.window, &frozen.marks, asked);
        pictures.insert(item.key, panel);
    }
    let variables = frozen.variables.into_iter().map(Resolved::from).collect();
    let marks = frozen.marks;
    let dashboard = Dashboard { title: frozen.title, ..frozen.dashboard };
    (BoardSnapshot { dashboard, meta: Meta::default(), variables, marks }, pictures)
}

/// The panels that come in sight first. `texts`: and all texts, where a page cannot ask for them later.
fn in_sight(dashboard: &Dashboard, values: &Values, asked: Asked<'_>, texts: bool) -> Vec<Arc<Unfolded>> {
    let items: BTreeMap<String, Arc<Unfolded>> = unfold(&dashboard.panels, values)
        .into_iter()
        .map(|item| (item.key.clone(), Arc::new(item)))
        .collect();
    let in_url = InUrl::of(asked.search);
    match (&in_url.panel, in_url.edit) {
        (Some(key), _) => items.get(key).cloned().into_iter().collect(),
        (None, Some(id)) => items.values().find(|item| item.panel.id == id).cloned().into_iter().collect(),
        (None, None) => {
            let first = layout(&items, |_, folded| folded).into_iter().enumerate();
            let first: BTreeSet<String> =
                first.filter(|(at, (_, place))| is_first(*at, *place)).map(|(_, (key, _))| key).collect();
            let seen =
                |item: &&Arc<Unfolded>| first.contains(&item.key) || (texts && item.panel.kind == Kind::Text);
            items.values().filter(seen).cloned().collect()
        }
    }
}

/// What stands in a shared panel whose query failed: the reason could tell the query.
const WITHHELD: &str = "a query of this panel cannot be answered";

/// A panel as it is drawn before there is a browser.
fn drawn(
    service: &Service,
    item: &Unfolded,
    prepared: &Prepared,
    range: TimeRange,
    marks: &[Marked],
    asked: Asked<'_>,
) -> FirstPanel {
    let panel = &item.panel;
    let picture = match panel.kind {
        Kind::Text if panel.view.code => String::new(),
        Kind::Text => {
            service.dashboards().markdown(&item.values.in_text(&panel.view.text, &Clock::default()))
        }
        Kind::Table => {
            let table = shown_table(&prepared.tables, 0);
            let table = table.map(|table| in_own_order(table, &panel.view.sort_by));
            table.map(|table| table_html(&table, asked.utc_offset, asked.now)).unwrap_or_default()
        }
        _ => String::new(),
    };
    // They have nothing of their own to wait for.
    let asks = !panel.queries.is_empty() && !matches!(panel.kind, Kind::Text | Kind::Row);
    if !picture.is_empty() || !asks {
        return FirstPanel { picture, state: PanelState::Ready, ..FirstPanel::default() };
    }
    if prepared.series.is_empty() {
        return FirstPanel { state: PanelState::Empty, ..FirstPanel::default() };
    }
    let key = key(panel, prepared, &Theme::BOTH, asked.utc_offset, asked.now);
    let picture = picture_html(item, prepared, range, marks, key.is_some(), asked);
    let legend = key.as_ref().map(key_html).unwrap_or_default();
    FirstPanel { picture, legend, state: PanelState::Ready }
}

fn picture_html(
    item: &Unfolded,
    prepared: &Prepared,
    range: TimeRange,
    marks: &[Marked],
    has_legend: bool,
    asked: Asked<'_>,
) -> String {
    let panel = &item.panel;
    let title = title_of(item);
    let hidden = BTreeSet::new();
    let positions = settled(item, prepared);
    let marks: Vec<_> =
        marks.iter().filter(|mark| mark.is_for(panel.id)).map(|mark| mark.mark(&Theme::BOTH)).collect();
    let stage = Stage {
        theme: &Theme::BOTH,
        window: range,
        utc_offset: asked.utc_offset,
        now: asked.now,
        hidden: &hidden,
        marks: &marks,
        positions: &positions,
    };
    let height = f64::from(panel.at.h) * ROW - HEAD - if has_legend { LEGEND } else { 0.0 } - 8.0;
    Drawing::of(panel, prepared, &stage)
        .map(|drawing| svg_inline(&drawing, height.max(24.0), &title))
        .unwrap_or_default()
}
