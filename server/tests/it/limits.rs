//! What the live protocol refuses.

use tempfile::tempdir;
use tokio_tungstenite::tungstenite::Message;
use watchfire_model::live::{
    Asked, ClientMessage, Refresh, Role, ServerMessage, Span, Subscription, VERSION, encode,
};
use watchfire_model::{Function, SeriesQuery};

use crate::answer::eventually;
use crate::client::{Client, End, last_minutes, over, promql};
use crate::server::Server;

const CPU: &str = "system_cpu_usage_percent";

async fn still_answers(client: &mut Client) {
    client.subscribe(99, last_minutes(CPU)).await;
    client.until(|message| matches!(message, ServerMessage::Range { id: 99, .. }).then_some(())).await;
    client.say(&ClientMessage::Unsubscribe { id: 99 }).await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_connection_lives_on() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let (mut client, _) = Client::connect(&server).await;
    let mut newer = encode(&ClientMessage::Unsubscribe { id: 1 }).unwrap();
    newer[0] = 9;
    let table = [
        (Message::Binary(newer.into()), "version 9"),
        (Message::Binary(vec![VERSION, 0xff, 0xff, 0xff].into()), "damaged"),
        (Message::Binary(Vec::new().into()), "empty"),
        (Message::Text("hello".into()), "docs/LIVE.md"),
    ];
    for (message, expected) in table {
        client.send(message).await;
        let sentence = client.refusal(None).await;
        assert!(sentence.contains(expected), "{sentence}");
        still_answers(&mut client).await;
    }
}

#[tokio::test]
async fn senseless_subscriptions_are_refused() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--live-max-points", "500"]);
    let (mut client, _) = Client::connect(&server).await;
    let good = || last_minutes(CPU);
    let spans = [
        (Span::Fixed { start: 10, end: 5 }, "not end before it starts"),
        (Span::Since { start: i64::MAX }, "not end before it starts"),
        (Span::Since { start: i64::MIN }, "after 1970"),
        (Span::Last { length: -1 }, "not end before it starts"),
        (Span::Last { length: i64::MAX }, "after 1970"),
        (Span::Fixed { start: 0, end: i64::MAX }, "9999"),
    ];
    let mut everything = good();
    everything.asked = Asked::Series(SeriesQuery { matchers: Vec::new(), function: Function::Mean });
    let minute = Span::Last { length: 60_000 };
    let panel = Asked::Panel { panel: 1, query: "A".to_owned(), variables: Vec::new(), role: Role::Value };
    let mut unreadable = over("(", Span::Fixed { start: 0, end: 1 });
    unreadable.max_points = 10;
    let others = [
        (Subscription { max_points: 501, ..good() }, "live.max_points"),
        (Subscription { max_points: 0, ..good() }, "live.max_points"),
        (everything, "name a metric or a label"),
        (unreadable, "regular expression"),
        (over("(", minute), "regular expression"),
        (Subscription { min_step: -1, ..good() }, "must not be negative"),
        (Subscription { refresh: Refresh::Every(999), ..good() }, "1000 to 3600000 ms"),
        (Subscription { asked: panel, ..good() }, "shared"),
        (promql("sum(", false, minute), "parse error"),
        (promql("rate(up)", true, minute), "range vector"),
        (promql("up[5m]", true, minute), "cannot be watched"),
        (promql("\"text\"", true, minute), "a text cannot be watched"),
    ];
    let spans = spans.map(|(span, expected)| (over(CPU, span), expected));
    for (subscription, expected) in spans.into_iter().chain(others) {
        client.subscribe(3, subscription.clone()).await;
        let sentence = client.refusal(Some(3)).await;
        assert!(sentence.contains(expected), "{subscription:?}: {sentence}");
        still_answers(&mut client).await;
    }
}

#[tokio::test]
async fn more_subscriptions_than_allowed() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--live-max-subscriptions", "2"]);
    let (mut client, _) = Client::connect(&server).await;
    for id in 1..=3 {
        client.subscribe(id, last_minutes(CPU)).await;
    }
    let sentence = client.refusal(Some(3)).await;
    assert!(sentence.contains("live.max_subscriptions"), "{sentence}");
    // One that ends makes room, and one that is replaced takes none.
    client.say(&ClientMessage::Unsubscribe { id: 1 }).await;
    for id in [2, 3] {
        client.subscribe(id, last_minutes("system_load1")).await;
        client
            .until(|message| {
                matches!(message, ServerMessage::Range { id: of, .. } if *of == id).then_some(())
            })
            .await;
    }
}

#[tokio::test]
async fn more_connections_than_allowed() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--live-max-connections", "1"]);
    let (first, _) = Client::connect(&server).await;
    let mut second = Client::open(server.address(), None).await;
    let sentence = second.refusal(None).await;
    assert!(sentence.contains("live.max_connections"), "{sentence}");
    // 1013: try again later.
    assert_eq!(second.next_or_end().await, Err(End::Closed(1013)));
    drop(first);
    eventually("the place of the first", async || {
        let mut third = Client::open(server.address(), None).await;
        matches!(third.next().await, ServerMessage::Hello(_)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn more_connections_from_one_address_than_allowed() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--live-max-connections-per-address", "1"]);
    let (_first, _) = Client::connect(&server).await;
    let mut second = Client::open(server.address(), None).await;
    let sentence = second.refusal(None).await;
    assert!(sentence.contains("live.max_connections_per_address"), "{sentence}");
    assert_eq!(second.next_or_end().await, Err(End::Closed(1013)));
}

#[tokio::test]
async fn a_message_that_is_too_long_ends_the_connection() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect", "--live-max-message-bytes", "1KiB"]);
    let (mut client, _) = Client::connect(&server).await;
    client.send(Message::Binary(vec![2; 1024].into())).await;
    client.refusal(None).await;
    client.send(Message::Binary(vec![2; 1025].into())).await;
    while client.next_or_end().await.is_ok() {}
    eventually("its place to be free again", async || {
        (server.get("/status").await.json()["connections"]["websockets"] == 0).then_some(())
    })
    .await;
}
