//! Time intervals: what lies in them, when that changes, and what is refused.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use watchfire_alerting::TimeInterval;
use watchfire_alerting::time_interval::next_change;

fn interval(json: serde_json::Value) -> TimeInterval {
    serde_json::from_value(json).unwrap()
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn shown(at: i64) -> String {
    Timestamp::from_millisecond(at).unwrap().to_string()
}

#[test]
fn what_lies_in_it() {
    let office =
        json!({"times": [{"start_time": "09:00", "end_time": "17:00"}], "weekdays": ["monday:friday"]});
    let sydney =
        json!({"times": [{"start_time": "09:00", "end_time": "17:00"}], "location": "Australia/Sydney"});
    let month_end = json!({"days_of_month": ["-3:-1"]});
    let thirty_first = json!({"days_of_month": ["31"]});
    let long = json!({"days_of_month": ["1:31"], "months": ["february"]});
    let before_end = json!({"days_of_month": ["25:-2"]});
    let spring = json!({"months": ["march:may", "12"], "years": ["2025:2026", "2030"]});
    let late = json!({"times": [{"start_time": "23:30", "end_time": "24:00"}]});
    for (interval_json, instant, expected) in [
        (json!({}), "2026-03-02T12:00:00Z", true),
        (office.clone(), "2026-03-02T08:59:59.999Z", false),
        (office.clone(), "2026-03-02T09:00:00Z", true),
        (office.clone(), "2026-03-02T16:59:59.999Z", true),
        (office.clone(), "2026-03-02T17:00:00Z", false),
        (office.clone(), "2026-03-01T12:00:00Z", false),
        (office, "2026-03-07T12:00:00Z", false),
        (sydney.clone(), "2026-01-01T22:00:00Z", true),
        (sydney, "2026-07-01T22:30:00Z", false),
        (month_end.clone(), "2026-02-26T00:00:00Z", true),
        (month_end.clone(), "2026-02-25T00:00:00Z", false),
        (month_end, "2028-02-26T00:00:00Z", false),
        (thirty_first.clone(), "2026-04-30T12:00:00Z", false),
        (thirty_first, "2026-05-31T12:00:00Z", true),
        (long, "2026-02-28T12:00:00Z", true),
        (before_end.clone(), "2026-04-30T12:00:00Z", false),
        (before_end, "2026-04-29T12:00:00Z", true),
        (spring.clone(), "2026-05-31T23:59:59Z", true),
        (spring.clone(), "2026-12-01T00:00:00Z", true),
        (spring.clone(), "2027-04-01T00:00:00Z", false),
        (spring, "2026-06-01T00:00:00Z", false),
        (late.clone(), "2026-06-01T23:59:59.999Z", true),
        (late, "2026-06-02T00:00:00Z", false),
    ] {
        let contains = interval(interval_json.clone()).contains(at(instant));
        assert_eq!(contains, expected, "{interval_json} {instant}");
    }
    // Beyond the calendar there is nothing.
    assert!(!TimeInterval::default().contains(i64::MAX));
}

#[test]
fn when_it_changes() {
    let office = json!({"times": [{"start_time": "09:00", "end_time": "17:00"}], "weekdays": ["monday:friday"], "location": "Europe/Berlin"});
    let weekend = json!({"weekdays": ["sunday", "saturday"]});
    // Skipped on 2026-03-29, there twice on 2026-10-25.
    let night = json!({"times": [{"start_time": "02:15", "end_time": "02:45"}], "location": "Europe/Berlin"});
    let evening =
        json!({"times": [{"start_time": "04:18", "end_time": "24:00"}], "location": "Europe/Berlin"});
    let leap = json!({"days_of_month": ["29"], "months": ["february"], "weekdays": ["monday"]});
    let past = json!({"years": ["2020"]});
    let whole = json!({"times": [{"start_time": "00:00", "end_time": "12:00"}, {"start_time": "12:00", "end_time": "24:00"}]});
    for (interval_json, instant, expected) in [
        (office.clone(), "2026-03-02T12:00:00Z", Some("2026-03-02T16:00:00Z")),
        (office.clone(), "2026-03-27T16:00:00Z", Some("2026-03-30T07:00:00Z")),
        (office, "2026-03-02T07:59:59Z", Some("2026-03-02T08:00:00Z")),
        (weekend.clone(), "2026-03-04T12:00:00Z", Some("2026-03-07T00:00:00Z")),
        (weekend, "2026-03-07T00:00:00Z", Some("2026-03-09T00:00:00Z")),
        (night.clone(), "2026-03-28T12:00:00Z", Some("2026-03-30T00:15:00Z")),
        (night.clone(), "2026-10-25T00:00:00Z", Some("2026-10-25T00:15:00Z")),
        (night.clone(), "2026-10-25T00:20:00Z", Some("2026-10-25T00:45:00Z")),
        (night, "2026-10-25T00:45:00Z", Some("2026-10-25T01:15:00Z")),
        // The night before clocks are changed.
        (evening, "2026-03-28T04:00:00Z", Some("2026-03-28T23:00:00Z")),
        (leap, "2072-03-01T00:00:00Z", Some("2112-02-29T00:00:00Z")),
        (past, "2026-01-01T00:00:00Z", None),
        (whole, "2026-01-01T00:00:00Z", None),
        (json!({}), "2026-01-01T00:00:00Z", None),
    ] {
        let next = interval(interval_json.clone()).next_change(at(instant)).map(shown);
        assert_eq!(next.as_deref(), expected, "{interval_json} {instant}");
    }
}

#[test]
fn several_together() {
    let nights = [
        interval(json!({"times": [{"start_time": "22:00", "end_time": "24:00"}]})),
        interval(json!({"times": [{"start_time": "00:00", "end_time": "06:00"}]})),
        interval(json!({"weekdays": ["sunday"]})),
    ];
    for (instant, expected) in [
        ("2026-03-04T23:00:00Z", "2026-03-05T06:00:00Z"),
        ("2026-03-05T06:00:00Z", "2026-03-05T22:00:00Z"),
        ("2026-03-07T22:00:00Z", "2026-03-09T06:00:00Z"),
    ] {
        assert_eq!(next_change(&nights, at(instant)).map(shown).as_deref(), Some(expected), "{instant}");
    }
    assert_eq!(next_change(&[], 0), None);
    let always = [interval(json!({})), interval(json!({"weekdays": ["monday"]}))];
    assert_eq!(next_change(&always, 0), None);
}

#[test]
fn what_is_refused() {
    for (json, reason) in [
        (json!({"times": [{"start_time": "09:00"}]}), "both start_time and end_time are needed"),
        (json!({"times": [{"start_time": "9:00", "end_time": "10:00"}]}), "\"9:00\" is not a time"),
        (json!({"times": [{"start_time": "09:60", "end_time": "10:00"}]}), "\"09:60\" is not a time"),
        (json!({"times": [{"start_time": "09:00", "end_time": "24:01"}]}), "\"24:01\" is not a time"),
        (json!({"times": [{"start_time": "22:00", "end_time": "06:00"}]}), "split what goes over midnight"),
        (json!({"weekdays": ["mon"]}), "\"mon\" is not a day of the week"),
        (json!({"weekdays": ["saturday:sunday"]}), "saturday is after sunday"),
        (json!({"days_of_month": ["0"]}), "\"0\" is not a day of the month"),
        (json!({"days_of_month": ["32"]}), "\"32\" is not a day of the month"),
        (json!({"days_of_month": ["-1:5"]}), "must end there, too"),
        (json!({"days_of_month": ["-1:-5"]}), "day -5 is always before day -1"),
        (json!({"days_of_month": ["27:-5"]}), "day -5 is always before day 27"),
        (json!({"months": ["13"]}), "\"13\" is not a month"),
        (json!({"months": ["may:april"]}), "may is after april"),
        (json!({"years": ["2030:2020"]}), "2030 is after 2020"),
        (json!({"years": ["twenty"]}), "\"twenty\" is not a year"),
        (json!({"location": "Europe/Bielefeld"}), "\"Europe/Bielefeld\" is not a time zone"),
    ] {
        let error = serde_json::from_value::<TimeInterval>(json.clone()).unwrap_err().to_string();
        assert!(error.contains(reason), "{json}: {error}");
    }
}

#[test]
fn written_as_it_is_read() {
    let json = json!({
        "times": [{"start_time": "09:05", "end_time": "24:00"}],
        "weekdays": ["monday:friday", "sunday"],
        "days_of_month": ["1:5", "-3:-1"],
        "months": ["january:march", "may"],
        "years": ["2020:2022", "2030"],
        "location": "Australia/Sydney",
    });
    assert_eq!(serde_json::to_value(interval(json.clone())).unwrap(), json);
    let capitals = interval(json!({"weekdays": ["Monday:FRIDAY"], "months": ["1:March"]}));
    assert_eq!(
        serde_json::to_value(capitals).unwrap(),
        json!({"weekdays": ["monday:friday"], "months": ["january:march"]})
    );
}

proptest! {
    /// Minute by minute nothing changes before the next change, and there it does.
    #[test]
    fn nothing_changes_before(
        zone in prop_oneof![Just("UTC"), Just("Europe/Berlin"), Just("America/Sao_Paulo"), Just("Asia/Kathmandu"), Just("Australia/Lord_Howe")],
        times in proptest::collection::vec((0_u16..1440, 1_u16..1440), 0..3),
        weekdays in proptest::collection::vec((0_usize..7, 0_usize..7), 0..2),
        // Around changes of clocks, in Brazil at midnight.
        start in prop_oneof![Just("2026-03-28T00:00:00Z"), Just("2026-10-24T00:00:00Z"), Just("2026-04-04T00:00:00Z"), Just("2018-11-03T00:00:00Z"), Just("2018-02-17T00:00:00Z")],
        offset in 0_i64..2880,
    ) {
        let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let times: Vec<_> = times.iter().map(|(from, length)| json!({"start_time": clock(*from), "end_time": clock((from + length).min(1440))})).collect();
        let weekdays: Vec<_> = weekdays.iter().map(|(a, b)| format!("{}:{}", names[*a.min(b)], names[*a.max(b)])).collect();
        let interval = interval(json!({"times": times, "weekdays": weekdays, "location": zone}));
        let from = at(start) + offset * 60_000;
        let inside = interval.contains(from);
        let scanned = (1..4 * 1440).map(|minute| from + minute * 60_000).find(|at| interval.contains(*at) != inside);
        let next = interval.next_change(from);
        match scanned {
            Some(scanned) => prop_assert_eq!(next, Some(scanned), "{:?}", interval),
            None => prop_assert!(next.is_none_or(|next| next >= from + 4 * 1440 * 60_000)),
        }
    }
}
