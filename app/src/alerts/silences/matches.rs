use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use watchfire_model::Matcher;

use crate::address::Search;
use crate::alerts::alert::Severity;
use crate::alerts::filter::written;
use crate::alerts::label_words;
use crate::api::{self, Failure, SeenAlert, read_plain};
use crate::numbers::grouped;

/// How long typing must pause before the server is asked.
const PAUSE: Duration = Duration::from_millis(350);

/// How many alerts are shown.
const MOST: usize = 30;

/// What would be silenced now.
#[derive(Clone, PartialEq)]
enum Found {
    /// There is no condition yet.
    Nothing,
    Asking,
    Alerts(Vec<SeenAlert>),
    Failed(String),
}

/// The alerts that fulfil the conditions now.
#[component]
pub(super) fn Matches(wanted: Memo<Vec<Matcher>>) -> impl IntoView {
    let found = RwSignal::new(Found::Asking);
    let number = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let matchers = wanted.get();
        let mine = number.get_value().wrapping_add(1);
        number.set_value(mine);
        if matchers.iter().all(|matcher| matcher.value.is_empty()) {
            return found.set(Found::Nothing);
        }
        let ask = move || {
            // Something else was typed, or the page was left.
            if number.try_get_value() != Some(mine) {
                return;
            }
            spawn_local(async move {
                let answer = ask(&matchers).await;
                if number.try_get_value() == Some(mine) {
                    found.set(match answer {
                        Ok(alerts) => Found::Alerts(alerts),
                        Err(failure) => Found::Failed(failure.to_string()),
                    });
                }
            });
        };
        set_timeout(ask, PAUSE);
    });
    let words = move || match found.get() {
        Found::Nothing => "○ Write a label and its value: what would be silenced stands here.".to_owned(),
        Found::Asking => "… asking which alerts these are".to_owned(),
        Found::Alerts(alerts) if alerts.is_empty() => {
            "○ No alert that fires now. Those to come are silenced.".to_owned()
        }
        Found::Alerts(alerts) if alerts.len() == 1 => "⊘ 1 alert that fires now is silenced:".to_owned(),
        Found::Alerts(alerts) => {
            format!("⊘ {} alerts that fire now are silenced:", grouped(alerts.len() as u64))
        }
        Found::Failed(words) => format!("✕ {words}"),
    };
    let list = move || match found.get() {
        Found::Alerts(alerts) => alerts.iter().take(MOST).map(entry).collect_view().into_any(),
        _ => ().into_any(),
    };
    let failed = move || found.with(|found| matches!(found, Found::Failed(_))).then_some("failed");
    view! {
        <section class="panel form-beside" aria-label="Alerts that match" tabindex="0" data-state=failed>
            <h2>"Alerts that match"</h2>
            <p class="silence-matches" role="status">{words}</p>
            <ul class="alert-list">{list}</ul>
        </section>
    }
    .into_any()
}

fn entry(alert: &SeenAlert) -> impl IntoView + use<> {
    let severity = Severity::of(&alert.labels);
    let mark = Severity::mark_of(&alert.labels);
    let name = alert.labels.get("alertname").cloned().unwrap_or_default();
    view! {
        <li class="alert alert-short" data-severity=severity.word()>
            <span class="alert-severity">{mark}</span>
            <div class="alert-main">
                <span class="alert-name">{name}</span>
                <span class="alert-labels">{label_words(&alert.labels, &["alertname", "severity"])}</span>
            </div>
        </li>
    }
}

async fn ask(matchers: &[Matcher]) -> Result<Vec<SeenAlert>, Failure> {
    let search =
        matchers.iter().fold(Search::default(), |search, matcher| search.and("filter", &written(matcher)));
    read_plain(&api::get("/api/v2/alerts", &search).await?)
}
