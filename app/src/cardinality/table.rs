use std::sync::Arc;

use leptos::prelude::*;
use watchfire_chart::format_value;
use watchfire_model::{Unit, format_utc};

use crate::api::{Count, LastQueried};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// What a table counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    Series,
    Values,
    Bytes,
}

impl Measure {
    fn title(self) -> &'static str {
        match self {
            Self::Series => "Series",
            Self::Values => "Values",
            Self::Bytes => "Memory",
        }
    }

    fn text(self, value: u64) -> String {
        match self {
            Self::Series | Self::Values => grouped(value),
            Self::Bytes => format_value(Unit::Bytes, value as f64),
        }
    }
}

/// Where a row leads, by its name.
#[derive(Clone)]
pub(super) struct Link(Arc<dyn Fn(&str) -> String + Send + Sync>);

impl Link {
    pub(super) fn new(href: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(href))
    }
}

/// Names and their numbers, the greatest first, as the server has them.
#[component]
pub(super) fn CountTable(
    id: &'static str,
    title: &'static str,
    /// What the names are.
    name: &'static str,
    measure: Measure,
    rows: Signal<Vec<Count>>,
    /// Only names with this part are shown.
    filter: Memo<String>,
    link: Link,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let shown = Memo::new(move |_| {
        let needle = filter.get().to_lowercase();
        rows.get().into_iter().filter(|row| row.name.to_lowercase().contains(&needle)).collect::<Vec<_>>()
    });
    let most =
        Memo::new(move |_| rows.with(|rows| rows.iter().map(|row| row.value).max().unwrap_or(1).max(1)));
    // Only a server that counts queries can say when a metric was last part of one.
    let tells =
        Memo::new(move |_| rows.with(|rows| rows.iter().any(|row| row.last_queried != LastQueried::Untold)));
    let row = move |row: Count| {
        let share = row.value as f64 / most.get() as f64 * 100.0;
        let queried = tells.get().then(|| {
            let text = match row.last_queried {
                LastQueried::Untold | LastQueried::Never => None,
                LastQueried::At(seconds) => {
                    let millis = (seconds * 1000.0) as i64;
                    Some(format_utc(millis, preferences.utc_offset(), "%b %d %Y, %H:%M"))
                }
            };
            let never = text.is_none();
            view! { <td class="number" class:never=never>{text.unwrap_or_else(|| "not since the start".to_owned())}</td> }
        });
        view! {
            <tr>
                <th scope="row"><a href=(link.0)(&row.name) title=row.name.clone()>{row.name.clone()}</a></th>
                <td class="number share" style=format!("--share:{share:.1}%")>{measure.text(row.value)}</td>
                {queried}
            </tr>
        }
    };
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    let none = move || {
        (shown.with(Vec::is_empty) && !rows.with(Vec::is_empty)).then(|| {
            view! { <p class="panel-none">"No name here has this part. Shorten the filter, or ask for more rows."</p> }
        })
    };
    view! {
        <section id=id class="panel span-12 counts" aria-labelledby=labelled_by>
            <header class="panel-head"><h2 id=heading>{title}</h2></header>
            <div class="table-scroll" tabindex="0" role="group" aria-label=title>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{name}</th>
                            <th scope="col" class="number">{measure.title()}</th>
                            {move || tells.get().then(|| view! { <th scope="col" class="number" title="Since the server's start, by name">"Last queried"</th> })}
                        </tr>
                    </thead>
                    <tbody>{move || shown.get().into_iter().map(&row).collect_view()}</tbody>
                </table>
            </div>
            {none}
        </section>
    }
    .into_any()
}
