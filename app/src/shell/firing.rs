//! How many alerts fire, beside the way to them. The server puts it into the page; what keeps it up to date belongs to no first view.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use crate::api::call;
use crate::numbers::grouped;
use crate::pages::Page;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);

/// Where it stands.
const PLACE: &str = ".sidebar a[href^='/alerts'] + span";

/// What says that the server is away: then nobody is asked.
const LOST: &str = ".connection[data-state='lost']";

/// What fires and is not muted; on the server a Leptos context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Firing {
    pub(crate) firing: u64,
    /// Of the gravest, one of the words that styles know.
    pub(crate) severity: Option<String>,
}

impl Firing {
    /// As HTML; nothing where nothing fires.
    fn shown(&self) -> String {
        let (count, words) = match self.firing {
            0 => return String::new(),
            1 => ("1".to_owned(), "alert fires"),
            firing => (grouped(firing), "alerts fire"),
        };
        let is_word = |severity: &&str| severity.bytes().all(|byte| byte.is_ascii_lowercase());
        let severity = self.severity.as_deref().filter(is_word).unwrap_or_default();
        let gravest = if severity.is_empty() { String::new() } else { format!(", the gravest: {severity}") };
        format!(
            "<b class=\"nav-count\" data-severity=\"{severity}\">{count}<span class=\"visually-hidden\"> {words}{gravest}</span></b>"
        )
    }
}

/// What the server puts beside a page's link. The browser finds it there, and leaves it.
#[cfg(feature = "ssr")]
pub(super) fn first(page: Page) -> String {
    let firing = use_context::<Firing>().filter(|_| page == Page::Alerts);
    firing.map(|firing| firing.shown()).unwrap_or_default()
}

/// What the server puts beside a page's link. The browser finds it there, and leaves it.
#[cfg(not(feature = "ssr"))]
pub(super) fn first(_: Page) -> String {
    String::new()
}

/// Keeps it up to date from now on, as long as the page is in sight. Whoever calls it again changes nothing.
pub(crate) fn follow_firing() {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    if !BEGUN.swap(true, Ordering::Relaxed) {
        ask();
        set_interval(ask, EVERY);
    }
}

fn ask() {
    let find = |what: &str| document().query_selector(what).ok().flatten();
    // Shares have no ways to pages.
    let Some(place) = find(PLACE).filter(|_| !document().hidden() && find(LOST).is_none()) else { return };
    spawn_local(async move {
        // Where there is no answer the badge of the connection says so.
        if let Ok(firing) = call::<Firing>("GET", "/api/v1/watchfire/alerts/firing", None).await {
            place.set_inner_html(&firing.shown());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_told_to_all_senses() {
        let shown = |firing, severity: &str| Firing { firing, severity: Some(severity.to_owned()) }.shown();
        assert_eq!(
            shown(1, "critical"),
            r#"<b class="nav-count" data-severity="critical">1<span class="visually-hidden"> alert fires, the gravest: critical</span></b>"#
        );
        assert!(
            shown(12, "info")
                .contains(r#"data-severity="info">12<span class="visually-hidden"> alerts fire"#)
        );
        assert_eq!(shown(0, "info"), "");
        assert!(shown(2, "\"><script>").contains(r#"data-severity="">2<"#));
        assert!(Firing { firing: 3, severity: None }.shown().contains(r#"data-severity="">3<"#));
    }
}
