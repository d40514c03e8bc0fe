use watchfire_alerting::dispatch::Row;
use watchfire_alerting::{Dispatcher, Fingerprint};

use super::stage::{Stage, alert, labels, plan};

const ONE: &str = r"
route: {receiver: all, group_by: [group], group_wait: 30s, group_interval: 5m, repeat_interval: 1h}
receivers: [{name: all, webhook_configs: [{url: 'http://a'}]}]
";

/// Plays a scene with one receiver; the receiver is left out of what is told.
#[track_caller]
fn scene(script: &str, told: &[&str]) {
    let lines = Stage::new(plan(ONE)).play(script);
    let lines: Vec<String> = lines.iter().map(|line| line.replace("all/webhook[0] ", "")).collect();
    assert_eq!(lines, told);
}

#[test]
fn a_group_waits_and_then_keeps_its_distance() {
    scene(
        "0s fire x1
         10s fire x2
         31s fire x3
         6m fire x4
         20m end",
        &["30s first +x1 +x2", "5m30s newalerts +x1 +x2 +x3", "10m30s newalerts +x1 +x2 +x3 +x4"],
    );
}

#[test]
fn groups_do_not_wait_for_each_other() {
    scene("0s fire x1\n10s fire y1\n1m end", &["30s first +x1", "40s first +y1"]);
}

#[test]
fn what_is_resolved_is_told_once() {
    scene(
        "0s fire x1 x2
         1m resolve x1
         7m resolve x2
         7m resolve x2
         30m end",
        &["30s first +x1 +x2", "5m30s someresolved +x2 -x1", "10m30s allresolved -x2"],
    );
}

#[test]
fn what_came_and_went_before_anyone_heard_is_not_told() {
    scene("0s fire x1\n20s resolve x1\n2h end", &[]);
    // Nor between two ticks; but what did not know that it was over hears so.
    scene("0s fire x1\n1m resolve x1\n2m fire x1\n30m end", &["30s first +x1"]);
}

#[test]
fn nothing_new_comes_again_exactly_then() {
    scene("0s fire x1\n2h10m end", &["30s first +x1", "1h30s repeat +x1", "2h30s repeat +x1"]);
    // Each notification counts.
    scene(
        "0s fire x1\n30m fire x2\n2h end",
        &["30s first +x1", "30m30s newalerts +x1 +x2", "1h30m30s repeat +x1 +x2"],
    );
}

#[test]
fn what_fires_again() {
    // Within 30 seconds it joins the group that was; later it is a new one.
    scene(
        "0s fire x1\n5m resolve x1\n5m50s fire x1\n20m end",
        &["30s first +x1", "5m30s allresolved -x1", "10m30s first +x1"],
    );
    scene(
        "0s fire x1\n5m resolve x1\n6m fire x1\n20m end",
        &["30s first +x1", "5m30s allresolved -x1", "6m30s first +x1"],
    );
}

#[test]
fn an_alert_that_is_old_waits_for_nobody() {
    scene("10s old x1\n1m end", &["10s first +x1"]);
    scene("10s fire x1\n20s old x2\n1m end", &["20s first +x1 +x2"]);
    // A group that has told something keeps its distance all the same.
    scene("0s fire x1\n1m old x2\n6m end", &["30s first +x1", "5m30s newalerts +x1 +x2"]);
}

#[test]
fn muted_alerts_are_not_told() {
    scene(
        "0s fire x1 x2
         0s mute x1
         8m unmute x1
         20m end",
        &["30s first +x2", "10m30s newalerts +x1 +x2"],
    );
    // All of them: as if there were none.
    scene("0s fire x1\n0s mute x1\n3h end", &[]);
    // The receiver knows of it: nothing until it comes again; and it is not told that it is over while it is muted.
    scene("0s fire x1\n1m mute x1\n8m unmute x1\n1h10m end", &["30s first +x1", "1h30s repeat +x1"]);
    scene("0s fire x1\n1m mute x1\n8m resolve x1\n2h end", &["30s first +x1"]);
}

#[test]
fn a_restart_makes_no_difference() {
    scene(
        "0s fire x1
         10s restart
         31s restart
         1m fire x2
         2m restart
         5m30s restart
         6m resolve x1
         7m restart
         2h end",
        &["30s first +x1", "5m30s newalerts +x1 +x2", "10m30s someresolved +x2 -x1", "1h10m30s repeat +x2"],
    );
}

#[test]
fn what_happened_while_it_was_off() {
    // Ticks that nobody looked at are one, and the next ones keep their distance.
    scene("0s fire x1\n1m fire x2\n2m late 17m\n40m end", &["30s first +x1", "15m30s newalerts +x1 +x2"]);
    scene("0s fire x1\n1m late 3h2m\n3h40m end", &["30s first +x1", "3h30s repeat +x1"]);
    // The end that the sender announced has come.
    let mut stage = Stage::new(plan(ONE));
    stage.dispatcher.insert(super::stage::alert("x1", 0, 600_000, 0), 0);
    assert_eq!(
        stage.play("1m restart\n2m late 20h\n21h end"),
        ["30s all/webhook[0] first +x1", "19h55m30s all/webhook[0] allresolved -x1"]
    );
}

#[test]
fn what_could_not_be_delivered_comes_anew() {
    scene("0s fire x1\n1m failed all\n20m end", &["30s first +x1", "5m30s first +x1"]);
}

#[test]
fn channels_and_receivers_for_themselves() {
    let text = r"
route:
  receiver: all
  group_by: [group]
  group_wait: 10s
  group_interval: 1m
  routes:
    - {matchers: ['group=~x|y'], receiver: team, continue: true, group_by: ['...'], group_wait: 0s}
    - {matchers: [group=x], receiver: all}
    - {matchers: [group=z], receiver: nobody}
receivers:
  - name: all
    webhook_configs: [{url: 'http://a'}]
    slack_configs: [{api_url: 'http://b'}]
  - {name: team, webhook_configs: [{url: 'http://c', send_resolved: false}]}
  - {name: nobody}
";
    let told = Stage::new(plan(text)).play(
        "1s fire x1 x2 y1 z1
         30s resolve x1
         90s resolve x2
         5m end",
    );
    assert_eq!(
        told,
        [
            // Each alert for itself, at once.
            "1s team/webhook[0] first +x1",
            "1s team/webhook[0] first +x2",
            "1s team/webhook[0] first +y1",
            "11s all/webhook[0] first +x1 +x2",
            "11s all/slack[0] first +x1 +x2",
            // Slack does not tell what is resolved.
            "1m11s all/webhook[0] someresolved +x2 -x1",
            "2m11s all/webhook[0] allresolved -x2",
        ]
    );
}

#[test]
fn time_intervals_of_routes() {
    // The epoch is a Thursday.
    let text = r"
route:
  receiver: all
  group_by: [group]
  group_wait: 0s
  group_interval: 10m
  routes:
    - {matchers: [group=x], mute_time_intervals: [early]}
    - {matchers: [group=y], active_time_intervals: [early, friday]}
receivers: [{name: all, webhook_configs: [{url: 'http://a'}]}]
time_intervals:
  - {name: early, time_intervals: [{times: [{start_time: '00:00', end_time: '01:00'}]}]}
  - {name: friday, time_intervals: [{weekdays: [friday]}]}
";
    let plan = plan(text);
    let told = Stage::new(plan.clone()).play("0s fire x1 y1\n30m fire y2\n2h fire y3\n25h end");
    assert_eq!(
        told,
        [
            "0 all/webhook[0] first +y1",
            "30m all/webhook[0] newalerts +y1 +y2",
            "1h all/webhook[0] first +x1",
            "5h all/webhook[0] repeat +x1",
            "9h all/webhook[0] repeat +x1",
            "13h all/webhook[0] repeat +x1",
            "17h all/webhook[0] repeat +x1",
            "21h all/webhook[0] repeat +x1",
            "1d all/webhook[0] newalerts +y1 +y2 +y3",
            "1d1h all/webhook[0] repeat +x1",
        ]
    );
    let routes: Vec<_> = plan.tree().routes().collect();
    assert_eq!(plan.muted_by(routes[1], 0), ["early"]);
    assert_eq!(plan.muted_by(routes[1], 3_600_000), [""; 0]);
    assert_eq!(plan.muted_by(routes[2], 3_600_000), ["early", "friday"]);
}

#[test]
fn another_plan() {
    let mut stage = Stage::new(plan(ONE));
    assert_eq!(
        stage.play("0s fire x1 y1\n40s fire y2"),
        ["30s all/webhook[0] first +x1", "30s all/webhook[0] first +y1"]
    );
    // The receiver hears nothing twice; what moves to another route is told there.
    let other = ONE.replace(
        "repeat_interval: 1h}",
        "repeat_interval: 1h, routes: [{receiver: own, matchers: [group=y]}]}",
    );
    let other =
        other.replace("receivers: [", "receivers: [{name: own, webhook_configs: [{url: 'http://b'}]}, ");
    stage.dispatcher.take_changes();
    stage.dispatcher.replan(plan(&other), 60_000);
    assert_eq!(stage.play("1m end\n10m end"), ["1m own/webhook[0] first +y1 +y2"]);
    // And back.
    stage.dispatcher.replan(plan(ONE), 600_000);
    assert_eq!(stage.play("20m end"), ["10m all/webhook[0] newalerts +y1 +y2"]);
    let keys: Vec<String> = stage.dispatcher.take_changes().into_iter().map(|(key, _)| key).collect();
    assert!(keys.iter().any(|key| key.starts_with("group {}/{group=\"y\"}/0 ")), "{keys:?}");
}

#[test]
fn groups_of_routes_that_are_gone_leave_no_rows() {
    let with = ONE.replace(
        "repeat_interval: 1h}",
        "repeat_interval: 1h, routes: [{receiver: all, matchers: [group=y]}]}",
    );
    let mut stage = Stage::new(plan(&with));
    stage.play("0s fire y1\n40s end");
    let rows: Vec<Row> = stage.dispatcher.rows().collect();
    let mut other = Dispatcher::restore(plan(ONE), rows, 60_000);
    let gone = other.take_changes().into_iter().find(|(key, _)| key.starts_with("group {}/{group=\"y\"}/0 "));
    assert_eq!(gone.map(|(_, row)| row), Some(None));
}

#[test]
fn ends_that_nobody_could_put_off_are_put_off() {
    let mut stage = Stage::new(plan(ONE));
    // Announced for after four minutes, as Prometheus does it, and told to be over.
    stage.dispatcher.insert(alert("x1", 0, 240_000, 0), 0);
    stage.dispatcher.insert(alert("x2", 0, 50_000, 50_000), 50_000);
    assert_eq!(stage.play("1m end"), ["30s all/webhook[0] first +x1 +x2"]);
    // Nobody looks from then on for an hour.
    let hour = 3_600_000;
    let ends = |stage: &Stage, name: &str| {
        let known = stage.dispatcher.alert(Fingerprint::of(&labels(name))).unwrap();
        (known.ends_at, known.timeout)
    };
    let revived = stage.dispatcher.revive(60_000, hour);
    assert_eq!((revived.len(), ends(&stage, "x1")), (1, (hour + 300_000, true)));
    assert_eq!(ends(&stage, "x2"), (50_000, false), "its sender said so");
    // What its sender says then counts.
    stage.dispatcher.insert(alert("x1", 0, hour + 240_000, hour), hour);
    assert_eq!(ends(&stage, "x1"), (hour + 240_000, false));
    // Or it says nothing: it is over once its time is, and what was looked at since is not put off again.
    stage.now = hour;
    stage.poll();
    assert_eq!(
        stage.play("90m end"),
        ["55m30s all/webhook[0] someresolved +x1 -x2", "1h5m30s all/webhook[0] allresolved -x1"]
    );
    assert!(stage.dispatcher.revive(0, 2 * hour).is_empty());
}

#[test]
fn a_clock_that_is_set_back_stops_nothing() {
    let mut stage = Stage::new(plan(ONE));
    assert_eq!(stage.play("24h fire x1\n24h1m end"), ["1d30s all/webhook[0] first +x1"]);
    let last = stage.dispatcher.next_deadline().unwrap();
    // It is the first day again.
    stage.now = 60_000;
    stage.dispatcher.set_back(60_000);
    assert_eq!((last, stage.dispatcher.next_deadline()), (86_730_000, Some(360_000)));
    let told = stage.play("1m fire y1\n2m resolve x1\n7m end");
    assert_eq!(told, ["1m30s all/webhook[0] first +y1", "6m all/webhook[0] allresolved -x1"]);
    // What repeats counts from then on.
    assert_eq!(stage.play("65m end"), ["1h1m30s all/webhook[0] repeat +y1"]);
}

#[test]
fn groups_as_they_are() {
    let mut stage = Stage::new(plan(ONE));
    stage.play("0s fire x1 x2 y1\n1m resolve x1");
    let seen: Vec<String> = stage
        .dispatcher
        .groups()
        .map(|group| format!("{} {} {} {}", group.group_key, group.receiver, group.alerts.len(), group.next))
        .collect();
    assert_eq!(seen, [r#"{}:{group="x"} all 2 330000"#, r#"{}:{group="y"} all 1 330000"#]);
    stage.play("6m end");
    assert_eq!(stage.dispatcher.groups().next().unwrap().alerts.len(), 1);
    assert_eq!(stage.dispatcher.alerts().count(), 3);
    // Half an hour later what is resolved is forgotten.
    stage.play("1h end");
    assert_eq!(stage.dispatcher.alerts().count(), 2);
}

#[test]
fn what_somebody_looks_after_is_not_repeated_until_something_changes() {
    scene("0s fire x1\n1m ack x1\n3h end", &["30s first +x1"]);
    scene("0s fire x1\n1m ack x1\n70m resolve x1\n3h end", &["30s first +x1", "1h10m30s allresolved -x1"]);
    // It is for those alone that were there; another one is told with all.
    scene(
        "0s fire x1
         1m ack x1
         70m fire x2
         3h end",
        &["30s first +x1", "1h10m30s newalerts +x1 +x2", "2h10m30s repeat +x1 +x2"],
    );
}
