//! The page that tells what is scraped, and how each target is.

mod pool;
mod summary;

use std::collections::BTreeMap;

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

use self::pool::PoolTable;
use self::summary::Summary;
use crate::address::Search;
use crate::api::{self, Dropped, Failure, Health, Poll, Progress, ScrapeStatus, Target, Targets};
use crate::pages::{Page, Views};

/// Seconds between two looks at the targets.
const EVERY: u32 = 3;

/// A target's name among all: its job, its address and its labels. No two that are scraped share them.
type Key = (String, String, BTreeMap<String, String>);

/// What the server told last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Answer {
    status: ScrapeStatus,
    targets: BTreeMap<Key, Target>,
    dropped: Vec<Dropped>,
}

impl Answer {
    fn new(status: ScrapeStatus, targets: Targets) -> Self {
        let key =
            |target: &Target| (target.scrape_pool.clone(), target.scrape_url.clone(), target.labels.clone());
        Self {
            status,
            targets: targets.active_targets.into_iter().map(|target| (key(&target), target)).collect(),
            dropped: targets.dropped_targets,
        }
    }

    async fn ask() -> Result<Self, Failure> {
        let status = ScrapeStatus::read(&api::get("/api/v1/scrape_status", &Search::default()).await?)?;
        let targets = Targets::read(&api::get("/api/v1/targets", &Search::default()).await?)?;
        Ok(Self::new(status, targets))
    }

    fn count(&self, health: Health) -> usize {
        self.targets.values().filter(|target| target.health == health).count()
    }
}

/// Which targets are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    All,
    Up,
    Down,
    Unknown,
    Dropped,
}

impl Shown {
    const ALL: [Self; 5] = [Self::All, Self::Up, Self::Down, Self::Unknown, Self::Dropped];

    /// Its word in the URL; the one that stands without a word is empty.
    fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Up => "up",
            Self::Down => "down",
            Self::Unknown => "unknown",
            Self::Dropped => "dropped",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::All => "All that are scraped",
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Unknown => "Not scraped yet",
            Self::Dropped => "Dropped by relabelling",
        }
    }

    fn of(search: &str) -> Self {
        let search = Search::parse(search);
        let asked = search.get("state").unwrap_or_default();
        Self::ALL.into_iter().find(|shown| shown.word() == asked).unwrap_or_default()
    }

    fn takes(self, health: Health) -> bool {
        match self {
            Self::All => true,
            Self::Up => health == Health::Up,
            Self::Down => health == Health::Down,
            Self::Unknown => health == Health::Unknown,
            Self::Dropped => false,
        }
    }
}

/// Whether what a target is called has the part that is looked for; `needle` is in small letters.
fn is_called<'a>(
    needle: &str,
    url: &str,
    labels: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> bool {
    url.to_lowercase().contains(needle)
        || labels
            .into_iter()
            .any(|(name, value)| format!("{name}=\"{value}\"").to_lowercase().contains(needle))
}

/// `a="b", c="d"`.
fn label_words<'a>(labels: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let words: Vec<String> = labels.into_iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    words.join(", ")
}

/// What is scraped.
#[component]
pub(crate) fn TargetsPage() -> impl IntoView {
    let search = use_location().search;
    let navigate = StoredValue::new(use_navigate());
    let shown = Memo::new(move |_| search.with(|search| Shown::of(search)));
    let filter = Memo::new(move |_| {
        search.with(|search| Search::parse(search).get("filter").unwrap_or_default().to_owned())
    });
    let answer = RwSignal::new(None::<Answer>);
    let poll = Poll::start(EVERY, Answer::ask, move |got| answer.set(Some(got)));
    // The filter is no place to go back to; each letter would be one.
    let show = move |name: &str, value: &str, replace: bool| {
        let search = Search::parse(&search.get_untracked()).with(name, value);
        let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
        navigate.with_value(|navigate| navigate(&format!("{}{search}", Page::Targets.path()), options));
    };
    let choose = move |event| show("state", &event_target_value(&event), false);
    let choice = move |value: Shown| {
        view! { <option value=value.word() selected=move || shown.get() == value>{value.title()}</option> }
    };
    let pools = Memo::new(move |_| {
        let needle = filter.get().to_lowercase();
        answer.with(|answer| {
            answer.as_ref().map(|answer| pools(answer, shown.get(), &needle)).unwrap_or_default()
        })
    });
    let nothing = move || {
        let found = answer.with(|answer| answer.as_ref().is_some_and(|answer| answer.status.file.is_some()));
        (found && pools.with(Vec::is_empty))
            .then(|| view! { <p class="panel-none">"No target matches. Shorten the filter, or choose another state."</p> })
    };
    let state = move || match poll.progress.get() {
        Progress::Beginning => "loading",
        Progress::Going => "ready",
        Progress::Disconnected => "disconnected",
        Progress::Failed(_) => "failed",
    };
    view! {
        <Title text=Page::Targets.title()/>
        <div class="targets" data-state=state>
            <Views current=Page::Targets/>
            <h1 class="visually-hidden">{Page::Targets.title()}</h1>
            <Summary answer poll/>
            <div class="targets-controls">
                <label class="filter">
                    <span>"Filter"</span>
                    <input
                        type="search"
                        name="filter"
                        data-search="true"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder="part of an address or a label"
                        value=filter.get_untracked()
                        prop:value=move || filter.get()
                        on:input=move |event| show("filter", &event_target_value(&event), true)
                    />
                </label>
                <label class="step">
                    "Show "
                    <select name="state" on:change=choose>{Shown::ALL.map(choice).collect_view()}</select>
                </label>
            </div>
            <For each=move || pools.get() key=Clone::clone let:pool>
                <PoolTable pool answer shown filter/>
            </For>
            {nothing}
        </div>
    }
    .into_any()
}

/// The jobs of which something is shown.
fn pools(answer: &Answer, shown: Shown, needle: &str) -> Vec<String> {
    let mut pools: Vec<String> = if shown == Shown::Dropped {
        let dropped = answer.dropped.iter();
        let found = dropped.filter(|target| is_called(needle, "", &target.discovered_labels));
        found.map(|target| target.scrape_pool.clone()).collect()
    } else {
        let targets = answer.targets.values().filter(|target| shown.takes(target.health));
        let found = targets.filter(|target| is_called(needle, &target.scrape_url, &target.labels));
        found.map(|target| target.scrape_pool.clone()).collect()
    };
    pools.sort();
    pools.dedup();
    pools
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(instance: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("instance".to_owned(), instance.to_owned())])
    }

    fn target(pool: &str, instance: &str, health: Health) -> Target {
        Target {
            discovered_labels: BTreeMap::new(),
            labels: labels(instance),
            scrape_pool: pool.to_owned(),
            scrape_url: format!("http://{instance}/metrics"),
            last_error: String::new(),
            last_scrape: String::new(),
            last_scrape_duration: 0.0,
            health,
            scrape_interval: "15s".to_owned(),
            scrape_timeout: "10s".to_owned(),
        }
    }

    #[test]
    fn states_and_parts_of_names_choose_jobs() {
        let targets = Targets {
            active_targets: vec![
                target("b", "Host-1:9100", Health::Up),
                target("b", "host-2:9100", Health::Down),
                target("a", "other:1", Health::Unknown),
            ],
            dropped_targets: vec![Dropped {
                discovered_labels: labels("gone:1"),
                scrape_pool: "c".to_owned(),
            }],
        };
        let answer = Answer::new(ScrapeStatus::default(), targets);
        assert_eq!([Health::Up, Health::Down].map(|health| answer.count(health)), [1, 1]);
        let table: [(Shown, &str, &[&str]); 7] = [
            (Shown::All, "", &["a", "b"]),
            (Shown::All, "host-1", &["b"]),
            (Shown::All, "instance=\"other", &["a"]),
            (Shown::Up, "", &["b"]),
            (Shown::Down, "host-1", &[]),
            (Shown::Unknown, "", &["a"]),
            (Shown::Dropped, "gone", &["c"]),
        ];
        for (shown, needle, expected) in table {
            assert_eq!(pools(&answer, shown, needle), expected, "{shown:?} {needle}");
        }
    }

    #[test]
    fn the_url_names_a_state() {
        for shown in Shown::ALL {
            assert_eq!(Shown::of(&format!("?state={}", shown.word())), shown);
        }
        assert_eq!(Shown::of("?state=lost"), Shown::All);
    }
}
