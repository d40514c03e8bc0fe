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

    /// Where it leads, below `origin`.
    fn link(&self, origin: &str) -> String {
        format!("{origin}/s/{}", self.token)
    }

    /// The same for a frame.
    fn embed(&self, origin: &str) -> String {
        format!("{origin}/embed/{}", self.token)
    }

    /// What to paste into another page.
    fn snippet(&self, origin: &str) -> String {
        let title = self.title.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!(
            "<iframe src=\"{}\" title=\"{title}\" width=\"100%\" height=\"360\" style=\"border:0\" loading=\"lazy\"></iframe>",
            self.embed(origin)
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
