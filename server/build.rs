//! Builds the interface's files into the program when `WATCHFIRE_SITE_DIR` names the folder that `cargo xtask` made.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=WATCHFIRE_SITE_DIR");
    println!("cargo::rerun-if-changed=build.rs");
    let mut table = String::from("pub(super) static EMBEDDED: &[(&str, &[u8])] = &[\n");
    if let Some(folder) = env::var_os("WATCHFIRE_SITE_DIR").map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for file in files.iter().filter(|file| file.path().is_file()) {
            let (name, path) = (file.file_name(), file.path());
            let (Some(name), Some(path)) = (name.to_str(), path.to_str()) else {
                return Err(format!("the name of {} is not Unicode", path.display()).into());
            };
            writeln!(table, "    ({name:?}, include_bytes!({path:?})),")?;
        }
    }
    table.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(out.join("site.rs"), table)?;
    Ok(())
}
