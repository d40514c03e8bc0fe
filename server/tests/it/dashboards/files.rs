//! Dashboards as files.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{dashboard, done, told};
use crate::answer::eventually;
use crate::server::Server;

const NONE: Value = Value::Null;

#[tokio::test]
async fn files_are_dashboards() {
    let dir = tempdir().unwrap();
    let boards = dir.path().join("boards/Team");
    fs::create_dir_all(&boards).unwrap();
    let file = boards.join("web.json");
    fs::write(&file, dashboard("web", "Web").to_string()).unwrap();
    let flags = ["--no-collect", "--dashboards-dirs", "boards", "--dashboards-reload-interval", "100ms"];
    let server = Server::start(
        dir.path(),
        &[&flags[..], &["--dashboards-write-back", "--no-dashboards-shipped"]].concat(),
    );
    // From the first request on.
    insta::assert_snapshot!(
        "a_list_of_files",
        told(&done(&server, "GET", "/api/v1/dashboards", &NONE, 200).await)
    );
    done(&server, "DELETE", "/api/v1/dashboards/web", &NONE, 409).await;

    done(&server, "PUT", "/api/v1/dashboards/web?version=0", &dashboard("web", "Mine"), 200).await;
    let drift = done(&server, "GET", "/api/v1/dashboards/web/drift", &NONE, 200).await;
    assert_eq!(drift["data"], json!([{"path": "title", "before": "Web", "after": "Mine"}]));
    done(&server, "POST", "/api/v1/dashboards/web/write-back", &NONE, 204).await;
    let written: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(written["title"], "Mine");
    done(&server, "PUT", "/api/v1/dashboards/web?version=0", &dashboard("web", "Again"), 200).await;
    done(&server, "POST", "/api/v1/dashboards/web/revert", &NONE, 204).await;
    let found = done(&server, "GET", "/api/v1/dashboards/web", &NONE, 200).await;
    assert_eq!(
        (&found["data"]["version"], &found["data"]["dashboard"]["title"]),
        (&json!(0), &json!("Mine"))
    );

    // By itself, without being asked to.
    fs::write(&file, "{\"uid\": \"web\",\n\"title\": \"\", \"panels\": []}").unwrap();
    eventually("the error", async || {
        let status = done(&server, "GET", "/api/v1/provisioning", &NONE, 200).await;
        (status["data"]["errors"][0]["line"] == 2).then_some(())
    })
    .await;
    insta::assert_snapshot!(
        "a_broken_file",
        told(&done(&server, "POST", "/api/v1/provisioning/reload", &NONE, 200).await)
    );
    let metrics = server.get("/metrics").await.body;
    for line in [
        "watchfire_dashboards_of_files 1",
        "watchfire_dashboards_file_errors 1",
        "watchfire_dashboards_file_failures_total 1",
    ] {
        assert!(metrics.contains(line), "{line}");
    }
    fs::remove_file(&file).unwrap();
    eventually("the end of the dashboard", async || {
        let answer = server.get("/api/v1/dashboards/web").await;
        (answer.status == 404).then_some(())
    })
    .await;
}
