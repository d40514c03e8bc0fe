//! Splits the browser's code at the functions of app/src/parts/split.rs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use walrus::ModuleConfig;

use crate::step::{Failure, Result};

/// The script that loads parts, in the folder of parts, as the main module imports it.
pub(crate) const LOADER: &str = "__wasm_split.js";
/// The files of each part, in the folder of parts: `{"board": ["chunk_1.wasm", "split_board.wasm"], ...}`.
pub(crate) const PARTS: &str = "parts.json";
/// What stays after splitting, for wasm-bindgen.
const MAIN: &str = "main.wasm";

/// Splits the module into `folder` and returns what every page needs.
pub(super) fn split(module: &[u8], folder: &Path, release: bool) -> Result<Vec<u8>> {
    let main = folder.join(MAIN);
    let loader = format!("./{LOADER}");
    let mut options = wasm_split_cli_support::Options::new(module);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = &loader;
    options.main_module = "./watchfire.js";
    options.emit_dwarf = false;
    let made = wasm_split_cli_support::transform(options)
        .map_err(|error| Failure::new(format!("The browser's code cannot be split: {error:#}")))?;
    for path in &made.split_modules {
        let content = fs::read(path).map_err(Failure::at(path))?;
        fs::write(
            path,
            compact(&content, release)
                .map_err(|error| Failure::new(format!("{}: {error:#}", path.display())))?,
        )
        .map_err(Failure::at(path))?;
    }
    let file = |stem: String| format!("{stem}.wasm");
    let parts: BTreeMap<String, Vec<String>> = made
        .prefetch_map
        .into_iter()
        .map(|(part, files)| (part, files.into_iter().map(file).collect()))
        .collect();
    let path = folder.join(PARTS);
    let text =
        serde_json::to_vec_pretty(&parts).map_err(|error| Failure::new(format!("{PARTS}: {error}")))?;
    fs::write(&path, text).map_err(Failure::at(&path))?;
    let content = fs::read(&main).map_err(Failure::at(&main))?;
    fs::remove_file(&main).map_err(Failure::at(&main))?;
    Ok(content)
}

/// Writes a module anew: numbers that the linker has left room in become short, names go.
fn compact(module: &[u8], release: bool) -> walrus::Result<Vec<u8>> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(!release).generate_producers_section(!release);
    Ok(config.parse(module)?.emit_wasm())
}
