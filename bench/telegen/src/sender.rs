//! One connection to a server, by one of the protocols.

use std::str::FromStr;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::grpc::Connection;
use crate::{http, otlp};

/// How bodies are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Prometheus remote write 1.0.
    RemoteWrite,
    /// OTLP as protobuf in HTTP/1.1 requests.
    OtlpHttp,
    /// OTLP as gRPC calls, HTTP/2 without TLS from the start.
    OtlpGrpc,
}

/// Sends one body after the other and waits for each answer.
pub(crate) enum Sender<'a> {
    RemoteWrite(Target<'a>),
    OtlpHttp(Target<'a>),
    OtlpGrpc(Box<Connection>),
}

/// Where HTTP requests go.
pub(crate) struct Target<'a> {
    agent: ureq::Agent,
    url: &'a str,
    /// Name and value of a header that each request has.
    header: Option<(&'a str, &'a str)>,
}

impl<'a> Sender<'a> {
    /// gRPC connects now, HTTP with the first request.
    pub(crate) fn new(protocol: Protocol, url: &'a str, header: Option<(&'a str, &'a str)>) -> Result<Self> {
        let target = || Target { agent: http::agent(), url, header };
        Ok(match protocol {
            Protocol::RemoteWrite => Self::RemoteWrite(target()),
            Protocol::OtlpHttp => Self::OtlpHttp(target()),
            Protocol::OtlpGrpc => {
                let url = ::http::Uri::from_str(url).with_context(|| format!("--url {url}"))?;
                Self::OtlpGrpc(Box::new(Connection::open(&url, header)?))
            }
        })
    }

    /// Sends a body; the answer's text where the server did not take all of it.
    pub(crate) fn send(&mut self, body: &[u8]) -> Result<Option<String>> {
        match self {
            Self::RemoteWrite(target) => {
                let headers =
                    [("Content-Encoding", "snappy"), ("X-Prometheus-Remote-Write-Version", "0.1.0")];
                let (status, answer) = target.post(body, &headers)?;
                let text = || format!("{status} {}", String::from_utf8_lossy(&answer));
                Ok((!status.is_success()).then(text))
            }
            Self::OtlpHttp(target) => {
                let gzip = [("Content-Encoding", "gzip")];
                let headers = if otlp::is_gzip(body) { &gzip[..] } else { &[] };
                let (status, answer) = target.post(body, headers)?;
                if status.is_success() {
                    return Ok(otlp::rejected(&answer));
                }
                Ok(Some(format!("{status} {}", otlp::error_text(&answer))))
            }
            Self::OtlpGrpc(connection) => connection.export(body),
        }
    }
}

impl Target<'_> {
    fn post(&self, body: &[u8], headers: &[(&str, &str)]) -> Result<(::http::StatusCode, Vec<u8>)> {
        let mut request = self.agent.post(self.url).header("Content-Type", "application/x-protobuf");
        for (name, value) in headers.iter().copied().chain(self.header) {
            request = request.header(name, value);
        }
        let mut response = request.send(body).context("send")?;
        let answer = response.body_mut().read_to_vec().unwrap_or_default();
        Ok((response.status(), answer))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Sends `body` to a server that answers with `answer`; the head of the request, and what is told.
    fn sent(protocol: Protocol, body: &[u8], answer: &'static [u8]) -> (String, Option<String>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/v1/metrics", listener.local_addr().unwrap());
        let length = body.len();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8(head).unwrap().to_lowercase()
        });
        let mut sender = Sender::new(protocol, &url, Some(("X-Test", "1"))).unwrap();
        let refusal = sender.send(body).unwrap();
        (server.join().unwrap(), refusal)
    }

    #[test]
    fn each_protocol_has_its_headers() {
        let all_taken = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let gzip = [0x1f, 0x8b, 8, 0];
        for (protocol, body, with, without) in [
            (Protocol::RemoteWrite, &b"\x0a"[..], "content-encoding: snappy", "gzip"),
            (Protocol::OtlpHttp, b"\x0a\0", "content-length: 2", "content-encoding"),
            (Protocol::OtlpHttp, &gzip, "content-encoding: gzip", "snappy"),
        ] {
            let (head, refusal) = sent(protocol, body, all_taken);
            assert_eq!(refusal, None);
            for expected in [with, "post /v1/metrics", "content-type: application/x-protobuf", "x-test: 1"] {
                assert!(head.contains(expected), "{expected:?} is not in {head}");
            }
            assert!(!head.contains(without), "{without:?} is in {head}");
        }
    }

    #[test]
    fn a_refusal_is_told_with_its_text() {
        for (protocol, answer, expected) in [
            (
                Protocol::RemoteWrite,
                &b"HTTP/1.1 429 Slow\r\nContent-Length: 4\r\n\r\nbusy"[..],
                "429 Too Many Requests busy",
            ),
            (
                Protocol::OtlpHttp,
                b"HTTP/1.1 400 Bad\r\nContent-Length: 7\r\n\r\n\x08\x03\x12\x03bad",
                "400 Bad Request bad",
            ),
            (
                Protocol::OtlpHttp,
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x0a\x07\x08\x02\x12\x03old",
                "2 points rejected: old",
            ),
        ] {
            let (_, refusal) = sent(protocol, b"\x0a\0", answer);
            assert_eq!(refusal.as_deref(), Some(expected));
        }
    }
}
