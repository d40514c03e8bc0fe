//! What a link lets see, tried from outside: pages, pictures, variables and the live socket.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use watchfire_model::live::{Asked, Refresh, Role, ServerMessage, Span, Subscription};

use crate::client::{Client, promql};
use crate::points::Points;
use crate::server::{Server, now};

const LIVE: Span = Span::Last { length: 600_000 };

/// Three customers; of the first there is nothing in the last ten minutes.
async fn started() -> (TempDir, Server) {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--no-dashboards-shipped"]);
    let mut text = String::new();
    for (customer, from, to, value) in
        [("acme", 3600, 1200, 11.0), ("bolt", 3600, 0, 22.0), ("corp", 3600, 0, 33.0)]
    {
        for back in (to..from).step_by(15) {
            let at = now() - back * 1000;
            writeln!(text, "bill{{customer=\"{customer}\"}} {value} {at}").unwrap();
            writeln!(text, "salary{{customer=\"{customer}\"}} {} {at}", value * 1000.0).unwrap();
        }
    }
    let stored = server.post("/api/v1/import/prometheus", &[], text.into_bytes()).await;
    assert!((200..300).contains(&stored.status), "{}", stored.body);
    let dashboard = json!({
        "uid": "bills", "title": "Bills",
        "variables": [
            {"name": "customer", "kind": "query", "query": "label_values(bill, customer)"},
            {"name": "loose", "kind": "text", "choices": ["1"]},
            {"name": "tight", "kind": "text", "choices": ["none"]},
        ],
        "panels": [
            {"id": 1, "kind": "time_series", "title": "Bill", "queries": [{"id": "A", "expr": "bill{customer=\"$customer\"}"}]},
            {"id": 2, "kind": "stat", "title": "Salaries", "queries": [{"id": "A", "expr": "salary"}]},
            {"id": 3, "kind": "stat", "title": "Top", "queries": [{"id": "A", "expr": "topk($loose, bill)"}]},
            {"id": 4, "kind": "stat", "title": "Written", "queries": [{"id": "A", "expr": "bill{customer=~\"$tight\"}"}]},
            {"id": 5, "kind": "stat", "title": "Fails", "queries": [{"id": "A", "expr": "bill + on () salary"}]},
        ],
        "annotations": [{"name": "Notes"}],
    });
    made(&server, "/api/v1/dashboards", &dashboard).await;
    (dir, server)
}

async fn made(server: &Server, path: &str, body: &Value) -> Value {
    let answer = server.post(path, &[], serde_json::to_vec(body).unwrap()).await;
    assert_eq!(answer.status, 201, "{path}: {}", answer.body);
    answer.json()["data"].clone()
}

async fn shared(server: &Server, more: Value) -> String {
    let mut share = json!({"dashboard": "bills", "title": "For you"});
    share.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    made(server, "/api/v1/shares", &share).await["token"].as_str().unwrap().to_owned()
}

fn panel(panel: u32, query: &str, variables: &[(&str, &str)], span: Span) -> Subscription {
    let variables =
        variables.iter().map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()])).collect();
    let asked = Asked::Panel { panel, query: query.to_owned(), variables, role: Role::Value };
    Subscription { asked, span, max_points: 100, min_step: 0, refresh: Refresh::Every(1000), known: None }
}

/// The newest values that a subscription brings; or why it is refused.
async fn brought(client: &mut Client, id: u32, subscription: Subscription) -> Result<Vec<f64>, String> {
    client.subscribe(id, subscription).await;
    let mut points = Points::default();
    client
        .until(|message| match message {
            ServerMessage::Refused { id: of, message, .. } if *of == Some(id) => Some(Err(message.clone())),
            message if points.take(id, message) => {
                let mut values: Vec<f64> =
                    points.settled().values().copied().filter(|value| !value.is_nan()).collect();
                values.sort_by(f64::total_cmp);
                values.dedup();
                Some(Ok(values))
            }
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_locked_value_holds_also_where_nothing_has_it() {
    let (_dir, server) = started().await;
    let token =
        shared(&server, json!({"panel": 1, "time": "free", "variables": {"customer": {"locked": ["acme"]}}}))
            .await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    let hour = Span::Last { length: 3_600_000 };
    assert_eq!(brought(&mut client, 1, panel(1, "A", &[], hour)).await, Ok(vec![11.0]));
    // In the last minutes only the others have values.
    for (id, named) in [(2, vec![]), (3, vec![("customer", "bolt")])] {
        assert_eq!(brought(&mut client, id, panel(1, "A", &named, LIVE)).await, Ok(vec![]), "{named:?}");
    }
    let asked = json!({"asked": {"customer": ["bolt"]}, "from": "now-10m", "to": "now"});
    let asked = serde_json::to_vec(&asked).unwrap();
    let variables = server.post(&format!("/s/{token}/variables"), &[], asked).await.body;
    assert!(!variables.contains("bolt"), "{variables}");
    let mut told = vec![variables];
    for path in ["/s/{}?", "/embed/{}?", "/render/s/{}.svg?"] {
        let path = path.replace("{}", &token);
        told.push(server.get(&format!("{path}from=now-10m&to=now&var-customer=bolt")).await.body);
    }
    for body in told {
        // The page's own links have what its URL asked for.
        for secret in [">bolt<", "corp", ">22<", "label_values", "bill{"] {
            assert!(!body.contains(secret), "{secret} in {body}");
        }
    }
}

#[tokio::test]
async fn a_value_that_a_page_names_is_compared_with_as_it_is() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--no-dashboards-shipped"]);
    let sample = |back: i64| format!("load{{host=\"10.0.0.1:9100\"}} 7 {}\n", now() - back * 15_000);
    let text: String = (0..40).rev().map(sample).collect();
    let stored = server.post("/api/v1/import/prometheus", &[], text.into_bytes()).await;
    assert!((200..300).contains(&stored.status), "{}", stored.body);
    let dashboard = json!({
        "uid": "bills", "title": "Loads",
        "variables": [{"name": "host", "kind": "query", "query": "label_values(load, host)"}],
        "panels": [{"id": 1, "title": "Load", "queries": [{"id": "A", "expr": "load{host=\"$host\"}"}]}],
    });
    made(&server, "/api/v1/dashboards", &dashboard).await;
    for variables in [json!({"host": "free"}), json!({"host": {"locked": ["10.0.0.1:9100"]}})] {
        let token =
            shared(&server, json!({"variables": variables, "origins": ["https://wiki.example.org"]})).await;
        let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
        let asked = panel(1, "A", &[("host", "10.0.0.1:9100")], LIVE);
        assert_eq!(brought(&mut client, 1, asked).await, Ok(vec![7.0]), "{variables}");
        let policy = |answer: &crate::answer::Answer| answer.header("content-security-policy").to_owned();
        let embed = policy(&server.get(&format!("/embed/{token}")).await);
        assert!(embed.ends_with("frame-ancestors 'self' https://wiki.example.org"), "{embed}");
        let page = policy(&server.get(&format!("/s/{token}")).await);
        assert!(page.ends_with("frame-ancestors 'none'"), "{page}");
    }
    let listed = server.get("/api/v1/shares").await.json();
    assert_eq!(listed["data"][0]["dashboard_title"], "Loads");
}

#[tokio::test]
async fn an_embed_that_is_shut_says_so_where_it_was_put() {
    let (_dir, server) = started().await;
    let token = shared(&server, json!({"origins": ["https://wiki.example.org"]})).await;
    let uid = server.get("/api/v1/shares").await.json()["data"][0]["uid"].as_str().unwrap().to_owned();
    assert_eq!(server.post(&format!("/api/v1/shares/{uid}/pause"), &[], Vec::new()).await.status, 204);
    let embed = server.get(&format!("/embed/{token}")).await;
    assert_eq!(embed.status, 410);
    assert!(embed.body.contains("this link is paused"), "{}", embed.body);
    let policy = embed.header("content-security-policy");
    assert!(policy.ends_with("frame-ancestors 'self' https://wiki.example.org"), "{policy}");
    for path in [format!("/s/{token}"), "/embed/nothing".to_owned()] {
        let answer = server.get(&path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn samples_between_points_are_told_of_what_is_a_selector_alone() {
    let (_dir, server) = started().await;
    let token = shared(&server, json!({"variables": {"customer": {"locked": ["bolt"]}}})).await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    let hour = Span::Last { length: 3_600_000 };
    let of = |id, of| {
        let mut subscription = panel(id, "A", &[], hour);
        if let Asked::Panel { role, .. } = &mut subscription.asked {
            *role = of;
        }
        subscription
    };
    assert_eq!(brought(&mut client, 1, of(1, Role::Least)).await, Ok(vec![22.0]));
    assert_eq!(brought(&mut client, 2, of(1, Role::Greatest)).await, Ok(vec![22.0]));
    let refusal = brought(&mut client, 3, of(3, Role::Greatest)).await.unwrap_err();
    assert_eq!(refusal, "this query has no samples between its points");
    // The page is told which query it may ask so.
    let page = server.get(&format!("/s/{token}")).await.body;
    assert!(!page.contains("bill{") && !page.contains("topk"), "{page}");
}

#[tokio::test]
async fn other_panels_and_other_queries_are_out_of_reach() {
    let (_dir, server) = started().await;
    let token = shared(&server, json!({"panel": 1, "variables": {"customer": {"locked": ["bolt"]}}})).await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    for (id, asked) in [
        panel(2, "A", &[], LIVE),
        panel(1, "B", &[], LIVE),
        panel(99, "A", &[], LIVE),
        promql("salary", false, LIVE),
        promql("bill", true, LIVE),
    ]
    .into_iter()
    .enumerate()
    {
        let refusal = brought(&mut client, id as u32, asked).await.unwrap_err();
        assert!(!refusal.contains("salary") && !refusal.contains("bill"), "{refusal}");
    }
    for path in [
        format!("/render/s/{token}.svg?panel=2"),
        format!("/render/s/{token}/badge.svg?panel=2"),
        format!("/s/{token}?panel=2"),
    ] {
        let body = server.get(&path).await.body;
        assert!(
            !body.contains("33000") && !body.contains("22000") && !body.contains("33 K"),
            "{path}: {body}"
        );
    }
    for token in ["", "x", &token[..token.len() - 1], &format!("{token}x")] {
        assert_eq!(server.get(&format!("/s/{token}")).await.status, 404, "{token:?}");
    }
}

#[tokio::test]
async fn what_is_written_into_a_box_stays_within_strings() {
    let (_dir, server) = started().await;
    let free = json!({"variables": {"customer": {"locked": ["bolt"]}, "loose": "free", "tight": "free"}});
    let token = shared(&server, free).await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    // Within a string it counts, and ends none.
    assert_eq!(brought(&mut client, 1, panel(4, "A", &[("tight", "corp")], LIVE)).await, Ok(vec![33.0]));
    let breaking = "corp\" or salary or \"";
    assert_eq!(brought(&mut client, 2, panel(4, "A", &[("tight", breaking)], LIVE)).await, Ok(vec![]));
    // No regular expression any more, and still no other query.
    let broken = "corp\"} or salary{customer=~\".*";
    let refused = brought(&mut client, 4, panel(4, "A", &[("tight", broken)], LIVE)).await;
    assert_eq!(refused, Err("a query of this panel cannot be answered".to_owned()));
    // Anywhere else it would be another query: what its author wrote stays.
    let other = "1, salary) or topk(1";
    let values = brought(&mut client, 3, panel(3, "A", &[("loose", other)], LIVE)).await.unwrap();
    assert_eq!(values, [33.0], "the greatest bill, and no salary");
}

#[tokio::test]
async fn what_goes_wrong_says_nothing_of_the_query() {
    let (_dir, server) = started().await;
    let token = shared(&server, json!({})).await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    let refusal = brought(&mut client, 1, panel(5, "A", &[], LIVE)).await.unwrap_err();
    assert_eq!(refusal, "a query of this panel cannot be answered");
    let picture = server.get(&format!("/render/s/{token}.svg?panel=5")).await.body;
    assert!(!picture.contains("salary") && !picture.contains("duplicate"), "{picture}");
}

#[tokio::test]
async fn what_was_taken_out_of_the_dashboard_is_sent_no_longer() {
    let (_dir, server) = started().await;
    let token = shared(&server, json!({})).await;
    let (mut client, _) = Client::connect_to(&server, &format!("/s/{token}/live")).await;
    assert!(brought(&mut client, 1, panel(2, "A", &[], LIVE)).await.is_ok());
    let mut dashboard = server.get("/api/v1/dashboards/bills").await.json()["data"]["dashboard"].clone();
    dashboard["panels"].as_array_mut().unwrap().retain(|panel| panel["id"] != 2);
    let saved = server
        .send("PUT", "/api/v1/dashboards/bills?version=1", &[], serde_json::to_vec(&dashboard).unwrap())
        .await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    assert_eq!(client.refusal(Some(1)).await, "the share has no such panel");
    // Its id is not given again.
    let again = server.get("/api/v1/dashboards/bills").await.json()["data"]["dashboard"].clone();
    assert_eq!(again["panels"].as_array().unwrap().len(), 4);
    let mut last = again;
    last["panels"].as_array_mut().unwrap().pop();
    let saved = server
        .send("PUT", "/api/v1/dashboards/bills?version=2", &[], serde_json::to_vec(&last).unwrap())
        .await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let kept = server.get("/api/v1/dashboards/bills").await.json()["data"]["dashboard"].clone();
    assert_eq!(kept["last_panel"], 5);
}

#[tokio::test]
async fn notes_of_other_panels_are_not_in_the_page() {
    let (_dir, server) = started().await;
    for (panel, text) in [(1, "seen by all"), (2, "raise for everybody")] {
        let note = json!({"time": now() - 60_000, "text": text, "dashboard": "bills", "panel": panel});
        made(&server, "/api/v1/annotations", &note).await;
    }
    let token = shared(&server, json!({"panel": 1})).await;
    let body = server.get(&format!("/s/{token}?from=now-1h&to=now")).await.body;
    assert!(body.contains("seen by all") && !body.contains("raise for everybody"), "{body}");
}
