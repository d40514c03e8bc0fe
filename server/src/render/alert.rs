//! Charts of alerts, for mails.

use async_trait::async_trait;
use serde_json::json;
use watchfire_alerting::channel::About;
use watchfire_dashboard::Dashboard;
use watchfire_model::{Labels, TimeWindow};
use watchfire_service::Service;
use watchfire_service::alerting::Charted;
use watchfire_service::alerting::delivery::Painter;

use super::asked::{Asked, Colors, Form};
use super::desk::Desk;
use super::draw;
use super::subject::{Subject, Tools};
use super::trouble::Trouble;
use crate::clock::now;

/// How long a chart looks back, in milliseconds.
const WINDOW: i64 = 3_600_000;

/// CSS pixels: the width of a mail.
const SIZE: (f64, f64) = (560.0, 220.0);

/// Draws the queries of rules over the last hour.
pub(crate) struct AlertPainter {
    pub(crate) service: Service,
    pub(crate) desk: Desk,
    /// `render.max_pixels`.
    pub(crate) max_pixels: u64,
}

#[async_trait]
impl Painter for AlertPainter {
    async fn paint(&self, about: &About) -> Result<Option<Vec<u8>>, String> {
        let firing = about.alerts.iter().filter(|alert| !alert.resolved);
        let labels: Vec<Labels> = firing.map(|alert| alert.labels.clone()).collect();
        let Some(charted) = self.service.alerting().charted(&labels) else { return Ok(None) };
        self.drawn(&charted).await.map(Some).map_err(|trouble| trouble.text)
    }

    async fn paint_rule(&self, rule: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(charted) = self.service.alerting().charted_rule(rule) else { return Ok(None) };
        self.drawn(&charted).await.map(Some).map_err(|trouble| trouble.text)
    }

    fn knows(&self, rule: &str) -> bool {
        self.service.alerting().charted_rule(rule).is_some()
    }

    async fn paint_sample(&self) -> Result<Vec<u8>, String> {
        self.drawn(&sample()).await.map_err(|trouble| trouble.text)
    }
}

/// Values that nobody has measured, above their threshold now and then.
fn sample() -> Charted {
    Charted {
        title: "Sample: made-up values in place of those of a rule".to_owned(),
        expr: "50 + 40 * sin(vector(time() / 600))".to_owned(),
        thresholds: vec![80.0],
    }
}

impl AlertPainter {
    async fn drawn(&self, charted: &Charted) -> Result<Vec<u8>, Trouble> {
        let asked = Asked {
            panel: Some("1".to_owned()),
            width: Some(SIZE.0),
            height: Some(SIZE.1),
            // Most screens that show mails have more pixels than CSS says.
            scale: 2.0,
            theme: Some(Colors::Light),
            now: now(),
            ..Asked::usual(Form::Png)
        };
        let subject = Subject::of_panels(dashboard(charted)?, TimeWindow::last(WINDOW), asked.now);
        let ready = subject
            .evaluated(&Tools { service: &self.service, desk: &self.desk, max_panels: 1 }, &asked)
            .await?;
        if let Some(failure) = ready.panels.iter().find_map(|panel| panel.failures.first()) {
            return Err(Trouble::refused(failure.clone()));
        }
        let most = self.max_pixels;
        let drawn = self.desk.at_work(move || draw::draw(&ready, &asked, most)).await?;
        Ok(drawn.bytes.to_vec())
    }
}

/// A dashboard of one panel.
fn dashboard(charted: &Charted) -> Result<Dashboard, Trouble> {
    let steps: Vec<_> =
        charted.thresholds.iter().map(|value| json!({"value": value, "color": "critical"})).collect();
    let panel = json!({
        "id": 1,
        "kind": "time_series",
        "title": charted.title,
        "at": {"x": 0, "y": 0, "w": 24, "h": 8},
        "queries": [{"id": "A", "expr": charted.expr}],
        "field": {"thresholds": {"steps": steps, "as": "lines"}},
    });
    let whole = json!({"uid": "alert", "title": charted.title, "panels": [panel]});
    serde_json::from_value(whole).map_err(|error| Trouble::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_of_an_alert_can_be_read() {
        let charted =
            Charted { title: "Hot".to_owned(), expr: "temp".to_owned(), thresholds: vec![1.0, 2.0] };
        let made = dashboard(&charted).unwrap();
        assert_eq!(made.panels.len(), 1);
        assert_eq!(made.panels[0].field.thresholds.as_ref().map(|all| all.steps.len()), Some(2));
        assert!(made.panels[0].other.is_empty(), "{:?}", made.panels[0].other);
        assert!(dashboard(&sample()).unwrap().panels[0].title.contains("Sample"));
    }
}
