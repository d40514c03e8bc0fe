use leptos::prelude::*;
use watchfire_model::format_utc;

use crate::api::TsdbStatus;
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// The sums over everything that is stored, and the limit on series.
#[component]
pub(super) fn Totals(
    /// What the server said.
    status: RwSignal<Option<TsdbStatus>>,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let facts = move || {
        let head = status.get().map(|status| status.head_stats).unwrap_or_default();
        let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), grouped);
        let time = |millis: Option<i64>| {
            let text = millis.map(|millis| format_utc(millis, preferences.utc_offset(), "%Y-%m-%d %H:%M:%S"));
            text.unwrap_or_else(|| "–".to_owned())
        };
        let (oldest, newest) = head.times().unzip();
        let fact = |name: &'static str, value: String| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
        [
            fact("Series", number(head.num_series)),
            fact("Label pairs", number(head.num_label_pairs)),
            fact("Chunks", number(head.chunk_count)),
            fact("Oldest sample", time(oldest)),
            fact("Newest sample", time(newest)),
        ]
        .collect_view()
    };
    view! {
        <section class="panel totals" aria-label="Totals">
            <dl class="facts">{facts}</dl>
            <LimitLine status/>
        </section>
    }
    .into_any()
}

/// How much of the limit on series is used.
#[component]
fn LimitLine(status: RwSignal<Option<TsdbStatus>>) -> impl IntoView {
    move || {
        let head = status.get()?.head_stats;
        let (series, most) = (head.num_series?, head.max_series?);
        let share = if most == 0 { 0.0 } else { series as f64 / most as f64 * 100.0 };
        let used = format!("{share:.1} % of {} series", grouped(most));
        // By word as well as by colour.
        let (state, before, after) = match share {
            _ if most == 0 => ("none", "No limit on series".to_owned(), "is 0."),
            share if share >= 100.0 => {
                ("full", used, "is full: new series are refused. Raise the limit or drop labels.")
            }
            share if share >= 80.0 => ("near", used, "is nearly full; beyond it new series are refused."),
            _ => ("fine", used, "is the limit; beyond it new series are refused."),
        };
        Some(view! {
            <div class="limit" data-state=state>
                <div class="limit-bar" aria-hidden="true" style=format!("--share:{:.2}%", share.min(100.0))></div>
                <p class="limit-words">{before}": "<code>"storage.max_series"</code>" "{after}</p>
            </div>
        })
    }
}
