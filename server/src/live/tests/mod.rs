//! The hub without a network: queues are read by the tests themselves.

mod fixture;
mod promql;
mod share;

use std::sync::atomic::Ordering;

use watchfire_model::Labels;
use watchfire_model::live::{ClientMessage, RangeBody, ServerMessage};

use self::fixture::{Fixture, eventually, query, up};
use crate::clock::now;

fn labels(body: &RangeBody) -> Vec<Labels> {
    body.series.iter().map(|series| series.labels.clone()).collect()
}

#[tokio::test]
async fn a_slow_reader_is_told_and_sent_the_gap() {
    let fixture = Fixture::new().await;
    let stats = fixture.hub.stats();
    let skipped = || stats.skipped.load(Ordering::Relaxed);
    let mut slow = fixture.watch(60_000).await;
    // The range and a delta fill the queue; each further delta has no place, but only the first is counted.
    fixture.serve(1.0).await;
    eventually("the delta", || slow.inbox.waiting() == 2).await;
    for value in [2.0, 3.0, 4.0] {
        fixture.serve(value).await;
    }
    eventually("the skip", || skipped() == 1).await;
    assert!(!slow.range().await.keeps);
    let seen = slow.delta().await;
    assert_eq!(seen.new, [up("a")]);

    // It has read everything, so it is served again, beginning with what it missed.
    fixture.serve(5.0).await;
    let told = slow.next().await;
    assert_eq!(told, ServerMessage::Skipped { id: 1 });
    let body = slow.range().await;
    assert!(body.keeps);
    let last = seen.grid.time(seen.grid.len - 1);
    assert!((last..=last + 5000).contains(&body.grid.start), "from the first point that it missed");
    assert_eq!(labels(&body), [up("a")]);
    let truth = fixture.service.query(&query(), body.grid).await.unwrap();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&truth[0].values), bits(&body.series[0].values));

    // And it goes on as before, although its queue is short.
    fixture.serve(6.0).await;
    slow.delta().await;
    assert_eq!(skipped(), 1);
}

#[tokio::test]
async fn a_stream_ends_with_its_last_watcher() {
    let fixture = Fixture::new().await;
    let stats = fixture.hub.stats();
    let counts = || (stats.streams.load(Ordering::Relaxed), stats.watchers.load(Ordering::Relaxed));
    let (mut one, mut other) = (fixture.watch(60_000).await, fixture.watch(30_000).await);
    one.range().await;
    other.range().await;
    assert_eq!(counts(), (1, 2), "the same query at the same step");

    one.session.obey(ClientMessage::Unsubscribe { id: 1 }).await;
    eventually("the first to leave", || counts() == (1, 1)).await;
    fixture.serve(1.0).await;
    other.delta().await;
    assert_eq!(one.inbox.waiting(), 0, "whoever left hears nothing");

    other.session.end().await;
    eventually("the stream to end", || counts() == (0, 0)).await;
    let before = fixture.evaluations();
    fixture.store("a", now(), 2.0).await;
    // Whoever comes now gets a stream of its own, whose range is the only evaluation.
    fixture.watch(60_000).await.range().await;
    assert_eq!((counts().0, fixture.evaluations()), (1, before + 1));
}

#[tokio::test]
async fn series_that_a_newcomer_brings_are_announced() {
    let fixture = Fixture::new().await;
    let then = now();
    fixture.store("b", then - 30_000, 1.0).await;
    fixture.store("c", then, 2.0).await;
    // Looks at a time in which only one of the two has samples.
    let mut first = fixture.watch(5000).await;
    assert_eq!(labels(&first.range().await), [up("c")]);
    let mut newcomer = fixture.watch(60_000).await;
    // In the order in which the first knows them.
    assert_eq!(labels(&newcomer.range().await), [up("c"), up("b")]);
    let announced = first.delta().await;
    assert_eq!((announced.new, announced.rows, announced.grid.len), (vec![up("b")], Vec::new(), 0));

    fixture.store("b", now(), 3.0).await;
    for viewer in [&mut first, &mut newcomer] {
        let delta = viewer.delta().await;
        assert!(delta.new.is_empty());
        let row = delta.rows.iter().find(|row| row.series == 1).unwrap();
        assert_eq!(row.values.last(), Some(&3.0));
    }
}

#[tokio::test]
async fn what_is_paused_is_silent_and_goes_on_with_the_gap() {
    let fixture = Fixture::new().await;
    fixture.store("a", now(), 1.0).await;
    let mut viewer = fixture.watch(60_000).await;
    viewer.range().await;
    let known = viewer.seen.newest();
    viewer.session.obey(ClientMessage::Pause { id: 1 }).await;
    let watchers = &fixture.hub.stats().watchers;
    assert_eq!(watchers.load(Ordering::Relaxed), 0);
    // Another who watches the same shows that the deltas have gone out.
    let mut other = fixture.watch(60_000).await;
    other.range().await;
    fixture.serve(2.0).await;
    let before = other.seen.points.clone();
    other.until(|seen| seen.points != before).await;
    assert_eq!(viewer.inbox.waiting(), 0);

    let known = Some(watchfire_model::live::Known { step: 1000, until: known });
    viewer.session.obey(ClientMessage::Resume { id: 1, known }).await;
    let body = viewer.range().await;
    assert!(body.keeps);
    assert_eq!(Some(body.grid.start), known.map(|known| known.until));
    assert_eq!(viewer.seen.points, other.seen.points);
    // Resuming or pausing what is not there harms nobody.
    viewer.session.obey(ClientMessage::Resume { id: 7, known: None }).await;
    viewer.session.obey(ClientMessage::Pause { id: 7 }).await;
    assert_eq!(viewer.inbox.waiting(), 0);
}
