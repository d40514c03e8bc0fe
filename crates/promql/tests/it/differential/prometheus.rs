//! A Prometheus of our own, on a free port with an empty folder, gone with the test.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use tempfile::TempDir;

use super::data::Samples;
use super::reply::Reply;
use super::wire;

/// A running Prometheus.
#[derive(Debug)]
pub(crate) struct Prometheus {
    process: Child,
    address: SocketAddr,
    folder: TempDir,
}

/// A reply that takes longer than this is a fault.
const PATIENCE: Duration = Duration::from_mins(1);

impl Prometheus {
    /// Starts the binary that the environment names; an error says why there is none to start.
    pub(crate) fn start() -> Result<Self, String> {
        let binary = env::var("WATCHFIRE_PROMETHEUS").unwrap_or_else(|_| "prometheus".to_owned());
        let version = Command::new(&binary).arg("--version").output();
        let version = version.map_err(|error| format!("{binary} can't be started: {error}"))?;
        let version = String::from_utf8_lossy(&version.stdout).into_owned();
        if !version.contains("version 3.") {
            return Err(format!(
                "ranges of {binary} are not those of version 3: {}",
                version.lines().next().unwrap_or("?")
            ));
        }
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("prometheus.yml");
        // Series come one after the other, each with old samples.
        fs::write(&config, "storage: {tsdb: {out_of_order_time_window: 36500d}}\n").unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let process = Command::new(&binary)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--storage.tsdb.retention.time=90y")
            .arg(format!("--web.listen-address={address}"))
            .args(["--web.enable-remote-write-receiver", "--enable-feature=promql-experimental-functions"])
            .args(["--log.level=error"])
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let prometheus = Self { process, address, folder };
        prometheus.wait();
        Ok(prometheus)
    }

    fn wait(&self) {
        let begin = Instant::now();
        while !TcpStream::connect(self.address).is_ok_and(|_| self.ask("GET", "/-/ready", "", &[]).0 == 200) {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "Prometheus did not get ready: {}", log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stores samples by remote write.
    pub(crate) fn write(&self, series: &[Samples]) {
        let headers = "Content-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\n\
                       X-Prometheus-Remote-Write-Version: 0.1.0\r\n";
        let (status, body) = self.ask("POST", "/api/v1/write", headers, &wire::write_request(series));
        assert_eq!(status / 100, 2, "{body}");
    }

    /// Evaluates a query: at `start` when `step` is 0, else as a range query. All times are milliseconds.
    pub(crate) fn query(&self, query: &str, start: i64, end: i64, step: i64) -> Result<Reply, String> {
        let seconds = |millis: i64| format!("{}.{:03}", millis / 1000, millis % 1000);
        let query = escape(query);
        let (path, form) = if step == 0 {
            ("/api/v1/query", format!("query={query}&time={}", seconds(start)))
        } else {
            let (start, end, step) = (seconds(start), seconds(end), seconds(step));
            ("/api/v1/query_range", format!("query={query}&start={start}&end={end}&step={step}"))
        };
        let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
        let (_, body) = self.ask("POST", path, headers, form.as_bytes());
        Reply::read(&body)
    }

    /// One request on a connection of its own. HTTP 1.0, so the reply comes in one piece and ends with the connection.
    fn ask(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!("{method} {path} HTTP/1.0\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap();
        (status.parse().unwrap(), body.to_owned())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing left to do then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Escapes a text for a form, bytes other than letters and digits as `%XX`.
fn escape(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
