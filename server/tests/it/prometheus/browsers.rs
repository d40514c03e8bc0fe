use super::server;

const GRAFANA: &str = "https://grafana.example.org";

#[tokio::test]
async fn named_origins_may_read() {
    let (_dir, server) = server(&["--cors-origins", GRAFANA]).await;
    let answer = server.get_with("/api/v1/query?query=1", &[("origin", GRAFANA)]).await;
    assert_eq!(answer.status, 200);
    for (name, value) in [
        ("access-control-allow-origin", GRAFANA),
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-headers", "Accept, Authorization, Content-Type, Origin"),
        ("access-control-expose-headers", "Date"),
    ] {
        assert_eq!(answer.header(name), value);
    }
    // Errors are read, too.
    let answer = server.get_with("/api/v1/query?query=x%7B", &[("origin", GRAFANA)]).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (400, GRAFANA));

    let without = server.get("/api/v1/query?query=1").await;
    assert_eq!((without.header("access-control-allow-origin"), without.header("vary")), ("", "origin"));
}

#[tokio::test]
async fn others_and_other_paths_may_not() {
    let (_dir, server) = server(&["--cors-origins", GRAFANA]).await;
    let table = [
        ("/api/v1/query?query=1", "https://evil.example"),
        ("/api/v1/query?query=1", "null"),
        ("/", GRAFANA),
        ("/metrics", GRAFANA),
        ("/federate?match[]=odd", GRAFANA),
        ("/api/v1/live", GRAFANA),
    ];
    for (path, origin) in table {
        let answer = server.get_with(path, &[("origin", origin)]).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (403, ""),
            "{path} {origin}"
        );
    }
    for path in ["/api/v1/write", "/api/v1/admin/tsdb/delete_series?match[]=odd"] {
        let answer = server.post(path, &[("origin", GRAFANA)], Vec::new()).await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn preflights_are_answered() {
    let (_dir, server) = server(&["--cors-origins", "*"]).await;
    let url = format!("http://{}/api/v1/query_range", server.address());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.request(reqwest::Method::OPTIONS, url).header("origin", "http://any.example");
    let answer = request.header("access-control-request-method", "POST").send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(answer.headers()["access-control-allow-origin"], "http://any.example");
}

#[tokio::test]
async fn large_answers_are_compressed_as_asked() {
    let (_dir, server) = server(&[]).await;
    let large = "/api/v1/query_range?query=vector(1)&start=0&end=1000&step=1";
    let table = [
        (large, "gzip", "gzip"),
        (large, "zstd", "zstd"),
        (large, "br", "br"),
        (large, "gzip;q=0.5, zstd", "zstd"),
        (large, "identity", ""),
        ("/api/v1/query?query=1", "gzip", ""),
    ];
    for (path, accepted, coding) in table {
        let answer = server.get_with(path, &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), coding, "{path} {accepted}");
    }
}
