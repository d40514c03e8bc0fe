//! The real program, in a directory and on a port of the test's own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reqwest::Client;

use crate::answer::Answer;

/// Longer than anything here takes on a busy machine; only a failure waits for it.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A server that listens. It is killed when it goes out of scope.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    client: Client,
}

impl Server {
    /// Starts in `dir`, where its data directory will be, too, and returns when it listens.
    pub(crate) fn start(dir: &Path, flags: &[&str]) -> Self {
        Self::start_with(dir, flags, &[])
    }

    /// [`Server::start`] with more variables in the environment.
    pub(crate) fn start_with(dir: &Path, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = program(dir)
            // Tests count rules and alerts; those of the shipped ones ask for them.
            .env("WATCHFIRE_RULES_SHIPPED", "false")
            .envs(variables.iter().copied())
            .args(["--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(flags)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, address) = mpsc::channel();
        let (lines, written) = (BufReader::new(child.stderr.take().unwrap()), log.clone());
        let reader = std::thread::spawn(move || {
            for line in lines.lines() {
                let line = line.unwrap();
                if let Some(address) = listening_address(&line) {
                    sender.send(address).unwrap();
                }
                let mut log = written.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let Ok(address) = address.recv_timeout(DEADLINE) else {
            child.kill().unwrap();
            panic!("the server does not listen:\n{}", log.lock().unwrap());
        };
        // What a proxy in the environment is for is elsewhere.
        // What is compressed stays so, for the tests to see.
        let client = Client::builder().no_proxy().no_gzip().timeout(DEADLINE).build().unwrap();
        Self { child, address, log, reader: Some(reader), client }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The address in the line of the log with this message.
    pub(crate) fn logged_address(&self, message: &str) -> SocketAddr {
        let log = self.log();
        let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let line = lines.into_iter().find(|line| line["fields"]["message"] == message).unwrap();
        line["fields"]["address"].as_str().unwrap().parse().unwrap()
    }

    /// What the server has logged, one JSON object a line.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.get(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        self.try_post(path, headers, body).await.unwrap()
    }

    /// A request of any method.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let method = method.parse().unwrap();
        let mut request = self.client.request(method, format!("http://{}{path}", self.address)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::read(request.send().await.unwrap()).await
    }

    /// [`Server::post`] to a server that may die meanwhile.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Option<Answer> {
        let mut request = self.client.post(format!("http://{}{path}", self.address)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Some(Answer::read(request.send().await.ok()?).await)
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM. Says with which status the server ended, how long that took, and what it had logged.
    pub(crate) async fn stop(mut self) -> Stopped {
        let asked = Instant::now();
        self.terminate();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(asked.elapsed() < DEADLINE, "the server does not end:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        let took = asked.elapsed();
        self.reader.take().unwrap().join().unwrap();
        Stopped { status, took, log: self.log() }
    }

    fn terminate(&self) {
        // The shell's own `kill`: the standard library only knows SIGKILL.
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.pid())]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which is just as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of a server that was asked to end.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) status: ExitStatus,
    pub(crate) took: Duration,
    pub(crate) log: String,
}

/// A run of the program that ends by itself.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end.
pub(crate) fn run(dir: &Path, arguments: &[&str]) -> Ended {
    let mut child =
        program(dir).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (stdout, stderr) = (gather(child.stdout.take().unwrap()), gather(child.stderr.take().unwrap()));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > DEADLINE {
            child.kill().unwrap();
            panic!("{arguments:?} does not end: {}", stderr.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ended { code: status.code(), stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn gather(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        text
    })
}

/// The program in `dir`, without the settings of whoever runs the tests.
pub(crate) fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfire"));
    command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("WATCHFIRE_") || name.starts_with("OTEL_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// Milliseconds since the epoch, by the clock that the server reads, too.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

fn listening_address(line: &str) -> Option<SocketAddr> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    let fields = line.get("fields")?;
    fields.get("message")?.as_str()?.starts_with("Watchfire listens").then_some(())?;
    fields.get("address")?.as_str()?.parse().ok()
}
