//! What is written to the log: each reason once.

use std::fmt;
use std::sync::{Arc, Mutex};

use tokio::net::TcpSocket;
use tokio::task::spawn_blocking;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use watchfire_ingest::collect::Collector;
use watchfire_probe::{
    CertificateCollector, HttpProbe, Settings, TcpProbe, parse_certificates, parse_http, parse_tcp,
};

use crate::authority::{Authority, Words, Y2020};
use crate::reading::{Reading, patient};
use crate::tls::{self, Tls};

/// Keeps what this crate logs.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<String>>>);

impl Subscriber for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("watchfire_probe")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::DEBUG);
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        use fmt::Write as _;
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

/// Takes a reading on a thread for blocking work; gives what it logged and the collector back.
async fn read<C: Collector>(mut collector: C) -> (Vec<String>, C) {
    let kept = Kept::default();
    let lines = Arc::clone(&kept.0);
    let read = move || {
        tracing::subscriber::with_default(kept, || Reading::of(&mut collector));
        collector
    };
    let collector = spawn_blocking(read).await.unwrap();
    let lines = std::mem::take(&mut *lines.lock().unwrap());
    (lines, collector)
}

#[tokio::test]
async fn a_reason_is_logged_when_it_changes() {
    // Bound, so that nobody else gets the port, but not yet listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let target = socket.local_addr().unwrap().to_string();
    let probe = TcpProbe::new(parse_tcp(&target).unwrap(), &patient()).unwrap();

    let (lines, probe) = read(probe).await;
    assert!(lines.len() == 1 && lines[0].contains(&target) && lines[0].contains("refused"), "{lines:?}");
    let (lines, probe) = read(probe).await;
    assert_eq!(lines, Vec::<String>::new());

    let listener = socket.listen(8).unwrap();
    let (lines, probe) = read(probe).await;
    assert!(lines.len() == 1 && lines[0].contains("again"), "{lines:?}");
    let (lines, _probe) = read(probe).await;
    assert_eq!(lines, Vec::<String>::new());
    drop(listener);
}

#[tokio::test]
async fn an_expired_certificate_is_named_without_a_time() {
    let root = Authority::root("Test Root");
    let expired = Words { to: Y2020 + 60, ..Words::default() };
    let address = tls::http(Tls::new(root.certify(&expired))).await;
    let url = format!("https://localhost:{}/200", address.port());
    let settings = Settings { roots: vec![root.certificate()], ..patient() };
    let probe = HttpProbe::new(parse_http(&url).unwrap(), &settings).unwrap();
    let certificates = CertificateCollector::new(parse_certificates(&url).unwrap(), &settings).unwrap();
    for lines in [read(probe).await.0, read(certificates).await.0] {
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("the certificate has expired"), "{lines:?}");
        assert!(!lines[0].contains("ago"), "{lines:?}");
    }
}
