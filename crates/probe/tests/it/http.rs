use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpSocket;
use watchfire_probe::{HttpProbe, Settings, metrics, parse_http};

use crate::authority::{Authority, Words, Y2090};
use crate::reading::{Reading, nobody, patient};
use crate::server::Server;
use crate::tls::{self, Tls};

/// What a target's path gives: success, status, redirects.
const TABLE: &[(&str, f64, Option<f64>, Option<f64>)] = &[
    ("/200", 1.0, Some(200.0), Some(0.0)),
    ("/204", 1.0, Some(204.0), Some(0.0)),
    ("/no-status", 0.0, None, None),
    ("/hops/0", 1.0, Some(200.0), Some(1.0)),
    ("/hops/9", 1.0, Some(200.0), Some(10.0)),
    ("/hops/10", 0.0, Some(301.0), Some(10.0)),
    ("/loop", 0.0, Some(301.0), Some(10.0)),
    ("/bare", 1.0, Some(302.0), Some(0.0)),
    ("/304", 1.0, Some(304.0), Some(0.0)),
    ("/ftp", 0.0, Some(301.0), Some(0.0)),
    ("/nowhere", 0.0, Some(301.0), Some(0.0)),
    ("/to//close", 0.0, None, None),
    ("/to//404", 0.0, Some(404.0), Some(1.0)),
    ("/404", 0.0, Some(404.0), Some(0.0)),
    ("/500", 0.0, Some(500.0), Some(0.0)),
    ("/close", 0.0, None, None),
    ("/garbage", 0.0, None, None),
    ("/cut", 0.0, Some(200.0), Some(0.0)),
    ("/endless", 1.0, Some(200.0), Some(0.0)),
];

#[tokio::test]
async fn answers_tell_whether_a_target_is_up() {
    let server = Server::start().await;
    let urls: Vec<String> = TABLE.iter().map(|(path, ..)| server.url(path)).collect();
    let probe = HttpProbe::new(parse_http(&urls.join(",")).unwrap(), &patient()).unwrap();
    let (reading, probe) = Reading::blocking(probe).await;
    for ((path, success, status, redirects), url) in TABLE.iter().zip(&urls) {
        let value = |metric: &str| reading.value(url, metric);
        assert_eq!(value("probe_success"), Some(*success), "{path}");
        assert_eq!(value("probe_http_status_code"), *status, "{path}");
        assert_eq!(value("probe_http_redirects"), *redirects, "{path}");
        assert_eq!(value("probe_http_ssl"), status.map(|_| 0.0), "{path}");
        assert!(value("probe_duration_seconds").unwrap() > 0.0, "{path}");
        assert_eq!(value("probe_dns_lookup_time_seconds"), None, "{path}");
        assert_eq!(reading.label(url, "probe_success", "probe"), Some("http"));
    }
    // Nothing runs on the collector's side between readings: what is open now would stay so. The server sees the end of
    // each connection only when the client has closed it.
    let mut connections = server.connections.lock().await;
    while let Some(ended) = connections.join_next().await {
        ended.unwrap();
    }
    // Here, in async code, a collector is dropped when the server stops.
    drop(probe);
}

#[tokio::test]
async fn a_target_that_never_answers_is_down_in_time() {
    let server = Server::start().await;
    let settings = Settings { timeout: Duration::from_millis(200), ..patient() };
    let hanging = server.url("/hang");
    let probe = HttpProbe::new(parse_http(&hanging).unwrap(), &settings).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    assert_eq!(reading.value(&hanging, "probe_success"), Some(0.0));
    let took = reading.value(&hanging, "probe_duration_seconds").unwrap();
    assert!((0.2..10.0).contains(&took), "{took}");
    assert_eq!(reading.metrics(&hanging), ["probe_duration_seconds", "probe_success"]);
}

#[tokio::test]
async fn where_nobody_listens_a_target_is_down() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    let unknown = format!("http://{}/", nobody());
    let list = format!("{url}, {unknown}");
    let probe = HttpProbe::new(parse_http(&list).unwrap(), &patient()).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    for target in [&url, &unknown] {
        assert_eq!(reading.value(target, "probe_success"), Some(0.0));
        assert_eq!(reading.metrics(target), ["probe_duration_seconds", "probe_success"]);
    }
}

#[tokio::test]
async fn user_and_password_go_to_the_target_alone() {
    let (server, other) = (Server::start().await, Server::start().await);
    let with = |path: &str| server.url(path).replacen("http://", "http://me:s%40fe@", 1);
    let elsewhere = format!("/to/{}", other.url("/200"));
    let back = format!("/to/{}", server.url("/204"));
    let list = [with("/200"), with("/hops/0"), with(&back), with(&elsewhere)].join(",");
    let probe = HttpProbe::new(parse_http(&list).unwrap(), &patient()).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    for path in ["/200", "/hops/0", &back, &elsewhere] {
        assert_eq!(reading.value(&server.url(path), "probe_success"), Some(1.0), "{path}");
    }
    // echo -n 'me:s@fe' | base64
    let sent = Some("Basic bWU6c0BmZQ==".to_owned());
    let own = server.requests.lock().unwrap();
    assert_eq!(own.len(), 6);
    assert!(own.iter().all(|(_, authorization)| *authorization == sent), "{own:?}");
    assert_eq!(*other.requests.lock().unwrap(), [("/200".to_owned(), None)]);
}

#[tokio::test]
async fn over_tls_the_certificate_must_be_trusted() {
    let root = Authority::root("Test Root");
    let address = tls::http(Tls::new(root.certify(&Words::default()))).await;
    let url = format!("https://localhost:{}/200", address.port());
    let trusting = Settings { roots: vec![root.certificate()], ..patient() };
    let probe = HttpProbe::new(parse_http(&url).unwrap(), &trusting).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    let [(_, all), ..] = metrics();
    let mut all: Vec<&str> = all.iter().map(|metric| metric.name).collect();
    all.sort_unstable();
    assert_eq!(reading.metrics(&url), all);
    assert_eq!(reading.value(&url, "probe_success"), Some(1.0));
    assert_eq!(reading.value(&url, "probe_http_ssl"), Some(1.0));
    assert_eq!(reading.value(&url, "probe_ssl_earliest_cert_expiry"), Some(Y2090 as f64));

    let probe = HttpProbe::new(parse_http(&url).unwrap(), &patient()).unwrap();
    let (reading, _probe) = Reading::blocking(probe).await;
    assert_eq!(reading.value(&url, "probe_success"), Some(0.0));
    assert_eq!(reading.value(&url, "probe_http_status_code"), None);
}

#[tokio::test]
async fn more_targets_than_are_asked_at_once_all_get_an_answer() {
    let server = Server::start().await;
    let urls: Vec<String> = (0..150).map(|number| server.url(&format!("/200?{number}"))).collect();
    let probe = HttpProbe::new(parse_http(&urls.join(",")).unwrap(), &patient()).unwrap();
    let (reading, probe) = Reading::blocking(probe).await;
    let (again, _probe) = Reading::blocking(probe).await;
    for url in &urls {
        assert_eq!(reading.value(url, "probe_http_redirects"), Some(0.0), "{url}");
        assert_eq!(again.value(url, "probe_http_redirects"), Some(0.0), "{url}");
    }
    assert_eq!(Arc::clone(&server.requests).lock().unwrap().len(), 300);
}
