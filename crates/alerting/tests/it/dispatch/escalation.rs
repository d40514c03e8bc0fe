//! Who is told, too, of what nobody looks after.

use watchfire_alerting::Fingerprint;

use super::stage::{Stage, labels, plan};

const ESCALATED: &str = r"
route: {receiver: all, group_by: [group], group_wait: 30s, group_interval: 5m, repeat_interval: 1d}
receivers:
  - name: all
    webhook_configs: [{url: 'http://a'}]
    escalation_configs: [{after: 10m, receiver: lead}, {after: 30m, receiver: boss}]
  - {name: lead, webhook_configs: [{url: 'http://b'}]}
  - {name: boss, webhook_configs: [{url: 'http://c'}]}
";

/// Plays a scene with escalations; the channel is left out of what is told.
#[track_caller]
fn escalated(script: &str, told: &[&str]) {
    let lines = Stage::new(plan(ESCALATED)).play(script);
    let lines: Vec<String> = lines.iter().map(|line| line.replace("/webhook[0]", "")).collect();
    assert_eq!(lines, told);
}

#[test]
fn what_nobody_looks_after_is_told_to_others() {
    escalated(
        "0s fire x1
         20m restart
         50m resolve x1
         3h end",
        &[
            "30s all first +x1",
            "10m lead first +x1",
            "30m boss first +x1",
            "50m30s all allresolved -x1",
            "50m30s lead allresolved -x1",
            "50m30s boss allresolved -x1",
        ],
    );
    escalated("0s fire x1\n5m ack x1\n3h end", &["30s all first +x1"]);
    // Who was told hears of the end, whoever looks after it.
    escalated(
        "0s fire x1
         15m ack x1
         40m resolve x1
         3h end",
        &[
            "30s all first +x1",
            "10m lead first +x1",
            "40m30s all allresolved -x1",
            "40m30s lead allresolved -x1",
        ],
    );
    // Each alert has its own time; one that ended before nobody else hears of.
    escalated(
        "0s fire x1 x2
         4m resolve x2
         6m fire x3
         12m resolve x1
         18m end",
        &[
            "30s all first +x1 +x2",
            "5m30s all someresolved +x1 -x2",
            "10m lead first +x1",
            "10m30s all newalerts +x1 +x3",
            "15m30s all someresolved +x3 -x1",
            "15m30s lead allresolved -x1",
            "16m lead first +x3",
        ],
    );
}

#[test]
fn the_time_until_others_are_told_begins_when_people_can_hear() {
    // What was silenced after it was told, also over a restart.
    escalated("0s fire x1\n5m mute x1\n25m unmute x1\n27m restart\n34m end", &["30s all first +x1"]);
    escalated(
        "0s fire x1\n5m mute x1\n25m unmute x1\n27m restart\n1h end",
        &["30s all first +x1", "35m30s lead first +x1", "55m30s boss first +x1"],
    );
    // What was muted from the start on: not everybody at once.
    escalated(
        "0s mute x1\n0s fire x1\n1h unmute x1\n2h end",
        &["1h30s all first +x1", "1h10m30s lead first +x1", "1h30m30s boss first +x1"],
    );
    // What was over meanwhile and begins anew has its own time.
    escalated(
        "0s mute x1\n0s fire x1\n20m unmute x1\n26m resolve x1\n40m fire x1\n49m end",
        &["20m30s all first +x1", "30m30s all allresolved -x1", "40m30s all first +x1"],
    );
}

#[test]
fn steps_are_told_again_while_nobody_looks_after_it() {
    let repeated = |repeat: &str, script: &str| {
        let text = ESCALATED.replace(
            "{after: 30m, receiver: boss}]\n",
            &format!("{{after: 30m, receiver: boss}}]\n    escalation_repeat: {repeat}\n"),
        );
        assert_ne!(text, ESCALATED);
        let lines = Stage::new(plan(&text)).play(script);
        lines.iter().map(|line| line.replace("/webhook[0]", "")).collect::<Vec<_>>()
    };
    assert_eq!(
        repeated("{times: 2, after: 1h}", "0s fire x1\n1h restart\n2h20m fire x2\n2h21m ack x2\n5h end"),
        [
            "30s all first +x1",
            "10m lead first +x1",
            "30m boss first +x1",
            "1h10m lead repeat +x1",
            "1h30m boss repeat +x1",
            "2h10m lead repeat +x1",
            "2h20m30s all newalerts +x1 +x2",
            "2h30m boss repeat +x1",
        ]
    );
    // Without a time of its own after the last step's; and not once somebody looks after it.
    assert_eq!(
        repeated("{times: 3}", "0s fire x1\n45m ack x1\n5h end"),
        ["30s all first +x1", "10m lead first +x1", "30m boss first +x1", "40m lead repeat +x1"]
    );
    // A look that comes late tells one round, and once.
    assert_eq!(
        repeated("{times: 9, after: 1h}", "0s fire x1\n31m late 3h12m\n3h29m end"),
        [
            "30s all first +x1",
            "10m lead first +x1",
            "30m boss first +x1",
            "3h10m30s lead repeat +x1",
            "3h10m30s boss repeat +x1"
        ]
    );
}

#[test]
fn what_is_uncertain_is_told_to_nobody_else() {
    let doubted = |until: i64, confirmed: Option<i64>| {
        let mut stage = Stage::new(plan(ESCALATED));
        stage.play("0s fire x1\n9m end");
        stage.dispatcher.doubt(stage.now, until * 60_000);
        let mut lines = Vec::new();
        if let Some(at) = confirmed {
            lines.extend(stage.play(&format!("{at}m end")));
            stage.dispatcher.confirm(Fingerprint::of(&labels("x1")), stage.now);
        }
        lines.extend(stage.play("16m end"));
        lines.iter().map(|line| line.replace("/webhook[0]", "")).collect::<Vec<_>>()
    };
    assert_eq!(doubted(14, None), ["14m lead first +x1"], "at the end of the time");
    assert_eq!(doubted(14, Some(12)), ["12m lead first +x1"], "as soon as it is certain");
    assert_eq!(doubted(14, Some(9)), ["10m lead first +x1"]);
}

#[test]
fn nobody_hears_of_the_end_of_what_was_not_told_to_them() {
    escalated(
        "0s fire x1 x2
         9m resolve x1
         11m end",
        &["30s all first +x1 +x2", "10m lead first +x2", "10m30s all someresolved +x2 -x1"],
    );
}

#[test]
fn who_is_named_by_two_steps_is_told_once_at_a_time() {
    let config = ESCALATED.replace(
        "[{after: 10m, receiver: lead}, {after: 30m, receiver: boss}]",
        "[{schedule: first}, {after: 15m, schedule: second}]",
    ) + "schedules:
  - {name: first, layers: [{start: 1970-01-01 00:00, every: 1h, receivers: [lead, boss]}]}
  - {name: second, layers: [{start: 1970-01-01 00:00, every: 1h, receivers: [boss, lead]}]}
";
    let mut stage = Stage::new(plan(&config));
    let lines = stage.play("0s fire x1\n20m30s fire x2\n34m resolve x1\n36m end");
    let lines: Vec<String> = lines.iter().map(|line| line.replace("/webhook[0]", "")).collect();
    assert_eq!(
        lines,
        [
            "30s all first +x1",
            "30s lead first +x1",
            "15m boss first +x1",
            "20m30s all newalerts +x1 +x2",
            "20m30s lead newalerts +x1 +x2",
            "35m30s all someresolved +x2 -x1",
            // By the one step the end of what was told, by the other what nobody looks after: one message.
            "35m30s boss newalerts +x2 -x1",
            "35m30s lead someresolved +x2 -x1",
        ]
    );
}

#[test]
fn who_is_on_call_is_told_and_hands_over() {
    // Shifts of an hour from the start of time on.
    let config = ESCALATED
        .replace("{after: 30m, receiver: boss}", "{schedule: web}")
        .replace("{after: 10m, receiver: lead}, ", "")
        + "schedules: [{name: web, layers: [{start: 1970-01-01 00:00, every: 1h, receivers: [lead, boss]}]}]\n";
    let lines = Stage::new(plan(&config)).play("50m fire x1\n100m resolve x1\n3h end");
    let lines: Vec<String> = lines.iter().map(|line| line.replace("/webhook[0]", "")).collect();
    assert_eq!(
        lines,
        [
            "50m30s all first +x1",
            "50m30s lead first +x1",
            "1h30s boss first +x1",
            "1h40m30s all allresolved -x1",
            "1h40m30s boss allresolved -x1",
            "1h40m30s lead allresolved -x1",
        ]
    );
}
