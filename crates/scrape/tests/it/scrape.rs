//! What one target's samples become.

use std::sync::atomic::Ordering;

use watchfire_model::MetadataKind;
use watchfire_scrape::{Health, LeftOut};

use crate::server::{Reply, Server};
use crate::sink::{Run, job, until};

#[tokio::test]
async fn a_target_is_scraped_and_reported() {
    let server =
        Server::page("# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\"} 5\nb 2\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("up", 1.0).await;
    let labels = format!("instance=\"{}\",job=\"test\"", server.address);
    let first = run.sink.batches().swap_remove(0);
    let told: Vec<String> = first.iter().map(|(labels, _)| labels.unwrap().to_string()).collect();
    let expected = [
        format!("a_total{{{labels},x=\"1\"}}"),
        format!("b{{{labels}}}"),
        format!("up{{{labels}}}"),
        format!("scrape_duration_seconds{{{labels}}}"),
        format!("scrape_samples_scraped{{{labels}}}"),
        format!("scrape_samples_post_metric_relabeling{{{labels}}}"),
        format!("scrape_series_added{{{labels}}}"),
    ];
    assert_eq!(told, expected);
    assert_eq!((first.values[0], first.values[4], first.values[6]), (5.0, 2.0, 2.0));
    assert!(first.timestamps.iter().all(|timestamp| *timestamp == first.timestamps[0]));
    assert_eq!(first.metadata[0].metric, "a_total");
    assert_eq!((first.metadata[0].kind, &*first.metadata[0].help), (MetadataKind::Counter, "Things."));

    // The second scrape adds no series, and says nothing again.
    run.until_last("scrape_series_added", 0.0).await;
    assert!(run.sink.batches()[1].metadata.is_empty());
    let target = run.scraper.targets().swap_remove(0);
    assert_eq!((target.pool.as_str(), target.outcome.health), ("test", Health::Up));
    assert_eq!(target.url, format!("http://{}/metrics", server.address));
    assert_eq!(target.discovered["__address__"], server.address.to_string());
    assert_eq!(server.connections(), 1, "the connection is used again");
}

#[tokio::test]
async fn scrapes_are_evenly_spaced() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ", scrape_interval: 200ms"));
    let times = until("three scrapes", || {
        let times: Vec<i64> = run.sink.of("up").iter().map(|seen| seen.timestamp).collect();
        (times.len() >= 3).then_some(times)
    })
    .await;
    for pair in times.windows(2) {
        // A busy machine may be late; it is never early.
        assert!(pair[1] - pair[0] >= 150, "{times:?}");
    }
}

#[tokio::test]
async fn labels_of_the_target_win_unless_honoured() {
    for (honor, expected) in [
        ("false", r#"a{exported_instance="other",exported_job="mine",instance="i",job="test"}"#),
        ("true", r#"a{instance="other",job="mine"}"#),
    ] {
        let server = Server::page("a{job=\"mine\",instance=\"other\"} 1\n").await;
        let more =
            format!(", honor_labels: {honor}, relabel_configs: [{{target_label: instance, replacement: i}}]");
        let run = Run::start(&job(&server, &more));
        run.until_last("up", 1.0).await;
        assert_eq!(run.sink.of("a")[0].series, expected, "honor_labels: {honor}");
    }
}

#[tokio::test]
async fn timestamps_count_where_they_are_honoured() {
    for (honor, own) in [("true", true), ("false", false)] {
        let server = Server::page("a 1 1234\n").await;
        let run = Run::start(&job(&server, &format!(", honor_timestamps: {honor}")));
        run.until_last("up", 1.0).await;
        assert_eq!(run.sink.of("a")[0].timestamp == 1234, own);
    }
}

#[tokio::test]
async fn limits_fail_the_scrape() {
    let page = "a{label_one=\"1\"} 1\nb 1\nc 1\n";
    let (label, whole) = (LeftOut::LabelLimit, LeftOut::Undecodable);
    for (limit, reason, left_out) in [
        ("sample_limit: 2", "sample_limit of 2 exceeded", (LeftOut::SampleLimit, 3)),
        ("label_limit: 3", "label_limit of 3 exceeded by 4", (label, 1)),
        ("label_name_length_limit: 8", "label_name_length_limit of 8 exceeded by 9", (label, 1)),
        ("label_value_length_limit: 4", "label_value_length_limit of 4 exceeded by", (label, 1)),
        ("body_size_limit: 20B", "body_size_limit of 20 bytes exceeded", (LeftOut::TooLarge, 1)),
        ("metric_relabel_configs: [{action: labeldrop, regex: __name__}]", "no metric name", (whole, 1)),
    ] {
        let server = Server::page(page).await;
        let run = Run::start(&job(&server, &format!(", {limit}")));
        run.until_last("up", 0.0).await;
        let error = run.error().await;
        assert!(error.contains(reason), "{limit}: {error}");
        assert!(run.sink.of("b").is_empty(), "{limit}");
        assert!(run.scraper.counters().failures > 0);
        assert_eq!(run.sink.all_left_out()[0], left_out, "{limit}");
    }
}

#[tokio::test]
async fn a_sample_limit_counts_what_relabelling_leaves() {
    let server = Server::page("a 1\nb 1\nc 1\n").await;
    let rule = "metric_relabel_configs: [{source_labels: [__name__], regex: c, action: drop}]";
    let run = Run::start(&job(&server, &format!(", sample_limit: 2, {rule}")));
    run.until_last("up", 1.0).await;
    assert_eq!(run.sink.last("scrape_samples_scraped"), Some(3.0));
    assert_eq!(run.sink.last("scrape_samples_post_metric_relabeling"), Some(2.0));
    assert!(run.sink.of("c{").is_empty());
}

#[tokio::test]
async fn the_first_of_two_equal_series_counts() {
    let server = Server::page("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\na{x=\"1\",y=\"2\"} 3\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("up", 1.0).await;
    assert!(run.sink.of("a{").iter().all(|seen| seen.value == 1.0));
    assert!(run.scraper.counters().refused_samples >= 2);
    assert_eq!(run.sink.all_left_out()[0], (LeftOut::Repeated, 2));
}

#[tokio::test]
async fn what_the_sink_refuses_is_counted() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ""));
    run.until_last("up", 1.0).await;
    let refused = || run.scraper.counters().refused_samples;
    assert_eq!(refused(), 0);
    // One of a batch is one, and not all of them.
    run.sink.picky.store(true, Ordering::Relaxed);
    until("refused samples", || (refused() > 0).then_some(())).await;
    assert!(refused() < 5, "{}", refused());
    run.sink.picky.store(false, Ordering::Relaxed);
    run.sink.full.store(true, Ordering::Relaxed);
    until("lost scrapes", || (refused() >= 12).then_some(())).await;
}

#[tokio::test]
async fn openmetrics_with_exemplars() {
    let page = "# TYPE a counter\na_total 5 # {trace_id=\"t\"} 0.5 12.5\n# EOF\n";
    let server = Server::start(move |request| {
        let accept = &request.headers["accept"];
        assert!(accept.starts_with("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"));
        Reply::of("application/openmetrics-text; version=1.0.0; charset=utf-8", page)
    })
    .await;
    let run = Run::start(&job(&server, ""));
    run.until_last("up", 1.0).await;
    let batch = run.sink.batches().swap_remove(0);
    let (series, exemplar) = &batch.exemplars[0];
    assert_eq!(batch.labels(&batch.series[*series as usize]).unwrap().metric(), "a_total");
    assert_eq!(
        (exemplar.value, exemplar.timestamp, exemplar.labels.get("trace_id")),
        (0.5, 12500, Some("t"))
    );
}

#[tokio::test]
async fn protobuf_where_it_is_asked_for() {
    // MetricFamily { name: "a", type: GAUGE, metric: [{ gauge: { value: 2 } }] }, after its length.
    let gauge = [&[0x12, 9, 9][..], &2.0_f64.to_le_bytes()].concat();
    let family = [&[0x0a, 1, b'a', 0x18, 1, 0x22, gauge.len() as u8][..], &gauge].concat();
    let body = [&[family.len() as u8][..], &family].concat();
    let server = Server::start(move |request| {
        assert!(request.headers["accept"].starts_with("application/vnd.google.protobuf;"));
        let kind =
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
        Reply::of(kind, body.clone())
    })
    .await;
    let run = Run::start(&job(&server, ", scrape_protocols: [PrometheusProto]"));
    run.until_last("up", 1.0).await;
    assert_eq!(run.sink.last("a{"), Some(2.0));
}

#[tokio::test]
async fn settings_are_told_where_that_is_asked_for() {
    let server = Server::page("a 1\n").await;
    let run = Run::start(&job(&server, ", extra_scrape_metrics: true, sample_limit: 7"));
    run.until_last("scrape_timeout_seconds", 0.15).await;
    run.until_last("scrape_sample_limit", 7.0).await;
    run.write("");
    until("a marker", || run.sink.is_stale("scrape_sample_limit").then_some(())).await;
}

#[tokio::test]
async fn too_many_targets_are_all_refused() {
    let server = Server::page("a 1\n").await;
    let address = server.address;
    let groups = format!(
        "[{{targets: ['{address}'], labels: {{n: a}}}}, {{targets: ['{address}'], labels: {{n: b}}}}]"
    );
    let run = Run::start(&format!("  - {{job_name: test, target_limit: 1, static_configs: {groups}}}"));
    run.until_last("up", 0.0).await;
    assert_eq!(run.error().await, "target_limit exceeded (number of targets: 2, limit: 1)");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn what_is_passed_over_is_counted() {
    let page = "# TYPE a counter\na_total 5 # {x=\"1\",x=\"2\"} 0.5\n# EOF\n";
    let server = Server::start(move |_| Reply::of("application/openmetrics-text; version=1.0.0", page)).await;
    let run = Run::start(&job(&server, ""));
    run.until_last("up", 1.0).await;
    assert_eq!(run.sink.all_left_out()[0], (LeftOut::InvalidExemplar, 1));
    server.answer(|_| Reply::of("image/png", "a 1\n"));
    run.until_last("up", 0.0).await;
    assert_eq!(run.sink.all_left_out().pop(), Some((LeftOut::Unsupported, 1)));
    // MetricFamily { name: "h", type: HISTOGRAM, metric: [{ histogram: { sample_count: 1, zero_count: 1 } }] }.
    let family = [0x0a, 1, b'h', 0x18, 4, 0x22, 6, 0x3a, 4, 0x08, 1, 0x38, 1];
    let body = [&[family.len() as u8][..], &family].concat();
    let kind = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
    server.answer(move |_| Reply::of(kind, body.clone()));
    run.until_last("up", 1.0).await;
    assert_eq!(run.sink.all_left_out().pop(), Some((LeftOut::NativeHistogram, 1)));
}

#[tokio::test]
async fn the_clock_of_a_target_is_compared_where_it_tells_the_time() {
    let date = |ahead: i64| {
        let now = std::time::SystemTime::now();
        let shift = std::time::Duration::from_secs(ahead.unsigned_abs());
        httpdate::fmt_http_date(if ahead < 0 { now - shift } else { now + shift })
    };
    let skew = "scrape_clock_skew_seconds";
    let server = Server::start(move |_| Reply::text("a 1\n").header("Date", date(0))).await;
    let run = Run::start(&job(&server, ""));
    run.until_last(skew, 0.0).await;
    for ahead in [120, -120] {
        server.answer(move |_| Reply::text("a 1\n").header("Date", date(ahead)));
        // Whole seconds are told, and an answer takes some time.
        let is_new = |sure: &f64| if ahead > 0 { *sure > 0.0 } else { *sure < 0.0 };
        let sure = until("a wrong clock", || run.sink.last(skew).filter(is_new)).await.abs();
        assert!((110.0..=120.0).contains(&sure), "{sure} of {ahead}");
    }
    // An answer that was kept on the way tells an earlier time, and one without a time nothing: the series ends.
    server.answer(move |_| Reply::text("a 1\n").header("Date", date(-120)).header("Age", "120"));
    until("a marker", || run.sink.is_stale(skew).then_some(())).await;
    let told = run.sink.of(skew).len();
    server.answer(|_| Reply::text("a 5\n"));
    run.until_last("a{", 5.0).await;
    assert_eq!(run.sink.of(skew).len(), told, "once");
    // Where a target goes, its series goes with it.
    server.answer(move |_| Reply::text("a 1\n").header("Date", date(0)));
    run.until_last(skew, 0.0).await;
    run.write("");
    until("a marker", || run.sink.is_stale(skew).then_some(())).await;
}
