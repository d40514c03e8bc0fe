use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use watchfire_dashboard::{COLUMNS, Dashboard, Kind, Place, Values};
use watchfire_model::{TimeRange, TimeWindow};
use watchfire_panel::{Sight, Unfolded, layout, settled, unfold};
use watchfire_service::dashboards::{ShareTime, withhold};
use watchfire_service::{PanelAnswers, Service};

use super::Trouble;
use super::asked::{Asked, Colors};
use super::desk::Desk;
use super::draw::{Panel, Ready};
use crate::http::App;

/// The usual distance between samples, in milliseconds.
const SCRAPE_INTERVAL: i64 = 15_000;

/// How many panels of a picture are asked at a time.
const AT_A_TIME: usize = 8;

/// What there is to draw.
#[derive(Debug)]
pub(super) struct Subject {
    dashboard: Dashboard,
    values: Values,
    window: TimeWindow,
    /// The one panel that is drawn; none: all.
    panel: Option<String>,
    /// Whether the texts of queries must not be seen.
    withheld: bool,
    pub(super) theme: Option<Colors>,
    /// When it is drawn for, a whole number of times that it lasts: milliseconds since the epoch.
    at: i64,
    /// How long the picture lasts, in milliseconds.
    lasts: i64,
}

/// What questions are asked with.
pub(super) struct Tools<'a> {
    pub(super) service: &'a Service,
    pub(super) desk: &'a Desk,
    /// `render.max_panels`.
    pub(super) max_panels: usize,
}

impl<'a> Tools<'a> {
    pub(super) fn of(app: &'a App) -> Self {
        Self { service: &app.service, desk: &app.desk, max_panels: app.config.render.max_panels }
    }
}

impl Subject {
    /// A dashboard without variables that is kept nowhere.
    pub(super) fn of_panels(dashboard: Dashboard, window: TimeWindow, at: i64) -> Self {
        let (values, panel) = (Values::default(), Some("1".to_owned()));
        Self { dashboard, values, window, panel, withheld: false, theme: None, at, lasts: 1000 }
    }

    /// A dashboard, or a panel of it.
    pub(super) async fn of_dashboard(app: &App, uid: &str, asked: &Asked) -> Result<Self, Trouble> {
        let dashboards = app.service.dashboards();
        let found = dashboards.get(uid).await?;
        let dashboard = dashboards.resolve(found.dashboard).await?;
        let window = asked.window.unwrap_or_else(|| dashboard.time.window(asked.now));
        let (at, lasts) = moment(asked, window);
        let resolved = dashboards.resolve_variables(&dashboard, &asked.variables, window.resolve(at)).await?;
        let panel = asked.panel.clone();
        Ok(Self {
            dashboard,
            values: resolved.values,
            window,
            panel,
            withheld: false,
            theme: None,
            at,
            lasts,
        })
    }

    /// What a share lets see: what it locks stays locked.
    pub(super) async fn of_share(app: &App, token: &str, asked: &Asked) -> Result<Self, Trouble> {
        let dashboards = app.service.dashboards();
        let open = dashboards.shown(token, true, asked.now).await?;
        let share = &open.shared.share;
        let window = match &share.time {
            ShareTime::Free => asked.window.unwrap_or_else(|| open.dashboard().time.window(asked.now)),
            ShareTime::Locked { from, to } => TimeWindow::parse(from, to, 0, asked.now)
                .map_err(|error| Trouble::refused(format!("the share's range: {error}")))?,
        };
        let (at, lasts) = moment(asked, window);
        let (values, _) = dashboards.shown_variables(&open, &asked.variables, window.resolve(at)).await?;
        let theme = share.theme.as_deref().and_then(Colors::of);
        let panel = asked.panel.clone().or_else(|| share.panel.map(|id| id.to_string()));
        let dashboard = open.dashboard().clone();
        Ok(Self { dashboard, values, window, panel, withheld: true, theme, at, lasts })
    }

    /// What the picture depends on besides the stored samples, in few bytes.
    pub(super) fn key(&self, asked: &Asked) -> [u8; 32] {
        let mut text = serde_json::to_string(&self.dashboard).unwrap_or_default();
        let Asked { form, width, height, scale, behind, utc_offset, label, compare, .. } = asked;
        let theme = asked.theme.or(self.theme);
        // Of a share it counts for nothing.
        let compare = if self.withheld { &0 } else { compare };
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{:?}{:?}{:?}{}{}{form:?}{width:?}{height:?}{scale}{theme:?}{behind:?}{utc_offset}{compare}{label:?}",
            self.values, self.window, self.panel, self.withheld, self.at
        );
        Sha256::digest(text.as_bytes()).into()
    }

    /// Asks all of its queries.
    pub(super) async fn evaluated(self, tools: &Tools<'_>, asked: &Asked) -> Result<Ready, Trouble> {
        let (at, withheld) = (self.at, self.withheld);
        let range = self.window.resolve(at);
        let items: BTreeMap<String, Arc<Unfolded>> = unfold(&self.dashboard.panels, &self.values)
            .into_iter()
            .map(|item| (item.key.clone(), Arc::new(item)))
            .collect();
        let (mut shown, alone) = match &self.panel {
            Some(panel) => (vec![one(&items, panel)?], true),
            None => (layout(&items, |_, folded| folded), false),
        };
        let most = tools.max_panels;
        let left_out = shown.len().saturating_sub(most);
        if left_out > 0 {
            tools.desk.note_limit();
            shown.truncate(most);
        }
        let seen = futures::stream::iter(shown)
            .map(|(key, place)| {
                let item = items.get(&key).cloned();
                async move {
                    let item = item?;
                    let share = if alone { 1.0 } else { f64::from(place.w) / f64::from(COLUMNS) };
                    // Of a share nobody sees more than its range.
                    let compare = if withheld { 0 } else { asked.compare };
                    let points = asked.points(share);
                    let sight = Sight { range, points, scrape_interval: SCRAPE_INTERVAL, compare };
                    let answers = if has_queries(&item) {
                        tools.service.see(&item, sight, at).await
                    } else {
                        PanelAnswers { step: 1000, ..PanelAnswers::default() }
                    };
                    Some(panel(&item, place, answers, range, withheld))
                }
            })
            .buffered(AT_A_TIME)
            .filter_map(|panel| async { panel });
        let panels: Vec<Panel> = seen.collect().await;
        let marks = tools.service.dashboards().marks(&self.dashboard, &self.values, range, at).await;
        Ok(Ready {
            title: self.dashboard.title,
            panels,
            marks,
            alone,
            range,
            now: self.at,
            lasts: self.lasts,
            left_out,
        })
    }
}

fn has_queries(item: &Unfolded) -> bool {
    !matches!(item.panel.kind, Kind::Row | Kind::Text)
}

/// The moment that a picture is drawn for, so that those who ask soon after get the same; and how long it lasts.
fn moment(asked: &Asked, window: TimeWindow) -> (i64, i64) {
    let lasts = asked.lasts(window);
    (asked.now.div_euclid(lasts) * lasts, lasts)
}

fn one(items: &BTreeMap<String, Arc<Unfolded>>, panel: &str) -> Result<(String, Place), Trouble> {
    let by_id = || items.values().find(|item| item.panel.id.to_string() == panel);
    let found = items.get(panel).or_else(by_id);
    let item = found.ok_or_else(|| Trouble::missing(format!("there is no panel {panel:?} here")))?;
    Ok((item.key.clone(), item.panel.at))
}

fn panel(
    item: &Unfolded,
    place: Place,
    mut answers: PanelAnswers,
    range: TimeRange,
    withheld: bool,
) -> Panel {
    let mut item = item.clone();
    let mut failures = std::mem::take(&mut answers.failures);
    if withheld {
        withhold(&mut item.panel);
        if !failures.is_empty() {
            // What went wrong would tell of the query.
            failures = vec!["a query of this panel cannot be answered".to_owned()];
        }
    }
    let prepared = answers.prepared(&item, range, SCRAPE_INTERVAL);
    let positions = settled(&item, &prepared);
    Panel { item, place, prepared, failures, positions }
}
