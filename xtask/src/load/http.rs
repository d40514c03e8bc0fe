//! The questions that a measurement asks by itself: above all whether a server is ready, and whether it shows the newest
//! samples. HTTP/1.0 by hand: its answers come in one piece and end with the connection.

use std::io::{Error, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::load::processes::Stop;
use crate::load::telegen::END;
use crate::step;

/// For one answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A server that does not show the newest samples by then goes on all the same, with a note.
const VISIBLE_WITHIN: Duration = Duration::from_secs(30);

/// Between two looks whether they are visible; rare, so that servers do not warm up by it.
const VISIBLE_POLL: Duration = Duration::from_millis(500);

/// The body of the answer, if its status is 200.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String> {
    ask("GET", address, path)
}

/// The same of a POST without a body.
pub(crate) fn post(address: SocketAddr, path: &str) -> Result<String> {
    ask("POST", address, path)
}

fn ask(method: &str, address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let length = if method == "POST" { "Content-Length: 0\r\n" } else { "" };
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\n{length}Connection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").and_then(|(head, body)| {
        let is_ok = head.split_whitespace().nth(1) == Some("200");
        is_ok.then(|| body.to_owned())
    });
    body.ok_or_else(|| Error::other(answer.lines().next().unwrap_or("no answer").to_owned()))
}

/// Whether the path is answered with status 200.
pub(crate) fn is_ready(address: SocketAddr, path: &str) -> bool {
    get(address, path).is_ok()
}

/// The value of an instant query with one series as its answer. `query` is percent-encoded; see
/// <https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries>.
fn value(address: SocketAddr, query: &str, time: i64, extra: &str) -> Option<f64> {
    let body = get(address, &format!("/api/v1/query?query={query}&time={time}{extra}")).ok()?;
    value_in(&body)
}

pub(crate) fn value_in(body: &str) -> Option<f64> {
    let answer: serde_json::Value = serde_json::from_str(body).ok()?;
    answer.pointer("/data/result/0/value/1")?.as_str()?.parse().ok()
}

/// Waits until the newest scrape of each host is visible; the problem if it is not. `VictoriaMetrics` shows samples to
/// queries some seconds after it took them; asked at once it would answer fast, and with nothing. `extra` is appended
/// to each query.
pub(crate) fn wait_until_visible(
    address: SocketAddr,
    extra: &str,
    hosts: u32,
    stop: &Stop,
) -> step::Result<Option<String>> {
    let newest = format!("count(timestamp(node_load1)%3E={END})");
    let asked = Instant::now();
    while value(address, &newest, END, extra) != Some(f64::from(hosts)) {
        if asked.elapsed() > VISIBLE_WITHIN {
            let seconds = VISIBLE_WITHIN.as_secs();
            return Ok(Some(format!("the newest samples are not visible to queries after {seconds} s")));
        }
        stop.wait(VISIBLE_POLL)?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread::{self, JoinHandle};

    use super::*;

    /// Answers one request with `answer`; the request's first line comes back.
    fn server(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            while !request.ends_with("\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.push(char::from(byte[0]));
            }
            stream.write_all(answer.as_bytes()).unwrap();
            request.lines().next().unwrap().to_owned()
        });
        (address, server)
    }

    #[test]
    fn ready_is_status_200_and_nothing_else() {
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK", true),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
            ("200", false),
        ] {
            let (address, server) = server(answer);
            assert_eq!(is_ready(address, "/-/ready"), expected, "for {answer:?}");
            assert_eq!(server.join().unwrap(), "GET /-/ready HTTP/1.0");
            assert!(!is_ready(address, "/-/ready"), "nobody listens any more");
        }
    }

    #[test]
    fn a_value_is_that_of_the_first_series() {
        let (address, server) = server(
            "HTTP/1.0 200 OK\r\n\r\n{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":\
             [{\"metric\":{},\"value\":[7,\"200\"]}]}}",
        );
        assert_eq!(value(address, "count(up)", 7, "&nocache=1"), Some(200.0));
        assert_eq!(server.join().unwrap(), "GET /api/v1/query?query=count(up)&time=7&nocache=1 HTTP/1.0");
        assert_eq!(value_in("{\"data\":{\"result\":[]}}"), None);
    }
}
