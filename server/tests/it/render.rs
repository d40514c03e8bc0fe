//! Pictures by their address, and snapshots.

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::answer::Answer;
use crate::server::{Server, now};

/// A query that no reader but its makers is to know.
const SECRET: &str = "load * on () group_left () vector(2) / 2";

async fn started(flags: &[&str]) -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &[&["--no-collect"], flags].concat());
    let now = now();
    let mut samples = String::new();
    for ago in 0..60 {
        let at = now - ago * 10_000;
        for (host, value) in [("a", 3.0), ("b", 7.0)] {
            samples.extend([format!("load{{host=\"{host}\"}} {value} {at}\n")]);
        }
    }
    assert_eq!(server.post("/api/v1/import/prometheus", &[], samples.into_bytes()).await.status, 204);
    let thresholds = json!({"base": "ok", "steps": [{"value": 5, "color": "critical"}]});
    let dashboard = json!({
        "uid": "web", "title": "Web servers", "time": {"from": "now-10m"},
        "variables": [{"name": "host", "kind": "list", "choices": ["a", "b"]}],
        "panels": [
            {"id": 1, "kind": "time_series", "title": "Load of $host", "at": {"x": 0, "y": 0, "w": 12, "h": 8},
             "queries": [{"id": "A", "expr": format!("{SECRET} and load{{host=\"$host\"}}")}]},
            {"id": 2, "kind": "stat", "title": "Load", "at": {"x": 12, "y": 0, "w": 12, "h": 8},
             "queries": [{"id": "A", "expr": "sum(load{host=\"$host\"})"}], "field": {"unit": "percent", "thresholds": thresholds}},
            {"id": 3, "kind": "row", "title": "More", "at": {"x": 0, "y": 8, "w": 24, "h": 1}},
            {"id": 4, "kind": "text", "title": "About", "at": {"x": 0, "y": 9, "w": 12, "h": 4}, "view": {"text": "**Hello**"}},
            {"id": 5, "kind": "table", "title": "All", "at": {"x": 12, "y": 9, "w": 12, "h": 4},
             "queries": [{"id": "A", "expr": "load", "instant": true}]},
            {"id": 6, "kind": "time_series", "title": "Broken", "at": {"x": 0, "y": 13, "w": 24, "h": 6},
             "queries": [{"id": "A", "expr": "load{"}]}
        ]
    });
    made(&server, "/api/v1/dashboards", &dashboard).await;
    (dir, server)
}

async fn made(server: &Server, path: &str, body: &Value) -> Value {
    let answer = server.post(path, &[], serde_json::to_vec(body).unwrap()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["data"].clone()
}

async fn seen(server: &Server, path: &str) -> Answer {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

/// The size that a PNG says it has.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn panels_and_dashboards_are_pictures() {
    let (_dir, server) = started(&[]).await;
    for (query, expected) in [
        ("panel=1", (1000, 400)),
        ("panel=1&width=300", (300, 144)),
        ("panel=2&width=300&height=100&scale=2&theme=dark", (600, 200)),
        ("panel=4&width=200&height=100&background=none", (200, 100)),
        ("panel=5&width=200&height=100&background=%23ff0000", (200, 100)),
    ] {
        let answer = seen(&server, &format!("/render/d/web.png?{query}")).await;
        assert_eq!(size(&answer.bytes), expected, "{query}");
        assert_eq!(answer.header("content-type"), "image/png");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let whole = seen(&server, "/render/d/web.png").await;
    assert_eq!(size(&whole.bytes), (1200, 48 + 19 * 38 + 12));
    let svg = seen(&server, "/render/d/web.svg?var-host=b&tz=%2B02:00").await;
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert_eq!(svg.header("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'");
    for text in ["Web servers", "Load of b", ">7<", "More", "Hello", "host", "+02:00", "Broken"] {
        assert!(svg.body.contains(text), "{text} is missing in {}", svg.body);
    }
    assert!(svg.body.contains("parse error"), "a panel that fails says so: {}", svg.body);
}

#[tokio::test]
async fn who_asks_again_gets_the_same() {
    let (_dir, server) = started(&[]).await;
    // A range that is over: its picture lasts longer than this test.
    let path = format!("/render/d/web.png?panel=1&from={}&to={}", now() - 600_000, now() - 60_000);
    let first = seen(&server, &path).await;
    assert_eq!(first.header("cache-control"), "public, max-age=60");
    let etag = first.header("etag").to_owned();
    let drawn = async || {
        let metrics = server.get("/metrics").await.body;
        let line = metrics
            .lines()
            .find(|line| line.starts_with("watchfire_render_drawn_total "))
            .unwrap()
            .to_owned();
        line.rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_eq!(drawn().await, "1");
    let second = server.get_with(&path, &[("if-none-match", &etag)]).await;
    // A minute may have begun between the two, and a picture of it has other bytes only if something changed.
    assert_eq!((second.status, second.body.as_str(), second.header("etag")), (304, "", etag.as_str()));
    let live = seen(&server, "/render/d/web.svg?panel=1&from=now-6h").await;
    assert_eq!(live.header("cache-control"), "public, max-age=30");
}

#[tokio::test]
async fn what_cannot_be_drawn_is_told_by_a_picture() {
    let (_dir, server) = started(&["--render-max-pixels", "10000", "--render-max-panels", "2"]).await;
    for (path, status, text) in [
        ("/render/d/none.svg", 404, "there is no dashboard"),
        ("/render/d/web.svg?panel=99", 404, "there is no panel"),
        ("/render/d/web.svg?panel=6", 422, "parse error"),
        ("/render/d/web.svg?width=x", 400, "width:"),
        ("/render/d/web.svg?from=yesterday", 400, "from, to:"),
        ("/render/s/none.svg", 404, "this link leads"),
        ("/render/d/web.gif", 404, "there is no such picture"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        // Long texts stand in several lines.
        let flat = answer.body.replace("</text>", " ");
        assert!(flat.contains(text), "{path}: {}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let large = server.get("/render/d/web.png?width=500&height=500").await;
    assert_eq!((large.status, size(&large.bytes)), (422, (500, 400)));
    let some = seen(&server, "/render/d/web.svg").await;
    assert!(some.body.contains("4 panels are left out"), "{}", some.body);
}

#[tokio::test]
async fn badges_tell_a_number() {
    let (_dir, server) = started(&[]).await;
    let good = seen(&server, "/render/d/web/badge.svg?panel=2&label=load+now").await;
    assert!(good.body.contains("load now") && good.body.contains(">3.0%<"), "{}", good.body);
    let bad = seen(&server, "/render/d/web/badge.svg?panel=2&var-host=b").await;
    assert!(bad.body.contains(">Load<") && bad.body.contains(">7.0%<"), "{}", bad.body);
    // The colours of the light theme for what is well and what is not.
    let critical = "#b3261e";
    assert!(bad.body.contains(critical) && !good.body.contains(critical), "{} {}", good.body, bad.body);
    let none = server.get("/render/d/web/badge.svg?panel=99").await;
    assert_eq!(none.status, 404);
    assert!(none.body.contains("not found"), "{}", none.body);
}

#[tokio::test]
async fn shares_keep_their_rules() {
    let (_dir, server) = started(&[]).await;
    let new = json!({
        "dashboard": "web", "panel": 1, "variables": {"host": {"locked": ["a"]}},
        "time": {"locked": {"from": "2026-01-01T00:00:00Z", "to": "now"}}
    });
    let share = made(&server, "/api/v1/shares", &new).await;
    let (token, uid) = (share["token"].as_str().unwrap(), share["uid"].as_str().unwrap());
    let path = format!("/render/s/{token}.svg");
    let picture = seen(&server, &format!("{path}?var-host=b&from=now-5m")).await;
    assert!(picture.body.contains("Load of a"), "the variable is locked: {}", picture.body);
    assert!(picture.body.contains("2026-"), "so is the range: {}", picture.body);
    assert!(!picture.body.contains("group_left"), "{}", picture.body);
    assert_eq!(server.get(&format!("{path}?panel=2")).await.status, 404);
    assert_eq!(server.get(&format!("/render/s/{token}/badge.svg?panel=2")).await.status, 404);
    seen(&server, &format!("/render/s/{token}/badge.svg")).await;
    assert_eq!(server.get("/render/s/x.svg").await.status, 404);
    server.send("POST", &format!("/api/v1/shares/{uid}/pause"), &[], Vec::new()).await;
    assert_eq!(server.get(&path).await.status, 410);
    server.send("DELETE", &format!("/api/v1/shares/{uid}"), &[], Vec::new()).await;
    assert_eq!(server.get(&path).await.status, 404);

    // It can be paused at any time, and its end is known.
    let over = "panel=1&from=0&to=1600000000000";
    assert_eq!(
        seen(&server, &format!("/render/d/web.svg?{over}")).await.header("cache-control"),
        "public, max-age=300"
    );
    for (end, longest) in [(Value::Null, 60), (json!(now() + 3_600_000), 60), (json!(now() + 30_000), 30)] {
        let share = made(&server, "/api/v1/shares", &json!({"dashboard": "web", "expires_at": end})).await;
        let path = format!("/render/s/{}.svg?{over}", share["token"].as_str().unwrap());
        let kept = seen(&server, &path).await.header("cache-control").to_owned();
        let age: i64 = kept.strip_prefix("public, max-age=").unwrap().parse().unwrap();
        assert!((longest - 20..=longest).contains(&age), "{kept} of a share until {end}");
    }

    // What is wrong with a query would tell of it.
    let whole = made(&server, "/api/v1/shares", &json!({"dashboard": "web"})).await;
    let picture = seen(&server, &format!("/render/s/{}.svg", whole["token"].as_str().unwrap())).await;
    assert!(
        !picture.body.contains("parse error") && picture.body.contains("cannot be answered"),
        "{}",
        picture.body
    );
    assert!(!picture.body.contains("sum("), "a name is no way to a query: {}", picture.body);
}

#[tokio::test]
async fn snapshots_are_what_was_seen() {
    let (_dir, server) = started(&[]).await;
    let asked = json!({"dashboard": "web", "variables": {"host": ["b"]}, "title": "Before the fix", "expires_at": now() + 3_600_000});
    let snapshot = made(&server, "/api/v1/snapshots", &asked).await;
    let (uid, path) = (snapshot["uid"].as_str().unwrap(), snapshot["path"].as_str().unwrap());
    assert_eq!(path, format!("/snapshots/{uid}"));
    assert!(snapshot["bytes"].as_u64().unwrap() > 100);

    // It does not need what it was made from.
    server.send("DELETE", "/api/v1/dashboards/web", &[], Vec::new()).await;
    let data = seen(&server, &format!("/api/v1/snapshots/{uid}/data")).await;
    let told = &data.json()["data"];
    assert_eq!((&told["title"], &told["variables"][0]["chosen"]), (&json!("Before the fix"), &json!(["b"])));
    assert_eq!(told["variables"][0]["choices"].as_array().unwrap().len(), 1);
    let answers = told["answers"].as_array().unwrap();
    let stat = answers.iter().find(|answer| answer["key"] == "2").unwrap();
    let values = stat["series"][0]["values"].as_array().unwrap();
    assert!(values.contains(&json!(7.0)), "{stat}");
    assert_eq!(values.len() as u64, stat["grid"]["len"].as_u64().unwrap());
    assert_eq!(told["failed"], json!(["6"]));

    // Its page asks for the same, without what is not for its readers.
    let of_page = seen(&server, &format!("{path}/data")).await;
    assert_eq!(of_page.json()["data"]["answers"], told["answers"]);
    assert!(of_page.json()["data"]["dashboard"].is_null());
    let known = [("If-None-Match", of_page.header("etag"))];
    let again = server.send("GET", &format!("{path}/data"), &known, Vec::new()).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let among = format!("\"x\", W/{}", of_page.header("etag"));
    let again = server.get_with(&format!("{path}/data"), &[("if-none-match", &among)]).await;
    assert_eq!((again.status, again.header("etag")), (304, of_page.header("etag")));

    let page = seen(&server, path).await;
    assert!(page.body.contains("<h1>Before the fix"), "{}", page.body);
    assert!(page.body.contains("Snapshot made 20"), "{}", page.body);
    assert!(
        page.body.contains("Load of b") && page.body.contains("<svg class=\"chart-svg\""),
        "{}",
        page.body
    );
    for text in ["group_left", "sum(load", "load{"] {
        assert!(!page.body.contains(text) && !data.body.contains(text), "{text} is seen");
    }
    assert_eq!(server.send("DELETE", &format!("/api/v1/snapshots/{uid}"), &[], Vec::new()).await.status, 204);
    let gone = server.get(path).await;
    assert_eq!(gone.status, 404);
    assert!(gone.body.contains("Nothing to see here"), "{}", gone.body);
    assert_eq!(server.get(&format!("/api/v1/snapshots/{uid}/data")).await.status, 404);
    for (body, status) in [
        (json!({"dashboard": "none"}), 404),
        (json!({"dashboard": "web"}), 404),
        (json!({"dashboard": 1}), 400),
        (json!({"dashboard": "web", "expires_at": 5}), 400),
    ] {
        let refused = server.post("/api/v1/snapshots", &[], serde_json::to_vec(&body).unwrap()).await;
        assert_eq!(refused.status, status, "{body}: {}", refused.body);
    }
}

#[tokio::test]
async fn a_dashboard_is_a_document() {
    let (_dir, server) = started(&[]).await;
    let answer = seen(&server, "/render/d/web.pdf").await;
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.bytes.starts_with(b"%PDF-"));
    let has = |text: &str| answer.bytes.windows(text.len()).any(|window| window == text.as_bytes());
    // The outline has the titles, and what is drawn can be read back as letters.
    assert!(has("(Load of a)") && has("ToUnicode"), "titles are text");
    let missing = server.get("/render/d/none.pdf").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "text/plain; charset=utf-8"));
}
