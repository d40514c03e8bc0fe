use leptos::prelude::*;
use serde::Deserialize;

use super::preview::{Preview, RANGES};
use crate::alerts::alert::LabelMap;
use crate::alerts::{label_words, lasting, moment, place};
use crate::numbers::grouped;
use crate::preferences::Preferences;

/// How many series, and times of one of them, are listed.
const MOST: usize = 10;

/// What a rule would have done over a range, as `/api/v1/watchfire/rules/backtest` tells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Test {
    /// Milliseconds since the epoch.
    start: i64,
    end: i64,
    /// How often it was looked at, and how often the rule is evaluated, in milliseconds.
    step: i64,
    interval: i64,
    fired: usize,
    series: Vec<TestSeries>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct TestSeries {
    labels: LabelMap,
    fired: usize,
    intervals: Vec<Firing>,
}

/// Milliseconds since the epoch.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Firing {
    from: i64,
    /// None: it fires still.
    to: Option<i64>,
}

/// How often it would have fired over each range; a click shows that range.
#[component]
pub(super) fn TestsView(preview: Preview) -> impl IntoView {
    let fired = move |range: &'static str| {
        preview.tests.with(|tests| match tests {
            Some(Ok(tests)) => tests.get(range).map(|test| fired_words(test.fired)),
            _ => None,
        })
    };
    let button = move |(range, title): (&'static str, &'static str)| {
        view! {
            <button type="button" class="test-range" data-range=range
                aria-pressed=move || (preview.range.get() == range).to_string()
                on:click=move |_| preview.range.set(range)>
                <span>{title}</span>
                <strong>{move || fired(range).unwrap_or_else(|| "…".to_owned())}</strong>
            </button>
        }
    };
    let fault = move || {
        let tests = preview.tests.get()?;
        tests.err().map(|words| format!("✕ It can't be told how often it would have fired: {words}"))
    };
    let coarse = move || {
        preview.tests.with(|tests| match tests {
            Some(Ok(tests)) => {
                let words = |(range, title): (&str, &str)| coarse_words(title, tests.get(range)?);
                RANGES.into_iter().filter_map(words).collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        })
    };
    let list = move || match preview.tests.get() {
        Some(Ok(tests)) => tests.get(preview.range.get()).map(|test| view! { <Times test=test.clone()/> }),
        _ => None,
    };
    view! {
        <div class="test-ranges" role="group" aria-label="How often it would have fired" hidden=move || !preview.is_tried()>
            {RANGES.map(button).collect_view()}
        </div>
        <p class="field-error">{fault}</p>
        <p class="hint test-step">{coarse}</p>
        {list}
    }
    .into_any()
}

fn fired_words(count: usize) -> String {
    match count {
        0 => "never fired".to_owned(),
        1 => "fired once".to_owned(),
        count => format!("fired {} times", grouped(count as u64)),
    }
}

/// What may be missing, where the range was looked at less often than the rule is evaluated.
fn coarse_words(title: &str, test: &Test) -> Option<String> {
    (test.step > test.interval && test.interval > 0).then(|| {
        let every = lasting(test.step.max(1000));
        format!(
            "The {title}: looked at every {every}, less often than the rule is evaluated; what was shorter may be missing."
        )
    })
}

/// When it would have fired.
#[component]
fn Times(test: Test) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let length = (test.end - test.start).max(1) as f64;
    let share = move |at: i64| (at.clamp(test.start, test.end) - test.start) as f64 / length * 100.0;
    let line = move |series: TestSeries| {
        let name = label_words(&series.labels, &["__name__"]);
        let name = if name.is_empty() { "the only series".to_owned() } else { name };
        let stretch = |firing: &Firing| {
            let end = firing.to.unwrap_or(test.end);
            let (left, width) = (share(firing.from), share(end) - share(firing.from));
            let lasted = lasting((end - firing.from).max(1000));
            let still = if firing.to.is_none() { ", and still" } else { "" };
            let title = format!("fired at {} for {lasted}{still}", moment(firing.from, preferences));
            view! {
                <span class="timeline-stretch" data-alert-state="firing" title=title.clone()
                    style=place(left, width)>
                    <span class="visually-hidden">{format!("{title}. ")}</span>
                </span>
            }
        };
        let count = fired_words(series.fired);
        view! {
            <li class="timeline-line">
                <span class="timeline-name" title=name.clone()>{format!("{count}: {name}")}</span>
                <span class="timeline-bar">{series.intervals.iter().map(stretch).collect_view()}</span>
            </li>
        }
    };
    let all: Vec<TestSeries> = test.series.into_iter().filter(|series| series.fired > 0).collect();
    let more = all.len().saturating_sub(MOST);
    let more = (more > 0).then(|| format!("and {} more series", grouped(more as u64)));
    view! {
        <ul class="timeline">{all.into_iter().take(MOST).map(line).collect_view()}</ul>
        <p class="hint">{more}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_server_says() {
        let text = r#"{"start":0,"end":100,"step":10,"interval":10,"fired":2,"left_out":0,
            "series":[{"labels":{"host":"a"},"fired":2,"intervals":[{"active_at":1,"from":2,"to":5},{"active_at":8,"from":9,"to":null}]}]}"#;
        let told: Test = serde_json::from_str(text).unwrap();
        assert_eq!(told.series[0].intervals, [Firing { from: 2, to: Some(5) }, Firing { from: 9, to: None }]);
        assert_eq!([0, 1, 2].map(fired_words), ["never fired", "fired once", "fired 2 times"]);
        assert_eq!(coarse_words("last 7 days", &told), None);
    }

    #[test]
    fn says_how_often_it_was_looked_at() {
        let test = Test { step: 210_000, interval: 15_000, ..Test::default() };
        assert_eq!(
            coarse_words("last 7 days", &test).as_deref(),
            Some(
                "The last 7 days: looked at every 3 min 30 s, less often than the rule is evaluated; what was shorter may be missing."
            )
        );
        // Of a server that does not tell how often.
        assert_eq!(coarse_words("last 7 days", &Test { step: 1000, ..Test::default() }), None);
    }
}
