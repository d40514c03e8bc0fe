//! What a mail says with the templates as they are written, before anything is saved or sent.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

use super::document::path_of;
use super::fields::id_of;
use super::state::{Editor, Flaw};
use crate::address::Encoded;
use crate::api::{Refusal, call};

/// The list whose items have a preview.
pub(super) const MAILS: &str = "email_configs";

/// What the server says of a mail.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Mail {
    subject: String,
    text: String,
    html: String,
}

/// The receiver that a mail belongs to, and which of its mails it is; `None` for another place.
fn receiver_of(at: &str) -> Option<(&str, usize)> {
    let (receiver, index) = at.split_once("/email_configs/")?;
    Some((receiver, index.parse().ok()?))
}

/// The place of the field that a template stands in.
fn place_of(at: &str, field: &str) -> String {
    match field {
        "subject" => format!("{at}/headers/Subject"),
        other => format!("{at}/{other}"),
    }
}

/// A rule whose chart a mail may show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Rule {
    uid: String,
    name: String,
}

/// What the server is asked: without a rule the chart is a sample.
fn question(draft: &Value, index: usize, rule: &str) -> Value {
    let mut body = json!({"draft": draft, "index": index});
    if !rule.is_empty() {
        body["rule"] = rule.into();
    }
    body
}

/// The rules of forms, to choose the one whose chart is shown; nothing where there is none.
fn rules(chosen: RwSignal<String>, id: String) -> AnyView {
    let known = RwSignal::new(Vec::<Rule>::new());
    spawn_local(async move {
        // Without an answer there is the sample.
        if let Ok(mut all) = call::<Vec<Rule>>("GET", "/api/v1/watchfire/rules", None).await {
            all.sort_by(|one, other| one.name.cmp(&other.name));
            known.try_set(all);
        }
    });
    let option = |rule: Rule| view! { <option value=rule.uid>{rule.name}</option> };
    view! {
        <div class="form-field" hidden=move || known.with(Vec::is_empty)>
            <label for=id.clone()>"Rule whose chart the preview shows"</label>
            <select id=id on:change=move |event| chosen.set(event_target_value(&event))>
                <option value="">"a sample"</option>
                {move || known.get().into_iter().map(option).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// The button, and what the mail would say.
pub(super) fn preview(editor: Editor, at: StoredValue<String>) -> AnyView {
    let shown = RwSignal::new(None::<Result<Mail, String>>);
    let asking = RwSignal::new(false);
    let rule = RwSignal::new(String::new());
    let ask = move |_| {
        let Some((name, index)) = at.with_value(|at| {
            let (receiver, index) = receiver_of(at)?;
            Some((untrack(|| editor.text_at(&format!("{receiver}/name"))), index))
        }) else {
            return;
        };
        let path = format!("/api/v1/watchfire/receivers/{}/preview", Encoded(&name));
        let body = question(&editor.written(), index, &rule.get_untracked());
        asking.set(true);
        spawn_local(async move {
            let answer: Result<Mail, Refusal> = call("POST", &path, Some(&body)).await;
            // The form may be closed meanwhile.
            if asking.try_set(false).is_some() {
                return;
            }
            if let Err(refusal) = &answer
                && let Some(field) = refusal.data["field"].as_str()
            {
                let path = at.with_value(|at| path_of(&place_of(at, field)));
                let flaw = Flaw { path, message: refusal.to_string(), ..Flaw::default() };
                editor.problems.update(|problems| {
                    problems.retain(|known| known.path != flaw.path);
                    problems.push(flaw);
                });
            }
            shown.set(Some(answer.map_err(|refusal| refusal.to_string())));
        });
    };
    let mail = move |mail: Mail| {
        let html = (!mail.html.is_empty()).then(|| {
            // Nothing in it runs, leads anywhere or sees the page.
            view! { <iframe class="mail-preview" sandbox="" title="The mail in HTML" srcdoc=mail.html></iframe> }
        });
        view! {
            <p class="mail-subject"><strong>"Subject: "</strong>{mail.subject}</p>
            {html}
            <pre class="mail-text" tabindex="0" aria-label="The mail as text">{mail.text}</pre>
        }
        .into_any()
    };
    let content = move || match shown.get() {
        None => ().into_any(),
        Some(Err(words)) => view! { <p class="field-error">{format!("✕ {words}")}</p> }.into_any(),
        Some(Ok(told)) => mail(told),
    };
    let rules = rules(rule, at.with_value(|at| format!("{}-rule", id_of(at))));
    view! {
        {rules}
        <p class="edit-trial">
            <button type="button" class="button small" disabled=move || asking.get() on:click=ask>"Preview"</button>
            " "<span class="hint">"A test alert in this mail, with what is written here; nothing is sent."</span>
        </p>
        <div role="status">{content}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_where_one_is_chosen() {
        let draft = json!({"yaml": ""});
        assert_eq!(question(&draft, 1, ""), json!({"draft": {"yaml": ""}, "index": 1}));
        assert_eq!(question(&draft, 0, "hot")["rule"], "hot");
    }

    #[test]
    fn a_mail_knows_its_place() {
        assert_eq!(receiver_of("/receivers/2/email_configs/1"), Some(("/receivers/2", 1)));
        assert_eq!(receiver_of("/receivers/2/slack_configs/1"), None);
        let at = "/receivers/2/email_configs/1";
        assert_eq!(path_of(&place_of(at, "html")), "receivers[2].email_configs[1].html");
        assert_eq!(path_of(&place_of(at, "subject")), "receivers[2].email_configs[1].headers.Subject");
    }
}
