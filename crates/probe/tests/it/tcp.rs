use tokio::net::{TcpListener, TcpSocket};
use watchfire_probe::{TcpProbe, parse_tcp};

use crate::reading::{Reading, nobody, patient};

#[tokio::test]
async fn open_and_closed_ports() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = listener.local_addr().unwrap();
    // Bound, so that nobody else gets the port, but not listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = socket.local_addr().unwrap().to_string();
    let (address, name) = (open.to_string(), format!("localhost:{}", open.port()));
    // For target, success, and whether there was a name to look up.
    let table = [(&address, 1.0, false), (&name, 1.0, true), (&closed, 0.0, false)];
    let list = format!("{address}, {name}, {closed}");
    let mut probe = TcpProbe::new(parse_tcp(&list).unwrap(), &patient()).unwrap();
    for _ in 0..2 {
        let (reading, back) = Reading::blocking(probe).await;
        for (target, success, named) in table {
            assert_eq!(reading.value(target, "probe_success"), Some(success), "{target}");
            assert!(reading.value(target, "probe_duration_seconds").unwrap() > 0.0, "{target}");
            let lookup = reading.value(target, "probe_dns_lookup_time_seconds");
            assert_eq!(lookup.is_some(), named, "{target}");
            assert_eq!(reading.label(target, "probe_success", "probe"), Some("tcp"));
        }
        probe = back;
    }
    drop(listener);
    let (reading, _probe) = Reading::blocking(probe).await;
    assert_eq!(reading.value(&address, "probe_success"), Some(0.0));
    assert_eq!(reading.value(&name, "probe_success"), Some(0.0));
}

#[tokio::test]
async fn a_name_that_is_not_there_is_down() {
    let target = &format!("{}:80", nobody());
    let probe = TcpProbe::new(parse_tcp(target).unwrap(), &patient()).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    assert_eq!(reading.value(target, "probe_success"), Some(0.0));
    assert_eq!(reading.metrics(target), ["probe_duration_seconds", "probe_success"]);
}

#[test]
fn without_targets_there_are_no_samples() {
    let mut probe = TcpProbe::new(Vec::new(), &patient()).unwrap();
    let mut batch = watchfire_model::Batch::default();
    watchfire_ingest::collect::Collector::collect(&mut probe, 0, &mut batch).unwrap();
    assert!(batch.is_empty());
}
