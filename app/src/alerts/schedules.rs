//! Who is on call: now, and over the next four weeks.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::Deserialize;
use watchfire_model::format_utc;

use super::on_call::list_frame;
use super::take_over::TakeOver;
use super::{clock_words, lasting, moment, place, server_now, trouble};
use crate::add_data::SnippetView;
use crate::address::{Encoded, Search};
use crate::api::{self, Failure, Poll, envelope};
use crate::numbers::{ahead, grouped};
use crate::preferences::Preferences;
use crate::range::clock;

/// The server's address of them.
const API: &str = "/api/v1/watchfire/schedules";

/// Seconds between two looks: shifts are longer.
const EVERY: u32 = 30;

/// In milliseconds.
const DAY: i64 = 86_400_000;

/// How far ahead is shown.
const SHOWN: i64 = 28 * DAY;

/// How many shifts are listed in words.
const LISTED: usize = 12;

/// A time in which the same one is on call; none: nobody is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Shift {
    from: i64,
    to: i64,
    receiver: Option<String>,
}

impl Shift {
    fn length(&self) -> String {
        lasting((self.to - self.from).max(60_000))
    }

    /// When it is, as `at` writes times, and how long, in what is shown: what began before or goes on after has an arrow, not an end.
    fn words(&self, shown: (i64, i64), at: impl Fn(i64) -> String) -> (String, String) {
        let (start, end) = (at(self.from), at(self.to));
        match (self.from <= shown.0, self.to >= shown.1) {
            (false, false) => (format!("{start} – {end}"), self.length()),
            (true, false) => (format!("← until {end}"), format!("{} left", self.length())),
            (false, true) => (format!("from {start} →"), format!("{} of it shown", self.length())),
            (true, true) => ("← all of what is shown →".to_owned(), self.length()),
        }
    }
}

/// A schedule as it is told; docs/API.md describes it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Schedule {
    name: String,
    time_zone: String,
    /// What its clocks show now.
    clock: String,
    receivers: Vec<String>,
    on_call: Option<String>,
    until: Option<i64>,
    next: Option<String>,
    shifts: Vec<Shift>,
    gaps: Vec<Shift>,
    /// From when to when it was asked for: shifts are cut there.
    #[serde(skip)]
    shown: (i64, i64),
}

impl Schedule {
    /// Who is on call now, and who is next.
    fn now_words(&self, now: i64) -> String {
        let who = match &self.on_call {
            Some(name) => format!("● {name} is on call"),
            None => "✕ Nobody is on call".to_owned(),
        };
        let next = self.next.as_deref().unwrap_or("nobody");
        match self.until {
            Some(until) => format!("{who}, then {next} {}", ahead(until - now)),
            None => format!("{who}, with no end in sight"),
        }
    }

    /// How long nobody is on call in what is shown.
    fn gap_words(&self) -> String {
        let total: i64 = self.gaps.iter().map(|gap| gap.to - gap.from).sum();
        match self.gaps.len() {
            0 => "✓ Somebody is on call all of the next four weeks.".to_owned(),
            count => {
                let times =
                    if count == 1 { "once".to_owned() } else { format!("{} times", grouped(count as u64)) };
                let length = lasting(total.max(60_000));
                format!("✕ Nobody is on call {times} in the next four weeks, {length} in all.")
            }
        }
    }
}

type All = BTreeMap<String, Schedule>;

/// All, with their shifts from now on.
async fn ask() -> Result<All, Failure> {
    let heads: Vec<Schedule> = envelope(&api::get(API, &Search::default()).await?)?;
    let now = clock();
    let shown = (now, now + SHOWN);
    let range = Search::default().with("from", &shown.0.to_string()).with("to", &shown.1.to_string());
    let mut all = All::new();
    for head in heads {
        let told: Schedule = envelope(&api::get(&format!("{API}/{}", Encoded(&head.name)), &range).await?)?;
        let schedule = Schedule { shown, ..told };
        all.insert(head.name, schedule);
    }
    Ok(all)
}

/// The page.
#[component]
pub(super) fn SchedulesPage() -> impl IntoView {
    let known = RwSignal::new(None::<All>);
    let poll = Poll::start(EVERY, ask, move |got| known.set(Some(got)));
    let names = Memo::new(move |_| {
        known
            .with(|known| known.as_ref().map(|all| all.keys().cloned().collect::<Vec<_>>()))
            .unwrap_or_default()
    });
    let summary =
        move || trouble(poll, "Schedules").or_else(|| known.with(|known| known.as_ref().map(counted)));
    let nothing = move || {
        known.with(|known| known.as_ref().is_some_and(BTreeMap::is_empty)).then(|| {
            view! {
                <p class="panel-none">
                    "There is no schedule. They are made under "<a href="/alerts/routing?edit=yes">"Routing, Edit"</a>
                    ", or stand under "<code>"schedules:"</code>" in the file of "<code>"notify.config"</code>
                    "; escalations of receivers name them."
                </p>
            }
        })
    };
    let content = view! {
        <For each=move || names.get() key=Clone::clone let:name><Entry name known poll/></For>
        {nothing}
    };
    list_frame("Schedules", poll, summary, ().into_any(), content.into_any())
}

fn counted(all: &All) -> String {
    let nobody = all.values().filter(|schedule| schedule.on_call.is_none()).count();
    match (all.len(), nobody) {
        (0, _) => "○ no schedule".to_owned(),
        (_, 0) => "● somebody is on call in each schedule".to_owned(),
        (_, count) => {
            format!("✕ nobody is on call in {} of {}", grouped(count as u64), grouped(all.len() as u64))
        }
    }
}

/// One schedule.
#[component]
fn Entry(name: String, known: RwSignal<Option<All>>, poll: Poll) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let own = name.clone();
    let schedule =
        Memo::new(move |_| known.with(|known| known.as_ref()?.get(&own).cloned()).unwrap_or_default());
    let bad = move || schedule.with(|schedule| schedule.on_call.is_none()).then_some("true");
    let clock = move || {
        let zone = schedule.with(|schedule| schedule.time_zone.clone());
        format!(
            "Times are by your clock, {}; shifts change by the clocks of {zone}.",
            clock_words(preferences)
        )
    };
    let badge = move || {
        schedule.with(|schedule| format!("{} · {}", schedule.time_zone, schedule.receivers.join(", ")))
    };
    let shift = move |shift: Shift| {
        let state = if shift.receiver.is_some() { "on_call" } else { "gap" };
        let who = shift.receiver.clone().unwrap_or_else(|| "✕ nobody".to_owned());
        let shown = schedule.with(|schedule| schedule.shown);
        let (time, length) = shift.words(shown, |at| moment(at, preferences));
        view! {
            <li class="shift" data-shift=state>
                <strong>{who}</strong><span>{time}</span><span class="hint">{length}</span>
            </li>
        }
    };
    let list = move || {
        let shifts = schedule.with(|schedule| schedule.shifts.clone());
        let more = shifts.len().saturating_sub(LISTED);
        let more = (more > 0).then(
            || view! { <li class="hint">{format!("and {} more in the calendar", grouped(more as u64))}</li> },
        );
        view! { {shifts.into_iter().take(LISTED).map(shift).collect_view()}{more} }
    };
    let its_clock = Signal::derive(move || schedule.with(|schedule| schedule.clock.clone()));
    let calendar = format!("{API}/{}/calendar", Encoded(&name));
    let address = Signal::derive(move || {
        // The server does not know by which name it is reached.
        let origin = if schedule.with(|schedule| schedule.name.is_empty()) {
            None
        } else {
            window().location().origin().ok()
        };
        format!("{}{calendar}", origin.unwrap_or_default())
    });
    view! {
        <section class="panel schedule" aria-label=name.clone()>
            <header class="panel-head"><h2>{name.clone()}</h2><span class="panel-badge">{badge}</span></header>
            <p class="alerting-words" data-loud=bad>{move || schedule.with(|schedule| schedule.now_words(now()))}</p>
            <Weeks schedule/>
            <p class="schedule-gaps" data-loud=move || schedule.with(|schedule| !schedule.gaps.is_empty()).then_some("true")>
                {move || schedule.with(Schedule::gap_words)}
            </p>
            <ol class="shifts" aria-label="The next shifts">{list}</ol>
            <p class="hint">{clock}</p>
            <TakeOver schedule=name.clone() clock=its_clock poll/>
            <details>
                <summary>"Calendar"</summary>
                <SnippetView place="Its address, to subscribe to" lines=address/>
            </details>
        </section>
    }
    .into_any()
}

/// A line for each who is on call, and one for the times in which nobody is.
#[component]
fn Weeks(schedule: Memo<Schedule>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let content = move || {
        schedule.with(|schedule| {
            let (start, end) = (schedule.shifts.first()?.from, schedule.shifts.last()?.to);
            let length = (end - start).max(1) as f64;
            let share = |at: i64| (at - start) as f64 / length * 100.0;
            let bar = |shift: &Shift, state: &'static str| {
                let (time, length) = shift.words(schedule.shown, |at| moment(at, preferences));
                let words = format!("{time}, {length}");
                view! {
                    <span class="timeline-stretch" data-shift=state title=words.clone()
                        style=place(share(shift.from), share(shift.to) - share(shift.from))>
                        <span class="visually-hidden">{format!("{words}. ")}</span>
                    </span>
                }
            };
            let line = |who: Option<&String>| {
                let state = if who.is_some() { "on_call" } else { "gap" };
                let own = schedule.shifts.iter().filter(|shift| shift.receiver.as_ref() == who);
                let bars: Vec<_> = own.map(|shift| bar(shift, state)).collect();
                let name = who.map_or_else(|| "✕ nobody".to_owned(), Clone::clone);
                (!bars.is_empty()).then(|| {
                    view! {
                        <li class="timeline-line">
                            <span class="timeline-name" title=name.clone()>{name.clone()}</span>
                            <span class="timeline-bar schedule-bar">{bars}</span>
                        </li>
                    }
                })
            };
            let lines: Vec<_> = schedule.receivers.iter().map(Some).chain([None]).map(line).collect();
            let at = |time: i64| format_utc(time, preferences.utc_offset(), "%b %d");
            let ticks: Vec<_> = (0..=4).map(|week| at(start + (end - start) / 4 * week)).collect();
            Some(view! {
                <ul class="timeline">{lines}</ul>
                <p class="timeline-ends">{ticks.into_iter().map(|tick| view! { <span>{tick}</span> }).collect_view()}</p>
            })
        })
    };
    view! { <div aria-label="The next four weeks" role="group">{content}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_on_call_in_words() {
        let text = r#"{"status":"success","data":{"name":"web","time_zone":"Europe/Berlin","receivers":["ann","bob"],"on_call":"ann",
            "until":3600000,"next":null,"shifts":[{"from":0,"to":3600000,"receiver":"ann"},{"from":3600000,"to":9000000,"receiver":null}],
            "gaps":[{"from":3600000,"to":9000000,"receiver":null}]}}"#;
        let schedule: Schedule = envelope(text).unwrap();
        assert_eq!(schedule.now_words(0), "● ann is on call, then nobody in 1 h");
        assert_eq!(
            schedule.gap_words(),
            "✕ Nobody is on call once in the next four weeks, 1 h 30 min in all."
        );
        assert_eq!(schedule.shifts[0].length(), "1 h");
        let at = |time: i64| (time / 60_000).to_string();
        for (shown, time, length) in [
            ((-1, 9_000_000), "0 – 60", "1 h"),
            ((0, 9_000_000), "← until 60", "1 h left"),
            ((-1, 3_600_000), "from 0 →", "1 h of it shown"),
            ((0, 3_600_000), "← all of what is shown →", "1 h"),
        ] {
            assert_eq!(schedule.shifts[0].words(shown, at), (time.to_owned(), length.to_owned()));
        }
        let alone = Schedule { on_call: None, until: None, gaps: Vec::new(), ..schedule.clone() };
        assert_eq!(alone.now_words(0), "✕ Nobody is on call, with no end in sight");
        assert_eq!(alone.gap_words(), "✓ Somebody is on call all of the next four weeks.");
        let all: All = [("web".to_owned(), schedule), ("db".to_owned(), alone)].into_iter().collect();
        assert_eq!(counted(&all), "✕ nobody is on call in 1 of 2");
        assert_eq!(counted(&All::new()), "○ no schedule");
    }
}
