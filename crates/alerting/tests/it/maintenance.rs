//! Maintenance windows: which days a rule names, when windows are open, and how they are written.

use jiff::Timestamp;
use proptest::prelude::*;
use watchfire_alerting::Matchers;
use watchfire_alerting::maintenance::{Known, OpenWindows, Rule, Schedule, Window};
use watchfire_model::Labels;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn shown(at: i64) -> String {
    Timestamp::from_millisecond(at).unwrap().to_string()
}

fn schedule(text: &str) -> Schedule {
    text.replace(" | ", "\n").parse().unwrap()
}

/// What python-dateutil 2.9 says of 400 rules made by chance: the rule, the first start, from when on, the next six days
/// until 2062.
const RANDOM: &str = include_str!("rules/random.tsv");

#[test]
fn the_same_days_as_dateutil() {
    for line in RANDOM.lines() {
        let [rule, start, from, days] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four: {line}")
        };
        let schedule = schedule(&format!("DTSTART:{start}Z | DURATION:PT1H | RRULE:{rule}"));
        let (year, rest) = from.split_at(4);
        let from = at(&format!("{year}-{}-{}T09:30:00Z", &rest[..2], &rest[2..4]));
        let end = at("2062-01-01T00:00:00Z");
        let found = schedule.after(from - 1).take(6).map(|occurrence| occurrence.starts_at);
        let found: Vec<String> =
            found.take_while(|at| *at < end).map(|at| shown(at)[..10].replace('-', "")).collect();
        assert_eq!(found.join(" "), days, "{line}");
    }
}

#[test]
fn examples_of_the_standard() {
    // RFC 5545, 3.8.5.3, as far as it is understood; the starts after a moment, on the clocks of New York.
    for (start, rule, from, days) in [
        ("19970902T090000", "FREQ=DAILY;COUNT=10", "1997-09-09T00:00:00Z", "09-09 09-10 09-11"),
        ("19970902T090000", "FREQ=DAILY;UNTIL=19971224T000000Z", "1997-12-22T00:00:00Z", "12-22 12-23"),
        (
            "19970902T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            "1997-09-05T00:00:00Z",
            "09-16 09-18 09-30",
        ),
        ("19970905T090000", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-06T00:00:00Z", "10-03 11-07 12-05"),
        ("19970922T090000", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-01T00:00:00Z", "09-22 10-20 11-17"),
        ("19970928T090000", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-01T00:00:00Z", "09-28 10-29 11-28"),
        (
            "19970902T090000",
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "1997-09-01T00:00:00Z",
            "02-13 03-13 11-13",
        ),
        (
            "19961105T090000",
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "1997-01-01T00:00:00Z",
            "11-07 11-02 11-04",
        ),
        (
            "19970805T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "1997-08-01T00:00:00Z",
            "08-05 08-10 08-19",
        ),
        (
            "19970805T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "1997-08-01T00:00:00Z",
            "08-05 08-17 08-19",
        ),
        (
            "20070115T090000",
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
            "2007-01-31T00:00:00Z",
            "02-15 03-15 03-30",
        ),
    ] {
        let schedule =
            schedule(&format!("DTSTART;TZID=America/New_York:{start} | DURATION:PT1H | RRULE:{rule}"));
        let found: Vec<String> = schedule
            .after(at(from))
            .take(3)
            .map(|occurrence| shown(occurrence.starts_at)[5..10].to_owned())
            .collect();
        assert_eq!(found.join(" "), days, "{rule}");
    }
}

#[test]
fn open_and_closed() {
    let once = "DTSTART:20260105T020000Z | DURATION:PT2H";
    // At 02:30 on clocks that skip it on 2026-03-29 and show it twice on 2026-10-25.
    let nights = "DTSTART;TZID=Europe/Berlin:20260101T023000 | DURATION:PT1H | RRULE:FREQ=DAILY";
    let long = "DTSTART:20260101T000000Z | DURATION:P1DT12H | RRULE:FREQ=DAILY;COUNT=3";
    let skipped = "DTSTART:20260105T020000Z | DURATION:PT2H | RRULE:FREQ=WEEKLY | EXDATE:20260112T020000Z,20260119T020000Z";
    for (text, instant, open, change) in [
        (once, "2026-01-05T01:59:59.999Z", false, Some("2026-01-05T02:00:00Z")),
        (once, "2026-01-05T02:00:00Z", true, Some("2026-01-05T04:00:00Z")),
        (once, "2026-01-05T04:00:00Z", false, None),
        (nights, "2026-03-28T01:30:00Z", true, Some("2026-03-28T02:30:00Z")),
        (nights, "2026-03-28T12:00:00Z", false, Some("2026-03-29T01:30:00Z")),
        (nights, "2026-03-29T02:00:00Z", true, Some("2026-03-29T02:30:00Z")),
        (nights, "2026-10-25T00:45:00Z", true, Some("2026-10-25T01:30:00Z")),
        (nights, "2026-10-25T01:45:00Z", false, Some("2026-10-26T01:30:00Z")),
        (long, "2026-01-01T06:00:00Z", true, Some("2026-01-04T12:00:00Z")),
        (long, "2026-01-04T12:00:00Z", false, None),
        (skipped, "2026-01-12T03:00:00Z", false, Some("2026-01-26T02:00:00Z")),
        (skipped, "2026-01-26T03:00:00Z", true, Some("2026-01-26T04:00:00Z")),
    ] {
        let schedule = schedule(text);
        assert_eq!(schedule.contains(at(instant)), open, "{text} {instant}");
        assert_eq!(schedule.next_change(at(instant)).map(shown).as_deref(), change, "{text} {instant}");
    }
    let always = schedule("DTSTART:20260101T000000Z | DURATION:P1D | RRULE:FREQ=DAILY");
    assert_eq!(always.next_change(at("2026-01-02T00:00:00Z")), None);
    assert_eq!(schedule(long).during(at("2026-01-02T06:00:00Z")).count(), 2);
    // Far away, and where there is none.
    let never =
        schedule("DTSTART:20260101T000000Z | DURATION:P1D | RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30");
    assert_eq!(never.after(0).next(), None);
    for far in [i64::MIN, i64::MAX, -1 << 60, 1 << 60] {
        assert!(!always.contains(far));
    }
}

#[test]
fn what_is_ended_by_hand() {
    for (text, instant, ended) in [
        (
            "DTSTART:20260105T020000Z | DURATION:PT2H",
            "2026-01-05T02:30:00.900Z",
            "DTSTART:20260105T020000Z | DURATION:PT30M",
        ),
        (
            "DTSTART:20260105T020000Z | DURATION:PT2H",
            "2026-01-05T02:00:00Z",
            "DTSTART:20260105T020000Z | DURATION:PT1S",
        ),
        ("DTSTART:20260105T020000Z | DURATION:PT2H", "2026-01-05T04:00:00Z", ""),
        // At a start that the clocks skip.
        (
            "DTSTART;TZID=Europe/Berlin:20260101T023000 | DURATION:PT1H | RRULE:FREQ=DAILY",
            "2026-03-29T02:00:00Z",
            "DTSTART;TZID=Europe/Berlin:20260101T023000 | DURATION:PT1H | RRULE:FREQ=DAILY | EXDATE;TZID=Europe/Berlin:20260329T023000",
        ),
        // Two at the same time.
        (
            "DTSTART:20260101T000000Z | DURATION:P1DT12H | RRULE:FREQ=DAILY",
            "2026-01-03T06:00:00Z",
            "DTSTART:20260101T000000Z | DURATION:P1DT12H | RRULE:FREQ=DAILY | EXDATE:20260102T000000Z | EXDATE:20260103T000000Z",
        ),
    ] {
        let found = schedule(text).ended(at(instant));
        let written = found.as_ref().map(|ended| ended.to_string().replace('\n', " | "));
        assert_eq!(written.unwrap_or_default(), ended, "{text} {instant}");
        if let Some(ended) = found {
            assert!(!ended.contains(at(instant) + 1000), "{text} {instant}");
        }
    }
}

#[test]
fn what_a_window_mutes() {
    let window = |id: &str, matchers: &str, schedule_text: &str| Window {
        id: id.to_owned(),
        name: String::new(),
        matchers: Matchers::parse(matchers).unwrap(),
        schedule: schedule(schedule_text),
        created_by: String::new(),
        comment: String::new(),
        known: Known::default(),
    };
    let windows = [
        window("db", "service=db", "DTSTART:20260105T020000Z | DURATION:PT2H"),
        window("all", "", "DTSTART:20260105T030000Z | DURATION:PT2H"),
    ];
    let muting = |service: &str, instant: &str| {
        let labels = Labels::new([("service", service)]).unwrap();
        OpenWindows::new(&windows, at(instant)).muting(&labels).map(|window| window.id.clone())
    };
    assert_eq!(muting("db", "2026-01-05T02:30:00Z").as_deref(), Some("db"));
    assert_eq!(muting("web", "2026-01-05T02:30:00Z"), None);
    assert_eq!(muting("web", "2026-01-05T03:30:00Z").as_deref(), Some("all"));
    assert_eq!(muting("db", "2026-01-05T05:00:00Z"), None);
    let text = serde_json::to_string(&windows).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Window>>(&text).unwrap(), windows);
}

#[test]
fn a_window_is_open_as_its_calendar_says_in_whatever_order_it_is_asked() {
    for text in [
        "DTSTART:20260105T020000Z | DURATION:PT2H | RRULE:FREQ=DAILY;COUNT=5 | EXDATE:20260107T020000Z,20260106T020000Z",
        // It lasts longer than until it comes again, and ends.
        "DTSTART:20260105T020000Z | DURATION:PT30H | RRULE:FREQ=DAILY;COUNT=3",
        "DTSTART:20260105T020000Z | DURATION:PT2H",
    ] {
        let schedule = schedule(text);
        let window = Window {
            id: String::new(),
            name: String::new(),
            matchers: Matchers::parse("").unwrap(),
            schedule: schedule.clone(),
            created_by: String::new(),
            comment: String::new(),
            known: Known::default(),
        };
        let first = at("2026-01-04T00:00:00Z");
        let half_hours = (0..14 * 48).map(|half| first + half * 1_800_000);
        // On, back, and across: 101 has no divisor in common with the number of half hours.
        let across = (0..14 * 48).map(|step| first + step * 101 % (14 * 48) * 1_800_000);
        for instant in half_hours.clone().chain(half_hours.rev()).chain(across) {
            assert_eq!(window.is_open(instant), schedule.contains(instant), "{text} {}", shown(instant));
        }
    }
    // What is left out is found in whatever order it is written.
    let two = "DTSTART:20260105T020000Z | DURATION:PT2H | RRULE:FREQ=DAILY | EXDATE:20260107T020000Z,20260106T020000Z";
    assert_eq!(
        schedule(two).next_change(at("2026-01-05T12:00:00Z")).map(shown).as_deref(),
        Some("2026-01-08T02:00:00Z")
    );
}

#[test]
fn lists_have_an_end() {
    let good = "DTSTART:20260105T020000Z\nDURATION:PT2H\n";
    let many = |one: &str, count: usize| vec![one; count].join(",");
    for (text, reason) in [
        (format!("RRULE:FREQ=WEEKLY;BYDAY={}", many("MO", 101)), "BYDAY has 101 entries, 100 are allowed"),
        (format!("RRULE:FREQ=MONTHLY;BYMONTHDAY={}", many("1", 101)), "BYMONTHDAY has 101 entries"),
        (format!("RRULE:FREQ=YEARLY;BYMONTH={}", many("1", 101)), "BYMONTH has 101 entries"),
        (format!("EXDATE:{}", many("20260105T020000Z", 5001)), "EXDATE has 5001 times, 5000 are allowed"),
    ] {
        let error = format!("{good}{text}").parse::<Schedule>().unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert!(format!("{good}EXDATE:{}", many("20260105T020000Z", 5000)).parse::<Schedule>().is_ok());
}

#[test]
fn what_is_refused() {
    let good = "DTSTART:20260105T020000Z | DURATION:PT2H";
    for (text, reason) in [
        ("DURATION:PT2H", "DTSTART is missing"),
        ("DTSTART:20260105T020000Z", "DURATION is missing"),
        ("DTSTART:20260105T020000 | DURATION:PT2H", "the time zone is missing"),
        ("DTSTART;TZID=Europe/Bielefeld:20260105T020000 | DURATION:PT2H", "is not a time zone"),
        ("DTSTART;TZID=Europe/Berlin:20260105T020000Z | DURATION:PT2H", "a time with Z has no TZID"),
        ("DTSTART;VALUE=DATE:20260105 | DURATION:PT2H", "VALUE=DATE is not understood"),
        ("DTSTART:20260132T020000Z | DURATION:PT2H", "is no time"),
        ("DTSTART:2026-01-05T020000Z | DURATION:PT2H", "is no time"),
        ("DTSTART:20260105T020000Z | DURATION:2h", "\"2h\" is not a duration"),
        ("DTSTART:20260105T020000Z | DURATION:PT", "is not a duration"),
        ("DTSTART:20260105T020000Z | DURATION:P", "is not a duration"),
        ("DTSTART:20260105T020000Z | DURATION:PT2H1H", "is not a duration"),
        ("DTSTART:20260105T020000Z | DURATION:P367D", "is not a duration"),
        ("{} | DTEND:20260105T040000Z", "DTEND is not understood"),
        ("{} | EXDATE;TZID=Europe/Berlin:20260105T020000", "the same time zone"),
        ("{} | what", "is no property"),
        ("{} | RRULE:BYDAY=MO", "FREQ is missing"),
        ("{} | RRULE:FREQ=HOURLY", "FREQ=HOURLY is not understood"),
        ("{} | RRULE:FREQ=DAILY;BYHOUR=3", "BYHOUR is not understood"),
        ("{} | RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", "BYSETPOS is not understood"),
        ("{} | RRULE:FREQ=DAILY;COUNT=1;UNTIL=20270101", "COUNT and UNTIL are both given"),
        ("{} | RRULE:FREQ=DAILY;COUNT=0", "COUNT=0 must be 1 to"),
        ("{} | RRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL=0 must be 1 to"),
        ("{} | RRULE:FREQ=DAILY;UNTIL=soon", "UNTIL=SOON is no time"),
        ("{} | RRULE:FREQ=WEEKLY;BYDAY=XX", "BYDAY has \"XX\""),
        ("{} | RRULE:FREQ=WEEKLY;BYDAY=2MO", "only with MONTHLY and YEARLY"),
        ("{} | RRULE:FREQ=WEEKLY;BYMONTHDAY=1", "no meaning with WEEKLY"),
        ("{} | RRULE:FREQ=MONTHLY;BYDAY=0MO", "BYDAY has \"0MO\""),
        ("{} | RRULE:FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY has \"32\""),
        ("{} | RRULE:FREQ=YEARLY;BYMONTH=13", "BYMONTH has \"13\""),
        ("{} | RRULE:FREQ=DAILY;FREQ=WEEKLY", "FREQ is there twice"),
        ("{} | RRULE:FREQ", "has no ="),
    ] {
        let text = text.replace("{}", good).replace(" | ", "\n");
        let error = text.parse::<Schedule>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn as_calendars_write_it() {
    let folded = "DTSTART;TZID=\"Europe/Berlin\":20260105T020000\r\nDURATION:P1DT2H\r\nrrule:freq=weekly;inter\r\n val=2;byday=mo,we\r\n";
    let read: Schedule = folded.parse().unwrap();
    assert_eq!(
        read.to_string(),
        "DTSTART;TZID=Europe/Berlin:20260105T020000\nDURATION:P1DT2H\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(number in 0_usize..400, seconds in 1_i64..366 * 86_400, zone in prop_oneof![Just("Z"), Just("Europe/Berlin")]) {
        let rule = RANDOM.lines().nth(number).unwrap().split('\t').next().unwrap();
        let parsed: Rule = rule.parse().unwrap();
        prop_assert_eq!(parsed.to_string().parse::<Rule>().unwrap(), parsed);
        let start = match zone {
            "Z" => "DTSTART:20260105T020000Z".to_owned(),
            zone => format!("DTSTART;TZID={zone}:20260105T020000"),
        };
        let mut schedule = schedule(&format!("{start} | DURATION:PT1S | RRULE:{rule}"));
        schedule.duration = watchfire_alerting::config::Period::seconds(seconds);
        schedule.except = vec![schedule.start];
        prop_assert_eq!(schedule.to_string().parse::<Schedule>().unwrap(), schedule);
    }

    #[test]
    fn reading_never_panics(text in "[A-Z0-9;=:,+\\- \n]{0,60}") {
        let _ = text.parse::<Rule>();
        let _ = format!("DTSTART:20260105T020000Z\nDURATION:PT1H\n{text}").parse::<Schedule>();
        let _ = format!("DTSTART:{text}").parse::<Schedule>();
    }
}
