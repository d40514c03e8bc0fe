//! Pages as they come from the server, before any script runs.

use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::Server;

/// What stands between `from` and `to`, each time.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |rest| rest.split(to).next())
}

/// The panels' ids and titles.
fn skeleton(page: &str) -> String {
    let ids = between(page, "<section id=\"panel-", "\"");
    let titles =
        between(page, "<h2", "</h2>").filter_map(|head| head.split_once('>')).map(|(_, title)| title);
    ids.zip(titles).map(|(id, title)| format!("{id}: {title}")).collect::<Vec<_>>().join("\n")
}

fn charts(page: &str) -> usize {
    page.matches("<svg class=\"chart-svg\"").count()
}

#[tokio::test]
async fn pages_show_their_charts_without_script() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    let page = async |path: &str, least: usize| {
        eventually(path, async || {
            let answer = server.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            (charts(&answer.body) >= least).then_some(answer.body)
        })
        .await
    };
    // A machine may lack disks, a network or thermometers, but none lacks CPU, memory, load and processes.
    let overview = page("/", 8).await;
    insta::assert_snapshot!(skeleton(&overview), @r"
    cpu: CPU
    memory: Memory
    load: Load, 1 min
    disk: Fullest disk
    processes: Processes
    uptime: Uptime
    cpu-chart: CPU
    memory-chart: Memory
    network-chart: Network
    disk-chart: Disk I/O
    own-cpu: Watchfire: CPU
    own-memory: Watchfire: memory
    own-samples: Watchfire: samples
    ");
    let host = page("/host", 4).await;
    insta::assert_snapshot!(skeleton(&host), @r"
    facts: This host
    cores: CPU by core
    load: Load
    memory: Memory
    swap: Swap
    process-table: Top processes
    network: Network traffic
    packets: Network packets
    errors: Network errors
    disk-io: Disk I/O
    disk-space: Disk space used
    disk-free: Disk space available
    temperature: Temperature
    collector: Cost of collecting
    ");

    let numbers: Vec<_> = between(&overview, "<span class=\"tile-number\">", "<").collect();
    assert_eq!(numbers.len(), 6, "{numbers:?}");
    let moving = numbers.iter().filter(|number| number.parse::<f64>().is_ok()).count();
    assert!(moving >= 4, "{numbers:?}");
}

#[tokio::test]
async fn ranges_in_the_url() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    eventually("charts", async || (charts(&server.get("/").await.body) > 0).then_some(())).await;
    let table = [
        ("from=now-15m&to=now", true),
        ("from=now-7d", true),
        ("from=2020-01-01&to=now", true),
        // Nothing was measured then.
        ("from=2020-01-01&to=2020-01-02", false),
        ("from=1970-01-01&to=1970-01-01T00:00:01Z", false),
        // Senseless ranges: the page says so and shows the default, or shows that there is nothing.
        ("from=now&to=now-1h", true),
        ("from=soon&to=later", true),
        ("from=&to=", true),
        ("from=now&to=now", true),
        ("from=%ff%fe", true),
    ];
    for (query, shows_charts) in table {
        let answer = server.get(&format!("/?{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
        assert_eq!(charts(&answer.body) > 0, shows_charts, "{query}");
    }
    // Whatever they show, they show it without breaking.
    for query in [
        "from=-9223372036854775808&to=9223372036854775807",
        "from=0&to=9223372036854775807",
        "from=9223372036854775806&to=9223372036854775807",
        "from=-9999-01-01&to=9999-12-31",
        "from=now-290000000y&to=9999-12-31",
        "from=now-292471208y",
        "from=0&from=1",
    ] {
        for path in ["/", "/host"] {
            let answer = server.get(&format!("{path}?{query}")).await;
            assert_eq!(answer.status, 200, "{path}?{query}");
            assert!(answer.body.contains("</html>"), "{path}?{query}");
        }
    }
    let stopped = server.stop().await;
    assert!(!stopped.log.contains("panicked"), "{}", stopped.log);
}
