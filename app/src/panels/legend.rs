use std::collections::BTreeSet;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use watchfire_chart::{format_value, series_css_color};

use super::PanelSpec;
use crate::data::SeriesSummary;

/// The names of the series with their colours and newest values. A click shows one alone, with Ctrl it hides or shows one.
#[component]
pub(crate) fn ChartLegend(
    /// Which panel.
    #[prop(into)]
    spec: Signal<PanelSpec>,
    /// Its series.
    summaries: RwSignal<Vec<SeriesSummary>>,
    /// The names of the series that are not drawn.
    hidden: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let entries = move || {
        let spec = spec.get();
        let row = |(index, summary): (usize, SeriesSummary)| {
            (index, spec.series_name(summary.query, &summary.labels), format_value(spec.unit, summary.last))
        };
        summaries.get().into_iter().enumerate().map(row).collect::<Vec<_>>()
    };
    let choose = move |event: &MouseEvent, name: String| {
        let all = entries().into_iter().map(|(_, name, _)| name);
        hidden.update(|hidden| *hidden = chosen(hidden, &name, all, event.ctrl_key() || event.meta_key()));
    };
    let row = move |(index, name, value): (usize, String, String)| {
        let shown = {
            let name = name.clone();
            move || hidden.with(|hidden| !hidden.contains(&name))
        };
        let click = {
            let name = name.clone();
            move |event: MouseEvent| choose(&event, name.clone())
        };
        view! {
            <li>
                <button type="button" class="legend-entry" aria-pressed=move || shown().to_string() on:click=click>
                    <span class="legend-mark" style:background-color=series_css_color(index)></span>
                    <span class="legend-name">{name}</span>
                    <span class="legend-value">{value}</span>
                </button>
            </li>
        }
    };
    view! { <ul class="legend">{move || entries().into_iter().map(row).collect_view()}</ul> }
}

/// Which names are hidden after `name` was clicked.
pub(crate) fn chosen(
    hidden: &BTreeSet<String>,
    name: &str,
    all: impl Iterator<Item = String>,
    toggle: bool,
) -> BTreeSet<String> {
    let mut next = hidden.clone();
    if toggle {
        if !next.remove(name) {
            next.insert(name.to_owned());
        }
        return next;
    }
    let others: BTreeSet<String> = all.filter(|other| other != name).collect();
    // A second click on the one that is alone brings all back.
    if others == *hidden { BTreeSet::new() } else { others }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn click_isolates_and_ctrl_click_toggles() {
        let all = || ["a", "b", "c"].into_iter().map(str::to_owned);
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let table = [
            (set(&[]), "a", false, set(&["b", "c"])),
            (set(&["b", "c"]), "a", false, set(&[])),
            (set(&["b", "c"]), "b", false, set(&["a", "c"])),
            (set(&[]), "a", true, set(&["a"])),
            (set(&["a", "b"]), "a", true, set(&["b"])),
        ];
        for (hidden, name, toggle, expected) in table {
            assert_eq!(chosen(&hidden, name, all(), toggle), expected, "{hidden:?} {name} {toggle}");
        }
    }
}
