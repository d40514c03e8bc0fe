//! What one says of an alert where it is shown: that one looks after it, that it may be quiet for a while, that it is over; and what
//! was said, with the way to take it back.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Value, json};
use watchfire_model::parse_duration;

use super::alert::{Alert, Alerts, Said, snoozed_why};
use super::who::{remember, remembered};
use super::{moment, server_now};
use crate::address::{Encoded, Search};
use crate::api::{Poll, Refusal, call, call_plain, instant};
use crate::numbers::ago;
use crate::preferences::Preferences;

/// Lengths of time for which an alert may be quiet, to choose from.
const LENGTHS: [&str; 3] = ["1h", "4h", "1d"];

/// What one can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Acknowledge,
    Snooze,
    Resolve,
}

impl Act {
    const ALL: [Self; 3] = [Self::Acknowledge, Self::Snooze, Self::Resolve];

    /// The end of the address that takes it.
    fn word(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Snooze => "snooze",
            Self::Resolve => "resolve",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Acknowledge => "Acknowledge",
            Self::Snooze => "Snooze",
            Self::Resolve => "Resolve",
        }
    }

    /// What it leads to.
    fn hint(self) -> &'static str {
        match self {
            Self::Acknowledge => "You look after it: nobody is told of it again until something changes.",
            Self::Snooze => "Nobody is told of it until then: a silence for this alert alone.",
            Self::Resolve => "Its end is told, and what its source says is left out until it begins anew.",
        }
    }
}

/// What was said of an alert, and how it is taken back.
#[derive(Clone, Debug, PartialEq)]
struct Word {
    mark: &'static str,
    said: Said,
    back: &'static str,
    method: Way,
}

/// How something is taken back.
#[derive(Clone, Debug, PartialEq)]
enum Way {
    /// The end of the alert's own address.
    Alert(Act),
    /// The id of a silence that is ended.
    Silence(String),
}

/// What was said of an alert that holds now.
fn words_of(alerts: &Alerts, alert: &Alert) -> Vec<Word> {
    let of = |said: &Option<Said>, mark, back, act| {
        said.clone().map(|said| Word { mark, said, back, method: Way::Alert(act) })
    };
    let snooze = alerts.snooze(alert).map(|silence| Word {
        mark: "⊘ quiet, says",
        said: Said {
            by: silence.created_by.clone(),
            comment: snoozed_why(&silence.comment).unwrap_or_default().to_owned(),
            at: instant(&silence.starts_at).unwrap_or_default(),
            until: instant(&silence.ends_at),
        },
        back: "Wake it",
        method: Way::Silence(silence.id.clone()),
    });
    [
        of(&alert.resolved, "✓ over, says", "It is not over", Act::Resolve),
        of(&alert.acknowledged, "◨ looked after by", "Take back", Act::Acknowledge),
        snooze,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The body of what is said; or why it can't be sent.
fn body(act: Act, by: &str, comment: &str, length: &str) -> Result<Value, String> {
    if by.trim().is_empty() {
        return Err("write who says it, so that others know whom to ask".to_owned());
    }
    let mut body = json!({"by": by.trim(), "comment": comment.trim()});
    if act == Act::Snooze {
        let length = length.trim();
        if !parse_duration(length).is_ok_and(|millis| millis > 0) {
            return Err(format!("{length:?} is no length of time; write 2h, or 30m"));
        }
        body["for"] = length.into();
    }
    Ok(body)
}

/// What was said of an alert, and the buttons to say more. `folded`: the buttons come when they are asked for.
#[component]
pub(super) fn Handling(
    alert: Memo<Alert>,
    alerts: RwSignal<Option<Alerts>>,
    poll: Poll,
    #[prop(optional)] folded: bool,
) -> impl IntoView {
    let said = Memo::new(move |_| {
        alerts.with(|alerts| {
            let alerts = alerts.as_ref();
            alerts.map(|alerts| alert.with(|alert| words_of(alerts, alert))).unwrap_or_default()
        })
    });
    // Nobody is told of made-up data, so there is nothing to look after.
    let can = Memo::new(move |_| {
        alert.with(|alert| alert.is_firing() && !alert.fingerprint.is_empty() && !alert.is_demo())
    });
    let opened = RwSignal::new(None::<Act>);
    let unfolded = RwSignal::new(!folded);
    let error = RwSignal::new(None::<String>);
    let button = move |act: Act| {
        let open = move |_| {
            error.set(None);
            opened.update(|opened| *opened = if *opened == Some(act) { None } else { Some(act) });
        };
        let shown = move || (opened.get() == Some(act)).to_string();
        view! {
            <button type="button" class="button small" data-act=act.word() aria-expanded=shown on:click=open>{act.title()}</button>
        }
    };
    // Who closes the form by keyboard, or sends it, goes on where it was opened.
    let place = NodeRef::<html::Div>::new();
    Effect::new(move |before: Option<Option<Act>>| {
        let now = opened.get();
        if let (Some(Some(act)), None) = (before, now) {
            focus_within(place, act);
        }
        now
    });
    let unfold = move |_| unfolded.update(|unfolded| *unfolded = !*unfolded);
    view! {
        <div class="alert-handling" tabindex="-1" node_ref=place>
            <For each=move || said.get() key=|word| (word.mark, word.said.at) let:word>
                <Told word alert poll error/>
            </For>
            <Show when=move || can.get()>
                <span class="handling-actions" role="group" aria-label="Handle this alert">
                    <Show when=move || folded>
                        <button type="button" class="button small"
                            aria-expanded=move || unfolded.get().to_string() on:click=unfold>
                            "Handle"
                        </button>
                    </Show>
                    <Show when=move || unfolded.get()>{Act::ALL.map(button).collect_view()}</Show>
                </span>
                {move || opened.get().filter(|_| unfolded.get()).map(|act| view! { <Form act alert poll opened error/> })}
            </Show>
            <span class="field-error" role="alert">{move || error.get()}</span>
        </div>
    }
    .into_any()
}

/// Brings the focus back to the button that opened a form; to what is said of the alert, where the button is gone.
fn focus_within(place: NodeRef<html::Div>, act: Act) {
    use wasm_bindgen::JsCast;
    request_animation_frame(move || {
        let Some(place) = place.try_get_untracked().flatten() else { return };
        let button = place.query_selector(&format!("[data-act={}]", act.word())).ok().flatten();
        let button = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
        // Focus is a courtesy.
        let _ = match button {
            Some(button) => button.focus(),
            None => place.focus(),
        };
    });
}

/// What somebody said, and the button that takes it back.
#[component]
fn Told(word: Word, alert: Memo<Alert>, poll: Poll, error: RwSignal<Option<String>>) -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    let now = server_now();
    let Word { mark, said, back, method } = word;
    let sending = RwSignal::new(false);
    let exact = move || moment(said.at, preferences);
    let when = move || ago((now() - said.at).max(0));
    let until = move || said.until.map(|until| format!(", until {}", moment(until, preferences)));
    let comment = if said.comment.is_empty() { String::new() } else { format!(": {}", said.comment) };
    let take_back = move |_| {
        if sending.get_untracked() {
            return;
        }
        let path = match &method {
            Way::Silence(id) => format!("/api/v2/silence/{}", Encoded(id)),
            Way::Alert(act) => {
                let by = Search::default().with("by", &remembered());
                let of = alert.with_untracked(|alert| alert.fingerprint.clone());
                format!("/api/v1/watchfire/alerts/{of}/{}{by}", act.word())
            }
        };
        sending.set(true);
        error.set(None);
        spawn_local(async move {
            let answer = call_plain("DELETE", &path, None).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => poll.ask_at_once(),
                Err(refusal) => drop(error.try_set(Some(format!("not taken back: {refusal}")))),
            }
        });
    };
    view! {
        <span class="handling-said">
            {mark}" "<strong>{said.by}</strong>" "<time title=exact>{when}</time>{until}{comment}" "
            <button type="button" class="button small" disabled=move || sending.get() on:click=take_back>{back}</button>
        </span>
    }
    .into_any()
}

/// Who says it, why, and of a snooze for how long.
#[component]
fn Form(
    act: Act,
    alert: Memo<Alert>,
    poll: Poll,
    opened: RwSignal<Option<Act>>,
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let by = RwSignal::new(remembered());
    let (comment, length) = (RwSignal::new(String::new()), RwSignal::new(LENGTHS[0].to_owned()));
    let sending = RwSignal::new(false);
    let (who, why) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    // Who is known already has only the reason left to write.
    Effect::new(move |_| {
        let first = if by.with_untracked(String::is_empty) { who.get() } else { why.get() };
        if let Some(first) = first {
            // It fails only for what is not in the page.
            let _ = first.focus();
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let name = by.get_untracked();
        let body = match body(act, &name, &comment.get_untracked(), &length.get_untracked()) {
            Ok(body) => body,
            Err(words) => return error.set(Some(words)),
        };
        let of = alert.with_untracked(|alert| alert.fingerprint.clone());
        let path = format!("/api/v1/watchfire/alerts/{of}/{}", act.word());
        sending.set(true);
        error.set(None);
        spawn_local(async move {
            let answer: Result<Value, Refusal> = call("POST", &path, Some(&body)).await;
            // The alert may be gone since.
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    remember(name.trim());
                    opened.try_set(None);
                    poll.ask_at_once();
                }
                Err(refusal) => drop(error.try_set(Some(format!("not done: {refusal}")))),
            }
        });
    };
    let cancel = move |()| {
        error.set(None);
        opened.set(None);
    };
    let escape = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            cancel(());
        }
    };
    let bound = |signal: RwSignal<String>| move |event| signal.set(event_target_value(&event));
    let choice = move |text: &'static str| {
        let pressed = move || length.with(|length| length == text).to_string();
        view! {
            <button type="button" class="button small" aria-pressed=pressed on:click=move |_| length.set(text.to_owned())>
                {text}
            </button>
        }
    };
    let lengths = (act == Act::Snooze).then(|| {
        view! {
            <span class="form-lengths">
                <label class="handling-field">
                    "For how long"
                    <input autocomplete="off" spellcheck="false" prop:value=move || length.get() on:input=bound(length)/>
                </label>
                {LENGTHS.map(choice).collect_view()}
            </span>
        }
    });
    view! {
        <form class="handling-form" aria-label=act.title() on:submit=submit on:keydown=escape>
            <p class="hint">{act.hint()}</p>
            {lengths}
            <label class="handling-field">
                "Who"
                <input autocomplete="name" node_ref=who prop:value=move || by.get() on:input=bound(by)/>
            </label>
            <label class="handling-field handling-why">
                "Note (optional)"
                <input autocomplete="off" node_ref=why prop:value=move || comment.get() on:input=bound(comment)/>
            </label>
            <span class="handling-actions">
                <button type="submit" class="button small primary" disabled=move || sending.get()>{act.title()}" it"</button>
                <button type="button" class="button small" on:click=move |_| cancel(())>"Cancel"</button>
            </span>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Muting, Silence, SilenceMatcher};

    #[test]
    fn what_is_said_is_checked_before_it_is_sent() {
        for (act, by, length, expected) in [
            (Act::Acknowledge, " ann ", "", Ok(json!({"by": "ann", "comment": "on it"}))),
            (Act::Snooze, "ann", " 90m ", Ok(json!({"by": "ann", "comment": "on it", "for": "90m"}))),
            (Act::Snooze, "ann", "soon", Err("\"soon\" is no length of time; write 2h, or 30m".to_owned())),
            (Act::Snooze, "ann", "0s", Err("\"0s\" is no length of time; write 2h, or 30m".to_owned())),
            (Act::Resolve, " ", "", Err("write who says it, so that others know whom to ask".to_owned())),
        ] {
            assert_eq!(body(act, by, "on it ", length), expected, "{act:?} {by} {length}");
        }
    }

    #[test]
    fn what_holds_is_told() {
        let said = |by: &str| Some(Said { by: by.to_owned(), at: 5, ..Said::default() });
        let matcher = SilenceMatcher {
            name: "alertname".to_owned(),
            value: "Hot".to_owned(),
            is_regex: false,
            is_equal: true,
        };
        let silence = Silence {
            id: "s".to_owned(),
            comment: "snoozed: a storm".to_owned(),
            created_by: "cem".to_owned(),
            starts_at: "2025-11-21T08:00:00Z".to_owned(),
            ends_at: "2025-11-21T09:00:00Z".to_owned(),
            matchers: vec![matcher],
            ..Silence::default()
        };
        let alerts =
            Alerts { silences: [("s".to_owned(), silence)].into_iter().collect(), ..Alerts::default() };
        let alert = Alert {
            labels: [("alertname".to_owned(), "Hot".to_owned())].into_iter().collect(),
            acknowledged: said("ann"),
            muting: Muting { silenced_by: vec!["s".to_owned()], ..Muting::default() },
            ..Alert::default()
        };
        let told = words_of(&alerts, &alert);
        let names: Vec<&str> = told.iter().map(|word| word.said.by.as_str()).collect();
        assert_eq!(names, ["ann", "cem"]);
        assert_eq!(told[1].said.until, Some(1_763_715_600_000));
        assert_eq!(told[1].said.comment, "a storm");
        assert_eq!(told[1].method, Way::Silence("s".to_owned()));
        let over = Alert { resolved: said("bob"), ..Alert::default() };
        assert_eq!(words_of(&alerts, &over)[0].method, Way::Alert(Act::Resolve));
    }
}
