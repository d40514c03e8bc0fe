//! `bench peers`: Watchfire and others under the same load, one after the other, and the table of what they cost.
//!
//! The load and the clock are those of `bench/telegen`. Each server has one core for itself and the load
//! generator another one, so that none is measured while it waits for the generator.

mod http;
mod machine;
mod measure;
mod options;
mod packages;
mod processes;
mod servers;
mod table;
mod telegen;

use std::fs;
use std::path::Path;

use crate::project::{Profile, Project};
use crate::server;
use crate::site;
use crate::step::{Failure, Result, Steps};

use machine::{Cores, Machine};
use measure::Measured;
use options::Options;
use processes::Stop;
use servers::{Kind, Server};
use telegen::Telegen;

pub(crate) use options::HELP;

/// The document that holds the table, below the repository's root.
const DOCUMENT: &str = "docs/PERFORMANCE.md";

/// Measures all servers that are there and writes the table.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let options = Options::parse(arguments)?;
    // Before anything is compiled: what is wrong with the machine or the command line is said at once.
    let cores = Cores::of_this_process()?;
    let machine = Machine::look(&cores);
    let folder = project.target.join("peers");
    let peers = steps.step("find the peers", || packages::find(&options, &folder))?;
    let mut servers = Vec::new();
    if !options.without.contains(&Kind::Watchfire) {
        let program = if let Some(program) = &options.watchfire {
            program.clone()
        } else {
            site::build(project, Profile::Release, steps)?;
            server::build(project, Profile::Release, steps)?
        };
        servers.push(Server::at(Kind::Watchfire, &program)?);
    }
    servers.extend(peers);
    if servers.is_empty() {
        return Err(Failure::new(format!("There is no server to measure.\n\n{HELP}")));
    }
    let telegen = Telegen::build(project, &folder, cores.load, steps)?;
    let corpus = telegen.corpus(&options, steps)?;

    let stop = Stop::listen()?;
    let mut all: Vec<Measured> = Vec::new();
    for server in &servers {
        let bench = measure::Bench {
            telegen: &telegen,
            corpus: &corpus,
            options: &options,
            cores: &cores,
            folder: &folder,
        };
        all.push(steps.step(&server.title(), || {
            let measured = measure::measure(server, &bench, &stop);
            stop.check()?;
            eprint!("{measured}");
            Ok(measured)
        })?);
    }

    let report = table::report(&all, &telegen.query_names()?, &machine.line(&options.shown()));
    println!("{report}");
    if options.print_only {
        return Ok(());
    }
    write(&project.root.join(DOCUMENT), &report)
}

fn write(document: &Path, report: &str) -> Result<()> {
    let text = fs::read_to_string(document).map_err(Failure::at(document))?;
    let text = table::put_between_markers(&text, report).map_err(|problem| {
        Failure::new(format!("{}: {problem}; the table above was not written", document.display()))
    })?;
    fs::write(document, text).map_err(Failure::at(document))?;
    eprintln!("    written into {}", document.display());
    Ok(())
}
