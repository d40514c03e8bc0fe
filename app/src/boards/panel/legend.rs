use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use watchfire_chart::Theme;
use watchfire_panel::{Unfolded, key};
use watchfire_view::{chosen, sorted};

use super::feed::Feed;
use crate::preferences::Preferences;

/// How many rows a legend shows; the rest is counted.
const MOST: usize = 200;

/// The names of the series with their colours and numbers. A click shows one alone, with Ctrl it hides or shows one; a click on
/// a heading sorts. `first` is the one that the server has made; it stays until there is another.
#[component]
pub(super) fn PanelLegend(
    item: Memo<Option<Arc<Unfolded>>>,
    feed: Feed,
    hidden: RwSignal<BTreeSet<String>>,
    first: StoredValue<String>,
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
        <Show when=move || names.with(Vec::is_empty)><div class="legend-first" inner_html=first.get_value()></div></Show>
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
