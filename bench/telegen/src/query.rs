//! Times PromQL queries: each line of the file is `name<TAB>instant|range<TAB>step<TAB>window<TAB>query`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::http;
use crate::latency::percentiles;

#[derive(Args)]
pub(crate) struct QueryArgs {
    file: PathBuf,
    /// Server address, e.g. <http://127.0.0.1:9090>
    #[arg(long)]
    url: String,
    /// Unix time in seconds at which the data ends.
    #[arg(long)]
    end: i64,
    /// Repetitions of each query, each with the end moved back by one second more.
    #[arg(long, default_value_t = 15)]
    repeat: i64,
    /// Extra header, `Name: value`.
    #[arg(long)]
    header: Option<String>,
    /// Text appended to each request, e.g. `&nocache=1`.
    #[arg(long, default_value = "")]
    extra: String,
}

/// One line of the file.
struct Query<'a> {
    name: &'a str,
    kind: &'a str,
    /// Seconds between the points of a range query.
    step: &'a str,
    /// Seconds from the first to the last point of a range query.
    window: i64,
    text: &'a str,
}

/// Prints for each query its times and the size of its last answer, or the server's error.
pub(crate) fn run(args: &QueryArgs) -> Result<()> {
    let agent = http::agent();
    let text = std::fs::read_to_string(&args.file)?;
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let query = Query::parse(line)?;
        let mut times = Vec::new();
        let (mut series, mut points, mut failure) = (0, 0, None);
        for turn in 0..args.repeat {
            let path = query.path(args.end - turn);
            let mut request = agent.get(format!("{}/api/v1/{path}{}", args.url, args.extra));
            if let Some((name, value)) = http::header(args.header.as_deref()) {
                request = request.header(name, value);
            }
            let began = Instant::now();
            let body = request.call()?.body_mut().with_config().limit(1 << 30).read_to_string()?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
            let json: Value =
                serde_json::from_str(&body).with_context(|| body.chars().take(200).collect::<String>())?;
            if json["status"] != "success" {
                failure = Some(json["error"].to_string());
                break;
            }
            let result = json["data"]["result"].as_array().map(Vec::as_slice).unwrap_or_default();
            series = result.len();
            points = result.iter().map(|series| series["values"].as_array().map_or(1, Vec::len)).sum();
        }
        match failure {
            Some(error) => println!("{}\tFAILED {error}", query.name),
            None => {
                println!("{}\tms {}\tseries {series} points {points}", query.name, percentiles(&mut times));
            }
        }
    }
    Ok(())
}

impl<'a> Query<'a> {
    fn parse(line: &'a str) -> Result<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, kind, step, window, text] = fields[..] else { bail!("bad line: {line}") };
        Ok(Self { name, kind, step, window: window.parse().context("window")?, text })
    }

    /// Path and parameters below `/api/v1/` for the query that ends at `end`.
    fn path(&self, end: i64) -> String {
        let (text, step) = (http::encode(self.text), self.step);
        match self.kind {
            "instant" => format!("query?query={text}&time={end}"),
            _ => format!("query_range?query={text}&start={}&end={end}&step={step}", end - self.window),
        }
    }
}
