use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use watchfire_chart::Theme;
use watchfire_panel::{Key, Unfolded, key};

use super::feed::Feed;
use crate::preferences::Preferences;

/// How many rows a legend shows; the rest is counted.
const MOST: usize = 200;

/// The names of the series with their colours and numbers. A click shows one alone, with Ctrl it hides or shows one; a click on
/// a heading sorts.
#[component]
pub(super) fn PanelLegend(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    hidden: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let sort = RwSignal::new(None::<(usize, bool)>);
    let legend = Memo::new(move |_| {
        let prepared = feed.prepared.get()?;
        let item = item.get()?;
        let now = crate::range::clock();
        let mut key = key(&item.panel, &prepared, &Theme::BOTH, preferences.utc_offset(), now)?;
        if let Some((column, turned)) = sort.get() {
            sorted(&mut key, column, turned);
        }
        Some(key)
    });
    // Names and colours change seldom, numbers with each tick: only these are written anew then.
    let names = Memo::new(move |_| {
        legend.with(|legend| {
            let rows = legend.as_ref().map(|legend| legend.rows.as_slice()).unwrap_or_default();
            rows.iter()
                .take(MOST)
                .map(|row| (row.name.clone(), row.color.clone()))
                .enumerate()
                .collect::<Vec<_>>()
        })
    });
    let heads = Memo::new(move |_| {
        legend.with(|legend| {
            legend
                .as_ref()
                .filter(|legend| legend.table)
                .map(|legend| legend.heads.clone())
                .unwrap_or_default()
        })
    });
    let count = move || legend.with(|legend| legend.as_ref().map_or(0, |legend| legend.heads.len()));
    let more = move || {
        let there = legend.with(|legend| legend.as_ref().map_or(0, |legend| legend.rows.len()));
        (there > MOST).then(|| format!("and {} more series", there - MOST))
    };
    let choose = move |event: &MouseEvent, name: &str| {
        let all = names.get_untracked().into_iter().map(|(_, (name, _))| name);
        hidden.update(|hidden| *hidden = chosen(hidden, name, all, event.ctrl_key() || event.meta_key()));
    };
    let row = move |(index, (name, color)): (usize, (String, String))| {
        let (clicked, seen, hint) = (name.clone(), name.clone(), name.clone());
        let shown = move || hidden.with(|hidden| !hidden.contains(&seen)).to_string();
        let number = move |column: usize| {
            legend.with(|legend| {
                legend.as_ref().and_then(|legend| legend.rows.get(index)?.numbers.get(column).cloned())
            })
        };
        let numbers =
            (0..count()).map(|column| view! { <span class="legend-value">{move || number(column)}</span> });
        view! {
            <li>
                <button type="button" class="legend-entry" aria-pressed=shown title=hint on:click=move |event| choose(&event, &clicked)>
                    <span class="legend-mark" style:background-color=color></span>
                    <span class="legend-name">{name}</span>
                    {numbers.collect_view()}
                </button>
            </li>
        }
    };
    let head = move |(column, title): (usize, &'static str)| {
        let turn = move |_| {
            sort.update(|sort| {
                *sort = match *sort {
                    Some((known, false)) if known == column => Some((column, true)),
                    Some((known, true)) if known == column => None,
                    _ => Some((column, false)),
                }
            });
        };
        view! { <button type="button" class="legend-head" on:click=turn>{title}</button> }
    };
    let class = move || if heads.with(Vec::is_empty) { "board-legend" } else { "board-legend table" };
    view! {
        <div class=class style=move || format!("--numbers:{}", count().max(1)) data-rows=move || names.with(Vec::len)>
            <Show when=move || heads.with(|heads| !heads.is_empty())>
                <div class="legend-heads">{move || heads.get().into_iter().enumerate().map(head).collect_view()}</div>
            </Show>
            <ul><For each=move || names.get() key=|(index, (name, color))| format!("{index} {color} {name}") let:entry>{row(entry)}</For></ul>
            <p class="hint">{more}</p>
        </div>
    }
    .into_any()
}

/// Sorts by a column of numbers in words: by the numbers that they begin with, and their steps.
fn sorted(key: &mut Key, column: usize, turned: bool) {
    let size = |text: &str| {
        let end = text
            .find(|letter: char| !letter.is_ascii_digit() && !"-+.".contains(letter))
            .unwrap_or(text.len());
        let number = text[..end].parse::<f64>().unwrap_or(f64::NEG_INFINITY);
        let unit = text[end..].trim_start();
        let steps = [
            ("P", 1e15),
            ("T", 1e12),
            ("G", 1e9),
            ("M", 1e6),
            ("K", 1e3),
            ("k", 1e3),
            ("ms", 1e-3),
            ("µ", 1e-6),
            ("n", 1e-9),
        ];
        let times = steps.iter().find(|(step, _)| unit.starts_with(step)).map_or(1.0, |(_, times)| *times);
        number * times
    };
    watchfire_model::sort_small(&mut key.rows, &|one, other| {
        let of = |row: &watchfire_panel::KeyRow| {
            row.numbers.get(column).map_or(f64::NEG_INFINITY, |text| size(text))
        };
        let order = of(other).total_cmp(&of(one));
        if turned { order.reverse() } else { order }
    });
}

/// Which names are hidden after `name` was clicked.
fn chosen(
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
