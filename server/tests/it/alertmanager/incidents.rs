use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{alert, get, post, rfc3339, start};
use crate::answer::{Answer, eventually};
use crate::server::{Server, now};
use crate::sinks::HttpSink;

const PATH: &str = "/api/v1/watchfire/incidents";

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    server.send(method, &format!("{PATH}{path}"), &[], body.to_string().into_bytes()).await
}

/// The incidents in a state, once there are so many.
async fn incidents(server: &Server, state: &str, count: usize) -> Vec<Value> {
    eventually("the incidents", async || {
        let found = get(server, &format!("{PATH}?state={state}")).await["data"].as_array().unwrap().clone();
        (found.len() == count).then_some(found)
    })
    .await
}

#[tokio::test]
async fn alerts_become_incidents_that_outlive_a_kill() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let began = |mut alert: Value, ago: i64| {
        alert["startsAt"] = json!(rfc3339(now() - ago));
        alert
    };
    let fire = began(alert("Fire", "a", "critical", "web"), 60_000);
    let alerts = json!([
        began(alert("Smoke", "a", "warning", "web"), 30_000),
        fire,
        began(alert("Fire", "b", "critical", "db"), 10_000),
    ]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let found = incidents(&server, "open", 2).await;
    let first = found.iter().find(|one| one["relations"] == json!(["host=a"])).unwrap();
    assert_eq!(
        (&first["title"], &first["severity"], &first["alerts"], &first["firing"], &first["cause"]["why"]),
        (&json!("Fire on a"), &json!("critical"), &json!(2), &json!(2), &json!("it began first"))
    );
    let id = format!("/{}", first["id"].as_str().unwrap());
    let change = json!({"state": "acknowledged", "assignee": "ann", "roles": {"scribe": "bob"}, "by": "cem"});
    let changed = send(&server, "PUT", &id, &change).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let noted =
        send(&server, "POST", &format!("{id}/notes"), &json!({"text": "a cable", "author": "ann"})).await;
    assert_eq!(noted.status, 201, "{}", noted.body);
    for (method, path, body, status) in [
        ("POST", format!("{id}/notes"), json!({"text": " "}), 422),
        ("POST", "/none/notes".to_owned(), json!({"text": "x"}), 404),
        ("PUT", "/none".to_owned(), json!({}), 404),
        ("PUT", id.clone(), json!({"state": "lost"}), 400),
        ("PUT", id.clone(), json!({"roles": {" ": "ann"}}), 422),
    ] {
        let refused = send(&server, method, &path, &body).await;
        assert_eq!(refused.status, status, "{method} {path} {body}: {}", refused.body);
    }
    assert_eq!(server.get(&format!("{PATH}?state=lost")).await.status, 400);
    server.kill();

    let server = start(dir.path());
    let one = get(&server, &format!("{PATH}{id}")).await["data"].clone();
    assert_eq!((&one["state"], &one["assignee"]), (&json!("acknowledged"), &json!("ann")));
    assert_eq!((&one["notes"][0]["text"], &one["alerts"][1]["times"]), (&json!("a cable"), &json!(1)));
    assert_eq!(one["roles"], json!({"scribe": "bob"}));
    let told: Vec<Value> = one["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| json!([change["by"], change["what"], change["to"]]))
        .collect();
    let expected =
        json!([["cem", "state", "acknowledged"], ["cem", "assignee", "ann"], ["cem", "scribe", "bob"]]);
    assert_eq!(json!(told), expected);
    let metrics = server.get("/metrics").await.body;
    assert!(metrics.contains("watchfire_incidents{state=\"acknowledged\"} 1"), "{metrics}");
    // Its alerts end, and so does it.
    let over: Vec<Value> = alerts.as_array().unwrap()[..2]
        .iter()
        .map(|alert| {
            let mut alert = alert.clone();
            alert["endsAt"] = json!(rfc3339(now()));
            alert
        })
        .collect();
    assert_eq!(post(&server, "/api/v2/alerts", &json!(over)).await.0, 200);
    let over = incidents(&server, "resolved", 1).await;
    assert_eq!((&over[0]["firing"], &over[0]["relations"]), (&json!(0), &json!(["host=a"])));
}

#[tokio::test]
async fn incidents_are_told_as_a_whole() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let config = format!(
        "route: {{receiver: nobody}}\n\
         receivers: [{{name: nobody}}, {{name: team, webhook_configs: [{{url: '{}'}}]}}]\n\
         incidents: {{receiver: team, group_wait: 1s}}\n",
        sink.url("/hook")
    );
    fs::write(dir.path().join("alertmanager.yml"), config).unwrap();
    let start = || Server::start(dir.path(), &["--no-collect", "--notify-config", "alertmanager.yml"]);
    let server = start();
    let alerts = json!([alert("Smoke", "a", "warning", "web"), alert("Fire", "a", "critical", "web")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let told = async |count: usize| {
        eventually("the notification", async || {
            let requests = sink.requests();
            (requests.len() >= count).then(|| requests[count - 1].json())
        })
        .await
    };
    let opened = told(1).await;
    assert_eq!(
        (&opened["status"], &opened["notification_reason"]),
        (&json!("firing"), &json!("incident opened"))
    );
    assert_eq!(opened["alerts"].as_array().unwrap().len(), 2, "both in one");
    let incident = &opened["incident"];
    assert_eq!((&incident["severity"], &incident["change"]), (&json!("critical"), &json!("opened")));
    let id = incident["id"].as_str().unwrap().to_owned();
    assert_eq!(opened["groupKey"], format!("incident:{id}"));
    assert_eq!(incident["url"], format!("http://{}/alerts/incidents/{id}", server.address()));
    // Else a kill may let the same request go out twice.
    let done = async |server: &Server| {
        let answer = get(server, "/api/v1/watchfire/deliveries?state=done").await;
        answer["data"]["deliveries"].as_array().unwrap().clone()
    };
    let listed =
        eventually("the delivery", async || Some(done(&server).await).filter(|all| !all.is_empty())).await;
    assert_eq!(listed[0]["reason"], "incident_opened");
    server.kill();

    let server = start();
    let one = eventually("what was told", async || {
        let one = get(&server, &format!("{PATH}/{id}")).await["data"].clone();
        (one["told"]["waits"] == json!(false)).then_some(one)
    })
    .await;
    assert_eq!(one["told"]["reason"], "incident_opened");
    assert_eq!(done(&server).await.len(), 1);
    let over: Vec<Value> = alerts
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| {
            let mut alert = alert.clone();
            alert["endsAt"] = json!(rfc3339(now()));
            alert
        })
        .collect();
    assert_eq!(post(&server, "/api/v2/alerts", &json!(over)).await.0, 200);
    let over = told(2).await;
    assert_eq!((&over["status"], &over["incident"]["change"]), (&json!("resolved"), &json!("over")));
    assert_eq!(sink.requests().len(), 2, "told once, over a kill");
}

#[tokio::test]
async fn who_looks_after_all_of_its_alerts_looks_after_an_incident() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alerts = json!([alert("Fire", "a", "critical", "web"), alert("Smoke", "a", "warning", "web")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let id = incidents(&server, "open", 1).await[0]["id"].as_str().unwrap().to_owned();
    let one = async || get(&server, &format!("{PATH}/{id}")).await["data"].clone();
    let of = eventually("both alerts", async || {
        let alerts = one().await["alerts"].as_array().unwrap().clone();
        (alerts.len() == 2).then_some(alerts)
    })
    .await;
    let path =
        |of: &Value| format!("/api/v1/watchfire/alerts/{}/acknowledge", of["fingerprint"].as_str().unwrap());
    let said = json!({"by": "ann", "comment": "on it"});
    assert_eq!(post(&server, &path(&of[0]), &said).await.0, 200);
    let half = one().await;
    assert_eq!((&half["state"], &half["assignee"]), (&json!("open"), &Value::Null), "one of two");
    assert_eq!(post(&server, &path(&of[1]), &json!({"by": "bob"})).await.0, 200);
    let whole = one().await;
    assert_eq!((&whole["state"], &whole["assignee"]), (&json!("acknowledged"), &json!("bob")));
    let told: Vec<Value> = whole["said"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| json!([said["by"], said["what"], said["comment"], said["fingerprint"]]))
        .collect();
    let expected = json!([
        ["ann", "acknowledged", "on it", of[0]["fingerprint"]],
        ["bob", "acknowledged", "", of[1]["fingerprint"]]
    ]);
    assert_eq!(json!(told), expected);
    let back = server.send("DELETE", &format!("{}?by=ann", path(&of[0])), &[], Vec::new()).await;
    assert_eq!(back.status, 204, "{}", back.body);
    let open = one().await;
    assert_eq!((&open["state"], &open["assignee"]), (&json!("open"), &Value::Null));

    // What somebody says of the incident itself stays.
    let change = json!({"state": "acknowledged", "assignee": "cem", "by": "cem"});
    assert_eq!(send(&server, "PUT", &format!("/{id}"), &change).await.status, 200);
    let back = server.send("DELETE", &format!("{}?by=bob", path(&of[1])), &[], Vec::new()).await;
    assert_eq!(back.status, 204, "{}", back.body);
    let kept = one().await;
    assert_eq!((&kept["state"], &kept["assignee"]), (&json!("acknowledged"), &json!("cem")));
}

#[tokio::test]
async fn people_put_alerts_to_incidents_and_take_them_out() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alerts = json!([alert("Fire", "a", "critical", "web"), alert("Full", "b", "warning", "db")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let found = incidents(&server, "open", 2).await;
    let id = |title: &str| {
        let one = found.iter().find(|one| one["title"] == title).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let (fire, full) = (id("Fire on a"), id("Full on b"));
    let of = get(&server, &format!("{PATH}/{full}")).await["data"]["alerts"][0]["fingerprint"].clone();
    let joined =
        send(&server, "POST", &format!("/{fire}/alerts"), &json!({"fingerprint": of, "by": "ann"})).await;
    assert_eq!(joined.status, 200, "{}", joined.body);
    let one = joined.json()["data"].clone();
    assert_eq!((one["alerts"].as_array().unwrap().len(), &one["said"][0]["what"]), (2, &json!("joined")));
    assert_eq!(server.get(&format!("{PATH}/{full}")).await.status, 404, "it has none left");
    for (method, path, body, status) in [
        ("POST", format!("/{fire}/alerts"), json!({"fingerprint": of}), 422),
        ("POST", format!("/{fire}/alerts"), json!({"fingerprint": "x"}), 400),
        ("POST", format!("/{fire}/alerts"), json!({"fingerprint": of, "by": " "}), 400),
        ("POST", "/none/alerts".to_owned(), json!({"fingerprint": of}), 404),
        ("DELETE", format!("/{fire}/alerts/{}", "0".repeat(16)), json!({}), 422),
    ] {
        let refused = send(&server, method, &path, &body).await;
        assert_eq!(refused.status, status, "{method} {path} {body}: {}", refused.body);
    }
    let parted =
        send(&server, "DELETE", &format!("/{fire}/alerts/{}?by=bob", of.as_str().unwrap()), &json!({})).await;
    assert_eq!(parted.status, 200, "{}", parted.body);
    let one = parted.json()["data"].clone();
    assert_eq!((one["alerts"].as_array().unwrap().len(), &one["said"][1]["by"]), (1, &json!("bob")));
    // It has one of its own, which the next looks leave as it is.
    let own = incidents(&server, "open", 2).await;
    assert!(own.iter().any(|one| one["title"] == "Full on b" && one["id"] != full.as_str()), "{own:?}");
}

#[tokio::test]
async fn people_put_two_incidents_together() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alerts = json!([alert("Fire", "a", "critical", "web"), alert("Full", "b", "warning", "db")]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let found = incidents(&server, "open", 2).await;
    let id = |title: &str| {
        let one = found.iter().find(|one| one["title"] == title).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let (fire, full) = (id("Fire on a"), id("Full on b"));
    for (path, body, status) in [
        (format!("/{fire}/merge"), json!({"id": fire}), 422),
        (format!("/{fire}/merge"), json!({"id": "none"}), 404),
        (format!("/{fire}/merge"), json!({"id": full, "by": " "}), 400),
        (format!("/{fire}/merge"), json!({}), 400),
        ("/none/merge".to_owned(), json!({"id": full}), 404),
    ] {
        let refused = send(&server, "POST", &path, &body).await;
        assert_eq!(refused.status, status, "{path} {body}: {}", refused.body);
    }
    let body = json!({"id": full, "by": "ann"});
    let merged = send(&server, "POST", &format!("/{fire}/merge"), &body).await;
    assert_eq!(merged.status, 200, "{}", merged.body);
    let one = merged.json()["data"].clone();
    assert_eq!((one["alerts"].as_array().unwrap().len(), &one["merged"][0]["by"]), (2, &json!("ann")));
    let other = get(&server, &format!("{PATH}/{full}")).await["data"].clone();
    assert_eq!((&other["merged_into"], &other["state"]), (&json!(fire), &json!("resolved")));
    let again = send(&server, "POST", &format!("/{fire}/merge"), &body).await;
    assert_eq!(again.status, 422, "{}", again.body);
}

#[tokio::test]
async fn what_was_sent_is_told_of_its_own_alerts_alone() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    let config = format!(
        "route: {{receiver: team, group_by: ['...'], group_wait: 0s}}\n\
         receivers: [{{name: team, webhook_configs: [{{url: '{}'}}]}}]\n",
        sink.url("/hook")
    );
    fs::write(dir.path().join("alertmanager.yml"), config).unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--notify-config", "alertmanager.yml"]);
    let alerts = json!([
        alert("Smoke", "a", "warning", "web"),
        alert("Fire", "a", "critical", "web"),
        alert("Fire", "b", "critical", "db"),
    ]);
    assert_eq!(post(&server, "/api/v2/alerts", &alerts).await.0, 200);
    let found = incidents(&server, "open", 2).await;
    let of = found.iter().find(|one| one["relations"] == json!(["host=a"])).unwrap();
    let path = format!("{PATH}/{}/sent", of["id"].as_str().unwrap());
    let sent = eventually("what was sent", async || {
        let sent = get(&server, &path).await["data"].clone();
        (sent["events"].as_array().unwrap().len() == 2).then_some(sent)
    })
    .await;
    // The third was sent, too, but belongs to another.
    eventually("all of them", async || (sink.requests().len() == 3).then_some(())).await;
    for event in sent["events"].as_array().unwrap() {
        assert_eq!((&event["labels"]["host"], &event["to"]), (&json!("a"), &json!("sent")), "{event}");
        assert_eq!((&event["receiver"], &event["integration"]), (&json!("team"), &json!("webhook[0]")));
    }
    assert_eq!(sent["more"], json!(false));
    let one = get(&server, &format!("{path}?limit=1")).await["data"].clone();
    assert_eq!((one["events"].as_array().unwrap().len(), &one["more"]), (1, &json!(true)));
    assert_eq!(one["events"][0], sent["events"][0], "the newest");
    assert_eq!(server.get(&format!("{PATH}/none/sent")).await.status, 404);
}

#[tokio::test]
async fn an_alert_of_two_incidents_makes_them_one() {
    let dir = tempdir().unwrap();
    let server = start(dir.path());
    let alert = |name: &str, place: Value| {
        let mut labels = place;
        labels["alertname"] = json!(name);
        json!([{"labels": labels, "annotations": {"summary": name}}])
    };
    assert_eq!(post(&server, "/api/v2/alerts", &alert("Disk", json!({"host": "a"}))).await.0, 200);
    let older = incidents(&server, "open", 1).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&server, "/api/v2/alerts", &alert("Slow", json!({"service": "shop"}))).await.0, 200);
    incidents(&server, "open", 2).await;
    let both = alert("Down", json!({"host": "a", "service": "shop"}));
    assert_eq!(post(&server, "/api/v2/alerts", &both).await.0, 200);
    let ended = incidents(&server, "resolved", 1).await;
    assert_eq!((&ended[0]["merged_into"], &ended[0]["firing"]), (&json!(older), &json!(0)));
    let one = get(&server, &format!("{PATH}/{older}")).await["data"].clone();
    let names: Vec<&str> =
        one["alerts"].as_array().unwrap().iter().map(|alert| alert["summary"].as_str().unwrap()).collect();
    assert_eq!(names, ["Disk", "Slow", "Down"]);
    assert_eq!((&one["merged"][0]["id"], &one["merged"][0]["title"]), (&ended[0]["id"], &json!("Slow")));
    let newer = format!("/{}", ended[0]["id"].as_str().unwrap());
    let refused = send(&server, "PUT", &newer, &json!({"state": "open"})).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(refused.body.contains(&format!("is part of {older} now")), "{}", refused.body);
}
