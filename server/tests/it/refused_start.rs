//! What the program does not start with: each a sentence that names the mend, and an exit code of docs/CONFIG.md.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::tempdir;

use crate::server::{Ended, Server, run};

/// The arguments, the exit code, and what the last line says.
fn refused(dir: &Path, arguments: &[&str], code: i32, expected: &[&str]) {
    let ended = run(dir, arguments);
    assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
    let sentence = ended.stderr.lines().last().unwrap_or_default();
    for part in expected {
        assert!(sentence.contains(part), "{arguments:?}: {sentence:?} lacks {part:?}");
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn wrong_flags_and_files() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("wrong.toml"), "# a comment\n\n[storage]\nretentoin = \"7d\"\n").unwrap();
    let table: [(&[&str], &[&str]); 7] = [
        (&["--lisen", "127.0.0.1:0"], &["--lisen: unknown flag; did you mean --listen?"]),
        (
            &["--config", "wrong.toml"],
            &["wrong.toml:4:1", "storage.retentoin", "did you mean storage.retention?"],
        ),
        (
            &["config", "check", "--config", "wrong.toml"],
            &["wrong.toml:4:1", "did you mean storage.retention?"],
        ),
        (&["--config", "missing.toml"], &["missing.toml", "does not exist"]),
        (&["--retention", "1 fortnight"], &["--retention", "1 fortnight"]),
        (&["--listen", "0.0.0.0:0"], &["0.0.0.0:0", "i-know-there-is-no-login"]),
        (&["--listen", "[::]:0"], &["[::]:0", "i-know-there-is-no-login"]),
    ];
    for (arguments, expected) in table {
        refused(dir.path(), arguments, 2, expected);
    }
    assert!(!dir.path().join("watchfire-data").exists(), "nothing was made");
}

#[test]
fn a_taken_port() {
    let dir = tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    refused(dir.path(), &["--listen", &address], 4, &[&address, "another program listens there", "--listen"]);
    // The refused start let the data directory go.
    drop(Server::start(dir.path(), &["--no-collect"]));
}

#[test]
fn a_data_directory_in_use() {
    let dir = tempdir().unwrap();
    let first = Server::start(dir.path(), &["--no-collect"]);
    let pid = format!("process {}", first.pid());
    refused(dir.path(), &["--listen", "127.0.0.1:0"], 3, &["watchfire-data", &pid, "stop it"]);
    first.kill();
    // What a killed process leaves does not look like one that runs.
    drop(Server::start(dir.path(), &["--no-collect"]));
}

#[test]
fn a_data_directory_that_cannot_be_made() {
    let dir = tempdir().unwrap();
    // Below a regular file: refused to every user, root included.
    fs::write(dir.path().join("file"), "").unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--data-dir", "file/data"];
    refused(dir.path(), &arguments, 3, &["file/data", "make it writable"]);
}

#[test]
fn a_full_disk() {
    // In memory where there is such a place: no machine has as much of it free as is asked for below.
    let memory = Path::new("/dev/shm");
    let dir = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempdir() }.unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--min-free-bytes", "1TiB"];
    refused(dir.path(), &arguments, 3, &["too full", "1048576.0 MiB must be", "make room"]);
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let dir = tempdir().unwrap();
    assert!(Server::start(dir.path(), &[]).stop().await.status.success());
    let journal = dir.path().join("watchfire-data/metrics/journal.db");
    let mut database = SqliteConnectOptions::new().filename(&journal).connect().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'from the future', true, x'00', 0)";
    sqlx::query(newer).execute(&mut database).await.unwrap();
    drop(database);
    refused(dir.path(), &["--listen", "127.0.0.1:0"], 3, &["journal.db", "newer version of Watchfire"]);
}

#[test]
fn what_only_tells_ends_well() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("watchfire.toml"), "[live]\nqueue = 7\n").unwrap();
    let told = |arguments: &[&str]| {
        let Ended { code, stdout, stderr } = run(dir.path(), arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
        stdout
    };
    assert_eq!(told(&["--version"]), format!("watchfire {}\n", env!("CARGO_PKG_VERSION")));
    assert!(told(&["--help"]).contains("--data-dir"));
    assert_eq!(told(&["config", "check"]), "watchfire.toml: nothing is wrong\n");

    let shown = told(&["config", "show", "--retention", "2d"]);
    let line = |key: &str| {
        let line = shown.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("live.queue"), "live.queue = 7 # watchfire.toml:2");
    assert_eq!(line("storage.retention"), "storage.retention = \"2d\" # --retention");
    assert_eq!(line("listen"), "listen = \"127.0.0.1:3473\" # default");
    // It is a configuration file itself.
    fs::write(dir.path().join("shown.toml"), &shown).unwrap();
    assert_eq!(told(&["config", "check", "--config", "shown.toml"]), "shown.toml: nothing is wrong\n");
    assert!(!dir.path().join("watchfire-data").exists(), "nothing was made");
}
