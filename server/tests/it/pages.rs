//! Pages as they come from the server, before any script runs.

use tempfile::tempdir;

use crate::answer::eventually;
use crate::server::Server;

/// What stands between `from` and `to`, each time.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(from).skip(1).filter_map(move |rest| rest.split(to).next())
}

/// The panels' keys and titles; rows have none of their own.
fn skeleton(page: &str) -> String {
    let panel = |section: &str| {
        let (key, rest) = section.split_once('"')?;
        let (_, head) = rest.split_once("<h2")?;
        let title = head.split_once('>')?.1.split("</h2>").next()?.trim_end_matches("<!>");
        (!title.contains('<')).then(|| format!("{key}: {title}"))
    };
    let sections = page.split("<section id=\"panel-").skip(1);
    sections.filter_map(panel).collect::<Vec<_>>().join("\n")
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
    1: Hosts
    2: Services
    3: Targets down
    4: Alerts firing
    5: Samples
    6: Series
    7: CPU
    8: Memory
    9: Network
    10: Disk I/O
    12: CPU
    13: Memory
    14: Fullest disks
    15: Error rate
    17: CPU of Watchfire
    18: Memory of Watchfire
    19: Samples stored
    ");
    let host = page("/host", 4).await;
    insta::assert_snapshot!(skeleton(&host), @r"
    1: CPU
    2: Memory
    3: Top disk
    4: Load / core
    5: Temperature
    6: Up for
    8: CPU by core
    9: Load
    11: Memory
    12: Swap
    14: Space
    15: Read and written
    16: Busy
    18: Network
    19: Failed packets
    20: Temperatures
    22: Processes
    23: How many processes
    24: About this host
    25: What collecting costs
    ");
    // Numbers are text, also in pictures.
    let numbers: Vec<f64> =
        between(&host, "<text", "</text>").filter_map(|text| text.split_once('>')?.1.parse().ok()).collect();
    assert!(numbers.len() >= 4, "{numbers:?}");
}

#[tokio::test]
async fn ranges_in_the_url() {
    let dir = tempdir().unwrap();
    let server = Server::start(dir.path(), &["--collect-interval", "100ms"]);
    eventually("charts", async || (charts(&server.get("/host").await.body) > 0).then_some(())).await;
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
        let answer = server.get(&format!("/host?{query}")).await;
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
