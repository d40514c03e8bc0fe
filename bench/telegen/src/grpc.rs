//! OTLP/gRPC: unary calls over one HTTP/2 connection, one after the other as an SDK makes them
//! (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).

use ::http::header::{CONTENT_TYPE, HeaderMap, TE};
use ::http::{Request, StatusCode, Uri};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use h2::client::SendRequest;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::http::TIMEOUT;
use crate::otlp;

/// The call that takes metrics.
const PATH: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// Bytes before a message: whether it is compressed, and its length, big-endian.
const PREFIX: usize = 5;

/// A connection of its own thread. Its frames are sent and read while a call waits.
pub(crate) struct Connection {
    runtime: Runtime,
    calls: SendRequest<Bytes>,
    uri: Uri,
    header: Option<(String, String)>,
}

impl Connection {
    /// Connects to the host and port of `url`, without TLS and without asking for HTTP/2 first.
    pub(crate) fn open(url: &Uri, header: Option<(&str, &str)>) -> Result<Self> {
        let authority = url.authority().with_context(|| format!("{url} has no host"))?.as_str();
        let uri = Uri::builder().scheme("http").authority(authority).path_and_query(PATH).build()?;
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let (calls, connection) = runtime.block_on(async {
            let stream = TcpStream::connect(authority).await.with_context(|| format!("connect to {url}"))?;
            stream.set_nodelay(true)?;
            h2::client::handshake(stream).await.context("HTTP/2 handshake")
        })?;
        // What ends the connection also ends the call that waits, which tells it.
        runtime.spawn(connection);
        let header = header.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self { runtime, calls, uri, header })
    }

    /// Exports a body; what the server says where it did not take all of it.
    pub(crate) fn export(&mut self, body: &[u8]) -> Result<Option<String>> {
        let is_gzip = otlp::is_gzip(body);
        let mut message = Vec::with_capacity(PREFIX + body.len());
        message.push(u8::from(is_gzip));
        message.extend_from_slice(&u32::try_from(body.len())?.to_be_bytes());
        message.extend_from_slice(body);

        let mut request =
            Request::post(&self.uri).header(CONTENT_TYPE, "application/grpc").header(TE, "trailers");
        if is_gzip {
            request = request.header("grpc-encoding", "gzip");
        }
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        let call = call(self.calls.clone(), request.body(())?, message.into());
        // The timer needs the runtime to be entered, which it is inside of it.
        self.runtime.block_on(async { timeout(TIMEOUT, call).await }).context("no answer")?
    }
}

async fn call(calls: SendRequest<Bytes>, request: Request<()>, message: Bytes) -> Result<Option<String>> {
    let mut calls = calls.ready().await.context("connection")?;
    let (response, mut stream) = calls.send_request(request, false).context("send")?;
    stream.send_data(message, true).context("send")?;
    let (head, mut body) = response.await.context("answer")?.into_parts();
    let mut answer = Vec::new();
    while let Some(data) = body.data().await {
        let data = data.context("answer")?;
        body.flow_control().release_capacity(data.len()).context("answer")?;
        answer.extend_from_slice(&data);
    }
    let trailers = body.trailers().await.context("answer")?;
    // An error may come as headers alone.
    let status = trailers.as_ref().unwrap_or(&head.headers);
    refusal(head.status, status, &answer)
}

/// What an answer says of a body that was not taken whole. An answer that is no message is an error.
fn refusal(status: StatusCode, trailers: &HeaderMap, answer: &[u8]) -> Result<Option<String>> {
    if status != StatusCode::OK {
        return Ok(Some(status.to_string()));
    }
    let text = |name| trailers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    match text("grpc-status").as_deref() {
        Some("0") => {}
        Some(code) => {
            return Ok(Some(format!("grpc-status {code} {}", text("grpc-message").unwrap_or_default())));
        }
        None => return Ok(Some("no grpc-status".to_owned())),
    }
    let (prefix, message) = answer.split_at_checked(PREFIX).context("the answer has no message")?;
    ensure!(prefix[0] == 0, "the answer is compressed, which was not asked for");
    Ok(otlp::rejected(message))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::{Arc, Mutex};
    use std::thread::{self, JoinHandle};

    use h2::server::SendResponse;
    use http::{HeaderName, HeaderValue, Response};
    use tokio::net::TcpListener;

    use super::*;

    type Headers = &'static [(&'static str, &'static str)];

    /// What the server of a test answers: status, headers, message with its prefix, trailers.
    type Answer = (u16, Headers, &'static [u8], Headers);

    /// What it was asked: method, address and coding, and the body.
    type Call = (String, Vec<u8>);

    /// Answers the calls of one connection with `answers`, then has all that was called.
    fn server(answers: Vec<Answer>) -> (SocketAddr, JoinHandle<Vec<Call>>) {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = Builder::new_current_thread().enable_io().build().unwrap();
        let server = thread::spawn(move || {
            runtime.block_on(async move {
                let (stream, _) = TcpListener::from_std(listener).unwrap().accept().await.unwrap();
                let mut connection = h2::server::handshake(stream).await.unwrap();
                let seen = Arc::<Mutex<Vec<Call>>>::default();
                let mut answers = answers.into_iter();
                while let Some(Ok((request, respond))) = connection.accept().await {
                    // The connection has to go on while the body is read.
                    tokio::spawn(answer(request, respond, answers.next().unwrap(), Arc::clone(&seen)));
                }
                seen.lock().unwrap().clone()
            })
        });
        (address, server)
    }

    async fn answer(
        request: Request<h2::RecvStream>,
        mut respond: SendResponse<Bytes>,
        (status, headers, message, trailers): Answer,
        seen: Arc<Mutex<Vec<Call>>>,
    ) {
        let coding = request.headers().get("grpc-encoding").map_or("", |it| it.to_str().unwrap());
        let line = format!("{} {} {coding}", request.method(), request.uri());
        let mut content = Vec::new();
        let mut body = request.into_body();
        while let Some(data) = body.data().await {
            let data = data.unwrap();
            body.flow_control().release_capacity(data.len()).unwrap();
            content.extend_from_slice(&data);
        }
        seen.lock().unwrap().push((line, content));
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let ends = message.is_empty() && trailers.is_empty();
        let mut stream = respond.send_response(response.body(()).unwrap(), ends).unwrap();
        if !ends {
            stream.send_data(message.into(), false).unwrap();
            stream.send_trailers(map(trailers)).unwrap();
        }
    }

    fn map(headers: Headers) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        headers.iter().map(pair).collect()
    }

    #[test]
    fn calls_go_over_one_connection_and_each_answer_is_read() {
        let ok: Headers = &[("grpc-status", "0")];
        let answers = vec![
            (200, &[] as Headers, &b"\0\0\0\0\0"[..], ok),
            (200, &[], b"\0\0\0\0\x09\x0a\x07\x08\x02\x12\x03old", ok),
            (200, &[("grpc-status", "8"), ("grpc-message", "slow")], b"", &[]),
            (503, &[], b"", &[]),
            (200, &[], b"\0\0\0\0\0", ok),
        ];
        let (address, server) = server(answers);
        let url = format!("http://{address}/ignored").parse().unwrap();
        let mut connection = Connection::open(&url, Some(("X-Test", "1"))).unwrap();
        // More than the window that a server opens at first.
        let long = vec![7; 200_000];
        let gzip = vec![0x1f, 0x8b, 8];
        let call = format!("POST http://{address}{PATH} ");
        let mut expected = Vec::new();
        for (body, prefix, refusal) in [
            (&long, b"\0\0\x03\x0d\x40", None),
            (&long, b"\0\0\x03\x0d\x40", Some("2 points rejected: old")),
            (&gzip, b"\x01\0\0\0\x03", Some("grpc-status 8 slow")),
            (&gzip, b"\x01\0\0\0\x03", Some("503 Service Unavailable")),
            (&gzip, b"\x01\0\0\0\x03", None),
        ] {
            assert_eq!(connection.export(body).unwrap().as_deref(), refusal);
            let coding = if prefix[0] == 0 { "" } else { "gzip" };
            expected.push((format!("{call}{coding}"), [prefix, &body[..]].concat()));
        }
        drop(connection);
        assert_eq!(server.join().unwrap(), expected);
    }

    #[test]
    fn an_answer_that_is_none_is_told() {
        let ok = map(&[("grpc-status", "0")]);
        let told = refusal(StatusCode::OK, &HeaderMap::new(), b"\0\0\0\0\0").unwrap();
        assert_eq!(told.as_deref(), Some("no grpc-status"));
        let failure = refusal(StatusCode::OK, &ok, b"").unwrap_err();
        assert_eq!(failure.to_string(), "the answer has no message");
        assert!(refusal(StatusCode::OK, &ok, b"\x01\0\0\0\0").is_err());
    }
}
