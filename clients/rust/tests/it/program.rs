//! The client of the whole program. One test: there is one such client in a process.

use std::time::Duration;

use futures::executor::block_on;
use watchfire_client::StartError;

use crate::server::{PATIENCE, Server};

#[test]
fn the_functions_use_the_installed_client() {
    let server = Server::start();
    let guard = server.builder().exit_timeout(PATIENCE).install().unwrap();
    assert!(matches!(server.builder().install(), Err(StartError::Installed)));
    assert!(matches!(watchfire_client::init(), Err(StartError::Installed)));
    watchfire_client::counter("orders_total").build().unwrap().add(1.0, &[]);
    watchfire_client::gauge("orders_waiting").build().unwrap().set(2.0, &[]);
    watchfire_client::histogram("order_bytes").unit("By").build().unwrap().record(3.0, &[]);
    watchfire_client::timed_operation("load", || ());
    block_on(watchfire_client::timed_operation_async("load", async {}));
    drop(watchfire_client::monitored_operation("load", &[]));
    watchfire_client::disable();
    watchfire_client::timed_operation("load", || ());
    watchfire_client::enable();
    assert!(watchfire_client::flush(PATIENCE));
    assert_eq!(watchfire_client::stats().exports, 1);
    assert!(watchfire_client::dropped().is_empty());
    assert!(watchfire_client::overhead().export_time > Duration::ZERO);
    watchfire_client::timed_operation("load", || ());
    drop(guard);
    let arrived = server.last().unwrap();
    let rows = [
        ("orders_total", 1),
        ("orders_waiting", 2),
        ("order_bytes_sum", 3),
        ("load_total{outcome=\"success\"}", 4),
    ];
    for (series, value) in rows {
        assert_eq!(arrived.value(series) as u64, value, "{series}");
    }
    assert!(!watchfire_client::shutdown(PATIENCE), "the guard did that");
}

#[test]
fn wrong_settings_are_named() {
    let builder = watchfire_client::Client::builder;
    let rows = [
        (builder().server("127.0.0.1:3473"), "server: "),
        (builder().server("ftp://a"), "server: "),
        (builder().metrics_endpoint("a b"), "metrics_endpoint: "),
        (builder().header("a b", "c"), "header: the name"),
        (builder().token("a\nb"), "header: the value"),
        (builder().interval(Duration::ZERO), "interval: give more than 0"),
        (builder().timeout(Duration::ZERO), "timeout: give more than 0"),
        (builder().max_series(0), "max_series: 0 series: give 1 to"),
        (builder().max_series(usize::MAX), "max_series: "),
    ];
    for (builder, text) in rows {
        let said = builder.gzip(true).start().unwrap_err().to_string();
        assert!(said.starts_with(text), "{said}");
    }
}
