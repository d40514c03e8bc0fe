use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Answer;
use crate::address::Search;
use crate::api::{self, Abort, Health, Poll, Progress};
use crate::numbers::grouped;

/// How many targets are how, the file that names them, and what is wrong with it.
#[component]
pub(super) fn Summary(answer: RwSignal<Option<Answer>>, poll: Poll) -> impl IntoView {
    let file = Memo::new(move |_| {
        answer.with(|answer| answer.as_ref().and_then(|answer| answer.status.file.clone()))
    });
    let words = move || match (poll.progress.get(), answer.with(|answer| answer.as_ref().map(counts))) {
        (Progress::Beginning, _) => "… asking which targets there are".to_owned(),
        (Progress::Disconnected, _) => {
            "✕ The server does not answer. It is asked again as soon as the connection is back.".to_owned()
        }
        (Progress::Failed(words), _) => {
            format!("✕ The targets can't be shown: {words}. They are asked for again every 10 seconds.")
        }
        (Progress::Going, Some(counts)) if file.with(Option::is_some) => counts,
        (Progress::Going, _) => "○ Nothing is scraped.".to_owned(),
    };
    let faults = move || {
        answer.with(|answer| {
            let status = &answer.as_ref()?.status;
            let refused = status
                .error
                .iter()
                .map(|error| format!("✕ The file as it is now is not used, the one before goes on: {error}"));
            let broken = status.problems.iter().map(|problem| format!("✕ {problem}"));
            let faults: Vec<_> = refused.chain(broken).map(|words| view! { <li>{words}</li> }).collect();
            (!faults.is_empty()).then(|| view! { <ul class="targets-faults" role="status">{faults}</ul> })
        })
    };
    let how = move || {
        let known = answer.with(Option::is_some);
        (known && file.with(Option::is_none)).then(|| {
            view! {
                <p class="targets-how">
                    "Start Watchfire with "<code>"--scrape-config prometheus.yml"</code>" and it asks the targets of that \
                     file itself. "<a href="/add-data?way=scraping">"The lines of such a file"</a>"."
                </p>
            }
        })
    };
    let of_file = move || {
        file.get().map(|file| {
            view! {
                <div class="targets-file">
                    <span>"From "<code>{file}</code></span>
                    <Reload poll/>
                </div>
            }
        })
    };
    let announced = move || {
        let down = answer.with(|answer| answer.as_ref().map_or(0, |answer| answer.count(Health::Down)));
        if down > 0 { format!("{down} targets are down.") } else { String::new() }
    };
    view! {
        <section class="panel targets-summary" aria-label="Summary">
            <p class="targets-words">{words}</p>
            {how}
            {of_file}
            {faults}
            <p class="add-without">"The targets are shown here by JavaScript, which this browser does not run."</p>
            <p class="visually-hidden" role="status">{announced}</p>
        </section>
    }
    .into_any()
}

fn counts(answer: &Answer) -> String {
    let number = |count: usize| grouped(count as u64);
    let (up, down) = (answer.count(Health::Up), answer.count(Health::Down));
    let unknown = answer.targets.len() - up - down;
    let parts = [
        (down > 0).then(|| format!("✕ {} down", number(down))),
        Some(format!("{}{} up", if down > 0 { "" } else { "✓ " }, number(up))),
        (unknown > 0).then(|| format!("{} not scraped yet", number(unknown))),
        (!answer.dropped.is_empty())
            .then(|| format!("{} dropped by relabelling", number(answer.dropped.len()))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Has the file read again, though a change is followed by itself.
#[component]
fn Reload(poll: Poll) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let reload = move |_| {
        said.set("… reading".to_owned());
        spawn_local(async move {
            let words = match api::post("/-/reload", &Search::default(), &Abort::new()).await {
                Ok(_) => "✓ Read again".to_owned(),
                // The server's words follow in the list of what is wrong.
                Err(api::Failure::Strange(_)) => "✕ Not used".to_owned(),
                Err(failure) => format!("✕ {failure}"),
            };
            // The page may have been left since.
            if said.try_set(words).is_none() {
                poll.ask_at_once();
            }
        });
    };
    view! {
        <button type="button" class="button" on:click=reload>"Read the file again"</button>
        <span class="targets-said" role="status">{said}</span>
    }
}
