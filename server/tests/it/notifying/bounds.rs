//! How much is under way at once and how often something is sent; and that what is sent is signed.

use std::time::Duration;

use tempfile::tempdir;

use super::{config, deliveries, fire, start, webhook};
use crate::answer::eventually;
use crate::server::Server;
use crate::sinks::{HttpSink, Reply};

/// Fires so many alerts, each of which is told by itself.
async fn fire_many(server: &Server, count: usize) {
    let names: Vec<String> = (0..count).map(|at| format!("Fire{at}")).collect();
    fire(server, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

async fn all_done(server: &Server, count: usize) {
    eventually("all of them", async || {
        (deliveries(server, "state=done&limit=100").await.len() == count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_channel_has_no_more_under_way_than_it_is_set() {
    let dir = tempdir().unwrap();
    let sink = HttpSink::start(|_| Reply::Held);
    let flags = ["--notify-channel-concurrency", "3", "--notify-timeout", "10m"];
    let server = start(dir.path(), &webhook(&sink), &flags);
    fire_many(&server, 12).await;
    eventually("as many as may be", async || (sink.waiting().0 == 3).then_some(())).await;
    // All are in the queue, and those that are under way keep the others from it.
    eventually("all to be stored", async || {
        (deliveries(&server, "state=waiting").await.len() == 12).then_some(())
    })
    .await;
    assert_eq!(sink.requests().len(), 3);
    // Each that ends makes room for one more.
    sink.open();
    all_done(&server, 12).await;
    assert_eq!((sink.waiting(), sink.requests().len()), ((0, 3), 12));
}

#[tokio::test]
async fn a_channel_sends_no_faster_than_its_rate() {
    const ALERTS: usize = 20;
    let dir = tempdir().unwrap();
    let sink = HttpSink::good();
    // A tenth of what webhooks may: ten at once, and five a second.
    let server = start(dir.path(), &webhook(&sink), &["--notify-rate", "10"]);
    fire_many(&server, ALERTS).await;
    all_done(&server, ALERTS).await;
    let mut at: Vec<_> = sink.requests().into_iter().map(|request| request.at).collect();
    at.sort_unstable();
    // Ten had to wait, for two seconds in all. That no more go at once is tested of lanes, by a clock of the test's own.
    assert!(at[ALERTS - 1] - at[0] >= Duration::from_millis(1600), "{:?}", at[ALERTS - 1] - at[0]);
}

/// More channels than there are places besides the first one of each.
#[tokio::test]
async fn channels_that_never_answer_hold_up_no_other_one() {
    const MUTE: usize = 70;
    const FURTHER: usize = 64;
    const ALERTS: usize = 5;
    let dir = tempdir().unwrap();
    let (mute, good) = (HttpSink::start(|_| Reply::Held), HttpSink::good());
    let channels: Vec<String> =
        (0..MUTE).map(|at| format!("{{url: '{}'}}", mute.url(&format!("/{at}")))).collect();
    let all =
        config(&format!("webhook_configs: [{}, {{url: '{}'}}]", channels.join(", "), good.url("/good")));
    let server = start(dir.path(), &all, &["--notify-timeout", "10m"]);
    fire_many(&server, ALERTS).await;
    // Each has its place, and the further ones are taken.
    eventually("the places to be taken", async || (mute.waiting().0 == MUTE + FURTHER).then_some(())).await;
    eventually("those of the other", async || (good.requests().len() == ALERTS).then_some(())).await;
    fire(&server, &["Later"]).await;
    eventually("what comes later", async || (good.requests().len() == ALERTS + 1).then_some(())).await;
    assert_eq!(mute.waiting(), (MUTE + FURTHER, MUTE + FURTHER), "no more than that");
}

/// By `printf '{"text":"it burns"}' | openssl dgst -sha256 -hmac 'It is a secret'`.
const SIGNATURE: &str = "733f6c987ab61f7374ad27b04b4dd64021053bdc666fead6894aeeb07563c5ce";

#[tokio::test]
async fn what_is_signed_is_what_arrives() {
    let dir = tempdir().unwrap();
    std::fs::write(dir.path().join("key"), "It is a secret\n").unwrap();
    let file = format!("hmac_secret_file: '{}'", dir.path().join("key").display());
    let sink = HttpSink::good();
    let hook = |at: &str, secret: &str| {
        format!("{{url: '{}', body: '{{\"text\":\"it burns\"}}', {secret}}}", sink.url(at))
    };
    let hooks = [
        hook("/inline", "hmac_secret: 'It is a secret'"),
        hook("/file", &file),
        hook("/none", "max_alerts: 0"),
    ];
    let server = start(dir.path(), &config(&format!("webhook_configs: [{}]", hooks.join(", "))), &[]);
    fire(&server, &["Fire"]).await;
    all_done(&server, 3).await;
    for request in sink.requests() {
        assert_eq!(request.body, "{\"text\":\"it burns\"}");
        let signature = request.headers.get("x-watchfire-signature").map(String::as_str);
        let expected = format!("sha256={SIGNATURE}");
        assert_eq!(signature, (request.path != "/none").then_some(expected.as_str()), "{}", request.path);
    }
}
