//! The `watchfire` program: it reads its configuration, wires the crates together and serves.

mod act;
mod api;
mod clock;
mod collecting;
mod config;
mod copies;
mod demo;
mod export;
mod fatal;
mod health;
mod http;
mod live;
mod notifying;
mod render;
mod rules;
mod serve;
mod share;
mod site;
mod statsd;
mod telemetry;
mod ways_in;

use std::process::ExitCode;

use config::{Command, CommandLineError, parse_command_line};

fn main() -> ExitCode {
    let folder = match std::env::current_dir() {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("watchfire: the working directory cannot be read: {error}; start in another");
            return ExitCode::from(fatal::RUNTIME_FAILURE);
        }
    };
    let config = match parse_command_line(std::env::args_os(), std::env::vars_os(), &folder) {
        Ok(Command::Serve(config)) => *config,
        Ok(Command::Health(address)) => {
            return match health::ask(address) {
                Ok(answer) => {
                    println!("{answer}");
                    ExitCode::SUCCESS
                }
                Err(error) => {
                    eprintln!("watchfire: {error}");
                    ExitCode::from(fatal::RUNTIME_FAILURE)
                }
            };
        }
        Ok(Command::Backup { data_dir, copy }) => return said(copies::backup(&data_dir, &copy)),
        Ok(Command::Restore { copy, data_dir }) => return said(copies::restore(&copy, &data_dir)),
        Ok(Command::Demo { target, plan }) => return said(demo::run(&target, plan)),
        Ok(Command::DemoDelete(target)) => return said(demo::delete(&target)),
        Ok(Command::ExportRules(target)) => return said(export::rules(&target)),
        Ok(Command::CheckRules(files)) => return rules::check(&files),
        Ok(Command::TestRules(files)) => return rules::test(&files),
        Ok(Command::ConfigCheck(text) | Command::ConfigShow(text) | Command::Print(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(CommandLineError::EXIT_CODE);
        }
    };
    said(serve::serve(config).map(|()| String::new()))
}

/// Prints what a command did, or why it could not, and gives the exit code.
fn said(outcome: Result<String, fatal::Fatal>) -> ExitCode {
    match outcome {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("watchfire: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
