//! A small HTTP server that behaves as the path says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The path of a request and its `Authorization`.
pub(crate) type Request = (String, Option<String>);

/// Where the server listens, and what it got.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) requests: Arc<Mutex<Vec<Request>>>,
    /// One task for each connection; it ends when the client has closed it.
    pub(crate) connections: Arc<tokio::sync::Mutex<JoinSet<()>>>,
}

/// Bytes of a chunk of the body that never ends.
const CHUNK: usize = 64 << 10;

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (requests, connections) = (Arc::clone(&server.requests), Arc::clone(&server.connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let requests = Arc::clone(&requests);
                connections.lock().await.spawn(async move { answer(stream, &requests).await });
            }
        });
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Answers the requests of one connection until the client is gone.
pub(crate) async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin, requests: &Mutex<Vec<Request>>) {
    let mut stream = BufReader::new(stream);
    while let Some((path, authorization)) = request(&mut stream).await {
        requests.lock().unwrap().push((path.clone(), authorization));
        let reply = match path.split_at(1).1 {
            "close" => return,
            "hang" => {
                // Until the client gives up.
                let _ = stream.fill_buf().await;
                return;
            }
            "cut" => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc").await;
                return;
            }
            "endless" => {
                let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                let chunk = format!("{CHUNK:x}\r\n{}\r\n", "x".repeat(CHUNK));
                let mut sent = stream.write_all(head).await;
                while sent.is_ok() {
                    sent = stream.write_all(chunk.as_bytes()).await;
                }
                return;
            }
            "garbage" => "\u{1}\u{2}\u{3} no HTTP at all\r\n\r\n".to_owned(),
            "loop" => redirect("/loop"),
            "nowhere" => redirect("http://[/"),
            "ftp" => redirect("ftp://127.0.0.1/"),
            "bare" => "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            hops if hops.starts_with("hops/") => match hops[5..].parse().unwrap() {
                0 => redirect("/200"),
                left => redirect(&format!("/hops/{}", left - 1_u32)),
            },
            to if to.starts_with("to/") => redirect(&to[3..]),
            "204" | "304" => format!("HTTP/1.1 {} None\r\n\r\n", &path[1..]),
            page => {
                format!("HTTP/1.1 {} Said\r\nContent-Length: 5\r\n\r\nhello", page.split('?').next().unwrap())
            }
        };
        if stream.write_all(reply.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 301 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
}

/// The next request.
async fn request(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut authorization = None;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                authorization = Some(value.to_owned());
            }
            Some(_) => {}
            None => return Some((path, authorization)),
        }
    }
}
