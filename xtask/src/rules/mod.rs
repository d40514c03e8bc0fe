//! `bench rules`: what the evaluation of many alerting rules costs, beside Prometheus.

mod fleet;
mod measure;
mod options;
mod report;

use crate::load::machine::{Cores, Machine};
use crate::load::processes::Stop;
use crate::load::servers::{Kind, Server};
use crate::load::{self, markdown};
use crate::peers::packages;
use crate::project::Project;
use crate::step::{Result, Steps};

use options::Options;
pub(crate) use options::{HELP, NAME};

/// Measures and writes the table.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let options = Options::parse(arguments)?;
    // Before anything is compiled: what is wrong with the machine is said at once.
    let cores = Cores::of_this_process()?;
    let machine = Machine::look(&cores);
    let folder = load::folder(project);
    let mut servers = Vec::new();
    if !options.without_prometheus {
        let program =
            options.prometheus.clone().map_or_else(|| packages::anywhere(Kind::Prometheus, &folder), Ok)?;
        servers.push(Server::at(Kind::Prometheus, &program)?);
    }
    servers.insert(0, Server::watchfire(options.watchfire.as_deref(), project, steps)?);
    let stop = Stop::listen()?;
    let mut all = Vec::new();
    for server in &servers {
        all.push(steps.step(&server.title(), || {
            let measured = measure::measure(server, &options, &cores, &folder, &stop)?;
            stop.check()?;
            Ok(measured)
        })?);
    }
    let report = report::table(&all, &options, &machine.line(&options.shown()));
    println!("{report}");
    if options.print_only {
        return Ok(());
    }
    markdown::write(NAME, &report, project)
}
