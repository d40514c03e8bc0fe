//! Markers at the end of series.

use crate::server::{Reply, Server};
use crate::sink::{Run, job, until};
use watchfire_model::is_stale;

async fn stale(run: &Run, prefix: &str) {
    until(&format!("a marker of {prefix}"), || run.sink.is_stale(prefix).then_some(())).await;
}

#[tokio::test]
async fn a_series_that_goes() {
    let server = Server::page("a 1\nb 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("b{", 1.0).await;
    server.answer(|_| Reply::text("a 1\n"));
    stale(&run, "b{").await;
    assert_eq!(run.sink.of("b{").iter().filter(|seen| is_stale(seen.value)).count(), 1);
    assert!(!run.sink.is_stale("a{"));
    // It comes back as a new one.
    server.answer(|_| Reply::text("a 1\nb 7\n"));
    run.until_last("b{", 7.0).await;
    assert!(run.sink.of("scrape_series_added").iter().filter(|seen| seen.value == 1.0).count() == 1);
}

#[tokio::test]
async fn a_scrape_that_fails() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("a{", 1.0).await;
    server.answer(|_| Reply::status(503));
    stale(&run, "a{").await;
    run.until_last("up", 0.0).await;
    // The same for a body that breaks halfway: nothing of it, and markers.
    server.answer(|_| Reply::text("a 2\n"));
    run.until_last("a{", 2.0).await;
    server.answer(|_| Reply::text("a 3\n\"\n"));
    stale(&run, "a{").await;
    assert!(run.sink.of("a{").iter().all(|seen| seen.value != 3.0));
}

#[tokio::test]
async fn a_series_with_timestamps_of_its_own_gets_none() {
    let server = Server::page("a 1 1234\nb 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("b{", 1.0).await;
    server.answer(|_| Reply::text(""));
    stale(&run, "b{").await;
    assert!(!run.sink.is_stale("a{"));
}

#[tokio::test]
async fn a_target_that_goes() {
    let (one, two) = (Server::page("a 1\n").await, Server::page("b 1\n").await);
    let list = |addresses: &[String]| format!("[{{\"targets\": {addresses:?}}}]");
    let (a, b) = (one.address.to_string(), two.address.to_string());
    let jobs = "  - {job_name: test, file_sd_configs: [{files: [t.json]}]}";
    let run = Run::with(jobs, |folder| {
        std::fs::write(folder.join("t.json"), list(&[a.clone(), b.clone()])).unwrap();
    });
    run.until_last("a{", 1.0).await;
    run.until_last("b{", 1.0).await;
    run.replace("t.json", &list(std::slice::from_ref(&b)));
    stale(&run, "a{").await;
    stale(&run, &format!("up{{instance=\"{a}\"")).await;
    assert!(!run.sink.is_stale("b{"));
    assert_eq!(run.scraper.targets().len(), 1);

    // The same where its job goes.
    run.write("");
    for name in ["b", "up", "scrape_duration_seconds", "scrape_samples_scraped", "scrape_series_added"] {
        stale(&run, &format!("{name}{{instance=\"{b}\"")).await;
    }
    let times: Vec<i64> = run.sink.of("b{").iter().map(|seen| seen.timestamp).collect();
    assert!(times.is_sorted_by(|x, y| x < y), "{times:?}");
}

#[tokio::test]
async fn the_end_of_the_program_is_none_of_the_series() {
    let server = Server::page("a 1\n").await;
    // The second target never answers: it is being asked at the end.
    let silent =
        Server::start(|_| Reply { delay: std::time::Duration::from_mins(1), ..Reply::text("") }).await;
    let second = job(&silent, ", scrape_interval: 1m, scrape_timeout: 1m").replace("test", "silent");
    let run = Run::start(&format!("{}\n{second}", job(&server, "")));
    run.until_last("a{", 1.0).await;
    run.scraper.stop().await;
    let samples = run.sink.samples();
    assert!(samples.iter().all(|seen| !is_stale(seen.value)), "{samples:?}");
    assert!(run.sink.of("up").iter().all(|seen| seen.value == 1.0), "{samples:?}");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(run.sink.samples().len(), samples.len(), "it is over");
}
