//! Targets from files and from a server.

use crate::server::{Reply, Server};
use crate::sink::{Run, until};

#[tokio::test]
async fn files_of_targets_in_both_forms() {
    let server = Server::page("a 1\n").await;
    let address = server.address;
    let jobs = "  - {job_name: test, file_sd_configs: [{files: ['t/*.json', t.yml]}], relabel_configs: [{source_labels: [__meta_filepath], regex: '.*/(.*)', target_label: file}]}";
    let run = Run::with(jobs, |folder| {
        std::fs::create_dir(folder.join("t")).unwrap();
        std::fs::write(
            folder.join("t/1.json"),
            format!(r#"[{{"targets": ["{address}"], "labels": {{"zone": "\u00e9"}}}}]"#),
        )
        .unwrap();
        std::fs::write(folder.join("t.yml"), format!("- targets: ['{address}']\n  labels: {{zone: 1.10}}\n"))
            .unwrap();
    });
    let zones = until("two targets", || {
        let mut zones: Vec<String> = run
            .scraper
            .targets()
            .iter()
            .map(|t| format!("{} {}", t.labels.get("file").unwrap(), t.labels.get("zone").unwrap()))
            .collect();
        zones.sort();
        (zones.len() == 2).then_some(zones)
    })
    .await;
    assert_eq!(zones, ["1.json é", "t.yml 1.10"]);

    // A file that breaks keeps its targets, and says so.
    run.replace("t/1.json", "[{");
    let problem = until("a problem", || run.scraper.discovery_problems().pop()).await;
    assert!(problem.contains("1.json: EOF while parsing"), "{problem}");
    assert_eq!(run.scraper.targets().len(), 2);
    // One that goes takes its targets along.
    std::fs::remove_file(run.path("t/1.json")).unwrap();
    until("one target", || (run.scraper.targets().len() == 1).then_some(())).await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_problem_until_it_is() {
    let run = Run::start("  - {job_name: test, file_sd_configs: [{files: [t.yml]}]}");
    let problem = until("a problem", || run.scraper.discovery_problems().pop()).await;
    assert!(problem.contains("t.yml: No such file"), "{problem}");
    run.replace("t.yml", "- targets: ['127.0.0.1:1']\n");
    until("a target", || (run.scraper.targets().len() == 1).then_some(())).await;
    assert!(run.scraper.discovery_problems().is_empty());
}

#[tokio::test]
async fn a_server_of_targets() {
    let target = Server::page("a 1\n").await;
    let body = format!(r#"[{{"targets": ["{}"], "labels": {{"__meta_zone": "z"}}}}]"#, target.address);
    let inventory = Server::start(move |_| Reply::of("application/json", body.clone())).await;
    let jobs = format!(
        "  - {{job_name: test, http_sd_configs: [{{url: 'http://{}/targets', refresh_interval: 50ms, bearer_token: t}}], relabel_configs: [{{source_labels: [__meta_zone], target_label: zone}}]}}",
        inventory.address
    );
    let run = Run::start(&jobs);
    run.until_last("a{", 1.0).await;
    assert!(run.sink.of("a{")[0].series.contains(r#"zone="z""#));
    assert_eq!(inventory.requests()[0].headers["authorization"], "Bearer t");

    inventory.answer(|_| Reply::status(500));
    let problem = until("a problem", || run.scraper.discovery_problems().pop()).await;
    assert!(problem.contains("500"), "{problem}");
    assert_eq!(run.scraper.targets().len(), 1, "those of before stay");
    inventory.answer(|_| Reply::of("application/json", "[]"));
    until("no target", || run.scraper.targets().is_empty().then_some(())).await;
    until("a marker", || run.sink.is_stale("a{").then_some(())).await;
}

#[tokio::test]
async fn dropped_targets_are_listed() {
    let run = Run::start(
        "  - {job_name: test, static_configs: [{targets: ['a:1', 'b:1']}], relabel_configs: [{source_labels: [__address__], regex: 'a:1', action: drop}]}",
    );
    let dropped = until("a dropped target", || {
        let dropped = run.scraper.dropped_targets();
        (dropped.len() == 1).then_some(dropped)
    })
    .await;
    assert_eq!(dropped[0].discovered["__address__"], "a:1");
    assert_eq!(dropped[0].discovered["job"], "test");
    assert_eq!(run.scraper.targets().len(), 1);
}

#[tokio::test]
async fn a_password_in_the_url_is_sent_and_never_shown() {
    let body = r#"[{"targets": ["127.0.0.1:1"]}]"#;
    // The second one says in a key of its own who asks; that one counts.
    for (key, expected) in [("", "Basic bWU6aHVzaCBodXNo"), (", bearer_token: t", "Bearer t")] {
        let inventory = Server::start(move |request| {
            let authorized = request.headers.get("authorization").is_some_and(|value| value == expected);
            if authorized { Reply::of("application/json", body) } else { Reply::status(401) }
        })
        .await;
        let address = inventory.address;
        let url = format!("http://me:hush%20hush@{address}/targets");
        let run = Run::start(&format!(
            "  - {{job_name: test, http_sd_configs: [{{url: '{url}', refresh_interval: 50ms{key}}}]}}"
        ));
        let target = until("a target", || run.scraper.targets().pop()).await;
        let shown = format!("http://me:xxxxx@{address}/targets");
        assert_eq!(target.discovered["__meta_url"], shown);
        inventory.answer(|_| Reply::status(500));
        let problem = until("a problem", || run.scraper.discovery_problems().pop()).await;
        assert!(problem.starts_with(&shown), "{problem}");
        drop(inventory);
        let refused = until("another problem", || {
            run.scraper.discovery_problems().pop().filter(|other| *other != problem)
        })
        .await;
        for text in [problem, refused, format!("{:?}", run.scraper.config())] {
            assert!(!text.contains("hush"), "{text}");
        }
    }
}
