//! Where things are: the repository's root, the target folder, and what each profile is called.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::step::{Failure, Result};

/// How the program and the site are compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Small and fast, slow to compile; the site is compressed and embedded into the program.
    Release,
    /// Quick to compile; the program reads the site from its folder.
    Dev,
}

impl Profile {
    /// The name of the site's folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }

    /// Cargo's profile for the server, and the folder that it compiles into.
    pub(crate) fn server(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("release", "release"),
            Self::Dev => ("dev", "debug"),
        }
    }

    /// Cargo's profile for the browser's code, and the folder that it compiles into.
    pub(crate) fn wasm(self) -> (&'static str, &'static str) {
        match self {
            Self::Release => ("wasm-release", "wasm-release"),
            Self::Dev => ("dev", "debug"),
        }
    }
}

/// The workspace, as `cargo metadata` describes it.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Cargo's target folder, wherever `CARGO_TARGET_DIR` or the configuration put it.
    pub(crate) target: PathBuf,
    /// Names of the packages that have a bench.
    pub(crate) packages_with_benches: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Project {
    /// Asks cargo about the workspace that this program was compiled in.
    pub(crate) fn find() -> Result<Self> {
        let mut command = cargo();
        command
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit());
        let output = command
            .output()
            .map_err(|error| Failure::new(format!("cargo did not start: {error}; is it in PATH?")))?;
        if !output.status.success() {
            return Err(Failure::new(format!("cargo metadata failed ({})", output.status)));
        }
        Self::from_metadata(&output.stdout)
    }

    fn from_metadata(json: &[u8]) -> Result<Self> {
        let metadata: Metadata = serde_json::from_slice(json)
            .map_err(|error| Failure::new(format!("cargo metadata is not understood: {error}")))?;
        let is_bench = |target: &Target| target.kind.iter().any(|kind| kind == "bench");
        let packages_with_benches = metadata
            .packages
            .into_iter()
            .filter(|package| package.targets.iter().any(is_bench))
            .map(|package| package.name)
            .collect();
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, packages_with_benches })
    }

    /// Cargo, run in the repository's root.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command.current_dir(&self.root).args(arguments);
        command
    }

    /// The folder of the finished site.
    pub(crate) fn site(&self, profile: Profile) -> PathBuf {
        self.target.join("site").join(profile.name())
    }

    /// The server's program.
    pub(crate) fn server(&self, profile: Profile) -> PathBuf {
        self.target.join(profile.server().1).join("watchfire")
    }

    /// The folder of the browser tests.
    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }
}

/// Cargo, without the variables that the outer `cargo run` set for this program: build scripts that look at
/// them would run again each time cargo is called from here and from a shell in turn.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let about_this_package = name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"));
        if about_this_package {
            command.env_remove(name);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_gives_folders_and_benches() {
        let json = br#"{"workspace_root": "/w", "target_directory": "/t", "version": 1, "packages": [
            {"name": "watchfire-storage", "targets": [{"kind": ["lib"]}, {"kind": ["bench"]}]},
            {"name": "watchfire", "targets": [{"kind": ["bin"]}]}]}"#;
        let project = Project::from_metadata(json).unwrap();
        assert_eq!(project.packages_with_benches, ["watchfire-storage"]);
        assert_eq!(project.site(Profile::Release), PathBuf::from("/t/site/release"));
        assert_eq!(project.server(Profile::Dev), PathBuf::from("/t/debug/watchfire"));
        assert_eq!(project.end2end(), PathBuf::from("/w/end2end"));
    }
}
