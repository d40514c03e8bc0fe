use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;

use super::*;

/// In a request of its own.
fn span(start: u64, end: u64, now: i64) -> Span {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    Span { start, end, now, request: REQUESTS.fetch_add(1, Ordering::Relaxed) }
}

#[test]
fn the_time_tells_how_a_delta_is_taken() {
    for (what, spans, expected) in [
        ("one after the other", [span(10, 20, 0), span(20, 30, 0)], Ok(12.0)),
        ("an unknown start", [span(0, 20, 0), span(0, 30, 0)], Ok(12.0)),
        ("a start no longer known", [span(10, 20, 0), span(0, 30, 0)], Ok(12.0)),
        ("a start known now", [span(0, 20, 0), span(20, 30, 0)], Ok(12.0)),
        ("a gap", [span(10, 20, 0), span(21, 30, 0)], Ok(12.0)),
        ("an overlap", [span(10, 20, 0), span(15, 30, 0)], Ok(12.0)),
        ("an overlap from the same start", [span(10, 20, 0), span(10, 30, 0)], Ok(12.0)),
        ("an older start", [span(10, 20, 0), span(9, 30, 0)], Err(Reason::OlderStart)),
        ("the same time, another value", [span(10, 20, 0), span(10, 20, 0)], Err(Reason::Twice)),
        ("an unknown start, another value", [span(0, 20, 0), span(0, 20, 0)], Err(Reason::Twice)),
        ("the same end", [span(10, 20, 0), span(15, 20, 0)], Err(Reason::Late)),
        ("out of order", [span(10, 20, 0), span(5, 10, 0)], Err(Reason::Late)),
        ("forgotten", [span(10, 20, 0), span(20, 30, 101)], Ok(5.0)),
        ("just not forgotten", [span(10, 20, 0), span(20, 30, 100)], Ok(12.0)),
        ("forgotten, then older", [span(10, 20, 0), span(5, 10, 101)], Ok(5.0)),
    ] {
        let mut deltas = Deltas::new(10, 100);
        assert_eq!(deltas.add_sum(1, spans[0], 7.0), Ok((7.0, None)));
        let second = deltas.add_sum(1, spans[1], 5.0);
        assert_eq!(second, expected.map(|total| (total, None)), "{what}");
    }
}

#[test]
fn a_new_series_was_zero_at_its_start() {
    const MILLI: u64 = 1_000_000;
    const HOUR: u64 = 3_600_000 * MILLI;
    for (what, start, end, since, zero) in [
        ("just so", 20 * MILLI, 30 * MILLI, 0, Some(21)),
        ("an unknown start", 0, 30 * MILLI, 0, None),
        ("an hour", MILLI, HOUR + MILLI, 0, Some(2)),
        ("more than an hour", MILLI, HOUR + MILLI + 1, 0, None),
        ("no time between", 20 * MILLI, 21 * MILLI, 0, None),
        ("a start after the end", 40 * MILLI, 30 * MILLI, 0, None),
        ("since then", 20 * MILLI, 30 * MILLI, 20, Some(21)),
        ("before totals were kept", 20 * MILLI, 30 * MILLI, 21, None),
    ] {
        let mut deltas = Deltas::new(10, 100).since(since);
        let first = || span(start, end, 0);
        let next = || span(end, end + 10 * MILLI, 0);
        let said = || Distribution { buckets: vec![(1.0, 7.0)], count: 7.0, sum: None };
        for time in ["first", "again"] {
            assert_eq!(deltas.add_sum(1, first(), 7.0), Ok((7.0, zero)), "{what}, {time}");
            assert_eq!(deltas.add_distribution(2, first(), &mut said(), true), Ok(zero), "{what}, {time}");
        }
        for time in ["next", "again"] {
            assert_eq!(deltas.add_sum(1, next(), 7.0), Ok((14.0, None)), "{what}, {time}");
            assert_eq!(deltas.add_distribution(2, next(), &mut said(), true), Ok(None), "{what}, {time}");
        }
    }
}

#[test]
fn a_delta_is_known_again_by_time_value_and_request() {
    let histogram = |sum, count| Distribution { buckets: vec![(1.0, count)], count, sum };
    for (sum, count, same) in
        [(Some(3.0), 2.0, true), (Some(4.0), 2.0, false), (Some(3.0), 1.0, false), (None, 2.0, false)]
    {
        let mut deltas = Deltas::new(10, 100);
        deltas.add_distribution(1, span(1, 2, 0), &mut histogram(Some(3.0), 2.0), true).unwrap();
        let again = deltas.add_distribution(1, span(1, 2, 0), &mut histogram(sum, count), true);
        assert_eq!(again.is_ok(), same, "{sum:?} {count}");
    }
    let mut deltas = Deltas::new(10, 100);
    let one = span(1, 2, 0);
    assert_eq!(deltas.add_sum(1, one, 7.0), Ok((7.0, None)));
    assert_eq!(deltas.add_sum(1, one, 7.0), Err(Reason::Twice), "in one request");
    assert_eq!(deltas.add_sum(1, span(1, 2, 0), 7.0), Ok((7.0, None)));
    assert_eq!(deltas.add_sum(1, span(2, 3, 0), 7.0), Ok((14.0, None)));
}

#[test]
fn totals_stay_numbers() {
    let mut deltas = Deltas::new(10, 100);
    let huge = |sum| Distribution { buckets: vec![], count: 1.0, sum: Some(sum) };
    assert_eq!(deltas.add_sum(1, span(1, 2, 0), 1e308), Ok((1e308, None)));
    assert_eq!(deltas.add_sum(1, span(2, 3, 0), 1e308), Err(Reason::Delta));
    assert_eq!(deltas.add_sum(1, span(2, 3, 0), 0.0), Ok((1e308, None)));
    assert_eq!(deltas.add_distribution(2, span(1, 2, 0), &mut huge(1e308), true), Ok(None));
    assert_eq!(deltas.add_distribution(2, span(2, 3, 0), &mut huge(1e308), true), Err(Reason::Delta));
}

#[test]
fn totals_do_not_grow_past_the_limit() {
    let of = |bounds: &[f64]| {
        let buckets = bounds.iter().map(|bound| (*bound, 1.0)).collect();
        Distribution { buckets, count: 9.0, sum: None }
    };
    for (fixed, second, fits) in [
        (false, &[1.0, 2.0, 4.0][..], true),
        (false, &[2.0, 4.0, 8.0], false),
        (false, &[4.0, 8.0], false),
        (true, &[1.0, 2.0, 3.0], true),
        (true, &[1.0, 2.0, 3.0, 4.0], false),
    ] {
        let mut deltas = Deltas::new(5, 100);
        deltas.add_distribution(1, span(1, 2, 0), &mut of(&[1.0, 2.0]), fixed).unwrap();
        let added = deltas.add_distribution(1, span(2, 3, 0), &mut of(second), fixed);
        let expected = if fits { Ok(None) } else { Err(Reason::TooManyDeltas) };
        assert_eq!(added, expected, "{fixed} {second:?}");
        assert_eq!(deltas.held(), if fits { 5 } else { 4 }, "{fixed} {second:?}");
    }
}

#[test]
fn what_cannot_be_added_spoils_nothing() {
    let mut deltas = Deltas::new(10, 100);
    assert_eq!(deltas.add_sum(1, span(1, 2, 0), 7.0), Ok((7.0, None)));
    assert_eq!(deltas.add_sum(1, span(2, 3, 0), f64::NAN), Err(Reason::Delta));
    let mut endless = Distribution { buckets: vec![], count: 1.0, sum: Some(f64::INFINITY) };
    assert_eq!(deltas.add_distribution(2, span(1, 2, 0), &mut endless, true), Err(Reason::Delta));
    assert_eq!(deltas.add_sum(1, span(2, 3, 0), 1.0), Ok((8.0, None)));
}

#[test]
fn the_limit_holds_until_some_are_forgotten() {
    let mut deltas = Deltas::new(5, 100);
    let mut histogram = Distribution { buckets: vec![(1.0, 2.0), (2.0, 3.0)], count: 5.0, sum: Some(6.0) };
    assert_eq!(deltas.add_sum(1, span(1, 2, 0), 1.0), Ok((1.0, None)));
    assert_eq!(deltas.add_distribution(2, span(1, 2, 50), &mut histogram, true), Ok(None));
    assert_eq!((deltas.len(), deltas.held()), (2, 5));
    assert_eq!(deltas.add_sum(3, span(1, 2, 60), 1.0), Err(Reason::TooManyDeltas));
    assert_eq!(deltas.add_sum(1, span(2, 3, 60), 1.0), Ok((2.0, None)), "known ones go on");
    deltas.sweep(155);
    assert_eq!((deltas.len(), deltas.held()), (1, 1));
    assert_eq!(deltas.add_sum(3, span(1, 2, 155), 1.0), Ok((1.0, None)));
}

#[test]
fn a_histogram_with_other_bounds_starts_anew() {
    let of = |bound| Distribution { buckets: vec![(bound, 2.0)], count: 3.0, sum: None };
    for (fixed, bound, expected) in [(true, 1.0, 6), (true, 2.0, 3), (false, 2.0, 6)] {
        let mut deltas = Deltas::new(10, 100);
        deltas.add_distribution(1, span(1, 2, 0), &mut of(1.0), fixed).unwrap();
        let mut second = of(bound);
        deltas.add_distribution(1, span(2, 3, 0), &mut second, fixed).unwrap();
        assert_eq!(second.count as u32, expected, "{fixed} {bound}");
        assert_eq!(deltas.held(), 2 + second.buckets.len());
    }
}

/// What a sender does between two requests.
#[derive(Clone, Debug)]
enum Step {
    /// Counts so many in so many nanoseconds, from the end of the last.
    Next(u8, u16),
    /// Counts nothing, or restarts, for so many nanoseconds.
    Pause(u16),
    /// Sends the last again.
    Again,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (1_u8.., any::<u16>()).prop_map(|(time, count)| Step::Next(time, count)),
        1 => (1_u16..).prop_map(Step::Pause),
        1 => Just(Step::Again),
    ];
    proptest::collection::vec(step, 1..60)
}

proptest! {
    #[test]
    fn a_total_is_the_sum_of_all_that_was_sent(steps in steps()) {
        let mut deltas = Deltas::new(10, 1000);
        let (mut start, mut end, mut total, mut sent) = (1000_u64, 1000_u64, 0.0, None);
        for step in steps {
            match step {
                Step::Next(time, count) => {
                    end += u64::from(time);
                    total += f64::from(count);
                    let now = span(start, end, 0);
                    let added = deltas.add_sum(7, now, f64::from(count));
                    prop_assert_eq!(added, Ok((total, None)));
                    let mut histogram = Distribution {
                        buckets: vec![(1.0, f64::from(count))],
                        count: f64::from(count),
                        sum: Some(f64::from(count)),
                    };
                    deltas.add_distribution(8, now, &mut histogram, true).unwrap();
                    let expected =
                        Distribution { buckets: vec![(1.0, total)], count: total, sum: Some(total) };
                    prop_assert_eq!(histogram, expected);
                    (sent, start) = (Some((now, f64::from(count))), end);
                }
                Step::Pause(pause) => {
                    start += u64::from(pause);
                    end = start;
                }
                Step::Again => if let Some((again, count)) = sent {
                    let again = span(again.start, again.end, 0);
                    prop_assert_eq!(deltas.add_sum(7, again, count), Ok((total, None)));
                }
            }
        }
        prop_assert!(deltas.len() <= 2);
    }
}
