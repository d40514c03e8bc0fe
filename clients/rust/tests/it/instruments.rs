//! Counters, gauges and histograms, and who sends them.

use std::sync::Barrier;
use std::thread;

use watchfire_client::{BYTES, InstrumentError};

use crate::server::{PATIENCE, Server};

#[test]
fn all_kinds_arrive_with_their_labels() {
    let server = Server::start();
    let client = server.client();
    let orders = client.counter("orders_total").description("Orders taken").build().unwrap();
    orders.add(1.0, &[("country", "CH"), ("paid", "yes")]);
    // The same series, whatever the order; of a name given twice, the last is meant.
    orders.add(2.0, &[("paid", "yes"), ("country", "CH")]);
    orders.labels(&[("paid", "yes"), ("country", "CH")]).add(4.0);
    orders.add(8.0, &[("country", "DE"), ("paid", "yes"), ("country", "CH")]);
    // A label without a name is none.
    orders.add(0.5, &[("", "x")]);
    let waiting = client.gauge("orders_waiting").build().unwrap();
    waiting.set(7.0, &[]);
    waiting.add(-3.0, &[]);
    waiting.labels(&[("queue", "b")]).add(2.0);
    waiting.labels(&[("queue", "c")]).set(-1.5);
    let sizes = client.histogram("order_bytes").unit("By").buckets(&BYTES).build().unwrap();
    sizes.record(1024.0, &[]);
    sizes.labels(&[]).record(1025.0);
    client.histogram("took_seconds").build().unwrap().record(0.003, &[("a", "b")]);
    // Never called: not sent.
    drop(client.counter("idle_total").build().unwrap().labels(&[("x", "y")]));

    let arrived = server.flushed(&client);
    let rows = [
        ("orders_total{country=\"CH\",paid=\"yes\"}", 15.0),
        ("orders_total", 0.5),
        ("orders_waiting", 4.0),
        ("orders_waiting{queue=\"b\"}", 2.0),
        ("orders_waiting{queue=\"c\"}", -1.5),
        ("order_bytes_bucket{le=\"1024\"}", 1.0),
        ("order_bytes_bucket{le=\"4096\"}", 2.0),
        ("order_bytes_sum", 2049.0),
        ("took_seconds_bucket{a=\"b\",le=\"0.0025\"}", 0.0),
        ("took_seconds_bucket{a=\"b\",le=\"0.005\"}", 1.0),
        ("took_seconds_count{a=\"b\"}", 1.0),
    ];
    for (series, value) in rows {
        assert_eq!(arrived.value(series).to_bits(), f64::to_bits(value), "{series}");
    }
    assert_eq!(arrived.count("idle"), 0);
    let stats = client.stats();
    assert_eq!((stats.exports, stats.sent, stats.failures, stats.series), (1, 7, 0, 8), "{stats:?}");
    assert_eq!((stats.dropped.len(), stats.last_error.as_str()), (0, ""));
}

#[test]
fn who_sends_is_told() {
    let server = Server::start();
    let client = server
        .builder()
        .service_name("shop")
        .instance("shop-1")
        .resource_attribute("zone", "north")
        .header("X-Scope", "tenant")
        .header("authorization", "none")
        .token("50%2Fse cret")
        .start()
        .unwrap();
    client.counter("calls_total").build().unwrap().add(1.0, &[]);
    let arrived = server.flushed(&client);
    assert_eq!(arrived.path, "/api/v1/otlp/v1/metrics");
    let headers = |name: &str| arrived.headers.get(name).map(String::as_str);
    assert_eq!(headers("authorization"), Some("Bearer 50%2Fse cret"));
    assert_eq!((headers("x-scope"), headers("content-encoding")), (Some("tenant"), Some("gzip")));
    assert!(headers("user-agent").unwrap().starts_with("watchfire-rust/"));
    for (name, value) in
        [("job", "shop"), ("instance", "shop-1"), ("zone", "north"), ("telemetry_sdk_language", "rust")]
    {
        assert_eq!(arrived.resource[name], value);
    }
    let plain = server.builder().gzip(false).start().unwrap();
    plain.counter("calls_total").build().unwrap().add(1.0, &[]);
    assert_eq!(server.flushed(&plain).headers.get("content-encoding"), None);
}

#[test]
fn sums_are_sent_at_each_interval_and_go_on_growing() {
    let server = Server::start();
    let client = server.builder().interval(std::time::Duration::from_millis(20)).start().unwrap();
    let ticks = client.counter("ticks_total").build().unwrap();
    for wanted in [1.0, 2.0, 3.0] {
        ticks.add(1.0, &[]);
        server.wait(|arrived| {
            let last = arrived.last()?.samples.get("ticks_total")?;
            (*last >= wanted).then_some(())
        });
    }
    assert!(client.shutdown(PATIENCE));
}

#[test]
fn what_cannot_be_recorded_is_counted() {
    let server = Server::start();
    let client = server.client();
    let counter = client.counter("calls_total").build().unwrap();
    let gauge = client.gauge("level").build().unwrap();
    let histogram = client.histogram("took_seconds").build().unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        counter.add(value, &[]);
        counter.labels(&[]).add(value);
        gauge.set(value, &[]);
        gauge.add(value, &[("a", "b")]);
        gauge.labels(&[]).set(value);
        gauge.labels(&[]).add(value);
        histogram.record(value, &[]);
        histogram.labels(&[]).record(value);
    }
    counter.add(-1.0, &[]);
    assert_eq!(client.dropped()["invalid"], 25);
    assert!(client.stats().last_error.contains("-1 was left out of calls_total"), "{client:?}");
    counter.add(1.0, &[]);
    let arrived = server.flushed(&client);
    assert_eq!(arrived.value("watchfire_client_dropped_total{reason=\"invalid\"}") as u64, 25);
    assert_eq!(arrived.samples.len(), 2, "{arrived:?}");
}

#[test]
fn sums_stay_finite() {
    let server = Server::start();
    let client = server.client();
    let counter = client.counter("calls_total").build().unwrap();
    counter.add(f64::MAX, &[]);
    counter.add(f64::MAX, &[]);
    assert_eq!(server.flushed(&client).value("calls_total").to_bits(), f64::MAX.to_bits());
}

#[test]
fn definitions_that_cannot_be_are_refused() {
    let server = Server::start();
    let client = server.client();
    client.counter("calls_total").unit("By").build().unwrap();
    client.histogram("took").buckets(&[1.0, 2.0]).build().unwrap();
    let long = "a".repeat(256);
    for name in ["", "1st", "a b", "ä", "_x", "a:b", &long] {
        let error = client.counter(name).build().unwrap_err();
        assert!(matches!(&error, InstrumentError::Name { name: named } if named == name), "{error}");
    }
    let rows = [
        (client.counter("calls_total").build().err(), "exists already with unit \"By\", not \"\""),
        (client.gauge("calls_total").build().err(), "exists already with kind counter, not gauge"),
        (client.counter("Calls_total").unit("By").build().err(), "exists already with name calls_total"),
        (client.histogram("took").build().err(), "exists already with buckets [1.0, 2.0], not [0.001,"),
        (client.histogram("odd").buckets(&[1.0, 1.0]).build().err(), "give finite numbers"),
        (client.histogram("odd").buckets(&[f64::NAN]).build().err(), "give finite numbers"),
        (client.gauge("odd").unit("µs").build().err(), "at most 63 ASCII"),
        (client.counter("watchfire_client_dropped_total").build().err(), "the client's own"),
        (client.operation("a b", &[]).err(), "metric name \"a b_duration_seconds\""),
    ];
    for (error, text) in rows {
        let said = error.expect(text).to_string();
        assert!(said.contains(text), "{said}");
    }
    // The same again is the same metric.
    client.counter("calls_total").unit("By").build().unwrap().add(1.0, &[]);
    client.counter("calls_total").unit("By").build().unwrap().add(1.0, &[]);
    assert_eq!(server.flushed(&client).value("calls_bytes_total") as u64, 2);
}

#[test]
fn metrics_beyond_a_thousand_are_not_sent() {
    let server = Server::start();
    let client = server.builder().max_series(1).start().unwrap();
    for number in 0..1002 {
        client.counter(&format!("calls_{number}_total")).build().unwrap().add(1.0, &[("a", "b")]);
    }
    client.histogram("one_more").build().unwrap().record(1.0, &[]);
    let arrived = server.flushed(&client);
    assert_eq!((arrived.count("calls_"), arrived.count("one_more")), (1000, 0));
    assert_eq!(client.dropped()["instruments"], 3);
    assert!(client.stats().last_error.contains("one_more is not sent"), "{client:?}");
}

#[test]
fn series_are_bounded_and_nothing_gets_lost() {
    let server = Server::start();
    let client = server.builder().max_series(5).start().unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    let histogram = client.histogram("took_seconds").build().unwrap();
    let gauge = client.gauge("level").build().unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..400 {
                    let label = (number % 40).to_string();
                    counter.add(1.0, &[("user", &label)]);
                    histogram.record(1.0, &[("user", &label)]);
                    gauge.labels(&[("user", &label)]).set(1.0);
                }
            });
        }
    });
    let arrived = server.flushed(&client);
    for name in ["calls_total", "took_seconds_count"] {
        let sum: f64 = arrived
            .samples
            .iter()
            .filter(|(series, _)| series.starts_with(name))
            .map(|(_, value)| value)
            .sum();
        assert_eq!(sum as u64, 1600, "{name}");
        assert_eq!(arrived.count(name), 6, "{name}");
        assert!(arrived.value(&format!("{name}{{otel_metric_overflow=\"true\"}}")) >= 1400.0);
    }
    assert_eq!(arrived.count("level"), 6);
    let stats = client.stats();
    assert_eq!((stats.series, stats.dropped.len()), (18, 0), "{stats:?}");
    assert!((3 * 1400..=3 * 1400 + 60).contains(&stats.overflowed), "{stats:?}");
}

#[test]
fn threads_at_once_do_not_break_the_bound() {
    const THREADS: usize = 8;
    let server = Server::start();
    let client = server.builder().max_series(1).start().unwrap();
    let counters: Vec<_> =
        (0..500).map(|number| client.counter(&format!("calls_{number}_total")).build().unwrap()).collect();
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (counters, together) = (&counters, &together);
            scope.spawn(move || {
                let label = number.to_string();
                for counter in counters {
                    together.wait();
                    counter.add(1.0, &[("thread", &label)]);
                }
            });
        }
    });
    // One of each, and the one that takes the others.
    assert_eq!(client.stats().series, 2 * counters.len());
    assert_eq!(client.stats().overflowed as usize, (THREADS - 1) * counters.len());
}
