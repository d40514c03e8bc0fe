//! What a mail says with the templates as they are written, before anything is saved or sent.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;

use super::document::path_of;
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

/// The button, and what the mail would say.
pub(super) fn preview(editor: Editor, at: StoredValue<String>) -> AnyView {
    let shown = RwSignal::new(None::<Result<Mail, String>>);
    let asking = RwSignal::new(false);
    let ask = move |_| {
        let Some((name, index)) = at.with_value(|at| {
            let (receiver, index) = receiver_of(at)?;
            Some((untrack(|| editor.text_at(&format!("{receiver}/name"))), index))
        }) else {
            return;
        };
        let path = format!("/api/v1/watchfire/receivers/{}/preview", Encoded(&name));
        let body = json!({"draft": editor.written(), "index": index});
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
    view! {
        <p class="edit-trial">
            <button type="button" class="button small" disabled=move || asking.get() on:click=ask>"Preview"</button>
            " "<span class="hint">"A test alert in this mail, with what is written here and a sample for its chart; nothing is sent."</span>
        </p>
        <div role="status">{content}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_knows_its_place() {
        assert_eq!(receiver_of("/receivers/2/email_configs/1"), Some(("/receivers/2", 1)));
        assert_eq!(receiver_of("/receivers/2/slack_configs/1"), None);
        let at = "/receivers/2/email_configs/1";
        assert_eq!(path_of(&place_of(at, "html")), "receivers[2].email_configs[1].html");
        assert_eq!(path_of(&place_of(at, "subject")), "receivers[2].email_configs[1].headers.Subject");
    }
}
