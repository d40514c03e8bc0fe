//! The live protocol as docs/LIVE.md tells it.

use tempfile::tempdir;
use watchfire_model::live::{ClientMessage, Known, RangeBody, ServerMessage, Span, Subscription};

use crate::answer::eventually;
use crate::client::{Client, last_minutes, over, promql};
use crate::points::Points;
use crate::server::{Server, now};

const CPU: &str = "system_cpu_usage_percent";

fn range(id: u32) -> impl FnMut(&ServerMessage) -> Option<RangeBody> {
    move |message| match message {
        ServerMessage::Range { id: of, body } if *of == id => Some(body.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn first_the_range_then_each_second() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &[]);
    let (mut client, hello) = Client::connect(&server).await;
    assert_eq!(hello.version, env!("CARGO_PKG_VERSION"));
    assert!((hello.now - now()).abs() < 60_000, "{hello:?}");

    client.subscribe(7, last_minutes(CPU)).await;
    let first = client.next().await;
    let ServerMessage::Range { id: 7, body } = &first else { panic!("{first:?}") };
    assert!(!body.keeps);
    assert_eq!(body.grid.step, 1000);
    assert!((300..=302).contains(&body.grid.len), "{:?}", body.grid);
    let mut points = Points::default();
    points.take(7, &first);

    let mut times = Vec::new();
    while times.len() < 3 {
        let message = client.next().await;
        let ServerMessage::Delta { id: 7, body } = &message else { panic!("{message:?}") };
        assert!(points.take(7, &message));
        times.push(body.grid.time(body.grid.len - 1));
    }
    assert!(times.is_sorted() && times[2] > times[0], "{times:?}");
    assert!((points.newest().unwrap() - now()).abs() < 60_000);
    let cpu = points.series.values().next().unwrap();
    assert_eq!(points.series.len(), 1);
    assert!(cpu.values().all(|percent| (0.0..=100.0).contains(percent)), "{cpu:?}");

    // After goodbye there is silence: the next word is about another subscription.
    client.say(&ClientMessage::Unsubscribe { id: 7 }).await;
    client.subscribe(8, last_minutes(CPU)).await;
    client.until(range(8)).await;
    for _ in 0..2 {
        let message = client.next().await;
        assert!(matches!(message, ServerMessage::Delta { id: 8, .. }), "{message:?}");
    }
}

#[tokio::test]
async fn all_who_watch_see_the_same() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    let query = "system_(cpu|memory|load).*";
    let (mut one, _) = Client::connect(&server).await;
    let mut seen_by_one = Points::default();
    one.subscribe(1, last_minutes(query)).await;
    one.watch(1, &mut seen_by_one, |points| points.settled().len() > 5).await;
    let started = seen_by_one.newest().unwrap();
    // The other comes later, and watches under another number.
    let (mut other, _) = Client::connect(&server).await;
    let mut seen_by_other = Points::default();
    other.subscribe(2, last_minutes(query)).await;
    let enough = |points: &Points| points.newest() >= Some(started + 2000);
    one.watch(1, &mut seen_by_one, enough).await;
    other.watch(2, &mut seen_by_other, enough).await;
    let (one, other) = (seen_by_one.settled(), seen_by_other.settled());
    let both: Vec<_> = one.iter().filter(|(key, _)| other.contains_key(*key)).collect();
    assert!(both.len() > 10, "{one:?}\n{other:?}");
    for (key, value) in both {
        assert_eq!(other[key].to_bits(), value.to_bits(), "{key:?}");
    }
    let status = server.get("/status").await.json();
    let connections = &status["connections"];
    assert_eq!((&connections["websockets"], &connections["subscriptions"]), (&2.into(), &2.into()));
    assert_eq!(connections["streams"], 1, "one evaluation for both");
}

#[tokio::test]
async fn spans() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    let (mut client, _) = Client::connect(&server).await;
    let start = now();
    client.subscribe(1, over(CPU, Span::Since { start })).await;
    let mut since = Points::default();
    client.watch(1, &mut since, |points| points.settled().len() >= 2).await;
    let settled = since.settled();
    let first = settled.keys().map(|(_, time)| *time).min().unwrap();
    assert!(first > start - 1000, "nothing from before the start");

    let newest = since.newest().unwrap();
    client.subscribe(2, over(CPU, Span::Fixed { start, end: newest - 1 })).await;
    let body = client.until(range(2)).await;
    assert!(!body.keeps);
    let mut fixed = Points::default();
    fixed.take(2, &ServerMessage::Range { id: 2, body });
    for ((labels, time), value) in &settled {
        assert_eq!(
            fixed.series[labels].get(time).map(|value| value.to_bits()),
            Some(value.to_bits()),
            "{time}"
        );
    }
    // It is answered once; the other goes on.
    for _ in 0..3 {
        let message = client.next().await;
        assert!(matches!(message, ServerMessage::Delta { id: 1, .. }), "{message:?}");
    }
}

#[tokio::test]
async fn whoever_comes_back_gets_the_gap_only() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    let (mut client, hello) = Client::connect(&server).await;
    let mut points = Points::default();
    client.subscribe(1, last_minutes(CPU)).await;
    client.watch(1, &mut points, |points| points.settled().len() >= 2).await;
    drop(client);
    let until = points.newest().unwrap();
    let before = points.settled();

    let (mut client, again) = Client::connect(&server).await;
    assert_eq!(again.instance, hello.instance, "the same start of the server");
    let known = Some(Known { step: points.step, until });
    client.subscribe(1, Subscription { known, ..last_minutes(CPU) }).await;
    let body = client.until(range(1)).await;
    assert!(body.keeps);
    assert_eq!(body.grid.start, until);
    assert!(body.grid.len < 60, "{:?}", body.grid);
    points.take(1, &ServerMessage::Range { id: 1, body });
    client.watch(1, &mut points, |points| points.newest() > Some(until)).await;
    for (key, value) in before {
        assert_eq!(points.settled()[&key].to_bits(), value.to_bits(), "{key:?}");
    }

    // What does not fit is sent whole: another step, a time before the range, a time that never was.
    let known = |step, until| Some(Known { step, until });
    for known in [known(2000, until), known(1000, 0), known(1000, now() + 60_000), known(1000, i64::MAX)] {
        client.subscribe(1, Subscription { known, ..last_minutes(CPU) }).await;
        let body = client.until(range(1)).await;
        assert!(!body.keeps && body.grid.len >= 300, "{known:?} {:?}", body.grid);
    }
}

#[tokio::test]
async fn a_connection_without_news_is_kept_alive() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--no-collect"]);
    let (mut client, hello) = Client::connect(&server).await;
    assert!(hello.heartbeat <= 5000);
    let message = client.next().await;
    let ServerMessage::Heartbeat { now } = message else { panic!("{message:?}") };
    assert!(now >= hello.now);
}

#[tokio::test]
async fn a_query_is_answered_as_over_http_and_goes_on() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "200ms"]);
    let (mut client, hello) = Client::connect(&server).await;
    assert_eq!((hello.limits.subscriptions, hello.limits.points), (200, 2000));
    let expr = format!("avg({CPU}) * 2");
    eventually("a sample", async || {
        let answer = server.get(&format!("/api/v1/query?query=avg({CPU})")).await.json();
        (!answer["data"]["result"].as_array()?.is_empty()).then_some(())
    })
    .await;
    let began = now();
    let mut points = Points::default();
    client.subscribe(1, promql(&expr, false, Span::Last { length: 60_000 })).await;
    // Three instants that are over, whichever the newest is.
    client.watch(1, &mut points, |points| points.newest() >= Some(began + 5000)).await;
    let seen = points.settled();
    let (start, end) = (began.div_euclid(1000) + 1, began.div_euclid(1000) + 4);
    // What comes late would change both.
    let path = format!("/api/v1/query_range?query=avg({CPU})*2&start={start}&end={end}&step=1");
    let answer = server.get(&path).await.json();
    let values = answer["data"]["result"][0]["values"].as_array().unwrap();
    assert_eq!(values.len(), 4, "{answer}");
    for value in values {
        let (at, text) = (value[0].as_f64().unwrap() * 1000.0, value[1].as_str().unwrap());
        assert_eq!(seen[&("{}".to_owned(), at as i64)].to_string(), text, "{at}");
    }
    let metrics = server.get("/metrics").await.body;
    let hits = metrics.lines().find(|line| line.starts_with("watchfire_query_cache_hits_total ")).unwrap();
    assert!(!hits.ends_with(" 0"), "{hits}");

    // A value alone is told whole.
    client.say(&ClientMessage::Unsubscribe { id: 1 }).await;
    client.subscribe(2, promql("time()", true, Span::Last { length: 60_000 })).await;
    for _ in 0..2 {
        let body = client.until(range(2)).await;
        assert_eq!((body.grid.len, body.series.len(), body.keeps), (1, 1, false));
        assert!((body.series[0].values[0] * 1000.0 - now() as f64).abs() < 60_000.0);
    }

    // What is paused goes on from where it was.
    client.subscribe(3, promql(&expr, false, Span::Last { length: 60_000 })).await;
    let body = client.until(range(3)).await;
    client.say(&ClientMessage::Pause { id: 3 }).await;
    let until = body.grid.time(body.grid.len - 1);
    let known = Some(Known { step: 1000, until });
    client.say(&ClientMessage::Resume { id: 3, known }).await;
    let body = client.until(range(3)).await;
    assert!(body.keeps && body.grid.start <= until && body.grid.len < 30, "{:?}", body.grid);
}
