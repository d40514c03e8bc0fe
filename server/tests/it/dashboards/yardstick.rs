//! Node Exporter Full, as its authors publish it, over what a `node_exporter` says.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{done, started};

const DASHBOARD: &str =
    include_str!("../../../../crates/dashboard/tests/it/grafana/data/node-exporter-full.json");

/// What `node_exporter` 1.5 said on a virtual machine with the collectors processes, interrupts and tcpstat; of a sensor, a fan,
/// a socket of systemd and the scheduler, which that machine does not have, one line each was added by hand. Only what the
/// dashboard asks for.
const SAID: &str = include_str!("node_exporter.txt");

/// The same as two scrapes, half a minute apart, between which things went on, with the labels that a scrape adds.
fn scraped(now: i64) -> String {
    let mut text = String::new();
    for (at, more) in [(now - 45_000, 1.0), (now - 15_000, 1.001)] {
        for line in SAID.lines() {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let comma = if labels == "}" { "" } else { "," };
            let value: f64 = value.parse().unwrap();
            // Counters count on.
            let value = if name.ends_with("_total") { value * more } else { value };
            writeln!(text, "{name}{{job=\"node\",instance=\"vm:9100\"{comma}{labels} {value} {at}").unwrap();
        }
    }
    text
}

#[tokio::test]
async fn its_panels_draw_what_a_node_exporter_says() {
    let (_dir, server) = started(&[]);
    let now = i64::try_from(
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(),
    )
    .unwrap();
    let stored = server.post("/api/v1/import/prometheus", &[], scraped(now).into_bytes()).await;
    assert!((200..300).contains(&stored.status), "{}", stored.body);
    let path = "/api/v1/dashboards/import?create=true";
    let imported = server.post(path, &[], DASHBOARD.as_bytes().to_vec()).await;
    assert_eq!(imported.status, 201, "{}", imported.body);

    let asked = json!({"dashboard": "rYdddlPWk", "from": "now-5m", "to": "now"});
    let snapshot = done(&server, "POST", "/api/v1/snapshots", &asked, 201).await;
    let uid = snapshot["data"]["uid"].as_str().unwrap();
    let seen = done(&server, "GET", &format!("/api/v1/snapshots/{uid}/data"), &Value::Null, 200).await;
    let seen = &seen["data"];
    assert_eq!(seen["failed"], json!([]));
    let answers = seen["answers"].as_array().unwrap();
    let draws = |panel: &Value| {
        let (own, copy) = (panel["id"].to_string(), format!("{}~", panel["id"]));
        answers.iter().any(|answer| {
            let key = answer["key"].as_str().unwrap();
            let series = answer["series"].as_array().unwrap();
            let number =
                |series: &Value| series["values"].as_array().unwrap().iter().any(|value| !value.is_null());
            (key == own || key.starts_with(&copy)) && series.iter().any(number)
        })
    };
    let panels = seen["dashboard"]["panels"].as_array().unwrap();
    let panels: Vec<&Value> = panels.iter().filter(|panel| panel["kind"] != "row").collect();
    assert_eq!(panels.len(), 125);
    let empty: Vec<&str> =
        panels.iter().filter(|panel| !draws(panel)).map(|panel| panel["title"].as_str().unwrap()).collect();
    // That machine has no swap: 0 of 0.
    assert_eq!(empty, ["SWAP Used"]);
}
