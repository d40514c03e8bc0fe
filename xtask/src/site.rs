//! The site's folder: the browser's code, the style sheet and the files of `public/`, each named by its
//! content, and `manifest.json`, which says what is called how: `{"assets": {"watchfire.js":
//! "watchfire.0123456789abcdef.js", ...}}`.

mod loader;
mod sizes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use serde::Serialize;

use self::loader::Loader;
use crate::names::hashed_name;
use crate::project::{Profile, Project};
use crate::step::{Failure, Result, Steps};
use crate::wasm;

/// Builds the whole site.
pub(crate) fn build(project: &Project, profile: Profile, steps: &mut Steps) -> Result<()> {
    wasm::build(project, profile, steps)?;
    assemble(project, profile, steps)
}

/// Builds the style sheet and takes over `public/`; the browser's code stays as it was compiled last.
pub(crate) fn assemble(project: &Project, profile: Profile, steps: &mut Steps) -> Result<()> {
    let folder = project.site(profile);
    let release = profile == Profile::Release;
    let (css, later) = steps.step("style sheets", || {
        let folder = project.root.join("style");
        Ok((style_sheet(&folder, "main.scss", release)?, style_sheet(&folder, "later.scss", release)?))
    })?;
    let name = if release { "compress and write the site" } else { "write the site" };
    let site = steps.step(name, || {
        let mut site = Site::from_bundle(&wasm::bundle_folder(project, profile))?;
        site.add_embed(&wasm::embed_folder(project, profile))?;
        site.add("watchfire.css", css.into_bytes());
        site.add("later.css", later.into_bytes());
        site.add_folder(&project.root.join("public"))?;
        site.write(&folder, release)?;
        Ok(site)
    })?;
    eprint!("    {}\n{}", folder.display(), site.sizes(&folder));
    if release { site.check_limits(&folder) } else { Ok(()) }
}

fn style_sheet(folder: &Path, name: &str, compressed: bool) -> Result<String> {
    let style = if compressed { grass::OutputStyle::Compressed } else { grass::OutputStyle::Expanded };
    grass::from_path(folder.join(name), &grass::Options::default().style(style).load_path(folder))
        .map_err(|error| Failure::new(format!("The style sheet is wrong.\n{error}")))
}

/// Everything that goes into the folder, held in memory: a few megabytes.
#[derive(Default)]
struct Site {
    manifest: Manifest,
    /// Content by the name in the folder.
    files: BTreeMap<String, Vec<u8>>,
}

#[derive(Default, Serialize)]
struct Manifest {
    /// Name in the folder by the asset's own name.
    assets: BTreeMap<String, String>,
    /// Names in the folder of what a part of the browser's code needs besides the main module, by the part's name.
    parts: BTreeMap<String, Vec<String>>,
}

impl Site {
    /// What wasm-bindgen made, with a script that starts itself: a page needs one `<script type="module">`.
    fn from_bundle(bundle: &Path) -> Result<Self> {
        let mut site = Self::default();
        let (script, module_name) = site.module_of(bundle, "watchfire")?;
        let script = site.with_parts(&script, &bundle.join(wasm::PARTS_FOLDER))?;
        site.add("watchfire.js", with_start(script, &module_name, "hydrate", "frontend")?.into_bytes());
        Ok(site)
    }

    /// Takes in the client of embedded shares.
    fn add_embed(&mut self, bundle: &Path) -> Result<()> {
        let (script, module_name) = self.module_of(bundle, "embed")?;
        self.add("embed.js", with_start(script, &module_name, "start", "embed")?.into_bytes());
        Ok(())
    }

    /// Takes in a module and its snippets; returns its script, which finds them, and its own name in the folder.
    fn module_of(&mut self, bundle: &Path, name: &str) -> Result<(String, String)> {
        let module = bundle.join(format!("{name}_bg.wasm"));
        let module_name = self.add(&format!("{name}.wasm"), fs::read(&module).map_err(Failure::at(&module))?);
        let script = bundle.join(format!("{name}.js"));
        let mut script = fs::read_to_string(&script).map_err(Failure::at(&script))?;
        for (snippet, content) in files_below(bundle, "snippets")? {
            if has_relative_import(&content) {
                return Err(Failure::new(format!(
                    "{snippet} imports another file by a relative path, but files of the site get new names. \
                     Put what it imports into the same file."
                )));
            }
            let name = self.add(&snippet, content);
            script = redirect_imports(&script, &format!("./{snippet}"), &format!("./{name}"));
        }
        Ok((script, module_name))
    }

    /// Takes the parts in, and puts what loads them into the script.
    fn with_parts(&mut self, script: &str, folder: &Path) -> Result<String> {
        let path = folder.join(wasm::LOADER);
        let mut loader = Loader::new(fs::read_to_string(&path).map_err(Failure::at(&path))?);
        let path = folder.join(wasm::PARTS);
        let parts: BTreeMap<String, Vec<String>> =
            serde_json::from_slice(&fs::read(&path).map_err(Failure::at(&path))?)
                .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let mut packs: BTreeMap<String, Pack<'_>> = BTreeMap::new();
        let mut names: BTreeMap<&str, String> = BTreeMap::new();
        let mut files: Vec<(&String, Vec<u8>)> = Vec::new();
        for file in parts.values().flatten().collect::<BTreeSet<_>>() {
            let path = folder.join(file);
            files.push((file, fs::read(&path).map_err(Failure::at(&path))?));
        }
        // From large to small, a pack is a hundredth smaller in brotli than by names.
        files.sort_by_key(|(_, content)| std::cmp::Reverse(content.len()));
        for (file, content) in files {
            let users: BTreeSet<&str> = parts
                .iter()
                .filter(|(_, files)| files.contains(file))
                .map(|(part, _)| part.as_str())
                .collect();
            if let Some(pack) = pack_of(&users, content.len()) {
                packs.entry(pack).or_default().add(file, &content);
            } else {
                let name = self.add(file, content);
                loader.rename(file, &name)?;
                names.insert(file, name);
            }
        }
        for (pack, Pack { content, places }) in packs {
            let name = self.add(&pack, content);
            for (file, place) in places {
                loader.pack(file, &name, &place)?;
                names.insert(file, name.clone());
            }
        }
        for (part, files) in &parts {
            let files: BTreeSet<&String> = files.iter().filter_map(|file| names.get(file.as_str())).collect();
            self.manifest.parts.insert(part.clone(), files.into_iter().cloned().collect());
        }
        loader.join(script)
    }

    /// Takes a file in and returns its name in the folder.
    fn add(&mut self, asset: &str, content: Vec<u8>) -> String {
        let name = hashed_name(asset, &content);
        self.manifest.assets.insert(asset.to_owned(), name.clone());
        self.files.insert(name.clone(), content);
        name
    }

    fn add_folder(&mut self, folder: &Path) -> Result<()> {
        for (asset, content) in files_below(folder, "")? {
            self.add(&asset, content);
        }
        Ok(())
    }

    /// Writes what the folder lacks, then the manifest, then removes what is no longer named: whoever follows
    /// the manifest finds its files at every moment.
    fn write(&self, folder: &Path, compress: bool) -> Result<()> {
        fs::create_dir_all(folder).map_err(Failure::at(folder))?;
        std::thread::scope(|scope| {
            let writers: Vec<_> = self
                .files
                .iter()
                .map(|(name, content)| scope.spawn(move || write_file(folder, name, content, compress)))
                .collect();
            writers.into_iter().try_for_each(|writer| {
                writer
                    .join()
                    .unwrap_or_else(|_| Err(Failure::new("A thread that compresses a file panicked.")))
            })
        })?;
        let manifest = serde_json::to_vec_pretty(&self.manifest)
            .map_err(|error| Failure::new(format!("manifest.json: {error}")))?;
        replace(&folder.join("manifest.json"), &manifest)?;

        let mut wanted = BTreeSet::from(["manifest.json".to_owned()]);
        for name in self.files.keys() {
            wanted.insert(name.clone());
            if compress {
                wanted.insert(format!("{name}.br"));
            }
        }
        for entry in fs::read_dir(folder).map_err(Failure::at(folder))? {
            let entry = entry.map_err(Failure::at(folder))?;
            if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
                fs::remove_file(entry.path()).map_err(Failure::at(&entry.path()))?;
            }
        }
        Ok(())
    }
}

/// In which pack a file of so many bytes lies that these parts need; none: it is served by itself.
///
/// Splitting leaves a file for each set of parts that share something: a hundred, most of them small. One file of many is
/// loaded sooner, and a tenth smaller in brotli. What dashboards need is in four packs: most visits begin there. Other pages
/// load two of those, with what they do not need of them; pages of shares have to be light, so all of theirs is in two, and in
/// what they alone share with pages that are neither dashboards nor all of them. What other pages share is packed by who they are,
/// as far as they are few.
fn pack_of(users: &BTreeSet<&str>, size: usize) -> Option<String> {
    const LARGE: usize = 24_000;
    // Those that come with a dashboard or a share, or after it.
    const OF_BOARDS: [&str; 5] = ["board", "editor", "graph", "later", "share"];
    const PAGES: [&str; 6] = ["alerts", "explore", "lists", "oncall", "routes", "rule"];
    let shared = users.contains("share");
    if !users.contains("board") && !users.contains("site") {
        let pages: Vec<&str> = PAGES.into_iter().filter(|page| users.contains(page)).collect();
        return match (users.len(), pages.len()) {
            (1, _) => None,
            _ if shared => Some("shares.bin".to_owned()),
            _ if size >= LARGE => None,
            (_, 0) => Some("editor.bin".to_owned()),
            (_, 1 | 2) => Some([&pages.join("-"), ".bin"].concat()),
            _ => Some("more.bin".to_owned()),
        };
    }
    let everywhere = !users.iter().all(|user| OF_BOARDS.contains(user));
    Some(match (everywhere, shared) {
        (true, true) => "common.bin".to_owned(),
        (true, false) => "site.bin".to_owned(),
        (false, true) => "panels.bin".to_owned(),
        (false, false) => "board.bin".to_owned(),
    })
}

/// Files one behind the other.
#[derive(Default)]
struct Pack<'a> {
    content: Vec<u8>,
    places: Vec<(&'a str, Range<usize>)>,
}

impl<'a> Pack<'a> {
    fn add(&mut self, file: &'a str, content: &[u8]) {
        let start = self.content.len();
        self.content.extend_from_slice(content);
        self.places.push((file, start..self.content.len()));
    }
}

/// A file that is there already is left: its name says that its content is the same.
fn write_file(folder: &Path, name: &str, content: &[u8], compress: bool) -> Result<()> {
    let path = folder.join(name);
    if !path.exists() {
        replace(&path, content)?;
    }
    let path = folder.join(format!("{name}.br"));
    if compress && !path.exists() {
        replace(&path, &brotli(content).map_err(Failure::at(&path))?)?;
    }
    Ok(())
}

/// Writes beside the path and renames, so a half-written file never bears the name of a whole one.
fn replace(path: &Path, content: &[u8]) -> Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    fs::write(beside, content).map_err(Failure::at(beside))?;
    fs::rename(beside, path).map_err(Failure::at(path))
}

fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(content), &mut compressed, &parameters)?;
    Ok(compressed)
}

/// All files in `folder/below`, by their path from `folder` with `/`; none where it does not exist. Hidden
/// files are left out.
fn files_below(folder: &Path, below: &str) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let here = folder.join(below);
    if !here.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(&here).map_err(Failure::at(&here))? {
        let path = entry.map_err(Failure::at(&here))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Failure::new(format!("{}: the name is not UTF-8", path.display())));
        };
        if name.starts_with('.') {
            continue;
        }
        let asset = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        if path.is_dir() {
            files.extend(files_below(folder, &asset)?);
        } else {
            files.insert(asset, fs::read(&path).map_err(Failure::at(&path))?);
        }
    }
    Ok(files)
}

/// Appends the call that loads the module and then calls its function `start`. `folder`: that of its crate.
fn with_start(script: String, module: &str, start: &str, folder: &str) -> Result<String> {
    if !script.contains(&format!("export function {start}(")) {
        return Err(Failure::new(format!(
            "The browser's code exports no function `{start}`: {folder}/src/lib.rs has to define \
             `#[wasm_bindgen] pub fn {start}()`.",
        )));
    }
    let start = format!(
        "\n__wbg_init({{ module_or_path: new URL(\"{module}\", import.meta.url) }}).then(() => {start}());\n"
    );
    Ok(script + &start)
}

/// Renames a module in the import declarations only: the same text is a key in the table that the compiled
/// code looks its imports up in, and that one has to stay.
fn redirect_imports(script: &str, from: &str, to: &str) -> String {
    let redirect = |line: &str| {
        if line.starts_with("import ") { line.replace(from, to) } else { line.to_owned() }
    };
    script.split_inclusive('\n').map(redirect).collect()
}

fn has_relative_import(script: &[u8]) -> bool {
    String::from_utf8_lossy(script).lines().map(str::trim_start).any(|line| {
        let imports = line.starts_with("import ") || line.starts_with("export ") || line.contains("import(");
        imports && ["'./", "'../", "\"./", "\"../"].iter().any(|path| line.contains(path))
    })
}

#[cfg(test)]
mod tests;
