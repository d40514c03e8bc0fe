//! Pages of other origins, such as a Grafana that asks from the browser: those of `http.cors_origins` may read.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::App;

/// What only reads. A path that is not named here is for same-origin pages.
const READING: [&str; 18] = [
    "query",
    "query_range",
    "query_exemplars",
    "series",
    "labels",
    "label",
    "metadata",
    "format_query",
    "parse_query",
    "targets",
    "scrape_pools",
    "scrape_status",
    "rules",
    "alerts",
    "alertmanagers",
    "notifications",
    "status",
    "read",
];

/// Whether the page that sends a request may read the answer: the path belongs to the reading side of Prometheus' API,
/// and the origin is in the list, or the list has a `*`. What writes, deletes or copies is for same-origin pages only.
pub(crate) fn may_read(path: &str, origin: &HeaderValue, allowed: &[String]) -> bool {
    let reads = path.strip_prefix("/api/v1/").is_some_and(|rest| {
        READING
            .iter()
            .any(|one| rest.strip_prefix(one).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    });
    reads && is_allowed(origin, allowed)
}

fn is_allowed(origin: &HeaderValue, allowed: &[String]) -> bool {
    allowed.iter().any(|one| one == "*" || one.as_bytes() == origin.as_bytes())
}

/// Answers `OPTIONS`, and tells browsers who may read. The headers are those of Prometheus.
pub(super) async fn cors(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let path = request.uri().path();
    let origin = origin.filter(|origin| may_read(path, origin, &app.config.http.cors_origins));
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        permit(headers, origin);
    }
    response
}

fn permit(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Authorization, Content-Type, Origin"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Date"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_readers_of_named_origins() {
        let named = ["https://grafana.example.org".to_owned()];
        let all = ["*".to_owned()];
        let grafana = "https://grafana.example.org";
        let table: [(&str, &str, &[String], bool); 18] = [
            ("/api/v1/query", grafana, &named, true),
            ("/api/v1/label/live/values", grafana, &named, true),
            ("/api/v1/query", "http://grafana.example.org", &named, false),
            ("/api/v1/query", "https://grafana.example.org.evil.example", &named, false),
            ("/api/v1/query", grafana, &[], false),
            ("/api/v1/query", "null", &all, true),
            ("/api/v1/live", grafana, &all, false),
            ("/api/v1/write", grafana, &all, false),
            ("/api/v1/admin/tsdb/delete_series", grafana, &all, false),
            ("/api/v1/dashboards", grafana, &all, false),
            ("/api/v1/shares/a/pause", grafana, &all, false),
            ("/api/v1/library-panels/a", grafana, &all, false),
            ("/api/v1/push", grafana, &all, false),
            ("/api/v1/import/prometheus", grafana, &all, false),
            ("/api/v1/otlp/v1/metrics", grafana, &all, false),
            ("/api/v1/demo", grafana, &all, false),
            ("/", grafana, &all, false),
            ("/api/v2/query", grafana, &all, false),
        ];
        for (path, origin, allowed, may) in table {
            assert_eq!(may_read(path, &HeaderValue::from_static(origin), allowed), may, "{path} {origin}");
        }
    }
}
