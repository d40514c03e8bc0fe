//! Switched off, and what it all costs.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::server::{PATIENCE, Server};

#[test]
fn disabled_calls_record_nothing_and_nothing_is_sent() {
    let server = Server::start();
    let client = server.builder().interval(Duration::from_millis(5)).disabled(true).start().unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    let operation = client.operation("step", &[]).unwrap();
    let use_all = || {
        counter.add(1.0, &[("a", "b")]);
        counter.labels(&[]).add(1.0);
        counter.add(f64::NAN, &[]);
        drop(operation.start());
        drop(client.monitored_operation("no name", &[]));
        client.timed_operation("step", || ());
    };
    use_all();
    client.enable();
    counter.add(1.0, &[]);
    // One that began while it was enabled is not recorded after.
    let run = operation.start();
    client.disable();
    drop(run);
    use_all();
    // Those who ask get what was counted.
    let arrived = server.flushed(&client);
    assert_eq!((arrived.value("calls_total") as u64, arrived.samples.len()), (1, 1), "{arrived:?}");
    // Nothing goes out by itself in twenty intervals, but for what may have been on its way.
    let began = Instant::now();
    loop {
        let before = server.requests();
        std::thread::sleep(Duration::from_millis(100));
        if server.requests() == before {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "it goes on sending");
    }
    assert_eq!(client.dropped().len(), 0);
    client.enable();
    counter.add(1.0, &[]);
    server.wait(|arrived| (arrived.last()?.value("calls_total") as u64 == 2).then_some(()));
}

/// Nanoseconds of a call: the best of some rounds, since other programs share the processor.
fn cost(mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 100_000;
    let round = |_| {
        let began = Instant::now();
        for _ in 0..CALLS {
            call();
        }
        began.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..5).map(round).fold(f64::INFINITY, f64::min)
}

#[test]
fn disabled_calls_cost_next_to_nothing() {
    let server = Server::start();
    let client = server.builder().disabled(true).start().unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    let operation = client.operation("step", &[]).unwrap();
    let labels = [("route", "/orders"), ("method", "GET")];
    let costs = [
        cost(|| counter.add(black_box(1.0), black_box(&labels))),
        cost(|| drop(black_box(operation.start()))),
        cost(|| drop(black_box(client.monitored_operation("step", &labels)))),
    ];
    // Not optimised, on a busy machine; the bench has the real figures.
    assert!(costs.iter().all(|nanos| *nanos < 250.0), "{costs:?} ns");
}

#[test]
fn the_client_tells_what_it_costs() {
    let server = Server::start();
    let client = server.client();
    assert_eq!((client.overhead().sampled_calls, client.overhead().mean), (0, Duration::ZERO));
    let counter = client.counter("calls_total").build().unwrap();
    // On a thread of its own: the first that is timed comes early there.
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..64 + 1024 {
                counter.add(1.0, &[]);
            }
        });
    });
    server.flushed(&client);
    let cost = client.overhead();
    assert_eq!(cost.sampled_calls, 2);
    assert!(cost.mean > Duration::ZERO && cost.mean < Duration::from_millis(10), "{cost:?}");
    assert!(cost.export_time > Duration::ZERO, "{cost:?}");
    assert!(!cfg!(target_os = "linux") || cost.export_cpu > Duration::ZERO, "{cost:?}");
}
