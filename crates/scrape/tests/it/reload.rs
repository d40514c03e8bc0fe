//! The configuration changes while the scraper runs.

use std::fs::OpenOptions;
use std::process::Command;

use crate::server::Server;
use crate::sink::{Run, job, until};

#[tokio::test]
async fn a_good_one_is_taken_by_itself() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("a{", 1.0).await;
    let relabelled = ", metric_relabel_configs: [{target_label: more, replacement: x}]";
    run.write(&job(&server, relabelled));
    until("the new label", || run.sink.of("a{").last()?.series.contains("more=\"x\"").then_some(())).await;
    // The series under its old labels is gone, and the target never was.
    until("a marker", || {
        let mut old = run.sink.of("a{").into_iter().filter(|seen| !seen.series.contains("more"));
        old.next_back().is_some_and(|seen| watchfire_model::is_stale(seen.value)).then_some(())
    })
    .await;
    assert!(!run.sink.of("up").iter().any(|seen| watchfire_model::is_stale(seen.value)));

    run.write("");
    until("no target", || run.scraper.targets().is_empty().then_some(())).await;
    until("a marker", || run.sink.is_stale("up").then_some(())).await;
}

#[tokio::test]
async fn a_bad_one_is_refused_and_the_old_one_goes_on() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("a{", 1.0).await;
    run.write("  - {job_nam: x}");
    let error = until("an error", || run.scraper.config_error()).await;
    assert!(error.to_string().contains("did you mean \"job_name\"?"), "{error}");
    assert_eq!(run.scraper.reload(), Err(error));
    let scrapes = run.scraper.counters().scrapes;
    until("further scrapes", || (run.scraper.counters().scrapes > scrapes + 1).then_some(())).await;
    assert!(!run.sink.is_stale("a{"));

    run.write(&job(&server, ""));
    until("no error", || run.scraper.config_error().is_none().then_some(())).await;
    assert_eq!(run.scraper.reload(), Ok(()));
}

#[tokio::test]
async fn targets_that_did_not_change_keep_their_series() {
    let (one, two) = (Server::page("a 1\n").await, Server::page("b 1\n").await);
    let run = Run::start(&job(&one, ""));
    run.until_last("scrape_series_added", 0.0).await;
    let second = job(&two, "").replace("job_name: test", "job_name: other");
    run.write(&format!("{}\n{second}", job(&one, ", scrape_interval: 160ms")));
    run.until_last("b{", 1.0).await;
    let interval = std::time::Duration::from_millis(160);
    until("the new interval", || run.scraper.targets().iter().any(|t| t.interval == interval).then_some(()))
        .await;
    run.until_last("a{", 1.0).await;
    let added = run.sink.of("scrape_series_added");
    let of_first: Vec<f64> =
        added.iter().filter(|seen| seen.series.contains("job=\"test\"")).map(|seen| seen.value).collect();
    assert_eq!(of_first.iter().sum::<f64>(), 1.0, "{of_first:?}");
    assert_eq!(run.scraper.pools(), ["other", "test"]);
}

#[tokio::test]
async fn the_files_of_a_refused_one_are_watched() {
    let server = Server::page("a 1\n").await;
    let run = Run::start("");
    let more = |key: &str| format!("scrape_configs:\n{}\n", job(&server, "").replace("job_name", key));
    run.replace("more.yml", &more("job_nam"));
    let loaded_at = run.scraper.loaded_at();
    run.replace("prometheus.yml", "global: {scrape_interval: 150ms}\nscrape_config_files: ['mo*.yml']\n");
    let error = until("an error", || run.scraper.config_error()).await;
    assert!(error.to_string().contains("more.yml"), "{error}");
    assert_eq!(run.scraper.loaded_at(), loaded_at, "a refused one is not in force");
    run.replace("more.yml", &more("job_name"));
    until("a target", || (run.scraper.targets().len() == 1).then_some(())).await;
    assert!(run.scraper.config_error().is_none());
    assert!(run.scraper.loaded_at() > loaded_at);
}

#[tokio::test]
async fn what_changes_while_it_is_read_is_seen() {
    let pipe = "pipe.yml";
    for (case, first) in [
        ("one that is refused", "scrape_configz: []\nscrape_config_files: [more.yml, pipe.yml]\n"),
        ("one that is taken", "scrape_config_files: [more.yml, pipe.yml]\n"),
    ] {
        let run = Run::with("", |folder| {
            std::fs::write(folder.join("more.yml"), "").unwrap();
            assert!(Command::new("mkfifo").arg(folder.join(pipe)).status().unwrap().success());
        });
        run.replace("prometheus.yml", first);
        // The reader waits for a writer, and the writer for the reader: from here on the other files were read.
        let path = run.path(pipe);
        let opened = tokio::task::spawn_blocking(move || OpenOptions::new().write(true).open(path).unwrap());
        let writer = opened.await.unwrap();
        run.replace(pipe, "");
        run.replace("more.yml", "scrape_configs: [{job_name: late}]\n");
        if first.contains("configz") {
            run.replace("prometheus.yml", "scrape_config_files: [more.yml, pipe.yml]\n");
        }
        drop(writer);
        until(case, || (run.scraper.pools() == ["late"]).then_some(())).await;
    }
}
