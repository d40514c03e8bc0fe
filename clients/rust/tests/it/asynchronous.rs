//! Operations of futures.

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use watchfire_client::Client;

use crate::server::{PATIENCE, Server};

/// Keeps the processor busy until the thread's own time has gone on by this much, as the client would count it.
fn spin(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        black_box(began);
    }
}

/// Waits once: whoever drives the future does something else meanwhile.
fn pause() -> impl Future<Output = ()> + Send {
    let mut waited = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Polls until the end, with `between` before each further poll.
fn drive<F: Future>(future: F, mut between: impl FnMut()) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        between();
    }
}

type End = Result<u8, std::fmt::Error>;

fn run(client: &Client, end: End) -> impl Future<Output = End> + Send + use<> {
    client.monitored_operation("fetch", &[("host", "a")]).run_async(async move {
        pause().await;
        end
    })
}

#[test]
fn only_the_steps_count_as_cpu_time() {
    let server = Server::start();
    let client = server.client();
    let others = Duration::from_millis(200);
    let value = drive(
        client.timed_operation_async("load", async {
            pause().await;
            7
        }),
        || spin(others),
    );
    assert_eq!(value, 7);
    let arrived = server.flushed(&client);
    let took = arrived.value("load_duration_seconds_sum");
    let cpu = arrived.value("load_cpu_seconds_total");
    assert!(took >= others.as_secs_f64(), "{took}");
    assert!(cpu < took / 4.0, "{cpu} of {took}");
    assert_eq!(arrived.value("load_total{outcome=\"success\"}") as u64, 1);

    drive(client.timed_operation_async("work", async { spin(Duration::from_millis(60)) }), || {});
    assert!(server.flushed(&client).value("work_cpu_seconds_total") > 0.0);
}

#[test]
fn outcomes_of_futures_are_told_apart() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(drive(run(&client, Ok(7)), || {}), Ok(7));
    assert!(drive(run(&client, Err(std::fmt::Error)), || {}).is_err());
    // Begun and dropped.
    let mut begun = Box::pin(run(&client, Ok(7)));
    assert!(begun.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(begun);
    // Never begun: not a run.
    drop(run(&client, Ok(7)));
    let boom = client.timed_operation_async("boom", async {
        pause().await;
        std::panic::resume_unwind(Box::new(()));
    });
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drive(boom, || {})));
    assert!(caught.is_err());

    let arrived = server.flushed(&client);
    let rows = [
        ("fetch_total{host=\"a\",outcome=\"success\"}", 1),
        ("fetch_total{exception=\"Error\",host=\"a\",outcome=\"failure\"}", 1),
        ("fetch_total{exception=\"cancelled\",host=\"a\",outcome=\"failure\"}", 1),
        ("boom_total{exception=\"panic\",outcome=\"failure\"}", 1),
        ("fetch_duration_seconds_count{host=\"a\"}", 3),
    ];
    for (series, count) in rows {
        assert_eq!(arrived.value(series) as u64, count, "{series}");
    }
    assert_eq!((arrived.count("fetch_total"), arrived.count("boom_total")), (3, 1));
}

#[test]
fn futures_may_move_between_threads() {
    let server = Server::start();
    let client = server.client();
    let mut future = Box::pin(run(&client, Ok(7)));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(thread::spawn(move || block_on(future)).join().unwrap(), Ok(7));
    let many: Vec<_> = (0..20).map(|_| run(&client, Ok(1))).collect();
    thread::scope(|scope| {
        for future in many {
            scope.spawn(|| drive(future, thread::yield_now));
        }
    });
    let arrived = server.flushed(&client);
    assert_eq!(arrived.value("fetch_total{host=\"a\",outcome=\"success\"}") as u64, 21);
}

#[test]
fn a_client_lives_inside_of_an_async_runtime() {
    for mut runtime in
        [tokio::runtime::Builder::new_current_thread(), tokio::runtime::Builder::new_multi_thread()]
    {
        let server = Server::start();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            let client = server.client();
            let fetched = tokio::spawn(run(&client, Ok(7)));
            fetched.await.unwrap().unwrap();
            client.counter("calls_total").build().unwrap().add(1.0, &[]);
            let arrived = server.flushed(&client);
            assert_eq!(arrived.value("fetch_total{host=\"a\",outcome=\"success\"}") as u64, 1);
            assert!(client.shutdown(PATIENCE));
            // Another that just goes, which sends once more in the background.
            let other = server.client();
            other.counter("others_total").build().unwrap().add(1.0, &[]);
        });
        server.wait(|arrived| arrived.last()?.samples.get("others_total").map(|_| ()));
    }
}
