//! The browser's code: compiled to WebAssembly, rid of what is never called, split into parts, then bound to JavaScript by
//! wasm-bindgen as a library.

mod prune;
mod shorten;
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
            // Together, so that what both use is compiled once.
            "--package",
            "watchfire-embed",
            "--target",
            TARGET,
            "--profile",
            cargo_profile,
        ]),
        "mend the error above, then repeat the command that you gave",
    )?;
    let module = |name: &str| project.target.join(TARGET).join(folder).join(name);
    let bundle = bundle_folder(project, profile);
    steps.step("split and bind to JavaScript", || {
        bind(&module("watchfire_frontend.wasm"), &bundle, profile)
    })?;
    let embed = embed_folder(project, profile);
    steps.step("the same of embeds", || bind_embed(&module("watchfire_embed.wasm"), &embed, profile))?;
    Ok(bundle)
}

/// Where [`build`] leaves its files.
pub(crate) fn bundle_folder(project: &Project, profile: Profile) -> PathBuf {
    project.target.join("bindgen").join(profile.name())
}

/// Where [`build`] leaves the client of embedded shares: `embed.js` and `embed_bg.wasm`.
pub(crate) fn embed_folder(project: &Project, profile: Profile) -> PathBuf {
    project.target.join("bindgen").join(format!("{}-embed", profile.name()))
}

/// Runs wasm-bindgen on the client of embedded shares, which has no parts, unless the bundle was already made from the same input.
fn bind_embed(wasm: &Path, bundle: &Path, profile: Profile) -> Result<()> {
    let input = fs::read(wasm).map_err(Failure::at(wasm))?;
    let Some(stamp) = Stamp::due(&[&input, SHORTEN.as_bytes()], bundle)? else { return Ok(()) };
    generate(input, "embed", bundle, profile, |bindgen| bindgen)?;
    stamp.write()
}

/// What is done to what wasm-bindgen makes: it counts as input.
const SHORTEN: &str = include_str!("wasm/shorten.rs");

/// Says of what a bundle is made.
struct Stamp {
    path: PathBuf,
    hash: String,
}

impl Stamp {
    /// The stamp to write once the bundle is made; none where it was already made from the same input. Nothing is left of an
    /// older one.
    fn due(input: &[&[u8]], bundle: &Path) -> Result<Option<Self>> {
        let stamp = Self { path: bundle.join(STAMP), hash: sha256_hex(&input.concat()) };
        if fs::read_to_string(&stamp.path).is_ok_and(|made_of| made_of == stamp.hash) {
            eprintln!("    unchanged");
            return Ok(None);
        }
        if bundle.exists() {
            fs::remove_dir_all(bundle).map_err(Failure::at(bundle))?;
        }
        Ok(Some(stamp))
    }

    fn write(&self) -> Result<()> {
        fs::write(&self.path, &self.hash).map_err(Failure::at(&self.path))
    }
}

/// What wasm-bindgen makes of a module.
fn generate(
    module: Vec<u8>,
    name: &str,
    bundle: &Path,
    profile: Profile,
    more: impl FnOnce(&mut Bindgen) -> &mut Bindgen,
) -> Result<()> {
    let release = profile == Profile::Release;
    let made = Bindgen::new().input_bytes(name, module).out_name(name).web(true).and_then(|bindgen| {
        bindgen
            .typescript(false)
            // The site's start script names the file: it carries a hash.
            .omit_default_module_path(true)
            .remove_name_section(release)
            .remove_producers_section(release);
        more(bindgen).generate(bundle)
    });
    made.map_err(|error| Failure::new(format!("wasm-bindgen, on {name}: {error:#}")))?;
    if !release {
        return Ok(());
    }
    let (module, script) = (bundle.join(format!("{name}_bg.wasm")), bundle.join(format!("{name}.js")));
    let made = shorten::shorten(
        &fs::read(&module).map_err(Failure::at(&module))?,
        &fs::read_to_string(&script).map_err(Failure::at(&script))?,
    );
    let (content, text) = made.map_err(|error| Failure::new(format!("{}: {error:#}", module.display())))?;
    fs::write(&module, content).map_err(Failure::at(&module))?;
    fs::write(&script, text).map_err(Failure::at(&script))
}

/// Splits the module and runs wasm-bindgen, unless the bundle was already made from the same input.
fn bind(wasm: &Path, bundle: &Path, profile: Profile) -> Result<()> {
    let input = fs::read(wasm).map_err(Failure::at(wasm))?;
    // What is done to the input counts as well.
    let rules = [include_str!("wasm/prune.rs"), include_str!("wasm/split.rs"), SHORTEN].map(str::as_bytes);
    let Some(stamp) = Stamp::due(&[&input, rules[0], rules[1], rules[2]], bundle)? else { return Ok(()) };
    let (pruned, count) = prune::prune(input, &prune::RULES)?;
    eprintln!("    {count} functions that are not needed left out");
    let main = split::split(&pruned, &bundle.join(PARTS_FOLDER), profile == Profile::Release)?;
    // The parts import them from the main module.
    generate(main, "watchfire", bundle, profile, |bindgen| bindgen.keep_lld_exports(true))?;
    stamp.write()
}
