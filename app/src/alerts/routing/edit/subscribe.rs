//! A browser that is to be told by Web Push, at one press: nothing has to be pasted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};

use super::browser::{Subscription, name, origin, permission, subscribe};
use super::document::{items, push, put};
use super::state::Editor;
use crate::api::{Refusal, call};

/// The list of a receiver's browsers.
pub(super) const BROWSERS: &str = "webpush_configs";

const PRIVATE: [&str; 2] = ["vapid_private_key", "vapid_private_key_file"];

/// The keys by which push services know this server, as an entry has them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ServerKeys {
    public: String,
    /// The field of the private one, and what it says: the key, what stands in its place, or a file.
    private: (&'static str, String),
}

/// The same as the server makes them.
#[derive(Deserialize)]
struct Made {
    public_key: String,
    private_key: String,
}

/// A browser that was subscribed just now.
struct Subscribed {
    subscription: Subscription,
    keys: ServerKeys,
    name: String,
    /// Whom the push service may ask; empty where nothing is known.
    subject: String,
    /// Whether an older subscription of it had to end.
    replaced: bool,
}

/// A field of an entry, if it says something.
fn text<'a>(entry: &'a Value, field: &str) -> Option<&'a str> {
    entry[field].as_str().filter(|text| !text.is_empty())
}

/// The browsers of all receivers.
fn entries(document: &Value) -> impl Iterator<Item = &Value> {
    let lists = items(document, "/receivers").iter().map(|receiver| &receiver[BROWSERS]);
    lists.filter_map(Value::as_array).flatten()
}

/// The keys that are there already. All browsers share them: each has one subscription for all receivers, bound to one key.
fn kept_keys(document: &Value) -> Option<ServerKeys> {
    entries(document).find_map(|entry| {
        let private = PRIVATE.into_iter().find_map(|field| Some((field, text(entry, field)?.to_owned())))?;
        Some(ServerKeys { public: text(entry, "vapid_public_key")?.to_owned(), private })
    })
}

/// Whom the push service may ask, by what is known: as other browsers have it, the sender of mails, or this server's own address.
fn known_subject(document: &Value, origin: &str) -> String {
    if let Some(subject) = entries(document).find_map(|entry| text(entry, "subject")) {
        return subject.to_owned();
    }
    let sender = document.pointer("/global/smtp_from").and_then(Value::as_str).unwrap_or_default();
    // Name <address>
    let address =
        sender.rsplit_once('<').map_or(sender, |(_, address)| address.trim_end_matches(['>', ' '])).trim();
    if address.contains('@') && !address.contains(|c: char| c.is_whitespace() || "{}".contains(c)) {
        return format!("mailto:{address}");
    }
    if origin.starts_with("https://") { origin.to_owned() } else { String::new() }
}

/// Where a browser goes: to its own entry if it has one, to one that says nothing yet, or to a new one.
fn place_of(document: &mut Value, at: &str, p256dh: &str) -> String {
    let list = format!("{at}/{BROWSERS}");
    let blank = |entry: &Value| {
        let fields = ["endpoint", "endpoint_file", "p256dh", "auth"];
        fields.iter().chain(&PRIVATE).all(|field| text(entry, field).is_none())
    };
    let there = items(document, &list);
    let own = there.iter().position(|entry| text(entry, "p256dh") == Some(p256dh));
    match own.or_else(|| there.iter().position(blank)) {
        Some(index) => format!("{list}/{index}"),
        None => push(document, &list, json!({})),
    }
}

/// Writes a browser into the receiver at `at`; where it stands then. Its name and whom to ask stay if somebody wrote them.
fn fill(document: &mut Value, at: &str, new: &Subscribed) -> String {
    let place = place_of(document, at, &new.subscription.keys.p256dh);
    let before = document.pointer(&place).cloned().unwrap_or_default();
    let mut set = |field: &str, value: &str| put(document, &format!("{place}/{field}"), value.into());
    for field in ["endpoint_file"].iter().chain(&PRIVATE) {
        set(field, "");
    }
    set("endpoint", &new.subscription.endpoint);
    set("p256dh", &new.subscription.keys.p256dh);
    set("auth", &new.subscription.keys.auth);
    set(new.keys.private.0, &new.keys.private.1);
    set("vapid_public_key", &new.keys.public);
    for (field, value) in [("name", &new.name), ("subject", &new.subject)] {
        if text(&before, field).is_none() {
            set(field, value);
        }
    }
    place
}

/// What to do next, in words.
fn told(entry: &Value, replaced: bool) -> String {
    let next = if text(entry, "subject").is_some() {
        "Save, and send a test."
    } else {
        "Say whom the push service may ask, save, and send a test."
    };
    let older = if replaced {
        " Its older subscription had another key and is over: remove the entry that has it."
    } else {
        ""
    };
    format!("✓ This browser is subscribed. {next}{older}")
}

async fn subscribed(kept: Option<ServerKeys>, subject: String) -> Result<Subscribed, String> {
    permission().await?;
    let keys = if let Some(keys) = kept {
        keys
    } else {
        let made: Result<Made, Refusal> = call("POST", "/api/v1/watchfire/webpush/keys", None).await;
        let made = made.map_err(|refusal| refusal.to_string())?;
        ServerKeys { public: made.public_key, private: (PRIVATE[0], made.private_key) }
    };
    let (subscription, replaced) = subscribe(&keys.public).await?;
    Ok(Subscribed { subscription, keys, name: name(), subject, replaced })
}

/// The button that subscribes this browser for the receiver at `at`.
pub(super) fn subscribing(editor: Editor, at: StoredValue<String>) -> AnyView {
    let busy = RwSignal::new(false);
    let said = RwSignal::new(None::<String>);
    let start = move |_| {
        busy.set(true);
        said.set(Some("… subscribing; the browser may ask first".to_owned()));
        let (kept, subject) = editor
            .document
            .with_untracked(|document| (kept_keys(document), known_subject(document, &origin())));
        spawn_local(async move {
            let outcome = subscribed(kept, subject).await;
            // The form may have been closed meanwhile.
            if busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(new) => editor.change(|document| {
                    let place = at.with_value(|at| fill(document, at, &new));
                    let entry = document.pointer(&place).cloned().unwrap_or_default();
                    said.set(Some(told(&entry, new.replaced)));
                    editor.opened.set(place);
                }),
                Err(reason) => said.set(Some(format!("✕ Not subscribed: {reason}"))),
            }
        });
    };
    view! {
        <p class="edit-trial">
            <button type="button" class="button small" disabled=move || busy.get() on:click=start>"Subscribe this browser"</button>
        </p>
        <p class="hint">"Each browser that is to be told has to be subscribed by itself, where it runs."</p>
        <p class="hint push-said" role="status">{move || said.get()}</p>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::routing::edit::browser::SubscriptionKeys;

    fn new(p256dh: &str, keys: ServerKeys) -> Subscribed {
        let keys_of_browser = SubscriptionKeys { p256dh: p256dh.to_owned(), auth: "auth".to_owned() };
        Subscribed {
            subscription: Subscription { endpoint: "https://push/1".to_owned(), keys: keys_of_browser },
            keys,
            name: "Firefox on Linux".to_owned(),
            subject: "mailto:ops@example.org".to_owned(),
            replaced: false,
        }
    }

    fn made() -> ServerKeys {
        ServerKeys { public: "public".to_owned(), private: (PRIVATE[0], "private".to_owned()) }
    }

    #[test]
    fn the_first_browser_fills_the_entry_that_says_nothing() {
        let mut document =
            json!({"receivers": [{"name": "a", "webpush_configs": [{"subject": "mailto:me@here"}]}]});
        assert_eq!(kept_keys(&document), None);
        assert_eq!(fill(&mut document, "/receivers/0", &new("p1", made())), "/receivers/0/webpush_configs/0");
        assert_eq!(
            document["receivers"][0]["webpush_configs"],
            json!([{
                "subject": "mailto:me@here", "name": "Firefox on Linux", "endpoint": "https://push/1", "p256dh": "p1", "auth": "auth",
                "vapid_private_key": "private", "vapid_public_key": "public",
            }])
        );
    }

    #[test]
    fn others_are_further_entries_with_the_same_keys() {
        let kept = json!({"p256dh": "p1", "endpoint": "<secret:1>", "vapid_private_key": "<secret:3>", "vapid_public_key": "public"});
        let mut document = json!({"receivers": [{"name": "a", "webpush_configs": [kept]}, {"name": "b"}]});
        let keys = kept_keys(&document).unwrap();
        assert_eq!(keys.private, ("vapid_private_key", "<secret:3>".to_owned()));
        for (receiver, p256dh, expected) in [
            ("/receivers/0", "p2", "/receivers/0/webpush_configs/1"),
            ("/receivers/1", "p2", "/receivers/1/webpush_configs/0"),
            // Again, as its address may have changed.
            ("/receivers/0", "p1", "/receivers/0/webpush_configs/0"),
        ] {
            assert_eq!(fill(&mut document, receiver, &new(p256dh, keys.clone())), expected);
        }
        assert_eq!(document["receivers"][0]["webpush_configs"][0]["endpoint"], "https://push/1");
        assert_eq!(document["receivers"][1]["webpush_configs"][0]["vapid_private_key"], "<secret:3>");
    }

    #[test]
    fn keys_in_a_file_are_shared_too() {
        let by_file =
            json!({"p256dh": "p1", "vapid_private_key_file": "/run/key", "vapid_public_key": "public"});
        let by_hand = json!({"p256dh": "p0", "vapid_private_key": "<secret:1>"});
        let mut document = json!({"receivers": [{"name": "a", "webpush_configs": [by_hand, by_file]}]});
        let keys = kept_keys(&document).unwrap();
        assert_eq!(keys.private, ("vapid_private_key_file", "/run/key".to_owned()));
        fill(&mut document, "/receivers/0", &new("p0", keys));
        let entry = &document["receivers"][0]["webpush_configs"][0];
        assert_eq!(
            (&entry["vapid_private_key_file"], &entry["vapid_private_key"]),
            (&json!("/run/key"), &Value::Null)
        );
    }

    #[test]
    fn whom_the_service_may_ask() {
        for (document, origin, expected) in [
            (
                json!({"receivers": [{"webpush_configs": [{"subject": "mailto:a@b"}]}], "global": {"smtp_from": "c@d"}}),
                "https://w",
                "mailto:a@b",
            ),
            (json!({"global": {"smtp_from": "Watchfire <c@d>"}}), "https://w", "mailto:c@d"),
            (json!({"global": {"smtp_from": "{{ .X }}@d"}}), "https://w", "https://w"),
            (json!({}), "http://localhost:3473", ""),
        ] {
            assert_eq!(known_subject(&document, origin), expected);
        }
    }

    #[test]
    fn what_comes_next_in_words() {
        let whole = json!({"subject": "mailto:a@b"});
        assert_eq!(told(&whole, false), "✓ This browser is subscribed. Save, and send a test.");
        assert!(told(&json!({}), false).contains("Say whom"));
        assert!(told(&whole, true).contains("remove the entry"));
    }
}
