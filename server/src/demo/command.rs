use std::sync::Mutex;

use tokio_util::sync::CancellationToken;
use watchfire_demo::Way;
use watchfire_model::format_duration;

use super::feed::{Event, Feed, Progress};
use super::plan::Plan;
use super::sender::{SendError, Sender, Target};
use crate::fatal::Fatal;
use crate::serve::stop_on_signal;

/// `watchfire demo`: sends until Ctrl-C or SIGTERM. The text says how much was sent.
pub(crate) fn run(target: &Target, plan: Plan) -> Result<String, Fatal> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let stop = stop_on_signal()?;
        let sender = Sender::new(target.clone())?;
        introduce(target, plan);
        let progress = Progress::default();
        // The same words once, however often it is tried.
        let last = Mutex::new(String::new());
        let tell = |event| say(&last, event);
        Feed { plan, sender: &sender, progress: &progress, stop: &stop, tell: &tell }.run().await;
        Ok(format!("\n{} samples were sent. `watchfire demo --delete` deletes them.\n", progress.samples()))
    })
}

/// `watchfire demo --delete`.
pub(crate) fn delete(target: &Target) -> Result<String, Fatal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stop: CancellationToken = stop_on_signal()?;
        let sender = Sender::new(target.clone())?;
        tokio::select! {
            () = stop.cancelled() => Err(Fatal::from(SendError::Refused("stopped before it was done".to_owned()))),
            deleted = sender.delete() => Ok(deleted?),
        }
    })?;
    Ok(format!("All series with demo=\"true\" are deleted at {}\n", target.url("")))
}

fn introduce(target: &Target, plan: Plan) {
    let every = format_duration(plan.interval.as_millis() as i64);
    println!("Sending made-up data to {} every {every}, all of it with demo=\"true\":", target.url(""));
    for way in Way::ALL {
        let what = match way {
            Way::RemoteWrite => format!("{} hosts, web services", plan.settings.hosts),
            Way::Push => "a mesh, its consensus, federated learning".to_owned(),
            Way::Otlp => "RAG queries, agent tasks".to_owned(),
        };
        println!("  {:<24} {:<14} {what}", way.title(), way.path());
    }
    println!("Dashboards:  {}", target.url("/dashboards"));
    println!("Stop:        Ctrl-C");
    println!("Delete:      watchfire demo --delete --target {}", target.url(""));
    if !plan.history.is_zero() {
        println!(
            "First the last {}, then each moment as it comes.",
            format_duration(plan.history.as_millis() as i64)
        );
    }
}

fn say(last: &Mutex<String>, event: Event) {
    match event {
        Event::Caught { samples: 0 } => println!("Sending."),
        Event::Caught { samples } => println!("The past is there: {samples} samples. Sending."),
        Event::PastLeftOut => {
            println!("There is demo data already, so its past is left out; to have it, delete that first.");
        }
        Event::Recovered => {
            println!("It is taken again.");
            if let Ok(mut last) = last.lock() {
                last.clear();
            }
        }
        Event::Problem { text, again } => {
            let Ok(mut last) = last.lock() else { return };
            if *last != text {
                let then = match again {
                    Some(_) => "it is tried again, at most every 30s",
                    None => "that part is left out",
                };
                eprintln!("{text}; {then}");
                *last = text;
            }
        }
    }
}
