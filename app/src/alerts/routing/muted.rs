//! What would keep an alert from being told: each thing by its name, with a way to it.

use leptos::prelude::*;
use serde::Deserialize;
use watchfire_model::Matcher;

use crate::address::{Encoded, Search};
use crate::alerts::alert::LabelMap;
use crate::alerts::filter::written;
use crate::alerts::label_words;
use crate::numbers::grouped;

/// What stands in place of a window's id where the data is made up.
const DEMO: &str = "demo";

/// What would keep it from being told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(in crate::alerts) struct Muted {
    silences: Vec<String>,
    inhibitions: Vec<String>,
    maintenance: Option<String>,
    maintenance_name: Option<String>,
    silenced: Vec<Silenced>,
    inhibiting: Vec<Inhibiting>,
    left_out: LeftOut,
}

/// How many are not told one by one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct LeftOut {
    silences: usize,
    inhibitions: usize,
}

/// A silence.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Silenced {
    id: String,
    matchers: Vec<String>,
    created_by: String,
    comment: String,
}

/// An alert that fires and keeps others quiet.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Inhibiting {
    labels: LabelMap,
}

/// Something that mutes: what it is, where it is shown, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reason {
    what: &'static str,
    name: String,
    path: String,
    more: String,
}

impl Muted {
    /// How much of what, in a sentence.
    pub(in crate::alerts) fn words(&self) -> Option<String> {
        let count = |many: usize, one: &str| match many {
            0 => None,
            1 => Some(format!("1 {one}")),
            many => Some(format!("{} {one}s", grouped(many as u64))),
        };
        let window = || self.maintenance_name.as_ref().or(self.maintenance.as_ref());
        let maintenance = match self.maintenance.as_deref() {
            Some(DEMO) => Some("what it is: made-up data".to_owned()),
            _ => window().map(|name| format!("the maintenance {name}")),
        };
        let parts = [
            count(self.silences.len() + self.left_out.silences, "silence"),
            count(self.inhibitions.len() + self.left_out.inhibitions, "other alert"),
            maintenance,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty())
            .then(|| format!("⊘ Nobody would be told now, because of {}.", parts.join(" and ")))
    }

    fn each(&self) -> Vec<Reason> {
        let silenced = self.silenced.iter().map(|silence| Reason {
            what: "silenced by",
            name: if silence.comment.is_empty() { silence.id.clone() } else { silence.comment.clone() },
            path: format!("/alerts/silences/{}", Encoded(&silence.id)),
            more: format!("of {}: {}", silence.created_by, silence.matchers.join(", ")),
        });
        let inhibited = self.inhibiting.iter().map(|alert| {
            let named = alert.labels.get("alertname").map_or("an alert without a name", String::as_str);
            let matchers = alert.labels.iter().map(|(name, value)| written(&Matcher::equal(name, value)));
            let filter = matchers.collect::<Vec<_>>().join(" ");
            Reason {
                what: "inhibited by",
                name: named.to_owned(),
                path: format!("/alerts{}", Search::default().with("filter", &filter)),
                more: label_words(&alert.labels, &["alertname"]),
            }
        });
        let window = self.maintenance.iter().filter(|id| *id != DEMO).map(|id| Reason {
            what: "in the maintenance window",
            name: self.maintenance_name.clone().unwrap_or_else(|| id.clone()),
            path: format!("/alerts/maintenance/{}", Encoded(id)),
            more: String::new(),
        });
        silenced.chain(inhibited).chain(window).collect()
    }

    /// What is said of those that are not told one by one.
    fn more(&self) -> Option<String> {
        let more = self.left_out.silences + self.left_out.inhibitions;
        (more > 0).then(|| format!("… and {} more", grouped(more as u64)))
    }

    /// Each of them, with a way to it; nothing where there is none.
    pub(super) fn reasons(&self) -> Option<AnyView> {
        let one = |reason: Reason| {
            view! {
                <li class="way-taken">
                    <span class="alert-muted">{format!("⊘ {} ", reason.what)}<a href=reason.path>{reason.name}</a></span>
                    <span class="hint">{reason.more}</span>
                </li>
            }
        };
        let each = self.each();
        let more =
            self.more().map(|words| view! { <li class="way-taken"><span class="hint">{words}</span></li> });
        (!each.is_empty()).then(|| {
            view! { <ul class="ways-taken" aria-label="What mutes it">{each.into_iter().map(one).collect_view()}{more}</ul> }
                .into_any()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mutes_is_named_and_leads_there() {
        let text = r#"{"silences":["s 1"],"inhibitions":["a","b"],"maintenance":"w7","maintenance_name":"move",
            "silenced":[{"id":"s 1","matchers":["team=\"web\""],"created_by":"ann","comment":"known","ends_at":5}],
            "inhibiting":[{"fingerprint":"a","labels":{"alertname":"Down","host":"x"}}]}"#;
        let muted: Muted = serde_json::from_str(text).unwrap();
        assert_eq!(
            muted.words().as_deref(),
            Some(
                "⊘ Nobody would be told now, because of 1 silence and 2 other alerts and the maintenance move."
            )
        );
        let told: Vec<String> = muted
            .each()
            .into_iter()
            .map(|reason| format!("{} {} {} {}", reason.what, reason.name, reason.path, reason.more))
            .collect();
        let filter = Search::default().with("filter", r#"alertname="Down" host="x""#);
        assert_eq!(
            told,
            [
                "silenced by known /alerts/silences/s%201 of ann: team=\"web\"".to_owned(),
                format!("inhibited by Down /alerts{filter} host=\"x\""),
                "in the maintenance window move /alerts/maintenance/w7 ".to_owned(),
            ]
        );
        assert_eq!(Muted::default().words(), None);
        assert!(Muted::default().each().is_empty());
    }

    #[test]
    fn those_that_are_left_out_are_counted() {
        let text = r#"{"silences":["s"],"inhibitions":["a","b"],"left_out":{"silences":0,"inhibitions":18}}"#;
        let muted: Muted = serde_json::from_str(text).unwrap();
        assert_eq!(
            muted.words().as_deref(),
            Some("⊘ Nobody would be told now, because of 1 silence and 20 other alerts.")
        );
        assert_eq!(muted.more().as_deref(), Some("… and 18 more"));
        assert_eq!(Muted::default().more(), None);
    }

    #[test]
    fn made_up_data_is_no_window() {
        let muted = Muted { maintenance: Some("demo".to_owned()), ..Muted::default() };
        assert!(muted.each().is_empty());
        assert_eq!(
            muted.words().as_deref(),
            Some("⊘ Nobody would be told now, because of what it is: made-up data.")
        );
    }
}
