//! `bench alerts`: how long alerts that fire at once take from the evaluation of their rule to a webhook.

mod measure;
mod options;
mod report;
mod sink;
mod time;

use crate::load::machine::{Cores, Machine};
use crate::load::processes::Stop;
use crate::load::servers::Server;
use crate::load::{self, markdown};
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
    let server = Server::watchfire(options.watchfire.as_deref(), project, steps)?;
    let stop = Stop::listen()?;
    let measured = steps.step(&server.title(), || {
        let measured = measure::measure(&server, &options, &cores, &folder, &stop)?;
        stop.check()?;
        Ok(measured)
    })?;
    let report = report::table(&measured, &options, &server.title(), &machine.line(&options.shown()));
    println!("{report}");
    if options.print_only {
        return Ok(());
    }
    markdown::write(NAME, &report, project)
}
