//! Answers from rollups: what selections allow, and what comes out where rollups are all that is left.

mod exact;
mod store;

use watchfire_model::{Labels, STALE};
use watchfire_promql::{Answer, EvalError, Limits, Params, Query, Selection, Stop, Value, parse};

use store::Rolled;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 1970-01-21: a day at whose start all buckets end.
const START: i64 = 20 * DAY;
const LIMITS: Limits = Limits { max_samples: 1_000_000, max_series: 1000 };

/// One step where `step` is 0.
fn params(start: i64, end: i64, step: i64) -> Params {
    Params { start, end, step, lookback: 5 * MINUTE, default_subquery_step: MINUTE, experimental: true }
}

fn plan(text: &str, params: Params) -> Query {
    Query::new(parse(text).unwrap(), params).unwrap().with_text(text)
}

fn evaluate(query: &Query, fetch: impl Fn(&Selection) -> Vec<Rolled>) -> Answer {
    let data: Vec<Vec<Rolled>> = query.selections().iter().map(fetch).collect();
    query.evaluate(&data, &LIMITS, &|| None).unwrap()
}

/// Every value with its series and its time, which is 0 at the time of an instant query.
fn values(answer: &Answer) -> Vec<(String, i64, f64)> {
    match &answer.value {
        Value::Vector(samples) => {
            samples.iter().map(|(labels, value)| (labels.to_string(), 0, *value)).collect()
        }
        Value::Matrix(series) => series
            .iter()
            .flat_map(|series| {
                let points = series.timestamps.iter().zip(&series.values);
                points.map(|(time, value)| (series.labels.to_string(), *time, *value))
            })
            .collect(),
        other => panic!("no series: {other:?}"),
    }
}

/// A counter that is 1 after the first minute of three days and rises by 1 each minute. Two days are rolled up.
fn minutes(widths: &[(i64, i64)]) -> Rolled {
    let samples = (1..=3 * 1440_i32).map(|minute| (START + i64::from(minute) * MINUTE, f64::from(minute)));
    Rolled {
        labels: Labels::of("m_total", [("a", "b")]).unwrap(),
        samples: samples.collect(),
        widths: widths.to_vec(),
    }
}

const HOURLY: [(i64, i64); 1] = [(START + 2 * DAY, HOUR)];
const HOURLY_NOTE: &str = "PromQL info: samples before 1970-01-23T00:00:00Z are kept as rollups of 1h, and the answer there is approximate";

#[test]
fn selections_allow_buckets_that_fit_all_ranges() {
    let hourly = params(START, START + DAY, HOUR);
    let daily = params(START, START + 3 * DAY, DAY);
    let odd = params(START + 1, START + 1, 0);
    let table: &[(&str, Params, &[Option<i64>])] = &[
        ("rate(m[2h])", hourly, &[Some(HOUR)]),
        ("rate(m[90m])", hourly, &[Some(5 * MINUTE)]),
        ("rate(m[91m])", hourly, &[None]),
        ("rate(m[2h] offset 5m)", hourly, &[Some(5 * MINUTE)]),
        ("rate(m[2h] offset 1m)", hourly, &[None]),
        ("sum_over_time((m[2d]))", daily, &[Some(DAY)]),
        ("sum_over_time(m[2d])", odd, &[None]),
        ("sum_over_time(m[2d] @ 86400)", odd, &[Some(DAY)]),
        ("absent_over_time(m[1h])", daily, &[Some(HOUR)]),
        ("absent_over_time(m[1h:1m])", daily, &[None]),
        ("max_over_time(rate(m[10m])[1d:5m])", daily, &[Some(5 * MINUTE)]),
        ("m", daily, &[Some(DAY)]),
        ("timestamp(m)", hourly, &[Some(HOUR)]),
        ("m", Params { lookback: 2 * HOUR, ..hourly }, &[None]),
        ("m", Params { lookback: 2 * HOUR, ..daily }, &[Some(DAY)]),
        ("m", odd, &[None]),
        ("changes(m[1h])", hourly, &[None]),
        ("quantile_over_time(0.5, m[1h])", hourly, &[None]),
        ("m[1h]", params(START, START, 0), &[None]),
        // The same series and times, asked for in two ways and in one.
        ("rate(m[1h]) + changes(m[1h])", hourly, &[Some(HOUR), None]),
        ("rate(m[1h]) + max_over_time(m[1h])", hourly, &[Some(HOUR)]),
    ];
    for (text, params, expected) in table {
        let query = plan(text, *params);
        let found: Vec<Option<i64>> = query.selections().iter().map(|selection| selection.buckets).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

/// At 10:15, between the ends of hourly buckets: from 10:00 to 11:00 the counter goes from 601 to 660.
#[test]
fn ranges_between_bucket_ends_are_approximate() {
    let table = [
        ("increase(m_total[30m])", Some(30.0)),
        ("rate(m_total[30m]) * 60", Some(1.0)),
        ("delta(m_total[30m])", Some(30.0)),
        ("sum_over_time(m_total[30m])", Some(630.5 * 30.0)),
        ("count_over_time(m_total[30m])", Some(30.0)),
        ("avg_over_time(m_total[30m])", Some(630.5)),
        ("min_over_time(m_total[30m])", Some(601.0)),
        ("max_over_time(m_total[30m])", Some(660.0)),
        ("last_over_time(m_total[30m])", Some(660.0)),
        ("first_over_time(m_total[30m])", Some(601.0)),
        ("present_over_time(m_total[30m])", Some(1.0)),
        ("absent_over_time(m_total[30m])", None),
        // Two buckets, of which the range is three quarters.
        ("count_over_time(m_total[90m])", Some(90.0)),
        ("increase(m_total[90m])", Some(90.0)),
        ("min_over_time(m_total[90m])", Some(541.0)),
        // Only samples would do: there are the last ones of the two buckets that ended.
        ("changes(m_total[2h])", Some(1.0)),
        ("stddev_over_time(m_total[2h])", Some(30.0)),
        // At 10:10 and 10:15.
        ("sum_over_time(count_over_time(m_total[30m])[10m:5m])", Some(60.0)),
    ];
    for (text, expected) in table {
        let time = START + 10 * HOUR + 15 * MINUTE;
        let answer = evaluate(&plan(text, params(time, time, 0)), |_| vec![minutes(&HOURLY)]);
        let found: Vec<f64> = values(&answer).into_iter().map(|(_, _, value)| value).collect();
        match (found.as_slice(), expected) {
            ([], None) => {}
            ([found], Some(expected)) if (found - expected).abs() < 1e-9 * expected => {}
            _ => panic!("{text}: {found:?}"),
        }
        let column = text.find("m_total").unwrap() + 1;
        assert_eq!(answer.infos, [format!("{HOURLY_NOTE} (1:{column})")], "{text}");
    }
    // At 10:00 a range of whole hours is exact.
    let exact = plan("sum_over_time(m_total[2h])", params(START + 10 * HOUR, 0, 0));
    let answer = evaluate(&exact, |_| vec![minutes(&HOURLY)]);
    assert_eq!((values(&answer)[0].2, answer.infos.len()), (540.5 * 120.0, 0));
}

#[test]
fn days_hours_and_samples_in_one_query() {
    let widths = [(START + DAY, DAY), (START + 2 * DAY, HOUR)];
    // At noon of each day, over an hour: of the first day there is only the whole.
    let (first, last) = (START + 12 * HOUR, START + 60 * HOUR);
    let query = plan("sum_over_time(m_total[1h])", params(first, last, DAY));
    let answer = evaluate(&query, |_| vec![minutes(&widths)]);
    let day = 1440.0 * 1441.0 / 2.0;
    let found: Vec<f64> = values(&answer).into_iter().map(|(_, _, value)| value).collect();
    assert_eq!(found, [day / 24.0, 60.0 * 2130.5, 60.0 * 3570.5]);
    let note = "PromQL info: samples before 1970-01-22T00:00:00Z are kept as rollups of 1d, and the answer there is approximate (1:15)";
    assert_eq!(answer.infos, [note]);
}

#[test]
fn instants_look_back_over_a_bucket() {
    let at = |hour: i64, minute: i64| START + hour * HOUR + minute * MINUTE;
    let table = [
        // first and last time, step, values, whether it is approximate
        (at(10, 15), at(10, 15), 0, vec![600.0], true),
        (at(10, 0), at(10, 0), 0, vec![600.0], false),
        (at(10, 0), at(12, 0), HOUR, vec![600.0, 660.0, 720.0], false),
        (at(10, 0), at(11, 0), 30 * MINUTE, vec![600.0, 600.0, 660.0], true),
        (at(47, 30), at(48, 30), 30 * MINUTE, vec![2820.0, 2880.0, 2910.0], true),
        (at(48, 30), at(49, 0), 30 * MINUTE, vec![2910.0, 2940.0], false),
        (at(48, 30), at(48, 30), 0, vec![2910.0], false),
    ];
    for (first, last, step, expected, approximate) in table {
        for text in ["m_total", "(timestamp(m_total) - 1728000) / 60"] {
            let query = plan(text, params(first, last, step));
            let answer = evaluate(&query, |_| {
                vec![
                    minutes(&HOURLY),
                    Rolled { labels: Labels::of("m_total", [("a", "c")]).unwrap(), ..minutes(&HOURLY) },
                ]
            });
            let found: Vec<f64> = values(&answer).into_iter().map(|(_, _, value)| value).collect();
            assert_eq!(found, [expected.clone(), expected.clone()].concat(), "{text} {first}");
            let column = text.find("m_total").unwrap() + 1;
            let note = format!("{HOURLY_NOTE} (1:{column})");
            assert_eq!(answer.infos, if approximate { vec![note] } else { vec![] }, "{text} {first}");
        }
    }
}

#[test]
fn a_series_that_ended_in_its_bucket_is_gone() {
    let end = START + 10 * HOUR + 20 * MINUTE;
    let mut ended = minutes(&HOURLY);
    ended.samples.retain(|(time, _)| *time <= end);
    let mut marked = ended.clone();
    marked.samples.push((end + MINUTE, STALE));
    // At 11:15, an hour back to a sample of 10:20.
    let time = START + 11 * HOUR + 15 * MINUTE;
    for (series, expected) in [(ended, 1), (marked, 0)] {
        for query in [plan("m_total", params(time, time, 0)), plan("m_total", params(time, time + 1, 1))] {
            let found = values(&evaluate(&query, |_| vec![series.clone()]));
            assert_eq!(found.iter().filter(|(_, at, _)| *at == 0 || *at == time).count(), expected);
        }
    }
}

#[test]
fn rollups_count_and_can_be_stopped() {
    let query = plan("rate(m_total[30m])", params(START + 10 * HOUR, START + 40 * HOUR, MINUTE));
    let data = [vec![minutes(&HOURLY); 100]];
    let answer = query.evaluate(&data, &LIMITS, &|| None).unwrap();
    // The buckets that end from 10:00 to 16:00 of the next day.
    assert_eq!(answer.samples, 31 * 100);
    let few = Limits { max_samples: 20, ..LIMITS };
    let error = query.evaluate(&data, &few, &|| None).unwrap_err();
    assert_eq!(error, EvalError::TooManySamples("query execution"));
    let long = plan("rate(m_total[10h10m])", params(START + 10 * HOUR, START + 40 * HOUR, MINUTE));
    let asked = std::cell::Cell::new(0);
    let stop = || {
        asked.set(asked.get() + 1);
        (asked.get() > 5).then_some(Stop::Canceled)
    };
    assert!(long.evaluate(&data, &LIMITS, &stop).is_err());
}
