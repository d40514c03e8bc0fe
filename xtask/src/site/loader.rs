//! The script that loads the parts of the browser's code, made ready for the site: files go by their names there, small ones
//! lie together in one, and the whole becomes a piece of the main script. The two import each other, so neither could carry a
//! hash of its content with the other's name in it.

mod compact;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use self::compact::{SHORT, compact, short_name};
use crate::step::{Failure, Result};
use crate::wasm::LOADER;

const EXPORT: &str = "export const ";

/// Gives what lies in a file between two places, as if it had been fetched by itself. A file that did not come is asked for
/// again when the loader tries again.
const PIECE: &str = "\
const packs = {};
function piece(file, from, to) {
    packs[file] ??= fetch(new URL(file, import.meta.url)).then((answer) => {
        if (!answer.ok) throw new Error(`${file}: status ${answer.status}`);
        return answer.arrayBuffer();
    });
    packs[file].catch(() => { delete packs[file]; });
    return packs[file].then((pack) => new Response(pack.slice(from, to), { headers: { \"content-type\": \"application/wasm\" } }));
}
";

/// The script as it was made for the split module.
pub(super) struct Loader {
    script: String,
    /// Packs by their short names.
    packs: BTreeMap<String, String>,
}

impl Loader {
    pub(super) fn new(script: String) -> Self {
        Self { script, packs: BTreeMap::new() }
    }

    /// A file of its own has another name.
    pub(super) fn rename(&mut self, file: &str, name: &str) -> Result<()> {
        self.replace(file, &format!("fetch(new URL(\"./{name}\", import.meta.url))"))
    }

    /// A file lies in another.
    pub(super) fn pack(&mut self, file: &str, pack: &str, place: &Range<usize>) -> Result<()> {
        self.packs.insert(short_name(pack).to_owned(), pack.to_owned());
        self.replace(file, &format!("piece(\"./{pack}\", {}, {})", place.start, place.end))
    }

    fn replace(&mut self, file: &str, with: &str) -> Result<()> {
        let fetch = format!("fetch(new URL(\"./{file}\", import.meta.url))");
        if !self.script.contains(&fetch) {
            return Err(Failure::new(format!("{LOADER} does not load {file} in a way that is known.")));
        }
        self.script = self.script.replace(&fetch, with);
        Ok(())
    }

    /// The main script with the loader in place of its import.
    pub(super) fn join(self, script: &str) -> Result<String> {
        // One for each function that it imports.
        let import = |line: &&str| line.starts_with("import ") && line.contains(LOADER);
        let lines: Vec<&str> = script.lines().filter(import).collect();
        let names = lines.iter().map(|line| {
            let name = line.strip_prefix("import * as ").and_then(|rest| rest.split_once(" from "));
            name.map(|(name, _)| name).ok_or_else(|| {
                Failure::new(format!("wasm-bindgen imports {LOADER} in another way than is known: {line}"))
            })
        });
        let names = names.collect::<Result<Vec<&str>>>()?;
        let Some(first) = names.first() else {
            return Err(Failure::new(format!(
                "The script that wasm-bindgen made does not import {LOADER}; is the code split?"
            )));
        };
        let mut body = [PIECE, SHORT].concat();
        body += "const names = {";
        for (short, pack) in &self.packs {
            // Writing to a String can't fail.
            let _ = write!(body, "\"{short}\": \"./{pack}\", ");
        }
        body += "};\n";
        let mut exports = Vec::new();
        // What it imports is in the main script.
        let compacted = compact(&self.script);
        if compacted.contains("__chunk_") {
            return Err(Failure::new(format!("{LOADER} names a chunk in a way that is not known.")));
        }
        for line in compacted.lines().filter(|line| !line.starts_with("import ")) {
            match line.strip_prefix(EXPORT) {
                Some(rest) => {
                    exports.extend(rest.split_once(" =").map(|(name, _)| name));
                    body += "const ";
                    body += rest;
                }
                None => body += line,
            }
            body.push('\n');
        }
        if exports.is_empty() {
            return Err(Failure::new(format!("{LOADER} exports nothing in a way that is known.")));
        }
        let mut joined = script.to_owned();
        for (line, name) in lines.iter().zip(&names) {
            let inline = if name == first {
                format!("const {name} = (() => {{\n{body}return {{ {} }};\n}})();", exports.join(", "))
            } else {
                format!("const {name} = {first};")
            };
            joined = joined.replacen(line, &inline, 1);
        }
        Ok(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_takes_the_place_of_its_import() {
        let script = "import * as import1 from \"./__wasm_split.js\"\nimport * as import2 from \"./__wasm_split.js\"\nexport function initSync() {}\n";
        let load = |file: &str| format!("fetch(new URL(\"./{file}\", import.meta.url))");
        let made = format!(
            "import {{ initSync }} from \"./watchfire.js\";\nconst a = {};\nexport const __load_b = {};\n",
            load("a.wasm"),
            load("b.wasm")
        );
        let mut loader = Loader::new(made);
        loader.rename("a.wasm", "a.12.wasm").unwrap();
        loader.pack("b.wasm", "more.34.bin", &(5..9)).unwrap();
        let expected = format!(
            "const import1 = (() => {{\n{PIECE}{SHORT}const names = {{\"more\": \"./more.34.bin\", }};\nconst a = {};\nconst __load_b = piece(\"./more.34.bin\", 5, 9);\n\
             return {{ __load_b }};\n}})();\nconst import2 = import1;\nexport function initSync() {{}}\n",
            load("a.12.wasm")
        );
        assert_eq!(loader.join(script).unwrap(), expected);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for (script, loader, expected) in [
            ("", "", "does not import"),
            ("import { a } from \"./__wasm_split.js\"", "", "in another way"),
            ("import * as a from \"./__wasm_split.js\"", "let x = 1;", "exports nothing"),
            ("import * as a from \"./__wasm_split.js\"", "const __chunk_1 = other();", "not known"),
        ] {
            let failure = Loader::new(loader.to_owned()).join(script).unwrap_err().to_string();
            assert!(failure.contains(expected), "{failure}");
        }
        let failure = Loader::new(String::new()).rename("a.wasm", "b.wasm").unwrap_err().to_string();
        assert!(failure.contains("does not load a.wasm"), "{failure}");
    }
}
