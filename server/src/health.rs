//! `watchfire health`: asks a running server how it is, for containers without a shell.

use std::io::{Error, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than a healthy server ever takes, shorter than what asks in turn waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// The body of `/health` if it answers 200; else why not.
pub(crate) fn ask(listen: SocketAddr) -> Result<String, Error> {
    // A server that listens everywhere is asked on loopback.
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .map_err(|error| Error::other(format!("no server answers on {address}: {error}")))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0: the answer ends with the connection.
    write!(stream, "GET /health HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 << 10).read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split_ascii_whitespace().nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(Error::other(format!("the server on {address} is not well: {}", body.trim()))),
    }
}
