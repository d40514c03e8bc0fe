//! The interface's files: built into the program, or read from a folder at start. They are few and small (about a
//! megabyte), so they are kept in memory.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use watchfire_app::{Assets, Part};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/site.rs"));
}

/// Where the files are served. Their names carry their content's hash, so they never change.
pub(crate) const ASSETS_PATH: &str = "/assets";

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asset {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
    /// The same in brotli, if that was built.
    pub(crate) brotli: Option<Bytes>,
    /// The quoted name: it holds the hash.
    pub(crate) etag: String,
}

/// The interface's files by their names, and which plays which part.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Site {
    files: HashMap<String, Asset>,
    names: HashMap<String, String>,
    /// The names of the files of each part of the browser's code.
    parts: HashMap<String, Vec<String>>,
}

/// Why the interface's files can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteError {
    #[error("cannot read {}: {source}; build the interface with `cargo xtask run`, or leave --site-dir out", .path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is no manifest of the interface: {reason}; build the interface anew with `cargo xtask run`", .path.display())]
    Manifest { path: PathBuf, reason: String },
}

#[derive(serde::Deserialize)]
struct Manifest {
    assets: HashMap<String, String>,
    #[serde(default)]
    parts: HashMap<String, Vec<String>>,
}

impl Site {
    /// Reads the files from `folder`, or takes those in the program. Without either the site is empty.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, SiteError> {
        match folder {
            Some(folder) => Self::from_files(folder, read_folder(folder)?),
            None if embedded::EMBEDDED.is_empty() => Ok(Self::default()),
            None => {
                let files = embedded::EMBEDDED.iter();
                let files =
                    files.map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes))).collect();
                Self::from_files(Path::new("(built in)"), files)
            }
        }
    }

    fn from_files(folder: &Path, mut files: HashMap<String, Bytes>) -> Result<Self, SiteError> {
        let path = folder.join("manifest.json");
        let broken = |reason: String| SiteError::Manifest { path: path.clone(), reason };
        let manifest = files.remove("manifest.json").ok_or_else(|| broken("it is not there".to_owned()))?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|error| broken(error.to_string()))?;
        let mut named = manifest.assets.values().chain(manifest.parts.values().flatten());
        if let Some(missing) = named.find(|name| !files.contains_key(*name)) {
            return Err(broken(format!("it names {missing}, which is not there")));
        }
        let mut brotli: HashMap<String, Bytes> = HashMap::new();
        files.retain(|name, bytes| match name.strip_suffix(".br") {
            Some(plain) => {
                brotli.insert(plain.to_owned(), bytes.clone());
                false
            }
            None => true,
        });
        let asset = |(name, bytes): (String, Bytes)| {
            let asset = Asset {
                content_type: content_type(&name),
                bytes,
                brotli: brotli.remove(&name),
                etag: format!("\"{name}\""),
            };
            (name, asset)
        };
        Ok(Self {
            files: files.into_iter().map(asset).collect(),
            names: manifest.assets,
            parts: manifest.parts,
        })
    }

    /// Whether there is no interface to serve.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The file with this name.
    pub(crate) fn file(&self, name: &str) -> Option<&Asset> {
        self.files.get(name)
    }

    /// The URLs for the head of a page in a frame, with the client for those; `live`: whether there is anything to follow.
    pub(crate) fn embed_assets(&self, live: bool, dev_reload: bool) -> Assets {
        let client = |name: &str| self.url(name).filter(|_| live);
        Assets { script: client("embed.js"), wasm: client("embed.wasm"), ..self.assets(&[], dev_reload) }
    }

    fn url(&self, asset: &str) -> Option<String> {
        self.names.get(asset).map(|file| format!("{ASSETS_PATH}/{file}"))
    }

    /// The URLs for the head of a page that needs these parts.
    pub(crate) fn assets(&self, parts: &[Part], dev_reload: bool) -> Assets {
        let mut files: Vec<&String> =
            parts.iter().filter_map(|part| self.parts.get(part.name())).flatten().collect();
        files.sort();
        // Parts share files.
        files.dedup();
        Assets {
            script: self.url("watchfire.js"),
            wasm: self.url("watchfire.wasm"),
            parts: files.into_iter().map(|file| format!("{ASSETS_PATH}/{file}")).collect(),
            style: self.url("watchfire.css"),
            // Shares lead nowhere else.
            later_style: self
                .url("later.css")
                .filter(|_| parts.contains(&Part::Site))
                .map(|style| (style, parts.iter().any(|part| part.has_later_style()))),
            icon: self.url("favicon.svg"),
            dev_reload,
        }
    }
}

fn read_folder(folder: &Path) -> Result<HashMap<String, Bytes>, SiteError> {
    let error = |path: &Path| {
        let path = path.to_owned();
        move |source| SiteError::Read { path, source }
    };
    let mut files = HashMap::new();
    for entry in fs::read_dir(folder).map_err(error(folder))? {
        let path = entry.map_err(error(folder))?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file()) {
            files.insert(name.to_owned(), fs::read(&path).map_err(error(&path))?.into());
        }
    }
    Ok(files)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> HashMap<String, Bytes> {
        list.iter().map(|(name, text)| ((*name).to_owned(), Bytes::from((*text).to_owned()))).collect()
    }

    #[test]
    fn names_and_compressed_twins_are_found() {
        let manifest = r#"{
            "assets": {"watchfire.js": "watchfire.12.js"},
            "parts": {"site": ["shared.34.wasm"], "board": ["shared.34.wasm", "board.56.wasm"]}
        }"#;
        let list = files(&[
            ("manifest.json", manifest),
            ("shared.34.wasm", ""),
            ("board.56.wasm", ""),
            ("watchfire.12.js", "plain"),
            ("watchfire.12.js.br", "small"),
        ]);
        let site = Site::from_files(Path::new("x"), list).unwrap();
        let asset = site.file("watchfire.12.js").unwrap();
        assert_eq!(
            (asset.etag.as_str(), asset.brotli.as_deref()),
            ("\"watchfire.12.js\"", Some(b"small".as_slice()))
        );
        assert_eq!(site.file("watchfire.12.js.br"), None);
        let assets = site.assets(&[Part::Site, Part::Board], false);
        assert_eq!(assets.script.as_deref(), Some("/assets/watchfire.12.js"));
        assert_eq!(assets.parts, ["/assets/board.56.wasm", "/assets/shared.34.wasm"]);
    }

    #[test]
    fn broken_folders_are_named() {
        let manifest = r#"{"assets":{"watchfire.js":"gone.js"}}"#;
        let table = [
            (files(&[]), "it is not there"),
            (files(&[("manifest.json", "{")]), "EOF"),
            (files(&[("manifest.json", manifest)]), "it names gone.js, which is not there"),
        ];
        for (files, expected) in table {
            let error = Site::from_files(Path::new("x"), files).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
