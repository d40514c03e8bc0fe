use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_model::{MatchOp, Matcher, TimeRange, is_plain_label_name};
use watchfire_promql::Fit;

use crate::address::{Encoded, Search};
use crate::api::{self, MetricHelp, Names};
use crate::range::clock;

/// How long a list is taken for true, in milliseconds.
const FRESH: i64 = 60_000;

/// How many names are asked for: a list is for a person to read, and each key press goes through all of it.
const MOST: &str = "20000";

/// Lists of names and values that the server knows; asked for once a minute at most.
#[derive(Clone, Copy)]
pub(super) struct NameCache {
    lists: StoredValue<HashMap<String, Entry>>,
    described: StoredValue<Option<Arc<BTreeMap<String, MetricHelp>>>>,
    /// Counts the lists that have come.
    pub(super) arrived: RwSignal<u32>,
}

#[derive(Clone, Default)]
struct Entry {
    list: Option<Arc<Vec<String>>>,
    /// When it was asked for.
    asked: i64,
}

/// Where a list of names comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    path: String,
    search: Search,
}

impl Source {
    /// What `fit` needs from the server, if it needs something.
    pub(super) fn of(fit: &Fit, range: TimeRange) -> Option<Self> {
        let (path, matchers) = match fit {
            Fit::Metrics => ("/api/v1/label/__name__/values".to_owned(), &[][..]),
            Fit::LabelNames(matchers) => ("/api/v1/labels".to_owned(), &matchers[..]),
            Fit::LabelValues { label, matchers } => {
                (format!("/api/v1/label/{}/values", Encoded(label)), &matchers[..])
            }
            Fit::Functions | Fit::Aggregations | Fit::Keywords(_) | Fit::Durations => return None,
        };
        let search = Search::default()
            .with("match[]", &selector(matchers).unwrap_or_default())
            // Whole hours, so that the same list serves while the time goes on.
            .with("start", &hours(range.start, 0))
            .with("end", &hours(range.end, 1))
            .with("limit", MOST);
        Some(Self { path, search })
    }

    fn key(&self) -> String {
        format!("{}{}", self.path, self.search)
    }
}

fn hours(millis: i64, more: i64) -> String {
    ((millis.div_euclid(3_600_000) + more) * 3600).to_string()
}

/// A selector of the series that fulfil all conditions; none if it would be one for all series, which the server refuses.
fn selector(matchers: &[Matcher]) -> Option<String> {
    let narrows = |matcher: &Matcher| match matcher.op {
        MatchOp::Equal => !matcher.value.is_empty(),
        MatchOp::Regex => !matcher.value.is_empty() && matcher.value != ".*",
        MatchOp::NotEqual | MatchOp::NotRegex => false,
    };
    if !matchers.iter().any(narrows) {
        return None;
    }
    let condition = |matcher: &Matcher| {
        let quoted = |text: &str| {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
        };
        let name =
            if is_plain_label_name(&matcher.name) { matcher.name.clone() } else { quoted(&matcher.name) };
        format!("{name}{}{}", matcher.op.symbol(), quoted(&matcher.value))
    };
    Some(format!("{{{}}}", matchers.iter().map(condition).collect::<Vec<_>>().join(",")))
}

impl NameCache {
    pub(super) fn new() -> Self {
        Self {
            lists: StoredValue::new(HashMap::new()),
            described: StoredValue::new(None),
            arrived: RwSignal::new(0),
        }
    }

    /// The list, if it has come; an old one until the new one is there.
    pub(super) fn list(self, source: &Source) -> Option<Arc<Vec<String>>> {
        self.lists.with_value(|lists| lists.get(&source.key())?.list.clone())
    }

    /// Whether the list must be asked for.
    pub(super) fn lacks(self, source: &Source) -> bool {
        self.lists
            .with_value(|lists| lists.get(&source.key()).is_none_or(|entry| clock() - entry.asked > FRESH))
    }

    /// Asks for the list, unless it is here or on its way. For the browser.
    pub(super) fn want(self, source: Source) {
        if !self.lacks(&source) {
            return;
        }
        let key = source.key();
        self.lists.update_value(|lists| lists.entry(key.clone()).or_default().asked = clock());
        spawn_local(async move {
            let text = api::get(&source.path, &source.search).await;
            // Without an answer there is nothing to suggest; the page says elsewhere that the server is away.
            if let Ok(list) = text.and_then(|text| Names::read(&text)) {
                let here = self.lists.try_update_value(|lists| {
                    lists.entry(key).or_default().list = Some(Arc::new(list));
                });
                if here.is_some() {
                    self.arrived.try_update(|count| *count = count.wrapping_add(1));
                }
            }
        });
    }

    /// What the metrics are, as far as it is known.
    pub(super) fn described(self) -> Option<Arc<BTreeMap<String, MetricHelp>>> {
        self.described.get_value()
    }

    /// Asks what the metrics are. For the browser.
    pub(super) fn want_descriptions(self) {
        if self.described.with_value(Option::is_some) {
            return;
        }
        self.described.set_value(Some(Arc::default()));
        spawn_local(async move {
            let text = api::get("/api/v1/metadata", &Search::default().with("limit_per_metric", "1")).await;
            if let Ok(all) = text.and_then(|text| MetricHelp::read(&text)) {
                self.described.try_set_value(Some(Arc::new(all)));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_asked_for_by_the_conditions_so_far() {
        let range = TimeRange { start: 3_600_000, end: 7_300_000 };
        let key = |fit: &Fit| Source::of(fit, range).map(|source| source.key());
        let matchers = vec![
            Matcher::metric("up"),
            Matcher { name: "a.b".into(), op: MatchOp::NotEqual, value: "x\"y".into() },
        ];
        let expected = "/api/v1/labels?match%5B%5D=%7B__name__%3D%22up%22,%22a.b%22%21%3D%22x%5C%22y%22%7D&start=3600&end=10800&limit=20000";
        assert_eq!(key(&Fit::LabelNames(matchers.clone())).as_deref(), Some(expected));
        let values = key(&Fit::LabelValues { label: "a.b".into(), matchers: Vec::new() });
        assert_eq!(values.as_deref(), Some("/api/v1/label/a.b/values?start=3600&end=10800&limit=20000"));
        assert_eq!(key(&Fit::Functions), None);
        assert_eq!(
            selector(&matchers[1..]),
            None,
            "a selector needs one condition that not all series fulfil"
        );
    }
}
