//! Operations on one thread.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::server::Server;

/// Keeps the processor busy for about this long.
fn spin(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        black_box(began);
    }
}

#[derive(Debug)]
struct OutOfStock;

#[test]
fn outcomes_are_told_apart() {
    let server = Server::start();
    let client = server.client();
    let labels = [("source", "csv")];
    let fine = client.monitored_operation("load", &labels).run(|| Ok::<_, OutOfStock>(7));
    assert_eq!(fine.unwrap(), 7);
    drop(client.monitored_operation("load", &labels));
    let failed = client.monitored_operation("load", &labels).run(|| Err::<(), _>(OutOfStock));
    assert!(failed.is_err());
    client.monitored_operation("load", &labels).fail();
    client.monitored_operation("load", &labels).fail_as("Timeout");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _run = client.monitored_operation("load", &labels);
        // Without the message of a panic, which would stand in the output of the tests.
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(panicked.is_err());

    let arrived = server.flushed(&client);
    let rows = [
        ("outcome=\"success\",source=\"csv\"", 2),
        ("exception=\"OutOfStock\",outcome=\"failure\",source=\"csv\"", 1),
        ("outcome=\"failure\",source=\"csv\"", 1),
        ("exception=\"Timeout\",outcome=\"failure\",source=\"csv\"", 1),
        ("exception=\"panic\",outcome=\"failure\",source=\"csv\"", 1),
    ];
    for (labels, count) in rows {
        assert_eq!(arrived.value(&format!("load_total{{{labels}}}")) as u64, count, "{labels}");
    }
    assert_eq!(arrived.count("load_total"), rows.len());
    assert_eq!(arrived.value("load_duration_seconds_count{source=\"csv\"}") as u64, 6);
    assert_eq!(arrived.count("load_max_rss"), 0);
}

#[test]
fn time_and_cpu_time_are_told() {
    let server = Server::start();
    let client = server.client();
    let operation = client.operation("step", &[("kind", "busy")]).unwrap();
    let began = Instant::now();
    drop({
        let run = operation.start();
        spin(Duration::from_millis(60));
        run
    });
    client.timed_operation("nap", || std::thread::sleep(Duration::from_millis(60)));
    let wall = began.elapsed().as_secs_f64();
    let arrived = server.flushed(&client);
    let busy = arrived.value("step_cpu_seconds_total{kind=\"busy\"}");
    let (took, nap) = (
        arrived.value("step_duration_seconds_sum{kind=\"busy\"}"),
        arrived.value("nap_duration_seconds_sum"),
    );
    assert!((0.06..=wall).contains(&took) && (0.06..=wall).contains(&nap), "{took} {nap} {wall}");
    // A shared processor may be away for a part of the time; it is not there more than the time.
    assert!(busy > 0.0 && busy <= took, "{busy} {took}");
    let idle = arrived.value("nap_cpu_seconds_total");
    assert!(idle < nap / 2.0, "a nap takes no processor: {idle} of {nap}");
    assert_eq!(arrived.value("nap_total{outcome=\"success\"}") as u64, 1);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_told_where_it_is_asked_for() {
    let server = Server::start();
    let client = server.client();
    let operation = client.operation_with_memory("import", &[("source", "csv")]).unwrap();
    // More than all tests beside this one take: it raises the peak of the process.
    let size = 256 << 20;
    let run = operation.start();
    drop(black_box(vec![1_u8; size]));
    drop(run);
    let arrived = server.flushed(&client);
    let grown = arrived.value("import_max_rss_growth_bytes_total{source=\"csv\"}");
    assert!((128 << 20..1 << 30).contains(&(grown as u64)), "{grown}");
}

#[test]
fn names_that_cannot_be_run_all_the_same() {
    let server = Server::start();
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(client.timed_operation("no name", || 7), 7);
    }
    assert_eq!(client.dropped()["invalid"], 3);
    assert!(client.stats().last_error.starts_with("operation \"no name\": metric name"), "{client:?}");
}

#[test]
fn operations_beyond_what_is_remembered_are_still_right() {
    let server = Server::start();
    let client = server.builder().max_series(10).start().unwrap();
    for number in 0..5000 {
        let label = number.to_string();
        drop(client.monitored_operation("step", &[("number", &label)]));
        // Of a label given twice, the last is meant.
        drop(client.monitored_operation("twice", &[("a", &label), ("a", "b")]));
    }
    let arrived = server.flushed(&client);
    let sum = |name: &str| -> f64 {
        arrived.samples.iter().filter(|(series, _)| series.starts_with(name)).map(|(_, value)| value).sum()
    };
    assert_eq!((sum("step_total") as u64, arrived.count("step_total")), (5000, 11));
    assert_eq!(arrived.value("twice_total{a=\"b\",outcome=\"success\"}") as u64, 5000);
    assert_eq!(arrived.count("twice_total"), 1);
}

#[test]
fn a_guard_that_outlives_the_client_does_no_harm() {
    let server = Server::start();
    let client = server.client();
    let (run, counter) =
        (client.monitored_operation("step", &[]), client.counter("calls_total").build().unwrap());
    drop(client);
    counter.add(1.0, &[]);
    drop(run);
}
