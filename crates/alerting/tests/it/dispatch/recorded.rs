//! What Alertmanager 0.25 really sent in 52 seconds, and what is sent here.

use watchfire_alerting::silence::Draft;
use watchfire_alerting::{Config, Dispatcher, Inhibition, Matchers, Muting, Plan, Silences};

use super::stage::{FOR_EVER, alert};

const CONFIG: &str = "
route: {receiver: all, group_by: [group], group_wait: 2s, group_interval: 4s, repeat_interval: 12s}
receivers: [{name: all, webhook_configs: [{url: 'http://a'}, {url: 'http://b', send_resolved: false}]}]
inhibit_rules: [{source_matchers: [group=z], target_matchers: [name=y1]}]
";

/// What was done, 300 ms after each of these seconds; `mute` and `unmute` by silences.
const SCRIPT: &[(i64, &str, &[&str])] = &[
    (0, "fire", &["x1"]),
    (1, "fire", &["x2"]),
    (3, "fire", &["x3"]),
    (7, "resolve", &["x1"]),
    (11, "mute", &["x2"]),
    (12, "fire", &["x4"]),
    (15, "unmute", &["x2"]),
    (19, "resolve", &["x2", "x3", "x4"]),
    (24, "fire", &["x1"]),
    (25, "fire", &["y1"]),
    (25, "fire", &["z1"]),
    (43, "resolve", &["z1"]),
    (45, "resolve", &["x1"]),
    (52, "end", &[]),
];

/// The second, the webhook, the group, the alerts as they stood in its message.
const RECORDED: &str = "
2 0 x +x1 +x2
2 1 x +x1 +x2
6 0 x +x1 +x2 +x3
6 1 x +x1 +x2 +x3
10 0 x -x1 +x2 +x3
14 0 x +x3 +x4
14 1 x +x3 +x4
18 0 x +x2 +x3 +x4
18 1 x +x2 +x3 +x4
22 0 x -x2 -x3 -x4
26 0 x +x1
26 1 x +x1
27 0 z +z1
27 1 z +z1
38 0 x +x1
38 1 x +x1
39 0 z +z1
39 1 z +z1
43 0 y +y1
43 0 z -z1
43 1 y +y1
46 0 x -x1
";

#[test]
fn the_same_notifications_at_the_same_time() {
    let config = Config::parse("a.yml", CONFIG).unwrap();
    let mut dispatcher = Dispatcher::new(Plan::new(&config).into());
    let mut inhibition = Inhibition::new(&config.inhibit_rules);
    let mut silences = Silences::default();
    let mut told = Vec::new();
    for (second, act, names) in SCRIPT {
        let now = second * 1000 + 300;
        while let Some(at) = dispatcher.next_deadline().filter(|at| *at < now) {
            let muting = Muting::new(&silences, &inhibition, &[], at);
            told.extend(dispatcher.poll(at, |alert| muting.is_muted(&alert.labels)));
        }
        for name in *names {
            match *act {
                "fire" | "resolve" => {
                    let ends_at = if *act == "fire" { FOR_EVER } else { now };
                    let starts_at = if *act == "fire" { now } else { 0 };
                    let alert = dispatcher.insert(alert(name, starts_at, ends_at, now), now);
                    inhibition.update(&alert);
                }
                "mute" => {
                    let matchers = Matchers::parse(&format!("name={name}")).unwrap();
                    let (created_by, comment) = (String::new(), String::new());
                    let draft =
                        Draft { id: None, matchers, starts_at: None, ends_at: FOR_EVER, created_by, comment };
                    silences.set(draft, now, || (*name).to_owned()).unwrap();
                }
                _ => silences.expire(name, now).unwrap(),
            }
        }
    }
    let mut lines: Vec<(i64, u32, String)> = told
        .iter()
        .map(|told| {
            let alerts = told.alerts.iter().map(|notified| {
                let sign = if notified.resolved { '-' } else { '+' };
                format!(" {sign}{}", notified.alert.labels.get("name").unwrap())
            });
            let group = told.group_labels.get("group").unwrap();
            (told.at / 1000, told.integration.index, format!("{group}{}", alerts.collect::<String>()))
        })
        .collect();
    lines.sort();
    let lines: Vec<String> =
        lines.iter().map(|(at, index, alerts)| format!("{at} {index} {alerts}")).collect();
    let mut recorded: Vec<&str> = RECORDED.trim().lines().collect();
    recorded.sort_by_key(|line| line.split(' ').next().unwrap().parse::<i64>().unwrap());
    assert_eq!(lines, recorded);
}
