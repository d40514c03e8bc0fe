use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpSocket};
use watchfire_probe::{CertificateCollector, Settings, parse_certificates};

use crate::authority::{Authority, Key, Words, Y2090};
use crate::reading::{AT, Reading, patient};
use crate::tls::{self, Tls};

const DAY: u64 = 86_400;
const NOW: u64 = AT as u64 / 1000;

async fn read(targets: &str, settings: &Settings) -> Reading {
    let collector = CertificateCollector::new(parse_certificates(targets).unwrap(), settings).unwrap();
    Reading::blocking(collector).await.0
}

/// One server and what is to be seen of it.
struct Case {
    name: &'static str,
    tls: Tls,
    days: f64,
    valid: f64,
    subject: &'static str,
    issuer: &'static str,
}

/// Readings are of November 2023; whether a chain is trusted is judged by today's clock.
fn cases(root: &Authority) -> Vec<Case> {
    let far = (Y2090 - NOW) as f64 / DAY as f64;
    let case = |name, made| Case {
        name,
        tls: Tls::new(made),
        days: far,
        valid: 0.0,
        subject: "Test Server",
        issuer: "Test Root",
    };
    let plain = || root.certify(&Words::default());
    let until = |to| root.certify(&Words { to, ..Words::default() });
    let below = root.below("Test Intermediate", Y2090 - 365 * DAY).certify(&Words::default());
    let ended = root.below("Test Intermediate", NOW + 10 * DAY).certify(&Words::default());
    let foreign = Authority::root("Foreign Root").certify(&Words::default());
    let another = root.certify(&Words { names: &["example.org"], ..Words::default() });
    let future = root.certify(&Words { from: Y2090 - DAY, ..Words::default() });
    let nameless = Words { common_name: "", names: &["localhost", "example.org"], ..Words::default() };
    let mut old = Case { valid: 1.0, ..case("TLS 1.2", plain()) };
    old.tls.old = true;
    let mut mutual = Case { valid: 1.0, ..case("wants certificates", plain()) };
    mutual.tls.clients = Some(root.certificate());
    let mut old_mutual = Case { valid: 1.0, ..case("wants certificates, TLS 1.2", plain()) };
    old_mutual.tls.clients = Some(root.certificate());
    old_mutual.tls.old = true;
    vec![
        Case { valid: 1.0, ..case("trusted", plain()) },
        old,
        mutual,
        old_mutual,
        Case { days: 30.0, ..case("30 days", until(NOW + 30 * DAY)) },
        Case { days: 0.5, ..case("half a day", until(NOW + DAY / 2)) },
        Case { days: -3.0, ..case("expired", until(NOW - 3 * DAY)) },
        Case { issuer: "Test Server", ..case("self-signed", Words::default().self_signed()) },
        case("another name", another),
        case("not yet good", future),
        Case { days: far - 365.0, valid: 1.0, issuer: "Test Intermediate", ..case("a chain", below) },
        Case { days: 10.0, issuer: "Test Intermediate", ..case("an intermediate ends first", ended) },
        Case { issuer: "Foreign Root", ..case("another root", foreign) },
        case("a certificate without its key", (plain().0, Key::new())),
        Case { valid: 1.0, subject: "localhost", ..case("no common name", root.certify(&nameless)) },
    ]
}

#[tokio::test]
async fn every_certificate_is_measured() {
    let root = Authority::root("Test Root");
    let settings = Settings { roots: vec![root.certificate()], ..patient() };
    let (mut targets, mut expected) = (Vec::new(), Vec::new());
    for Case { name, tls, days, valid, subject, issuer } in cases(&root) {
        let (address, names) = tls::handshakes(tls).await;
        let target = format!("localhost:{}", address.port());
        targets.push(target.clone());
        expected.push((name, target, names, days, valid, subject, issuer));
    }
    let reading = read(&targets.join(", "), &settings).await;
    for (name, target, names, days, valid, subject, issuer) in expected {
        let label = |label| reading.label(&target, "security_cert_expiry_days", label);
        assert_eq!(reading.value(&target, "security_cert_check_success"), Some(1.0), "{name}");
        assert_eq!(reading.value(&target, "security_cert_expiry_days"), Some(days), "{name}");
        assert_eq!(reading.value(&target, "security_cert_valid"), Some(valid), "{name}");
        assert_eq!((label("subject"), label("issuer")), (Some(subject), Some(issuer)), "{name}");
        assert_eq!(*names.lock().unwrap(), [Some("localhost".to_owned())], "{name}");
    }
}

#[tokio::test]
async fn an_address_has_no_server_name_but_its_own_certificate() {
    let root = Authority::root("Test Root");
    let words = Words { names: &["127.0.0.1"], ..Words::default() };
    let (address, names) = tls::handshakes(Tls::new(root.certify(&words))).await;
    let settings = Settings { roots: vec![root.certificate()], ..patient() };
    let (plain, url) = (address.to_string(), format!("https://{address}/path"));
    let with_user = format!("https://me:secret@{address}/path");
    let reading = read(&format!("{plain}, {with_user}"), &settings).await;
    for target in [&plain, &url] {
        assert_eq!(reading.value(target, "security_cert_valid"), Some(1.0), "{target}");
    }
    assert_eq!(*names.lock().unwrap(), [None, None]);
}

#[tokio::test]
async fn what_shows_no_certificate_is_a_check_that_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 mail.example.com ESMTP\r\n").await.unwrap();
    });
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = socket.local_addr().unwrap().to_string();
    let reading = read(&format!("{plain}, {closed}"), &patient()).await;
    for target in [&plain, &closed] {
        assert_eq!(reading.value(target, "security_cert_check_success"), Some(0.0), "{target}");
        assert_eq!(reading.metrics(target), ["security_cert_check_success"], "{target}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().to_string();
    let settings = Settings { timeout: Duration::from_millis(200), ..patient() };
    let reading = read(&target, &settings).await;
    assert_eq!(reading.value(&target, "security_cert_check_success"), Some(0.0));
}

#[tokio::test]
async fn a_new_certificate_is_a_new_series() {
    let root = Authority::root("Test Root");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = listener.local_addr().unwrap().to_string();
    let mut collector = CertificateCollector::new(parse_certificates(&target).unwrap(), &patient()).unwrap();
    for (common_name, to) in [("Old", NOW + DAY), ("Old", NOW + DAY), ("New", NOW + 90 * DAY)] {
        let words = Words { common_name, to, ..Words::default() };
        let shaken = tls::one_handshake(&listener, Tls::new(root.certify(&words)));
        let ((reading, back), ()) = tokio::join!(Reading::blocking(collector), shaken);
        collector = back;
        let metric = "security_cert_expiry_days";
        assert_eq!(reading.label(&target, metric, "subject"), Some(common_name));
        assert_eq!(reading.value(&target, metric), Some((to - NOW) as f64 / DAY as f64));
    }
}
