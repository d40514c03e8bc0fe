use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, Response};

use super::Failure;
use super::reply::refusal;
use crate::address::Search;

/// Takes a question back: the server need not work on an answer that nobody waits for.
pub(crate) struct Abort(Option<AbortController>);

impl Abort {
    pub(crate) fn new() -> Self {
        Self(AbortController::new().ok())
    }

    pub(crate) fn abort(&self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }

    /// The same hold once more.
    pub(crate) fn share(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Asks with `GET`, and gives the answer's text.
pub(crate) async fn get(path: &str, search: &Search) -> Result<String, Failure> {
    let options = RequestInit::new();
    send(&format!("{path}{search}"), &options).await
}

/// Asks with `POST`, for questions that may be too long for a URL, and gives the answer's text.
pub(crate) async fn post(path: &str, form: &Search, abort: &Abort) -> Result<String, Failure> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(&JsValue::from_str(&form.form()));
    let headers = web_sys::Headers::new().map_err(|_| Failure::Unreachable)?;
    headers.set("Content-Type", "application/x-www-form-urlencoded").map_err(|_| Failure::Unreachable)?;
    options.set_headers(&headers);
    if let Some(controller) = &abort.0 {
        options.set_signal(Some(&controller.signal()));
    }
    let answer = send(path, &options).await;
    if abort.0.as_ref().is_some_and(|controller| controller.signal().aborted()) {
        return Err(Failure::Aborted);
    }
    answer
}

async fn send(url: &str, options: &RequestInit) -> Result<String, Failure> {
    // A promise that is refused says only that no answer came: browsers do not tell pages why.
    let lost = |_: JsValue| Failure::Unreachable;
    let promise = window().fetch_with_str_and_init(url, options);
    let response: Response = JsFuture::from(promise).await.map_err(lost)?.dyn_into().map_err(lost)?;
    let text = JsFuture::from(response.text().map_err(lost)?).await.map_err(lost)?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() { Ok(text) } else { Err(refusal(response.status(), &text)) }
}
