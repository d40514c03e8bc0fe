use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tempfile::tempdir;

use super::{Body, EMPTY_SERVER, query, send};
use crate::server::Server;

const THEN: i64 = 1_699_958_400_000;
const ROUNDS: i64 = 20;

/// The value of a sample, so that a wrong one is found, too.
fn value(number: i64) -> f64 {
    number as f64 / 4.0
}

/// A request with sample `number` of some series, one of them late.
fn request(number: i64) -> Body {
    let name = [("__name__", "kept"), ("series", "in order")];
    let late = [("__name__", "kept"), ("series", "late")];
    let at = THEN + number * 10;
    Body::default()
        .series(&name, &[(at, value(number))])
        .series(&late, &[(at - (number % 3) * 23, value(number))])
}

/// Kills the server at random moments under load; what it acknowledged must be there after the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost() {
    let dir = tempdir().unwrap();
    // Flushes run all the time, so that kills hit them.
    let flags = [&EMPTY_SERVER[..], &["--block-window", "1s", "--max-head-samples", "1000"]].concat();
    let mut acknowledged: BTreeMap<i64, f64> = BTreeMap::new();
    let mut number = 0;
    for round in 0..ROUNDS {
        let server = Server::start(dir.path(), &flags);
        let found = query(&server, "kept", THEN / 1000 + 900_000).await;
        let in_order: BTreeMap<i64, f64> = found
            .into_iter()
            .filter(|((labels, _), _)| labels.contains("in order"))
            .map(|((_, at), value)| (at, value))
            .collect();
        for (at, value) in &acknowledged {
            assert_eq!(in_order.get(at), Some(value), "round {round}: the sample at {at} was acknowledged");
        }
        let killed = Arc::new(AtomicBool::new(false));
        let (stop, pid) = (killed.clone(), server.pid());
        let at_random = RandomState::new().hash_one(round) as f64 / u64::MAX as f64;
        let thread = std::thread::spawn(move || {
            // The moment of death is what is drawn; nothing is waited for.
            std::thread::sleep(Duration::from_millis(300).mul_f64(at_random));
            stop.store(true, Ordering::Relaxed);
            Command::new("sh").args(["-c", &format!("kill -KILL {pid}")]).status().unwrap()
        });
        while !killed.load(Ordering::Relaxed) {
            number += 1;
            match server
                .try_post("/api/v1/write", &[("content-encoding", "snappy")], request(number).compressed())
                .await
            {
                Some(answer) if answer.status == 204 => {
                    acknowledged.insert(THEN + number * 10, value(number));
                }
                Some(answer) => panic!("{}: {}", answer.status, answer.body),
                None => break,
            }
        }
        assert!(thread.join().unwrap().success());
        server.kill();
    }
    println!("{} acknowledged requests, {ROUNDS} kills", acknowledged.len());
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
}

/// `watchfire backup` while the server takes samples, then `watchfire restore`, then the same answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_acknowledged_before() {
    let dir = tempdir().unwrap();
    let flags = [&EMPTY_SERVER[..], &["--max-head-samples", "1000"]].concat();
    let server = Server::start(dir.path(), &flags);
    for number in 1..=1500 {
        assert_eq!(send(&server, &request(number)).await.status, 204);
    }
    let (program, data) = (env!("CARGO_BIN_EXE_watchfire"), dir.path().join("watchfire-data"));
    let (copy, restored) = (dir.path().join("copy"), dir.path().join("restored"));
    let mut backup = Command::new(program)
        .arg("backup")
        .arg(&copy)
        .arg("--data-dir")
        .arg(&data)
        .current_dir(dir.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut number = 1500;
    let ended = loop {
        if let Some(ended) = backup.try_wait().unwrap() {
            break ended;
        }
        number += 1;
        assert_eq!(send(&server, &request(number)).await.status, 204);
    };
    let mut told = String::new();
    backup.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(ended.success(), "{told}");
    let before = query(&server, "kept", THEN / 1000 + 900_000).await;
    server.kill();

    let restore =
        Command::new(program).arg("restore").arg(&copy).arg("--data-dir").arg(&restored).status().unwrap();
    assert!(restore.success());
    let again =
        Command::new(program).arg("restore").arg(&copy).arg("--data-dir").arg(&restored).output().unwrap();
    assert_eq!(again.status.code(), Some(3), "nothing is written over what is there");
    let flags = [&EMPTY_SERVER[..], &["--data-dir", restored.to_str().unwrap()]].concat();
    let server = Server::start(dir.path(), &flags);
    let after = query(&server, "kept", THEN / 1000 + 900_000).await;
    for number in 1..=1500 {
        let at = THEN + number * 10;
        let of = |found: &BTreeMap<(String, i64), f64>| {
            found
                .iter()
                .find(|((labels, time), _)| labels.contains("in order") && *time == at)
                .map(|(_, v)| *v)
        };
        assert_eq!(of(&after), of(&before), "sample {number}");
        assert_eq!(of(&after), Some(value(number)));
    }
}
