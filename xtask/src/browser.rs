//! What the browser tests and benches need beside cargo: Chromium, Node.js with npm, and the packages of
//! `end2end/`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::project::{Profile, Project};
use crate::server::SITE_DIR;
use crate::step::{Failure, Result, Steps};

const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Finds or installs what drives a browser and returns Chromium's path. Without the right to install, the
/// failure says what is missing and how to get it.
pub(crate) fn ready(project: &Project, steps: &mut Steps) -> Result<PathBuf> {
    let missing = missing_packages(chromium()?.is_some());
    if !missing.is_empty() {
        install(&missing, steps)?;
    }
    let Some(chromium) = chromium()? else {
        return Err(Failure::new(how_to_install(&["chromium"])));
    };
    let still_missing = missing_packages(true);
    if !still_missing.is_empty() {
        return Err(Failure::new(how_to_install(&still_missing)));
    }
    let folder = project.end2end();
    if npm_ci_is_due(&folder)? {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder).stdin(Stdio::null());
        let go_on = "look at npm's message above; `npm ci` in end2end/ has to work (Node.js 20 or newer)";
        steps.command("packages for the browser tests", &mut npm, go_on)?;
    }
    Ok(chromium)
}

/// Runs the browser tests against the debug server and the release site. `options` go to Playwright.
pub(crate) fn test(project: &Project, chromium: &Path, options: &[String], steps: &mut Steps) -> Result<()> {
    let folder = project.end2end();
    let mut playwright = Command::new("npx");
    playwright
        .args(["playwright", "test"])
        .args(options)
        .current_dir(&folder)
        .env("WATCHFIRE_BIN", project.server(Profile::Dev))
        .env(SITE_DIR, project.site(Profile::Release))
        .env("CHROMIUM", chromium);
    let go_on = format!(
        "screenshots, traces and the server's logs are in {}; look at a trace with \
         `npx playwright show-trace FILE` in end2end/; run only this part again with \
         `cargo xtask test --only-browser`, one test of it with `-g 'part of its title'` added",
        folder.join("artifacts").display()
    );
    steps.command("browser tests", &mut playwright, &go_on)
}

/// The program in the variable `CHROMIUM`, else the first known name in `PATH`.
fn chromium() -> Result<Option<PathBuf>> {
    if let Some(path) = env::var_os("CHROMIUM").filter(|path| !path.is_empty()).map(PathBuf::from) {
        if is_program(&path) {
            return std::path::absolute(&path).map(Some).map_err(Failure::at(&path));
        }
        return Err(Failure::new(format!(
            "The environment variable CHROMIUM is {}, which is no program. Set it to the path of Chromium \
             or unset it.",
            path.display()
        )));
    }
    Ok(CHROMIUM_NAMES.iter().find_map(|name| program(name)))
}

/// A program in `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    program_in(&env::var_os("PATH")?, name)
}

fn program_in(path: &OsStr, name: &str) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// Debian's names of the packages that are not there.
fn missing_packages(has_chromium: bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if !has_chromium {
        missing.push("chromium");
    }
    if program("node").is_none() {
        missing.push("nodejs");
    }
    if program("npm").is_none() || program("npx").is_none() {
        missing.push("npm");
    }
    missing
}

fn install(packages: &[&str], steps: &mut Steps) -> Result<()> {
    let Some(apt_get) = program("apt-get") else {
        return Err(Failure::new(how_to_install(packages)));
    };
    let prefix: &[&str] = if rustix::process::geteuid().is_root() {
        &["env"]
    } else if sudo_without_password() {
        &["sudo", "-n", "env"]
    } else {
        return Err(Failure::new(how_to_install(packages)));
    };
    let apt_get = |arguments: &[&str]| {
        let mut command = Command::new(prefix[0]);
        // Through `env`, because sudo drops the variables of its caller.
        command.args(&prefix[1..]).arg("DEBIAN_FRONTEND=noninteractive").arg(&apt_get).args(arguments);
        command.stdin(Stdio::null());
        command
    };
    let go_on = how_to_install(packages);
    steps.command("list of system packages", &mut apt_get(&["update"]), &go_on)?;
    let arguments = [&["install", "-y"], packages].concat();
    steps.command("install system packages", &mut apt_get(&arguments), &go_on)
}

fn sudo_without_password() -> bool {
    Command::new("sudo")
        .args(["-n", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn how_to_install(packages: &[&str]) -> String {
    let list = packages.join(" ");
    format!(
        "The browser tests and benches need what is not installed here: {list}. Install it with your \
         system's package manager (Debian, Ubuntu: apt-get install {list}; Fedora: dnf install {list}; \
         macOS: brew install node, and Chrome or Chromium). A browser elsewhere can be named: \
         CHROMIUM=/path/to/chrome. `cargo xtask test --no-browser` does all the rest."
    )
}

/// Whether `node_modules` is missing or older than the lock file. npm writes its own copy of the lock into
/// `node_modules` at the end of an installation, so an interrupted one counts as missing.
fn npm_ci_is_due(folder: &Path) -> Result<bool> {
    let lock = folder.join("package-lock.json");
    let wanted = modified(&lock).map_err(Failure::at(&lock))?;
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    Ok(installed.map_or(true, |installed| installed < wanted))
}

fn modified(path: &Path) -> std::io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn only_an_executable_file_is_a_program() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("chromium");
        fs::write(&file, "").unwrap();
        let path = env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        assert_eq!(program_in(&path, "chromium"), None);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(program_in(&path, "chromium"), Some(file));
        assert_eq!(program_in(&path, "chromium-browser"), None);
    }

    #[test]
    fn npm_packages_are_installed_when_missing_or_older_than_the_lock() {
        let folder = TempDir::new().unwrap();
        let failure = npm_ci_is_due(folder.path()).unwrap_err();
        assert!(failure.to_string().contains("package-lock.json"), "{failure}");

        let lock = fs::File::create(folder.path().join("package-lock.json")).unwrap();
        assert!(npm_ci_is_due(folder.path()).unwrap());

        fs::create_dir(folder.path().join("node_modules")).unwrap();
        assert!(npm_ci_is_due(folder.path()).unwrap(), "an interrupted installation is done again");

        let installed = fs::File::create(folder.path().join("node_modules/.package-lock.json")).unwrap();
        let now = SystemTime::now();
        installed.set_modified(now).unwrap();
        lock.set_modified(now - Duration::from_secs(1)).unwrap();
        assert!(!npm_ci_is_due(folder.path()).unwrap());
        lock.set_modified(now + Duration::from_secs(1)).unwrap();
        assert!(npm_ci_is_due(folder.path()).unwrap());
    }

    #[test]
    fn the_advice_names_each_missing_package() {
        let advice = how_to_install(&["chromium", "npm"]);
        assert!(advice.contains("apt-get install chromium npm"), "{advice}");
        assert!(advice.contains("--no-browser"), "{advice}");
    }
}
