//! Connections that may ask for the panels of a shared dashboard alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use watchfire_model::live::{Asked, Role, Span, Subscription};

use super::fixture::{Fixture, last, promql, query};
use crate::clock::now;
use crate::live::{PanelAsked, PanelQueries, PanelQuery, Scope, StepClock};

/// Has one panel, and may lock the time to the last minute.
struct Dashboard {
    open: AtomicBool,
    locked: bool,
}

#[async_trait]
impl PanelQueries for Dashboard {
    async fn query(&self, asked: PanelAsked, clock: StepClock) -> Result<PanelQuery, String> {
        if (asked.panel, asked.query.as_str()) != (7, "A") {
            return Err("there is no such panel".to_owned());
        }
        let span = if self.locked { Span::Last { length: 60_000 } } else { asked.span };
        let step = clock.at(span)?.step;
        let hosts: Vec<&str> =
            asked.variables.iter().flat_map(|(_, values)| values).map(String::as_str).collect();
        let expr = format!("max_over_time(up{{host=~\"{}\"}}[{step}ms])", hosts.join("|"));
        Ok(PanelQuery { expr, instant: false, span })
    }

    fn version(&self) -> u64 {
        0
    }

    fn still_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}

fn panel(panel: u32) -> Asked {
    let variables = vec![("host".to_owned(), vec!["a".to_owned(), "b".to_owned()])];
    Asked::Panel { panel, query: "A".to_owned(), variables, role: Role::Value }
}

fn share(locked: bool) -> (Arc<Dashboard>, Scope) {
    let dashboard = Arc::new(Dashboard { open: AtomicBool::new(true), locked });
    (dashboard.clone(), Scope::Share(dashboard))
}

#[tokio::test]
async fn a_share_answers_for_its_panels_alone() {
    let fixture = Fixture::new().await;
    fixture.store("a", now(), 1.0).await;
    let (_, scope) = share(false);
    let mut viewer = fixture.viewer(scope);
    for (asked, expected) in [
        (promql("up"), "its panels alone"),
        (Asked::Series(query()), "its panels alone"),
        (panel(8), "no such panel"),
    ] {
        viewer.subscribe(last(asked.clone(), 30_000)).await;
        let (sentence, _) = viewer.refusal().await;
        assert!(sentence.contains(expected), "{asked:?}: {sentence}");
    }
    viewer.subscribe(last(panel(7), 30_000)).await;
    let body = viewer.range().await;
    assert_eq!((body.grid.step, body.series.len()), (1000, 1));
    fixture.serve(2.0).await;
    viewer.until(|seen| seen.points.values().any(|bits| *bits == 2.0_f64.to_bits())).await;

    // And who may ask for all asks with PromQL.
    let mut other = fixture.viewer(Scope::All);
    other.subscribe(last(panel(7), 30_000)).await;
    assert!(other.refusal().await.0.contains("PromQL"));
}

#[tokio::test]
async fn a_share_may_lock_the_time() {
    let fixture = Fixture::new().await;
    let (_, scope) = share(true);
    let mut viewer = fixture.viewer(scope);
    let span = Span::Fixed { start: 0, end: 1000 };
    viewer.subscribe(Subscription { span, ..last(panel(7), 60_000) }).await;
    let grid = viewer.range().await.grid;
    assert!(grid.start >= now() - 70_000 && grid.len >= 60, "{grid:?}");
}

#[tokio::test]
async fn a_share_that_is_closed_ends_what_is_watched() {
    let fixture = Fixture::new().await;
    let (dashboard, scope) = share(false);
    let mut viewer = fixture.viewer(scope);
    viewer.subscribe(last(panel(7), 30_000)).await;
    viewer.range().await;
    viewer.session.look().await;
    assert_eq!(viewer.inbox.waiting(), 0);
    dashboard.open.store(false, Ordering::Relaxed);
    viewer.session.look().await;
    assert!(viewer.refusal().await.0.contains("no longer shared"));
    assert_eq!(fixture.hub.stats().watchers.load(Ordering::Relaxed), 0);
    viewer.subscribe(last(panel(7), 30_000)).await;
    assert!(viewer.refusal().await.0.contains("no longer shared"));
}
