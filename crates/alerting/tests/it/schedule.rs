use watchfire_alerting::{Config, Plan, Schedule};
use watchfire_model::Labels;

const CONFIG: &str = "
route: {receiver: ann}
receivers: [{name: ann}, {name: bob}, {name: cem}, {name: night}]
schedules:
  - name: web
    time_zone: Europe/Berlin
    layers:
      - {start: 2026-03-23 09:00, every: 7d, receivers: [ann, bob]}
      - {start: '2026-03-23T00:00', every: 1d, receivers: [night], time_intervals: [nights]}
    overrides:
      - {from: 2026-04-01 12:00, to: 2026-04-02 12:00, receiver: cem}
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}], location: Europe/Berlin}]
";

fn schedule(config: &str) -> Schedule {
    let plan = Plan::new(&Config::parse("a.yml", config).unwrap());
    plan.schedules()["web"].clone()
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn who_is_on_call() {
    let schedule = schedule(CONFIG);
    // Berlin is an hour ahead of UTC, and two from the 29th of March on.
    for (time, who) in [
        ("2026-03-23T07:59:59Z", None),
        ("2026-03-23T08:00:00Z", Some("ann")),
        ("2026-03-23T20:59:59Z", Some("ann")),
        ("2026-03-23T21:00:00Z", Some("night")),
        ("2026-03-23T23:00:00Z", Some("ann")),
        // The shift changes at nine by the clock, whatever happens to clocks.
        ("2026-03-30T06:59:59Z", Some("ann")),
        ("2026-03-30T07:00:00Z", Some("bob")),
        ("2026-04-01T10:00:00Z", Some("cem")),
        ("2026-04-01T20:30:00Z", Some("cem")),
        ("2026-04-02T10:00:00Z", Some("bob")),
        ("2026-04-06T07:00:00Z", Some("ann")),
    ] {
        assert_eq!(schedule.on_call(at(time)), who, "{time}");
    }
    assert_eq!(schedule.clock(at("2026-03-30T07:00:59Z")).as_deref(), Some("2026-03-30 09:00"));
    assert_eq!(schedule.clock(i64::MAX), None);
}

#[test]
fn shifts_follow_each_other_and_show_gaps() {
    let schedule = schedule(CONFIG);
    let shifts = schedule.shifts(at("2026-03-23T00:00:00Z"), at("2026-03-24T12:00:00Z"));
    let told: Vec<_> = shifts.iter().map(|shift| shift.receiver.as_deref()).collect();
    assert_eq!(told, [None, Some("ann"), Some("night"), Some("ann")]);
    assert_eq!(shifts[2].from, at("2026-03-23T21:00:00Z"));
    assert_eq!(shifts.last().unwrap().to, at("2026-03-24T12:00:00Z"));
    // At any time of half a year, what shifts say is what is asked.
    let (start, end) = (at("2026-03-20T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    let shifts = schedule.shifts(start, end);
    assert!(shifts.windows(2).all(|pair| pair[0].to == pair[1].from && pair[0].receiver != pair[1].receiver));
    for step in 0..(end - start) / 1_234_567 {
        let time = start + step * 1_234_567;
        let shift = shifts.iter().find(|shift| (shift.from..shift.to).contains(&time)).unwrap();
        assert_eq!(shift.receiver.as_deref(), schedule.on_call(time), "{time}");
    }
}

#[test]
fn clocks_that_are_set_back_hand_over_once() {
    let config = CONFIG.replace("2026-03-23 09:00, every: 7d", "2026-10-24 02:30, every: 1d");
    let shifts = schedule(&config).shifts(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
    // At 02:30 of summer time; that it is 02:30 once more an hour later changes nothing.
    let turns: Vec<_> = shifts.iter().filter(|shift| shift.receiver.as_deref() == Some("bob")).collect();
    assert_eq!(turns.len(), 1);
    assert_eq!(turns[0].from, at("2026-10-25T00:30:00Z"));
}

#[test]
fn what_is_wrong_is_named() {
    for (found, written, words) in [
        ("receivers: [ann, bob]}", "receivers: [ann, bo]}", "bo"),
        ("every: 7d", "every: 0s", "every"),
        ("2026-03-23 09:00", "monday", "no day and time"),
        ("Europe/Berlin\n    layers", "Berlin\n    layers", "not a time zone"),
        ("to: 2026-04-02 12:00", "to: 2026-04-01 11:00", "ends before it begins"),
        ("[nights]}", "[days]}", "days"),
        ("{name: night}]", "{name: night, escalation_configs: [{schedule: we}]}]", "schedule"),
        (
            "{name: night}]",
            "{name: night, escalation_configs: [{schedule: web, receiver: ann}]}]",
            "both given",
        ),
        ("{name: night}]", "{name: night, escalation_configs: [{receiver: ann}]}]", "after is missing"),
        (
            "{name: night}]",
            "{name: night, escalation_configs: [{after: 1m, receiver: night}]}]",
            "told already",
        ),
        ("{name: night}]", "{name: night, escalation_repeat: {times: 2}}]", "escalation_configs; add some"),
        (
            "{name: night}]",
            "{name: night, escalation_configs: [{after: 1m, receiver: ann}], escalation_repeat: {times: 21}}]",
            "times is 21; write 1 to 20",
        ),
        (
            "{name: night}]",
            "{name: night, escalation_configs: [{schedule: web}], escalation_repeat: {times: 1}}]",
            "write 30m, for example",
        ),
    ] {
        let text = CONFIG.replace(found, written);
        assert_ne!(text, CONFIG, "{found}");
        let error = Config::parse("a.yml", &text).unwrap_err().to_string();
        assert!(error.contains(words), "{written}: {error}");
    }
}

#[test]
fn who_would_be_told_if_nobody_looks_after_it() {
    let config = CONFIG
        .replace("route: {receiver: ann}", "route: {receiver: ann, group_wait: 30s, group_interval: 5m}")
        .replace(
            "{name: ann}",
            "{name: ann, escalation_configs: [{after: 1h, receiver: cem}, {schedule: web}, {after: 5m30s, receiver: bob}, {after: 331s, schedule: web}]}",
        );
    let plan = Plan::new(&Config::parse("a.yml", &config).unwrap());
    let told = |time: &str| {
        let steps = plan.expected(watchfire_alerting::RouteId(0), &Labels::empty(), at(time));
        let words = steps.iter().map(|step| {
            let (after, schedule) = (step.told_after, step.schedule.as_deref().unwrap_or("-"));
            format!("{after} {schedule} {}", step.receiver.as_deref().unwrap_or("nobody"))
        });
        words.collect::<Vec<_>>()
    };
    // The group is told of 30 s after its begin; steps have their own time.
    assert_eq!(told("2026-03-24T12:00:00Z"), ["30s web ann", "5m30s - bob", "5m31s web ann", "1h - cem"]);
    // The shift changes between the first step and the last.
    assert_eq!(told("2026-03-30T06:55:00Z"), ["30s web ann", "5m30s - bob", "5m31s web bob", "1h - cem"]);
    assert_eq!(told("2026-03-20T00:00:00Z")[0], "30s web nobody");
    // Who is named and on call is told once of what comes at one time.
    let twice = config.replace("{after: 5m30s, receiver: bob}", "{after: 20s, receiver: bob}");
    let twice = Plan::new(&Config::parse("a.yml", &twice).unwrap());
    let steps = twice.expected(watchfire_alerting::RouteId(0), &Labels::empty(), at("2026-03-30T08:00:00Z"));
    let names: Vec<_> = steps.iter().filter_map(|step| step.receiver.as_deref()).collect();
    assert_eq!(names, ["bob", "bob", "cem"], "{steps:?}");
    // Whoever may be told, at whatever time.
    let hearers = |labels: &Labels| {
        let routes = plan.tree().matching(labels).into_iter();
        routes.flat_map(|route| plan.hearers(route, labels)).map(str::to_owned).collect::<Vec<_>>()
    };
    let of_ann = hearers(&Labels::empty());
    assert!(["ann", "bob", "cem"].iter().all(|name| of_ann.iter().any(|known| known == name)), "{of_ann:?}");
    assert_eq!(hearers(&Labels::new([("receivers", "bob")]).unwrap()), ["bob"]);
}
