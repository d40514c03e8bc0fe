//! How many alerts fire, beside the way to them. The server puts it into the page; what keeps it up to date belongs to no first view.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use crate::api::call;
use crate::numbers::grouped;
use crate::pages::Page;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);

/// After so many looks without an answer nobody knows whether the number is right still.
const MOST_MISSED: u32 = 3;

/// What is above it is told as `99+` where there is little room.
const MOST_TOLD: u64 = 99;

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
            firing if firing <= MOST_TOLD => (firing.to_string(), "alerts fire"),
            // Who can't see it hears the number itself.
            firing => {
                (format!("<i>{}</i><i aria-hidden=\"true\">{MOST_TOLD}+</i>", grouped(firing)), "alerts fire")
            }
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

/// How asking goes.
struct Looks {
    /// Whether an answer is waited for: a server that is slow is not asked more for it.
    open: AtomicBool,
    /// How many there were since the last answer.
    missed: AtomicU32,
}

impl Looks {
    const fn new() -> Self {
        Self { open: AtomicBool::new(false), missed: AtomicU32::new(0) }
    }

    /// It is time for another: whether the number is too old by now, and whether to ask.
    fn begin(&self) -> (bool, bool) {
        (self.missed.fetch_add(1, Relaxed) >= MOST_MISSED, !self.open.swap(true, Relaxed))
    }

    fn end(&self, is_answered: bool) {
        self.open.store(false, Relaxed);
        if is_answered {
            self.missed.store(0, Relaxed);
        }
    }
}

/// Keeps it up to date from now on, as long as the page is in sight. Whoever calls it again changes nothing.
pub(crate) fn follow_firing() {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    if !BEGUN.swap(true, Relaxed) {
        look();
        set_interval(look, EVERY);
    }
}

/// Where nobody confirms the number: nothing there would say that nothing fires.
const UNKNOWN: &str = r#"<b class="nav-count" title="How many alerts fire is not known now">?<span class="visually-hidden"> how many alerts fire is not known now</span></b>"#;

fn look() {
    static LOOKS: Looks = Looks::new();
    // Shares have no ways to pages.
    let place = document().get_element_by_id(Page::Alerts.path()).filter(|_| !document().hidden());
    let is_lost = || document().query_selector(LOST).is_ok_and(|found| found.is_some());
    let Some(place) = place.filter(|_| !is_lost()) else { return };
    let (is_old, is_asked) = LOOKS.begin();
    if is_old {
        place.set_inner_html(UNKNOWN);
    }
    if !is_asked {
        return;
    }
    spawn_local(async move {
        let answer = call::<Firing>("GET", "/api/v1/watchfire/alerts/firing", None).await;
        LOOKS.end(answer.is_ok());
        if let Ok(firing) = answer {
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

    #[test]
    fn many_have_a_short_number_too() {
        let shown = |firing| Firing { firing, severity: None }.shown();
        assert!(shown(99).contains(">99<span"));
        assert!(shown(100).contains(r#"><i>100</i><i aria-hidden="true">99+</i><span"#));
        assert!(shown(1234).contains(&format!("<i>{}</i>", grouped(1234))));
    }

    #[test]
    fn a_number_that_nobody_confirms_goes() {
        let looks = Looks::new();
        // One waits for its answer; no other is asked meanwhile.
        assert_eq!(looks.begin(), (false, true));
        assert_eq!(looks.begin(), (false, false));
        looks.end(false);
        assert_eq!(looks.begin(), (false, true));
        assert_eq!(looks.begin(), (true, false), "the fourth without an answer");
        looks.end(true);
        assert_eq!(looks.begin(), (false, true));
    }
}
