//! Two requests by hand: HTTP/1.0, whose answers come in one piece and end with the connection.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The body of the answer, whose status must be one of success.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Result<String> {
    ask(address, format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")).await
}

/// Sends a body.
pub(crate) async fn post(address: SocketAddr, path: &str, body: &str) -> Result<String> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\n\r\n"
    );
    ask(address, head + body).await
}

async fn ask(address: SocketAddr, request: String) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "{}: {body}", head.lines().next().unwrap_or("no answer"));
    Ok(body.to_owned())
}
