//! `bench ingest`: the criterion benches of watchfire-ingest, and what each protocol costs with storage.

mod measure;
mod options;
mod table;

use crate::bench;
use crate::load::machine::{Cores, Machine};
use crate::load::processes::Stop;
use crate::load::protocol::Protocol;
use crate::load::servers::Server;
use crate::load::telegen::Telegen;
use crate::load::{self, markdown};
use crate::project::Project;
use crate::step::{Result, Steps};

use measure::Bench;
use options::{Options, Parts};

pub(crate) use options::HELP;

/// What the bench is called.
pub(crate) const NAME: &str = "ingest";

/// The package whose criterion benches are part of it.
const PACKAGE: &str = "watchfire-ingest";

/// In the order in which they are measured. Remote write is there to compare with.
const PROTOCOLS: [Protocol; 3] = [Protocol::RemoteWrite, Protocol::OtlpHttp, Protocol::OtlpGrpc];

/// Runs the parts that were asked for.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let options = Options::parse(arguments)?;
    match &options.parts {
        Parts::Criterion(criterion) => bench::criterion(NAME, PACKAGE, criterion, project, steps),
        Parts::Protocols => protocols(&options, &Cores::of_this_process()?, project, steps),
        Parts::Both => {
            // Before anything is compiled: what is wrong with the machine is said at once.
            let cores = Cores::of_this_process()?;
            bench::criterion(NAME, PACKAGE, &[], project, steps)?;
            protocols(&options, &cores, project, steps)
        }
    }
}

/// Measures each protocol and writes the table.
fn protocols(options: &Options, cores: &Cores, project: &Project, steps: &mut Steps) -> Result<()> {
    let machine = Machine::look(cores);
    let folder = load::folder(project);
    let server = Server::watchfire(options.watchfire.as_deref(), project, steps)?;
    let telegen = Telegen::build(project, &folder, cores.load, steps)?;
    let mut corpora = Vec::new();
    for protocol in PROTOCOLS {
        corpora.push((protocol, telegen.corpus(protocol, options.hosts, options.rounds, steps)?));
    }

    let stop = Stop::listen()?;
    let bench = Bench {
        server: &server,
        telegen: &telegen,
        hosts: options.hosts,
        core: cores.server,
        folder: &folder,
    };
    let mut all = Vec::new();
    for (protocol, corpus) in &corpora {
        all.push(steps.step(table::title(*protocol), || {
            let measured = bench.measure(*protocol, corpus, &stop);
            stop.check()?;
            eprint!("{measured}");
            Ok(measured)
        })?);
    }

    let report = table::report(&all, &server.title(), &machine.line(&options.shown()));
    println!("{report}");
    if options.print_only {
        return Ok(());
    }
    markdown::write(NAME, &report, project)
}
