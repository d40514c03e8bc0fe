//! Schedules from calendars of other servers.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::tempdir;

use super::ask;
use crate::answer::eventually;
use crate::server::Server;

const FLAGS: [&str; 3] = ["--no-collect", "--notify-calendar-interval", "1s"];

/// A server that answers each request with what it is told: a status and a body.
fn calendar_server(said: &Arc<Mutex<(u16, String)>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/private-token/oncall.ics", listener.local_addr().unwrap());
    let said = said.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            for line in lines {
                if line.unwrap().is_empty() {
                    break;
                }
            }
            let (status, body) = said.lock().unwrap().clone();
            let head =
                format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // Whoever asked may be gone.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    url
}

fn calendar(who: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\nDTEND:20200102T000000Z\r\nRRULE:FREQ=DAILY\r\n\
         SUMMARY:On call: {who}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn schedule(server: &Server) -> Value {
    let answer = ask(server, "GET", "schedules/web", &Value::Null).await;
    assert!(!answer.body.contains("private-token"), "{}", answer.body);
    answer.json()["data"].clone()
}

#[tokio::test]
async fn a_calendar_says_who_is_on_call_and_outlives_its_server() {
    let dir = tempdir().unwrap();
    let said = Arc::new(Mutex::new((200, calendar("Ann"))));
    let url = calendar_server(&said);
    let yaml = format!(
        "route: {{receiver: bob}}\nreceivers: [{{name: ann}}, {{name: bob}}]\nschedules:\n  - name: web\n    \
         layers: [{{start: 2020-01-01 00:00, every: 7d, receivers: [bob]}}]\n    calendars: [{{ical_url: '{url}'}}]\n"
    );
    let server = Server::start(dir.path(), &FLAGS);
    let body = json!({"yaml": yaml, "version": 0});
    let saved = ask(&server, "PUT", "notify-config", &body).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let told = eventually("the calendar", async || {
        Some(schedule(&server).await).filter(|told| told["on_call"] == "ann")
    })
    .await;
    assert_eq!(
        (&told["calendars"][0]["from"], &told["calendars"][0]["error"]),
        (&json!("127.0.0.1"), &Value::Null)
    );
    server.stop().await;

    // What was read counts after a restart, also where the other server fails; and that is told.
    *said.lock().unwrap() = (500, String::new());
    let server = Server::start(dir.path(), &FLAGS);
    assert_eq!(schedule(&server).await["on_call"], "ann");
    let told = eventually("the failure", async || {
        Some(schedule(&server).await).filter(|told| told["calendars"][0]["error"].is_string())
    })
    .await;
    assert!(told["calendars"][0]["error"].as_str().unwrap().contains("500"), "{told}");
    assert_eq!(told["on_call"], "ann");

    // Who is no receiver is told; the layers count.
    *said.lock().unwrap() = (200, calendar("Cem"));
    let told = eventually("the change", async || {
        Some(schedule(&server).await).filter(|told| told["on_call"] == "bob")
    })
    .await;
    assert!(told["calendars"][0]["problems"][0].as_str().unwrap().contains("names no receiver"), "{told}");
}
