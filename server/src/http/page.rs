use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use leptos::context::provide_context;
use leptos::nonce::Nonce;
use watchfire_app::{
    Asked, Choices, EmbedPage, FirstPaint, Page as AppPage, Part, document, prefetch, provide_addresses,
    provide_firing, provide_first_paint, window_of,
};
use watchfire_model::TimeWindow;

use super::App;
use crate::clock::now;

/// A page of the interface: its data is read first, then it is rendered in one go, charts included.
pub(super) async fn page(State(app): State<App>, headers: HeaderMap, request: Request) -> Response {
    let page = Page::asked(&headers, &request, None);
    let asked = Asked {
        path: &page.path,
        search: &page.search,
        window: page.window,
        now: now(),
        utc_offset: page.choices.shown_offset(),
    };
    let paint = prefetch(&app.service, asked).await;
    let missing = AppPage::at(&page.path).is_none() || paint.is_missing();
    let mut response = page.rendered(&app, request, paint, "'none'").await;
    if missing {
        *response.status_mut() = axum::http::StatusCode::NOT_FOUND;
    }
    response
}

/// What a page is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) path: String,
    /// The query part of the URL.
    pub(crate) search: String,
    /// The range that the URL names, if it names one that can be read. The page itself says what is wrong with one that can't.
    pub(crate) window: Option<TimeWindow>,
    pub(crate) choices: Choices,
    /// The name that the server was asked under.
    host: Option<String>,
}

impl Page {
    /// Reads a request. A `theme` of a share goes before the reader's own, the URL's before both.
    pub(crate) fn asked(headers: &HeaderMap, request: &Request, theme: Option<&str>) -> Self {
        let search = request.uri().query().unwrap_or_default().to_owned();
        let of = |name: &str| watchfire_app::query_value(&search, name);
        let (from, to) = (of("from"), of("to"));
        let named = from.is_some() || to.is_some();
        let window = if named { window_of(from.as_deref(), to.as_deref(), now()).ok() } else { None };
        let cookies = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let choices = Choices::from_cookies(cookies).with_theme(of("theme").as_deref().or(theme));
        // HTTP/2 names the host in the URI.
        let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self { path: request.uri().path().to_owned(), search, window, choices, host: authority.or(host) }
    }

    /// Renders what was read. `ancestors`: which pages may have this one in a frame, as the policy writes it.
    pub(crate) async fn rendered(
        &self,
        app: &App,
        request: Request,
        paint: FirstPaint,
        ancestors: &str,
    ) -> Response {
        for failure in &paint.failures {
            tracing::warn!(%failure, path = %self.path, "a panel was rendered without its data");
        }
        let dev_reload = app.config.dev_reload;
        let embed = paint.is_embedded().then(|| EmbedPage {
            transparent: watchfire_app::query_value(&self.search, "background").as_deref()
                == Some("transparent"),
        });
        let assets = match embed {
            Some(_) => app.site.embed_assets(!paint.is_missing(), dev_reload),
            None => app.site.assets(&Part::needed(&self.path, &self.search), dev_reload),
        };
        let doors = app.doors.get().cloned().unwrap_or_default();
        let nonce = Nonce::new();
        let context_nonce = nonce.clone();
        let (choices, host) = (self.choices, self.host.clone());
        // It stands in the sidebar, which shares have none of.
        let firing = (!paint.is_shared()).then(|| app.alertmanager.firing_count(now()));
        let render = leptos_axum::render_app_async_with_context(
            move || {
                provide_context(context_nonce.clone());
                provide_first_paint(paint.clone(), choices);
                if let Some(embed) = embed {
                    provide_context(embed);
                }
                provide_addresses(host.as_deref(), doors.clone());
                if let Some((count, gravest)) = firing {
                    provide_firing(count as u64, gravest);
                }
            },
            move || document(assets.clone(), choices),
        );
        let mut response = render(request).await;
        let out = response.headers_mut();
        // Nothing from elsewhere, no script but ours and those with this page's own number. Styles are set on elements by
        // charts and crosshairs, which the policy can only allow as a whole.
        let policy = format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
             frame-ancestors {ancestors}"
        );
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            out.insert(HeaderName::from_static("content-security-policy"), policy);
        }
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
