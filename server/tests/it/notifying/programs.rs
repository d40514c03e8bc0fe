//! Programs of this machine that are told: `exec_configs`.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{config, delivery, fire, start};
use crate::answer::eventually;
use crate::server::Server;

/// A server whose receiver runs a script of the shell in `dir`, and tells no group twice.
fn running(dir: &Path, script: &str, more: &str, flags: &[&str]) -> Server {
    fs::write(dir.join("script.sh"), script).unwrap();
    let command = json!(["/bin/sh", dir.join("script.sh")]);
    let channel = config(&format!("exec_configs: [{{command: {command}{more}}}]"));
    start(dir, &channel.replace("group_interval: 1s", "group_interval: 1h"), flags)
}

fn any(_: &Value) -> bool {
    true
}

#[tokio::test]
async fn a_program_reads_what_webhooks_get() {
    let dir = tempdir().unwrap();
    let script = format!("cd '{}'\nenv > env\necho \"$#\" > arguments\ncat > input\n", dir.path().display());
    let server = running(dir.path(), &script, "", &["--notify-programs"]);
    fire(&server, &["Fire"]).await;
    let done = delivery(&server, "state=done", any).await;
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let input: Value = serde_json::from_str(&read("input")).unwrap();
    assert_eq!(input["alerts"][0]["labels"]["alertname"], "Fire", "{input}");
    assert_eq!((&input["status"], &input["receiver"]), (&json!("firing"), &json!("team")));
    assert_eq!(input["idempotencyKey"], done["idempotency_key"]);
    assert_eq!(read("arguments"), "0\n");
    // It has what the server has, such as the way to other programs.
    assert!(read("env").lines().any(|line| line.starts_with("PATH=")), "{}", read("env"));
}

#[tokio::test]
async fn a_program_that_asks_for_it_is_run_again() {
    let dir = tempdir().unwrap();
    let script = format!(
        "cd '{}'\ncat >> inputs\necho >> inputs\n[ -e tried ] && exit 0\ntouch tried\necho 'come back' >&2\nexit 75\n",
        dir.path().display()
    );
    let server = running(dir.path(), &script, "", &["--notify-programs"]);
    fire(&server, &["Fire"]).await;
    let waiting = delivery(&server, "state=waiting", |one| one["failure"].is_string()).await;
    assert!(waiting["failure"].as_str().unwrap().contains("come back"), "{waiting}");
    let done = delivery(&server, "state=done", any).await;
    assert_eq!(done["attempts"], 2);
    let inputs = fs::read_to_string(dir.path().join("inputs")).unwrap();
    let inputs: Vec<Value> = inputs.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(inputs.len(), 2);
    assert!(inputs.iter().all(|input| input["idempotencyKey"] == done["idempotency_key"]), "{inputs:?}");
}

#[tokio::test]
async fn a_program_that_fails_is_a_dead_letter_with_its_words() {
    let dir = tempdir().unwrap();
    let script = "echo 'no such room' >&2\nexit 3\n";
    let server = running(dir.path(), script, "", &["--notify-programs"]);
    fire(&server, &["Fire"]).await;
    let dead = delivery(&server, "state=dead", any).await;
    assert_eq!(dead["attempts"], 1);
    let words = dead["failure"].as_str().unwrap();
    assert!(words.contains("ended with 3") && words.contains("no such room"), "{words}");
}

#[tokio::test]
async fn a_program_that_hangs_is_stopped_with_all_that_it_started() {
    let dir = tempdir().unwrap();
    let script =
        format!("cd '{}'\nsleep 60 &\necho \"$$ $!\" > new\nmv new numbers\nwait\n", dir.path().display());
    let server = running(dir.path(), &script, ", timeout: 1s", &["--notify-programs"]);
    fire(&server, &["Fire"]).await;
    let waiting = delivery(&server, "state=waiting", |one| one["failure"].is_string()).await;
    let words = waiting["failure"].as_str().unwrap();
    assert!(words.contains("did not end within 1s") && words.contains("timeout"), "{words}");
    let numbers = fs::read_to_string(dir.path().join("numbers")).unwrap();
    assert_eq!(numbers.split_whitespace().count(), 2, "{numbers}");
    gone(&numbers).await;
    // It is tried again; so that nothing is left of it.
    server.stop().await;
}

/// Waits until no process with one of these numbers runs any more.
async fn gone(numbers: &str) {
    let runs = |number: &str| {
        let state = fs::read_to_string(format!("/proc/{number}/stat"));
        // One that nobody has buried yet runs no more.
        state.is_ok_and(|state| !state.contains(") Z "))
    };
    eventually("the processes to be gone", async || (!numbers.split_whitespace().any(runs)).then_some(()))
        .await;
}

#[tokio::test]
async fn a_program_does_not_keep_the_server_from_its_end() {
    let dir = tempdir().unwrap();
    let script = format!("cd '{}'\necho $$ > new\nmv new number\nexec sleep 60\n", dir.path().display());
    let server = running(dir.path(), &script, ", timeout: 10m", &["--notify-programs"]);
    fire(&server, &["Fire"]).await;
    let file = dir.path().join("number");
    let number = eventually("the program", async || fs::read_to_string(&file).ok()).await;
    let stopped = server.stop().await;
    assert!(stopped.took < Duration::from_secs(20), "{stopped:?}");
    gone(&number).await;
}

#[tokio::test]
async fn no_program_runs_where_the_server_was_not_told_so() {
    let dir = tempdir().unwrap();
    let script = format!("touch '{}'\n", dir.path().join("run").display());
    let server = running(dir.path(), &script, "", &[]);
    fire(&server, &["Fire"]).await;
    let dead = delivery(&server, "state=dead", any).await;
    let words = dead["failure"].as_str().unwrap();
    assert!(words.contains("programs are off") && words.contains("--notify-programs"), "{words}");
    assert!(!dir.path().join("run").exists());
}
