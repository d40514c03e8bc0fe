//! Where peers come from: the command line, `PATH`, or Debian's packages, which are unpacked and not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::browser;
use crate::load::servers::{Kind, Server};
use crate::peers::options::Options;
use crate::step::{Failure, Result, shell_line};

/// All peers that can be had, in the order of the columns. `folder` keeps what is downloaded.
pub(super) fn find(options: &Options, folder: &Path) -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    for kind in [Kind::Prometheus, Kind::VictoriaMetrics] {
        if options.without.contains(&kind) {
            continue;
        }
        let given = options.programs(kind);
        for program in given {
            servers.push(Server::at(kind, program)?);
        }
        if given.is_empty() {
            match anywhere(kind, folder).and_then(|program| Server::at(kind, &program)) {
                Ok(server) => servers.push(server),
                Err(failure) => eprintln!(
                    "    {} is left out: {failure}\n    --{} PATH measures a program of yours",
                    kind.name(),
                    kind.program()
                ),
            }
        }
    }
    for server in &servers {
        eprintln!("    {}", server.title());
    }
    Ok(servers)
}

/// The program of this machine, or Debian's; `folder` keeps what is downloaded.
pub(crate) fn anywhere(kind: Kind, folder: &Path) -> Result<PathBuf> {
    if let Some(program) = browser::program(kind.program()) {
        return Ok(program);
    }
    let unpacked = folder.join("packages").join(kind.program());
    let program = unpacked.join("usr/bin").join(kind.program());
    if !program.is_file() {
        if browser::program("apt-get").is_none() || browser::program("dpkg").is_none() {
            return Err(Failure::new(
                "it is not in PATH, and there is no apt-get and dpkg to fetch its package",
            ));
        }
        download(kind.program(), &folder.join("apt"), &unpacked)?;
    }
    Ok(program)
}

/// Fetches a package into `apt` and unpacks it into `unpacked`; needs no root, and no service is started.
fn download(package: &str, apt: &Path, unpacked: &Path) -> Result<()> {
    let debs = apt.join("debs");
    fs::create_dir_all(&debs).map_err(Failure::at(&debs))?;
    // The system's package lists serve if there are any; else lists of our own are fetched.
    if fetch(package, &debs, &[]).is_err() {
        let own = own_lists(apt)?;
        run(Command::new("apt-get").args(&own).arg("update"))?;
        fetch(package, &debs, &own)?;
    }
    let deb = newest(&debs, package)?;
    // A folder that is there is a whole one.
    let part = unpacked.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part).map_err(Failure::at(&part))?;
    }
    fs::create_dir_all(&part).map_err(Failure::at(&part))?;
    run(Command::new("dpkg").arg("-x").arg(&deb).arg(&part))?;
    fs::rename(&part, unpacked).map_err(Failure::at(unpacked))
}

fn fetch(package: &str, debs: &Path, own: &[String]) -> Result<()> {
    run(Command::new("apt-get").args(own).args(["download", package]).current_dir(debs))
}

/// Options that let apt keep its lists in a folder of ours.
fn own_lists(apt: &Path) -> Result<Vec<String>> {
    let mut options = Vec::new();
    for (setting, name) in [("Dir::State::Lists", "lists"), ("Dir::Cache", "cache")] {
        let folder = apt.join(name);
        let partial = folder.join("partial");
        fs::create_dir_all(&partial).map_err(Failure::at(&partial))?;
        options.extend(["-o".to_owned(), format!("{setting}={}", folder.display())]);
    }
    Ok(options)
}

/// The package file that was written last.
fn newest(debs: &Path, package: &str) -> Result<PathBuf> {
    let prefix = format!("{package}_");
    let entries = fs::read_dir(debs).map_err(Failure::at(debs))?;
    let files = entries.filter_map(std::result::Result::ok).filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with(&prefix) && name.ends_with(".deb")
    });
    let written = |entry: &fs::DirEntry| entry.metadata().and_then(|it| it.modified()).ok();
    let newest = files.max_by_key(written).map(|entry| entry.path());
    newest.ok_or_else(|| Failure::new(format!("apt-get left no {prefix}*.deb in {}", debs.display())))
}

/// Runs it in silence; its words are for the failure.
fn run(command: &mut Command) -> Result<()> {
    let line = shell_line(command);
    let output =
        command.output().map_err(|error| Failure::new(format!("`{line}` did not start: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{line}`: {}: {}", output.status, said.lines().last().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_file_of_the_package_is_taken() {
        let folder = tempfile::TempDir::new().unwrap();
        let failure = newest(folder.path(), "prometheus").unwrap_err();
        assert!(failure.to_string().contains("no prometheus_*.deb"), "{failure}");
        for (age, name) in [
            (1, "prometheus_3.5_amd64.deb"),
            (9, "prometheus_2.42_amd64.deb"),
            (0, "prometheus-node_1_all.deb"),
        ] {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            file.set_modified(time).unwrap();
        }
        let found = newest(folder.path(), "prometheus").unwrap();
        assert_eq!(found, folder.path().join("prometheus_3.5_amd64.deb"));
    }

    #[test]
    fn a_program_that_fails_is_shown_with_its_last_words() {
        let failure = run(Command::new("sh").args(["-c", "echo one >&2; echo two >&2; exit 4"])).unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("exit status: 4") && text.ends_with("two"), "{text}");
    }
}
