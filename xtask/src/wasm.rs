//! The browser's code: compiled to WebAssembly, rid of what is never called, split into parts, then bound to JavaScript by
//! wasm-bindgen as a library.

mod prune;
mod split;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

pub(crate) use self::split::{LOADER, PARTS};
use crate::names::sha256_hex;
use crate::project::{Profile, Project};
use crate::step::{Failure, Result, Steps};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Names the input that a bundle was made of; written last, so a bundle that has it is complete.
const STAMP: &str = "input.sha256";

/// Adds the standard library for WebAssembly to the toolchain where it is missing.
pub(crate) fn ensure_target(project: &Project, steps: &mut Steps) -> Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(&project.root)
        .output()
        .map_err(|error| Failure::new(format!("rustc did not start: {error}; is it in PATH?")))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    // In the repository's root, rustup takes the toolchain that rust-toolchain.toml names.
    rustup.args(["target", "add", TARGET]).current_dir(&project.root);
    let go_on = "without rustup, install Rust's standard library for wasm32-unknown-unknown with your \
                 system's package manager (Fedora: dnf install rust-std-static-wasm32-unknown-unknown)";
    steps.command("add the WebAssembly target", &mut rustup, go_on)
}

/// The folder of the parts in that of the bundle.
pub(crate) const PARTS_FOLDER: &str = "parts";

/// Compiles the browser's code and returns the folder with `watchfire.js`, `watchfire_bg.wasm`, `parts/` and, where a
/// crate brings JavaScript along, `snippets/`.
pub(crate) fn build(project: &Project, profile: Profile, steps: &mut Steps) -> Result<PathBuf> {
    ensure_target(project, steps)?;
    let (cargo_profile, folder) = profile.wasm();
    steps.command(
        "compile for the browser",
        &mut project.cargo(&[
            "build",
            "--package",
            "watchfire-frontend",
            "--target",
            TARGET,
            "--profile",
            cargo_profile,
        ]),
        "mend the error above, then repeat the command that you gave",
    )?;
    let wasm = project.target.join(TARGET).join(folder).join("watchfire_frontend.wasm");
    let bundle = bundle_folder(project, profile);
    steps.step("split and bind to JavaScript", || bind(&wasm, &bundle, profile))?;
    Ok(bundle)
}

/// Where [`build`] leaves its files.
pub(crate) fn bundle_folder(project: &Project, profile: Profile) -> PathBuf {
    project.target.join("bindgen").join(profile.name())
}

/// Splits the module and runs wasm-bindgen, unless the bundle was already made from the same input.
fn bind(wasm: &Path, bundle: &Path, profile: Profile) -> Result<()> {
    let input = fs::read(wasm).map_err(Failure::at(wasm))?;
    // What is done to the input counts as well.
    let hash = sha256_hex(
        &[&input, include_str!("wasm/prune.rs").as_bytes(), include_str!("wasm/split.rs").as_bytes()]
            .concat(),
    );
    let stamp = bundle.join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|made_of| made_of == hash) {
        eprintln!("    unchanged");
        return Ok(());
    }
    if bundle.exists() {
        fs::remove_dir_all(bundle).map_err(Failure::at(bundle))?;
    }
    let release = profile == Profile::Release;
    let (pruned, count) = prune::prune(input, &prune::RULES)?;
    eprintln!("    {count} functions that are not needed left out");
    let main = split::split(&pruned, &bundle.join(PARTS_FOLDER), release)?;
    Bindgen::new()
        .input_bytes("watchfire", main)
        .out_name("watchfire")
        .web(true)
        .map(|bindgen| {
            bindgen
                .typescript(false)
                // The parts import them from the main module.
                .keep_lld_exports(true)
                // The site's start script names the file: it carries a hash.
                .omit_default_module_path(true)
                .remove_name_section(release)
                .remove_producers_section(release)
        })
        .and_then(|bindgen| bindgen.generate(bundle))
        .map_err(|error| Failure::new(format!("wasm-bindgen, on {}: {error:#}", wasm.display())))?;
    fs::write(&stamp, hash).map_err(Failure::at(&stamp))
}
