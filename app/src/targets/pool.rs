use leptos::prelude::*;

use super::{Answer, Key, Shown, is_called, label_words};
use crate::api::{Health, Target};
use crate::numbers::{ago, grouped};

/// How many targets of a job are shown at most. A filter finds the others.
const MOST_ROWS: usize = 500;

/// The targets of one job, or those of it that relabelling dropped.
#[component]
pub(super) fn PoolTable(
    /// The job's name.
    pool: String,
    answer: RwSignal<Option<Answer>>,
    shown: Memo<Shown>,
    filter: Memo<String>,
) -> impl IntoView {
    let of_pool = pool.clone();
    let keys = Memo::new(move |_| {
        let needle = filter.get().to_lowercase();
        answer.with(|answer| {
            answer.as_ref().map(|answer| keys(answer, &of_pool, shown.get(), &needle)).unwrap_or_default()
        })
    });
    let of_pool = pool.clone();
    let dropped = Memo::new(move |_| {
        let needle = filter.get().to_lowercase();
        answer.with(|answer| {
            answer
                .as_ref()
                .filter(|_| shown.get() == Shown::Dropped)
                .map(|answer| dropped(answer, &of_pool, &needle))
                .unwrap_or_default()
        })
    });
    let count = move || keys.with(Vec::len) + dropped.with(Vec::len);
    let words = move || {
        let targets = count();
        let plural = if targets == 1 { "" } else { "s" };
        let first =
            if targets > MOST_ROWS { format!("; the first {MOST_ROWS} are shown") } else { String::new() };
        format!("{} target{plural}{first}", grouped(targets as u64))
    };
    let table = move || {
        if shown.get() == Shown::Dropped {
            let row = |labels: String| view! { <tr><td class="target-labels">{labels}</td></tr> };
            let rows = move || dropped.get().into_iter().take(MOST_ROWS).map(row).collect_view();
            view! {
                <table class="table">
                    <thead><tr><th scope="col">"Labels before relabelling"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            }
            .into_any()
        } else {
            view! {
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Address"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"Labels"</th>
                            <th scope="col">"Last scrape"</th>
                            <th scope="col" class="number">"Duration, ms"</th>
                            <th scope="col" class="number">"Interval"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || keys.get().into_iter().take(MOST_ROWS) key=Clone::clone let:key>
                            <Row key answer/>
                        </For>
                    </tbody>
                </table>
            }
            .into_any()
        }
    };
    let label = format!("Targets of {pool}");
    let (name, heading) = (pool.clone(), pool.clone());
    view! {
        <section class="panel pool" aria-label=pool data-pool=name>
            <header class="panel-head">
                <h2>{heading}</h2>
                <span class="panel-badge">{words}</span>
            </header>
            <div class="table-scroll" tabindex="0" role="group" aria-label=label>{table}</div>
        </section>
    }
    .into_any()
}

/// Those that are down first.
fn keys(answer: &Answer, pool: &str, shown: Shown, needle: &str) -> Vec<Key> {
    let of_pool = answer.targets.iter().filter(|(key, target)| key.0 == pool && shown.takes(target.health));
    let mut found: Vec<_> =
        of_pool.filter(|(_, target)| is_called(needle, &target.scrape_url, &target.labels)).collect();
    found.sort_by_key(|(_, target)| target.health);
    found.into_iter().map(|(key, _)| key.clone()).collect()
}

fn dropped(answer: &Answer, pool: &str, needle: &str) -> Vec<String> {
    let of_pool = answer.dropped.iter().filter(|target| target.scrape_pool == pool);
    let found = of_pool.filter(|target| is_called(needle, "", &target.discovered_labels));
    found.map(|target| label_words(&target.discovered_labels)).collect()
}

/// One target; the row stays while what it says changes.
#[component]
fn Row(key: Key, answer: RwSignal<Option<Answer>>) -> impl IntoView {
    let url = key.1.clone();
    let labels = label_words(&key.2);
    let told = Memo::new(move |_| {
        answer.with(|answer| {
            let answer = answer.as_ref()?;
            Some((answer.targets.get(&key)?.clone(), answer.status.now))
        })
    });
    let with = move |text: fn(&Target, i64) -> String| {
        move || told.with(|told| told.as_ref().map(|(target, now)| text(target, *now)))
    };
    let health = move || told.with(|told| told.as_ref().map_or(Health::Unknown, |(target, _)| target.health));
    let state = move || match health() {
        Health::Up => "up",
        Health::Down => "down",
        Health::Unknown => "unknown",
    };
    let error = move || {
        let error =
            told.with(|told| told.as_ref().map(|(target, _)| target.last_error.clone()).unwrap_or_default());
        (!error.is_empty()).then(|| view! { <span class="target-error">{error}</span> })
    };
    let before = with(|target, _| format!("Before relabelling: {}", label_words(&target.discovered_labels)));
    view! {
        <tr data-state=state>
            <th scope="row"><a href=url.clone() rel="noreferrer">{url.clone()}</a>{error}</th>
            <td class="target-state">{with(|target, _| words(target.health).to_owned())}</td>
            <td class="target-labels" title=before>{labels}</td>
            <td class="target-last">{with(|target, now| target.last().map_or_else(|| "never".to_owned(), |last| ago(now - last)))}</td>
            <td class="number" data-name="Duration, ms">{with(|target, _| duration(target))}</td>
            <td class="number" data-name="Interval" title=with(|target, _| format!("Given up after {}", target.scrape_timeout))>
                {with(|target, _| target.scrape_interval.clone())}
            </td>
        </tr>
    }
}

fn words(health: Health) -> &'static str {
    match health {
        Health::Up => "✓ up",
        Health::Down => "✕ down",
        Health::Unknown => "○ not yet",
    }
}

fn duration(target: &Target) -> String {
    if target.last().is_none() {
        return "–".to_owned();
    }
    format!("{:.1}", target.last_scrape_duration * 1000.0)
}
