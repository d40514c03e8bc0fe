//! A server that is away, slow, or does not want to.

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::time::{Duration, Instant};

use watchfire_client::Client;

use crate::server::{Answer, PATIENCE, Server};

/// An address where nobody listens: none of the ports that systems hand out, which another test might get meanwhile.
fn nobody() -> SocketAddr {
    let first = 20_000 + u16::try_from(std::process::id() % 8_000).unwrap();
    let free = (first..first + 4_000).find_map(|port| {
        let listener = TcpListener::bind(("127.0.0.1", port)).ok()?;
        listener.local_addr().ok()
    });
    free.expect("a port")
}

#[test]
fn nothing_is_lost_while_the_server_is_away() {
    let address = nobody();
    let client =
        Client::builder().server(&format!("http://{address}")).interval(PATIENCE * 60).start().unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    counter.add(1.0, &[]);
    assert!(!client.flush(PATIENCE));
    let stats = client.stats();
    assert_eq!((stats.exports, stats.failures, stats.dropped["undelivered"]), (0, 1, 1), "{stats:?}");
    assert!(stats.last_error.contains(&format!("http://{address}/api")), "{stats:?}");
    counter.add(1.0, &[]);

    let server = Server::at(TcpListener::bind(address).unwrap(), |_| Answer::Status(200));
    let arrived = server.flushed(&client);
    assert_eq!(arrived.value("calls_total") as u64, 2);
    assert_eq!(arrived.value("watchfire_client_dropped_total{reason=\"undelivered\"}") as u64, 1);
    assert_eq!((client.stats().exports, client.stats().sent), (1, 2));
}

#[test]
fn a_busy_server_gets_it_again() {
    let server = Server::answering(|number| Answer::Status(if number < 2 { 503 } else { 200 }));
    let client = server.client();
    client.counter("calls_total").build().unwrap().add(1.0, &[]);
    assert_eq!(server.flushed(&client).value("calls_total") as u64, 1);
    assert_eq!(server.requests(), 3);
    assert_eq!((client.stats().exports, client.stats().failures), (1, 0));
}

#[test]
fn a_server_that_stays_busy_gets_the_sums_later() {
    // Four attempts at each of two collections.
    let server = Server::answering(|number| Answer::Status(if number < 8 { 503 } else { 200 }));
    let client = server.client();
    let counter = client.counter("calls_total").build().unwrap();
    for failures in 1..=2 {
        counter.add(1.0, &[]);
        assert!(!client.flush(PATIENCE));
        assert_eq!(client.stats().failures, failures);
        assert!(client.stats().last_error.contains("503"), "{client:?}");
    }
    counter.add(1.0, &[]);
    assert_eq!(server.flushed(&client).value("calls_total") as u64, 3);
    // The second collection had the client's own count in it.
    assert_eq!(client.dropped()["undelivered"], 3);
}

#[test]
fn a_refusal_is_not_repeated() {
    for status in [400, 401, 413, 301] {
        let server = Server::answering(move |_| Answer::Status(status));
        let client = server.client();
        client.counter("calls_total").build().unwrap().add(1.0, &[]);
        assert!(!client.flush(PATIENCE), "{status}");
        assert_eq!((server.requests(), client.stats().failures), (1, 1), "{status}");
        assert!(client.stats().last_error.contains(&status.to_string()), "{client:?}");
    }
}

#[test]
fn a_server_that_hangs_holds_nobody_up() {
    let server = Server::answering(|_| Answer::Hang);
    let client = server.builder().timeout(PATIENCE * 60).start().unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    counter.add(1.0, &[]);
    let began = Instant::now();
    assert!(!client.flush(Duration::from_millis(50)));
    server.wait(|arrived| (!arrived.is_empty()).then_some(()));
    // While the thread hangs in the request: calls, new metrics, operations, a flush, and the end.
    for _ in 0..1000 {
        counter.add(1.0, &[("a", "b")]);
        drop(client.monitored_operation("step", &[]));
    }
    client.gauge("level").build().unwrap().set(1.0, &[]);
    assert!(!client.flush(Duration::from_millis(50)));
    assert!(!client.shutdown(Duration::from_millis(50)));
    drop(client);
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}

#[test]
fn a_request_has_an_end() {
    let server = Server::answering(|number| if number == 0 { Answer::Hang } else { Answer::Status(200) });
    let client = server.builder().timeout(Duration::from_millis(200)).start().unwrap();
    let began = Instant::now();
    let counter = client.counter("calls_total").build().unwrap();
    counter.add(1.0, &[]);
    assert!(!client.flush(PATIENCE), "the first request got no answer");
    // The HTTP client's own limit would be 30 seconds.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(client.stats().failures, 1);
    assert_eq!(server.flushed(&client).value("calls_total") as u64, 1);
}

#[test]
fn the_last_handle_sends_once_more() {
    let server = Server::start();
    let client = server.client();
    client.counter("calls_total").build().unwrap().add(1.0, &[]);
    drop(client.clone());
    drop(client);
    server.wait(|arrived| (arrived.last()?.value("calls_total") as u64 == 1).then_some(()));
}

#[test]
fn shutdown_sends_once_and_ends() {
    let server = Server::start();
    let client = server.client();
    let counter = client.counter("calls_total").build().unwrap();
    counter.add(1.0, &[]);
    assert!(client.shutdown(PATIENCE));
    counter.add(1.0, &[]);
    client.enable();
    counter.add(1.0, &[]);
    assert!(!client.is_enabled() && !client.flush(PATIENCE) && !client.shutdown(PATIENCE));
    drop((client, counter));
    assert_eq!((server.requests(), server.last().unwrap().value("calls_total") as u64), (1, 1));
}

/// What [`nothing_is_printed`] runs in a process of its own.
#[test]
#[ignore = "run by another test"]
fn a_program_without_a_server() {
    let client = Client::builder()
        .server(&format!("http://{}", nobody()))
        .interval(Duration::from_millis(10))
        .start()
        .unwrap();
    let counter = client.counter("calls_total").build().unwrap();
    let began = Instant::now();
    while client.stats().failures < 2 {
        counter.add(f64::NAN, &[]);
        counter.add(1.0, &[]);
        client.timed_operation("no name", || ());
        assert!(began.elapsed() < PATIENCE, "{client:?}");
        std::thread::yield_now();
    }
    assert!(!client.shutdown(PATIENCE));
}

#[test]
fn nothing_is_printed() {
    let itself = std::env::current_exe().unwrap();
    let run = Command::new(itself)
        .args(["--exact", "away::a_program_without_a_server", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(String::from_utf8(run.stderr).unwrap(), "");
    // What the test's own program says, and nothing beside it.
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 3, "{said}");
}
