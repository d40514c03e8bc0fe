use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What tells whether files changed: the path, time and size of each.
pub type Fingerprint = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// The fingerprint of the files that `patterns` stand for.
pub(crate) fn fingerprint(patterns: &[PathBuf]) -> Fingerprint {
    let paths = patterns.iter().flat_map(|pattern| expand(pattern));
    paths
        .map(|path| {
            let metadata = std::fs::metadata(&path).ok();
            let time = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            let size = metadata.map_or(0, |metadata| metadata.len());
            (path, time, size)
        })
        .collect()
}

/// The files whose path matches `pattern`, sorted. `*` stands for any characters of one part of a path, `?` for one.
/// A path without them stands for itself, whether it exists or not.
pub(crate) fn expand(pattern: &Path) -> Vec<PathBuf> {
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
