//! The page that tells how samples get here, and shows how they arrive.

mod doors;
mod snippet;
mod tally;
mod watch;
mod way;

use crate::pages::Title;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

pub use self::doors::Doors;
pub(crate) use self::snippet::SnippetView;
use self::watch::Watch;
use self::way::Way;
use crate::api::Progress;
use crate::pages::{Page, Views};
use crate::range::kept;

/// Where the server is reached when nobody says so: its default address.
const DEFAULT_ORIGIN: &str = "http://127.0.0.1:3473";

/// The scheme, name and port by which the browser asked for the page; a Leptos context that only the server provides.
#[derive(Clone)]
pub(crate) struct Origin(pub(crate) String);

/// The server's address: what the server knows of it at first, then the browser's.
fn origin() -> RwSignal<String> {
    // The browser must begin with what the server has rendered.
    let first = SharedValue::new(|| {
        use_context::<Origin>()
            .map(|origin| origin.0)
            .or_else(of_this_browser)
            .unwrap_or_else(|| DEFAULT_ORIGIN.to_owned())
    });
    let origin = RwSignal::new(first.into_inner());
    Effect::new(move |_| {
        if let Some(here) = of_this_browser() {
            origin.set(here);
        }
    });
    origin
}

fn of_this_browser() -> Option<String> {
    #[cfg(feature = "hydrate")]
    return window().location().origin().ok();
    #[cfg(not(feature = "hydrate"))]
    return None;
}

/// How samples get here.
#[component]
pub(crate) fn AddDataPage() -> impl IntoView {
    let search = use_location().search;
    let way = Memo::new(move |_| search.with(|search| Way::of(search)));
    let origin = origin();
    let watch = Watch::new();
    view! {
        <Title text=Page::AddData.title()/>
        <div class="add-data">
            <Views current=Page::AddData/>
            <h1 class="visually-hidden">{Page::AddData.title()}</h1>
            <Total watch/>
            <div class="add-columns">
                <nav class="ways" aria-label="Ways to send">
                    <ul>{Way::ALL.map(|of| view! { <Entry of chosen=way watch/> }).collect_view()}</ul>
                </nav>
                {move || view! { <Section way=way.get() origin watch/> }}
            </div>
        </div>
    }
    .into_any()
}

/// A link to a way, marked once something came by it.
#[component]
fn Entry(of: Way, chosen: Memo<Way>, watch: Watch) -> impl IntoView {
    let search = use_location().search;
    let href = move || {
        let kept = search.with(|search| kept(search));
        format!("{}{}", Page::AddData.path(), kept.with("way", of.word()))
    };
    let come = Memo::new(move |_| watch.tally.with(|tally| tally.of(of.protocols()).is_some()));
    let mark = move || {
        let mark =
            || view! { <span class="way-come">"✓"<span class="visually-hidden">" received"</span></span> };
        come.get().then(mark).into_any()
    };
    let current = move || (chosen.get() == of).then_some("true");
    view! {
        <li>
            <a class="way-link" href=href aria-current=current><span>{of.title()}</span>" "{mark}</a>
        </li>
    }
    .into_any()
}

/// What has come by all ways together, and how watching is.
#[component]
fn Total(watch: Watch) -> impl IntoView {
    let Watch { tally, progress, .. } = watch;
    let total = Memo::new(move |_| tally.with(tally::Tally::total));
    let state = Memo::new(move |_| match progress.get() {
        Progress::Beginning => "beginning",
        Progress::Disconnected => "disconnected",
        Progress::Failed(_) => "failed",
        Progress::Going if total.get().is_some() => "received",
        Progress::Going => "waiting",
    });
    let words = move || match (progress.get(), total.get()) {
        (Progress::Beginning, _) => "… asking what arrives".to_owned(),
        (Progress::Going, None) => "○ Nothing yet since this page was opened.".to_owned(),
        (Progress::Going, Some(received)) => {
            format!("✓ By all ways since this page was opened: {}.", received.words())
        }
        (Progress::Disconnected, _) => {
            "✕ The server does not answer. It is asked again as soon as the connection is back.".to_owned()
        }
        (Progress::Failed(words), _) => {
            format!("✕ What arrives can't be shown: {words}. It is asked for again every 10 seconds.")
        }
    };
    // The numbers change each second, which nobody wants to hear; that something came, once.
    let announced = move || match state.get() {
        "received" => "Samples arrive.",
        "disconnected" => "The server does not answer.",
        "failed" => "What arrives can't be shown.",
        _ => "",
    };
    view! {
        <section class="panel add-total" data-state=state aria-label="What arrives">
            <p class="add-total-words">{words}</p>
            <p class="add-without">"What arrives is shown here by JavaScript, which this browser does not run."</p>
            <p class="visually-hidden" role="status">{announced}</p>
        </section>
    }
    .into_any()
}

/// One way: what it is for, the lines to paste, and what has come by it.
#[component]
fn Section(way: Way, origin: RwSignal<String>, watch: Watch) -> impl IntoView {
    let received = Memo::new(move |_| watch.tally.with(|tally| tally.of(way.protocols())));
    let state = move || if received.get().is_some() { "received" } else { "waiting" };
    let words = move || match received.get() {
        Some(received) => format!("✓ {}", received.words()),
        None => "○ waiting for the first samples…".to_owned(),
    };
    let doors = StoredValue::new(expect_context::<Doors>());
    let lines = move |origin: &str| doors.with_value(|doors| way.snippets(origin, doors));
    let snippets = lines(&origin.get_untracked());
    let block = move |(number, place): (usize, &'static str)| {
        let lines = Signal::derive(move || lines(&origin.get()).swap_remove(number).lines);
        view! { <SnippetView place lines/> }
    };
    let places = snippets.into_iter().map(|snippet| snippet.place).enumerate();
    view! {
        <section class="panel way" id=way.word() aria-labelledby="way-title">
            <header class="panel-head"><h2 id="way-title">{way.title()}</h2></header>
            <p class="way-about">{doors.with_value(|doors| way.about(doors))}</p>
            <p class="way-state" data-state=state>{words}</p>
            {places.map(block).collect_view()}
        </section>
    }
    .into_any()
}
