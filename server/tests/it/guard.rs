//! Who is let in, and what every answer bears.

use tempfile::tempdir;

use crate::server::Server;

#[tokio::test]
async fn every_answer_bears_the_security_headers() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    for (path, host) in
        [("/", None), ("/health", None), ("/none", None), ("/assets/none", None), ("/", Some("evil.example"))]
    {
        let headers: Vec<_> = host.map(|host| ("host", host)).into_iter().collect();
        let answer = server.get_with(path, &headers).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path} {host:?} {name}");
        }
    }
}

#[tokio::test]
async fn pages_allow_their_own_script_only() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let policy = async || {
        let answer = server.get("/").await;
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.header("content-security-policy").to_owned()
    };
    let (one, other) = (policy().await, policy().await);
    let nonce = |policy: &str| {
        let (_, rest) = policy.split_once("'nonce-").unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    };
    assert_ne!(nonce(&one), nonce(&other));
    insta::assert_snapshot!(one.replace(&nonce(&one), "N").replace("; ", "\n"), @r"
    default-src 'self'
    script-src 'self' 'nonce-N' 'wasm-unsafe-eval'
    style-src 'self' 'unsafe-inline'
    img-src 'self' data:
    connect-src 'self'
    object-src 'none'
    base-uri 'none'
    form-action 'self'
    frame-ancestors 'none'
    ");
}

#[tokio::test]
async fn other_names_are_refused() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--allowed-hosts", "metrics.example"]);
    let port = server.address().port();
    let table = [
        (format!("localhost:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("metrics.example".to_owned(), 200),
        ("evil.example".to_owned(), 421),
        (format!("localhost.evil.example:{port}"), 421),
    ];
    for (host, status) in table {
        for path in ["/health", "/", "/metrics"] {
            let answer = server.get_with(path, &[("host", &host)]).await;
            assert_eq!(answer.status, status, "{host} {path}: {}", answer.body);
        }
        let answer = server.get_with("/none", &[("host", &host)]).await;
        assert_eq!(answer.status == 421, status == 421);
        assert_eq!(answer.body.contains("http.allowed_hosts"), status == 421);
    }
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let own = format!("http://{}", server.address());
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (origin, allowed) in [(own.as_str(), true), ("http://evil.example", false), ("null", false)] {
        for path in ["/health", "/"] {
            let answer = server.get_with(path, &[("origin", origin)]).await;
            assert_eq!(answer.status, if allowed { 200 } else { 403 }, "{origin} {path}");
        }
        if !allowed {
            let headers: Vec<_> = upgrade.into_iter().chain([("origin", origin)]).collect();
            assert_eq!(server.get_with("/api/v1/live", &headers).await.status, 403, "{origin}");
        }
    }
}

#[tokio::test]
async fn unknown_paths() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    for path in ["/none", "/host/none", "/%00", "/..%2f..%2fetc"] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(answer.body.contains("There is no page here"), "{path}");
    }
}
