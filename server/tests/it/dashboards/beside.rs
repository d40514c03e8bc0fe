//! What lies beside dashboards: folders, library panels, playlists, annotations, shares, snapshots.

use serde_json::{Value, json};

use super::{dashboard, done, started, told};

const NONE: Value = Value::Null;

#[tokio::test]
async fn folders() {
    let (_dir, server) = started(&[]);
    let made = done(&server, "POST", "/api/v1/folders", &json!({"title": "Team"}), 201).await;
    let uid = made["data"]["uid"].as_str().unwrap().to_owned();
    done(&server, "POST", "/api/v1/folders", &json!({"title": "Team"}), 409).await;
    let within = format!("/api/v1/dashboards?folder={uid}");
    done(&server, "POST", &within, &dashboard("web", "Web"), 201).await;
    let listed = done(&server, "GET", &within, &NONE, 200).await;
    assert_eq!(listed["data"][0]["uid"], "web");
    done(&server, "PUT", &format!("/api/v1/folders/{uid}"), &json!({"title": "Teams"}), 204).await;
    let all = done(&server, "GET", "/api/v1/folders", &NONE, 200).await;
    assert_eq!((&all["data"][0]["title"], &all["data"][0]["dashboards"]), (&json!("Teams"), &json!(1)));
    done(&server, "DELETE", &format!("/api/v1/folders/{uid}"), &NONE, 409).await;
    let moved = done(&server, "PUT", "/api/v1/dashboards/web/folder", &json!({"folder": null}), 200).await;
    assert_eq!(moved["data"]["version"], 2);
    done(&server, "DELETE", &format!("/api/v1/folders/{uid}?move_to="), &NONE, 204).await;
}

#[tokio::test]
async fn library_panels() {
    let (_dir, server) = started(&[]);
    let panel = json!({"kind": "stat", "title": "Errors", "queries": [{"id": "A", "expr": "errors"}]});
    let made = done(&server, "POST", "/api/v1/library-panels", &panel, 201).await;
    let uid = made["data"]["uid"].as_str().unwrap();
    let path = format!("/api/v1/library-panels/{uid}");
    let mut shows = dashboard("web", "Web");
    shows["panels"][0]["library"] = json!(uid);
    done(&server, "POST", "/api/v1/dashboards", &shows, 201).await;
    let plain = done(&server, "GET", "/api/v1/dashboards/web", &NONE, 200).await;
    assert_eq!(plain["data"]["dashboard"]["panels"][0]["title"], "Up");
    let resolved = done(&server, "GET", "/api/v1/dashboards/web?resolved=true", &NONE, 200).await;
    assert_eq!(resolved["data"]["dashboard"]["panels"][0]["title"], "Errors");
    done(&server, "PUT", &format!("{path}?version=1"), &panel, 200).await;
    let late = done(&server, "PUT", &format!("{path}?version=1"), &panel, 409).await;
    assert_eq!(late["version"], 2);
    let listed = done(&server, "GET", "/api/v1/library-panels", &NONE, 200).await;
    assert_eq!(listed["data"][0]["used_by"], json!(["web"]));
    let used = done(&server, "DELETE", &path, &NONE, 409).await;
    assert_eq!(used["errorType"], "refused");
    done(&server, "DELETE", &format!("{path}?force=true"), &NONE, 204).await;
    done(&server, "GET", &path, &NONE, 404).await;
}

#[tokio::test]
async fn playlists() {
    let (_dir, server) = started(&[]);
    done(&server, "POST", "/api/v1/dashboards", &dashboard("web", "Web"), 201).await;
    let playlist =
        json!({"title": "Wall", "interval": "30s", "items": [{"dashboard": "web"}, {"tag": "wall"}]});
    let made = done(&server, "POST", "/api/v1/playlists", &playlist, 201).await;
    let path = format!("/api/v1/playlists/{}", made["data"]["uid"].as_str().unwrap());
    let mut changed = made["data"].clone();
    changed["interval"] = json!("1m");
    let saved = done(&server, "PUT", &path, &changed, 200).await;
    assert_eq!((&saved["data"]["version"], &saved["data"]["interval"]), (&json!(2), &json!("1m")));
    done(&server, "PUT", &path, &changed, 409).await;
    let shown = done(&server, "GET", &format!("{path}/dashboards"), &NONE, 200).await;
    assert_eq!(shown["data"][0]["uid"], "web");
    done(&server, "DELETE", &path, &NONE, 204).await;
    assert_eq!(done(&server, "GET", "/api/v1/playlists", &NONE, 200).await["data"], json!([]));
}

#[tokio::test]
async fn annotations() {
    let (_dir, server) = started(&[]);
    let at = 1_700_000_000_000_i64;
    let new =
        json!({"time": at, "time_end": at + 1000, "title": "Deploy", "tags": ["deploy"], "dashboard": "web"});
    let made = done(&server, "POST", "/api/v1/annotations", &new, 201).await;
    insta::assert_snapshot!("an_annotation", told(&made));
    let within = |query: &str| format!("/api/v1/annotations?from={at}&to={}{query}", at + 5);
    for (query, count) in
        [("", 1), ("&tag=deploy&tag=x", 1), ("&tag=x", 0), ("&dashboard=other", 0), ("&limit=0", 0)]
    {
        let found = done(&server, "GET", &within(query), &NONE, 200).await;
        assert_eq!(found["data"].as_array().unwrap().len(), count, "{query}");
    }
    done(&server, "GET", "/api/v1/annotations?limit=many", &NONE, 400).await;
    let path = format!("/api/v1/annotations/{}", made["data"]["id"]);
    let changed = done(&server, "PUT", &path, &json!({"time": at, "title": "Rollback"}), 200).await;
    assert_eq!(done(&server, "GET", &path, &NONE, 200).await, changed);
    done(&server, "DELETE", &path, &NONE, 204).await;
    done(&server, "DELETE", &path, &NONE, 404).await;
}

#[tokio::test]
async fn shares_and_snapshots() {
    let (_dir, server) = started(&[]);
    done(&server, "POST", "/api/v1/dashboards", &dashboard("web", "Web"), 201).await;
    let new = json!({"dashboard": "web", "panel": 1, "time": {"locked": {"from": "now-6h", "to": "now"}},
        "origins": ["https://example.org"]});
    let mut made = done(&server, "POST", "/api/v1/shares", &new, 201).await;
    let uid = made["data"]["uid"].as_str().unwrap().to_owned();
    assert!(made["data"]["token"].as_str().unwrap().starts_with(&format!("{uid}.")));
    (made["data"]["uid"], made["data"]["token"]) = (json!("UID"), json!("UID.SIGNATURE"));
    insta::assert_snapshot!("a_share", told(&made));
    done(&server, "POST", &format!("/api/v1/shares/{uid}/pause"), &NONE, 204).await;
    let listed = done(&server, "GET", "/api/v1/shares?dashboard=web", &NONE, 200).await;
    assert_eq!((&listed["data"][0]["paused"], &listed["data"][0]["views"]), (&json!(true), &json!(0)));
    done(&server, "POST", &format!("/api/v1/shares/{uid}/resume"), &NONE, 204).await;
    done(&server, "DELETE", &format!("/api/v1/shares/{uid}"), &NONE, 204).await;
    done(&server, "POST", &format!("/api/v1/shares/{uid}/pause"), &NONE, 404).await;
    assert_eq!(done(&server, "GET", "/api/v1/snapshots", &NONE, 200).await["data"], json!([]));
    done(&server, "DELETE", "/api/v1/snapshots/none", &NONE, 404).await;
}
