//! `bench peers`: Watchfire and others under the same load, one after the other, and the table of what they cost.
//!
//! The load and the clock are those of `bench/telegen`; see [`load`] for how servers are run.

mod measure;
mod options;
pub(crate) mod packages;
mod table;

use crate::load::machine::{Cores, Machine};
use crate::load::processes::Stop;
use crate::load::protocol::Protocol;
use crate::load::servers::{Kind, Server};
use crate::load::telegen::Telegen;
use crate::load::{self, markdown};
use crate::project::Project;
use crate::step::{Failure, Result, Steps};

use measure::Measured;
use options::Options;

pub(crate) use options::HELP;

/// Measures all servers that are there and writes the table.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let options = Options::parse(arguments)?;
    // Before anything is compiled: what is wrong with the machine or the command line is said at once.
    let cores = Cores::of_this_process()?;
    let machine = Machine::look(&cores);
    let folder = load::folder(project);
    let peers = steps.step("find the peers", || packages::find(&options, &folder))?;
    let mut servers = Vec::new();
    if !options.without.contains(&Kind::Watchfire) {
        servers.push(Server::watchfire(options.watchfire.as_deref(), project, steps)?);
    }
    servers.extend(peers);
    if servers.is_empty() {
        return Err(Failure::new(format!("There is no server to measure.\n\n{HELP}")));
    }
    let telegen = Telegen::build(project, &folder, cores.load, steps)?;
    let corpus = telegen.corpus(Protocol::RemoteWrite, options.hosts, options.rounds, steps)?;

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
    markdown::write("peers", &report, project)
}
