//! How large what a browser loads is, and how large it may be.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::Site;
use crate::step::{Failure, Result};

/// What every page loads.
const ENTRY: [&str; 3] = ["watchfire.js", "watchfire.wasm", "watchfire.css"];

/// What a page that is no dashboard loads.
const WITH_LATER: [&str; 4] = ["watchfire.js", "watchfire.wasm", "watchfire.css", "later.css"];

/// What a page in a frame loads instead.
const EMBED: [&str; 3] = ["embed.js", "embed.wasm", "watchfire.css"];

/// A first visit: what, the files that it begins with, the parts that it needs, as `Part::needed` in app/src/parts/mod.rs says,
/// and how much it may load, in bytes of brotli.
struct Visit {
    what: &'static str,
    entry: &'static [&'static str],
    parts: &'static [&'static str],
    limit: u64,
}

/// What a page may load, in bytes of brotli. Until a page reaches it its limit is what it is now, so that it only gets smaller.
const PAGE: u64 = 600_000;

const fn page(what: &'static str, parts: &'static [&'static str], limit: u64) -> Visit {
    Visit { what, entry: &ENTRY, parts, limit }
}

const fn other(what: &'static str, parts: &'static [&'static str], limit: u64) -> Visit {
    Visit { what, entry: &WITH_LATER, parts, limit }
}

const VISITS: &[Visit] = &[
    page("first load: dashboard", &["site", "board"], PAGE),
    other("first load: lists", &["site", "lists"], PAGE),
    other("first load: explore", &["site", "explore"], 610_000),
    other("first load: explore with a query", &["site", "explore", "graph"], 812_000),
    other("first load: alerts", &["site", "alerts"], PAGE),
    other("first load: routing", &["site", "routes"], PAGE),
    other("first load: a rule", &["site", "rule"], PAGE),
    other("first load: on call", &["site", "oncall"], PAGE),
    // With the chart of a rule.
    other("first load: an incident", &["site", "oncall", "rule"], 735_000),
    page("first load: share", &["share"], 525_000),
    Visit { what: "first load: embed", entry: &EMBED, parts: &[], limit: 300_000 },
];

impl Site {
    /// A table of what first visits load and of every part: raw and, where it was compressed, in brotli.
    pub(super) fn sizes(&self, folder: &Path) -> String {
        let mut table = format!("    {:<28}{:>10}{:>10}\n", "", "raw", "brotli");
        for asset in WITH_LATER.iter().chain(&EMBED[..2]) {
            if let Some(name) = self.manifest.assets.get(*asset) {
                table += &size_line(asset, self.size(folder, [name]));
            }
        }
        for (part, files) in &self.manifest.parts {
            table += &size_line(&format!("part {part}"), self.size(folder, files));
        }
        for visit in VISITS {
            table += &size_line(visit.what, self.first_load(folder, visit));
        }
        table
    }

    /// What a first visit loads: raw and in brotli, in bytes.
    fn first_load(&self, folder: &Path, visit: &Visit) -> (u64, u64) {
        let entry = visit.entry.iter().filter_map(|asset| self.manifest.assets.get(*asset));
        let parts = visit.parts.iter().filter_map(|part| self.manifest.parts.get(*part)).flatten();
        // Parts share files.
        let files: BTreeSet<&String> = entry.chain(parts).collect();
        self.size(folder, files)
    }

    fn size<'a>(&self, folder: &Path, names: impl IntoIterator<Item = &'a String>) -> (u64, u64) {
        names.into_iter().fold((0, 0), |(raw, compressed), name| {
            let file = fs::metadata(folder.join(format!("{name}.br"))).map_or(0, |file| file.len());
            (raw + self.files[name].len() as u64, compressed + file)
        })
    }

    /// Refuses a site with a first visit that loads more than it may.
    pub(super) fn check_limits(&self, folder: &Path) -> Result<()> {
        for visit in VISITS {
            let (_, compressed) = self.first_load(folder, visit);
            if compressed > visit.limit {
                return Err(Failure::new(format!(
                    "{} is {} kB in brotli; the limit is {} kB. Look with which part the code came in \
                     (the table above), and what of it can wait until it is needed (app/src/parts/).",
                    visit.what,
                    compressed / 1000,
                    visit.limit / 1000,
                )));
            }
        }
        Ok(())
    }
}

fn size_line(what: &str, (raw, compressed): (u64, u64)) -> String {
    let kilobytes = |bytes: u64| format!("{:.1} kB", bytes as f64 / 1000.0);
    let compressed = if compressed == 0 { "-".to_owned() } else { kilobytes(compressed) };
    format!("    {what:<28}{:>10}{compressed:>10}\n", kilobytes(raw))
}
