use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::{ConnectInfo, Path, State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use watchfire_dashboard::{Clock, Panel, Values};
use watchfire_model::live::Span;
use watchfire_model::{TimeExpr, TimeWindow, parse_duration};
use watchfire_panel::{Role, in_role};
use watchfire_service::dashboards::{Dashboards, OpenShare, ShareTime};

use super::looks::Looks;
use crate::clock::now;
use crate::http::App;
use crate::live::{PanelAsked, PanelQueries, PanelQuery, Scope, StepClock};

/// How often it is looked whether a share is still open.
const LOOK: Duration = Duration::from_secs(2);

/// How long the values of variables are taken for true: the panels of a page ask all at once.
const FRESH: i64 = 5000;

/// The usual distance between samples, in milliseconds.
const SCRAPE_INTERVAL: i64 = 15_000;

/// The WebSocket of a shared page.
pub(super) async fn live(
    State(app): State<App>,
    Path(token): Path<String>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let dashboards = app.service.dashboards();
    match app.looks.at(&dashboards, &token).await {
        Ok(open) => {
            let panels = Arc::new(SharedPanels {
                dashboards,
                looks: app.looks.clone(),
                token,
                share: Mutex::new(open),
                open: AtomicBool::new(true),
                version: AtomicU64::new(0),
                values: Mutex::default(),
            });
            tokio::spawn(look(Arc::downgrade(&panels)));
            crate::live::upgrade(app.hub, Scope::Share(panels), from.ip(), upgrade)
        }
        Err(error) => (StatusCode::NOT_FOUND, error).into_response(),
    }
}

/// The values that are asked for, by the names of variables.
type Named = BTreeMap<String, Vec<String>>;

/// The panels of a share, for one connection.
struct SharedPanels {
    dashboards: Dashboards,
    looks: Looks,
    token: String,
    /// As it was when it was last looked at.
    share: Mutex<Arc<OpenShare>>,
    open: AtomicBool,
    /// Counts the changes of the share.
    version: AtomicU64,
    /// What variables have, by what was asked for, and when that was found out.
    values: Mutex<BTreeMap<Named, (i64, Values)>>,
}

/// Follows what becomes of the share as long as somebody watches it.
async fn look(panels: Weak<SharedPanels>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(panels) = panels.upgrade() else { return };
        match panels.looks.at(&panels.dashboards, &panels.token).await {
            Ok(open) => {
                let mut share = panels.share.lock().unwrap_or_else(PoisonError::into_inner);
                if !Arc::ptr_eq(&share, &open) && *share != open {
                    panels.values.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    *share = open;
                    panels.version.fetch_add(1, Ordering::Relaxed);
                }
                panels.open.store(true, Ordering::Relaxed);
            }
            Err(error) => {
                tracing::debug!(%error, "a share that is watched is closed");
                panels.open.store(false, Ordering::Relaxed);
            }
        }
    }
}

impl SharedPanels {
    fn share(&self) -> Arc<OpenShare> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn values(
        &self,
        share: &OpenShare,
        asked: Named,
        range: watchfire_model::TimeRange,
    ) -> Result<Values, String> {
        // A client that asks for ever new values is not to fill the memory.
        const MOST: usize = 32;
        let known = || self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, values)) = known().get(&asked)
            && now() - at < FRESH
        {
            return Ok(values.clone());
        }
        let (values, _) = self.dashboards.shown_variables(share, &asked, range).await.map_err(|error| {
            tracing::debug!(%error, "the variables of a share cannot be had");
            "the variables of this dashboard cannot be had".to_owned()
        })?;
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(asked, (now(), values.clone()));
        Ok(values)
    }
}

#[async_trait]
impl PanelQueries for SharedPanels {
    async fn query(&self, asked: PanelAsked, clock: StepClock) -> Result<PanelQuery, String> {
        let share = self.share();
        let span = match &share.shared.share.time {
            ShareTime::Free => asked.span,
            ShareTime::Locked { from, to } => {
                let panel = share.dashboard().panel(asked.panel);
                own(panel, locked(from, to, clock.now)?, clock.now)
            }
        };
        let stepped = clock.at(span)?;
        // A repeated panel names one value; what holds for the page is what all of its panels say.
        let wanted: Named = asked.variables.iter().cloned().collect();
        let values = self.values(&share, wanted, stepped.range).await?;
        let clock = Clock {
            from: stepped.range.start,
            to: stepped.range.end,
            step: stepped.step,
            scrape_interval: SCRAPE_INTERVAL,
        };
        let (expr, instant) = share.query(asked.panel, &asked.query, &asked.variables, values, &clock)?;
        let expr = in_role(&expr, asked.role, stepped.step)
            .filter(|_| !instant || asked.role == Role::Value)
            .ok_or("this query has no samples between its points")?;
        Ok(PanelQuery { expr, instant, span })
    }

    fn still_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }
}

/// The span with a panel's own length and shift.
fn own(panel: Option<&Panel>, span: Span, now: i64) -> Span {
    let length = |text: &Option<String>| text.as_deref().and_then(|text| parse_duration(text).ok());
    let Some(panel) = panel else { return span };
    let (own, shift) = (length(&panel.time_range), length(&panel.time_shift).unwrap_or(0));
    let span = match (span, own) {
        (span, None) => span,
        (Span::Fixed { end, .. }, Some(length)) => Span::Fixed { start: end.saturating_sub(length), end },
        (_, Some(length)) => Span::Last { length },
    };
    if shift == 0 {
        return span;
    }
    let (start, end) = match span {
        Span::Last { length } => (now.saturating_sub(length), now),
        Span::Since { start } => (start, now),
        Span::Fixed { start, end } => (start, end),
    };
    Span::Fixed { start: start.saturating_sub(shift), end: end.saturating_sub(shift) }
}

/// The range that a share is locked to.
fn locked(from: &str, to: &str, now: i64) -> Result<Span, String> {
    let window = TimeWindow::parse(from, to, 0, now).map_err(|error| error.to_string())?;
    let range = window.resolve(now);
    Ok(match (window.from, window.is_live()) {
        (TimeExpr::BeforeNow(length), true) => Span::Last { length },
        (TimeExpr::At(start), true) => Span::Since { start },
        _ => Span::Fixed { start: range.start, end: range.end },
    })
}
