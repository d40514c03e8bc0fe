use serde_json::{Value, json};
use tempfile::tempdir;

use super::{alerts, push};
use crate::answer::{Answer, eventually};
use crate::server::Server;

async fn send(server: &Server, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    server.send(method, &format!("/api/v1/watchfire/rules{path}"), &[], body).await
}

#[tokio::test]
async fn a_rule_by_form_from_its_first_letter_to_its_end() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--rules-interval=200ms"]);
    push(&server, "temp{host=\"a\"}", 60.0).await;
    let rule = |query: &str| json!({"name": "Hot", "query": query, "condition": {"is": "above", "threshold": 50}, "severity": "critical"});
    let preview = send(&server, "POST", "/preview", &json!({"rule": rule("temp{")})).await.json();
    let flaw = &preview["data"]["flaws"][0];
    assert_eq!((&flaw["field"], &flaw["start"]), (&json!("query"), &json!(5)), "{preview}");
    let preview = send(&server, "POST", "/preview", &json!({"rule": rule("temp")})).await.json();
    assert_eq!(preview["data"]["expr"], "temp > 50");
    assert_eq!(preview["data"]["alerts"][0]["labels"]["host"], "a", "{preview}");
    let drawn = &preview["data"]["values"];
    assert_eq!(
        (&drawn["expr"], &drawn["high"], &drawn["low"]),
        (&json!("temp"), &json!(50.0), &Value::Null),
        "{preview}"
    );
    assert_eq!(drawn["series"][0]["labels"], json!({"host": "a"}), "{preview}");
    let tests = send(&server, "POST", "/backtest", &json!({"rule": rule("temp")})).await.json();
    for range in ["1h", "24h", "7d"] {
        assert!(tests["data"][range]["fired"].is_u64(), "{tests}");
        assert_eq!(tests["data"][range]["values"]["high"], 50.0, "{tests}");
    }

    let refused = send(&server, "POST", "", &json!({"rule": rule("temp{")})).await;
    assert_eq!((refused.status, &refused.json()["errorType"]), (422, &json!("invalid")));
    let made =
        send(&server, "POST", "", &json!({"uid": "hot", "rule": rule("temp"), "message": "first"})).await;
    assert_eq!((made.status, made.json()["data"].clone()), (201, json!({"uid": "hot", "version": 1})));
    let alert = eventually("firing", async || alerts(&server).await.into_iter().next()).await;
    assert_eq!((&alert["state"], &alert["labels"]["severity"]), (&json!("firing"), &json!("critical")));
    let listed = send(&server, "GET", "", &Value::Null).await.json();
    let first = &listed["data"][0];
    assert_eq!(
        (&first["uid"], &first["name"], &first["state"]),
        (&json!("hot"), &json!("Hot"), &json!("firing"))
    );

    let values = eventually("a value", async || {
        let values = send(&server, "GET", "/values?uid=hot", &Value::Null).await.json();
        (!values["data"]["series"][0]["points"].is_null()).then_some(values)
    })
    .await;
    assert_eq!(values["data"]["series"][0]["points"][0][1], 60.0, "{values}");
    let of_rule =
        send(&server, "GET", "/values?rule=form%3Bhot&from=now-1h&to=now", &Value::Null).await.json();
    assert_eq!(of_rule["data"]["expr"], "temp", "{of_rule}");
    for (query, status) in
        [("", 400), ("?uid=hot&rule=a", 400), ("?uid=none", 404), ("?uid=hot&from=now-40d&to=now", 400)]
    {
        assert_eq!(
            send(&server, "GET", &format!("/values{query}"), &Value::Null).await.status,
            status,
            "{query}"
        );
    }

    let next = json!({"version": 1, "rule": rule("temp * 2")});
    assert_eq!(send(&server, "PUT", "/hot", &next).await.json()["data"]["version"], 2);
    let conflict = send(&server, "PUT", "/hot", &next).await;
    assert_eq!((conflict.status, &conflict.json()["version"]), (409, &json!(2)));
    let read = send(&server, "GET", "/hot", &Value::Null).await.json();
    assert_eq!(read["data"]["rule"]["query"], "temp * 2", "{read}");

    server.kill();
    let server = Server::start(dir.path(), &["--no-collect", "--rules-interval=200ms"]);
    let again = eventually("the alert", async || alerts(&server).await.into_iter().next()).await;
    assert_eq!(again["activeAt"], alert["activeAt"]);
    assert_eq!(send(&server, "DELETE", "/hot?version=2", &Value::Null).await.status, 204);
    assert!(alerts(&server).await.is_empty());
    let history = send(&server, "GET", "/history?uid=hot", &Value::Null).await.json();
    let told: Vec<String> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| format!("{}>{}", event["from"].as_str().unwrap(), event["to"].as_str().unwrap()))
        .collect();
    assert_eq!(told, ["firing>inactive", "inactive>firing"], "{history}");
    assert_eq!(send(&server, "GET", "/hot", &Value::Null).await.status, 404);
}
