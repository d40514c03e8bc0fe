//! Making links for others, and the list of those that there are.

mod dialog;
mod form;
mod list;
mod pictures;
mod snapshots;

pub(crate) use dialog::ShareDialog;
pub(crate) use list::SharesPage;

use serde::Deserialize;
use serde_json::Value;

/// A link as the API tells of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Share {
    uid: String,
    token: String,
    dashboard: String,
    dashboard_title: Option<String>,
    panel: Option<u32>,
    title: String,
    expires_at: Option<i64>,
    theme: Option<String>,
    time: Value,
    variables: Value,
    origins: Vec<String>,
    paused: bool,
    created_at: i64,
    views: u64,
    last_use: Option<i64>,
}

impl Share {
    /// How it is at `now`, in words.
    fn state(&self, now: i64) -> &'static str {
        if self.expires_at.is_some_and(|end| end <= now) {
            "expired"
        } else if self.paused {
            "paused"
        } else if self.origins.is_empty() {
            "open"
        } else {
            "open, can be embedded"
        }
    }

    /// Where it leads, below `origin`. `view`: the query part of the URL, with what is in sight and viewers may change.
    fn link(&self, origin: &str, view: &str) -> String {
        format!("{origin}/s/{}{view}", self.token)
    }

    /// The same for a frame.
    fn embed(&self, origin: &str, view: &str) -> String {
        format!("{origin}/embed/{}{view}", self.token)
    }

    /// What to paste into another page.
    fn snippet(&self, origin: &str, view: &str) -> String {
        let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let (address, title) = (quoted(&self.embed(origin, view)), quoted(&self.title));
        // A panel with its legend, or the first rows of a dashboard.
        let height = if self.panel.is_some() { 420 } else { 800 };
        format!(
            "<iframe src=\"{address}\" title=\"{title}\" width=\"100%\" height=\"{height}\" style=\"border:0\" loading=\"lazy\"></iframe>"
        )
    }
}

/// The origin that the page came from.
fn origin() -> String {
    leptos::prelude::window().location().origin().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_html() {
        let share = Share {
            token: "t".to_owned(),
            title: "\"A\" & <b>".to_owned(),
            panel: Some(1),
            ..Share::default()
        };
        assert_eq!(
            share.snippet("https://w", "?from=now-15m&to=now"),
            "<iframe src=\"https://w/embed/t?from=now-15m&amp;to=now\" title=\"&quot;A&quot; &amp; &lt;b>\" width=\"100%\" height=\"420\" \
             style=\"border:0\" loading=\"lazy\"></iframe>"
        );
        assert_eq!(share.link("https://w", ""), "https://w/s/t");
    }

    #[test]
    fn links_say_how_they_are() {
        let embedded = Share { origins: vec!["*".to_owned()], ..Share::default() };
        let ended = Share { expires_at: Some(1000), ..embedded.clone() };
        for (share, now, state) in [
            (Share::default(), 0, "open"),
            (embedded, 0, "open, can be embedded"),
            (ended.clone(), 999, "open, can be embedded"),
            (ended.clone(), 1000, "expired"),
            (Share { paused: true, ..Share::default() }, 0, "paused"),
            (Share { paused: true, ..ended }, 1000, "expired"),
        ] {
            assert_eq!(share.state(now), state, "{share:?}");
        }
    }
}
