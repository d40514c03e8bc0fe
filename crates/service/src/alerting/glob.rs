//! Patterns of file names, as `rule_files` of Prometheus has them: `*`, `?` and `[...]` within a part of a path
//! (<https://pkg.go.dev/path/filepath#Match>).

use std::io;
use std::path::{Component, Path, PathBuf};

/// What a pattern leads to and cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", path.display())]
pub(crate) struct Unreadable {
    /// The folder or file.
    pub(crate) path: PathBuf,
    /// Why.
    pub(crate) error: io::Error,
}

/// The files that a pattern names, sorted. A folder that is not there holds none. Blocks.
///
/// # Errors
///
/// The first folder or file that is there and cannot be looked at: nothing is known then of what is in it, so that nobody may take it
/// for empty.
pub(crate) fn expand(pattern: &str) -> Result<Vec<PathBuf>, Unreadable> {
    let mut found = vec![PathBuf::new()];
    for part in Path::new(pattern).components() {
        found = match part {
            Component::Normal(part) if is_pattern(&part.to_string_lossy()) => {
                let pattern: Vec<char> = part.to_string_lossy().chars().collect();
                let mut all = Vec::new();
                for dir in &found {
                    all.extend(matching(dir, &pattern)?);
                }
                all
            }
            part => found.into_iter().map(|dir| dir.join(part)).collect(),
        };
    }
    if is_pattern(pattern) {
        let mut files = Vec::with_capacity(found.len());
        for path in found {
            if is_file(&path)? {
                files.push(path);
            }
        }
        found = files;
    }
    found.sort();
    Ok(found)
}

/// Whether that is no more than nothing: what is not there, and what is in a file as if it were a folder.
fn is_nothing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn is_file(path: &Path) -> Result<bool, Unreadable> {
    match std::fs::metadata(path) {
        Ok(about) => Ok(about.is_file()),
        Err(error) if is_nothing(&error) => Ok(false),
        Err(error) => Err(Unreadable { path: path.to_owned(), error }),
    }
}

/// Whether a text is more than a name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

fn matching(dir: &Path, pattern: &[char]) -> Result<Vec<PathBuf>, Unreadable> {
    let folder = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let unreadable = |error: io::Error| Unreadable { path: folder.to_owned(), error };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_nothing(&error) => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        // A name that is no text fits no pattern.
        let Ok(name) = entry.map_err(unreadable)?.file_name().into_string() else { continue };
        if fits(pattern, &name.chars().collect::<Vec<_>>()) {
            found.push(dir.join(name));
        }
    }
    Ok(found)
}

fn fits(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['*', rest @ ..] => (0..=name.len()).any(|skip| fits(rest, &name[skip..])),
        ['?', rest @ ..] => !name.is_empty() && fits(rest, &name[1..]),
        ['[', rest @ ..] => {
            let (Some(end), Some(letter)) = (rest.iter().position(|c| *c == ']'), name.first()) else {
                return false;
            };
            let (set, rest) = (&rest[..end], &rest[end + 1..]);
            let (negated, set) = match set {
                ['^', set @ ..] => (true, set),
                set => (false, set),
            };
            in_set(set, *letter) != negated && fits(rest, &name[1..])
        }
        [letter, rest @ ..] => name.first() == Some(letter) && fits(rest, &name[1..]),
    }
}

fn in_set(set: &[char], letter: char) -> bool {
    match set {
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&letter) || in_set(rest, letter),
        [one, rest @ ..] => *one == letter || in_set(rest, letter),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        let table = [
            ("*.yml", "a.yml", true),
            ("*.yml", "a.yaml", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]*", "bx", true),
            ("[^a-c]*", "bx", false),
            ("[ab]", "b", true),
            ("[ab", "b", false),
            ("**", "anything", true),
        ];
        for (pattern, name, expected) in table {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(fits(&chars(pattern), &chars(name)), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn files_are_found_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["one/b.yml", "one/a.yml", "two/c.yml", "two/d.txt"] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found = |pattern: &str| {
            let found = expand(&dir.path().join(pattern).display().to_string()).unwrap();
            found
                .iter()
                .map(|path| path.strip_prefix(dir.path()).unwrap().display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("*/*.yml"), ["one/a.yml", "one/b.yml", "two/c.yml"]);
        assert_eq!(found("none/*.yml"), Vec::<String>::new());
        // What is named must be there: that it is not is told when it is read.
        assert_eq!(found("gone.yml"), ["gone.yml"]);
        // A file is no folder.
        assert_eq!(found("one/a.yml/*"), Vec::<String>::new());
        assert_eq!(found("*/c.yml"), ["two/c.yml"]);
    }

    /// Also root cannot follow a link to itself.
    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_not_empty() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rules");
        std::os::unix::fs::symlink(&path, &path).unwrap();
        for pattern in ["rules/*.yml", "*/a.yml", "rul?s"] {
            let refused = expand(&dir.path().join(pattern).display().to_string()).unwrap_err();
            assert!(refused.path.starts_with(&path), "{pattern}: {refused}");
        }
    }
}
