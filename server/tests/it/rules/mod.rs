//! Rules in the real program: files, forms, restarts.

mod command;
mod conditions;
mod files;
mod firing;
mod forms;
mod outlines;
mod restart;
mod shipped;

use std::fmt::Write as _;

use serde_json::Value;

use crate::server::{Server, now};

/// Stores a sample of now.
async fn push(server: &Server, series: &str, value: f64) {
    let mut line = String::new();
    // Writing to a text can't fail.
    let _ = writeln!(line, "{series} {value} {}", now());
    let answer = server.post("/api/v1/import/prometheus", &[], line.into_bytes()).await;
    assert!((200..300).contains(&answer.status), "{}", answer.body);
}

/// The alerts that there are.
async fn alerts(server: &Server) -> Vec<Value> {
    let answer = server.get("/api/v1/alerts").await.json();
    answer["data"]["alerts"].as_array().unwrap().clone()
}

/// The series that a query finds now.
async fn query(server: &Server, text: &str) -> Vec<Value> {
    let answer = server.get(&format!("/api/v1/query?query={text}")).await.json();
    answer["data"]["result"].as_array().unwrap().clone()
}
