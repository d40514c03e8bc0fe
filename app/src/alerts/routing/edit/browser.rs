//! What a browser is asked for so that Web Push reaches it. Its functions are called by their names: for so few of them, bindings would
//! be loaded by every page.

use js_sys::{Function, JSON, Promise, Reflect};
use leptos::prelude::window;
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where the server has the worker that shows what is pushed.
const WORKER: &str = "/push-worker.js";

const NOT_SECURE: &str = "browsers take notifications only from secure pages: open Watchfire by https, or as localhost on its own machine";
const NOT_KNOWN: &str = "this browser has no Web Push; private windows often have none, and iPhones and iPads only for a page that was added \
     to the home screen";
const DENIED: &str = "notifications are not allowed for this page; allow them in the browser's settings of the page, and press again";

/// By what a push service knows this browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Subscription {
    pub(super) endpoint: String,
    pub(super) keys: SubscriptionKeys,
}

/// What messages to it are encrypted with, in Base64.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct SubscriptionKeys {
    pub(super) p256dh: String,
    pub(super) auth: String,
}

/// Asks whether this page may show notifications. Browsers ask only where somebody has just pressed something, so this comes before
/// all other waiting.
pub(super) async fn permission() -> Result<(), String> {
    let window = JsValue::from(window());
    if member(&window, "isSecureContext").and_then(|secure| secure.as_bool()) != Some(true) {
        return Err(NOT_SECURE.to_owned());
    }
    let known = workers(&window).is_some() && member(&window, "PushManager").is_some();
    let Some(notifications) = member(&window, "Notification").filter(|_| known) else {
        return Err(NOT_KNOWN.to_owned());
    };
    let answer = ask(&notifications, "requestPermission", &JsValue::UNDEFINED).await;
    match answer.map_err(|error| words(&error))?.as_string().as_deref() {
        Some("granted") => Ok(()),
        Some("default") => Err("the question was closed; press again, and allow notifications".to_owned()),
        _ => Err(DENIED.to_owned()),
    }
}

/// Subscribes this browser with the public key of a server; says, too, whether an older subscription had to end for it.
pub(super) async fn subscribe(public_key: &str) -> Result<(Subscription, bool), String> {
    let workers = workers(&JsValue::from(window())).ok_or_else(|| NOT_KNOWN.to_owned())?;
    let (subscription, replaced) = subscribed(&workers, public_key).await.map_err(|error| words(&error))?;
    let text = JSON::stringify(&subscription).map_err(|error| words(&error))?;
    let read: Subscription = serde_json::from_str(&String::from(text)).unwrap_or_default();
    if read.endpoint.is_empty() || read.keys.p256dh.is_empty() || read.keys.auth.is_empty() {
        return Err("the browser's subscription has no address or no keys".to_owned());
    }
    Ok((read, replaced))
}

async fn subscribed(workers: &JsValue, public_key: &str) -> Result<(JsValue, bool), JsValue> {
    ask(workers, "register", &JsValue::from_str(WORKER)).await?;
    // One that was registered just now is no use before it is active.
    let ready: Promise = Reflect::get(workers, &JsValue::from_str("ready"))?.dyn_into()?;
    let registration = JsFuture::from(ready).await?;
    let manager = Reflect::get(&registration, &JsValue::from_str("pushManager"))?;
    let options = json!({"userVisibleOnly": true, "applicationServerKey": public_key});
    let options = JSON::parse(&options.to_string())?;
    match ask(&manager, "subscribe", &options).await {
        // A browser has one subscription, which is bound to a key.
        Err(error) if text(&error, "name") == "InvalidStateError" => {
            let older = ask(&manager, "getSubscription", &JsValue::UNDEFINED).await?;
            ask(&older, "unsubscribe", &JsValue::UNDEFINED).await?;
            Ok((ask(&manager, "subscribe", &options).await?, true))
        }
        answer => Ok((answer?, false)),
    }
}

/// What the browser calls itself, in a few words.
pub(super) fn name() -> String {
    named(&window().navigator().user_agent().unwrap_or_default())
}

/// The address of this server as the browser sees it.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Each pretends to be those below it.
fn named(agent: &str) -> String {
    let of = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = of(&[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = of(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    let browser = browser.unwrap_or("a browser");
    system.map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"))
}

/// What takes workers; there only on secure pages.
fn workers(window: &JsValue) -> Option<JsValue> {
    member(&member(window, "navigator")?, "serviceWorker")
}

fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    let found = Reflect::get(of, &JsValue::from_str(name)).ok()?;
    (!found.is_undefined() && !found.is_null()).then_some(found)
}

fn text(of: &JsValue, name: &str) -> String {
    member(of, name).and_then(|text| text.as_string()).unwrap_or_default()
}

/// Calls a function that answers later.
async fn ask(of: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(of, &JsValue::from_str(name))?.dyn_into()?;
    let answer: Promise = function.call1(of, argument)?.dyn_into()?;
    JsFuture::from(answer).await
}

fn words(error: &JsValue) -> String {
    told(&text(error, "name"), &text(error, "message"))
}

/// What an error of the browser means.
fn told(name: &str, message: &str) -> String {
    match (name, message) {
        ("NotAllowedError", _) => DENIED.to_owned(),
        ("AbortError", "") => "the browser has no push service, or can't reach it".to_owned(),
        ("AbortError", message) => {
            format!("the browser has no push service, or can't reach it ({message})")
        }
        ("", "") => "the browser does not say why".to_owned(),
        (name, "") => name.to_owned(),
        (_, message) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_by_what_they_say_of_themselves() {
        let mozilla = "Mozilla/5.0";
        for (agent, expected) in [
            (
                "(X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
                "Edge on Windows",
            ),
            ("(Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox on Android"),
            ("(Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", "Safari on macOS"),
            (
                "(iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            ("", "a browser"),
        ] {
            assert_eq!(named(&format!("{mozilla} {agent}")), expected);
        }
    }

    #[test]
    fn errors_are_told_in_words() {
        assert_eq!(told("NotAllowedError", "Registration failed - permission denied"), DENIED);
        assert!(told("AbortError", "Registration failed").contains("no push service"));
        assert!(told("AbortError", "").ends_with("can't reach it"));
        assert_eq!(told("SecurityError", "the script is gone"), "the script is gone");
        assert_eq!(told("SecurityError", ""), "SecurityError");
        assert_eq!(told("", ""), "the browser does not say why");
    }
}
