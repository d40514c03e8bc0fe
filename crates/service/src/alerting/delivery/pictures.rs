//! Charts in mails: drawn when a mail goes out, in bounded time, and left out where there is none.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use watchfire_alerting::channel::{About, Mail, Picture};

use super::Deliveries;

/// What the HTML of a mail calls the chart: it shows it where it says `cid:chart`.
pub const CHART: &str = "chart";

/// Draws what notifications are about.
#[async_trait]
pub trait Painter: Send + Sync {
    /// A picture as PNG; `Ok(None)` where there is nothing to draw, as of alerts that others sent.
    ///
    /// # Errors
    ///
    /// In words. The mail goes out without it.
    async fn paint(&self, about: &About) -> Result<Option<Vec<u8>>, String>;

    /// The same of a rule, whatever fires: `rule` is its name in the history, or the uid of one that a form made. `Ok(None)` where there
    /// is none such whose query can be drawn.
    ///
    /// # Errors
    ///
    /// In words.
    async fn paint_rule(&self, rule: &str) -> Result<Option<Vec<u8>>, String>;

    /// Whether there is such a rule whose query can be drawn.
    fn knows(&self, rule: &str) -> bool;

    /// A picture of made-up values that says that it is a sample.
    ///
    /// # Errors
    ///
    /// In words.
    async fn paint_sample(&self) -> Result<Vec<u8>, String>;
}

/// Who draws, and how long that may take.
#[derive(Clone, Default)]
pub(super) struct Easel(Arc<OnceLock<(Arc<dyn Painter>, Duration)>>);

/// What the chart of a preview shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    /// What the alerts of a test are about, or a sample.
    Test(&'a About),
    /// The query of this rule.
    Rule(&'a str),
}

/// The picture of a preview; `Ok(None)` where the rule is not there.
async fn previewed(painter: &dyn Painter, subject: Subject<'_>) -> Result<Option<Vec<u8>>, String> {
    match subject {
        Subject::Rule(rule) => painter.paint_rule(rule).await,
        Subject::Test(about) => match painter.paint(about).await? {
            Some(picture) => Ok(Some(picture)),
            None => painter.paint_sample().await.map(Some),
        },
    }
}

impl Deliveries {
    /// Lets `painter` draw charts for mails from now on, for `timeout` at most each. The first one stays; whether it was this
    /// one.
    pub fn paint_by(&self, painter: Arc<dyn Painter>, timeout: Duration) -> bool {
        self.easel.0.set((painter, timeout)).is_ok()
    }

    /// Puts the chart into a mail that wants one, or takes out where it would stand.
    pub(super) async fn illustrate(&self, about: &About, mail: &mut Mail) {
        let wanted = format!("cid:{CHART}");
        let Some(html) = mail.html.as_mut().filter(|html| html.contains(&wanted)) else { return };
        let painted = match self.easel.0.get() {
            Some((painter, timeout)) => match tokio::time::timeout(*timeout, painter.paint(about)).await {
                Ok(in_time) => in_time,
                Err(_) => Err(format!("it took longer than {timeout:?}")),
            },
            None => Ok(None),
        };
        match painted {
            Ok(Some(bytes)) => {
                self.metrics.chart(true);
                mail.pictures.push(Picture {
                    name: CHART.to_owned(),
                    media_type: "image/png".to_owned(),
                    base64: STANDARD.encode(bytes),
                });
                return;
            }
            Ok(None) => {}
            Err(reason) => {
                self.metrics.chart(false);
                tracing::warn!(reason, "a mail goes out without its chart");
            }
        }
        *html = without(html, &wanted);
    }

    /// The HTML of a mail with the chart inside, as a preview shows it; without it where mails have none, or it can't be drawn. `None`
    /// where the rule of which it is to be is not there.
    pub(super) async fn with_chart(&self, html: &str, subject: Subject<'_>) -> Option<String> {
        let wanted = format!("cid:{CHART}");
        let Some((painter, timeout)) = self.easel.0.get() else { return Some(without(html, &wanted)) };
        // Whether the mail has a chart or not.
        if let Subject::Rule(rule) = subject
            && !painter.knows(rule)
        {
            return None;
        }
        if !html.contains(&wanted) {
            return Some(html.to_owned());
        }
        let drawn = match tokio::time::timeout(*timeout, previewed(&**painter, subject)).await {
            Ok(in_time) => in_time,
            Err(_) => Err(format!("it took longer than {timeout:?}")),
        };
        match drawn {
            Ok(Some(bytes)) => {
                let inside = format!("data:image/png;base64,{}", STANDARD.encode(bytes));
                Some(html.replace(&wanted, &inside))
            }
            Ok(None) => None,
            Err(reason) => {
                tracing::warn!(reason, "a mail is shown without its chart");
                Some(without(html, &wanted))
            }
        }
    }
}

/// The HTML without the tags that show a picture.
pub(super) fn without(html: &str, picture: &str) -> String {
    let mut rest = html;
    let mut kept = String::with_capacity(html.len());
    while let Some(at) = rest.find(picture) {
        let (before, after) = rest.split_at(at);
        match (before.rfind('<'), after.find('>')) {
            (Some(start), Some(end)) if before[start..].starts_with("<img") => {
                kept.push_str(&before[..start]);
                rest = &after[end + 1..];
            }
            // It stands in no tag, and shows nothing.
            _ => {
                kept.push_str(before);
                rest = &after[picture.len()..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_taken_out() {
        for (html, left) in [
            ("<p>a<img alt=\"x\" src=\"cid:chart\" width=\"1\">b</p>", "<p>ab</p>"),
            ("<img src='cid:chart'><img src='cid:other'>", "<img src='cid:other'>"),
            ("see cid:chart there", "see  there"),
            ("<img src=\"cid:chart\"", "<img src=\"\""),
            ("", ""),
        ] {
            assert_eq!(without(html, "cid:chart"), left, "{html}");
        }
    }
}
