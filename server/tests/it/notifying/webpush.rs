//! Web Push: the worker that browsers run, and the keys that are made here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::ask;
use crate::server::Server;
use crate::sinks::{HttpSink, Reply};

/// The example of RFC 8291.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

async fn new_keys(server: &Server) -> (String, String) {
    let answer = ask(server, "POST", "webpush/keys", &Value::Null).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    let key = |name: &str| answer.json()["data"][name].as_str().unwrap().to_owned();
    (key("public_key"), key("private_key"))
}

#[tokio::test]
async fn the_worker_is_there_for_all_pages() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let worker = server.get("/push-worker.js").await;
    assert_eq!(worker.status, 200);
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("service-worker-allowed", "/"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(worker.header(name), value, "{name}");
    }
    for event in ["'push'", "'notificationclick'"] {
        assert!(worker.body.contains(event), "{event}");
    }
}

#[tokio::test]
async fn keys_that_are_made_here_sign_what_is_sent() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let ((public, private), (other, _)) = (new_keys(&server).await, new_keys(&server).await);
    assert_ne!(public, other);
    let service = HttpSink::start(|_| Reply::Status(201, ""));
    let draft = |public: &str| {
        let push = json!({
            "name": "mine", "endpoint": service.url("/send/abc"), "p256dh": P256DH, "auth": AUTH,
            "vapid_private_key": private, "vapid_public_key": public, "subject": "mailto:ops@example.org",
        });
        json!({"document": {"route": {"receiver": "team"}, "receivers": [{"name": "team", "webpush_configs": [push]}]}})
    };

    let wrong = ask(&server, "POST", "notify-config/check", &draft(&other)).await.json();
    let flaw = &wrong["data"]["problems"][0];
    assert_eq!(flaw["path"], "receivers[0].webpush_configs[0].vapid_public_key", "{wrong}");

    let tried = ask(&server, "POST", "receivers/team/test", &json!({"draft": draft(&public)})).await.json();
    assert_eq!(tried["data"]["delivered"], true, "{tried}");
    let sent = service.requests()[0].clone();
    assert_eq!(sent.path, "/send/abc");
    for (name, value) in [("content-encoding", "aes128gcm"), ("ttl", "86400")] {
        assert_eq!(sent.headers[name], value, "{name}");
    }
    let authorization = sent.headers["authorization"].strip_prefix("vapid t=").unwrap().to_owned();
    let (token, key) = authorization.split_once(", k=").unwrap();
    assert_eq!(key, public, "by the key that the browser subscribed with");
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(service.url("")), &json!("mailto:ops@example.org")));

    // A browser that has gone is told of as such.
    service.answer(|_| Reply::Status(410, ""));
    let gone = ask(&server, "POST", "receivers/team/test", &json!({"draft": draft(&public)})).await.json();
    let told = &gone["data"]["integrations"][0];
    assert_eq!(told["may_pass"], false, "{gone}");
    assert!(told["failure"].as_str().unwrap().contains("the subscription is gone"), "{gone}");
}
