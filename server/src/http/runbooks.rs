//! What to do about alerts of the rules that come with Watchfire: the pages that their `runbook_url` leads to.

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use watchfire_service::alerting::{runbook, runbooks};

use super::App;

/// All of them.
pub(super) async fn list(State(app): State<App>) -> Response {
    let links: Vec<String> = runbooks().map(|name| format!("- [{name}](/runbooks/{name})")).collect();
    page(&app, StatusCode::OK, "Runbooks", &format!("# Runbooks\n\n{}\n", links.join("\n")))
}

/// One of them, by the name of the alert.
pub(super) async fn one(State(app): State<App>, Path(name): Path<String>) -> Response {
    if let Some(text) = runbook(&name) {
        return page(&app, StatusCode::OK, &name, text);
    }
    let text =
        "# There is no such runbook\n\nRules that come with Watchfire have one: [all of them](/runbooks).";
    page(&app, StatusCode::NOT_FOUND, "No such runbook", text)
}

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
code { background: rgba(128, 128, 128, 0.15); padding: 0 0.25em; border-radius: 3px; overflow-wrap: anywhere; }
";

/// A page without any script. `title` is a name of ours, `text` Markdown.
fn page(app: &App, status: StatusCode, title: &str, text: &str) -> Response {
    let body = app.service.dashboards().markdown(text);
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Watchfire</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<nav><a href=\"/\">Watchfire</a> / <a href=\"/runbooks\">Runbooks</a></nav>\n<main>\n{body}</main>\n</body>\n</html>\n"
    );
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("content-security-policy"), policy),
    ];
    (status, headers, html).into_response()
}
