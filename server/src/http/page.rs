use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use leptos::context::provide_context;
use leptos::nonce::Nonce;
use watchfire_app::{
    Asked, Choices, Page, document, prefetch, provide_addresses, provide_first_paint, window_of,
};

use super::App;
use crate::clock::now;

/// What the query part of a page's URL may say.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Range {
    from: Option<String>,
    to: Option<String>,
    theme: Option<String>,
}

/// A page of the interface: its data is read first, then it is rendered in one go, charts included.
pub(super) async fn page(
    State(app): State<App>,
    range: Result<Query<Range>, QueryRejection>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let now = now();
    let Range { from, to, theme } = range.map(|Query(range)| range).unwrap_or_default();
    let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let choices = Choices::from_cookies(cookies).with_theme(theme.as_deref());
    // The page itself says what is wrong with a range that can't be read.
    let named = from.is_some() || to.is_some();
    let window = named.then(|| window_of(from.as_deref(), to.as_deref(), now).ok()).flatten();
    let path = request.uri().path().to_owned();
    let search = request.uri().query().unwrap_or_default().to_owned();
    // HTTP/2 names the host in the URI.
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let host = authority.or(host);
    let paint = prefetch(
        &app.service,
        Asked { path: &path, search: &search, window, now, utc_offset: choices.shown_offset() },
    )
    .await;
    for failure in &paint.failures {
        tracing::warn!(%failure, %path, "a panel was rendered without its data");
    }
    let missing = paint.is_missing();
    let assets = app.site.assets(app.config.dev_reload);
    let doors = app.doors.get().cloned().unwrap_or_default();
    let nonce = Nonce::new();
    let context_nonce = nonce.clone();
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(context_nonce.clone());
            provide_first_paint(paint.clone(), choices);
            provide_addresses(host.as_deref(), doors.clone());
        },
        move || document(assets.clone(), choices),
    );
    let mut response = render(request).await;
    if Page::at(&path).is_none() || missing {
        *response.status_mut() = axum::http::StatusCode::NOT_FOUND;
    }
    let out = response.headers_mut();
    // Nothing from elsewhere, no script but ours and those with this page's own number. Styles are set on elements by
    // charts and crosshairs, which the policy can only allow as a whole.
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        out.insert(HeaderName::from_static("content-security-policy"), policy);
    }
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
