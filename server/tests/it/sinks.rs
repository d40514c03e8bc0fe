//! Servers that notifications go to, well or badly behaved: HTTP and SMTP on ports of the test's own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A port of this machine that nobody listens at just now.
pub(crate) fn free_port() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

impl Request {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn key(&self) -> &str {
        &self.headers["idempotency-key"]
    }
}

/// What is said to a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A status, and headers as they are sent.
    Status(u16, &'static str),
    /// Nothing, as long as the other side waits.
    Never,
    /// Nothing until [`HttpSink::open`], and then that it is good.
    Held,
    /// Nothing: it hangs up once it has the request.
    Hangup,
}

/// Requests that wait for an answer.
#[derive(Debug, Default)]
struct Waiting {
    now: usize,
    most: usize,
    /// Whether none waits any more.
    is_open: bool,
}

type Answers = dyn FnMut(&Request) -> Reply + Send;

/// A server of HTTP that keeps what comes. It goes with the process.
#[derive(Clone)]
pub(crate) struct HttpSink {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    answers: Arc<Mutex<Box<Answers>>>,
    waiting: Arc<(Mutex<Waiting>, Condvar)>,
}

impl HttpSink {
    /// One that listens, and answers as it is told.
    pub(crate) fn start(answers: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sink = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            answers: Arc::new(Mutex::new(Box::new(answers))),
            waiting: Arc::default(),
        };
        let own = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sink = own.clone();
                std::thread::spawn(move || sink.talk(stream));
            }
        });
        sink
    }

    /// One that takes everything.
    pub(crate) fn good() -> Self {
        Self::start(|_| Reply::Status(200, ""))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers otherwise from now on.
    pub(crate) fn answer(&self, answers: impl FnMut(&Request) -> Reply + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }

    /// What came so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// How many requests wait for an answer, and how many did at once at most.
    pub(crate) fn waiting(&self) -> (usize, usize) {
        let waiting = self.waiting.0.lock().unwrap();
        (waiting.now, waiting.most)
    }

    /// Answers all that wait, and lets none wait from now on.
    pub(crate) fn open(&self) {
        self.waiting.0.lock().unwrap().is_open = true;
        self.waiting.1.notify_all();
    }

    /// Waits until [`HttpSink::open`]. It is over before there is an answer: the other side can't have more under way than it knows of.
    fn wait(&self) {
        let (waiting, changed) = &*self.waiting;
        let mut waiting = waiting.lock().unwrap();
        waiting.now += 1;
        waiting.most = waiting.most.max(waiting.now);
        let mut waiting = changed.wait_while(waiting, |waiting| !waiting.is_open).unwrap();
        waiting.now -= 1;
    }

    fn talk(&self, mut stream: TcpStream) {
        // Whoever hangs up in the middle has been killed by a test.
        let Some(request) = read(&stream) else { return };
        let mut reply = (self.answers.lock().unwrap())(&request);
        self.requests.lock().unwrap().push(request);
        if matches!(reply, Reply::Held) {
            self.wait();
            reply = Reply::Status(200, "");
        }
        match reply {
            Reply::Status(status, headers) => {
                let text = format!(
                    "HTTP/1.1 {status} Said\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
                );
                // The other side may have gone.
                let _ = stream.write_all(text.as_bytes());
            }
            Reply::Hangup => {}
            Reply::Never | Reply::Held => {
                // Until the other side hangs up.
                let _ = stream.read(&mut [0; 1]);
            }
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    // What is encrypted is no text; its headers count.
    let body = String::from_utf8_lossy(&body).into_owned();
    Some(Request { path, headers, body, at: Instant::now() })
}

/// A mail server that keeps what comes.
pub(crate) struct SmtpSink {
    mails: Arc<Mutex<Vec<String>>>,
}

impl SmtpSink {
    /// One that listens at an address.
    pub(crate) fn start(address: SocketAddr) -> Self {
        let deadline = Instant::now() + crate::server::DEADLINE;
        let listener = loop {
            match TcpListener::bind(address) {
                Ok(listener) => break listener,
                Err(error) => assert!(Instant::now() < deadline, "{address}: {error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let mails = Arc::<Mutex<Vec<String>>>::default();
        let kept = mails.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = kept.clone();
                std::thread::spawn(move || talk_smtp(&stream, &kept));
            }
        });
        Self { mails }
    }

    /// The mails that came, with their headers.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

/// As much of RFC 5321 as a sender needs; `None` where it hangs up.
fn talk_smtp(mut stream: &TcpStream, mails: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    stream.write_all(b"220 sink\r\n").ok()?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let answer = match line.to_ascii_uppercase().split_whitespace().next()? {
            "EHLO" | "HELO" | "MAIL" | "RCPT" | "RSET" | "NOOP" => "250 ok\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").ok()?;
                let mut mail = String::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).ok()?;
                    if line == ".\r\n" {
                        break;
                    }
                    mail.push_str(&line);
                }
                mails.lock().unwrap().push(mail);
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").ok()?;
                return None;
            }
            _ => "502 unknown\r\n",
        };
        stream.write_all(answer.as_bytes()).ok()?;
    }
}
