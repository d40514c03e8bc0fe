//! What is kept silent: the list, and the form of one silence.

mod draft;
mod form;
mod matches;

use std::collections::BTreeMap;

use crate::pages::Title;
use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_model::Matcher;

pub(crate) use self::form::SilencePage;
use super::filter::written;
use super::{Address, choice, moment, search_field, server_now, state_word, trouble, without_script};
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, SeenAlert, Silence, SilenceState, call_plain, instant, read_plain};
use crate::numbers::{ago, ahead, grouped};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::shell::Ask;

/// Seconds between two looks.
const EVERY: u32 = 5;

/// How many silences are shown at most. A filter finds the others.
const MOST: usize = 300;

/// What the server told last.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    silences: BTreeMap<String, Silence>,
    /// How many alerts that fire each keeps silent.
    hits: BTreeMap<String, usize>,
}

impl Known {
    async fn ask() -> Result<Self, Failure> {
        let none = Search::default();
        let silences: Vec<Silence> = read_plain(&api::get("/api/v2/silences", &none).await?)?;
        let alerts: Vec<SeenAlert> = read_plain(&api::get("/api/v2/alerts", &none).await?)?;
        Ok(Self::new(silences, &alerts))
    }

    fn new(silences: Vec<Silence>, alerts: &[SeenAlert]) -> Self {
        let mut hits = BTreeMap::new();
        for id in alerts.iter().flat_map(|alert| &alert.status.silenced_by) {
            *hits.entry(id.clone()).or_default() += 1;
        }
        Self { silences: silences.into_iter().map(|silence| (silence.id.clone(), silence)).collect(), hits }
    }

    fn count(&self, state: SilenceState) -> usize {
        self.silences.values().filter(|silence| silence.status.state == state).count()
    }

    /// Ids of what is asked for: active ones first, that which ends soonest at the top; expired ones from the newest on.
    fn found(&self, shown: &str, words: &str) -> Vec<String> {
        let takes = |state: SilenceState| match shown {
            "" => state != SilenceState::Expired,
            word => word == "all" || state.word() == word,
        };
        let words = words.to_lowercase();
        let mut found: Vec<&Silence> = self
            .silences
            .values()
            .filter(|silence| takes(silence.status.state))
            .filter(|silence| {
                let text = format!("{} {} {}", conditions(silence), silence.comment, silence.created_by);
                let text = text.to_lowercase();
                words.split_whitespace().all(|word| text.contains(word))
            })
            .collect();
        found.sort_by_key(|silence| {
            let (state, end) = (silence.status.state, instant(&silence.ends_at).unwrap_or_default());
            (state, if state == SilenceState::Expired { -end } else { end })
        });
        found.into_iter().map(|silence| silence.id.clone()).collect()
    }
}

/// The conditions of a silence, as Alertmanager writes them.
fn conditions(silence: &Silence) -> String {
    silence.matchers.iter().map(|one| written(&Matcher::from(one))).collect::<Vec<_>>().join(", ")
}

/// The page.
#[component]
pub(crate) fn SilencesPage() -> impl IntoView {
    let address = Address::of(Page::Silences);
    let (shown, filter) = (address.value("state"), address.value("filter"));
    let known = RwSignal::new(None::<Known>);
    let poll = Poll::start(EVERY, Known::ask, move |got| known.set(Some(got)));
    let ids = Memo::new(move |_| {
        let (shown, filter) = (shown.get(), filter.get());
        known.with(|known| known.as_ref().map(|known| known.found(&shown, &filter))).unwrap_or_default()
    });
    let states = [("", "Active and pending"), ("all", "All")]
        .into_iter()
        .chain(SilenceState::ALL.map(|state| (state.word(), title(state))))
        .map(|(word, title)| (word.to_owned(), title.to_owned()));
    let words = move || trouble(poll, "Silences").or_else(|| known.with(|known| known.as_ref().map(counted)));
    let nothing = move || {
        (known.with(Option::is_some) && ids.with(Vec::is_empty)).then(|| {
            view! { <p class="panel-none">"No silence matches. “New silence” makes one; expired ones are under “Show”."</p> }
        })
    };
    view! {
        <Title text=Page::Silences.title()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::Silences/>
            <h1 class="visually-hidden">"Silences"</h1>
            <section class="panel alerting-summary" aria-label="Summary">
                <p class="alerting-words" role="status">{words}</p>
                {without_script()}
                <p class="alerting-actions"><a class="button primary" href="/alerts/silences/new">"New silence"</a></p>
            </section>
            <div class="alerting-controls">
                {search_field(address, "condition, reason or name")}
                {choice(address, "state", "Show", states.collect())}
            </div>
            <ul class="silence-list">
                <For each=move || ids.get().into_iter().take(MOST) key=Clone::clone let:id>
                    <Entry id known poll/>
                </For>
            </ul>
            {nothing}
        </div>
    }
    .into_any()
}

fn title(state: SilenceState) -> &'static str {
    match state {
        SilenceState::Active => "Active",
        SilenceState::Pending => "Pending",
        SilenceState::Expired => "Expired",
    }
}

fn mark(state: SilenceState) -> &'static str {
    match state {
        SilenceState::Active => "⊘ active",
        SilenceState::Pending => "◔ pending",
        SilenceState::Expired => "✓ expired",
    }
}

fn counted(known: &Known) -> String {
    let number = |state| grouped(known.count(state) as u64);
    let active = known.count(SilenceState::Active);
    let parts = [
        Some(if active > 0 {
            format!("⊘ {} active", number(SilenceState::Active))
        } else {
            "✓ nothing is silenced".to_owned()
        }),
        (known.count(SilenceState::Pending) > 0)
            .then(|| format!("{} pending", number(SilenceState::Pending))),
        (known.count(SilenceState::Expired) > 0)
            .then(|| format!("{} expired lately", number(SilenceState::Expired))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// One silence; the entry stays while what it says changes.
#[component]
fn Entry(id: String, known: RwSignal<Option<Known>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let error = RwSignal::new(None::<String>);
    let own = id.clone();
    let silence = Memo::new(move |_| {
        known.with(|known| known.as_ref()?.silences.get(&own).cloned()).unwrap_or_default()
    });
    let own = id.clone();
    let hit =
        Memo::new(move |_| known.with(|known| known.as_ref()?.hits.get(&own).copied()).unwrap_or_default());
    let with = move |of: fn(&Silence) -> String| move || silence.with(of);
    let state = move || silence.with(|silence| silence.status.state);
    let time = move || {
        let (start, end) = silence.with(|silence| (instant(&silence.starts_at), instant(&silence.ends_at)));
        let now = now();
        match (state(), start, end) {
            (SilenceState::Active, _, Some(end)) => format!("ends {}", ahead(end - now)),
            (SilenceState::Pending, Some(start), _) => format!("begins {}", ahead(start - now)),
            (SilenceState::Expired, _, Some(end)) => format!("ended {}", ago((now - end).max(0))),
            _ => String::new(),
        }
    };
    let exact = move || {
        let (start, end) = silence.with(|silence| (instant(&silence.starts_at), instant(&silence.ends_at)));
        let at = |time: Option<i64>| time.map(|at| moment(at, preferences)).unwrap_or_default();
        format!("{} – {}", at(start), at(end))
    };
    let hits = move || match hit.get() {
        0 if state() == SilenceState::Active => "silences nothing now".to_owned(),
        0 => String::new(),
        1 => "silences 1 alert".to_owned(),
        count => format!("silences {} alerts", grouped(count as u64)),
    };
    let href = format!("/alerts/silences/{}", Encoded(&id));
    let expire = move |_| {
        let id = id.clone();
        let question =
            silence.with_untracked(|silence| format!("End the silence of {} now?", conditions(silence)));
        ask.confirm(question, "End it", move || {
            let path = format!("/api/v2/silence/{}", Encoded(&id));
            spawn_local(async move {
                match call_plain("DELETE", &path, None).await {
                    Ok(_) => poll.ask_at_once(),
                    Err(refusal) => drop(error.try_set(Some(refusal.to_string()))),
                }
            });
        });
    };
    let verb = move || if state() == SilenceState::Expired { "Use again" } else { "Edit" };
    view! {
        <li class="panel silence" data-silence-state=move || state().word()>
            <span class="silence-state">{move || mark(state())}</span>
            <code class="silence-conditions">{with(conditions)}</code>
            <span class="silence-comment">{with(|silence| silence.comment.clone())}</span>
            <span class="silence-facts">
                {with(|silence| silence.created_by.clone())}" · "<span title=exact>{time}</span>
                <span class="silence-hits">{hits}</span>
            </span>
            <span class="silence-actions">
                <a class="button small" href=href>{verb}</a>
                <Show when=move || state() != SilenceState::Expired>
                    <button type="button" class="button small" on:click=expire.clone()>"End"</button>
                </Show>
                <span class="field-error" role="alert">{move || error.get()}</span>
            </span>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SilenceMatcher;

    fn silence(id: &str, state: SilenceState, end: &str) -> Silence {
        let matcher = SilenceMatcher {
            name: "host".to_owned(),
            value: id.to_owned(),
            is_equal: true,
            ..SilenceMatcher::default()
        };
        let mut silence = Silence {
            id: id.to_owned(),
            ends_at: format!("2025-11-21T{end}:00Z"),
            matchers: vec![matcher],
            ..Silence::default()
        };
        silence.status.state = state;
        silence
    }

    #[test]
    fn silences_are_found() {
        use SilenceState::{Active, Expired, Pending};
        let all = [
            silence("a", Active, "09:00"),
            silence("b", Active, "08:00"),
            silence("c", Pending, "07:00"),
            silence("d", Expired, "05:00"),
            silence("e", Expired, "06:00"),
        ];
        let mut alert = SeenAlert::default();
        alert.status.silenced_by = vec!["a".to_owned()];
        let known = Known::new(all.to_vec(), &[alert]);
        let table: [(&str, &str, &[&str]); 5] = [
            ("", "", &["b", "a", "c"]),
            ("expired", "", &["e", "d"]),
            ("all", "", &["b", "a", "c", "e", "d"]),
            ("all", "HOST=\"d", &["d"]),
            ("pending", "x", &[]),
        ];
        for (shown, words, expected) in table {
            assert_eq!(known.found(shown, words), expected, "{shown} {words}");
        }
        assert_eq!(known.hits["a"], 1);
        assert_eq!(counted(&known), "⊘ 2 active · 1 pending · 2 expired lately");
    }
}
