//! `bench live`: many viewers of live panels, and how long a sample takes to reach them.

mod options;
mod report;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::load::data::DataFolder;
use crate::load::machine::{Cores, Machine};
use crate::load::processes::{self, Running, Stop, free_address};
use crate::load::servers::{Kind, Server};
use crate::load::{self, markdown};
use crate::project::Project;
use crate::step::{Failure, Result, Steps};

use options::Options;
pub(crate) use options::{HELP, NAME};
use report::Figures;

/// Measures and writes the table.
pub(crate) fn bench(arguments: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    let options = Options::parse(arguments)?;
    // Before anything is compiled: what is wrong with the machine is said at once.
    let cores = Cores::of_this_process()?;
    let machine = Machine::look(&cores);
    let folder = load::folder(project);
    let server = Server::watchfire(options.watchfire.as_deref(), project, steps)?;
    let viewers = build(project, &folder, steps)?;
    let stop = Stop::listen()?;
    let figures = steps.step("measure", || {
        let figures = measure(&options, &server, &viewers, &cores, &folder, &stop)?;
        stop.check()?;
        Ok(figures)
    })?;
    let report = report::table(&figures, &options, &server.title(), &machine.line(&options.shown()));
    println!("{report}");
    if options.print_only {
        return Ok(());
    }
    markdown::write(NAME, &report, project)
}

/// Compiles the viewers with their own lock file; returns the program.
fn build(project: &Project, folder: &Path, steps: &mut Steps) -> Result<std::path::PathBuf> {
    let home = project.root.join("bench").join("viewers");
    let target = folder.join("viewers");
    let mut command = project.cargo(&["build", "--release", "--locked", "--manifest-path"]);
    command.arg(home.join("Cargo.toml")).arg("--target-dir").arg(&target);
    steps.command(
        "compile the viewers",
        &mut command,
        "mend the error above, then repeat the command that you gave",
    )?;
    Ok(target.join("release").join("viewers"))
}

fn measure(
    options: &Options,
    server: &Server,
    viewers: &Path,
    cores: &Cores,
    folder: &Path,
    stop: &Stop,
) -> Result<Figures> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs).map_err(Failure::at(&logs))?;
    let data = DataFolder::fresh(folder.join("data"))?;
    let address = free_address()?;
    let mut command = server.command(cores.server, &address.to_string(), data.path(), Path::new(""));
    // At the default ports another program may be taking OTLP. Everyone comes from this machine.
    command.args(["--otlp-grpc-listen", "", "--otlp-http-listen", ""]);
    let most = options.viewers.to_string();
    command.args(["--live-max-connections", &most, "--live-max-connections-per-address", &most]);
    let running =
        Running::start(&mut command, address, Kind::Watchfire.ready_path(), &logs.join("live-server"), stop)?;
    let mut command = Command::new("taskset");
    command.args(["-c", &cores.load.to_string()]).arg(viewers);
    for (option, value) in [
        ("--address", address.to_string()),
        ("--pid", running.id().to_string()),
        ("--viewers", most),
        ("--panels", options.panels.to_string()),
        ("--refresh", options.refresh.to_string()),
        ("--seconds", options.seconds.to_string()),
    ] {
        command.args([option, &value]);
    }
    let printed = processes::run(&mut command, &logs.join("live-viewers"), stop)?;
    if !printed.success {
        return Err(Failure::new(printed.errors));
    }
    let figures = Figures::read(&printed.text)?;
    running.stop(stop)?;
    Ok(figures)
}
