use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

/// Why the server did not do what was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Refusal {
    /// The status of its answer; 0 where none came.
    pub(crate) status: u16,
    /// What is wrong and how to mend it.
    pub(crate) message: String,
    /// What else it says.
    pub(crate) data: Value,
}

/// The status of an answer that says that somebody else was faster.
pub(crate) const CONFLICT: u16 = 409;

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}

/// Asks the server's own API, which speaks JSON in the envelope that all of its answers have, and gives what is inside.
pub(crate) async fn call<T: DeserializeOwned>(
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<T, Refusal> {
    read(&send(method, path, body.map(|body| ("application/json", body.to_string()))).await?)
}

/// The same with a body that the server looks at by itself.
pub(crate) async fn call_with_text<T: DeserializeOwned>(
    method: &str,
    path: &str,
    text: &str,
) -> Result<T, Refusal> {
    read(&send(method, path, Some(("text/plain", text.to_owned()))).await?)
}

/// Asks Alertmanager's API, whose answers have no envelope.
pub(crate) async fn call_plain(method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
    let text = send(method, path, body.map(|body| ("application/json", body.to_string()))).await?;
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// What every answer is in.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Envelope<T> {
    data: Option<T>,
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
    let strange = |error: serde_json::Error| Refusal {
        message: format!(
            "the answer can't be read: {error}; reload the page if the server is newer than the page"
        ),
        ..Refusal::default()
    };
    // What was done without more to say has no body.
    let data =
        if text.is_empty() { None } else { serde_json::from_str::<Envelope<T>>(text).map_err(strange)?.data };
    data.map_or_else(|| serde_json::from_str("null").map_err(strange), Ok)
}

/// Reads a value as what it describes. By its text, as everything is read: code for another way of reading the same types
/// would be as large again.
pub(crate) fn read_value<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_str(&value.to_string()).map_err(|error| {
        let words = error.to_string();
        // The place in a text that nobody has seen.
        words.rsplit_once(" at line ").map_or(words.clone(), |(words, _)| words.to_owned())
    })
}

/// The JSON of something; by its text, for the same reason.
pub(crate) fn value_of<T: Serialize>(thing: &T) -> Value {
    serde_json::to_string(thing).and_then(|text| serde_json::from_str(&text)).unwrap_or_default()
}

async fn send(method: &str, path: &str, body: Option<(&str, String)>) -> Result<String, Refusal> {
    let lost =
        |_: JsValue| Refusal { message: "the server does not answer".to_owned(), ..Refusal::default() };
    let options = RequestInit::new();
    options.set_method(method);
    if let Some((kind, body)) = body {
        let headers = Headers::new().map_err(lost)?;
        headers.set("Content-Type", kind).map_err(lost)?;
        options.set_headers(&headers);
        options.set_body(&JsValue::from_str(&body));
    }
    let promise = window().fetch_with_str_and_init(path, &options);
    let response: Response = JsFuture::from(promise).await.map_err(lost)?.dyn_into().map_err(lost)?;
    let text =
        JsFuture::from(response.text().map_err(lost)?).await.map_err(lost)?.as_string().unwrap_or_default();
    if response.ok() {
        return Ok(text);
    }
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    // Alertmanager's API tells errors as a text.
    let message = answer["error"].as_str().or_else(|| answer.as_str()).map_or_else(
        || format!("the server answered with status {} and no reason; look into its log", response.status()),
        str::to_owned,
    );
    Err(Refusal { status: response.status(), message, data: answer })
}
