//! One incident: how it is, its alerts over time, what was measured, who does what, and what happened.

use crate::pages::Title;
use leptos::prelude::*;
use serde_json::json;
use watchfire_model::{Matcher, format_utc};

use super::happened::Happened;
use super::members::{AddAlert, MergeWith};
use super::notes::Notes;
use super::people::{Changes, People, Spot};
use super::{API, EVERY, Incident, Member, Merged, PATH, mark};
use crate::address::{Encoded, Search};
use crate::alerts::alert::Severity;
use crate::alerts::chart::ChartedRule;
use crate::alerts::filter::written;
use crate::alerts::who::remembered;
use crate::alerts::{label_words, lasting, moment, place, server_now, state_word, trouble, without_script};
use crate::api::{self, Failure, Poll, envelope};
use crate::numbers::{ago, grouped};
use crate::pages::{Page, Views};
use crate::preferences::Preferences;
use crate::shell::{Ask, Heading};

/// What a chart shows before the first alert and after the last, in milliseconds.
const AROUND: i64 = 30 * 60_000;

/// How many alerts have a line.
const LINES: usize = 200;

async fn read(path: String) -> Result<Incident, Failure> {
    let mut incident: Incident = envelope(&api::get(&path, &Search::default()).await?)?;
    // Without what was sent the rest is worth to be seen.
    let sent = api::get(&format!("{path}/sent"), &Search::default()).await;
    incident.sent = sent.and_then(|text| envelope(&text)).unwrap_or_default();
    Ok(incident)
}

/// The page.
#[component]
pub(crate) fn IncidentPage(id: String) -> impl IntoView {
    let known = RwSignal::new(None::<Incident>);
    let path = StoredValue::new(format!("{API}/{}", Encoded(&id)));
    let question = move || read(path.get_value());
    let poll = Poll::start(EVERY, question, move |got| known.set(Some(got)));
    let title = Memo::new(move |_| {
        known.with(|known| known.as_ref().map_or_else(|| "Incident".to_owned(), |known| known.title.clone()))
    });
    expect_context::<Heading>().follow(move || title.get());
    let who = RwSignal::new(String::new());
    // In the browser alone: the server does not know it.
    Effect::new(move |_| who.set(remembered()));
    let changes = Changes::new(id, who, poll);
    let chosen = RwSignal::new(None::<String>);
    let there = Memo::new(move |_| known.with(Option::is_some));
    let is_whole = Memo::new(move |_| {
        known.with(|known| known.as_ref().is_some_and(|known| known.merged_into.is_none()))
    });
    let goes_on = Memo::new(move |_| {
        is_whole.get() && known.with(|known| known.as_ref().is_some_and(|known| known.state != "resolved"))
    });
    view! {
        <Title text=move || title.get()/>
        <div class="alerting" data-state=move || state_word(poll)>
            <Views current=Page::OnCall/>
            <Summary known poll title changes/>
            <Show when=move || there.get()>
                <Alerts known chosen changes/>
                <Show when=move || is_whole.get()><AddAlert known changes=changes.at(Spot::Alert)/></Show>
                <Show when=move || goes_on.get()><MergeWith changes=changes.at(Spot::Incident)/></Show>
                <Charted known chosen/>
                <div class="form-columns">
                    <div class="incident-column">
                        <Show when=move || is_whole.get()><People known changes=changes.at(Spot::People)/></Show>
                        <Notes known changes=changes.at(Spot::Notes) is_whole/>
                    </div>
                    <Happened known/>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// How it is, what began it, and what one can do.
#[component]
fn Summary(
    known: RwSignal<Option<Incident>>,
    poll: Poll,
    title: Memo<String>,
    changes: Changes,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let state = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| known.state.clone())).unwrap_or_default()
    });
    let bad = move || trouble(poll, "The incident").filter(|_| state_word(poll) != "loading");
    let about = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let severity = Severity::of_word(known.severity.as_deref().unwrap_or_default());
            let severity_mark = Severity::mark_of_word(known.severity.as_deref().unwrap_or_default());
            let began = moment(known.opened_at, preferences);
            let time = match known.resolved_at {
                Some(end) => format!(
                    "from {began} to {}, {}",
                    moment(end, preferences),
                    lasting((end - known.opened_at).max(1000))
                ),
                None => format!("since {began}, {}", ago((now() - known.opened_at).max(0))),
            };
            let relations =
                (!known.relations.is_empty()).then(|| format!(" · {}", known.relations.join(", ")));
            Some(view! {
                <p class="rule-about" data-severity=severity.word()>
                    <span>
                        <strong>{mark(&known.state)}</strong>" · "{severity_mark}" · "{time}{relations}
                    </span>
                </p>
            })
        })
    };
    let into = Memo::new(move |_| known.with(|known| known.as_ref()?.merged_into.clone()));
    let is_whole = move || into.with(Option::is_none);
    let leads_on = move || {
        let into = into.get()?;
        Some(view! {
            <p class="incident-cause">
                "It is part of "<a href=format!("{PATH}/{}", Encoded(&into))>"another incident"</a>
                "; its alerts go on there."
            </p>
        })
    };
    let parts = Memo::new(move |_| known.with(|known| known.as_ref().map(|known| known.merged.clone())));
    let has_parts = move || {
        let parts = parts.get().filter(|parts| !parts.is_empty())?;
        let link = |part: Merged| {
            let name = if part.title.is_empty() { part.id.clone() } else { part.title };
            view! { " "<a href=format!("{PATH}/{}", Encoded(&part.id))>{name}</a> }
        };
        Some(
            view! { <p class="incident-cause">"Part of it:"{parts.into_iter().map(link).collect_view()}</p> },
        )
    };
    let cause = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let cause = known.cause.as_ref()?;
            let first = known.alerts.iter().find(|member| member.fingerprint == cause.fingerprint)?;
            let labels = label_words(&first.labels, &["alertname", "severity"]);
            Some(view! {
                <p class="incident-cause">
                    "First cause, as it is guessed: "<strong>{first.name().to_owned()}</strong>" "
                    {(!labels.is_empty()).then(|| view! { <span class="alert-labels">{labels}</span>" " })}
                    {format!("– since {}.", cause.why)}
                </p>
            })
        })
    };
    let look_after = move |_| {
        let who = changes.who.get_untracked().trim().to_owned();
        changes.send(json!({"state": "acknowledged", "assignee": who}), || ());
    };
    let end = move |_| {
        // What would be refused is not asked for first.
        if !changes.knows_who() {
            return;
        }
        let question =
            "End this incident? Its alerts go on as they are; what is new within the window opens it again.";
        ask.confirm(question, "End it", move || changes.send(json!({"state": "resolved"}), || ()));
    };
    let reopen = move |_| changes.send(json!({"state": "open"}), || ());
    let is = move |wanted: &'static str| state.with(|state| state == wanted);
    let busy = move || changes.sending.get();
    view! {
        <section class="panel alerting-summary" aria-label="Incident">
            <h1 class="alerting-words" data-loud=move || is("open").then_some("true")>{title}</h1>
            <p class="alerting-bad" role="status">{bad}</p>
            {about}
            {leads_on}
            {cause}
            {has_parts}
            {without_script()}
            <p class="alerting-actions">
                <Show when=move || is("open")>
                    <button type="button" class="button primary" disabled=busy on:click=look_after>"I look after it"</button>
                </Show>
                <Show when=move || is("open") || is("acknowledged")>
                    <button type="button" class="button" disabled=busy on:click=end>"End it"</button>
                </Show>
                <Show when=move || is_whole() && (is("resolved") || is("acknowledged"))>
                    <button type="button" class="button" disabled=busy on:click=reopen>
                        {move || if is("resolved") { "Open it again" } else { "Back to open" }}
                    </button>
                </Show>
                <a class="button" href=PATH>"All incidents"</a>
                <span class="field-error" role="alert">{move || changes.fault()}</span>
            </p>
        </section>
    }
    .into_any()
}

/// From when to when its lines go.
fn range(incident: &Incident, now: i64) -> (i64, i64) {
    let end = incident.resolved_at.unwrap_or(now).max(incident.opened_at + 60_000);
    let last = incident.alerts.iter().filter_map(|member| member.ends_at).max().unwrap_or(end);
    (incident.opened_at, end.max(last))
}

/// Its alerts, each with the time at which it fired.
#[component]
fn Alerts(
    known: RwSignal<Option<Incident>>,
    chosen: RwSignal<Option<String>>,
    changes: Changes,
) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let ask = expect_context::<Ask>();
    let now = server_now();
    let alone = Memo::new(move |_| known.with(|known| known.as_ref().is_none_or(Incident::is_closed)));
    let row = move |member: Member, (start, end): (i64, i64), is_cause: bool| {
        let severity = Severity::of(&member.labels);
        let labels = label_words(&member.labels, &["alertname", "severity"]);
        let matchers = member.labels.iter().map(|(name, value)| written(&Matcher::equal(name, value)));
        let filter = matchers.collect::<Vec<_>>().join(" ");
        let href = format!("/alerts{}", Search::default().with("filter", &filter));
        let length = (end - start).max(1) as f64;
        let until = member.ends_at.unwrap_or(end);
        let share = |at: i64| (at - start) as f64 / length * 100.0;
        let bar = place(share(member.starts_at), share(until) - share(member.starts_at));
        let (state, state_words) = match member.ends_at {
            None => ("firing", "■ firing".to_owned()),
            Some(_) if member.times > 1 => ("inactive", format!("✓ over, {} times", member.times)),
            Some(_) => ("inactive", "✓ over".to_owned()),
        };
        let time = format!(
            "from {} {}",
            moment(member.starts_at, preferences),
            member.ends_at.map_or_else(|| "on".to_owned(), |at| format!("to {}", moment(at, preferences)))
        );
        let name = member.name().to_owned();
        let label = format!("Show the values of {name}");
        let fingerprint = member.fingerprint.clone();
        let own = fingerprint.clone();
        let pressed = move || (chosen.get().as_ref() == Some(&own)).to_string();
        let of = fingerprint.clone();
        let take_out = move |_| {
            if !changes.knows_who() {
                return;
            }
            let of = of.clone();
            ask.confirm(
                "Take this alert out of the incident? It gets one of its own.",
                "Take it out",
                move || {
                    changes.part(&of);
                },
            );
        };
        let out = format!("Take {name} out of the incident");
        let choose = move |_| chosen.set(Some(fingerprint.clone()));
        view! {
            <li class="alert incident-alert" data-severity=severity.word() data-alert-state=state>
                <span class="alert-severity">{Severity::mark_of(&member.labels)}</span>
                <span class="alert-state">{state_words}</span>
                <div class="alert-main">
                    <a class="alert-name" href=href>{name}</a>
                    <span class="alert-summary">{member.summary}</span>
                    <span class="alert-labels">{labels}</span>
                    {is_cause.then(|| view! { <span class="alert-muted">"◎ guessed to be the first cause"</span> })}
                </div>
                <span class="timeline-bar" title=time.clone()>
                    <span class="timeline-stretch" data-alert-state="firing" style=bar>
                        <span class="visually-hidden">{format!("Fired {time}.")}</span>
                    </span>
                </span>
                <span class="incident-ways">
                    <button type="button" class="button small" aria-label=label aria-pressed=pressed on:click=choose>"Values"</button>
                    <button type="button" class="button small" aria-label=out hidden=move || alone.get() on:click=take_out>"Take out"</button>
                </span>
            </li>
        }
    };
    let shown = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| (known.alerts.clone(), known.cause.clone())))
    });
    // The bars move with the clock only while something goes on.
    let span = Memo::new(move |_| {
        known.with(|known| known.as_ref().map(|known| range(known, now() / 10_000 * 10_000)))
    });
    let rows = move || {
        let ((alerts, cause), span) = (shown.get()?, span.get()?);
        let is_cause = move |member: &Member| {
            cause.as_ref().is_some_and(|cause| cause.fingerprint == member.fingerprint)
        };
        let rows = alerts.into_iter().take(LINES).map(|member| {
            let first = is_cause(&member);
            row(member, span, first)
        });
        Some(rows.collect_view())
    };
    let badge = move || {
        known.with(|known| {
            let known = known.as_ref()?;
            let firing = known.alerts.iter().filter(|member| member.ends_at.is_none()).count();
            let more = known.left_out + known.alerts.len().saturating_sub(LINES);
            let more = if more > 0 {
                format!(", {} more are not told one by one", grouped(more as u64))
            } else {
                String::new()
            };
            Some(format!("{} firing of {}{more}", grouped(firing as u64), grouped(known.alerts.len() as u64)))
        })
    };
    let ends = move || {
        let (start, end) = span.get()?;
        let at = |time: i64| format_utc(time, preferences.utc_offset(), "%b %d, %H:%M");
        Some(view! { <p class="incident-ends"><span>{at(start)}</span><span>{at(end)}</span></p> })
    };
    view! {
        <section class="panel alert-group" aria-label="Alerts">
            <header class="panel-head"><h2>"Alerts"</h2><span class="panel-badge">{badge}</span></header>
            <ul class="alert-list">{rows}</ul>
            {ends}
        </section>
    }
    .into_any()
}

/// The values of the rule of one of its alerts: of the one that was chosen, else of the guessed cause.
#[component]
fn Charted(known: RwSignal<Option<Incident>>, chosen: RwSignal<Option<String>>) -> impl IntoView {
    let now = server_now();
    let member = Memo::new(move |_| {
        let chosen = chosen.get();
        known.with(|known| {
            let known = known.as_ref()?;
            let wanted = chosen.or_else(|| known.cause.as_ref().map(|cause| cause.fingerprint.clone()));
            let found = known.alerts.iter().find(|member| Some(&member.fingerprint) == wanted.as_ref());
            found
                .or_else(|| known.alerts.first())
                .map(|member| (member.name().to_owned(), member.labels.clone()))
        })
    });
    let of = Memo::new(move |_| {
        let (_, labels) = member.get()?;
        known.with(|known| {
            // While it goes on, the chart is asked for anew once a minute.
            let (from, to) = range(known.as_ref()?, now() / 60_000 * 60_000);
            Some(ChartedRule { labels, from: from - AROUND, to: to + AROUND, rule: None })
        })
    });
    let heading = move || member.get().map_or_else(String::new, |(name, _)| format!("Values of {name}"));
    view! {
        <section class="panel incident-chart" aria-label="Values">
            <header class="panel-head"><h2>{heading}</h2></header>
            {crate::parts::rule_chart(of)}
        </section>
        {crate::parts::evaluated(of)}
    }
    .into_any()
}
