//! Where values of pictures lead: the links of their series, by a click and by keyboard.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use watchfire_chart::{Rect, Theme};
use watchfire_dashboard::Link;
use watchfire_panel::{Drawing, Shown, Stage, Unfolded};
use watchfire_view::Drawn;

use super::super::links::OfValue;
use super::super::share::ShareView;
use super::pointer::Pointer;
use crate::range::{PageRange, with_range};

/// How many links a panel has for the keyboard at most.
const MOST: usize = 50;

/// Goes to a URL; the second says whether beside this page.
type Go = Arc<dyn Fn(&str, bool) + Send + Sync>;

/// The links of a panel's values.
#[derive(Clone, Copy)]
pub(super) struct ValueLinks {
    item: Memo<Option<Arc<Unfolded>>>,
    drawn: RwSignal<Option<Drawn>>,
    search: Memo<String>,
    go: StoredValue<Go>,
    /// Those who see a share have no way to what its links lead to.
    shared: bool,
}

/// One of them: what it is the link of, and where it leads.
#[derive(Clone, PartialEq)]
struct Way {
    words: String,
    href: String,
    new_tab: bool,
}

impl ValueLinks {
    pub(super) fn new(item: Memo<Option<Arc<Unfolded>>>, drawn: RwSignal<Option<Drawn>>) -> Self {
        let navigate = use_navigate();
        let go: Go = Arc::new(move |href, new_tab| {
            // Another program's page, or a tab beside this one: the browser's matter.
            if new_tab || !href.starts_with('/') {
                let target = if new_tab { "_blank" } else { "_self" };
                // A browser that refuses says so itself.
                let _ = window().open_with_url_and_target_and_features(href, target, "noopener");
            } else {
                navigate(href, NavigateOptions::default());
            }
        });
        Self {
            item,
            drawn,
            search: searched(),
            go: StoredValue::new(go),
            shared: use_context::<ShareView>().is_some(),
        }
    }

    /// Follows the link of the value under the pointer; says whether there is one.
    pub(super) fn follow(self, pointer: Pointer) -> bool {
        let Some(way) = self.below(pointer) else { return false };
        self.go.with_value(|go| go(&way.href, way.new_tab));
        true
    }

    /// Whether the value under the pointer leads somewhere.
    pub(super) fn leads(self, pointer: Pointer) -> bool {
        self.below(pointer).is_some()
    }

    fn below(self, pointer: Pointer) -> Option<Way> {
        let (place, drawn) = pointer.here()?;
        let item = self.item.get()?;
        let name = name_at(&item, &drawn, place)?;
        // Where only one value is shown its name may be left out.
        let alone = drawn.prepared.series.len() == 1;
        let shown = drawn.prepared.series.iter().find(|shown| alone || shown.name == name)?;
        self.way(&item, shown)
    }

    fn way(self, item: &Unfolded, shown: &Shown) -> Option<Way> {
        let link: &Link = shown.field.links.first().filter(|_| !self.shared)?;
        let last = shown.values.iter().rev().find(|value| !value.is_nan());
        let text = last.map(f64::to_string).unwrap_or_default();
        let value = OfValue { name: &shown.name, labels: &shown.labels, text: &text, fields: &[] };
        let href = self.search.with(|search| value.href(link, search, &item.values));
        let words = format!("{}: {}", shown.name, link.title);
        Some(Way { words, href, new_tab: link.new_tab })
    }

    /// All of them, for those who use no pointer.
    fn all(self) -> Vec<Way> {
        let Some(item) = self.item.get() else { return Vec::new() };
        self.drawn.with(|drawn| {
            let series = drawn.as_ref().map(|drawn| drawn.prepared.series.as_slice()).unwrap_or_default();
            let mut all: Vec<Way> =
                series.iter().filter_map(|shown| self.way(&item, shown)).take(MOST).collect();
            all.dedup_by(|one, other| one.href == other.href);
            all
        })
    }
}

/// The URL's query part with the range of the page, for links that keep it.
pub(super) fn searched() -> Memo<String> {
    let (search, range) = (use_location().search, expect_context::<PageRange>());
    Memo::new(move |_| search.with(|search| with_range(search, range.window())))
}

/// The name of the value at a place of a picture.
fn name_at(item: &Unfolded, drawn: &Drawn, place: (f64, f64)) -> Option<String> {
    let theme = Theme::DARK;
    let stage = Stage {
        theme: &theme,
        window: drawn.window,
        utc_offset: 0,
        now: drawn.window.end,
        hidden: &drawn.hidden,
        marks: &[],
        positions: &drawn.positions,
    };
    let area = Rect::new(0.0, 0.0, drawn.size.0, drawn.size.1);
    let name = match Drawing::of(&item.panel, &drawn.prepared, &stage)? {
        Drawing::Stat(stat) => stat.items.get(stat.item_at(area, place)?)?.reading.name.to_string(),
        Drawing::Gauge(gauge) => gauge.readings.get(gauge.reading_at(area, place)?)?.name.to_string(),
        Drawing::BarGauge(gauge) => gauge.readings.get(gauge.reading_at(area, place)?)?.name.to_string(),
        Drawing::Pie(pie) => pie.readings.get(pie.slice_at(area, place)?)?.name.to_string(),
        Drawing::Graph(graph) => graph.nodes.get(graph.node_at(area, place)?)?.name.to_string(),
        _ => return None,
    };
    Some(name)
}

/// The links as a list that shows itself to the keyboard only.
#[component]
pub(super) fn WayList(links: ValueLinks) -> impl IntoView {
    let all = Memo::new(move |_| links.all());
    let way = |way: Way| {
        let target = way.new_tab.then_some("_blank");
        view! { <li><a href=way.href target=target rel="noopener">{way.words}</a></li> }
    };
    view! {
        <Show when=move || all.with(|all| !all.is_empty())>
            <ul class="value-links">{move || all.get().into_iter().map(way).collect_view()}</ul>
        </Show>
    }
    .into_any()
}
