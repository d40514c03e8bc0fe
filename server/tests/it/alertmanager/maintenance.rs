use serde_json::{Value, json};
use tempfile::tempdir;

use super::{alert, get, post, start};
use crate::answer::Answer;
use crate::server::{Server, now};

const PATH: &str = "/api/v1/watchfire/maintenance";

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    server.send(method, &format!("{PATH}{path}"), &[], body).await
}

/// What mutes the alert of a host.
async fn muted_by(server: &Server, host: &str) -> Value {
    get(server, &format!("/api/v2/alerts?filter=host={host}")).await[0]["status"]["mutedBy"].clone()
}

#[tokio::test]
async fn windows_are_made_and_mute_over_restarts() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alerts = json!([alert("Fire", "a", "critical", "web"), alert("Fire", "b", "critical", "db")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let once = json!({"name": "Move", "matchers": "{host=\"a\"}", "starts_at": now() - 60_000, "ends_at": now() + 3_600_000,
        "comment": "new rack", "created_by": "ann"});
    let made = send(&server, "POST", "", &once).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(muted_by(&server, "a").await, json!([id]));
    assert_eq!(muted_by(&server, "b").await, json!([]));
    let listed = get(&server, PATH).await["data"][0].clone();
    assert_eq!(
        (&listed["open"], &listed["muted"], &listed["created_by"]),
        (&json!(true), &json!(1), &json!("ann"))
    );
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_alerts_muted{by=\"maintenance\"} 1"), "{metrics}");
    assert!(metrics.contains("watchfire_maintenance_windows{state=\"open\"} 1"), "{metrics}");
    server.kill();

    let server = start(dir.path());
    assert_eq!(muted_by(&server, "a").await, json!([id]));
    // Every day and all day, but of the other host.
    let schedule = "DTSTART;TZID=Europe/Berlin:20260101T000000\nDURATION:P1D\nRRULE:FREQ=DAILY";
    let again = json!({"name": "Always", "matchers": "host=b", "schedule": schedule});
    let changed = send(&server, "PUT", &format!("/{id}"), &again).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!((muted_by(&server, "a").await, muted_by(&server, "b").await), (json!([]), json!([id])));
    let changed = get(&server, &format!("{PATH}/{id}")).await;
    assert_eq!(changed["data"]["schedule"], schedule);
    assert_eq!(changed["data"]["coming"].as_array().unwrap().len(), 5, "{changed}");
    assert_eq!(send(&server, "DELETE", &format!("/{id}"), &Value::Null).await.status, 204);
    assert_eq!(muted_by(&server, "b").await, json!([]));
    assert_eq!(send(&server, "GET", &format!("/{id}"), &Value::Null).await.status, 404);
}

#[tokio::test]
async fn what_is_wrong_with_a_window_is_told_by_field() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    for (body, field) in [
        (json!({"name": " ", "matchers": "a=b", "starts_at": 0, "ends_at": 1000}), "name"),
        (json!({"name": "a", "starts_at": 0, "ends_at": 1000}), "matchers"),
        (json!({"name": "a", "matchers": "a=~[", "starts_at": 0, "ends_at": 1000}), "matchers"),
        (json!({"name": "a", "all": true}), "schedule"),
        (json!({"name": "a", "all": true, "schedule": "DTSTART:x"}), "schedule"),
        (json!({"name": "a", "all": true, "schedule": "", "starts_at": 0, "ends_at": 1000}), "schedule"),
        (json!({"name": "a", "all": true, "starts_at": 1000, "ends_at": 1000}), "ends_at"),
        (json!({"name": "a", "all": true, "starts_at": 0, "ends_at": 400 * 86_400_000_i64}), "ends_at"),
        (json!({"name": "a", "all": true, "starts_at": i64::MAX, "ends_at": i64::MAX}), "starts_at"),
    ] {
        let refused = send(&server, "POST", "", &body).await;
        assert_eq!(
            (refused.status, &refused.json()["field"]),
            (422, &json!(field)),
            "{body}: {}",
            refused.body
        );
    }
    // All of it at once. A value with a blank has quotes: without them a comma was forgotten.
    let wrong = json!({"name": "", "matchers": "team=db severity", "schedule": "DTSTART:x"});
    let refused = send(&server, "POST", "", &wrong).await.json();
    let fields = |flaws: &Value| -> Vec<Value> {
        flaws.as_array().unwrap().iter().map(|flaw| flaw["field"].clone()).collect()
    };
    assert_eq!(fields(&refused["flaws"]), ["name", "matchers", "schedule"], "{refused}");
    assert!(refused["flaws"][1]["message"].as_str().unwrap().contains("a comma between"), "{refused}");
    let tried = send(&server, "POST", "/preview", &wrong).await.json();
    assert_eq!(fields(&tried["data"]["flaws"]), ["name", "matchers", "schedule"], "{tried}");
    assert_eq!(
        send(&server, "PUT", "/none", &json!({"name": "a", "all": true, "starts_at": 0, "ends_at": 1000}))
            .await
            .status,
        404
    );
    assert_eq!(send(&server, "DELETE", "/none", &Value::Null).await.status, 404);
    let made =
        send(&server, "POST", "", &json!({"name": "a", "all": true, "starts_at": 0, "ends_at": 1000})).await;
    assert_eq!(made.status, 201, "{}", made.body);
}

#[tokio::test]
async fn windows_are_tried_and_ended() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alerts = json!([alert("Fire", "a", "critical", "web"), alert("Fire", "b", "critical", "db")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let daily = |matchers: &str, rule: &str| {
        let schedule = format!("DTSTART:20260101T000000Z\nDURATION:P1D\nRRULE:{rule}");
        json!({"name": "Always", "matchers": matchers, "schedule": schedule})
    };
    // What is tried is not made.
    let tried = send(&server, "POST", "/preview", &daily("host=a", "FREQ=DAILY")).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    let tried = tried.json()["data"].clone();
    assert_eq!((&tried["open"], &tried["flaws"], &tried["left_out"]), (&json!(true), &json!([]), &json!(0)));
    assert_eq!(tried["coming"].as_array().unwrap().len(), 5);
    assert_eq!(tried["alerts"].as_array().unwrap().len(), 1);
    assert_eq!(tried["alerts"][0]["host"], "a");
    assert_eq!(get(&server, PATH).await["data"], json!([]));
    let flawed =
        send(&server, "POST", "/preview", &daily("host=a", "FREQ=HOURLY")).await.json()["data"].clone();
    assert_eq!(flawed["flaws"][0]["field"], "schedule");
    assert!(flawed["flaws"][0]["message"].as_str().unwrap().contains("FREQ=HOURLY"), "{flawed}");

    // Ended by hand, it opens the next time; one that is once is over.
    let made = send(&server, "POST", "", &daily("host=a", "FREQ=DAILY")).await.json();
    let again = made["data"]["id"].as_str().unwrap().to_owned();
    let once = json!({"name": "Move", "matchers": "host=b", "starts_at": now() - 60_000, "ends_at": now() + 3_600_000});
    let made = send(&server, "POST", "", &once).await.json();
    let once = made["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!((muted_by(&server, "a").await, muted_by(&server, "b").await), (json!([again]), json!([once])));
    for id in [&again, &once] {
        assert_eq!(send(&server, "POST", &format!("/{id}/end"), &Value::Null).await.status, 204);
        let refused = send(&server, "POST", &format!("/{id}/end"), &Value::Null).await;
        assert!(refused.status == 400 && refused.body.contains("is not open"), "{}", refused.body);
    }
    assert_eq!((muted_by(&server, "a").await, muted_by(&server, "b").await), (json!([]), json!([])));
    let left = get(&server, &format!("{PATH}/{again}")).await["data"].clone();
    assert_eq!((&left["open"], left["coming"].as_array().unwrap().len()), (&json!(false), 5));
    let over = get(&server, &format!("{PATH}/{once}")).await["data"].clone();
    assert_eq!((&over["open"], &over["coming"]), (&json!(false), &json!([])));
    assert_eq!(send(&server, "POST", "/none/end", &Value::Null).await.status, 404);
}
