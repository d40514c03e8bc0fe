//! Queries in PromQL.

use watchfire_model::live::{Asked, Known, Refresh, Span, Subscription};
use watchfire_model::{Grid, STALE};

use super::fixture::{Fixture, last, promql, up};
use crate::clock::now;
use crate::live::Scope;

/// What the points of instants that are over must be.
async fn assert_true(fixture: &Fixture, seen: &super::fixture::Seen, expr: &str, since: i64) {
    let until = seen.newest() - 1000;
    let since = since.div_euclid(1000) * 1000;
    assert_eq!(seen.part(since, until), fixture.truth(expr, since, until).await);
}

#[tokio::test]
async fn a_range_then_what_is_new_and_a_head_that_is_of_now() {
    let fixture = Fixture::new().await;
    let began = now();
    for second in (1..20).rev() {
        fixture.store("a", began - second * 1000, second as f64).await;
    }
    let expr = "sum(up) + 1";
    let mut viewer = fixture.viewer(Scope::All);
    viewer.subscribe(last(promql(expr), 15_000)).await;
    let body = viewer.range().await;
    assert!(!body.keeps && body.notes.is_empty());
    assert_eq!((body.grid.step, body.grid.start % 1000), (1000, 0));
    let head = body.grid.time(body.grid.len - 1);
    assert!((began..=now() + 1000).contains(&head), "the end is current");
    assert_eq!(body.series[0].values.last(), Some(&2.0));

    // The head changes before its instant has come, and is settled once it has.
    for value in 1..4 {
        fixture.serve(f64::from(value * 100)).await;
        let expected = f64::from(value * 100 + 1).to_bits();
        viewer.until(|seen| seen.points.values().any(|bits| *bits == expected)).await;
    }
    let head = viewer.seen.newest();
    viewer.until(|seen| seen.newest() > head + 1000).await;
    assert_true(&fixture, &viewer.seen, expr, began - 14_000).await;
}

#[tokio::test]
async fn late_samples_and_ends_of_series_are_told() {
    let fixture = Fixture::new().await;
    let began = now();
    fixture.store("a", began - 50_000, 1.0).await;
    let mut viewer = fixture.watch_promql("up", 60_000).await;
    // Twenty seconds late.
    fixture.store("b", began - 20_000, 5.0).await;
    let delta = viewer.delta().await;
    assert_eq!(delta.new, [up("b")]);
    let first = (began - 20_000).div_euclid(1000) * 1000;
    assert!((first..=first + 1000).contains(&delta.grid.start), "{:?}", delta.grid);
    assert_true(&fixture, &viewer.seen, "up", began - 55_000).await;

    fixture.store("b", now() - 1500, STALE).await;
    let delta = viewer.delta().await;
    assert!(delta.grid.len >= 1 && delta.rows.iter().all(|row| row.series == 0), "{delta:?}");
    assert_true(&fixture, &viewer.seen, "up", began - 55_000).await;
    let newest = viewer.seen.newest();
    assert!(!viewer.seen.points.contains_key(&(up("b").to_string(), newest)));
}

#[tokio::test]
async fn only_the_newest_value_whenever_it_changed() {
    let fixture = Fixture::new().await;
    fixture.store("a", now(), 1.0).await;
    let mut viewer = fixture.viewer(Scope::All);
    let asked = Asked::Promql { expr: "up".to_owned(), instant: true };
    viewer.subscribe(last(asked.clone(), 60_000)).await;
    let body = viewer.range().await;
    assert_eq!((body.grid.len, body.series[0].values.as_slice()), (1, [1.0].as_slice()));
    // The same value again is nothing new.
    for _ in 0..2 {
        fixture.serve(1.0).await;
    }
    fixture.serve(2.0).await;
    let body = viewer.range().await;
    assert_eq!((body.keeps, body.grid.len, body.series[0].values.as_slice()), (false, 1, [2.0].as_slice()));

    // At the end of a fixed range.
    let mut fixed = fixture.viewer(Scope::All);
    let span = Span::Fixed { start: 0, end: now() - 400_000 };
    fixed.subscribe(Subscription { span, ..last(asked, 60_000) }).await;
    assert!(fixed.range().await.series.is_empty());
}

#[tokio::test]
async fn numbers_are_a_series_without_labels_and_fixed_ranges_are_answered_once() {
    let fixture = Fixture::new().await;
    let mut viewer = fixture.viewer(Scope::All);
    let span = Span::Fixed { start: 10_500, end: 13_500 };
    viewer.subscribe(Subscription { span, ..last(promql("time()"), 30_000) }).await;
    let body = viewer.range().await;
    assert_eq!(body.grid, Grid { start: 10_000, step: 1000, len: 5 });
    assert!(body.series[0].labels.is_empty());
    assert_eq!(body.series[0].values, [10.0, 11.0, 12.0, 13.0, 14.0]);
    assert_eq!(fixture.hub.stats().streams.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test]
async fn queries_that_look_at_the_end_are_told_whole() {
    let fixture = Fixture::new().await;
    fixture.store("a", now() - 10_000, 1.0).await;
    let mut viewer = fixture.watch_promql("up @ end()", 20_000).await;
    fixture.serve(2.0).await;
    let body = viewer.range().await;
    assert!(!body.keeps);
    assert!(body.series[0].values.iter().all(|value| value.to_bits() == 2.0_f64.to_bits()), "{body:?}");
}

#[tokio::test]
async fn whoever_comes_back_gets_the_gap() {
    let fixture = Fixture::new().await;
    fixture.store("a", now() - 5000, 1.0).await;
    let mut viewer = fixture.watch_promql("up", 30_000).await;
    let until = viewer.seen.newest();
    for (known, keeps) in [
        (Known { step: 1000, until }, true),
        (Known { step: 2000, until }, false),
        (Known { step: 1000, until: until + 60_000 }, false),
        (Known { step: 1000, until: 0 }, false),
    ] {
        viewer.subscribe(Subscription { known: Some(known), ..last(promql("up"), 30_000) }).await;
        let body = viewer.range().await;
        assert_eq!(body.keeps, keeps, "{known:?}");
        if keeps {
            assert!(body.grid.start <= until && body.grid.len < 10, "{:?}", body.grid);
        }
    }
}

#[tokio::test]
async fn of_too_many_series_the_first_are_shown() {
    let fixture = Fixture::new().await;
    let at = now();
    for host in ["e", "d", "c", "b", "a"] {
        fixture.store(host, at, 1.0).await;
    }
    let mut viewer = fixture.viewer(Scope::All);
    viewer.subscribe(last(promql("up"), 30_000)).await;
    let body = viewer.range().await;
    assert_eq!(super::labels(&body), ["a", "b", "c"].map(up));
    let [note] = body.notes.as_slice() else { panic!("{:?}", body.notes) };
    assert!(note.starts_with("2 series are left out"), "{note}");
}

#[tokio::test]
async fn warnings_travel_with_the_answer() {
    let fixture = Fixture::new().await;
    let at = now();
    fixture.store("a", at - 2000, 1.0).await;
    fixture.store("a", at - 1000, 2.0).await;
    let mut viewer = fixture.viewer(Scope::All);
    viewer.subscribe(last(promql("rate(up[1m])"), 30_000)).await;
    let notes = viewer.range().await.notes;
    assert!(notes.len() == 1 && notes[0].contains("might not be a counter"), "{notes:?}");
}

#[tokio::test]
async fn what_is_no_query_is_refused_with_its_place() {
    let fixture = Fixture::new().await;
    let mut viewer = fixture.viewer(Scope::All);
    let instant = |expr: &str| Asked::Promql { expr: expr.to_owned(), instant: true };
    let table = [
        (promql("sum(up"), "parse error", true),
        // Places are told in characters, not in bytes.
        (promql("up{host=\"ä\"} + foo(1)"), "unknown function", true),
        (promql("\"text\""), "invalid expression type", false),
        (promql("up[5m]"), "range vector", false),
        (instant("up[5m]"), "a range vector cannot be watched", false),
    ];
    for (asked, expected, placed) in table {
        viewer.subscribe(last(asked.clone(), 30_000)).await;
        let (sentence, position) = viewer.refusal().await;
        assert!(sentence.contains(expected), "{asked:?}: {sentence}");
        assert!(position.is_some() || !placed, "{asked:?}: {sentence}");
        if let Some((start, end)) = position {
            let Asked::Promql { expr, .. } = &asked else { panic!() };
            assert!(start <= end && end as usize <= expr.chars().count(), "{asked:?} {position:?}");
        }
    }
    let odd = Subscription { refresh: Refresh::Every(5), ..last(promql("up"), 30_000) };
    viewer.subscribe(odd).await;
    assert!(viewer.refusal().await.0.contains("1000 to 3600000 ms"));
}
