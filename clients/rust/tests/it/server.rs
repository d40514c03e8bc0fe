//! A server that takes OTLP over HTTP, and answers as it is told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use watchfire_client::{Builder, Client};
use watchfire_ingest::otlp::{Deltas, Encoding, Options, decode};

/// Longer than anything takes that will come at all.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What the server does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Status(u16),
    /// Says nothing until the server is dropped.
    Hang,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) path: String,
    /// By names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    /// Values by series, such as `orders_total{country="CH"}`: without the labels that each series of the client has.
    pub(crate) samples: BTreeMap<String, f64>,
    /// `job` and `instance`, and the labels of `target_info`.
    pub(crate) resource: BTreeMap<String, String>,
}

impl Arrived {
    /// The value of a series that must be there.
    #[track_caller]
    pub(crate) fn value(&self, series: &str) -> f64 {
        *self.samples.get(series).unwrap_or_else(|| panic!("no {series} in {:#?}", self.samples))
    }

    /// How many series have names that begin so.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.samples.keys().filter(|series| series.starts_with(beginning)).count()
    }
}

#[derive(Default)]
struct State {
    arrived: Vec<Arrived>,
    closed: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

pub(crate) struct Server {
    address: String,
    state: Shared,
}

impl Server {
    /// Takes everything.
    pub(crate) fn start() -> Self {
        Self::answering(|_| Answer::Status(200))
    }

    /// Does with the request of a number, from 0, as `answer` says.
    pub(crate) fn answering(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    pub(crate) fn at(
        listener: TcpListener,
        answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = Shared::default();
        let (shared, answer) = (Arc::clone(&state), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (shared, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                // A connection that breaks is the client's to notice.
                thread::spawn(move || serve(&stream.unwrap(), &shared, &*answer));
            }
        });
        Self { address, state }
    }

    /// Settings that send here, only when flushed.
    pub(crate) fn builder(&self) -> Builder {
        Client::builder().server(&self.address).interval(PATIENCE * 60)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().start().unwrap()
    }

    /// Waits until `look` finds what it looks for in the requests so far.
    pub(crate) fn wait<T>(&self, mut look: impl FnMut(&[Arrived]) -> Option<T>) -> T {
        let (state, changed) = &*self.state;
        let deadline = Instant::now() + PATIENCE;
        let mut state = state.lock().unwrap();
        loop {
            if let Some(found) = look(&state.arrived) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not come; what came: {:#?}", state.arrived);
            state = changed.wait_timeout(state, left).unwrap().0;
        }
    }

    /// Flushes and gives the request that came of it.
    #[track_caller]
    pub(crate) fn flushed(&self, client: &Client) -> Arrived {
        assert!(client.flush(PATIENCE), "{:?}", client.stats());
        self.last().expect("a request")
    }

    pub(crate) fn last(&self) -> Option<Arrived> {
        self.state.0.lock().unwrap().arrived.last().cloned()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.0.lock().unwrap().arrived.len()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.0.lock().unwrap().closed = true;
        self.state.1.notify_all();
    }
}

fn serve(stream: &TcpStream, shared: &Shared, answer: &dyn Fn(usize) -> Answer) {
    let (state, changed) = &**shared;
    let mut reader = BufReader::new(stream);
    while let Some(arrived) = read(&mut reader) {
        let mut held = state.lock().unwrap();
        let number = held.arrived.len();
        held.arrived.push(arrived);
        changed.notify_all();
        match answer(number) {
            Answer::Status(status) => {
                drop(held);
                let response = format!("HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n");
                if (&mut &*stream).write_all(response.as_bytes()).is_err() {
                    return;
                }
            }
            Answer::Hang => {
                drop(changed.wait_while(held, |state| !state.closed).unwrap());
                return;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Arrived> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1).expect("a path").to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let (samples, resource) = samples(&body);
    Some(Arrived { path, headers, samples, resource })
}

fn samples(body: &[u8]) -> (BTreeMap<String, f64>, BTreeMap<String, String>) {
    let (options, mut deltas) = (Options::default(), Deltas::new(10, 1000));
    let decoded = decode(Encoding::Protobuf, body, &options, &mut deltas, 0).expect("OTLP");
    assert!(decoded.refused.is_empty(), "{:?}", decoded.refused);
    let (mut samples, mut resource) = (BTreeMap::new(), BTreeMap::new());
    for (labels, sample) in decoded.batch.iter() {
        let labels = labels.expect("a label set");
        let own = |name: &str| ["__name__", "job", "instance", "otel_scope_name"].contains(&name);
        if labels.metric() == "target_info" {
            let pairs = labels.iter().filter(|label| label.name != "__name__");
            resource.extend(pairs.map(|label| (label.name.to_owned(), label.value.to_owned())));
            continue;
        }
        let shown: Vec<String> = labels
            .iter()
            .filter(|label| !own(label.name))
            .map(|label| format!("{}={:?}", label.name, label.value))
            .collect();
        let shown = if shown.is_empty() { String::new() } else { format!("{{{}}}", shown.join(",")) };
        let before = samples.insert(format!("{}{shown}", labels.metric()), sample.value);
        assert_eq!(before, None, "{shown} came twice");
    }
    (samples, resource)
}
