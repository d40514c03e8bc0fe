use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What tells whether files changed: the path of each and how it looks; `None` where it can't be looked at.
pub type Fingerprint = Vec<(PathBuf, Option<Stamp>)>;

/// How a file looks from outside. The time of writing alone would miss a file that was put in the place of another one, or
/// that may be read now and could not before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds and nanoseconds since the epoch: contents written, anything changed.
    times: [(i64, i64); 2],
    inode: u64,
    /// Bytes.
    size: u64,
}

impl Stamp {
    /// How the file at `path` looks now.
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            times: [(metadata.mtime(), metadata.mtime_nsec()), (metadata.ctime(), metadata.ctime_nsec())],
            inode: metadata.ino(),
            size: metadata.len(),
        })
    }
}

/// The fingerprint of the files that `patterns` stand for.
pub(crate) fn fingerprint(patterns: &[PathBuf]) -> Fingerprint {
    let paths = patterns.iter().flat_map(|pattern| expand(pattern));
    paths.map(look).collect()
}

/// How one file looks.
pub(crate) fn look(path: PathBuf) -> (PathBuf, Option<Stamp>) {
    let stamp = Stamp::of(&path);
    (path, stamp)
}

/// The files whose path matches `pattern`, sorted. `*` stands for any characters of one part of a path, `?` for one.
/// A path without them stands for itself, whether it exists or not.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern {
        let Some(part) = part.to_str().filter(|part| part.contains(['*', '?'])) else {
            for path in &mut found {
                path.push(part);
            }
            continue;
        };
        let mut next = Vec::new();
        for folder in &found {
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let Ok(entries) = std::fs::read_dir(here) else { continue };
            let names = entries.filter_map(Result::ok).map(|entry| entry.file_name());
            next.extend(
                names
                    .filter(|name| {
                        name.to_str().is_some_and(|name| matches(part.as_bytes(), name.as_bytes()))
                    })
                    .map(|name| folder.join(name)),
            );
        }
        next.sort();
        found = next;
    }
    found
}

fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.first(), name.first()) {
        (None, None) => true,
        (Some(b'*'), _) => matches(&pattern[1..], name) || (!name.is_empty() && matches(pattern, &name[1..])),
        (Some(b'?'), Some(_)) => matches(&pattern[1..], &name[1..]),
        (Some(wanted), Some(found)) if wanted == found => matches(&pattern[1..], &name[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, name, expected) in [
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a*b*c", "aXbYbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
