//! `test` and `lint`: what has to hold before a change is taken, cheap checks first.

use std::process::Command;

use crate::browser;
use crate::project::{Profile, Project};
use crate::server::SITE_DIR;
use crate::site;
use crate::step::{Failure, Result, Steps};
use crate::wasm;

/// All packages for this machine but the browser's entry points: the interface's turns on `hydrate`, which must not meet the
/// server's `ssr` in one build.
const HOST: [&str; 5] = ["--workspace", "--exclude", "watchfire-frontend", "--exclude", "watchfire-embed"];

/// Which part of the tests is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    NoBrowser,
    OnlyBrowser,
}

impl Part {
    /// `playwright` are the options that are left for the browser tests.
    pub(crate) fn from_options(no_browser: bool, only_browser: bool, playwright: &[String]) -> Result<Self> {
        match (no_browser, only_browser, playwright.first()) {
            (true, true, _) => Err(Failure::usage("--no-browser and --only-browser leave nothing to test.")),
            (true, false, Some(option)) => Err(Failure::usage(format!(
                "{option:?} is an option for the browser tests, which --no-browser leaves out."
            ))),
            (true, false, None) => Ok(Self::NoBrowser),
            (false, true, _) => Ok(Self::OnlyBrowser),
            (false, false, _) => Ok(Self::All),
        }
    }
}

/// Checks and tests. `playwright` are options for the browser tests.
pub(crate) fn test(part: Part, playwright: &[String], project: &Project, steps: &mut Steps) -> Result<()> {
    if part != Part::OnlyBrowser {
        format(project, steps)?;
    }
    // Early, so that nobody waits for the compiler to learn that a program is missing.
    let chromium = match part {
        Part::NoBrowser => None,
        Part::All | Part::OnlyBrowser => Some(browser::ready(project, steps)?),
    };
    if part != Part::OnlyBrowser {
        clippy(project, steps)?;
        unit_and_integration_tests(project, steps)?;
    }
    site::build(project, Profile::Release, steps)?;
    if let Some(chromium) = chromium {
        server_for_browser_tests(project, steps)?;
        browser::test(project, &chromium, playwright, steps)?;
    }
    Ok(())
}

/// Format, lints and, where cargo-deny is installed, licences and advisories of the dependencies.
pub(crate) fn lint(project: &Project, steps: &mut Steps) -> Result<()> {
    format(project, steps)?;
    clippy(project, steps)?;
    if browser::program("cargo-deny").is_none() {
        eprintln!(
            "    cargo-deny is not installed; for licences and advisories: cargo install --locked cargo-deny"
        );
        return Ok(());
    }
    let go_on = "replace the crate that is named above, or accept it in deny.toml with the reason";
    steps.command("licences and advisories", &mut project.cargo(&["deny", "check"]), go_on)
}

fn format(project: &Project, steps: &mut Steps) -> Result<()> {
    let mut command = project.cargo(&["fmt", "--all", "--", "--check"]);
    steps.command("format", &mut command, "run `cargo fmt --all` and look at what it changed")
}

fn clippy(project: &Project, steps: &mut Steps) -> Result<()> {
    let go_on = "mend what is named above; the command repeats this step alone";
    let host = [&["clippy"], &HOST[..], &["--all-targets", "--", "-D", "warnings"]].concat();
    steps.command("clippy, server", &mut project.cargo(&host), go_on)?;

    wasm::ensure_target(project, steps)?;
    // In the site's own profile: build scripts and macros that are compiled here serve the site's build, too.
    let profile = Profile::Release.wasm().0;
    let packages = ["--package", "watchfire-frontend", "--package", "watchfire-embed"];
    let browser = [
        &["clippy"],
        &packages[..],
        &["--target", wasm::TARGET, "--profile", profile, "--", "-D", "warnings"],
    ]
    .concat();
    steps.command("clippy, browser", &mut project.cargo(&browser), go_on)
}

fn unit_and_integration_tests(project: &Project, steps: &mut Steps) -> Result<()> {
    let go_on = "mend it; the name of one test after the command repeats that test alone";
    let workspace = [&["test"], &HOST[..], &["--exclude", "xtask"]].concat();
    steps.command("tests", project.cargo(&workspace).env_remove(SITE_DIR), go_on)?;
    // This program's dependencies are compiled in this profile already, and they take minutes.
    let own = ["test", "--package", "xtask", "--profile", "xtask"];
    steps.command("tests of xtask", &mut project.cargo(&own), go_on)?;
    python_client(project, steps)
}

/// The client for Python needs nothing but Python 3, which a machine that builds Rust need not have.
fn python_client(project: &Project, steps: &mut Steps) -> Result<()> {
    let Some(python) = browser::program("python3") else {
        eprintln!("    python3 is not installed; the tests of clients/python are left out");
        return Ok(());
    };
    let mut command = Command::new(python);
    command.args(["-m", "unittest", "discover"]).current_dir(project.root.join("clients/python"));
    // Compiled files would lie beside the sources.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    steps.command("tests of the client for Python", &mut command, "mend it in clients/python")
}

/// Makes sure of `target/debug/watchfire`. The packages and targets are those of the tests, so their features
/// are the same and nothing is compiled twice; after the tests there is nothing left to do.
fn server_for_browser_tests(project: &Project, steps: &mut Steps) -> Result<()> {
    let arguments = [&["build"], &HOST[..], &["--exclude", "xtask", "--bins", "--tests"]].concat();
    let go_on = "mend the error above, then `cargo xtask test --only-browser`";
    steps.command("server for the browser tests", project.cargo(&arguments).env_remove(SITE_DIR), go_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_choose_the_part_and_contradictions_are_named() {
        let grep = ["-g".to_owned(), "live".to_owned()];
        assert_eq!(Part::from_options(false, false, &grep).unwrap(), Part::All);
        assert_eq!(Part::from_options(true, false, &[]).unwrap(), Part::NoBrowser);
        assert_eq!(Part::from_options(false, true, &grep).unwrap(), Part::OnlyBrowser);
        let both = Part::from_options(true, true, &[]).unwrap_err();
        assert_eq!(both.exit_code(), 2);
        let useless = Part::from_options(true, false, &grep).unwrap_err();
        assert!(useless.to_string().contains("\"-g\""), "{useless}");
    }
}
