//! Policies of escalation: who else is told under a name, by levels.

use super::stage::{Stage, plan};

/// Plays a scene; the channel is left out of what is told.
fn told(config: &str, script: &str) -> Vec<String> {
    let lines = Stage::new(plan(config)).play(script);
    lines.iter().map(|line| line.replace("/webhook[0]", "")).collect()
}

/// A configuration with a webhook for each of these.
fn config(route: &str, receivers: &[&str], more: &str) -> String {
    let webhook = |name: &&str| format!("  - {{name: {name}, webhook_configs: [{{url: 'http://a'}}]}}\n");
    let receivers: String = receivers.iter().map(webhook).collect();
    format!(
        "route: {{group_by: [group], group_wait: 30s, group_interval: 5m, repeat_interval: 1d, {route}}}\n\
         receivers:\n{receivers}{more}"
    )
}

const LEVELS: &str = r"
escalation_policies:
  - name: levels
    steps:
      - {severities: [warning], receivers: [chat]}
      - {severities: [critical], receivers: [mail, pager]}
      - {severities: [critical], after: 5m, receivers: [lead]}
      - {matchers: [severity=outage], receivers: [phone]}
";

#[test]
fn levels_go_by_severity() {
    let receivers = ["chat", "mail", "pager", "lead", "phone"];
    let text = config("receiver: team, escalation_policy: levels", &receivers, "  - {name: team}") + LEVELS;
    assert_eq!(
        told(&text, "0s fire w1 c1 o1 x1\n2m restart\n20m resolve w1 c1 o1 x1\n1h end"),
        [
            "30s mail first +c1",
            "30s pager first +c1",
            "30s phone first +o1",
            "30s chat first +w1",
            "5m lead first +c1",
            "20m30s mail allresolved -c1",
            "20m30s pager allresolved -c1",
            "20m30s lead allresolved -c1",
            "20m30s phone allresolved -o1",
            "20m30s chat allresolved -w1",
        ]
    );
    assert_eq!(
        told(&text, "0s fire c1\n2m ack c1\n1h end"),
        ["30s mail first +c1", "30s pager first +c1"],
        "who looks after it keeps others from being told"
    );
}

#[test]
fn the_policy_of_a_receiver_is_told_as_its_own_steps_are() {
    let receivers = ["lead", "boss"];
    let script = "0s fire x1\n1h restart\n2h20m fire x2\n2h21m ack x2\n5h resolve x1\n6h end";
    let of = |team: &str, more: &str| {
        let team = format!("  - {{name: team, webhook_configs: [{{url: 'http://b'}}], {team}}}\n{more}");
        told(&config("receiver: team", &receivers, &team), script)
    };
    let own = of(
        "escalation_configs: [{after: 10m, receiver: lead}, {after: 30m, receiver: boss}], escalation_repeat: {times: 2, after: 1h}",
        "",
    );
    assert_eq!(own.len(), 11, "{own:?}");
    let by_policy = of(
        "escalation_policy: both",
        "escalation_policies: [{name: both, repeat: {times: 2, after: 1h}, steps: [{after: 10m, receivers: [lead]}, \
         {after: 30m, receivers: [boss]}]}]\n",
    );
    assert_eq!(by_policy, own);
}

#[test]
fn the_policy_of_a_route_counts_before_what_its_receiver_says() {
    let more = r"
  - {name: team, webhook_configs: [{url: 'http://b'}], escalation_configs: [{after: 10m, receiver: boss}]}
schedules: [{name: web, layers: [{start: 1970-01-01 00:00, every: 1h, receivers: [ann, bob]}]}]
escalation_policies:
  - {name: night, steps: [{after: 5m, receivers: [lead], schedule: web}], repeat: {times: 1, after: 10m}}
";
    let route = "receiver: team, routes: [{matchers: [group=y], escalation_policy: night}]";
    let text = config(route, &["lead", "boss", "ann", "bob"], more.trim_start_matches('\n'));
    assert_eq!(
        told(&text, "0s fire x1 y1\n30m ack x1 y1\n50m end"),
        [
            "30s team first +x1",
            "30s team first +y1",
            "5m lead first +y1",
            "5m ann first +y1",
            "10m boss first +x1",
            "15m lead repeat +y1",
            "15m ann repeat +y1",
        ]
    );
}

#[test]
fn who_is_told_by_the_route_is_told_again_with_the_others() {
    let policies = "escalation_policies: [{name: p, steps: [{after: 5m, receivers: [team, lead]}], repeat: {times: 1, after: 10m}}]\n";
    let text = config("receiver: team, escalation_policy: p", &["team", "lead"], policies);
    assert_eq!(
        told(&text, "0s fire x1\n50m end"),
        ["30s team first +x1", "5m lead first +x1", "15m team repeat +x1", "15m lead repeat +x1"]
    );
}
