//! The server: built with or without the site inside, started, or packed for others.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::names::sha256_hex;
use crate::project::{Profile, Project};
use crate::site;
use crate::step::{Failure, Result, Steps, shell_line};

/// Where the server finds the site: read when it is compiled (then the site is embedded).
pub(crate) const SITE_DIR: &str = "WATCHFIRE_SITE_DIR";

/// Compiles the server; a release has the site embedded, which therefore has to be built before.
pub(crate) fn build(project: &Project, profile: Profile, steps: &mut Steps) -> Result<PathBuf> {
    let mut command = project.cargo(&["build", "--package", "watchfire", "--profile", profile.server().0]);
    match profile {
        Profile::Release => command.env(SITE_DIR, project.site(profile)),
        Profile::Dev => command.env_remove(SITE_DIR),
    };
    let go_on = "mend the error above, then repeat the command that you gave";
    steps.command("compile the server", &mut command, go_on)?;
    Ok(project.server(profile))
}

/// Builds the site and the server and becomes the server: this process is replaced, so signals reach it and
/// its exit code is ours.
pub(crate) fn run(profile: Profile, options: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    site::build(project, profile, steps)?;
    let program = build(project, profile, steps)?;
    let mut server = Command::new(program);
    server.args(options);
    if profile == Profile::Dev {
        server.arg("--site-dir").arg(project.site(profile));
    }
    steps.print_summary();
    eprintln!("\n==> {}", shell_line(&server));
    let error = server.exec();
    Err(Failure::new(format!("{} did not start: {error}", project.server(profile).display())))
}

/// Builds the self-contained program and puts it into `target/dist/`.
pub(crate) fn dist(project: &Project, steps: &mut Steps) -> Result<()> {
    site::build(project, Profile::Release, steps)?;
    let built = build(project, Profile::Release, steps)?;
    let folder = project.target.join("dist");
    let program = folder.join("watchfire");
    let content = steps.step("copy to dist", || {
        fs::create_dir_all(&folder).map_err(Failure::at(&folder))?;
        // A program that runs from there keeps its file; only the name goes over to the new one.
        let beside = folder.join("watchfire.part");
        fs::copy(&built, &beside).map_err(Failure::at(&built))?;
        fs::rename(&beside, &program).map_err(Failure::at(&program))?;
        fs::read(&program).map_err(Failure::at(&program))
    })?;
    println!("{}", program.display());
    println!("size    {:.1} MB ({} bytes)", content.len() as f64 / 1e6, content.len());
    println!("sha256  {}", sha256_hex(&content));
    Ok(())
}
