//! The machine: which cores may be used, and the line that tells a reader where figures come from.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::step::{Failure, Result};

/// The two cores of a measurement, by their numbers in the system.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cores {
    /// For the load generator.
    pub(crate) load: usize,
    /// For the server that is measured.
    pub(crate) server: usize,
    /// How many this process may use in all.
    pub(crate) count: usize,
}

impl Cores {
    /// The first two that this process may use.
    pub(crate) fn of_this_process() -> Result<Self> {
        let path = Path::new("/proc/self/status");
        let status = fs::read_to_string(path).map_err(|error| {
            Failure::new(format!(
                "this bench needs Linux, with CPU time in /proc ({}: {error})",
                path.display()
            ))
        })?;
        Self::from_status(&status).ok_or_else(|| {
            Failure::new("this bench needs two cores: one for the server, one for the load generator")
        })
    }

    /// `status` is the text of `/proc/PID/status`, see `proc(5)`.
    fn from_status(status: &str) -> Option<Self> {
        let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
        let mut cores = Vec::new();
        for range in allowed.trim().split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            cores.extend(first.parse::<usize>().ok()?..=last.parse::<usize>().ok()?);
        }
        let [load, server, ..] = cores[..] else { return None };
        Some(Self { load, server, count: cores.len() })
    }
}

/// What a reader of the table wants to know about the machine.
pub(crate) struct Machine {
    cpu: String,
    cores: usize,
    kernel: String,
    /// UTC, as `2026-11-21`.
    date: String,
}

impl Machine {
    pub(crate) fn look(cores: &Cores) -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let date = Command::new("date").args(["-u", "+%F"]).output();
        let date = date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Self {
            cpu: cpu_model(&read("/proc/cpuinfo")).unwrap_or("unknown CPU").to_owned(),
            cores: cores.count,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            date: date.unwrap_or_else(|_| "unknown date".to_owned()),
        }
    }

    /// One sentence with the command that measured.
    pub(crate) fn line(&self, command: &str) -> String {
        let Self { cpu, cores, kernel, date } = self;
        format!("`{command}`, {date}, {cpu}, {cores} cores, Linux {kernel}.")
    }
}

/// `text` is that of `/proc/cpuinfo`; ARM's has no model name.
fn cpu_model(text: &str) -> Option<&str> {
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_allowed_cores_are_taken() {
        for (list, expected) in [
            ("0-1", Some((0, 1, 2))),
            ("4-7", Some((4, 5, 4))),
            ("3,8-9", Some((3, 8, 3))),
            ("2", None),
            ("", None),
        ] {
            let status =
                format!("Name:\tcargo\nCpus_allowed:\tff\nCpus_allowed_list:\t{list}\nVmRSS:\t1 kB\n");
            let cores = Cores::from_status(&status).map(|it| (it.load, it.server, it.count));
            assert_eq!(cores, expected, "for {list:?}");
        }
    }

    #[test]
    fn the_line_names_command_date_and_machine() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC 9B45\nprocessor\t: 1\n";
        let cpu = cpu_model(text).unwrap().to_owned();
        let machine = Machine { cpu, cores: 2, kernel: "6.18.0".into(), date: "2026-11-21".into() };
        let expected = "`cargo xtask bench peers`, 2026-11-21, AMD EPYC 9B45, 2 cores, Linux 6.18.0.";
        assert_eq!(machine.line("cargo xtask bench peers"), expected);
        assert_eq!(cpu_model("BogoMIPS : 50.00\n"), None);
    }
}
