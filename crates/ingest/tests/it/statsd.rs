//! Lines of StatsD in, series out, over several flushes.

use proptest::prelude::*;
use watchfire_ingest::statsd::{Aggregator, LineError, StatsdKind, Taken};
use watchfire_model::{Batch, MetadataKind};

use StatsdKind::{Counter, Distribution, Gauge, Set, Timing};

/// An hour, in milliseconds.
const IDLE: i64 = 3_600_000;

/// Series with the values of `now` alone, sorted.
fn samples(batch: &Batch, now: i64) -> Vec<String> {
    let of_now = batch.iter().filter(|(_, sample)| sample.timestamp == now);
    let mut all: Vec<String> =
        of_now.map(|(labels, sample)| format!("{} {}", labels.unwrap(), sample.value)).collect();
    all.sort();
    all
}

/// Series with times and values, sorted by series.
fn timed(batch: &Batch) -> Vec<String> {
    let mut all: Vec<(String, i64, f64)> =
        batch.iter().map(|(labels, at)| (labels.unwrap().to_string(), at.timestamp, at.value)).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all.into_iter().map(|(labels, timestamp, value)| format!("{labels} {timestamp} {value}")).collect()
}

/// What is wrong with the only bad line.
fn refused(taken: Taken) -> LineError {
    assert_eq!((taken.values, taken.bad_lines), (0, 1));
    taken.first_error.unwrap()
}

#[test]
fn events_become_series() {
    let mut aggregator = Aggregator::new(100, IDLE);
    let datagram = b"api.hits:1|c|#env:prod,canary\napi.hits:2|c|@0.5|#env:prod,canary\nload:5|g\nload:-2|g\n\nusers:a|s\nusers:b|s\nusers:a|s\n";
    assert_eq!(aggregator.take(datagram, 1000), Taken { values: 7, ..Taken::default() });
    let first = [r#"api_hits_total{canary="true",env="prod"} 5"#, "load 3", "users 2"];
    assert_eq!(samples(&aggregator.flush(2000), 2000), first);
    aggregator.take(b"api.hits:1|c|#env:prod,canary", 3000);
    let second = [r#"api_hits_total{canary="true",env="prod"} 6"#, "load 3", "users 0"];
    assert_eq!(samples(&aggregator.flush(4000), 4000), second);
}

#[test]
fn idle_series_are_written_until_they_leave() {
    let mut aggregator = Aggregator::new(100, 1000);
    aggregator.take(b"hits:4|c\nload:5|g\nusers:a|s\nsize:3|d", 0);
    assert_eq!(samples(&aggregator.flush(10), 10)[..2], ["hits_total 4", "load 5"]);
    for now in [500, 1000] {
        let all = samples(&aggregator.flush(now), now);
        for line in ["hits_total 4", "load 5", "users 0", r#"size_bucket{le="5"} 1"#, "size_count 1"] {
            assert!(all.contains(&line.to_owned()), "{line} is not in {all:#?}");
        }
    }
    let gone = aggregator.flush(1001);
    assert!(gone.is_empty() && aggregator.is_empty(), "{gone:?}");
    // Nothing is left of the names either.
    assert_eq!(aggregator.take(b"hits_total:1|g", 1002).values, 1);
    // What came is flushed once, however late that is.
    assert_eq!(timed(&aggregator.flush(9999)), ["hits_total 9999 1"]);
    assert!(aggregator.flush(10_000).is_empty());
}

#[test]
fn what_rises_begins_with_zero() {
    let mut aggregator = Aggregator::new(100, IDLE);
    aggregator.take(b"hits:3|c\nload:5|g", 1000);
    aggregator.take(b"users:a|s", 1500);
    assert_eq!(
        timed(&aggregator.flush(2000)),
        ["hits_total 1000 0", "hits_total 2000 3", "load 2000 5", "users 2000 1"]
    );
    aggregator.take(b"hits:1|c\nmore:2|c\nsize:7|d", 2500);
    let all = timed(&aggregator.flush(3000));
    assert_eq!(all[..3], ["hits_total 3000 4", "load 3000 5", "more_total 2000 0"]);
    for line in [
        r#"size_bucket{le="10"} 2000 0"#,
        r#"size_bucket{le="10"} 3000 1"#,
        "size_count 2000 0",
        "size_count 3000 1",
        "size_sum 2000 0",
        "size_sum 3000 7",
    ] {
        assert!(all.contains(&line.to_owned()), "{line} is not in {all:#?}");
    }
    // A clock that was set back has no time before.
    aggregator.take(b"late:1|c", 2000);
    let back = timed(&aggregator.flush(2500));
    assert_eq!(
        back.iter().filter(|line| line.starts_with("late")).collect::<Vec<_>>(),
        ["late_total 2500 1"]
    );
    let on = timed(&aggregator.flush(3500));
    assert_eq!(on.iter().filter(|line| line.starts_with("late")).collect::<Vec<_>>(), ["late_total 3500 1"]);
}

#[test]
fn one_final_name_is_one_series() {
    let table: [(&[u8], &[&str]); 5] = [
        (b"api.hits:1|c\napi-hits:2|c\napi_hits_total:4|c", &["api_hits_total 7"]),
        (b"load:1|g|#a:1,b:2\nload:+2|g|#b:2,a:1,a:3", &[r#"load{a="1",b="2"} 3"#]),
        (b"load:1|g|#a-b:1\nload:+2|g|#a.b:1,empty:,,", &[r#"load{a_b="1"} 3"#]),
        (b"load:1|g|#canary\nload:+2|g|#canary:true", &[r#"load{canary="true"} 3"#]),
        // A name that was sent as a counter and as a gauge is stored as two.
        (b"hits:1|c\nhits:5|g", &["hits 5", "hits_total 1"]),
    ];
    for (datagram, expected) in table {
        let mut aggregator = Aggregator::new(100, IDLE);
        assert_eq!(aggregator.take(datagram, 0).bad_lines, 0);
        assert_eq!(samples(&aggregator.flush(1), 1), expected);
        assert_eq!(aggregator.len(), expected.len());
    }
    // Buckets have an `le` of their own.
    let mut aggregator = Aggregator::new(100, IDLE);
    aggregator.take(b"size:1|d|#le:1\nsize:1|h|#le:2\nquery:1|ms\nquery_seconds:2000|ms", 0);
    assert_eq!(aggregator.len(), 2);
    let all = samples(&aggregator.flush(1), 1);
    for line in ["size_count 2", r#"size_bucket{le="1"} 2"#, "query_seconds_count 2"] {
        assert!(all.contains(&line.to_owned()), "{line} is not in {all:#?}");
    }
}

#[test]
fn a_name_is_of_its_first_kind() {
    let table = [
        ("hits:1|c", "hits_total:5|g", "hits_total", Counter, Gauge),
        ("hits_total:5|g", "hits:1|c", "hits_total", Gauge, Counter),
        // Also with other labels: a metric has one kind.
        ("load:1|g|#a:1", "load:x|s|#a:2", "load", Gauge, Set),
        ("query_seconds:1|d", "query:1|ms", "query_seconds", Distribution, Timing),
        ("size:1|d", "size:1|g", "size", Distribution, Gauge),
        ("size:1|d", "size_count:1|g", "size_count", Distribution, Gauge),
        ("size_sum:1|g", "size:1|h", "size_sum", Gauge, Distribution),
        ("query.seconds.bucket:a|s", "query:1|ms", "query_seconds_bucket", Set, Timing),
        ("query:1|ms", "query.seconds.bucket:1|g|#le:1", "query_seconds_bucket", Timing, Gauge),
    ];
    for (one, other, metric, first, second) in table {
        let mut aggregator = Aggregator::new(100, 1000);
        assert_eq!(aggregator.take(one.as_bytes(), 0).values, 1);
        let error = refused(aggregator.take(other.as_bytes(), 0));
        assert_eq!(
            error,
            LineError::OtherKind { metric: metric.to_owned(), first, second },
            "{one}, {other}"
        );
        assert_eq!(aggregator.len(), 1, "{one}, {other}");
        assert_eq!(aggregator.take(one.as_bytes(), 0).values, 1, "the first kind goes on: {one}");
        // The name is free when its series have left.
        aggregator.flush(0);
        aggregator.flush(5000);
        assert_eq!(aggregator.take(other.as_bytes(), 5000).values, 1, "{one}, {other}");
    }
    let error = LineError::OtherKind { metric: "hits_total".to_owned(), first: Counter, second: Gauge };
    assert_eq!(
        error.to_string(),
        "hits_total already belongs to a counter; send the gauge under another name"
    );
}

#[test]
fn a_metric_is_described_once() {
    let mut aggregator = Aggregator::new(100, IDLE);
    aggregator.take(b"hits:1|c|#a:1\nhits:1|c|#a:2\nhits:1|g\nquery:1|ms\nusers:a|s", 0);
    let mut all: Vec<_> =
        aggregator.flush(1).metadata.into_iter().map(|one| (one.metric, one.kind)).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("hits", MetadataKind::Gauge),
        ("hits_total", MetadataKind::Counter),
        ("query_seconds", MetadataKind::Histogram),
        ("users", MetadataKind::Gauge),
    ];
    assert_eq!(all, expected.map(|(metric, kind)| (metric.to_owned(), kind)));
}

#[test]
fn totals_stay_finite() {
    let table = [
        ("hits:2|c", "hits:1e308:1e308|c", "hits_total 2"),
        ("hits:2|c", "hits:1e305|c|@0.000001", "hits_total 2"),
        ("load:1e308|g", "load:+1e308|g", "load 100000000000000000000"),
        ("load:-1e308|g", "load:-1e308|g", "load -100000000000000000000"),
        ("size:2|d", "size:1:1e308:1e308|d", "size_sum 2"),
        ("size:2|d", "size:1:1e308:1e308|d", "size_count 1"),
        ("query:2000|ms", "query:1e308|ms|@0.000001", "query_seconds_sum 2"),
    ];
    for (good, bad, expected) in table {
        let mut aggregator = Aggregator::new(100, IDLE);
        aggregator.take(good.as_bytes(), 0);
        assert_eq!(refused(aggregator.take(bad.as_bytes(), 0)), LineError::TooLarge, "{bad}");
        let all = samples(&aggregator.flush(1), 1);
        assert!(all.iter().any(|line| line.starts_with(expected)), "{expected} is not in {all:#?}");
    }
    // A line that is refused leaves no series behind, and does not take its name.
    let mut aggregator = Aggregator::new(100, IDLE);
    refused(aggregator.take(b"hits:1e308:1e308|c", 0));
    assert!(aggregator.is_empty());
    assert_eq!(aggregator.take(b"hits_total:-1|g", 0).values, 1);
}

#[test]
fn members_of_sets_take_room() {
    let mut aggregator = Aggregator::new(4, IDLE);
    let taken = aggregator.take(b"users:a:b|s\nusers:a|s\nusers:c|s\nusers:d|s\nother:1|c\nusers:b|s", 0);
    assert_eq!((taken.values, taken.too_many), (5, 2));
    assert_eq!(samples(&aggregator.flush(1), 1), ["users 3"]);
    assert_eq!(aggregator.take(b"other:1|c\nusers:d|s", 2).values, 2);
    assert_eq!(samples(&aggregator.flush(3), 3), ["other_total 1", "users 1"]);
    // A set without room for a member is not there.
    let mut aggregator = Aggregator::new(1, IDLE);
    assert_eq!(aggregator.take(b"users:a|s", 0), Taken { too_many: 1, ..Taken::default() });
    assert!(aggregator.is_empty());
}

#[test]
fn timings_are_histograms_in_seconds() {
    let mut aggregator = Aggregator::new(100, IDLE);
    aggregator.take(b"query.time:40:700|ms\nquery.time:40|ms|@0.5", 0);
    let all = samples(&aggregator.flush(1), 1);
    for line in [
        r#"query_time_seconds_bucket{le="0.025"} 0"#,
        r#"query_time_seconds_bucket{le="0.05"} 3"#,
        r#"query_time_seconds_bucket{le="1"} 4"#,
        r#"query_time_seconds_bucket{le="+Inf"} 4"#,
        "query_time_seconds_count 4",
        "query_time_seconds_sum 0.82",
    ] {
        assert!(all.contains(&line.to_owned()), "{line} is not in {all:#?}");
    }
}

#[test]
fn names_are_cleaned_and_series_bounded() {
    let mut aggregator = Aggregator::new(2, 10);
    let taken = aggregator.take("1st.größe:1|g|#__name__:x,a-b:c\nb:1|c\nc:1|c\nb:1|c\nbad".as_bytes(), 0);
    assert_eq!((taken.values, taken.too_many, taken.bad_lines), (3, 1, 1));
    assert_eq!(taken.first_error, Some(LineError::NoName));
    assert_eq!(samples(&aggregator.flush(5), 5), [r#"_1st_gr__e{a_b="c"} 1"#, "b_total 2"]);
    aggregator.flush(11);
    assert!(aggregator.is_empty(), "idle for long enough");
    assert_eq!(aggregator.take(b"c:1|c", 12).too_many, 0);
}

/// Lines whose names, kinds and tags collide often.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let name = prop::sample::select(vec!["a", "a_total", "a.sum", "a_seconds", "a-seconds_count"]);
    let value = prop::sample::select(vec!["1", "-1", "+3", "1e308", "nan"]);
    let kind = prop::sample::select(vec!["c", "g", "ms", "d", "s"]);
    let rest = prop::sample::select(vec!["", "|#x:1", "|#le:1", "|#x.y,x:1", "|@1e-6", "|@0.1|#x:1,", "|T1"]);
    let line = (name, value, kind, rest)
        .prop_map(|(name, value, kind, rest)| format!("{name}:{value}|{kind}{rest}"));
    prop::collection::vec(line, 1..40)
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut aggregator = Aggregator::new(10, 10);
        aggregator.take(&bytes, 0);
        let batch = aggregator.flush(1);
        prop_assert!(batch.iter().all(|(labels, sample)| labels.is_ok() && sample.value.is_finite()));
    }

    #[test]
    fn no_two_write_one_series(datagrams in prop::collection::vec(lines(), 1..4)) {
        let mut aggregator = Aggregator::new(50, 20);
        for (at, lines) in datagrams.iter().enumerate() {
            let now = at as i64 * 15;
            let taken = aggregator.take(lines.join("\n").as_bytes(), now);
            prop_assert_eq!(taken.values + taken.bad_lines, lines.len());
            let batch = aggregator.flush(now + 1);
            let mut names: Vec<String> =
                batch.series.iter().map(|series| batch.labels(series).unwrap().to_string()).collect();
            names.sort();
            let written = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), written);
            prop_assert!(batch.values.iter().all(|value| value.is_finite()));
        }
    }

    #[test]
    fn a_counter_is_the_sum_of_its_events(values in proptest::collection::vec(0_u32..1000, 1..50)) {
        let mut aggregator = Aggregator::new(10, 10);
        for value in &values {
            aggregator.take(format!("hits:{value}|c").as_bytes(), 0);
        }
        let total: u32 = values.iter().sum();
        prop_assert_eq!(aggregator.flush(1).values, [0.0, f64::from(total)]);
    }
}
