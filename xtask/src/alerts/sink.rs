//! Who is told: a webhook that answers 200 at once and notes when each request was there.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::time::now;
use crate::step::{self, Failure};

/// A request that has come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrival {
    /// When its last byte was there: milliseconds since the epoch.
    pub(super) at: f64,
    pub(super) body: Vec<u8>,
}

type Arrivals = Arc<Mutex<Vec<Arrival>>>;

/// Listens until it is dropped.
pub(super) struct Sink {
    address: SocketAddr,
    arrivals: Arrivals,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Listens on a free port of this machine.
    pub(super) fn start() -> step::Result<Self> {
        let failed = |error: std::io::Error| Failure::new(format!("no port to be told on: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (arrivals, stop) = (Arrivals::default(), Arc::new(AtomicBool::new(false)));
        let (noted, stopped) = (arrivals.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let noted = noted.clone();
                // It ends with its connection, which ends with the server that is measured.
                std::thread::spawn(move || serve(stream, &noted));
            }
        });
        Ok(Self { address, arrivals, stop, thread: Some(thread) })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What has come since it was asked last.
    pub(super) fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut *self.arrivals.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The thread waits for somebody to come.
        drop(TcpStream::connect_timeout(&self.address, Duration::from_secs(1)));
        if let Some(thread) = self.thread.take() {
            // It has nothing more to say.
            let _ = thread.join();
        }
    }
}

/// Answers the requests of a connection; one that breaks off is no request.
fn serve(stream: TcpStream, arrivals: &Arrivals) {
    let Ok(mut answers) = stream.try_clone() else { return };
    let mut requests = BufReader::new(stream);
    while let Ok(Some(body)) = request(&mut requests) {
        let arrival = Arrival { at: now(), body };
        arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
        if answers.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

/// The body of the next request; `None` where none comes.
fn request(reader: &mut impl BufRead) -> Result<Option<Vec<u8>>> {
    let mut length = 0;
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Instant;

    use super::*;

    #[test]
    fn requests_of_one_connection_are_noted_and_answered() {
        let sink = Sink::start().unwrap();
        let mut stream = TcpStream::connect(sink.address).unwrap();
        for body in ["one", "number two"] {
            let head = format!("POST /hook HTTP/1.1\r\nHost: a\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body.as_bytes()).unwrap();
            let mut answer = [0; 38];
            stream.read_exact(&mut answer).unwrap();
            assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{answer:?}");
        }
        let arrivals = sink.take();
        let bodies: Vec<&[u8]> = arrivals.iter().map(|arrival| &*arrival.body).collect();
        assert_eq!(bodies, [&b"one"[..], b"number two"]);
        assert!(arrivals[0].at <= arrivals[1].at && sink.take().is_empty());
        let ended = Instant::now();
        drop(sink);
        assert!(ended.elapsed() < Duration::from_secs(5));
    }
}
