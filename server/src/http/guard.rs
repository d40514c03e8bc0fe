//! What keeps strangers' web pages from reading this server through a visitor's browser.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::App;
use crate::api::prometheus::may_read;

/// While there is no login, the browser is the gate: a page from elsewhere must neither reach this server by a name that it
/// made point here (DNS rebinding), nor open a WebSocket to it, which browsers allow across origins. An address cannot be
/// made to point elsewhere, so addresses are known; on loopback, loopback's only.
pub(super) async fn known_hosts(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = host_of(headers, &request);
    let loopback_only = app.config.listen.ip().to_canonical().is_loopback();
    if !host.as_deref().is_some_and(|host| is_known(host, loopback_only, &app.config.http.allowed_hosts)) {
        let text = "This server answers under its address and as localhost only. \
                    Name other hosts in http.allowed_hosts (docs/CONFIG.md).\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    if let Some(origin) = headers.get(header::ORIGIN)
        && !is_same_origin(origin, host.as_deref())
        && !may_read(request.uri().path(), origin, &app.config.http.cors_origins)
    {
        let text = "Pages of other origins may not use this server. \
                    Those that may read its Prometheus API are named in http.cors_origins (docs/CONFIG.md).\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    next.run(request).await
}

/// For ports that programs alone send to, whatever name they have for this machine: in a container's network it is not one of
/// ours. A browser's request bears its page's origin and goes through the gate; there is nothing to read there anyway.
pub(super) async fn programs(state: State<App>, request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return known_hosts(state, request, next).await;
    }
    next.run(request).await
}

/// The `Host` header, or the host of the request's URL, with its port.
fn host_of(headers: &HeaderMap, request: &Request) -> Option<String> {
    let header = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    header.map(str::to_owned).or_else(|| request.uri().authority().map(ToString::to_string))
}

fn is_known(host: &str, loopback_only: bool, allowed: &[String]) -> bool {
    let name = without_port(host);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| !loopback_only || address.to_canonical().is_loopback())
        || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    }
}

fn is_same_origin(origin: &HeaderValue, host: Option<&str>) -> bool {
    let origin =
        origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    origin.is_some() && origin == host
}

/// Headers that every answer bears.
pub(super) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_known() {
        let allowed = ["metrics.example".to_owned()];
        let table = [
            ("localhost:3473", true),
            ("LOCALHOST", true),
            ("127.0.0.1:3473", true),
            ("127.8.8.8", true),
            ("[::1]:3473", true),
            ("[::1]", true),
            ("Metrics.Example:80", true),
            ("evil.example:3473", false),
            ("localhost.evil.example", false),
            ("192.168.1.2:3473", false),
            ("", false),
        ];
        for (host, known) in table {
            assert_eq!(is_known(host, true, &allowed), known, "{host:?}");
        }
    }

    #[test]
    fn beyond_loopback_any_address_is_known_but_no_name() {
        let table = [
            ("192.168.1.2:3473", true),
            ("[2001:db8::1]:3473", true),
            ("evil.example", false),
            ("localhost", true),
        ];
        for (host, known) in table {
            assert_eq!(is_known(host, false, &[]), known, "{host:?}");
        }
    }

    #[test]
    fn origins_must_be_the_hosts_own() {
        let table = [
            ("http://localhost:3473", "localhost:3473", true),
            ("https://localhost:3473", "localhost:3473", true),
            ("http://evil.example", "localhost:3473", false),
            ("http://localhost:1", "localhost:3473", false),
            ("null", "localhost:3473", false),
        ];
        for (origin, host, same) in table {
            assert_eq!(is_same_origin(&HeaderValue::from_static(origin), Some(host)), same, "{origin}");
        }
    }
}
