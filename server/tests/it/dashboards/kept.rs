use serde_json::{Value, json};

use super::{dashboard, done, send, started, told};

const NONE: Value = Value::Null;

#[tokio::test]
async fn a_dashboard_is_made_saved_and_deleted() {
    let (_dir, server) = started(&[]);
    let made = done(&server, "POST", "/api/v1/dashboards?message=made", &dashboard("web", "Web"), 201).await;
    assert_eq!(made["data"], json!({"uid": "web", "version": 1, "notes": []}));
    done(&server, "POST", "/api/v1/dashboards", &dashboard("web", "Web"), 409).await;
    insta::assert_snapshot!(
        "a_dashboard",
        told(&done(&server, "GET", "/api/v1/dashboards/web", &NONE, 200).await)
    );
    insta::assert_snapshot!("a_list", told(&done(&server, "GET", "/api/v1/dashboards", &NONE, 200).await));

    done(&server, "PUT", "/api/v1/dashboards/web?version=1&message=two", &dashboard("web", "Webs"), 200)
        .await;
    let late = done(&server, "PUT", "/api/v1/dashboards/web?version=1", &dashboard("web", "Late"), 409).await;
    insta::assert_snapshot!("a_conflict", told(&late));
    done(&server, "PUT", "/api/v1/dashboards/web", &dashboard("web", "Late"), 400).await;
    let diff = done(&server, "GET", "/api/v1/dashboards/web/diff?from=1&to=2", &NONE, 200).await;
    assert_eq!(diff["data"], json!([{"path": "title", "before": "Web", "after": "Webs"}]));
    let restore = json!({"restore": 1, "version": 2});
    let restored = done(&server, "POST", "/api/v1/dashboards/web/restore", &restore, 200).await;
    assert_eq!(restored["data"]["version"], 3);
    insta::assert_snapshot!(
        "versions",
        told(&done(&server, "GET", "/api/v1/dashboards/web/versions", &NONE, 200).await)
    );
    let old = done(&server, "GET", "/api/v1/dashboards/web/versions/2", &NONE, 200).await;
    assert_eq!(old["data"]["dashboard"]["title"], "Webs");
    done(&server, "GET", "/api/v1/dashboards/web/versions/9", &NONE, 404).await;
    done(&server, "GET", "/api/v1/dashboards/web/versions/x", &NONE, 400).await;

    done(&server, "PUT", "/api/v1/dashboards/web/favourite", &NONE, 204).await;
    let marked = done(&server, "GET", "/api/v1/dashboards?favourite=true", &NONE, 200).await;
    assert_eq!(marked["data"].as_array().unwrap().len(), 1);
    done(&server, "DELETE", "/api/v1/dashboards/web/favourite", &NONE, 204).await;
    let export = send(&server, "GET", "/api/v1/dashboards/web/export", &NONE).await;
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"web.json\"");
    assert_eq!(export.json()["title"], "Web");
    done(&server, "DELETE", "/api/v1/dashboards/web?version=2", &NONE, 409).await;
    done(&server, "DELETE", "/api/v1/dashboards/web?version=3", &NONE, 204).await;
    done(&server, "GET", "/api/v1/dashboards/web", &NONE, 404).await;
    done(&server, "PUT", "/api/v1/dashboards/web/favourite", &NONE, 404).await;
}

#[tokio::test]
async fn what_is_kept_is_there_after_a_kill() {
    let (dir, server) = started(&[]);
    done(&server, "POST", "/api/v1/dashboards", &dashboard("web", "Web"), 201).await;
    server.kill();
    let server = crate::server::Server::start(dir.path(), &["--no-collect"]);
    let found = done(&server, "GET", "/api/v1/dashboards/web", &NONE, 200).await;
    assert_eq!(found["data"]["version"], 1);
}

#[tokio::test]
async fn a_version_that_is_known_is_not_sent_again() {
    let (_dir, server) = started(&[]);
    done(&server, "POST", "/api/v1/dashboards", &dashboard("web", "Web"), 201).await;
    let path = "/api/v1/dashboards/web";
    let tag = server.get(path).await.header("etag").to_owned();
    assert!(tag.starts_with("\"1-"), "{tag}");
    for known in [tag.clone(), format!("\"x\", W/{tag}")] {
        let answer = server.get_with(path, &[("if-none-match", &known)]).await;
        assert_eq!((answer.status, answer.body.as_str(), answer.header("etag")), (304, "", tag.as_str()));
    }
    done(&server, "PUT", "/api/v1/dashboards/web?version=1", &dashboard("web", "Webs"), 200).await;
    assert_eq!(server.get_with(path, &[("if-none-match", &tag)]).await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_is_told_by_line_and_field() {
    let (_dir, server) = started(&["--dashboards-max-bytes", "16KiB"]);
    let mut all = String::new();
    for (path, body) in [
        ("/api/v1/dashboards", "{\"uid\": \"a\",\n\"title\": \"\", \"panels\": []}".to_owned()),
        ("/api/v1/dashboards", "{\"uid\": \"a\",\n\"title\": \"A\", \"panels\": [\n{\"id\": 1, \"at\": {\"x\": 20, \"y\": 0, \"w\": 5, \"h\": 1}}]}".to_owned()),
        ("/api/v1/dashboards", "{\"uid\": \"a\",\n".to_owned()),
        ("/api/v1/dashboards", " ".repeat(16 * 1024 + 1)),
        ("/api/v1/dashboards?folder=nowhere", dashboard("a", "A").to_string()),
        ("/api/v1/dashboards/import", "title: [".to_owned()),
        ("/api/v1/dashboards/import", "title: A\npanels:\n  - {title: P, type: lamp, metric: up}\n".to_owned()),
        ("/api/v1/dashboards/none/variables", "{}".to_owned()),
        ("/api/v1/folders", "{\"titel\": \"A\"}".to_owned()),
        ("/api/v1/folders", "{\"title\": \" \"}".to_owned()),
        ("/api/v1/annotations", "{\"time\":\n \"now\"}".to_owned()),
        ("/api/v1/shares", "{\"dashboard\": \"none\"}".to_owned()),
    ] {
        let answer = server.post(path, &[], body.into_bytes()).await;
        let status = answer.status.to_string();
        all.extend([path, "\n", &status, " ", &answer.body, "\n"]);
    }
    insta::assert_snapshot!("what_is_wrong", all);
}

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let origin = "https://grafana.example.org";
    let (_dir, server) = started(&["--cors-origins", origin]);
    let body = dashboard("web", "Web").to_string().into_bytes();
    for (method, path) in [
        ("POST", "/api/v1/dashboards"),
        ("PUT", "/api/v1/dashboards/web?version=1"),
        ("DELETE", "/api/v1/dashboards/web"),
        ("GET", "/api/v1/shares"),
        ("OPTIONS", "/api/v1/folders"),
    ] {
        let answer = server.send(method, path, &[("origin", origin)], body.clone()).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
    }
    let own = format!("http://{}", server.address());
    assert_eq!(server.send("POST", "/api/v1/dashboards", &[("origin", &own)], body).await.status, 201);
}

#[tokio::test]
async fn imports_are_shown_and_taken_over() {
    let (_dir, server) = started(&[]);
    let grafana = json!({"title": "Old", "schemaVersion": 39, "uid": "old", "panels": [
        {"id": 1, "type": "stat", "title": "Up", "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
         "targets": [{"refId": "A", "expr": "up"}]},
        {"id": 2, "type": "lamp", "title": "Lamp", "gridPos": {"x": 6, "y": 0, "w": 6, "h": 4}}]});
    let shown = done(&server, "POST", "/api/v1/dashboards/import?name=old.json", &grafana, 200).await;
    assert_eq!(
        (&shown["data"]["format"], &shown["data"]["dashboards"][0]["clash"]),
        (&json!("grafana"), &NONE)
    );
    assert!(!shown["data"]["dashboards"][0]["notes"].as_array().unwrap().is_empty());
    done(&server, "GET", "/api/v1/dashboards/old", &NONE, 404).await;
    done(&server, "POST", "/api/v1/dashboards/import?create=true", &grafana, 201).await;
    done(&server, "POST", "/api/v1/dashboards/import?create=true", &grafana, 409).await;
    let named = "/api/v1/dashboards/import?create=true&title=Another&uid=another";
    let saved = done(&server, "POST", named, &grafana, 201).await;
    assert_eq!(saved["data"]["saved"][0]["uid"], "another");
    let another = done(&server, "GET", "/api/v1/dashboards/another", &NONE, 200).await;
    assert_eq!(another["data"]["dashboard"]["title"], "Another");
    done(&server, "POST", "/api/v1/dashboards/import?uid=a%20b", &grafana, 422).await;
    let shown = done(&server, "POST", "/api/v1/dashboards/import", &grafana, 200).await;
    assert_eq!(shown["data"]["dashboards"][0]["clash"]["title"], "Old");
    let over =
        done(&server, "POST", "/api/v1/dashboards/import?create=true&overwrite=true", &grafana, 201).await;
    assert_eq!(over["data"]["saved"][0]["version"], 2);
}

#[tokio::test]
async fn variables_have_choices() {
    let (_dir, server) = started(&[]);
    let lines = "requests{job=\"web\",instance=\"a\"} 1\nrequests{job=\"web\",instance=\"b\"} 1\nrequests{job=\"db\",instance=\"c\"} 1\n";
    let pushed = server.post("/api/v1/import/prometheus", &[], lines.as_bytes().to_vec()).await;
    assert_eq!(pushed.status, 204, "{}", pushed.body);
    let mut with = dashboard("web", "Web");
    with["variables"] = json!([
        {"name": "instance", "query": "label_values(requests{job=\"$job\"}, instance)", "multi": true, "include_all": true},
        {"name": "job", "query": "label_values(requests, job)"},
    ]);
    done(&server, "POST", "/api/v1/dashboards", &with, 201).await;
    let asked = json!({"asked": {"job": ["web"], "instance": ["$__all"]}});
    let found = done(&server, "POST", "/api/v1/dashboards/web/variables", &asked, 200).await;
    insta::assert_snapshot!("choices", told(&found));
    // One that is not saved yet.
    with["variables"][1]["query"] = json!("label_values(");
    let asked = json!({"dashboard": with, "from": "now-5m"});
    let found = done(&server, "POST", "/api/v1/dashboards/new/variables", &asked, 200).await;
    assert!(found["data"]["variables"][1]["error"].as_str().unwrap().contains("is no query of a variable"));
    done(&server, "POST", "/api/v1/dashboards/web/variables", &json!({"from": "soon"}), 400).await;
}
